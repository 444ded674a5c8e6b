//! What seeing to a target means for its record of tries, its incident and the
//! events. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use super::plan::Verdict;
use super::run::{Condition, Told};
use super::show::took;
use crate::model::incident::{self, Incident};
use crate::model::moment::Moment;
use crate::model::state::{Event, State};
use crate::model::tally::Tally;
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// Causes are cut to so many columns: the record is no log.
const CAUSE: usize = 220;

/// What was known when the target was looked at.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Its record of tries.
    pub tally: &'a Tally,
    /// The incident that is going on.
    pub incident: Option<&'a Incident>,
    /// How long ago that was detected; for a new one, how long from its fault
    /// to now, where that is known.
    pub ago: Option<Duration>,
    /// Who looks: `watch` or `recover`.
    pub by: &'a str,
}

/// What to write down.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The target's id.
    pub id: String,
    /// Its record of tries.
    pub tally: Tally,
    /// Its incident, new or continued.
    pub incident: Option<Incident>,
    /// What happened, for people.
    pub event: Option<Event>,
}

/// What `told`, begun at `began` and done at `now`, means; `dice` in 0 to 1
/// decides a delay.
#[must_use]
pub fn entry(
    told: &Told,
    name: &str,
    before: Before<'_>,
    began: &Moment,
    now: &Moment,
    dice: f64,
) -> Entry {
    let cause = cut(&clean(&told.plan.found), CAUSE, "…");
    let mut tally = tally(told, before.tally, &cause, began, now, dice);
    if let Some(alive) = told.alive.first() {
        tally.owner.clone_from(&alive.keepers.owner);
    }
    let incident = incident(told, before, cause, began, now);
    let event = incident
        .as_ref()
        .filter(|incident| incident.recovered.is_some())
        .map(|incident| {
            let span = incident.to_recover_ms.map(Duration::from_millis);
            let span = span.map_or_else(String::new, |span| format!(" in {}", took(span)));
            Event {
                at: now.at,
                node: told.target.node.clone(),
                what: "recovered".into(),
                text: in_part(format!("{name} is back{span}: {}", incident.cause), told),
                check: Some(told.target.check()),
            }
        });
    Entry {
        id: told.target.id(),
        tally,
        incident,
        event,
    }
}

fn tally(
    told: &Told,
    before: &Tally,
    cause: &str,
    began: &Moment,
    now: &Moment,
    dice: f64,
) -> Tally {
    let acted = told.done.as_ref().is_some_and(super::work::Done::acted);
    let tried = matches!(told.plan.verdict, Verdict::Mend(_)) && told.done.is_some();
    if !tried {
        return match told.condition {
            Condition::Ready => before.ready(now),
            // It died as soon as it was ready: that is known now, although
            // nothing may be done about it yet.
            Condition::Planned if before.too_soon(began) => before.fell(began, cause, dice),
            Condition::Busy(_) | Condition::Planned | Condition::NotNow(_) => before.at(now),
            _ => before.at(now).lost(),
        };
    }
    let fell = before.fell(began, cause, dice);
    // What had been ready is started again without counting.
    let free = fell.restarted() > before.at(began).restarted();
    let tally = if acted && !free {
        fell.acted(began)
    } else {
        fell
    };
    match &told.condition {
        Condition::Failed(why) => tally.failed(now, &cut(&clean(why), CAUSE, "…"), dice),
        _ => tally.ready(now),
    }
}

fn incident(
    told: &Told,
    before: Before<'_>,
    cause: String,
    began: &Moment,
    now: &Moment,
) -> Option<Incident> {
    let done = told.done.as_ref();
    let milliseconds = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let over = matches!(told.condition, Condition::Ready | Condition::Recovered);
    // A look that may not act yet neither begins an incident nor ends one.
    let looked = matches!(
        told.condition,
        Condition::Ready | Condition::Busy(_) | Condition::Planned | Condition::NotNow(_)
    );
    let left = told.condition == Condition::Left;
    if left && !told.target.expected {
        return None;
    }
    let fresh = || Incident {
        node: told.target.node.clone(),
        check: told.target.check(),
        cause,
        detected: began.at,
        detected_ms: began.elapsed_ms,
        to_detect_ms: before.ago.map(milliseconds),
        ..Incident::default()
    };
    let mut incident = match before.incident {
        Some(open) => open.clone(),
        None if !looked => fresh(),
        None => return None,
    };
    // How long it had been going on when we began.
    let earlier = if before.incident.is_some() {
        before.ago.unwrap_or_default()
    } else {
        Duration::ZERO
    };
    if let Some(after) = done.and_then(|done| done.acted_after) {
        incident.tries = incident.tries.saturating_add(1);
        incident.to_act_ms = incident.to_act_ms.or(Some(milliseconds(earlier + after)));
    }
    if over || !looked {
        incident.why = why(told);
    }
    incident.left |= left;
    if over {
        incident.recovered = Some(now.at);
        let by = match (incident.tries, incident.left) {
            (1.., _) => before.by,
            (0, true) => "its owner",
            (0, false) => "itself",
        };
        by.clone_into(&mut incident.by);
    }
    // How long its owner left it stopped is no time to repair.
    if over && !incident.left {
        incident.to_recover_ms = Some(milliseconds(earlier + now.since(began)));
    }
    Some(incident)
}

/// `said`, and what is not as it was to be.
fn in_part(said: String, told: &Told) -> String {
    let lacks = told.done.as_ref().map(super::work::Done::lacks);
    match lacks.filter(|lacks| !lacks.is_empty()) {
        Some(lacks) => format!("{said}; in part: {}", cut(&clean(&lacks), CAUSE, "…")),
        None => said,
    }
}

/// Why it is not mended, what would mend it, or what of it is missing.
fn why(told: &Told) -> String {
    let text = match (&told.condition, &told.plan.verdict) {
        (Condition::Recovered, _) => {
            let lacks = told.done.as_ref().map(super::work::Done::lacks);
            lacks.unwrap_or_default()
        }
        (Condition::Failed(why), _) => why.clone(),
        (Condition::NeedsRoot(command), _) => format!("{}; needs root: {command}", told.plan.found),
        (Condition::Hopeless, Verdict::Hopeless(Some(help))) => {
            format!("{}; {help}", told.plan.found)
        }
        (Condition::Hopeless | Condition::Waits(_) | Condition::Left, _) => told.plan.found.clone(),
        _ => String::new(),
    };
    cut(&clean(&text), CAUSE, "…")
}

/// Takes an entry into the state.
pub fn enter(state: &mut State, entry: &Entry) {
    // Whoever else acted on it meanwhile wrote that down, too.
    let tally = match state.tallies.get(&entry.id) {
        Some(other) => entry.tally.with(other),
        None => entry.tally.clone(),
    };
    if tally.blank() && tally.ready_since.is_none() {
        state.tallies.remove(&entry.id);
    } else {
        state.tallies.insert(entry.id.clone(), tally);
    }
    if let Some(incident) = &entry.incident {
        // Two who see the same end tell of it once.
        let told = state
            .incidents
            .iter()
            .any(|one| !one.open() && one.same(incident));
        state.events.extend(entry.event.clone().filter(|_| !told));
        state.incidents = incident::with(&state.incidents, incident);
    }
}

/// Forgets the tries at what is no target any more; its incidents are over.
pub fn forget(state: &mut State, known: &BTreeSet<String>, now: Timestamp) {
    state.tallies.retain(|id, _| known.contains(id));
    let open = state.incidents.iter_mut().filter(|one| one.open());
    for one in open.filter(|one| !known.contains(&format!("{}/{}", one.node, one.check))) {
        one.recovered = Some(now);
        "nobody expects it any more".clone_into(&mut one.by);
    }
}

/// The incident of a target that is still going on.
#[must_use]
pub fn open<'s>(state: &'s State, node: &str, check: &str) -> Option<&'s Incident> {
    let of_it = |one: &&Incident| one.node == node && one.check == check;
    state
        .incidents
        .iter()
        .rev()
        .find(of_it)
        .filter(|one| one.open())
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
