//! What was mended, taken into the state by others than `heal`. Pure.

use super::healing::Item;
use super::state::{EVENTS_KEPT, Event, State};
use super::text::clean;
use super::time::Timestamp;

/// `state` with what was changed in the midst of something else: the deeds,
/// what counts against the hour's actions, and an event for each.
#[must_use]
pub fn booked(state: &State, items: &[Item], local: &str, now: Timestamp) -> State {
    let healed = items.iter().filter_map(|item| {
        let change = item.change.as_ref()?;
        let (subject, said) = (clean(&item.subject), clean(&item.public));
        Some(Event {
            at: now,
            node: local.to_owned(),
            what: "healed".to_owned(),
            check: Some(item.check()),
            text: format!("{} {subject}: {said}", change.verb),
        })
    });
    let mut events = state.events.clone();
    events.extend(healed);
    let beyond = events.len().saturating_sub(EVENTS_KEPT);
    events.drain(..beyond);
    State {
        healing: state.healing.after(&[], items, now),
        events,
        ..state.clone()
    }
}
