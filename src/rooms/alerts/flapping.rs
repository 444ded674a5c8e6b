//! What comes and goes too often: one alert speaks for all that one cause makes
//! come and go, but not for what went and stays away. Pure.

use super::agenda::Agenda;
use super::words;
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Flapping, Matter};
use crate::model::state::State;

/// Changes within [`WINDOW`] that make something flap.
const CHANGES: usize = 4;
/// The time in which they count, and of calm that ends it, in seconds.
const WINDOW: i64 = 1_800;
/// What flaps and then stands for so long, in seconds, is told of by itself.
const LASTS: i64 = 300;
/// The same of what is critical.
const LASTS_CRITICAL: i64 = 60;
/// What stands before a check in the id of an alert about its coming and going.
const FLAPPING: &str = "flapping:";

/// What the alert about the coming and going of `id` is called.
fn flapping_id(id: &str) -> String {
    let (node, check) = id.split_once('/').unwrap_or((id, ""));
    format!("{node}/{FLAPPING}{check}")
}

/// What the alert `id` says comes and goes; `None` for another alert.
pub(super) fn beneath(id: &str) -> Option<String> {
    let (node, check) = id.split_once('/')?;
    Some(format!("{node}/{}", check.strip_prefix(FLAPPING)?))
}

/// The node of which `id` is the tmux server or a session.
pub(super) fn of_tmux(id: &str) -> Option<&str> {
    let (node, check) = id.split_once('/')?;
    (check == "tmux" || check.starts_with("tmux:")).then_some(node)
}

/// Whether two ids are of one thing: the sessions of a machine live and die
/// with its tmux server.
pub(super) fn akin(one: &str, other: &str) -> bool {
    one == other || of_tmux(one).is_some_and(|node| of_tmux(other) == Some(node))
}

/// Whether `alert` says that `id` comes and goes.
pub(super) fn speaks_for(alert: &Alert, id: &str) -> bool {
    beneath(&alert.id).is_some_and(|below| akin(&below, id))
}

/// Whether what comes and goes has stood still for so long that it is more than
/// that; else it is noted when it will have.
pub(super) fn lasts(matter: &Matter, severity: Severity, agenda: &mut Agenda) -> bool {
    let span = if severity == Severity::Critical {
        LASTS_CRITICAL
    } else {
        LASTS
    };
    let last = matter.changes.iter().chain(&matter.repairs).max();
    last.is_none_or(|last| agenda.passed(*last, span))
}

/// Finds what comes and goes, and what has calmed down, and makes the alerts
/// say so. Gives the next free serial number.
pub(super) fn flap(
    desk: &mut Desk,
    alerts: &mut Vec<Alert>,
    state: &State,
    agenda: &mut Agenda,
) -> u64 {
    let mut next_alert = state.next_alert;
    let now = agenda.now;
    for matter in &mut desk.matters {
        for times in [&mut matter.changes, &mut matter.repairs] {
            times.retain(|at| now.since(*at) < WINDOW);
        }
        let node = matter.id.split_once('/').map_or("", |(node, _)| node);
        let most = matter.changes.len().max(matter.repairs.len());
        let last = matter.changes.iter().chain(&matter.repairs).max().copied();
        let first = matter.changes.iter().chain(&matter.repairs).min().copied();
        if state.node(node).is_none() {
            matter.flapping = None;
        } else if let (None, CHANGES.., Some(since)) = (matter.flapping, most, first) {
            let turns = u64::try_from(most).unwrap_or(u64::MAX);
            matter.flapping = Some(Flapping { since, turns });
        } else if last.is_none() && !state.pauses.get(node).is_some_and(|pause| pause.holds(now)) {
            // Whoever is left alone has not calmed down.
            matter.flapping = None;
        }
        if let (Some(_), Some(last)) = (matter.flapping, last) {
            agenda.passed(last, WINDOW);
        }
    }
    let flaps = |alert: &Alert| {
        let mut flapping = desk.matters.iter().filter(|m| m.flapping.is_some());
        beneath(&alert.id).is_none() || flapping.any(|matter| speaks_for(alert, &matter.id))
    };
    alerts.retain(flaps);
    for matter in &desk.matters {
        let Some(flapping) = matter.flapping else {
            continue;
        };
        if alerts.iter().any(|alert| speaks_for(alert, &matter.id)) {
            continue;
        }
        let comes_and_goes = matter.changes.len() >= CHANGES;
        let severity = if comes_and_goes {
            matter.severity
        } else {
            Severity::Warning
        };
        alerts.push(Alert {
            id: flapping_id(&matter.id),
            number: next_alert,
            severity,
            since: flapping.since,
            text: words::flapping(matter, !comes_and_goes),
            acked: false,
            snoozed_until: matter.snoozed_until.filter(|until| now < *until),
        });
        next_alert = next_alert.saturating_add(1);
    }
    next_alert
}
