//! What the month cost, and what its disks will need.

use std::collections::BTreeMap;

use super::charts::place;
use super::sentence::name;
use super::trends::plain;
use super::{Telling, muted, named, section, text};
use crate::model::report::facts::{Course, Disk};
use crate::model::report::period::Span;
use crate::model::report::view::{
    BandPoint, Block, Cell, Chart, Drawing, Point, Section, Stack, Table, Tick,
};
use crate::model::time::Timestamp;
use crate::rooms::report::figures::cost::Cost;

const DAY: i64 = 86_400;
/// Series of one drawing; the rest is `other`.
const SERIES: usize = 4;
/// Disks that are drawn: those that will be full first.
const DRAWN: usize = 4;

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
        if let (Some(budget), sum) = (
            cost.budget.as_ref().and_then(|budget| budget.monthly_usd),
            cost.dollars.unwrap_or(0.0),
        ) {
            let percent = words.percent(100.0 * sum / budget.max(0.01));
            let value = words.say(
                "budget-of",
                [
                    ("budget", words.dollars(budget).into()),
                    ("percent", percent.into()),
                ],
            );
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
        let (dollars, pulls) = (cost.dollars?, self.report.forged.as_ref()?.merged.now?);
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
        let totals: Vec<String> = totals.map(|sum| words.dollars(sum)).collect();
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
            let ((first, start), (_, end)) = (week.first()?, week.last()?);
            let span = Span {
                start: start.start,
                end: end.end,
            };
            Some((self.words.day(*first), span))
        });
        each.collect()
    }

    pub(super) fn capacity(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-capacity");
        let Some(known) = &self.report.facts.machines else {
            return section("forecasts", heading, vec![text(self.unknown(&["history"]))]);
        };
        let mut disks: Vec<(&str, &Disk)> = Vec::new();
        for node in &known.nodes {
            disks.extend(
                node.disks
                    .iter()
                    .map(|disk| (node.known.node.as_str(), disk)),
            );
        }
        // Those that will be full first, then those of which nothing is known.
        disks.sort_by(|a, b| {
            let key = |disk: &Disk| {
                let crossing = disk.outlook.crossing.filter(|_| disk.outlook.will_cross);
                let unknown = disk.outlook.probability.is_none();
                (crossing.map_or(i64::MAX, |at| at[1].0), unknown)
            };
            key(a.1).cmp(&key(b.1)).then_with(|| a.0.cmp(b.0))
        });
        if disks.is_empty() {
            return section("forecasts", heading, vec![text(words.word("no-disks"))]);
        }
        let rows = disks.iter().map(|(node, disk)| {
            let used = disk
                .past
                .last()
                .map_or_else(|| "-".to_owned(), |last| words.percent(last.middle));
            let place = words.say(
                "node-mount",
                [
                    ("node", name(node).into()),
                    ("mount", name(&disk.mount).into()),
                ],
            );
            vec![
                Cell {
                    text: place,
                    spark: spark(&disk.past),
                },
                plain(used),
                plain(self.outlook(disk)),
            ]
        });
        let mut blocks = vec![Block::Table(Table {
            caption: words.word("capacity-caption"),
            columns: vec![
                self.column("column-disk", false),
                self.column("column-used", true),
                self.column("column-outlook", false),
            ],
            rows: rows.collect(),
            more: None,
        })];
        let crossing = disks.iter().filter(|(_, disk)| disk.outlook.will_cross);
        let charts = crossing.take(DRAWN);
        blocks.extend(charts.filter_map(|(node, disk)| self.ahead_chart(node, disk)));
        if let Some(line) = self.scores() {
            blocks.push(muted(line));
        }
        section("forecasts", heading, blocks)
    }

    /// `90 % between 9 and 16 Dec`, `stays under 90 % (98 %)`, or how much is
    /// missing to tell.
    fn outlook(&self, disk: &Disk) -> String {
        let words = self.words;
        let outlook = &disk.outlook;
        let limit = words.percent(disk.limit);
        let Some(chance) = outlook.probability else {
            return words.say(
                "not-enough-data",
                [
                    ("have", outlook.have_days.to_string().into()),
                    ("need", outlook.need_days.to_string().into()),
                ],
            );
        };
        let date = |at: Timestamp| words.short_date(words.day_of(at));
        match outlook.crossing.filter(|_| outlook.will_cross) {
            Some([early, _, late]) if date(early) == date(late) => words.say(
                "reaches-on",
                [("limit", limit.into()), ("date", date(early).into())],
            ),
            Some([early, _, late]) => words.say(
                "reaches-between",
                [
                    ("limit", limit.into()),
                    ("early", date(early).into()),
                    ("late", date(late).into()),
                ],
            ),
            None => {
                let stays = words.percent(((1.0 - chance) * 100.0).floor());
                words.say(
                    "stays-under",
                    [
                        ("limit", limit.into()),
                        ("chance", stays.into()),
                        ("days", outlook.days.to_string().into()),
                    ],
                )
            }
        }
    }

    /// The past of a disk and when it is full.
    fn ahead_chart(&self, node: &str, disk: &Disk) -> Option<Block> {
        let words = self.words;
        let first = disk.past.first()?;
        let last = disk.past.last()?;
        let [early, likely, late] = disk.outlook.crossing?;
        let axis = Span {
            start: first.at,
            end: late.max(Timestamp(last.at.0.saturating_add(DAY))),
        };
        let at = |at: Timestamp| place(axis, at.0);
        let now = at(last.at);
        // Straight to the limit: early above, late below.
        let reached = |by: Timestamp, to: Timestamp| {
            #[expect(clippy::cast_precision_loss, reason = "places in a drawing")]
            let share = by.since(last.at) as f64 / to.since(last.at).max(1) as f64;
            last.middle + (disk.limit - last.middle) * share.clamp(0.0, 1.5)
        };
        let most = (disk.limit + 3.0).min(100.0);
        let ahead = [last.at, early, likely, late].map(|by| BandPoint {
            at: at(by),
            low: reached(by, late).min(most),
            middle: reached(by, likely).min(most),
            high: reached(by, early).min(most),
            gap: false,
        });
        let past = disk.past.iter().map(|one| Point {
            at: at(one.at),
            value: one.middle,
            gap: false,
        });
        let limit = words.percent(disk.limit);
        let ticks = [first.at, last.at, likely].map(|by| Tick {
            at: at(by),
            label: words.day(words.day_of(by)),
        });
        Some(Block::Chart(Chart {
            id: format!(
                "disk-{}-{}",
                super::charts::plain(node),
                super::charts::plain(&disk.mount)
            ),
            title: words.say(
                "chart-disk",
                [
                    ("node", name(node).into()),
                    ("mount", name(&disk.mount).into()),
                ],
            ),
            description: words.say(
                "describe-disk",
                [
                    ("used", words.percent(last.middle).into()),
                    ("limit", limit.clone().into()),
                    ("early", words.short_date(words.day_of(early)).into()),
                    ("late", words.short_date(words.day_of(late)).into()),
                ],
            ),
            drawing: Drawing::Ahead {
                past: past.collect(),
                ahead: ahead.into(),
                limit: disk.limit,
                limit_label: words.say("limit", [("limit", limit.into())]),
                now,
                now_label: words.day(words.day_of(last.at)),
                ticks: ticks.into(),
            },
            table: None,
        }))
    }
}

/// At most thirty values, the newest last.
fn spark(past: &[Course]) -> Vec<f64> {
    let every = past.len().div_ceil(30).max(1);
    let newest = past.iter().rev().step_by(every).take(30);
    let mut values: Vec<f64> = newest
        .map(|one| (one.middle * 10.0).round() / 10.0)
        .collect();
    values.reverse();
    values
}
