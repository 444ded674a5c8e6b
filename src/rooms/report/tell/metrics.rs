//! The machines of a day: uptime, incidents, response, errors, forecasts.

use super::sentence::name;
use super::{Telling, muted, named, section, text};
use crate::model::report::change::Change;
use crate::model::report::machines::Uptime;
use crate::model::report::period::Kind;
use crate::model::report::view::{Block, Cell, Column, Item, Named, Section, Table};

/// Forecasts that are told one by one.
const TOLD: usize = 10;
/// Nodes of which too little was seen that are told in any case.
const UNSEEN: usize = 2;
/// Uptimes that are drawn: of a month each is small.
const DRAWN: usize = 2;
const DRAWN_OF_MONTH: usize = 3;
/// Errors that are told.
const ERRORS: usize = 3;

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
        blocks.extend(self.errors());
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
        if self.kind() == Kind::Weekly {
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
            match now.median_ms {
                Some(_) => "response",
                None => "response-mean",
            },
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

    /// The newest lines of `errors.log`.
    fn errors(&self) -> Option<Block> {
        let words = self.words;
        let newest = &self.report.facts.machines.as_ref()?.newest_errors;
        let items = newest.iter().take(ERRORS).map(|one| Item {
            text: words.say(
                "error",
                [
                    ("time", words.time(one.at).into()),
                    ("node", name(&one.node).into()),
                    ("what", self.target(&one.check).into()),
                    ("text", words.foreign(&one.text).into()),
                ],
            ),
            ..Item::default()
        });
        let items: Vec<Item> = items.collect();
        (!items.is_empty()).then_some(Block::Items {
            ordered: false,
            items,
        })
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
        // Those of which too little was seen come after the worst.
        let (known, unseen): (Vec<&Uptime>, Vec<&Uptime>) = machines
            .uptimes
            .iter()
            .partition(|one| one.percent.is_some());
        let told: Vec<&Uptime> = known.iter().take(TOLD).copied().collect();
        let room = TOLD.saturating_sub(told.len()).max(UNSEEN);
        let rows = told.iter().chain(unseen.iter().take(room));
        let rows = rows.map(|one| self.uptime_row(one)).collect();
        let folded = known.get(told.len()..).unwrap_or_default();
        let mut more = Vec::new();
        if let Some(worst) = folded.first().and_then(|one| one.percent) {
            let uptime = words.uptime(worst);
            more.push(words.say(
                "and-more-up",
                [("n", folded.len().into()), ("uptime", uptime.into())],
            ));
        }
        let hidden = unseen.len().saturating_sub(room);
        if hidden > 0 {
            more.push(words.say("and-unseen", [("n", hidden.into())]));
        }
        blocks.push(Block::Table(Table {
            caption: words.word("uptime-caption"),
            columns: vec![
                column("column-node", false),
                column("column-up", true),
                column("column-down", true),
                column("column-unknown", true),
            ],
            rows,
            more: (!more.is_empty()).then(|| words.list(&more)),
        }));
        blocks.extend(self.seen(&known));
        // Those that were up all the time need no drawing.
        let wanting = told.iter().filter(|one| one.shares.up_ms < whole(one));
        let most = match self.kind() {
            Kind::Daily | Kind::Weekly => DRAWN,
            Kind::Monthly => DRAWN_OF_MONTH,
        };
        let drawn = wanting.take(most);
        blocks.extend(drawn.filter_map(|one| self.uptime_chart(one)));
        blocks
    }

    /// How much of the time was seen, where that is not all of it.
    fn seen(&self, known: &[&Uptime]) -> Option<Block> {
        let words = self.words;
        let partly = known.iter().filter(|one| one.seen_percent < 100.0);
        let list: Vec<String> = partly
            .take(TOLD)
            .map(|one| {
                let percent = words.percent((one.seen_percent * 10.0).floor() / 10.0);
                words.say(
                    "seen-node",
                    [
                        ("node", name(&one.node).into()),
                        ("percent", percent.into()),
                    ],
                )
            })
            .collect();
        (!list.is_empty()).then(|| muted(words.say("seen", [("list", words.list(&list).into())])))
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
        let node = healed.last().map_or("", |event| event.node.as_str());
        Some(muted(words.say(
            "healed",
            [
                ("n", healed.len().into()),
                ("node", name(node).into()),
                ("last", words.foreign(last).into()),
            ],
        )))
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
