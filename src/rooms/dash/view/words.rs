//! Values and times in the words of the dashboard. Pure.

use crate::model::node::Node;
use crate::model::reading::Reading;
use crate::model::time::{Timestamp, age};
use crate::ui::style::Role;

pub(super) use super::super::ages::ago;
use super::super::model::Model;

/// For how long something is so.
pub(super) fn lasting(seconds: i64) -> String {
    match ago(seconds) {
        just if just == "now" => "just now".to_owned(),
        span => format!("for {span}"),
    }
}

/// A reading in a table: `n/a` where nobody can know, `err` where it should
/// have worked.
pub(super) fn known<T>(reading: &Reading<T>, show: impl Fn(&T) -> String) -> String {
    match reading {
        Reading::Value(value) => show(value),
        Reading::Unavailable(_) => "n/a".to_owned(),
        Reading::Failed(_) => "err".to_owned(),
    }
}

/// What a node's sign and colour say; of what nobody looks after nothing.
pub(super) fn role(model: &Model, node: &Node, now: Timestamp) -> Role {
    if model.seen.stale(now) {
        Role::Stale
    } else {
        Role::of_state(node.state)
    }
}

/// When a node was last seen; of a silent one the readings are as old as its
/// last answer.
pub(super) fn seen(node: &Node, now: Timestamp) -> String {
    match node.answered_at.or(node.observed_at) {
        None => "never".to_owned(),
        Some(at) => ago(now.since(at)),
    }
}

/// A round trip.
pub(super) fn trip(node: &Node) -> String {
    match node.latency_ms {
        None => "-".to_owned(),
        Some(slow) if slow >= 1_000.0 => format!("{:.1}s", slow / 1_000.0),
        Some(fast) => format!("{fast:.0}ms"),
    }
}

/// A disk's percent beside its limit: whole percent, never one that is not
/// reached yet.
pub(super) fn used(percent: f64, limit: f64) -> String {
    if limit.is_finite() {
        format!("{}%│{limit}", percent.floor())
    } else {
        format!("{}%", percent.floor())
    }
}

/// A span to come: `40 min`, `5.2 h`, `3.9 d`.
#[expect(clippy::cast_precision_loss, reason = "a span to one decimal")]
pub(super) fn ahead(seconds: i64) -> String {
    match seconds {
        ..5_400 => format!("{} min", (seconds.max(0) + 59) / 60),
        5_400..172_800 => format!("{} h", tenths(seconds as f64 / 3_600.0)),
        _ => format!("{} d", tenths(seconds as f64 / 86_400.0)),
    }
}

/// To one decimal, and none where that is 0.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// What a node's line says besides its figures: the worst first.
pub(super) fn note(model: &Model, node: &Node, now: Timestamp) -> String {
    if let Some(pause) = model
        .seen
        .state
        .pauses
        .get(&node.name)
        .filter(|pause| pause.holds(now))
    {
        let until = match pause.until {
            Some(until) => format!("paused, {} left", age(until.since(now))),
            None => "paused".to_owned(),
        };
        let reason = pause.reason.as_ref().map(|reason| format!(": {reason}"));
        return until + &reason.unwrap_or_default();
    }
    // The table shows the disk already.
    let others: Vec<_> = node
        .problems
        .iter()
        .filter(|one| one.check != "disk")
        .collect();
    if let Some(problem) = others.first() {
        let more = match others.len() {
            1 => String::new(),
            all => format!(" +{}", all - 1),
        };
        return format!("{}{more}", problem.brief());
    }
    if let Some(silence) = &node.silence {
        return silence.why.clone();
    }
    if let Some(why) = &node.hidden {
        return why.clone();
    }
    let foretold =
        model.seen.state.forecasts.iter().find(|one| {
            one.node == node.name && one.will_cross && one.holds(now) && !one.is_over()
        });
    if let Some((one, eta)) = foretold.and_then(|one| Some((one, one.eta_s?))) {
        let left = one.made.0.saturating_add(eta).saturating_sub(now.0);
        let what = match one.what.as_str() {
            "disk" => String::new(),
            other => format!("{other} "),
        };
        return format!("{what}{}% in {}", one.threshold, ahead(left));
    }
    match (
        &node.readings.battery_percent,
        node.readings.battery_discharging.value(),
    ) {
        (Reading::Value(charge), Some(true)) => format!("battery {charge:.0}%"),
        _ => node
            .problems
            .first()
            .and_then(|problem| node.checks.get(&problem.check)?.since)
            .map(|since| lasting(now.since(since)))
            .unwrap_or_default(),
    }
}
