//! The machines of a day: uptime, incidents, response, errors, forecasts.

use super::sentence::name;
use super::{Telling, muted, named, section, text};
use crate::model::history::Forecast;
use crate::model::report::change::Change;
use crate::model::report::machines::Uptime;
use crate::model::report::view::{Block, Cell, Column, Item, Named, Section, Table};
use crate::model::time::Timestamp;

/// Forecasts that are told one by one.
const TOLD: usize = 10;
/// Uptimes that are drawn.
const DRAWN: usize = 3;
/// Fewer scored forecasts have no rate: the counts stand alone.
const SCORED: u64 = 10;

impl Telling<'_> {
    pub(super) fn metrics(&self) -> Section {
        let words = self.words;
        let heading = words.word("heading-metrics");
        if self.report.machines.is_none() {
            let blocks = vec![
                Block::Figures {
                    figures: vec![
                        named(words.word("avg-response"), self.unknown(&["history"])),
                        named(words.word("error-rate"), self.unknown(&["history"])),
                    ],
                },
                text(self.unknown(&["history"])),
            ];
            return section("metrics", heading, blocks);
        }
        let mut blocks = vec![Block::Figures {
            figures: vec![self.response(), self.error_rate()],
        }];
        blocks.extend(self.response_chart());
        blocks.extend(self.uptime());
        blocks.extend(self.incidents());
        blocks.extend(self.healed());
        blocks.extend(self.forecasts());
        section("metrics", heading, blocks)
    }

    /// Uptime and incidents of a longer period.
    pub(super) fn reliability(&self, id: &str) -> Section {
        let words = self.words;
        let heading = words.word(&format!("heading-{id}"));
        if self.report.machines.is_none() {
            return section("metrics", heading, vec![text(self.unknown(&["history"]))]);
        }
        let mut blocks = self.uptime();
        blocks.push(Block::Figures {
            figures: vec![self.response(), self.error_rate()],
        });
        blocks.extend(self.incidents());
        blocks.extend(self.healed());
        if self.kind() == crate::model::report::period::Kind::Weekly {
            blocks.extend(self.forecasts());
        }
        section("metrics", heading, blocks)
    }

    pub(super) fn response(&self) -> Named {
        let words = self.words;
        let label = words.word("avg-response");
        let Some(known) = &self.report.facts.machines else {
            return named(label, self.unknown(&["history"]));
        };
        let now = known.response.now;
        let Some(mean) = now.mean_ms else {
            return named(label, words.word("no-probes"));
        };
        let shown = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| words.response(ms));
        let value = words.say(
            "response",
            [
                ("mean", words.response(mean).into()),
                ("median", shown(now.median_ms).into()),
                ("p95", shown(now.p95_ms).into()),
                ("n", words.count(now.n as u64).into()),
            ],
        );
        let before = known.response.before.mean_ms.map(|ms| words.response(ms));
        let change = self.report.machines.as_ref();
        let change = change.map_or(Change::Unknown, |one| one.response);
        named(label, self.against(value, before, change))
    }

    /// A figure with the one before it.
    fn against(&self, value: String, before: Option<String>, change: Change) -> String {
        let words = self.words;
        let Some(before) = before else {
            let none = words.word(&self.of_kind("no-before"));
            return words.say(
                "figure-beside",
                [("value", value.into()), ("beside", none.into())],
            );
        };
        let id = match change {
            Change::Unknown => "before",
            Change::More => "before-slower",
            Change::Fewer => "before-faster",
            Change::Same => "before-same",
        };
        let beside = words.say(&self.of_kind(id), [("count", before.into())]);
        words.say(
            "figure-beside",
            [("value", value.into()), ("beside", beside.into())],
        )
    }

    pub(super) fn error_rate(&self) -> Named {
        let words = self.words;
        let label = words.word("error-rate");
        let known = self.report.facts.machines.as_ref();
        let figures = self.report.machines.as_ref();
        let rate = figures.and_then(|figures| figures.error_rate);
        let (Some(known), Some(rate)) = (known, rate) else {
            return named(label, words.word("no-judged"));
        };
        let judged = known.judged.now;
        let whole = |count: i64| words.count(u64::try_from(count).unwrap_or(0));
        let value = words.say(
            "rate-of",
            [
                ("rate", words.percent(rate).into()),
                ("bad", whole(judged.with_problems).into()),
                ("all", whole(judged.known).into()),
            ],
        );
        let before = figures.and_then(|figures| figures.error_rate_before);
        let before = before.map(|rate| words.percent(rate));
        named(label, self.against(value, before, Change::Unknown))
    }

    /// A strip and a line for each node, the worst first.
    fn uptime(&self) -> Vec<Block> {
        let words = self.words;
        let Some(machines) = &self.report.machines else {
            return Vec::new();
        };
        let mut blocks = vec![Block::Heading {
            id: Some("uptime".into()),
            text: words.word("uptime"),
        }];
        if machines.uptimes.is_empty() {
            blocks.push(text(words.word("no-nodes")));
            return blocks;
        }
        let column = |id, figures| Column {
            label: words.word(id),
            figures,
        };
        let all = &machines.uptimes;
        let (told, folded) = all.split_at(all.len().min(TOLD));
        let rows = told.iter().map(|one| self.uptime_row(one)).collect();
        blocks.push(Block::Table(Table {
            caption: words.word("uptime-caption"),
            columns: vec![
                column("column-node", false),
                column("column-up", true),
                column("column-down", true),
                column("column-unknown", true),
            ],
            rows,
            more: (!folded.is_empty()).then(|| {
                let worst = folded.iter().filter_map(|one| one.percent);
                let worst = worst.fold(100.0, f64::min);
                words.say(
                    "and-more-up",
                    [
                        ("n", folded.len().into()),
                        ("uptime", words.uptime(worst).into()),
                    ],
                )
            }),
        }));
        // Those that were up all the time need no drawing.
        let wanting = told.iter().filter(|one| one.shares.up_ms < whole(one));
        let drawn = wanting.take(DRAWN);
        blocks.extend(drawn.filter_map(|one| self.uptime_chart(one)));
        blocks
    }

    fn uptime_row(&self, one: &Uptime) -> Vec<Cell> {
        let words = self.words;
        let span = |ms: i64| match u64::try_from(ms).unwrap_or(0) {
            0 => "-".to_owned(),
            ms => words.span_ms(ms),
        };
        let percent = match one.percent {
            Some(percent) => words.uptime(percent),
            None => words.say(
                "seen-only",
                [("percent", words.percent(one.seen_percent).into())],
            ),
        };
        let unknown = match (one.shares.unknown_ms, one.shares.paused_ms) {
            (unknown, 0) => span(unknown),
            (unknown, paused) => words.say(
                "unknown-paused",
                [
                    ("unknown", span(unknown).into()),
                    ("paused", span(paused).into()),
                ],
            ),
        };
        let texts = [name(&one.node), percent, span(one.shares.down_ms), unknown];
        let cell = |text| Cell {
            text,
            ..Cell::default()
        };
        texts.map(cell).into()
    }

    /// What was healed: logs, old files, configurations.
    fn healed(&self) -> Option<Block> {
        let words = self.words;
        let healed = &self.report.facts.machines.as_ref()?.healed;
        if healed.is_empty() {
            return None;
        }
        let last = healed.last().map_or("", |event| event.text.as_str());
        Some(muted(words.say(
            "healed",
            [
                ("n", healed.len().into()),
                ("last", words.foreign(last).into()),
            ],
        )))
    }

    /// What is foreseen, the likeliest first.
    pub(super) fn forecasts(&self) -> Vec<Block> {
        let words = self.words;
        let Some(known) = &self.report.facts.machines else {
            return Vec::new();
        };
        let mut blocks = vec![Block::Heading {
            id: Some("forecasts".into()),
            text: words.word("forecasts"),
        }];
        let told = known
            .forecasts
            .iter()
            .filter(|one| one.will_cross == Some(true));
        let told: Vec<&Forecast> = told.collect();
        if known.forecasts.is_empty() {
            blocks.push(text(words.word("no-forecasts")));
        } else if told.is_empty() {
            blocks.push(text(
                words.say("all-calm", [("n", known.forecasts.len().into())]),
            ));
        } else {
            let items = told.iter().take(TOLD).map(|one| Item {
                text: self.forecast(one),
                ..Item::default()
            });
            blocks.push(Block::Items {
                ordered: false,
                items: items.collect(),
            });
        }
        if let Some(line) = self.scores() {
            blocks.push(muted(line));
        }
        blocks
    }

    fn forecast(&self, one: &Forecast) -> String {
        let words = self.words;
        let at = |seconds: Option<i64>| {
            let at = Timestamp(one.made.saturating_add(seconds?));
            let near = seconds? < 2 * 86_400;
            let date = words.short_date(words.day_of(at));
            Some(if near {
                format!("{date} {}", words.time(at))
            } else {
                date
            })
        };
        let chance = words.percent((one.probability.unwrap_or(0.0) * 100.0).round());
        let what = match one.kind.as_str() {
            "disk" => self.target(&format!("disk:{}", one.subject)),
            "memory" => words.word("memory"),
            _ => self.target(&one.subject),
        };
        let limit = words.percent(one.threshold.unwrap_or(0.0));
        let node = name(&one.node);
        let [early, _, late] = one.eta_s;
        match (one.kind.as_str(), at(early), at(late)) {
            ("service", ..) => words.say(
                "forecast-service",
                [
                    ("node", node.into()),
                    ("what", what.into()),
                    ("chance", chance.into()),
                ],
            ),
            (_, Some(early), Some(late)) => words.say(
                "forecast-between",
                [
                    ("node", node.into()),
                    ("what", what.into()),
                    ("limit", limit.into()),
                    ("early", early.into()),
                    ("late", late.into()),
                    ("chance", chance.into()),
                ],
            ),
            _ => words.say(
                "forecast-some-time",
                [
                    ("node", node.into()),
                    ("what", what.into()),
                    ("limit", limit.into()),
                    ("chance", chance.into()),
                ],
            ),
        }
    }

    /// How right earlier forecasts were.
    pub(super) fn scores(&self) -> Option<String> {
        let words = self.words;
        let scores = &self.report.facts.machines.as_ref()?.scores;
        let (right, judged) = scores.iter().fold((0, 0), |(right, judged), one| {
            (right + one.right, judged + one.judged)
        });
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let percent = words.percent(100.0 * right as f64 / judged.max(1) as f64);
        let id = match judged {
            0 => return None,
            1..SCORED => "scored-few",
            _ => "scored",
        };
        Some(words.say(
            id,
            [
                ("right", words.count(right).into()),
                ("judged", words.count(judged).into()),
                ("percent", percent.into()),
            ],
        ))
    }
}

/// All of a node's time that is told, in milliseconds.
fn whole(one: &Uptime) -> i64 {
    let shares = one.shares;
    [
        shares.up_ms,
        shares.down_ms,
        shares.unknown_ms,
        shares.paused_ms,
    ]
    .into_iter()
    .fold(0, i64::saturating_add)
}
