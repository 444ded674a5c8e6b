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
        let all = || self.report.facts.sources.iter();
        let named = |name: &&&str, source: &str| {
            let plain = source == **name;
            plain || (name.ends_with(' ') && source.starts_with(**name))
        };
        let mut worst = all().filter(|source| {
            let of_these = sources.iter().any(|name| named(&name, &source.name));
            of_these && source.state != Standing::Ok
        });
        let why = worst.find_map(|source| source.why.clone());
        why.unwrap_or_else(|| {
            let id = sources.first().map_or("source", |name| name.trim());
            self.words.word(match id {
                "gh" => "none-github",
                "git" => "none-repositories",
                "history" => "none-history",
                "agents" => "none-agents",
                _ => "none-data",
            })
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
