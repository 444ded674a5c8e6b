//! Every question of time in one place, so that nobody has to look now and
//! then: what is not due yet says when it will be. Pure.

use crate::model::time::Timestamp;

/// What is due now, and when the next thing will be.
#[derive(Debug)]
pub(super) struct Agenda {
    pub(super) now: Timestamp,
    next: Option<Timestamp>,
}

impl Agenda {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, next: None }
    }

    /// Whether `at` has come; else it is noted.
    pub(super) fn due(&mut self, at: Timestamp) -> bool {
        if at <= self.now {
            return true;
        }
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
        false
    }

    /// Whether `seconds` have passed since `from`; else that is noted. An
    /// instant yet to come counts as now.
    pub(super) fn passed(&mut self, from: Timestamp, seconds: i64) -> bool {
        self.due(Timestamp(from.min(self.now).0.saturating_add(seconds)))
    }

    /// The first thing that is not due yet.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next
    }
}
