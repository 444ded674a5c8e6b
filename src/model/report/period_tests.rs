use chrono::{NaiveDate, TimeZone as _};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn of(kind: Kind, day: NaiveDate, zone: Tz) -> Period {
    Period::containing(kind, day, &zone)
}

fn told(period: &Period) -> (String, String) {
    (period.span.start.rfc3339(), period.span.end.rfc3339())
}

#[test]
fn a_day_begins_and_ends_at_local_midnight() {
    let day = of(Kind::Daily, date(2026, 11, 20), chrono_tz::Asia::Tokyo);
    let (start, end) = told(&day);
    assert_eq!(start, "2026-11-19T15:00:00Z");
    assert_eq!(end, "2026-11-20T15:00:00Z");
    assert_eq!(day.stem(), "daily-2026-11-20");
    assert!(day.span.holds(day.span.start) && !day.span.holds(day.span.end));
}

#[test]
fn days_have_23_24_or_25_hours() {
    let berlin = chrono_tz::Europe::Berlin;
    let hours = |day| of(Kind::Daily, day, berlin).span.seconds() / 3_600;
    let days = [date(2026, 3, 29), date(2026, 6, 1), date(2026, 10, 25)];
    assert_eq!(days.map(hours), [23, 24, 25]);
    let week = of(Kind::Weekly, date(2026, 3, 24), berlin);
    assert_eq!(week.span.seconds(), 7 * 86_400 - 3_600);
    let lord_howe = of(
        Kind::Daily,
        date(2026, 10, 4),
        chrono_tz::Australia::Lord_Howe,
    );
    assert_eq!(lord_howe.span.seconds(), 86_400 - 1_800);
}

#[test]
fn a_day_without_a_midnight_begins_with_the_first_time_there_is() {
    // Clocks went from 23:59:59 to 01:00.
    let day = of(
        Kind::Daily,
        date(2018, 11, 4),
        chrono_tz::America::Sao_Paulo,
    );
    assert_eq!(day.span.start.rfc3339(), "2018-11-04T03:00:00Z");
    assert_eq!(day.span.seconds(), 23 * 3_600);
    let beirut = of(Kind::Daily, date(2026, 3, 29), chrono_tz::Asia::Beirut);
    assert_eq!(beirut.span.seconds(), 23 * 3_600);
}

#[test]
fn a_midnight_that_comes_twice_begins_with_the_first() {
    // At 00:01 of the 28th clocks went back to 23:01 of the 27th.
    let day = of(
        Kind::Daily,
        date(2001, 10, 28),
        chrono_tz::America::St_Johns,
    );
    assert_eq!(day.span.start.rfc3339(), "2001-10-28T02:30:00Z");
    assert_eq!(day.span.seconds(), 25 * 3_600);
}

#[test]
fn a_date_that_a_zone_left_out_is_empty() {
    let apia = chrono_tz::Pacific::Apia;
    let day = of(Kind::Daily, date(2011, 12, 30), apia);
    assert_eq!(day.span.seconds(), 0);
    assert_eq!(day.span.start.rfc3339(), "2011-12-30T10:00:00Z");
    let month = of(Kind::Monthly, date(2011, 12, 30), apia);
    assert_eq!(month.span.seconds(), 30 * 86_400);
}

#[test]
fn weeks_are_those_of_iso() {
    let stem = |day| of(Kind::Weekly, day, Tz::UTC).stem();
    assert_eq!(stem(date(2026, 11, 22)), "weekly-2026-W47");
    assert_eq!(stem(date(2027, 1, 3)), "weekly-2026-W53");
    assert_eq!(stem(date(2024, 12, 30)), "weekly-2025-W01");
    let week = of(Kind::Weekly, date(2026, 11, 22), Tz::UTC);
    assert_eq!((week.first, week.days()), (date(2026, 11, 16), 7));
    let before = week.previous(&Tz::UTC);
    assert_eq!((before.first, before.next), (date(2026, 11, 9), week.first));
}

#[test]
fn months_follow_the_calendar() {
    let month = of(Kind::Monthly, date(2026, 3, 31), Tz::UTC);
    assert_eq!(
        (month.stem(), month.days()),
        ("monthly-2026-03".to_owned(), 31)
    );
    let before = month.previous(&Tz::UTC);
    assert_eq!(
        (before.stem(), before.days()),
        ("monthly-2026-02".to_owned(), 28)
    );
    assert_eq!(before.span.end, month.span.start);
}

#[test]
fn a_running_period_is_compared_with_as_much_of_the_one_before() {
    let tokyo = chrono_tz::Asia::Tokyo;
    let at = |day: NaiveDate, hour| {
        let local = day.and_hms_opt(hour, 5, 0).unwrap();
        Timestamp(tokyo.from_local_datetime(&local).unwrap().timestamp())
    };
    let day = of(Kind::Daily, date(2026, 11, 20), tokyo);
    let now = at(date(2026, 11, 20), 14);
    assert!(!day.complete(now) && day.complete(day.span.end));
    assert_eq!(day.until(now).end, now);
    assert_eq!(day.compared(now, &tokyo).end, at(date(2026, 11, 19), 14));
    assert_eq!(
        day.compared(day.span.end, &tokyo),
        day.previous(&tokyo).span
    );
    let week = of(Kind::Weekly, date(2026, 11, 20), tokyo);
    assert_eq!(week.compared(now, &tokyo).end, at(date(2026, 11, 13), 14));
    // February has no 30th.
    let march = of(Kind::Monthly, date(2026, 3, 1), tokyo);
    let end = march.compared(at(date(2026, 3, 30), 14), &tokyo).end;
    assert_eq!(end, march.span.start);
}

#[test]
fn the_same_wall_time_of_a_day_with_a_gap_is_the_first_after_it() {
    let berlin = chrono_tz::Europe::Berlin;
    let day = of(Kind::Daily, date(2026, 3, 30), berlin);
    let now = Timestamp(day.span.start.0 + 9_000); // 02:30, which the 29th had not
    let end = day.compared(now, &berlin).end;
    assert_eq!(end.rfc3339(), "2026-03-29T01:00:00Z");
}

#[test]
fn no_date_is_too_far() {
    for day in [NaiveDate::MIN, NaiveDate::MAX] {
        for kind in [Kind::Daily, Kind::Weekly, Kind::Monthly] {
            let period = of(kind, day, chrono_tz::Asia::Tokyo);
            assert!(period.span.seconds() >= 86_400, "{period:?}");
            let _ = period.previous(&chrono_tz::Asia::Tokyo).stem();
        }
    }
}

proptest! {
    #[test]
    fn periods_follow_one_another_and_hold_their_dates(
        days in -80_000i64..80_000,
        zone in 0..chrono_tz::TZ_VARIANTS.len(),
        kind in 0usize..3,
    ) {
        let zone = chrono_tz::TZ_VARIANTS[zone];
        let kind = [Kind::Daily, Kind::Weekly, Kind::Monthly][kind];
        let day = date(1970, 1, 1) + chrono::TimeDelta::days(days);
        let period = of(kind, day, zone);
        prop_assert!(period.first <= day && day < period.next);
        prop_assert!(period.span.start <= period.span.end);
        let next = of(kind, period.next, zone);
        prop_assert_eq!(next.previous(&zone), period);
        prop_assert_eq!(next.span.start, period.span.end);
    }
}
