//! What alerts are about, followed from look to look: raised, cleared,
//! repaired. Pure.

use super::flapping::beneath;
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Matter, Told};
use crate::model::state::Event;
use crate::model::time::Timestamp;

/// What happened longer ago is no news, in seconds.
const NEWS: i64 = 3_600;
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
            critical: Vec::new(),
            repairs: Vec::new(),
            flapping: None,
            snoozed_until: None,
            snooze_said: None,
            told: Vec::new(),
            owed: Vec::new(),
        }
    }

    fn changed(&mut self, severity: Severity, now: Timestamp) {
        // The end of an alert about changes is none itself.
        if beneath(&self.id).is_none() {
            self.changes.push(now);
            self.was(severity, now);
            self.turned();
        }
    }

    fn was(&mut self, severity: Severity, now: Timestamp) {
        if severity == Severity::Critical {
            self.critical.push(now);
        }
    }

    /// Lets what the `channels` were told of it stand for nothing but that its
    /// end is owed to them: it went, and that it comes and goes is told instead.
    pub(super) fn pass_over(&mut self, channels: impl Fn(&str) -> bool) {
        let (over, told) = std::mem::take(&mut self.told)
            .into_iter()
            .partition(|told| channels(&told.name));
        self.told = told;
        let over: Vec<Told> = over;
        for told in over.into_iter().filter(|told| told.sent) {
            if !self.owed.contains(&told.name) {
                self.owed.push(told.name);
            }
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

/// Whether an event is told by itself: that a log was rotated is for the report.
pub(super) fn for_people(event: &Event) -> bool {
    let of_config = |check: &String| check.starts_with("config:");
    match event.what.as_str() {
        "recovered" | "dozing" | "rebooted" | "planned" | "report" => true,
        "healed" => event.check.as_ref().is_some_and(of_config),
        _ => false,
    }
}

/// Which channels are told of it: those that take what weighs so much. A
/// report was asked for, so it is more than what merely happened.
pub(super) fn weight(event: &Event) -> Severity {
    match event.what.as_str() {
        "report" => Severity::Warning,
        _ => Severity::Info,
    }
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
            matter.changed(matter.severity, now);
            if matter.flapping.is_some() {
                matter.pass_over(|_| true);
            }
        }
        if !matter.open || !same {
            matter.changed(alert.severity, now);
        } else if !flapping && matter.severity < alert.severity {
            matter.was(alert.severity, now);
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
            matter.changed(matter.severity, now);
        }
    }
}

/// Forgets what is over, told and calm.
pub(super) fn tidy(desk: &mut Desk, now: Timestamp) {
    desk.matters.retain(|matter| {
        matter.open
            || matter.flapping.is_some()
            || !matter.told.is_empty()
            || !matter.owed.is_empty()
            || !matter.changes.is_empty()
            || !matter.repairs.is_empty()
            || matter.snoozed_until.is_some_and(|until| now < until)
    });
}
