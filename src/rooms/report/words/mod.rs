//! The words of reports: whole sentences for each language, in Fluent's files,
//! and numbers, spans and dates as that language writes them. Pure.
//!
//! A sentence is never glued from parts: what varies is an argument of it.

mod numbers;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::render;
use crate::config::Language;
use crate::model::report::period::{Kind, Period};
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// The sentences of each language.
const ENGLISH: &str = include_str!("en.ftl");
const JAPANESE: &str = include_str!("ja.ftl");
/// Columns of a title, a subject, a line from outside.
const FOREIGN: usize = 80;

/// What people's clocks show at an instant.
pub type Clock<'a> = &'a dyn Fn(Timestamp) -> NaiveDateTime;

/// Says things in one language and one zone.
pub struct Words<'a> {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    clock: Clock<'a>,
}

impl<'a> Words<'a> {
    /// Of this language, by this clock.
    #[must_use]
    pub fn new(language: Language, clock: Clock<'a>) -> Self {
        let (tag, text) = match language {
            Language::En => ("en", ENGLISH),
            Language::Ja => ("ja", JAPANESE),
        };
        let id: LanguageIdentifier = tag.parse().unwrap_or_default();
        let resource = match FluentResource::try_new(text.to_owned()) {
            // What can be read of it is better than nothing; a test reads all.
            Ok(resource) | Err((resource, _)) => resource,
        };
        let mut bundle = FluentBundle::new(vec![id]);
        // Text from outside was made harmless; marks around it would be bytes
        // that nobody sees.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self {
            language,
            bundle,
            clock,
        }
    }

    /// `en` or `ja`.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        match self.language {
            Language::En => "en",
            Language::Ja => "ja",
        }
    }

    fn japanese(&self) -> bool {
        self.language == Language::Ja
    }

    /// A sentence without arguments.
    #[must_use]
    pub fn word(&self, id: &str) -> String {
        self.say(id, [])
    }

    /// A sentence with its arguments.
    #[must_use]
    pub fn say<const N: usize>(&self, id: &str, arguments: [(&str, Argument); N]) -> String {
        let mut given = FluentArgs::new();
        for (name, argument) in arguments {
            match argument {
                Argument::Text(text) => given.set(name, FluentValue::from(text)),
                Argument::Number(number) => given.set(name, FluentValue::from(number)),
            }
        }
        let pattern = self.bundle.get_message(id).and_then(|it| it.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "there is no message `{id}`");
            return id.to_owned();
        };
        let mut wrong = Vec::new();
        let said = self
            .bundle
            .format_pattern(pattern, Some(&given), &mut wrong)
            .into_owned();
        debug_assert!(wrong.is_empty(), "`{id}`: {wrong:?}");
        said
    }

    /// Text from outside: clean, cut, in quotes.
    #[must_use]
    pub fn foreign(&self, text: &str) -> String {
        let text = cut(clean(text).trim(), FOREIGN, "…");
        if self.japanese() {
            format!("「{text}」")
        } else {
            format!("\"{text}\"")
        }
    }

    /// Words that templates need and no view has.
    #[must_use]
    pub fn for_templates(&self, title: &str) -> render::Words {
        let word = |id: &str| self.word(id);
        let month = |number: u32| {
            if self.japanese() {
                format!("{{year}}年{number}月")
            } else {
                let first = NaiveDate::from_ymd_opt(2026, number, 1).unwrap_or_default();
                format!("{} {{year}}", first.format("%B"))
            }
        };
        render::Words {
            no_data: word("no-data"),
            up: word("class-up"),
            down: word("class-down"),
            unknown: word("class-unknown"),
            paused: word("class-paused"),
            data_table: word("data-table"),
            index_title: self.say("index-title", [("title", title.into())]),
            index_empty: word("index-empty"),
            daily: word("kind-daily"),
            weekly: word("kind-weekly"),
            monthly: word("kind-monthly"),
            months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(month),
        }
    }

    /// One after another, as the language lists things.
    #[must_use]
    pub fn list(&self, parts: &[String]) -> String {
        parts.join(if self.japanese() { "、" } else { ", " })
    }

    /// `14:05`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        (self.clock)(at).format("%H:%M").to_string()
    }

    /// What people's clocks show then.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> NaiveDateTime {
        (self.clock)(at)
    }

    /// The date there and then.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> NaiveDate {
        (self.clock)(at).date()
    }

    /// `Fri 20 Nov 2026`.
    #[must_use]
    pub fn date(&self, date: NaiveDate) -> String {
        if self.japanese() {
            let weekday = self.weekday(date);
            let (year, month, day) = (date.year(), date.month(), date.day());
            format!("{year}年{month}月{day}日({weekday})")
        } else {
            date.format("%a %-d %b %Y").to_string()
        }
    }

    /// `Fri 20 Nov`.
    #[must_use]
    pub fn short_date(&self, date: NaiveDate) -> String {
        if self.japanese() {
            let weekday = self.weekday(date);
            format!("{}月{}日({weekday})", date.month(), date.day())
        } else {
            date.format("%a %-d %b").to_string()
        }
    }

    /// `20 Nov`.
    #[must_use]
    pub fn day(&self, date: NaiveDate) -> String {
        if self.japanese() {
            format!("{}/{}", date.month(), date.day())
        } else {
            date.format("%-d %b").to_string()
        }
    }

    /// `22–28`, days of one month.
    #[must_use]
    pub fn days_of(&self, first: NaiveDate, last: NaiveDate) -> String {
        let mark = if self.japanese() { '〜' } else { '\u{2013}' };
        format!("{}{mark}{}", first.day(), last.day())
    }

    /// `Fri`.
    #[must_use]
    pub fn weekday(&self, date: NaiveDate) -> String {
        if self.japanese() {
            let number = date.weekday().num_days_from_monday();
            let all = ["月", "火", "水", "木", "金", "土", "日"];
            let name = usize::try_from(number).ok().and_then(|n| all.get(n));
            name.copied().unwrap_or_default().to_owned()
        } else {
            date.format("%a").to_string()
        }
    }

    /// A time of a period: with its date where that is longer than a day.
    #[must_use]
    pub fn moment(&self, at: Timestamp, kind: Kind) -> String {
        match kind {
            Kind::Daily => self.time(at),
            Kind::Weekly | Kind::Monthly => {
                let day = self.short_date(self.day_of(at));
                format!("{day} {}", self.time(at))
            }
        }
    }

    /// A period as its title has it: `2026-11-20`, `2026-W47`, `2026-11`.
    #[must_use]
    pub fn stamp(period: &Period) -> String {
        match period.kind {
            Kind::Daily => period.first.format("%Y-%m-%d"),
            Kind::Weekly => period.first.format("%G-W%V"),
            Kind::Monthly => period.first.format("%Y-%m"),
        }
        .to_string()
    }

    /// A period in words.
    #[must_use]
    pub fn period(&self, period: &Period) -> String {
        let first = period.first;
        let last = period.next.pred_opt().unwrap_or(period.next);
        match (period.kind, self.japanese()) {
            (Kind::Daily, _) => self.date(first),
            (Kind::Weekly, true) => format!(
                "{}年第{}週({}〜{})",
                first.iso_week().year(),
                first.iso_week().week(),
                self.day(first),
                self.day(last)
            ),
            (Kind::Weekly, false) => {
                let (from, to) = (first, last.format("%-d %b %Y"));
                let from = if (from.year(), from.month()) == (last.year(), last.month()) {
                    from.format("%-d")
                } else if from.year() == last.year() {
                    from.format("%-d %b")
                } else {
                    from.format("%-d %b %Y")
                };
                format!("{from}\u{2013}{to}")
            }
            (Kind::Monthly, true) => format!("{}年{}月", first.year(), first.month()),
            (Kind::Monthly, false) => first.format("%B %Y").to_string(),
        }
    }
}

/// What varies in a sentence: text, or a number that decides on its form.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// As it is.
    Text(String),
    /// It decides between one and many; printed plainly.
    Number(f64),
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u64> for Argument {
    #[expect(clippy::cast_precision_loss, reason = "one or many")]
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        u64::try_from(number).unwrap_or(u64::MAX).into()
    }
}

#[cfg(test)]
mod tests;
