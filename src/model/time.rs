//! Instants and spans, in whole seconds, stored in UTC.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant on the wall clock: whole seconds since 1970-01-01T00:00:00Z.
///
/// Stored as RFC 3339 text in UTC, `2026-11-22T06:00:00Z`. The wall clock can
/// be set back or forth, so differences saturate and may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Seconds from `earlier` to `self`; negative when the clock went back.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant `span` later.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_secs()).unwrap_or(i64::MAX)),
        )
    }

    /// RFC 3339 text in UTC; instants outside the years chrono knows (262 000
    /// either way) come out as the epoch.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// The instant as chrono's type, for printing in a zone.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = DateTime::parse_from_rfc3339(&text).map_err(de::Error::custom)?;
        Ok(Self(time.timestamp()))
    }
}

/// A span for people, in its largest unit: `40s`, `4m`, `3h`, `2d`.
///
/// Negative spans, left by a clock that was set back, read `0s`.
#[must_use]
pub fn age(seconds: i64) -> String {
    match seconds {
        ..=0 => "0s".to_owned(),
        1..=59 => format!("{seconds}s"),
        60..=3_599 => format!("{}m", seconds / 60),
        3_600..=86_399 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What is left of a span, in two units and rounded up: `40s`, `5m`, `1h 59m`, `2d 3h`.
#[must_use]
pub fn left(seconds: i64) -> String {
    let minutes = seconds.saturating_add(59) / 60;
    match seconds {
        ..60 => age(seconds),
        60..3_600 => format!("{minutes}m"),
        3_600..86_400 => format!("{}h {}m", minutes / 60, minutes % 60),
        _ => format!("{}d {}h", minutes / 1_440, minutes % 1_440 / 60),
    }
}

/// The longest span that a person may ask for, so that a slip of the finger
/// does not silence us for years.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// A span as a person gives it, `2h` or `1h 30m`, from a second to 366 days.
///
/// # Errors
/// What is wrong with it.
pub fn span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if (Duration::from_secs(1)..=LONGEST).contains(&span) {
        Ok(span)
    } else {
        Err("must be at least 1s and at most 366 days".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_stored_as_rfc3339_in_utc_and_read_back() {
        let time = Timestamp(1_795_327_200);
        let text = serde_json::to_string(&time).unwrap();
        assert_eq!(text, "\"2026-11-22T06:00:00Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), time);
        let east: Timestamp = serde_json::from_str("\"2026-11-22T15:00:00+09:00\"").unwrap();
        assert_eq!(east, time);
    }

    #[test]
    fn differences_and_texts_survive_any_clock() {
        assert_eq!(Timestamp(i64::MIN).since(Timestamp(i64::MAX)), i64::MIN);
        assert_eq!(
            Timestamp(i64::MAX).after(Duration::MAX),
            Timestamp(i64::MAX)
        );
        assert_eq!(Timestamp(i64::MAX).rfc3339(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_left_is_rounded_up() {
        let told = [-1, 59, 61, 3_599, 7_199, 7_200, 90_000].map(left);
        assert_eq!(told, ["0s", "59s", "2m", "60m", "2h 0m", "2h 0m", "1d 1h"]);
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let told = [-5, 0, 59, 60, 3_599, 3_600, 86_399, 86_400, 864_000].map(age);
        assert_eq!(
            told,
            ["0s", "0s", "59s", "1m", "59m", "1h", "23h", "1d", "10d"]
        );
    }
}
