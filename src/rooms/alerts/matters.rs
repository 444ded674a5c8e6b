//! What alerts are about, followed from look to look: raised, cleared,
//! repaired, and what comes and goes too often. Pure.

use super::agenda::Agenda;
use super::words;
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Flapping, Matter};
use crate::model::state::{Event, State};
use crate::model::time::Timestamp;

/// Changes within [`WINDOW`] that make something flap.
const CHANGES: usize = 4;
/// The time in which they count, and of calm that ends it, in seconds.
const WINDOW: i64 = 1_800;
/// What happened longer ago is no news, in seconds.
const NEWS: i64 = 3_600;
/// What stands before a check in the id of an alert about its coming and going.
pub(super) const FLAPPING: &str = "flapping:";

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

impl Matter {
    fn new(id: &str, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            number: 0,
            severity: Severity::Warning,
            since: now,
            text: String::new(),
            open: false,
            changes: Vec::new(),
            repairs: Vec::new(),
            flapping: None,
            snoozed_until: None,
            snooze_said: None,
            told: Vec::new(),
        }
    }

    fn changed(&mut self, now: Timestamp) {
        // The end of an alert about changes is none itself.
        if beneath(&self.id).is_none() {
            self.changes.push(now);
            self.turned();
        }
    }

    fn turned(&mut self) {
        if let Some(flapping) = &mut self.flapping {
            flapping.turns = flapping.turns.saturating_add(1);
        }
    }
}

fn matter_of<'d>(desk: &'d mut Desk, id: &str, now: Timestamp) -> Option<&'d mut Matter> {
    if desk.matter(id).is_none() {
        desk.matters.push(Matter::new(id, now));
    }
    desk.matters.iter_mut().find(|matter| matter.id == id)
}

/// The events that `desk` has not read yet, oldest first.
pub(super) fn news(desk: &mut Desk, events: &[Event], now: Timestamp) -> Vec<Event> {
    let last = desk.last_event.as_ref();
    let seen = last.and_then(|last| events.iter().rposition(|event| event == last));
    let new: Vec<Event> = match (seen, last) {
        (Some(seen), _) => events.iter().skip(seen + 1).cloned().collect(),
        (None, Some(last)) => {
            let later = events.iter().filter(|event| event.at > last.at);
            later.cloned().collect()
        }
        (None, None) => events.to_vec(),
    };
    if let Some(newest) = events.last() {
        desk.last_event = Some(newest.clone());
    }
    let fresh = |event: &Event| now.since(event.at).saturating_abs() < NEWS;
    let new: Vec<Event> = new.into_iter().filter(fresh).collect();
    for event in new.iter().filter(|event| event.what == "recovered") {
        if let Some(check) = &event.check
            && let Some(matter) = matter_of(desk, &format!("{}/{check}", event.node), now)
        {
            matter.repairs.push(event.at.min(now));
            matter.turned();
        }
    }
    new
}

/// Takes over the alerts as they are now; those that say that something
/// flaps, or the others.
pub(super) fn follow(desk: &mut Desk, alerts: &mut [Alert], flapping: bool, now: Timestamp) {
    let ours = |id: &str| beneath(id).is_some() == flapping;
    for alert in alerts.iter_mut().filter(|alert| ours(&alert.id)) {
        let Some(matter) = matter_of(desk, &alert.id, now) else {
            continue;
        };
        let same = matter.number == alert.number || matter.since == alert.since;
        if matter.open && !same {
            matter.changed(now);
        }
        if !matter.open || !same {
            matter.changed(now);
        }
        let said = alert.snoozed_until;
        if said.is_some() && said != matter.snooze_said && said != matter.snoozed_until {
            (matter.snoozed_until, matter.snooze_said) = (said, said);
        }
        // "Not this one, for two hours" also holds when it comes back meanwhile.
        alert.snoozed_until = matter
            .snoozed_until
            .filter(|until| said.is_some() || now < *until);
        matter.open = true;
        matter.number = alert.number;
        matter.severity = alert.severity;
        matter.since = alert.since;
        matter.text.clone_from(&alert.text);
    }
    let there = |id: &str| alerts.iter().any(|alert| alert.id == id);
    for matter in &mut desk.matters {
        if matter.open && ours(&matter.id) && !there(&matter.id) {
            matter.open = false;
            matter.changed(now);
        }
    }
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
    let flaps = |alert: &Alert| match beneath(&alert.id) {
        Some(id) => desk
            .matter(&id)
            .is_some_and(|matter| matter.flapping.is_some()),
        None => true,
    };
    alerts.retain(flaps);
    for matter in &desk.matters {
        let Some(flapping) = matter.flapping else {
            continue;
        };
        let id = flapping_id(&matter.id);
        let comes_and_goes = matter.changes.len() >= CHANGES;
        if let Some(alert) = alerts.iter_mut().find(|alert| alert.id == id) {
            if comes_and_goes && matter.open {
                alert.severity = alert.severity.max(matter.severity);
            }
            continue;
        }
        let severity = if comes_and_goes {
            matter.severity
        } else {
            Severity::Warning
        };
        alerts.push(Alert {
            id,
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

/// Forgets what is over, told and calm.
pub(super) fn tidy(desk: &mut Desk, now: Timestamp) {
    desk.matters.retain(|matter| {
        matter.open
            || matter.flapping.is_some()
            || !matter.told.is_empty()
            || !matter.changes.is_empty()
            || !matter.repairs.is_empty()
            || matter.snoozed_until.is_some_and(|until| now < until)
    });
}
