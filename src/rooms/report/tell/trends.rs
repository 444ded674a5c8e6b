//! The course of a week: response times, load, errors, time to repair.

use super::{Telling, section, text};
use crate::model::report::view::{
    Block, Cell, Chart, Column, Drawing, Point, Section, Series, Stack, Table,
};
use crate::model::time::Timestamp;

/// Lines in one drawing.
const LINES: usize = 4;

impl Telling<'_> {
    pub(super) fn trends(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-trends");
        if self.report.machines.is_none() {
            return section("trends", heading, vec![text(self.unknown(&["history"]))]);
        }
        let charts = [
            self.response_chart().map(|chart| self.with_days(chart)),
            self.load_chart(),
            self.errors_chart(),
            self.repair_chart(),
        ];
        let mut blocks: Vec<Block> = charts.into_iter().flatten().collect();
        if blocks.is_empty() {
            blocks.push(text(words.word("no-trends")));
        }
        section("trends", heading, blocks)
    }

    /// The same with its values a day as a table.
    fn with_days(&self, block: Block) -> Block {
        let Block::Chart(chart) = block else {
            return block;
        };
        let words = self.words;
        let course = self.report.facts.machines.iter();
        let course: Vec<_> = course.flat_map(|known| &known.response_course).collect();
        let rows = self.days().into_iter().filter_map(|(date, day)| {
            let of_day = course.iter().filter(|one| day.holds(one.at));
            let mut middles: Vec<f64> = of_day.clone().map(|one| one.middle).collect();
            middles.sort_by(f64::total_cmp);
            let highest = of_day.map(|one| one.high).fold(0.0, f64::max);
            let middle = middles.get(middles.len().saturating_sub(1) / 2)?;
            Some(vec![
                plain(words.short_date(date)),
                plain(words.response(*middle)),
                plain(words.response(highest)),
            ])
        });
        let median = self.report.facts.machines.as_ref();
        let median = median.is_some_and(|known| known.response.now.median_ms.is_some());
        let (middle, high) = if median {
            ("column-hour-median", "column-hour-p95")
        } else {
            ("column-hour-mean", "column-highest")
        };
        let table = Table {
            caption: chart.title.clone(),
            columns: vec![
                self.column("column-day", false),
                self.column(middle, true),
                self.column(high, true),
            ],
            rows: rows.collect(),
            more: None,
        };
        Block::Chart(Chart {
            table: Some(table),
            ..chart
        })
    }

    pub(super) fn column(&self, id: &str, figures: bool) -> Column {
        Column {
            label: self.words.word(id),
            figures,
        }
    }

    /// Load by node: those with the highest mean.
    fn load_chart(&self) -> Option<Block> {
        let words = self.words;
        let known = self.report.facts.machines.as_ref()?;
        let mean = |one: &&crate::model::report::facts::Machine| {
            let sum = one.load.iter().map(|one| one.middle).sum::<f64>();
            let n = one.load.iter().fold(0.0, |n, _| n + 1.0);
            sum / f64::max(n, 1.0)
        };
        let mut nodes: Vec<_> = known
            .nodes
            .iter()
            .filter(|one| one.load.len() > 1)
            .collect();
        nodes.sort_by(|a, b| {
            let by_load = mean(b).total_cmp(&mean(a));
            by_load.then_with(|| a.known.node.cmp(&b.known.node))
        });
        nodes.truncate(LINES);
        let highest = |one: &crate::model::report::facts::Machine| {
            one.load.iter().map(|one| one.high).fold(0.0, f64::max)
        };
        let rows = nodes.iter().map(|one| {
            vec![
                plain(super::sentence::name(&one.known.node)),
                plain(format!("{:.2}", mean(one))),
                plain(format!("{:.2}", highest(one))),
            ]
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        let first = nodes.first()?;
        Some(Block::Chart(Chart {
            id: "load".into(),
            title: words.word("chart-load"),
            description: words.say(
                "describe-load",
                [
                    ("node", super::sentence::name(&first.known.node).into()),
                    ("mean", format!("{:.2}", mean(first)).into()),
                    ("highest", format!("{:.2}", highest(first)).into()),
                ],
            ),
            drawing: Drawing::Lines {
                series: nodes
                    .iter()
                    .map(|one| Series {
                        name: super::sentence::name(&one.known.node),
                        points: self.line(&one.load),
                    })
                    .collect(),
                ticks: self.ticks(),
            },
            table: Some(Table {
                caption: words.word("chart-load"),
                columns: vec![
                    self.column("column-node", false),
                    self.column("column-mean", true),
                    self.column("column-highest", true),
                ],
                rows,
                more: None,
            }),
        }))
    }

    /// Errors a day.
    fn errors_chart(&self) -> Option<Block> {
        let words = self.words;
        let known = self.report.facts.machines.as_ref()?;
        known.errors.now?;
        let days = self.days();
        let count = |span: crate::model::report::period::Span| -> u64 {
            let by_day = known.errors_by_day.iter();
            by_day
                .filter(|(at, _)| span.holds(*at))
                .map(|(_, n)| n)
                .sum()
        };
        let counts: Vec<u64> = days.iter().map(|(_, span)| count(*span)).collect();
        let total: u64 = counts.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "drawn")]
        let values = counts.iter().map(|n| *n as f64).collect();
        let rows = days
            .iter()
            .zip(&counts)
            .map(|((date, _), n)| vec![plain(words.short_date(*date)), plain(words.count(*n))]);
        Some(Block::Chart(Chart {
            id: "errors".into(),
            title: words.word("chart-errors"),
            description: words.say(
                "describe-errors",
                [("n", total.into()), ("count", words.count(total).into())],
            ),
            drawing: Drawing::Bars {
                groups: days.iter().map(|(date, _)| words.weekday(*date)).collect(),
                totals: counts.iter().map(|n| words.count(*n)).collect(),
                series: vec![Stack {
                    name: words.word("errors"),
                    values,
                }],
            },
            table: Some(Table {
                caption: words.word("chart-errors"),
                columns: vec![
                    self.column("column-day", false),
                    self.column("column-errors", true),
                ],
                rows: rows.collect(),
                more: None,
            }),
        }))
    }

    /// How long each incident took, a dot each.
    fn repair_chart(&self) -> Option<Block> {
        let words = self.words;
        let machines = self.report.machines.as_ref()?;
        let over = machines.outages.iter().filter(|one| !one.paused);
        #[expect(clippy::cast_precision_loss, reason = "drawn")]
        let points = over.filter_map(|one| {
            let ended = Timestamp(one.ended_ms?.div_euclid(1_000));
            self.report.facts.span.holds(ended).then_some(())?;
            Some(Point {
                at: self.place(ended),
                value: one.lasted_ms()? as f64 / 60_000.0,
                gap: false,
            })
        });
        let points: Vec<Point> = points.collect();
        if points.is_empty() {
            return None;
        }
        let spread = &machines.times.to_repair;
        let shown = |span: Option<u64>| words.span_ms(span.unwrap_or(0));
        let rows = machines
            .outages
            .iter()
            .enumerate()
            .filter(|(_, one)| !one.paused)
            .filter_map(|(number, one)| {
                let ended = Timestamp(one.ended_ms?.div_euclid(1_000));
                self.report.facts.span.holds(ended).then_some(())?;
                Some(vec![
                    plain(super::incidents::letter(number)),
                    plain(words.short_date(words.day_of(ended))),
                    plain(words.span_ms(one.lasted_ms()?)),
                ])
            });
        let rows: Vec<Vec<Cell>> = rows.take(20).collect();
        Some(Block::Chart(Chart {
            id: "repair".into(),
            title: words.word("chart-repair"),
            description: words.say(
                "describe-repair",
                [
                    ("n", points.len().into()),
                    ("median", shown(spread.median).into()),
                    ("longest", shown(spread.longest).into()),
                ],
            ),
            drawing: Drawing::Dots {
                points,
                ticks: self.ticks(),
            },
            table: Some(Table {
                caption: words.word("chart-repair"),
                columns: vec![
                    self.column("column-incident", false),
                    self.column("column-day", false),
                    self.column("column-span", true),
                ],
                rows,
                more: None,
            }),
        }))
    }
}

/// A cell of text.
pub(super) fn plain(text: String) -> Cell {
    Cell {
        text,
        ..Cell::default()
    }
}
