use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

const REACH: Duration = Duration::from_secs(660);

fn at(seconds: u64) -> Moment {
    Moment {
        at: Timestamp(i64::try_from(seconds).unwrap()),
        elapsed_ms: seconds * 1_000,
        boot: "boot".to_owned(),
    }
}

fn spans(growth: Growth) -> Vec<(i64, i64, Class)> {
    match growth {
        Growth::By(spans) => spans
            .into_iter()
            .map(|span| (span.from / 1_000, span.to / 1_000, span.class))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_edge_lies_where_the_books_put_it() {
    let first = Uptime::begin(&at(0), Class::Up);
    let mut then = first.clone();
    then.observe(&at(10), Class::Up, REACH);
    then.observe(&at(20), Class::Down, REACH);
    assert_eq!(
        spans(growth(Some(&first), &then)),
        [(0, 15, Class::Up), (15, 20, Class::Down)]
    );
    assert_eq!(growth(Some(&then), &then), Growth::Nothing);
    assert_eq!(growth(Some(&then), &first), Growth::Nothing, "older books");
}

#[test]
fn a_long_time_without_looks_lies_between_two_of_the_same_class() {
    let first = Uptime::begin(&at(0), Class::Up);
    let mut then = first.clone();
    then.observe(&at(10_000), Class::Up, REACH);
    assert_eq!(
        spans(growth(Some(&first), &then)),
        [
            (0, 660, Class::Up),
            (660, 9_340, Class::Unknown),
            (9_340, 10_000, Class::Up)
        ]
    );
}

#[test]
fn books_from_a_backup_count_from_there_on() {
    let mut old = Uptime::begin(&at(0), Class::Up);
    old.observe(&at(100), Class::Down, REACH);
    let mut restored = Uptime::begin(&at(0), Class::Up);
    restored.observe(&at(200), Class::Up, REACH);
    assert_eq!(growth(Some(&old), &restored), Growth::Anew);
}

#[test]
fn a_window_is_told_to_its_last_millisecond() {
    let told = [
        Span {
            from: 0,
            to: 100,
            class: Class::Up,
        },
        Span {
            from: 50,
            to: 150,
            class: Class::Down,
        },
        Span {
            from: 300,
            to: 900,
            class: Class::Paused,
        },
    ];
    assert_eq!(
        shares(&told, 10, 400),
        Shares {
            up_ms: 90,
            down_ms: 50,
            unknown_ms: 150,
            paused_ms: 100
        }
    );
}

proptest! {
    #[test]
    fn spans_add_up_to_the_books_however_often_they_are_seen(
        looks in prop::collection::vec((0_u64..5_000, 0_u8..4, any::<bool>()), 1..60)
    ) {
        let mut uptime = Uptime::begin(&at(0), Class::Unknown);
        let mut seen = uptime.clone();
        let (mut now, mut sum) = (0, 0);
        for (wait, class, look) in looks {
            now += wait;
            let class = [Class::Up, Class::Down, Class::Unknown, Class::Paused][usize::from(class)];
            uptime.observe(&at(now), class, REACH);
            if look {
                if let Growth::By(spans) = growth(Some(&seen), &uptime) {
                    sum += spans.iter().map(|span| span.to - span.from).sum::<i64>();
                }
                seen = uptime.clone();
            }
        }
        if let Growth::By(spans) = growth(Some(&seen), &uptime) {
            sum += spans.iter().map(|span| span.to - span.from).sum::<i64>();
        }
        prop_assert_eq!(u64::try_from(sum).unwrap(), uptime.wall_ms());
    }

    #[test]
    fn a_window_is_covered_once_whatever_the_spans(
        told in prop::collection::vec((0_i64..1_000, 0_i64..500), 0..30),
        since in 0_i64..900,
        length in 0_i64..900,
    ) {
        let told: Vec<Span> = told
            .into_iter()
            .map(|(from, length)| Span { from, to: from + length, class: Class::Up })
            .collect();
        let all = within(&told, since, since + length);
        let sum: i64 = all.iter().map(|span| span.to - span.from).sum();
        prop_assert_eq!(sum, length);
        prop_assert!(all.windows(2).all(|pair| pair[0].to == pair[1].from));
    }
}
