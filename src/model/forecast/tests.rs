//! What holds for every series, and what a person would expect of some.

use proptest::prelude::*;

use super::service::{self, History, outlook};
use super::{Forecast, Kind, Question, features, forecast, tables};

const NOW: f64 = 1_700_000_000.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;
const WEEK: f64 = 7.0 * DAY;

fn asked(kind: Kind, points: &[(f64, f64)]) -> Question<'_> {
    let horizon_s = if kind == Kind::Disk { WEEK } else { HOUR };
    Question {
        kind,
        threshold: 90.0,
        horizon_s,
        now: NOW,
        points,
    }
}

/// A value for each hour of the last `days`, by its age in days.
fn disk(days: u32, value: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let hours = (0..=days * 24).rev().map(f64::from);
    hours
        .map(|ago| (NOW - ago * HOUR, value(ago / 24.0)))
        .collect()
}

fn of_disk(points: &[(f64, f64)]) -> Forecast {
    forecast(&asked(Kind::Disk, points))
}

#[test]
fn the_tables_are_for_the_features_that_there_are() {
    let points = disk(30, |ago| 80.0 - ago);
    let names: Vec<&str> = features(&asked(Kind::Disk, &points))
        .unwrap()
        .iter()
        .map(|(name, _)| *name)
        .collect();
    let (guess, fitted) = names.split_last().unwrap();
    assert_eq!((*guess, fitted), ("guess", tables::NAMES));
    let history = History {
        now: NOW,
        observed_from: 0.0,
        restarts: &[],
    };
    let names: Vec<&str> = service::features(&history)
        .0
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(names, tables::SERVICE_NAMES);
}

#[test]
fn a_disk_that_grows_two_percent_a_day_is_full_in_five_days() {
    let points = disk(30, |ago| 80.0 - 2.0 * ago);
    let forecast = of_disk(&points);
    assert!(forecast.will_cross && forecast.probability.unwrap() > 0.85);
    let days = forecast.eta_s.unwrap() / DAY;
    assert!((4.0..6.0).contains(&days), "{days}");
    let (early, late) = forecast.range_s.unwrap();
    assert!(early <= days * DAY && days * DAY <= late && late <= WEEK);
    assert_eq!(forecast.basis.samples, 721);
    assert!(forecast.basis.regime_s.unwrap() > 25.0 * DAY);
}

#[test]
fn a_flat_disk_and_one_that_empties_are_no_matter() {
    for slope in [0.0, 0.1] {
        let points = disk(30, |ago| 70.0 + slope * ago);
        let forecast = of_disk(&points);
        assert!(!forecast.will_cross && forecast.probability.unwrap() < 0.1);
        assert_eq!(forecast.eta_s, None);
    }
}

#[test]
fn a_sawtooth_that_is_always_pruned_in_time_does_not_fill() {
    // 3 % a day, down to 76 % again every third day: never over 85 %.
    let points = disk(30, |ago| 76.0 + 3.0 * (30.5 - ago).rem_euclid(3.0));
    let forecast = of_disk(&points);
    assert!(forecast.probability.unwrap() < 0.2, "{forecast:?}");
}

#[test]
fn a_log_that_ran_away_two_hours_ago_is_seen() {
    let runaway = |ago: f64| 60.0 + (0.1 - ago).max(0.0) * 60.0;
    let minutes = (0..144).rev().map(|step| f64::from(step) * 600.0);
    let mut points = disk(30, |_| 60.0);
    points.retain(|(time, _)| *time < NOW - DAY);
    points.extend(minutes.map(|ago| (NOW - ago, runaway(ago / DAY))));
    let forecast = of_disk(&points);
    assert!(forecast.will_cross, "{forecast:?}");
    assert!(forecast.eta_s.unwrap() < 3.0 * DAY, "{forecast:?}");
}

#[test]
fn with_too_little_to_go_by_nothing_is_claimed() {
    for points in [
        vec![],
        vec![(NOW, 50.0)],
        vec![(NOW - 9000.0, 50.0), (NOW, 51.0)],
        vec![(NOW, 50.0); 500],
        (0..100).map(|ago| (NOW - f64::from(ago), 50.0)).collect(),
        // A clock that jumped by ten years: all is long ago, or ahead.
        disk(2, |_| 50.0)
            .iter()
            .map(|point| (point.0 - 3.2e8, point.1))
            .collect(),
        disk(2, |_| 50.0)
            .iter()
            .map(|point| (point.0 + 3.2e8, point.1))
            .collect(),
        disk(2, |_| f64::NAN),
        disk(2, |_| 1e9),
        disk(2, |_| -40.0),
    ] {
        let forecast = of_disk(&points);
        assert!(forecast.is_learning(), "{forecast:?}");
        assert!(!forecast.will_cross && forecast.eta_s.is_none());
    }
    let one = of_disk(&[(NOW, 95.0)]);
    assert!(one.is_learning() && one.will_cross && one.eta_s == Some(0.0));
}

#[test]
fn what_is_over_the_threshold_has_crossed_it() {
    let points = disk(10, |_| 90.0);
    let forecast = of_disk(&points);
    assert_eq!((forecast.will_cross, forecast.eta_s), (true, Some(0.0)));
    assert!(forecast.probability.unwrap() > 0.9);
}

#[test]
fn samples_that_cannot_be_change_nothing() {
    let points = disk(30, |ago| 80.0 - ago);
    let clean = of_disk(&points);
    let mut more = points;
    for value in [f64::NAN, f64::INFINITY, -30.0, 4000.0] {
        more.push((NOW - 60.0, value));
        more.push((NOW + DAY, 99.0));
    }
    more.push((f64::NAN, 85.0));
    more.push((f64::INFINITY, 85.0));
    more.reverse();
    assert_eq!(of_disk(&more), clean);
}

#[test]
fn a_history_before_a_jump_of_the_clock_is_forgotten() {
    let points = disk(10, |ago| 80.0 - ago);
    let clean = of_disk(&points);
    let mut more: Vec<_> = (0..50).map(|ago| (f64::from(ago) * HOUR, 20.0)).collect();
    more.extend(&points);
    assert_eq!(of_disk(&more).probability, clean.probability);
}

#[test]
fn services_are_told_apart() {
    let of = |restarts: &[f64]| {
        outlook(&History {
            now: NOW,
            observed_from: NOW - 60.0 * DAY,
            restarts,
        })
    };
    let loops: Vec<f64> = (0..60).map(|step| NOW - f64::from(step) * HOUR).collect();
    let daily: Vec<f64> = (0..60).map(|step| NOW - f64::from(step) * DAY).collect();
    let (never, once) = (of(&[]), of(&[NOW - 50.0 * DAY]));
    let (daily, loops) = (of(&daily), of(&loops));
    assert!(
        never.restart < 0.1 && once.restart < 0.15,
        "{never:?} {once:?}"
    );
    assert!(daily.will_restart() && !daily.is_unstable(), "{daily:?}");
    assert!(loops.will_restart() && loops.is_unstable(), "{loops:?}");
}

/// Numbers of every sort, most of them such as come.
fn any_number(usual: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![12 => usual, 1 => any::<f64>(), 1 => Just(0.0)]
}

fn any_points() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let time = any_number(NOW - 30.0 * DAY..NOW + DAY);
    prop::collection::vec((time, any_number(0.0..101.0)), 0..120)
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Disk), Just(Kind::Memory)]
}

/// A series as it may be: a walk with a slope, in whole or in tenths of percents.
fn any_walk() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let steps = prop::collection::vec(-1.0..1.2_f64, 30..300);
    (steps, 0.01..2.0_f64, 20.0..85.0_f64, any::<bool>()).prop_map(|(steps, size, last, whole)| {
        let digits = if whole { 1.0 } else { 10.0 };
        let mut value = last;
        let back = steps.iter().rev().enumerate().map(|(place, step)| {
            let point = (
                NOW - f64::from(u32::try_from(place).unwrap()) * HOUR,
                (value.clamp(0.0, 100.0) * digits).round() / digits,
            );
            value -= step * size;
            point
        });
        let mut points: Vec<_> = back.collect();
        points.reverse();
        points
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_asked_there_is_an_answer(
        points in any_points(),
        kind in any_kind(),
        threshold in any_number(0.0..100.0),
        horizon_s in any_number(60.0..1e6),
        now in any_number(NOW - DAY..NOW + 1.0),
    ) {
        let question = Question { kind, threshold, horizon_s, now, points: &points };
        let forecast = forecast(&question);
        if let Some(probability) = forecast.probability {
            prop_assert!((0.0..=1.0).contains(&probability));
            prop_assert_eq!(forecast.will_cross, probability >= kind.told_from());
            let (early, late) = forecast.range_s.unwrap();
            prop_assert!(0.0 <= early && early <= late && late <= horizon_s);
        }
        prop_assert_eq!(forecast.eta_s.is_some(), forecast.will_cross);
        prop_assert!(forecast.eta_s.is_none_or(|eta| (0.0..=horizon_s.max(0.0)).contains(&eta)));
    }

    #[test]
    fn the_same_question_has_the_same_answer_whatever_the_clock_shows(
        points in any_walk(),
        kind in any_kind(),
        shift in -100_000_000_i32..100_000_000,
    ) {
        let shift = f64::from(shift);
        let moved: Vec<_> = points.iter().map(|point| (point.0 + shift, point.1)).collect();
        let first = asked(kind, &points);
        let later = Question { now: NOW + shift, points: &moved, ..first };
        prop_assert_eq!(forecast(&first), forecast(&first));
        prop_assert_eq!(forecast(&first), forecast(&later));
    }

    #[test]
    fn a_higher_threshold_is_hardly_ever_likelier(points in any_walk(), more in 1.0..14.0_f64) {
        let low = Question { threshold: 86.0, ..asked(Kind::Disk, &points) };
        let high = Question { threshold: 86.0 + more, ..low };
        if let (Some(low), Some(high)) = (forecast(&low).probability, forecast(&high).probability) {
            prop_assert!(high <= low + 0.25, "{} at 86, {} at {}", low, high, 86.0 + more);
        }
    }

    #[test]
    fn whatever_a_service_did_there_is_an_outlook(
        restarts in prop::collection::vec(any_number(NOW - 9e6..NOW + DAY), 0..200),
        observed_from in any_number(NOW - 9e6..NOW),
        now in any_number(NOW - DAY..NOW + 1.0),
    ) {
        let first = outlook(&History { now, observed_from, restarts: &restarts });
        prop_assert!((0.0..=1.0).contains(&first.restart));
        prop_assert!((0.0..=first.restart).contains(&first.unstable));
        let turned: Vec<f64> = restarts.into_iter().rev().collect();
        prop_assert_eq!(first, outlook(&History { now, observed_from, restarts: &turned }));
    }
}

#[test]
fn a_disk_that_fills_within_minutes_is_told_with_its_minutes() {
    // A day of hours at 37 %, then four points a minute.
    let now = 1e6;
    let hours = (1..=26)
        .rev()
        .map(|hour| (now - 600.0 - f64::from(hour) * 3_600.0, 37.0));
    let minutes = (0..=10).map(|minute| {
        (
            now - 600.0 + f64::from(minute) * 60.0,
            37.0 + 4.0 * f64::from(minute),
        )
    });
    let points: Vec<(f64, f64)> = hours.chain(minutes).collect();
    let told = forecast(&Question {
        kind: Kind::Disk,
        threshold: 90.0,
        horizon_s: 7.0 * 86_400.0,
        now,
        points: &points,
    });
    assert!(
        told.will_cross && told.probability.unwrap() > 0.89,
        "{told:?}"
    );
    assert!((120.0..=300.0).contains(&told.eta_s.unwrap()), "{told:?}");
}

#[test]
fn a_crash_loop_is_likelier_to_go_on_the_more_it_crashes() {
    let outlook = |count: u32, apart: f64| {
        let restarts: Vec<f64> = (0..count)
            .map(|n| 1e7 - 60.0 - f64::from(n) * apart)
            .collect();
        service::outlook(&service::History {
            now: 1e7,
            observed_from: 1e7 - 30.0 * 86_400.0,
            restarts: &restarts,
        })
    };
    for (count, apart) in [(99, 60.0), (199, 300.0), (5, 600.0), (20, 30.0)] {
        let told = outlook(count, apart);
        assert!(
            told.will_restart() && told.is_unstable(),
            "{count}: {told:?}"
        );
        assert!(told.restart > outlook(2, 3_600.0).restart);
    }
}
