//! Times of day. Pure but for the system's zone.

use super::super::model::Model;
use crate::model::time::Timestamp;
use crate::sys::clock;

/// A time of day, with its date where that is not today's.
pub(super) fn time(model: &Model, at: Timestamp, now: Timestamp) -> String {
    let zone = model.fixed.zone;
    let (then, today) = (clock::local(at, zone), clock::local(now, zone));
    if then.date() == today.date() {
        then.format("%H:%M").to_string()
    } else {
        then.format("%m-%d %H:%M").to_string()
    }
}
