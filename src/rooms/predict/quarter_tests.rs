//! A quarter of a disk that fills, is cleaned and fills again, and of quiet
//! ones: what people are told, run after run.

use std::ops::Range;

use super::decide::{Known, What, foresee};
use super::standing::stand;
use crate::model::state::State;
use crate::model::time::Timestamp;

const START: i64 = 1_790_000_000;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Hours between two runs: more would only take longer.
const EVERY: usize = 6;
/// The first month is history.
const KNOWN: usize = 30 * 24;

/// Used percent of each hour, in tenths, as `df` would say it.
fn disk(days: usize, used: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut noise = fastrand::Rng::with_seed(7);
    let hours = (0..days * 24).map(|hour| f64::from(u32::try_from(hour).unwrap()) / 24.0);
    let used = hours.map(|day| {
        let daily = 0.4 * (day * std::f64::consts::TAU).sin();
        used(day) + daily + noise.f64() * 0.3
    });
    used.map(|used| (used * 10.0).round() / 10.0).collect()
}

/// In which hours a warning was open.
fn warned(used: &[f64]) -> Vec<bool> {
    let at = |hour: usize| START + i64::try_from(hour).unwrap() * HOUR;
    let mut state = State::default();
    let mut open = vec![false; used.len()];
    for hour in (KNOWN..used.len()).step_by(EVERY) {
        let points: Vec<(i64, f64)> = (hour - KNOWN..=hour)
            .map(|hour| (at(hour), used[hour]))
            .collect();
        let known = Known {
            node: "mugen".to_owned(),
            what: What::Disk("/".to_owned()),
            threshold: 90.0,
            reach: (points[0].0, at(hour)),
            grew: None,
            points,
        };
        let now = Timestamp(at(hour));
        state.forecasts = stand(&state, &foresee(&[known], now), HOUR, now);
        let warns = state.forecasts.iter().any(|one| one.warning.is_some());
        open[hour..(hour + EVERY).min(used.len())].fill(warns);
    }
    open
}

fn days(range: Range<usize>) -> Range<usize> {
    range.start * 24..range.end * 24
}

fn first(open: &[bool], days_of: Range<usize>) -> Option<usize> {
    let hours = days(days_of);
    open[hours.clone()]
        .iter()
        .position(|open| *open)
        .map(|at| hours.start + at)
}

#[test]
fn a_disk_that_fills_twice_is_foretold_twice_and_its_quiet_weeks_are_quiet() {
    let rises = |day: f64, from: f64, a_day: f64| (day - from).max(0.0) * a_day;
    let used = disk(120, |day| match day {
        day if day < 64.0 => (55.0 + rises(day, 45.0, 2.2)).min(96.0),
        day if day < 96.0 => (52.0 + rises(day, 82.0, 3.2)).min(96.0),
        _ => 50.0,
    });
    let open = warned(&used);
    for (rise, clean) in [(45, 64), (82, 96)] {
        let crossed = used[days(rise..clean)]
            .iter()
            .position(|used| *used >= 90.0);
        let crossed = rise * 24 + crossed.unwrap();
        let told = first(&open, rise..clean).unwrap();
        let ahead = i64::try_from(crossed - told).unwrap() * HOUR;
        assert!(ahead >= DAY, "told {} h ahead", ahead / HOUR);
        // Rather too early than too late, but not at once.
        assert!(ahead <= 12 * DAY, "told {} h ahead", ahead / HOUR);
        // In the last days it is not taken back.
        let near = crossed.saturating_sub(4 * 24).max(told)..crossed;
        assert!(open[near].iter().all(|open| *open), "taken back");
    }
    for quiet in [30..45, 67..82, 99..120] {
        assert_eq!(first(&open, quiet.clone()), None, "day {quiet:?}");
    }
}

#[test]
fn in_a_flat_quarter_nothing_is_told() {
    let flat = disk(120, |_| 71.0);
    let weekly = disk(120, |day| 74.0 + 1.3 * (day % 7.0));
    let nightly = disk(120, |day| if day.fract() < 0.1 { 84.0 } else { 78.0 });
    let near = disk(120, |_| 86.0);
    for (name, used) in [
        ("flat", flat),
        ("weekly", weekly),
        ("nightly", nightly),
        ("near", near),
    ] {
        let told = warned(&used).iter().position(|open| *open);
        assert_eq!(told, None, "{name}");
    }
}
