//! The clocks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use rustix::time::{ClockId, clock_gettime};

use crate::model::report::period::{self, Kind, Period, Span};
use crate::model::time::Timestamp;

/// The wall clock, which may jump.
#[must_use]
pub fn now() -> Timestamp {
    let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    Timestamp(match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => seconds(after),
        Err(before) => -seconds(before.duration()),
    })
}

/// The wall clock in milliseconds since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => ms(after),
        Err(before) => -ms(before.duration()),
    }
}

/// Time since some fixed moment, never going back, *including* the time the
/// machine was suspended: what schedules and gaps are counted in.
#[must_use]
pub fn elapsed() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let id = ClockId::Boottime;
    // On macOS CLOCK_MONOTONIC goes on while the machine sleeps.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let id = ClockId::Monotonic;
    let time = clock_gettime(id);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// `time` as people read it: in `zone`, else in `$TZ`, else in the system's
/// zone; with its date when that is not today's at `now`.
#[must_use]
pub fn zoned(time: Timestamp, now: Timestamp, zone: Option<Tz>) -> String {
    match zone {
        Some(zone) => written(
            &time.utc().with_timezone(&zone),
            &now.utc().with_timezone(&zone),
        ),
        None => written(
            &time.utc().with_timezone(&Local),
            &now.utc().with_timezone(&Local),
        ),
    }
}

/// The time of day at `now` in `zone`, else in `$TZ`, else in the system's zone.
#[must_use]
pub fn time_of_day(now: Timestamp, zone: Option<Tz>) -> NaiveTime {
    match zone {
        Some(zone) => now.utc().with_timezone(&zone).time(),
        None => now.utc().with_timezone(&Local).time(),
    }
}

/// What a clock shows at an instant in `zone`, else in `$TZ`, else in the
/// system's zone.
#[must_use]
pub fn local(at: Timestamp, zone: Option<Tz>) -> NaiveDateTime {
    match zone {
        Some(zone) => at.utc().with_timezone(&zone).naive_local(),
        None => at.utc().with_timezone(&Local).naive_local(),
    }
}

/// The day at `now` in `zone`, else in `$TZ`, else in the system's zone.
#[must_use]
pub fn day(now: Timestamp, zone: Option<Tz>) -> NaiveDate {
    match zone {
        Some(zone) => now.utc().with_timezone(&zone).date_naive(),
        None => now.utc().with_timezone(&Local).date_naive(),
    }
}

/// The first instant of a day in `zone`, else in `$TZ`, else in the system's
/// zone: midnight, or where that does not exist the first time that does.
#[must_use]
pub fn beginning(day: NaiveDate, zone: Option<Tz>) -> Timestamp {
    match zone {
        Some(zone) => period::beginning(day, &zone),
        None => period::beginning(day, &Local),
    }
}

/// The day, week or month with that day in it, in `zone`, else in `$TZ`, else
/// in the system's zone.
#[must_use]
pub fn period(kind: Kind, day: NaiveDate, zone: Option<Tz>) -> Period {
    match zone {
        Some(zone) => Period::containing(kind, day, &zone),
        None => Period::containing(kind, day, &Local),
    }
}

/// The period before one of that zone.
#[must_use]
pub fn previous(period: &Period, zone: Option<Tz>) -> Period {
    match zone {
        Some(zone) => period.previous(&zone),
        None => period.previous(&Local),
    }
}

/// What that period, as far as it is over at `now`, is compared with.
#[must_use]
pub fn compared(period: &Period, now: Timestamp, zone: Option<Tz>) -> Span {
    match zone {
        Some(zone) => period.compared(now, &zone),
        None => period.compared(now, &Local),
    }
}

/// How far the system's zone is from UTC at an instant: `UTC+09:00`.
#[must_use]
pub fn offset(at: Timestamp) -> String {
    let shown = at.utc().with_timezone(&Local);
    format!("UTC{}", shown.format("%:z"))
}

/// Lets others run for `span`.
pub fn rest(span: Duration) {
    std::thread::sleep(span);
}

fn written<Z: TimeZone>(time: &DateTime<Z>, now: &DateTime<Z>) -> String
where
    Z::Offset: std::fmt::Display,
{
    let today = time.date_naive() == now.date_naive();
    time.format(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" })
        .to_string()
}
