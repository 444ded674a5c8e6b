//! The first screen: figures, and what needs a person.

use super::{Telling, muted, named, section, text};
use crate::model::report::change::Change;
use crate::model::report::period::Kind;
use crate::model::report::view::{Block, Item, Named, Section, Tile};
use crate::rooms::report::figures::Counted;
use crate::rooms::report::figures::tiles::{self, Of};

impl Telling<'_> {
    pub(super) fn summary(&self) -> Section {
        let words = self.words;
        let mut blocks = vec![Block::Tiles {
            tiles: self.tiles(),
        }];
        blocks.push(Block::Heading {
            id: Some("needs-you".into()),
            text: words.word("needs-you"),
        });
        let needs = self.needs();
        if needs.is_empty() {
            blocks.push(text(words.word("needs-nothing")));
        } else {
            let items = needs.into_iter().map(|need| Item {
                text: need.text,
                link: Some(need.link),
                ..Item::default()
            });
            blocks.push(Block::Items {
                ordered: true,
                items: items.collect(),
            });
        }
        blocks.extend(self.besides());
        if self.kind() == Kind::Weekly {
            blocks.push(Block::Figures {
                figures: self.productivity(),
            });
        }
        section("summary", words.word("heading-summary"), blocks)
    }

    fn tiles(&self) -> Vec<Tile> {
        let tiles = tiles::tiles(self.report).into_iter();
        tiles.map(|tile| self.tile(tile.id, &tile.of)).collect()
    }

    fn tile(&self, id: &str, of: &Of) -> Tile {
        let words = self.words;
        let (value, note) = match of {
            Of::Count(count, merges) => (self.counted(*count, *merges, id), self.beside(*count)),
            Of::Uptime(None) => (self.unknown(&["history"]), None),
            Of::Uptime(Some((node, percent, down_ms))) => {
                let value = words.say(
                    "node-uptime",
                    [
                        ("node", super::sentence::name(node).into()),
                        ("uptime", words.uptime(*percent).into()),
                    ],
                );
                let down = u64::try_from(*down_ms).unwrap_or(0);
                let span = words.span_ms(down);
                let beside = (down > 0).then(|| words.say("down-for", [("span", span.into())]));
                (value, beside)
            }
            Of::Cost(None, _) => (words.word("no-cost-data"), None),
            Of::Cost(Some(now), before) => {
                let value = words.dollars(*now);
                let before = before.map(|before| {
                    let before = words.dollars(before);
                    words.say(&self.of_kind("before"), [("count", before.into())])
                });
                (value, before)
            }
            Of::Objectives(None) if self.report.objectives.is_some() => {
                (words.word("no-pace"), None)
            }
            Of::Objectives(None) => (self.unknown(&["gh"]), None),
            Of::Objectives(Some((on, of))) => (
                words.say("on-pace-of", [("n", (*on).into()), ("of", (*of).into())]),
                None,
            ),
        };
        Tile {
            id: id.to_owned(),
            label: words.word(&format!("tile-{id}")),
            value,
            note,
        }
    }

    /// A count, or why there is none.
    fn counted(&self, count: Counted, merges: Option<u64>, id: &str) -> String {
        let words = self.words;
        let Some(now) = count.now else {
            return match id {
                "commits" => self.unknown(&["git "]),
                "errors" => self.unknown(&["errors.log", "history"]),
                _ => self.unknown(&["gh"]),
            };
        };
        let shown = words.count(now);
        match merges.filter(|merges| *merges > 0) {
            _ if count.partial => words.say("at-least", [("count", shown.into())]),
            Some(merges) => words.say(
                "commits-merges",
                [
                    ("count", shown.into()),
                    ("n", merges.into()),
                    ("merges", words.count(merges).into()),
                ],
            ),
            None => words.say("plain", [("count", shown.into())]),
        }
    }

    /// The period before, and how it changed.
    pub(super) fn beside(&self, count: Counted) -> Option<String> {
        count.now?;
        let words = self.words;
        let Some(before) = count.before else {
            return Some(words.word(&self.of_kind("no-before")));
        };
        Some(self.changed(count.change, &words.count(before)))
    }

    /// The figure before, and how it changed.
    fn changed(&self, change: Change, before: &str) -> String {
        let id = match change {
            Change::Unknown => "before",
            Change::More => "before-more",
            Change::Fewer => "before-fewer",
            Change::Same => "before-same",
        };
        let id = self.of_kind(id);
        self.words.say(&id, [("count", before.into())])
    }

    /// The name of a message that differs by the kind of report.
    pub(super) fn of_kind(&self, id: &str) -> String {
        let kind = self.kind_word();
        if !self.report.facts.complete {
            return format!("{id}-so-far-{kind}");
        }
        format!("{id}-{kind}")
    }

    /// What the tiles count together, told apart, and what was opened.
    fn besides(&self) -> Option<Block> {
        let words = self.words;
        let mut parts = self.besides_forge().unwrap_or_default();
        let cost = self.report.cost.as_ref().and_then(|cost| cost.dollars);
        if let Some(dollars) = cost.filter(|_| self.kind() == Kind::Daily) {
            let sum = words.dollars(dollars);
            parts.push(words.say("besides-cost", [("sum", sum.into())]));
        }
        let code = self.report.facts.code.as_ref();
        if let Some(code) = code.filter(|_| self.kind() == Kind::Monthly) {
            let total = &code.now.total;
            let agents = total.commits.saturating_sub(total.unsigned);
            parts.push(words.say(
                "besides-commits",
                [
                    ("n", total.commits.into()),
                    ("count", words.count(total.commits).into()),
                    ("agents", words.count(agents).into()),
                ],
            ));
        }
        let gap = if words.tag() == "ja" { "" } else { " " };
        (!parts.is_empty()).then(|| muted(parts.join(gap)))
    }

    fn besides_forge(&self) -> Option<Vec<String>> {
        let forged = self.report.forged.as_ref()?;
        let words = self.words;
        let (closed, merged) = (forged.closed.now?, forged.merged.now?);
        let part = forged.opened.partial || forged.pulls_opened.partial;
        let opened = forged.opened.now.zip(forged.pulls_opened.now);
        let opened = opened.filter(|_| !part);
        let mut parts = Vec::new();
        if closed > 0 && forged.reasons.not_planned + forged.reasons.duplicate > 0 {
            parts.push(words.say(
                "besides-issues",
                [
                    ("planned", words.count(forged.reasons.not_planned).into()),
                    ("duplicate", words.count(forged.reasons.duplicate).into()),
                ],
            ));
        }
        if merged > 0 {
            parts.push(words.say(
                "besides-pulls",
                [
                    ("default", words.count(forged.merges.to_default).into()),
                    ("bots", words.count(forged.merges.by_bots).into()),
                ],
            ));
        }
        if let Some((issues, pulls)) = opened {
            parts.push(words.say(
                "besides-opened",
                [
                    ("issues", issues.into()),
                    ("pulls", pulls.into()),
                    ("issue-count", words.count(issues).into()),
                    ("pull-count", words.count(pulls).into()),
                ],
            ));
        }
        Some(parts)
    }

    /// Issues, pull requests and commits a day, and how fast answers come.
    fn productivity(&self) -> Vec<Named> {
        let words = self.words;
        let mut all = Vec::new();
        let forged = self.report.forged.as_ref();
        let days = self.report.facts.span.seconds();
        let counts = [
            ("productivity-issues", forged.map(|forged| forged.closed)),
            ("productivity-pulls", forged.map(|forged| forged.merged)),
            ("productivity-commits", Some(self.report.commits)),
        ];
        for (id, count) in counts {
            let Some(count) = count.filter(|count| count.now.is_some() && !count.partial) else {
                continue;
            };
            let a_day = |count: u64| a_day(count, days);
            let beside = match count.before {
                None => words.word(&self.of_kind("no-before")),
                Some(before) => self.changed(count.change, &a_day(before)),
            };
            let value = words.say(
                "figure-beside",
                [
                    ("value", a_day(count.now.unwrap_or(0)).into()),
                    ("beside", beside.into()),
                ],
            );
            all.push(named(words.word(id), value));
        }
        if let Some(reviews) = forged.and_then(|forged| forged.reviews.as_ref()) {
            let answers = &reviews.first_answer;
            if let Some(median) = answers.median {
                let value = words.say(
                    "first-review",
                    [
                        ("median", words.span(median).into()),
                        ("n", answers.n.into()),
                        ("without", reviews.without.into()),
                    ],
                );
                all.push(named(words.word("productivity-review"), value));
            }
            let merges = &reviews.to_merge;
            if let Some(median) = merges.median {
                let value = words.say(
                    "to-merge",
                    [
                        ("median", words.span(median).into()),
                        ("n", merges.n.into()),
                    ],
                );
                all.push(named(words.word("productivity-merge"), value));
            }
        }
        all
    }
}

/// One decimal.
#[expect(clippy::cast_precision_loss, reason = "one decimal is printed")]
fn a_day(count: u64, seconds: i64) -> String {
    format!("{:.1}", count as f64 * 86_400.0 / seconds.max(1) as f64)
}
