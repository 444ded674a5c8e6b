//! What was not as it should be: one line each, with how fast it was seen and
//! over.

use std::collections::BTreeMap;

use super::sentence::{kind_of, name};
use super::{Telling, muted, near, part_of_id, text};
use crate::model::report::machines::{By, Outage};
use crate::model::report::period::Kind;
use crate::model::report::view::{Block, Item};
use crate::model::time::Timestamp;

/// Incidents that are told one by one.
const TOLD: usize = 10;
/// So often the same target is told as one.
const AGAIN: usize = 3;
/// Letters of those.
const LETTERS: usize = 8;

impl Telling<'_> {
    /// Incidents with their heading.
    pub(super) fn incidents(&self) -> Vec<Block> {
        let words = self.words;
        let Some(machines) = &self.report.machines else {
            return Vec::new();
        };
        let all = &machines.outages;
        let heading = Block::Heading {
            id: Some("incidents".into()),
            text: words.say(
                "incidents",
                [("count", words.count(all.len() as u64).into())],
            ),
        };
        let mut blocks = vec![heading];
        if all.is_empty() {
            blocks.push(text(words.word("no-incidents")));
            return blocks;
        }
        // A day has four drawings at most.
        if self.kind() != Kind::Daily || self.first_to_fill().is_none() {
            blocks.extend(self.timeline());
        }
        let (mut items, left) = self.told(all);
        // By their beginning, as their letters are.
        items.sort_by_key(|(number, _)| *number);
        blocks.push(Block::Items {
            ordered: false,
            items: items.into_iter().map(|(_, item)| item).collect(),
        });
        if left > 0 {
            blocks.push(muted(words.say("and-shorter", [("n", left.into())])));
        }
        blocks.extend(self.means());
        blocks
    }

    /// What is told one by one: what goes on first, then what took longest;
    /// the same target again and again is one. And how many are left.
    fn told(&self, all: &[Outage]) -> (Vec<(usize, Item)>, usize) {
        let mut targets: BTreeMap<(&str, &str), Vec<(usize, &Outage)>> = BTreeMap::new();
        for (number, one) in all.iter().enumerate() {
            let target = (one.node.as_str(), one.check.as_str());
            targets.entry(target).or_default().push((number, one));
        }
        let mut items = Vec::new();
        let mut single: Vec<(usize, &Outage)> = Vec::new();
        for same in targets.into_values() {
            let over = same.iter().all(|(_, one)| one.ended_ms.is_some());
            if same.len() >= AGAIN && over {
                items.extend(self.again(&same));
            } else {
                single.extend(same);
            }
        }
        single.sort_by_key(|(number, one)| {
            let lasted = one.lasted_ms().map_or(u64::MAX, |span| span);
            (std::cmp::Reverse(lasted), *number)
        });
        let room = TOLD.saturating_sub(items.len());
        let left = single.len().saturating_sub(room);
        let told = single.into_iter().take(room);
        items.extend(told.map(|(number, one)| (number, self.incident(number, one))));
        (items, left)
    }

    /// The same target, again and again, as one.
    fn again(&self, same: &[(usize, &Outage)]) -> Option<(usize, Item)> {
        let words = self.words;
        let (number, first) = *same.first()?;
        let (_, last) = *same.last()?;
        let mut spans: Vec<u64> = same.iter().filter_map(|(_, one)| one.lasted_ms()).collect();
        spans.sort_unstable();
        let median = spans.get(spans.len().saturating_sub(1) / 2)?;
        let ours = same.iter().filter(|(_, one)| one.by == Some(By::Mamori));
        let letters: Vec<String> = same.iter().map(|(number, _)| letter(*number)).collect();
        let shown: Vec<String> = letters.iter().take(LETTERS).cloned().collect();
        let more = if letters.len() > LETTERS { " …" } else { "" };
        let text = words.say(
            "incident-again",
            [
                ("letters", (words.list(&shown) + more).into()),
                ("node", name(&first.node).into()),
                ("kind", kind_of(&first.check).into()),
                ("what", self.target(&first.check).into()),
                ("times", same.len().into()),
                ("first", self.when(near(first.began_ms)).into()),
                ("last", self.when(near(last.began_ms)).into()),
                ("median", words.span_ms(*median).into()),
                ("longest", words.span_ms(spans.last().copied()?).into()),
                ("ours", ours.count().into()),
            ],
        );
        let cause = last.text.trim();
        let item = Item {
            id: Some(incident_id(first)),
            text,
            details: (!cause.is_empty())
                .then(|| words.foreign(cause))
                .into_iter()
                .collect(),
            link: None,
        };
        Some((number, item))
    }

    /// `A 03:12 pixel: sshd failed; seen at once, back after 0.11 s, by Mamori`.
    fn incident(&self, number: usize, one: &Outage) -> Item {
        let words = self.words;
        let at = near(one.began_ms);
        let span = words.span_ms(one.lasted_ms().unwrap_or(0));
        let end = match (one.ended_ms, one.by, one.paused) {
            (None, ..) => words.word("end-open"),
            (_, _, true) => words.say("end-paused", [("span", span.into())]),
            (_, Some(By::Mamori), _) => words.say("end-mamori", [("span", span.into())]),
            (_, Some(By::Owner), _) => words.say("end-owner", [("span", span.into())]),
            (_, _, _) => words.say("end-itself", [("span", span.into())]),
        };
        let seen = match one.to_detect_ms() {
            None => words.word("seen-unknown"),
            Some(ms) if ms < 1_000 => words.word("seen-at-once"),
            Some(ms) => words.say("seen-after", [("span", words.span_ms(ms).into())]),
        };
        let line = words.say(
            "incident",
            [
                ("letter", letter(number).into()),
                ("time", self.when(at).into()),
                ("node", name(&one.node).into()),
                ("kind", kind_of(&one.check).into()),
                ("what", self.target(&one.check).into()),
                ("seen", seen.into()),
                ("end", end.into()),
            ],
        );
        let cause = one.text.trim();
        Item {
            id: Some(incident_id(one)),
            text: line,
            details: (!cause.is_empty())
                .then(|| words.foreign(cause))
                .into_iter()
                .collect(),
            link: None,
        }
    }

    /// When: with its day where that is not the day of the report.
    fn when(&self, at: Timestamp) -> String {
        let words = self.words;
        let same = words.day_of(at) == self.report.facts.period.first;
        match self.kind() {
            Kind::Daily if same => words.time(at),
            _ => words.moment(at, Kind::Weekly),
        }
    }

    /// The means, of five and more.
    fn means(&self) -> Option<Block> {
        let words = self.words;
        let machines = self.report.machines.as_ref()?;
        let times = &machines.times;
        let mut figures = Vec::new();
        let pairs = [
            ("mttd", times.mttd_ms, &times.to_detect),
            ("mttr", times.mttr_ms, &times.to_repair),
        ];
        for (id, mean, spread) in pairs {
            let (Some(mean), Some(median), Some(longest)) = (mean, spread.median, spread.longest)
            else {
                continue;
            };
            let value = words.say(
                "mean-of",
                [
                    ("mean", words.span_ms(mean).into()),
                    ("median", words.span_ms(median).into()),
                    ("longest", words.span_ms(longest).into()),
                    ("n", spread.n.to_string().into()),
                ],
            );
            figures.push(super::named(words.word(id), value));
        }
        if machines.repaired > 0 {
            let count = words.count(machines.repaired);
            let of = words.count(machines.outages.len() as u64);
            let value = words.say("repaired-of", [("count", count.into()), ("of", of.into())]);
            figures.push(super::named(words.word("repaired"), value));
        }
        (!figures.is_empty()).then_some(Block::Figures { figures })
    }
}

/// A, B, … Z, AA, AB …
pub(super) fn letter(number: usize) -> String {
    let mut left = number;
    let mut letters = Vec::new();
    loop {
        let one = u8::try_from(left % 26).unwrap_or(0);
        letters.push(char::from(b'A' + one));
        if left < 26 {
            break;
        }
        left = left / 26 - 1;
    }
    letters.iter().rev().collect()
}

/// The same whenever the report is made.
fn incident_id(one: &Outage) -> String {
    let (node, check) = (part_of_id(&one.node), part_of_id(&one.check));
    format!("incident-{node}-{check}-{}", one.began_ms)
}
