//! What the record of tries must hold, whatever happens and whatever clocks do.

use proptest::prelude::*;

use super::*;
use crate::model::time::Timestamp;

/// A machine's two clocks.
fn moment(elapsed_ms: i64, wall: i64, boot: &str) -> Moment {
    Moment {
        at: Timestamp(wall),
        elapsed_ms: elapsed_ms.unsigned_abs(),
        boot: boot.to_owned(),
    }
}

fn at(elapsed_ms: i64) -> Moment {
    moment(elapsed_ms, 1_000_000 + elapsed_ms / 1_000, "a")
}

/// A target that is killed again and again, `lives` milliseconds after it got
/// ready each time, tried as soon as its record allows; when it was started.
fn crash_loop(lives: i64, dice: f64, until: i64) -> Vec<i64> {
    let (mut tally, mut now, mut starts) = (Tally::default(), 1_000_000, Vec::new());
    let end = now + until;
    while now < end {
        match decide(&tally, &at(now)) {
            Next::Try => {
                starts.push(now);
                now += 40;
                tally = tally.ready(&at(now));
                now += lives;
                tally = tally.fell(&at(now), "killed", dice);
            }
            wait => now += i64::try_from(wait.wait().as_millis()).unwrap().max(1),
        }
    }
    starts
}

#[test]
fn what_had_been_ready_is_started_again_at_once() {
    let starts = crash_loop(1_000, 1.0, 30_000);
    let gaps: Vec<i64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap == 1_040), "{gaps:?}");
}

#[test]
fn more_than_sixty_restarts_in_ten_minutes_count_as_failures() {
    // One a second would be 600.
    let starts = crash_loop(1_000, 0.5, 600_000);
    assert!((61..=70).contains(&starts.len()), "{}", starts.len());
}

#[test]
fn a_crash_loop_of_two_minutes_has_at_most_six_starts() {
    for dice in [0.0, 0.3, 1.0] {
        // Killed at its first banner: five failures, and the breaker is open.
        assert_eq!(crash_loop(0, dice, 120_000).len(), 5, "{dice}");
    }
    // Half-open every five minutes: one start each.
    assert_eq!(crash_loop(0, 1.0, 3_600_000).len(), 5 + 11);
}

#[test]
fn a_minute_of_readiness_clears_the_record() {
    let mut tally = Tally::default();
    for n in 0..5 {
        tally = tally.failed(&at(n * 1_000), "no banner", 1.0);
    }
    assert!(tally.open());
    assert_eq!(
        decide(&tally, &at(5_000)),
        Next::Open(Duration::from_secs(299))
    );
    assert_eq!(decide(&tally, &at(304_000)), Next::Try);
    let ready = tally.ready(&at(304_000));
    assert!(ready.at(&at(363_999)).open());
    let cleared = ready.at(&at(364_000));
    assert!(!cleared.open() && cleared.in_a_row == 0 && cleared.cause.is_empty());
}

#[test]
fn thirty_actions_an_hour_and_no_more() {
    let mut tally = Tally::default();
    for n in 0..30 {
        assert_eq!(decide(&tally, &at(n * 60_000)), Next::Try);
        tally = tally.acted(&at(n * 60_000));
    }
    let next = decide(&tally, &at(1_800_000));
    assert_eq!(next, Next::Spent(Duration::from_secs(1_800)));
    assert_eq!(decide(&tally, &at(3_600_000)), Next::Try);
}

#[test]
fn a_reboot_carries_the_times_over() {
    let tally = (0..5).fold(Tally::default(), |tally, n| {
        tally.failed(&at(900_000 + n), "no banner", 1.0)
    });
    // The machine was off for two minutes; its own clock begins anew.
    let booted = moment(10_000, at(900_000).at.0 + 120, "b");
    let Next::Open(wait) = decide(&tally, &booted) else {
        panic!("the breaker is closed");
    };
    assert!((179..=181).contains(&wait.as_secs()), "{wait:?}");
}

#[derive(Debug, Clone)]
enum Happening {
    Failed,
    Ready,
    Fell,
    Acted,
}

fn happenings() -> impl Strategy<Value = Vec<(Happening, u32, i64, bool)>> {
    let what = prop_oneof![
        Just(Happening::Failed),
        Just(Happening::Ready),
        Just(Happening::Fell),
        Just(Happening::Acted)
    ];
    // Time that passes, a step of the wall clock, and whether the machine reboots.
    let one = (
        what,
        0..900_000_u32,
        -400_000_000..400_000_000_i64,
        prop::bool::weighted(0.1),
    );
    prop::collection::vec(one, 0..80)
}

proptest! {
    /// Bounded and capped, whatever happened and whatever the clocks did.
    #[test]
    fn no_wait_is_longer_than_its_rule(all in happenings(), dice in -1.0..2.0_f64) {
        let (mut tally, mut elapsed, mut wall, mut boot) = (Tally::default(), 0_i64, 1_700_000_000_i64, 0);
        for (what, passed, step, reboots) in all {
            (elapsed, wall) = (elapsed + i64::from(passed), wall + i64::from(passed / 1_000) + step);
            if reboots {
                (elapsed, boot) = (i64::from(passed % 7_000), boot + 1);
            }
            let now = moment(elapsed, wall, &boot.to_string());
            tally = match what {
                Happening::Failed => tally.failed(&now, "x", dice),
                Happening::Ready => tally.ready(&now),
                Happening::Fell => tally.fell(&now, "x", dice),
                Happening::Acted => tally.acted(&now),
            };
            match decide(&tally, &now) {
                Next::Try => {}
                Next::BackOff(wait) => prop_assert!(wait <= Duration::from_secs(30)),
                Next::Open(wait) => prop_assert!(wait <= Duration::from_secs(300)),
                Next::Spent(wait) => prop_assert!(wait <= Duration::from_secs(3_600)),
            }
            // The record stays small.
            prop_assert!(tally.failures.len() <= 5 && tally.restarts.len() <= 61 && tally.actions.len() <= 30);
            // It means the same on the disk.
            let text = serde_json::to_string(&tally).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Tally>(&text).unwrap(), &tally);
            // Never given up for ever.
            let later = moment(elapsed + 3_600_000, wall + 3_600, &boot.to_string());
            prop_assert_eq!(decide(&tally, &later), Next::Try);
        }
    }

    /// Within one boot a step of the wall clock changes nothing.
    #[test]
    fn steps_of_the_wall_clock_are_no_time(
        spans in prop::collection::vec((0..200_000_i64, -90_000_000..90_000_000_i64), 1..20),
        dice in 0.0..1.0_f64,
    ) {
        let (mut steady, mut stepped, mut elapsed, mut wall) = (Tally::default(), Tally::default(), 0, 1_700_000_000);
        for (span, step) in spans {
            elapsed += span;
            wall += step;
            steady = steady.failed(&at(elapsed), "x", dice);
            stepped = stepped.failed(&moment(elapsed, wall, "a"), "x", dice);
            prop_assert_eq!(
                decide(&steady, &at(elapsed + 7)),
                decide(&stepped, &moment(elapsed + 7, wall - 5, "a"))
            );
        }
    }
}
