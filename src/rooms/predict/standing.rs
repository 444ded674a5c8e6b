//! What people are told of what is foreseen: only what two windows in a row
//! say, until two in a row say otherwise. Pure.

use super::decide::{Foreseen, What, real, whole};
use super::{grew, show};
use crate::model::alert::Alert;
use crate::model::foretold::{FORECAST, Foretold, Warning};
use crate::model::node::Node;
use crate::model::state::State;
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// So likely a crossing must be for somebody to be told. What is used to fill
/// within hours is asked more often, so of memory it must be surer.
const MEMORY: f64 = 0.7;
/// Less likely than this, what was told is taken back; between the two nothing
/// changes. What memory does within hours is taken back sooner.
const CALM: f64 = 0.2;
const MEMORY_CALM: f64 = 0.5;
/// Columns of a mount in an alert.
const PLACE: usize = 48;

/// What is foreseen now, counted on from what was; of what is calm nothing is
/// kept. `every_s`: how often that is asked.
#[must_use]
pub(super) fn stand(
    state: &State,
    foreseen: &[Foreseen],
    every_s: i64,
    now: Timestamp,
) -> Vec<Foretold> {
    let mut all: Vec<Foretold> = Vec::new();
    for one in leading(foreseen) {
        let id = id(one, state.node(&one.node));
        let before = state.forecasts.iter().find(|before| before.id == id);
        let is_there = state.alerts.iter().any(|alert| came_true(alert, &id));
        let mut told = counted(one, id, before, is_there, now);
        // A run that fails, or two, ends nothing.
        let more = told.horizon_s.saturating_add(2 * every_s);
        told.until = Timestamp(told.made.0.saturating_add(more));
        all.push(told);
    }
    all.retain(|one| one.will_cross || one.agree > 0 || one.warning.is_some());
    all
}

/// Of each thing the nearest horizon within which it is said to happen, else
/// the farthest.
fn leading(foreseen: &[Foreseen]) -> Vec<&Foreseen> {
    let mut leading: Vec<&Foreseen> = Vec::new();
    for one in foreseen {
        let same = |other: &&mut &Foreseen| other.node == one.node && other.what == one.what;
        match leading.iter_mut().find(same) {
            Some(other) if alarms(other) => {}
            Some(other) => *other = one,
            None => leading.push(one),
        }
    }
    leading
}

/// What its alert is called: like the problem it would become.
fn id(one: &Foreseen, node: Option<&Node>) -> String {
    let home = node.and_then(|node| node.readings.disk_mount.value());
    let check = match &one.what {
        What::Disk(mount) if Some(mount) == home => "disk".to_owned(),
        What::Disk(mount) => format!("disk:{mount}"),
        What::Memory => "memory".to_owned(),
        What::Service(check) => check.clone(),
    };
    format!("{}/{FORECAST}{check}", one.node)
}

/// Whether `alert` is what `id` foretells.
fn came_true(alert: &Alert, id: &str) -> bool {
    let (node, check) = id.split_once('/').unwrap_or((id, ""));
    let problem = check.strip_prefix(FORECAST).unwrap_or(check);
    alert
        .id
        .strip_prefix(node)
        .and_then(|rest| rest.strip_prefix('/'))
        == Some(problem)
}

fn alarms(one: &Foreseen) -> bool {
    let likely = match one.what {
        What::Memory => one.probability.is_some_and(|likely| likely >= MEMORY),
        What::Disk(_) | What::Service(_) => one.probability.is_some(),
    };
    one.will_cross && likely && !one.is_over()
}

fn counted(
    one: &Foreseen,
    id: String,
    before: Option<&Foretold>,
    is_there: bool,
    now: Timestamp,
) -> Foretold {
    let mut told = Foretold {
        id,
        node: one.node.clone(),
        what: one.what.word().to_owned(),
        subject: one.what.subject().to_owned(),
        made: now,
        horizon_s: one.horizon_s,
        threshold: one.threshold,
        now: one.now,
        probability: one.probability,
        will_cross: one.will_cross,
        eta_s: one.eta_s.map(whole),
        range_s: one.range_s.map(|(early, late)| [whole(early), whole(late)]),
        until: now,
        counted: before.map_or(now, |before| before.counted),
        agree: before.map_or(0, |before| before.agree),
        against: before.map_or(0, |before| before.against),
        warning: before.and_then(|before| before.warning.clone()),
    };
    if one.is_over() {
        // It has come: its own alert speaks from now on.
        told.agree = 0;
        if is_there {
            told.warning = None;
        }
        return told;
    }
    let Some(likely) = one.probability else {
        // Nobody knows: what was told stands as long as that was about.
        if let Some(before) = before {
            told.made = before.made;
        }
        return told;
    };
    let since = before.map(|before| now.since(before.counted));
    // A clock that was set back begins anew.
    if since.is_some_and(|since| since < 0) {
        (told.agree, told.against) = (0, 0);
    }
    // Two windows are two looks, not the same samples twice.
    let seen = |since: i64| match one.what {
        What::Service(_) => true,
        What::Disk(_) | What::Memory => one.basis.age_s < real(since),
    };
    let apart = told.apart_s();
    if since.is_none_or(|since| since < 0 || (since >= apart && seen(since))) {
        told.counted = now;
        told.agree = if alarms(one) {
            told.agree.saturating_add(1)
        } else {
            0
        };
        let calm = match one.what {
            What::Memory => MEMORY_CALM,
            What::Disk(_) | What::Service(_) => CALM,
        };
        told.against = if likely < calm && !one.will_cross {
            told.against.saturating_add(1)
        } else {
            0
        };
    }
    let since = match &told.warning {
        Some(_) if told.against >= Foretold::WINDOWS => None,
        Some(warning) => Some(warning.since),
        None => (told.agree >= Foretold::WINDOWS).then_some(now),
    };
    told.warning = since.map(|since| Warning {
        since,
        text: text(one),
    });
    told
}

/// Where and what first, then how sure, then from what.
fn text(one: &Foreseen) -> String {
    let place = match &one.what {
        What::Disk(mount) => format!("disk {}", cut(&clean(mount), PLACE, "…")),
        What::Memory => "memory".to_owned(),
        What::Service(check) => clean(check.strip_prefix("service:").unwrap_or(check)),
    };
    let grown = one.grew.as_deref().filter(|grown| !grown.is_empty());
    let grew = grown.map(|grown| format!("; {}", grew::list(grown, None)));
    let grew = grew.unwrap_or_default();
    format!("{} {place} {}{grew}", one.node, show::warning(one))
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
