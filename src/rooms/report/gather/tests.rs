use chrono_tz::Asia;

use super::*;

fn period(kind: Kind) -> Period {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    Period::containing(kind, date, &Asia::Tokyo)
}

#[test]
fn books_tell_from_the_first_sample_until_they_were_written_last() {
    let at = |seconds: i64| Timestamp(1_000_000 + seconds);
    let all = Span {
        start: at(0),
        end: at(10_000),
    };
    let told = |oldest, until| {
        let told = books(all, oldest, until);
        (told.start.0 - 1_000_000, told.end.0 - 1_000_000)
    };
    assert_eq!(told(None, Some(at(10_000))), (0, 10_000));
    assert_eq!(told(Some(at(-5)), Some(at(10_000))), (0, 10_000));
    assert_eq!(told(Some(at(700)), Some(at(9_700))), (700, 9_700));
    assert_eq!(told(None, Some(at(10_007))), (0, 10_000));
    // Nothing is known of it at all.
    assert_eq!(told(None, None), (0, 0));
    assert_eq!(told(Some(at(20_000)), Some(at(10_000))), (10_000, 10_000));
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
