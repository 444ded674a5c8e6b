//! Which reports are due and missing. Pure.
//!
//! A report is due ten minutes after its period's end, so at 00:10; what was
//! missed is made up for, but not from before anything was known. One that
//! lacks a source which may be there later is made again for some days.

use chrono::{NaiveDate, TimeZone};

use crate::model::report::period::{Kind, Period, beginning};
use crate::model::time::Timestamp;

/// What of a period comes late is waited for so long, in seconds.
pub const SETTLED: i64 = 600;
/// A report that lacks a source is made again until so long after its period,
/// in seconds…
const BETTERED: i64 = 3 * 86_400;
/// …and not sooner than so long after it was written.
const APART: i64 = 3_600;
/// How many of each kind are made up for, at most.
const BACK: [(Kind, usize); 3] = [(Kind::Daily, 7), (Kind::Weekly, 4), (Kind::Monthly, 2)];

/// A report that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The name of its files, without an ending.
    pub stem: String,
    /// Whether all of its files are there, of a period that was over.
    pub whole: bool,
    /// When it was written.
    pub at: Timestamp,
    /// Whether it lacks of a source what may be there later.
    pub lacking: bool,
}

impl Written {
    /// Whether it stays as it is at `now`.
    fn stays(&self, period: &Period, now: Timestamp) -> bool {
        let settled = period.span.end.0.saturating_add(SETTLED);
        let late = now.since(period.span.end) >= BETTERED || now.since(self.at) <= APART;
        self.whole && self.at.0 >= settled && (!self.lacking || late)
    }
}

/// What is known when it is decided.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Now.
    pub now: Timestamp,
    /// Whether daily ones are wanted.
    pub daily: bool,
    /// The first instant of which anything is known; `None`: nothing is.
    pub first: Option<Timestamp>,
    /// The reports that are there.
    pub written: &'a [Written],
}

/// The periods whose reports are due and missing, the earliest of each kind
/// first.
#[must_use]
pub fn due<Z: TimeZone>(known: &Known<'_>, zone: &Z) -> Vec<Period> {
    let Some(first) = known.first else {
        return Vec::new();
    };
    // The period that was just over then.
    let settled = Timestamp(known.now.0.saturating_sub(SETTLED));
    let today: NaiveDate = settled.utc().with_timezone(zone).date_naive();
    let mut all = Vec::new();
    for (kind, most) in BACK {
        if kind == Kind::Daily && !known.daily {
            continue;
        }
        let running = Period::containing(kind, today, zone);
        let back = std::iter::successors(Some(running), |period| Some(period.previous(zone)));
        let missing = back
            .skip(1)
            .take(most)
            .filter(|period| period.complete(settled) && first < period.span.end)
            .filter(|period| !is_written(known, period));
        let mut missing: Vec<Period> = missing.collect();
        missing.reverse();
        all.extend(missing);
    }
    all
}

/// The first instant after that one at which reports may be due: ten minutes
/// after a day's beginning.
#[must_use]
pub fn next<Z: TimeZone>(after: Timestamp, zone: &Z) -> Timestamp {
    let day = after.utc().with_timezone(zone).date_naive();
    let of = |day: NaiveDate| Timestamp(beginning(day, zone).0.saturating_add(SETTLED));
    let today = of(day);
    if after < today {
        return today;
    }
    day.succ_opt().map_or(today, of)
}

fn is_written(known: &Known<'_>, period: &Period) -> bool {
    let stem = period.stem();
    let mut written = known.written.iter().filter(|one| one.stem == stem);
    written.any(|one| one.stays(period, known.now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use chrono_tz::{America, Asia, Tz};

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp())
    }

    fn stems(now: &str, first: &str, written: &[Written], daily: bool, zone: Tz) -> Vec<String> {
        let known = Known {
            now: at(now),
            daily,
            first: Some(at(first)),
            written,
        };
        due(&known, &zone).iter().map(Period::stem).collect()
    }

    fn done(stem: &str, whole: bool) -> Written {
        Written {
            stem: stem.to_owned(),
            whole,
            at: at("2100-01-01T00:00:00Z"),
            lacking: false,
        }
    }

    const LONG_AGO: &str = "2025-01-01T00:00:00Z";

    #[test]
    fn after_a_long_sleep_so_much_is_made_up_for_and_no_more() {
        // Monday.
        let all = stems(
            "2026-11-23T00:10:00+09:00",
            LONG_AGO,
            &[],
            true,
            Asia::Tokyo,
        );
        let days = (16..=22).map(|day| format!("daily-2026-11-{day}"));
        let weeks = (44..=47).map(|week| format!("weekly-2026-W{week}"));
        let months = ["monthly-2026-09", "monthly-2026-10"].map(str::to_owned);
        let told: Vec<String> = days.chain(weeks).chain(months).collect();
        assert_eq!(all, told);
    }

    #[test]
    fn a_period_is_due_ten_minutes_after_its_end() {
        let written: Vec<Written> = (15..=21)
            .map(|day| done(&format!("daily-2026-11-{day}"), true))
            .collect();
        let days = |now: &str| {
            let mut all = stems(now, LONG_AGO, &written, true, Asia::Tokyo);
            all.retain(|stem| stem.starts_with("daily"));
            all
        };
        assert_eq!(days("2026-11-23T00:09:59+09:00"), [""; 0]);
        assert_eq!(days("2026-11-23T00:10:00+09:00"), ["daily-2026-11-22"]);
    }

    #[test]
    fn what_was_over_before_anything_was_known_has_no_report() {
        let since = |first: &str| stems("2026-11-24T09:00:00+09:00", first, &[], true, Asia::Tokyo);
        let yesterday = "2026-11-22T23:59:59+09:00";
        let told = ["daily-2026-11-22", "daily-2026-11-23", "weekly-2026-W47"];
        assert_eq!(since(yesterday), told);
        assert_eq!(since("2026-11-23T00:00:00+09:00"), ["daily-2026-11-23"]);
        assert_eq!(since("2026-11-24T00:00:00+09:00"), [""; 0]);
        let nothing = Known {
            now: at("2026-11-24T09:00:00Z"),
            daily: true,
            first: None,
            written: &[],
        };
        assert_eq!(due(&nothing, &Asia::Tokyo), []);
    }

    #[test]
    fn a_report_of_a_running_day_is_replaced_and_a_whole_one_stays() {
        let first = "2026-11-23T05:00:00+09:00";
        let told = |complete| {
            let written = [done("daily-2026-11-23", complete)];
            stems(
                "2026-11-24T09:00:00+09:00",
                first,
                &written,
                true,
                Asia::Tokyo,
            )
        };
        assert_eq!(told(false), ["daily-2026-11-23"]);
        assert_eq!(told(true), [""; 0]);
    }

    #[test]
    fn what_was_written_before_all_of_it_was_there_is_written_again() {
        let first = "2026-11-23T05:00:00+09:00";
        let told = |written: &str| {
            let written = [Written {
                at: at(written),
                ..done("daily-2026-11-23", true)
            }];
            stems(
                "2026-11-24T09:00:00+09:00",
                first,
                &written,
                true,
                Asia::Tokyo,
            )
        };
        assert_eq!(told("2026-11-24T00:09:59+09:00"), ["daily-2026-11-23"]);
        assert_eq!(told("2026-11-24T00:10:00+09:00"), [""; 0]);
    }

    #[test]
    fn what_lacks_a_source_is_made_again_hours_later_and_not_for_ever() {
        let first = "2026-11-22T05:00:00+09:00";
        let told = |now: &str, written: &str, lacking| {
            let daily = Written {
                at: at(written),
                lacking,
                ..done("daily-2026-11-22", true)
            };
            let weekly = done("weekly-2026-W47", true);
            let mut stems = stems(now, first, &[daily, weekly], true, Asia::Tokyo);
            stems.retain(|stem| stem == "daily-2026-11-22");
            stems.len()
        };
        let night = "2026-11-23T00:10:00+09:00";
        assert_eq!(told("2026-11-23T01:10:00+09:00", night, true), 0);
        assert_eq!(told("2026-11-23T01:10:01+09:00", night, true), 1);
        assert_eq!(told("2026-11-23T01:10:01+09:00", night, false), 0);
        assert_eq!(told("2026-11-25T23:59:59+09:00", night, true), 1);
        assert_eq!(told("2026-11-26T00:10:00+09:00", night, true), 0);
    }

    #[test]
    fn daily_ones_are_written_where_they_are_wanted() {
        let all = stems(
            "2026-12-01T00:10:00+09:00",
            "2026-11-30T00:00:00+09:00",
            &[],
            false,
            Asia::Tokyo,
        );
        assert_eq!(all, ["monthly-2026-11"]);
    }

    #[test]
    fn the_next_time_is_right_where_clocks_change() {
        let next = |after: &str, zone: Tz| {
            let next = next(at(after), &zone);
            next.utc().with_timezone(&zone).to_rfc3339()
        };
        let tokyo = |after| next(after, Asia::Tokyo);
        assert_eq!(tokyo("2026-11-20T15:09:59Z"), "2026-11-21T00:10:00+09:00");
        assert_eq!(tokyo("2026-11-20T15:10:00Z"), "2026-11-22T00:10:00+09:00");
        // Berlin's clocks go forth on 29 March and back on 25 October at night.
        let berlin = |after| next(after, chrono_tz::Europe::Berlin);
        let march = "2026-03-29T00:10:00+01:00";
        assert_eq!(berlin(march), "2026-03-30T00:10:00+02:00");
        let october = "2026-10-25T00:10:00+02:00";
        assert_eq!(berlin(october), "2026-10-26T00:10:00+01:00");
        // Havana's go back from 01:00 to 00:00: 00:10 comes twice that night.
        let havana = |after| next(after, America::Havana);
        assert_eq!(
            havana("2026-10-31T12:00:00-04:00"),
            "2026-11-01T00:10:00-04:00"
        );
        assert_eq!(
            havana("2026-11-01T00:05:00-05:00"),
            "2026-11-02T00:10:00-05:00"
        );
        // Santiago's go forth from 24:00, and back to 23:00.
        let santiago = |after| next(after, America::Santiago);
        assert_eq!(
            santiago("2026-09-05T23:59:59-04:00"),
            "2026-09-06T01:10:00-03:00"
        );
        assert_eq!(
            santiago("2026-04-04T23:30:00-04:00"),
            "2026-04-05T00:10:00-04:00"
        );
        // Half an hour on Lord Howe Island.
        let howe = |after| next(after, chrono_tz::Australia::Lord_Howe);
        assert_eq!(
            howe("2026-10-04T00:10:00+10:30"),
            "2026-10-05T00:10:00+11:00"
        );
    }

    #[test]
    fn a_day_without_a_midnight_begins_and_is_due_later() {
        // In Santiago clocks went from 24:00 of Saturday to 01:00 of Sunday.
        let days = |now: &str| {
            let first = "2026-09-05T12:00:00-04:00";
            stems(now, first, &[], true, America::Santiago)
        };
        assert_eq!(days("2026-09-06T01:09:59-03:00"), [""; 0]);
        assert_eq!(days("2026-09-06T01:10:00-03:00"), ["daily-2026-09-05"]);
    }
}
