//! A date as a person gives it. Pure.

use chrono::{NaiveDate, Weekday};

use crate::model::report::period::Kind;

/// Why it is no date to tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nobody can read it.
    Unread,
    /// It has not come yet.
    Future,
}

/// A day of the period that is meant: `2026-11-20`, `today`, `yesterday`, of a
/// week also `2026-W47`, of a month also `2026-11`.
///
/// # Errors
/// When it is none, or begins after `today`.
pub(super) fn of(text: &str, kind: Kind, today: NaiveDate) -> Result<NaiveDate, Wrong> {
    let day = match text {
        "today" => Some(today),
        "yesterday" => today.pred_opt(),
        _ => text.parse::<NaiveDate>().ok().or_else(|| match kind {
            Kind::Daily => None,
            Kind::Weekly => week(text),
            Kind::Monthly => month(text),
        }),
    };
    let day = day.ok_or(Wrong::Unread)?;
    if day > today {
        Err(Wrong::Future)
    } else {
        Ok(day)
    }
}

fn week(text: &str) -> Option<NaiveDate> {
    let (year, week) = text.split_once("-W")?;
    let (year, week) = (number(year, 4)?, number(week, 2)?);
    NaiveDate::from_isoywd_opt(i32::try_from(year).ok()?, week, Weekday::Mon)
}

fn month(text: &str) -> Option<NaiveDate> {
    let (year, month) = text.split_once('-')?;
    let (year, month) = (number(year, 4)?, number(month, 2)?);
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// The kind and a day of the report whose files are called so.
#[must_use]
pub(super) fn of_stem(stem: &str) -> Option<(Kind, NaiveDate)> {
    let (word, date) = stem.split_once('-')?;
    let (kind, day) = match word {
        "daily" => (Kind::Daily, date.parse().ok()?),
        "weekly" => (Kind::Weekly, week(date)?),
        "monthly" => (Kind::Monthly, month(date)?),
        _ => return None,
    };
    // Written in any other way it is not a file of ours.
    let zone = chrono::Utc;
    let period = crate::model::report::period::Period::containing(kind, day, &zone);
    (period.stem() == stem).then_some((kind, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_a_week_and_a_month_are_named_as_they_are_called() {
        let today = day("2026-11-20");
        let daily = |text| of(text, Kind::Daily, today);
        assert_eq!(daily("2026-11-19"), Ok(day("2026-11-19")));
        assert_eq!(daily("today"), Ok(today));
        assert_eq!(daily("yesterday"), Ok(day("2026-11-19")));
        assert_eq!(daily("2026-11-21"), Err(Wrong::Future));
        for text in ["", "2026-11", "2026-W47", "2026-02-30", "20.11.2026", "-1"] {
            assert_eq!(daily(text), Err(Wrong::Unread), "{text}");
        }
        let weekly = |text| of(text, Kind::Weekly, today);
        assert_eq!(weekly("2026-W47"), Ok(day("2026-11-16")));
        assert_eq!(weekly("2026-W48"), Err(Wrong::Future));
        assert_eq!(weekly("2026-W54"), Err(Wrong::Unread));
        let monthly = |text| of(text, Kind::Monthly, today);
        assert_eq!(monthly("2026-11"), Ok(day("2026-11-01")));
        assert_eq!(monthly("2026-12"), Err(Wrong::Future));
        assert_eq!(monthly("2026-13"), Err(Wrong::Unread));
    }

    #[test]
    fn files_that_are_called_otherwise_are_not_ours() {
        let told = of_stem("weekly-2026-W47");
        assert_eq!(told, Some((Kind::Weekly, day("2026-11-16"))));
        assert_eq!(
            of_stem("daily-2026-11-20").map(|one| one.0),
            Some(Kind::Daily)
        );
        assert_eq!(
            of_stem("monthly-2026-11").map(|one| one.0),
            Some(Kind::Monthly)
        );
        for stem in [
            "index",
            "daily-2026-11-20.old",
            "daily-",
            "yearly-2026",
            "daily-2026-1-2",
        ] {
            assert_eq!(of_stem(stem), None, "{stem}");
        }
    }
}
