//! What time alone changes on a screen: ages, in steps, so that a screen on
//! which nothing happens costs nothing. Pure.

use super::model::Model;
use crate::model::time::Timestamp;

/// The step of an age: two of one step read the same.
fn step(seconds: i64) -> i64 {
    match seconds {
        ..5 => 0,
        5..10 => 1,
        10..20 => 2,
        20..30 => 3,
        30..60 => 4,
        60..3_600 => 4 + seconds / 60,
        3_600..86_400 => 64 + seconds / 3_600,
        _ => 100 + seconds / 86_400,
    }
}

/// How long ago something was, in its step: `now`, `5s`, `10s`, `20s`, `30s`,
/// then minutes, hours, days.
pub(super) fn ago(seconds: i64) -> String {
    match seconds {
        ..5 => "now".to_owned(),
        5..10 => "5s".to_owned(),
        10..20 => "10s".to_owned(),
        20..30 => "20s".to_owned(),
        30..60 => "30s".to_owned(),
        _ => crate::model::time::age(seconds),
    }
}

/// Whether anything reads otherwise at `now` than it did at `then`: the clock,
/// an age, or that nobody looks any more.
pub(super) fn aged(model: &Model, then: Timestamp, now: Timestamp) -> bool {
    if then.0.div_euclid(60) != now.0.div_euclid(60) {
        return true;
    }
    let seen = &model.seen;
    let nodes = seen.state.nodes.iter();
    let nodes = nodes.flat_map(|node| [Some(node.since), node.observed_at, node.answered_at]);
    let alerts = seen.state.alerts.iter().map(|alert| Some(alert.since));
    let others = [seen.beat, seen.written];
    let mut all = nodes.chain(alerts).chain(others).flatten();
    all.any(|at| step(then.since(at)) != step(now.since(at))) || seen.stale(then) != seen.stale(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_the_same_within_a_step_and_only_there() {
        for seconds in -5..200_000 {
            let same = step(seconds) == step(seconds + 1);
            assert_eq!(same, ago(seconds) == ago(seconds + 1), "{seconds}");
        }
    }
}
