//! The kinds of value a key can hold, read from TOML: pure functions and the
//! short forms of them that the sections use.

use std::ops::RangeInclusive;
use std::time::Duration;

use humantime::format_duration;
use toml::de::DeValue;

use super::reader::Section;
use super::words::alternatives;
use super::wrong::Wrong;

/// A closed choice: every word with what it stands for.
pub trait Choice: Copy + PartialEq + 'static {
    /// The words in the order they are told to people.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of the configuration file.
    #[must_use]
    fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(_, choice)| *choice == self);
        known.map_or("", |(word, _)| word)
    }
}

/// Seconds as a duration, for ranges.
pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A day.
pub(super) const DAY: Duration = seconds(86_400);

/// A year as `humantime` counts it: 365.25 days.
pub(super) const YEAR: Duration = seconds(31_557_600);

/// An hour.
pub(super) const HOUR: Duration = seconds(3_600);

impl Section<'_, '_> {
    /// A duration such as `5m` within a range.
    pub(super) fn duration(
        &mut self,
        key: &'static str,
        range: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        self.value(key, |value| duration(value, &range))
    }

    /// A duration within a range, or the default `word` of an entry's key.
    pub(super) fn duration_or(
        &mut self,
        key: &'static str,
        word: &'static str,
        range: RangeInclusive<Duration>,
    ) -> Duration {
        let given = self.duration(key, range.clone());
        given.unwrap_or_else(|| duration(&DeValue::String(word.into()), &range).unwrap_or_default())
    }

    /// A number of percent or points, whole or not, within a range.
    pub(super) fn percent(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        self.value(key, |value| percent(value, &range))
    }

    /// A whole number within a range.
    pub(super) fn integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        self.value(key, |value| integer(value, &range))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.value(key, |value| {
            value
                .as_bool()
                .ok_or_else(|| Wrong::kind("`true` or `false`"))
        })
    }

    /// Text that `read` accepts.
    pub(super) fn text<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        self.value(key, |value| read(text(value)?))
    }

    /// Texts, each of which `read` accepts; `what` names them together.
    pub(super) fn texts<T>(
        &mut self,
        key: &'static str,
        what: &str,
        mut read: impl FnMut(&str) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        self.values(key, what, |value| read(text(value)?))
    }

    /// One word of a closed choice.
    pub(super) fn choice<T: Choice>(&mut self, key: &'static str) -> Option<T> {
        self.text(key, choice)
    }
}

/// The text of a value.
pub(super) fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Wrong> {
    value.as_str().ok_or_else(|| Wrong::kind("text in quotes"))
}

/// What a word of a closed choice stands for.
pub(super) fn choice<T: Choice>(text: &str) -> Result<T, Wrong> {
    if let Some((_, choice)) = T::WORDS.iter().find(|(word, _)| *word == text) {
        return Ok(*choice);
    }
    let quoted: Vec<String> = T::WORDS
        .iter()
        .map(|(word, _)| format!("\"{word}\""))
        .collect();
    let words = T::WORDS.iter().map(|(word, _)| *word);
    Err(Wrong::must(alternatives(&quoted)).suggest(text, words))
}

fn duration(value: &DeValue<'_>, range: &RangeInclusive<Duration>) -> Result<Duration, Wrong> {
    const EXAMPLE: &str = "a duration such as \"5m\"";
    let text = value.as_str().ok_or_else(|| Wrong::kind(EXAMPLE))?;
    let duration = humantime::parse_duration(text).map_err(|_| Wrong::must(EXAMPLE))?;
    if range.contains(&duration) {
        return Ok(duration);
    }
    let (least, most) = (
        format_duration(*range.start()),
        format_duration(*range.end()),
    );
    Err(Wrong::must(format!("at least {least} and at most {most}")))
}

fn percent(value: &DeValue<'_>, range: &RangeInclusive<f64>) -> Result<f64, Wrong> {
    let number = match value {
        DeValue::Integer(_) => whole(value)
            .and_then(|number| i32::try_from(number).ok())
            .map(f64::from),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => return Err(Wrong::kind("a number")),
    };
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            Wrong::must(format!(
                "at least {} and at most {}",
                range.start(),
                range.end()
            ))
        })
}

/// A whole number within a range.
pub(super) fn integer<T: TryFrom<i64>>(
    value: &DeValue<'_>,
    range: &RangeInclusive<i64>,
) -> Result<T, Wrong> {
    if !value.is_integer() {
        return Err(Wrong::kind("a whole number"));
    }
    whole(value)
        .filter(|number| range.contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| {
            Wrong::must(format!(
                "at least {} and at most {}",
                range.start(),
                range.end()
            ))
        })
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
