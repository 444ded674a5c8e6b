use chrono_tz::Asia;

use super::*;

fn period(kind: Kind) -> Period {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    Period::containing(kind, date, &Asia::Tokyo)
}

#[test]
fn a_running_period_is_told_up_to_what_is_known_unless_nobody_watches() {
    let day = period(Kind::Daily);
    let start = day.span.start.0;
    let at = |seconds: i64| Timestamp(start + seconds);
    assert_eq!(until(&day, Some(at(100)), at(200)), at(101));
    // What was measured in this very second is not over.
    assert_eq!(until(&day, Some(at(200)), at(200)), at(200));
    assert_eq!(until(&day, None, at(200)), at(200));
    assert_eq!(until(&day, Some(at(100)), at(100 + STALE)), at(101));
    assert_eq!(until(&day, Some(at(100)), at(101 + STALE)), at(101 + STALE));
    // One that is over is told to its end, whatever is known of it.
    assert_eq!(until(&day, Some(at(100)), at(86_400)), at(86_400));
}

#[test]
fn days_are_those_of_the_zone_up_to_what_is_told() {
    let variables = crate::config::Variables {
        home: "/home/ann".into(),
        prefix: None,
        tmpdir: "/tmp".into(),
    };
    let config = Config {
        timezone: Some(Asia::Tokyo),
        ..Config::defaults(&variables)
    };
    let week = period(Kind::Weekly);
    let all = days(&week, week.span.end, &config);
    assert_eq!(all.len(), 7);
    assert_eq!((all[0].start, all[6].end), (week.span.start, week.span.end));
    let wednesday = Timestamp(week.span.start.0 + 2 * 86_400 + 5);
    let some = days(&week, wednesday, &config);
    assert_eq!((some.len(), some[2].end), (3, wednesday));
}
