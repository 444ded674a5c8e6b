//! What the month cost.

use std::collections::BTreeMap;

use super::sentence::name;
use super::trends::plain;
use super::{Telling, muted, named, section, text};
use crate::model::report::period::Span;
use crate::model::report::view::{Block, Chart, Drawing, Section, Stack, Table};
use crate::rooms::report::figures::cost::Cost;

/// Series of one drawing; the rest is `other`.
const SERIES: usize = 4;

impl Telling<'_> {
    pub(super) fn cost(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-cost");
        let Some(cost) = &self.report.cost else {
            return section("cost", heading, vec![text(words.word("no-cost-data"))]);
        };
        let mut figures = Vec::new();
        if let Some(dollars) = cost.dollars {
            let value = words.say("api-equivalent", [("sum", words.dollars(dollars).into())]);
            let beside = match cost.before {
                None => words.word("no-before-monthly"),
                Some(before) => {
                    let before = words.dollars(before);
                    words.say("before-monthly", [("count", before.into())])
                }
            };
            let value = words.say(
                "figure-beside",
                [("value", value.into()), ("beside", beside.into())],
            );
            figures.push(named(words.word("cost-agents"), value));
        }
        figures.extend(self.per_pull(cost));
        let budget = cost.budget.as_ref().and_then(|budget| budget.monthly_usd);
        if let Some(budget) = budget {
            let shown = words.dollars(budget);
            // Without a price nothing is known of the share.
            let value = match cost.dollars {
                Some(sum) => {
                    let percent = words.percent(100.0 * sum / budget.max(0.01));
                    words.say(
                        "budget-of",
                        [("budget", shown.into()), ("percent", percent.into())],
                    )
                }
                None => words.say("budget-alone", [("budget", shown.into())]),
            };
            figures.push(named(words.word("cost-budget"), value));
        }
        if let Some(logged) = &cost.logged {
            let sums: Vec<String> = logged
                .sums
                .iter()
                .map(|(currency, sum)| format!("{} {sum:.2}", name(currency)))
                .collect();
            let value = words.say(
                "logged",
                [
                    ("sums", words.list(&sums).into()),
                    ("n", logged.entries.into()),
                ],
            );
            figures.push(named(words.word("cost-logged"), value));
        }
        if let Some(told) = cost.told {
            let value = words.say("told", [("sum", words.dollars(told).into())]);
            figures.push(named(words.word("cost-told"), value));
        }
        let mut blocks = vec![Block::Figures { figures }];
        blocks.extend(self.cost_chart());
        if cost.unpriced > 0 {
            blocks.push(muted(words.say(
                "unpriced",
                [
                    ("n", cost.unpriced.into()),
                    ("count", words.count(cost.unpriced).into()),
                    ("of", words.count(cost.requests).into()),
                    ("models", name(&words.list(&cost.unpriced_models)).into()),
                ],
            )));
        }
        let checked = words.date(self.report.facts.prices_checked);
        blocks.push(muted(words.say("prices", [("date", checked.into())])));
        section("cost", heading, blocks)
    }

    fn per_pull(&self, cost: &Cost) -> Option<super::Named> {
        let words = self.words;
        let merged = self.report.forged.as_ref()?.merged;
        let (dollars, pulls) = (cost.dollars?, merged.now.filter(|_| !merged.partial)?);
        #[expect(clippy::cast_precision_loss, reason = "money")]
        let each = dollars / pulls.max(1) as f64;
        let value = words.say(
            "per-pull",
            [("sum", words.dollars(each).into()), ("n", pulls.into())],
        );
        (pulls > 0).then(|| named(words.word("cost-per-pull"), value))
    }

    /// A bar a week, by agent.
    fn cost_chart(&self) -> Option<Block> {
        let words = self.words;
        let days = &self.report.facts.cost;
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for (agent, sum) in days.iter().flat_map(|day| &day.by_agent) {
            *sums.entry(agent).or_default() += sum;
        }
        let total: f64 = sums.values().sum();
        if total <= 0.0 {
            return None;
        }
        let mut agents: Vec<(&str, f64)> = sums.into_iter().collect();
        agents.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let own = if agents.len() > SERIES {
            SERIES - 1
        } else {
            SERIES
        };
        let shown: Vec<&str> = agents.iter().take(own).map(|(agent, _)| *agent).collect();
        let weeks = self.weeks();
        let sum = |week: Span, wanted: &dyn Fn(&str) -> bool| -> f64 {
            let days = days.iter().filter(|day| week.holds(day.day));
            let each = days.flat_map(|day| &day.by_agent);
            each.filter(|(agent, _)| wanted(agent))
                .map(|(_, sum)| sum)
                .sum()
        };
        let stack = |name: String, wanted: &dyn Fn(&str) -> bool| Stack {
            name,
            values: weeks.iter().map(|(_, week)| sum(*week, wanted)).collect(),
        };
        let mut series: Vec<Stack> = shown
            .iter()
            .map(|agent| stack(name(agent), &|one| one == *agent))
            .collect();
        if agents.len() > own {
            series.push(stack(words.word("other"), &|one| !shown.contains(&one)));
        }
        let totals = weeks.iter().map(|(_, week)| sum(*week, &|_| true));
        // What is from before the first request that is known is not known.
        let since = self.report.facts.agents_since;
        let known = |week: Span| since.is_some_and(|since| since < week.end);
        let totals = totals.zip(&weeks).map(|(sum, (_, week))| {
            if known(*week) {
                words.dollars(sum)
            } else {
                "-".to_owned()
            }
        });
        let totals: Vec<String> = totals.collect();
        let rows = weeks.iter().zip(&totals);
        let rows = rows.map(|((label, _), total)| vec![plain(label.clone()), plain(total.clone())]);
        let title = words.word("chart-cost");
        Some(Block::Chart(Chart {
            id: "cost-weeks".into(),
            title: title.clone(),
            description: words.say(
                "describe-cost",
                [
                    ("sum", words.dollars(total).into()),
                    ("agent", name(agents.first().map_or("", |one| one.0)).into()),
                ],
            ),
            table: Some(Table {
                caption: title,
                columns: vec![
                    self.column("column-week", false),
                    self.column("column-cost", true),
                ],
                rows: rows.collect(),
                more: None,
            }),
            drawing: Drawing::Bars {
                groups: weeks.into_iter().map(|(label, _)| label).collect(),
                series,
                totals,
            },
        }))
    }

    /// The weeks of a month, from its first day on, seven days each.
    fn weeks(&self) -> Vec<(String, Span)> {
        let days = self.days();
        let each = days.chunks(7).filter_map(|week| {
            let ((first, start), (last, end)) = (week.first()?, week.last()?);
            let span = Span {
                start: start.start,
                end: end.end,
            };
            Some((self.words.days_of(*first, *last), span))
        });
        each.collect()
    }
}
