//! What was healed, taken into the state. Pure.

use super::healing::{Item, Standing};
use super::state::{Event, State};
use super::text::clean;
use super::time::Timestamp;

/// `state` with what was done: the deeds, what counts against the hour's
/// actions, and an event for each.
#[must_use]
pub fn booked(state: &State, items: &[Item], local: &str, now: Timestamp) -> State {
    let healed = items.iter().filter_map(|item| event(item, local, now));
    let mut events = state.events.clone();
    events.extend(healed);
    let beyond = events.len().saturating_sub(state.events_kept());
    events.drain(..beyond);
    State {
        healing: items
            .iter()
            .fold(state.healing.clone(), |all, item| all.did(item, now)),
        events,
        ..state.clone()
    }
}

/// What happened with an item, for people: that it was healed, or that
/// something would be cleaned for the first time.
#[must_use]
pub fn event(item: &Item, local: &str, now: Timestamp) -> Option<Event> {
    let (subject, said) = (clean(&item.subject), clean(&item.public));
    let (what, text) = match (&item.change, item.standing) {
        (Some(change), _) => ("healed", format!("{} {subject}: {said}", change.verb)),
        (None, Standing::Planned) => ("planned", format!("{subject}: {said}")),
        _ => return None,
    };
    Some(Event {
        at: now,
        node: local.to_owned(),
        what: what.to_owned(),
        check: Some(item.check()),
        text,
    })
}
