//! A report in the words of one language: figures in, a [`View`] out. Pure.

mod about;
mod advice;
mod agents;
mod capacity;
mod charts;
mod code;
mod cost;
mod forecasts;
mod incidents;
mod metrics;
mod needs;
mod objectives;
mod sentence;
mod steps;
mod summary;
mod trends;

use std::fmt::Write as _;

use super::figures::Report;
use super::words::Words;
use crate::model::report::period::Kind;
use crate::model::report::source::Standing;
use crate::model::report::view::{Block, Named, Section, View};
use crate::model::time::Timestamp;

pub use needs::Need;

/// What is told, and by whom.
pub struct Telling<'a> {
    /// The figures.
    pub report: &'a Report<'a>,
    /// The language.
    pub words: &'a Words<'a>,
    /// The first words of the title.
    pub title: &'a str,
    /// The zone's name.
    pub zone: &'a str,
    /// The instant for what is open: the end of the period, or now.
    pub now: Timestamp,
}

impl Telling<'_> {
    fn kind(&self) -> Kind {
        self.report.facts.period.kind
    }

    /// The word for this kind in the names of messages.
    fn kind_word(&self) -> &'static str {
        match self.kind() {
            Kind::Daily => "daily",
            Kind::Weekly => "weekly",
            Kind::Monthly => "monthly",
        }
    }

    /// The whole report.
    #[must_use]
    pub fn view(&self) -> View {
        let words = self.words;
        let stamp = Words::stamp(&self.report.facts.period);
        let id = format!("title-{}", self.kind_word());
        let title = words.say(&id, [("title", self.title.into()), ("stamp", stamp.into())]);
        View {
            language: words.tag(),
            kind: self.kind(),
            title,
            period: self.period(),
            sentence: self.sentence(),
            sections: self.sections(),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let mut all = vec![self.summary()];
        match self.kind() {
            Kind::Daily => all.extend([self.agents(), self.metrics(), self.next_steps()]),
            Kind::Weekly => all.extend([
                self.contributors(),
                self.trends(),
                self.reliability("uptime-week"),
                self.code(),
                self.recommendations(),
                self.next_steps(),
            ]),
            Kind::Monthly => all.extend([
                self.objectives(),
                self.cost(),
                self.capacity(),
                self.reliability("reliability"),
                self.recommendations(),
                self.next_steps(),
            ]),
        }
        all.push(self.about());
        all
    }

    /// The period in words, with its zone, and until when it is told.
    fn period(&self) -> String {
        let words = self.words;
        let facts = self.report.facts;
        let period = words.period(&facts.period);
        let zone = self.zone;
        let hours = facts.period.span.seconds() / 3_600;
        match (facts.complete, self.kind()) {
            (true, Kind::Daily) if hours == 24 => {
                words.say("period", [("period", period.into()), ("zone", zone.into())])
            }
            // A day on which clocks are changed.
            (true, Kind::Daily) => words.say(
                "period-odd",
                [
                    ("period", period.into()),
                    ("hours", hours.to_string().into()),
                    ("zone", zone.into()),
                ],
            ),
            (true, _) => words.say(
                "period-days",
                [
                    ("period", period.into()),
                    ("days", facts.period.days().to_string().into()),
                    ("zone", zone.into()),
                ],
            ),
            (false, kind) => {
                let until = facts.newest.unwrap_or(facts.span.start);
                words.say(
                    "period-so-far",
                    [
                        ("period", period.into()),
                        ("until", words.moment(until, kind).into()),
                        ("zone", zone.into()),
                    ],
                )
            }
        }
    }

    /// `Not known: why`, by the first source that says why.
    fn unknown(&self, sources: &[&str]) -> String {
        let why = self.why(sources);
        self.words.say("not-known", [("why", why.into())])
    }

    /// Why nothing is known, in the source's words.
    fn why(&self, sources: &[&str]) -> String {
        let facts = self.report.facts;
        let forge = facts.forge.iter().flat_map(|forge| &forge.repositories);
        let of_forge: Vec<&str> = forge.map(|each| each.name.as_str()).collect();
        let asked = |source: &str| {
            let named = |name: &&str| {
                let begins = name.ends_with(' ') && source.starts_with(*name);
                begins || source == *name || (*name == "gh" && of_forge.contains(&source))
            };
            sources.iter().any(named)
        };
        let mut worst = facts
            .sources
            .iter()
            .filter(|source| asked(&source.name) && source.state != Standing::Ok);
        if let Some(why) = worst.find_map(|source| source.why.clone()) {
            return why;
        }
        // Nothing went wrong: it is not configured, or there is nothing of it.
        self.words
            .word(match sources.first().map(|name| name.trim()) {
                Some("gh") if facts.forge.is_none() => "none-github",
                Some("git") if facts.code.is_none() => "none-repositories",
                Some("history") if facts.machines.is_none() => "none-history",
                Some("history") => "none-seen",
                Some("agents") => "none-agents",
                _ => "none-data",
            })
    }
}

/// A section.
fn section(id: &str, heading: String, blocks: Vec<Block>) -> Section {
    Section {
        id: id.to_owned(),
        heading,
        blocks,
    }
}

/// A paragraph.
fn text(text: impl Into<String>) -> Block {
    Block::Text {
        text: text.into(),
        muted: false,
    }
}

/// A paragraph of less weight.
fn muted(text: impl Into<String>) -> Block {
    Block::Text {
        text: text.into(),
        muted: true,
    }
}

/// Text as a part of an id: letters, digits and `-`; whatever else is told by
/// its code, so that two names never have one id.
fn part_of_id(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars().take(80) {
        if c.is_ascii_alphanumeric() || c == '-' {
            id.push(c);
        } else {
            let _ = write!(id, "_{:x}_", u32::from(c));
        }
    }
    id
}

/// The nearest second to some milliseconds.
fn near(ms: i64) -> Timestamp {
    Timestamp(ms.saturating_add(500).div_euclid(1_000))
}

/// A figure by its name.
fn named(label: String, value: impl Into<String>) -> Named {
    Named {
        label,
        value: value.into(),
    }
}

#[cfg(test)]
mod sentence_tests;
#[cfg(test)]
mod tests;
