//! What comes and goes too often: one alert speaks for all that one cause makes
//! come and go, but not for what went and stays away. Pure.

use super::agenda::Agenda;
use super::words;
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Flapping, Matter};
use crate::model::state::State;
use crate::model::time::Timestamp;

/// Changes within [`WINDOW`] that make something flap.
const CHANGES: usize = 4;
/// The time in which they count, and of calm that ends it, in seconds.
const WINDOW: i64 = 1_800;
/// What flaps and then stands for so long, in seconds, is told of by itself.
const LASTS: i64 = 300;
/// The same of what is critical.
const LASTS_CRITICAL: i64 = 60;
/// So many times as long as the longest time that lasted is more than that.
const LONGER: i64 = 3;
/// What stands before a check in the id of an alert about its coming and going.
const FLAPPING: &str = "flapping:";

/// What the alert about the coming and going of `id` is called.
pub(super) fn flapping_id(id: &str) -> String {
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

/// Whether two ids are of one thing: a machine's sessions live and die with its
/// tmux server, but each also by itself.
pub(super) fn akin(one: &str, other: &str) -> bool {
    let server = |id: &str| of_tmux(id).is_some_and(|node| id == server_of(node));
    let both = of_tmux(one).is_some() && of_tmux(one) == of_tmux(other);
    one == other || (both && (server(one) || server(other)))
}

fn server_of(node: &str) -> String {
    format!("{node}/tmux")
}

/// What comes and goes when `matter` does: the server, of sessions that do so
/// together.
fn culprit(matter: &Matter, matters: &[Matter]) -> String {
    let node = of_tmux(&matter.id);
    let with = |other: &Matter| {
        let both = matter
            .changes
            .iter()
            .filter(|at| other.changes.contains(at));
        other.id != matter.id && of_tmux(&other.id) == node && both.count() >= CHANGES
    };
    match node {
        Some(node) if matters.iter().any(with) => server_of(node),
        _ => matter.id.clone(),
    }
}

/// Whether `alert` says that `id` comes and goes.
pub(super) fn speaks_for(alert: &Alert, id: &str) -> bool {
    beneath(&alert.id).is_some_and(|below| akin(&below, id))
}

/// Whether what comes and goes has stood still for so long that it is more than
/// that; else it is noted when it will have. Who stayed away as long before has
/// to do so for much longer: else each time would be told, and that is a storm.
pub(super) fn lasts(matter: &Matter, severity: Severity, agenda: &mut Agenda) -> bool {
    let span = if severity == Severity::Critical {
        LASTS_CRITICAL
    } else {
        LASTS
    };
    let changes: Vec<Timestamp> = matter.changes.iter().rev().skip(1).copied().collect();
    let stays = changes.chunks_exact(2).filter_map(|stay| match stay {
        [end, beginning] => Some(end.since(*beginning)),
        _ => None,
    });
    let longest = stays.filter(|stay| *stay >= span).max();
    let span = longest.map_or(span, |longest| longest.saturating_mul(LONGER));
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
        for times in [
            &mut matter.changes,
            &mut matter.critical,
            &mut matter.repairs,
        ] {
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
        let severity = if matter.critical.len() >= CHANGES {
            Severity::Critical
        } else {
            Severity::Warning
        };
        let mut spoken = false;
        for alert in alerts.iter_mut().filter(|one| speaks_for(one, &matter.id)) {
            spoken = true;
            if alert.severity < severity {
                // Who knew of something less does not know of this.
                (alert.severity, alert.acked) = (severity, false);
            }
        }
        if spoken {
            continue;
        }
        let id = culprit(matter, &desk.matters);
        alerts.push(Alert {
            id: flapping_id(&id),
            number: next_alert,
            severity,
            since: flapping.since,
            text: words::flapping(&id, matter.changes.len() < CHANGES),
            acked: false,
            snoozed_until: matter.snoozed_until.filter(|until| now < *until),
        });
        next_alert = next_alert.saturating_add(1);
    }
    next_alert
}
