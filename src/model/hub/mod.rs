//! What coordinators share through a hub: plain data, on both sides of it.
//!
//! The hub's own clock is the one that all agree on. What a machine says
//! carries how far its clock is from that one, and whoever reads it shifts
//! every time in it to a clock of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lenient::map;
use super::state::Event;
use people::Register;

pub mod people;
pub mod snapshot;
pub mod token;

/// The form of what is written into the hub; part of every key.
pub const FORM: u64 = 1;

/// What the state file remembers of the hub.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HubMemory {
    /// Tells this home from every other, whatever it is called; empty before
    /// it was first needed.
    pub instance: String,
    /// The last event of this machine that the hub has.
    pub published: Option<Event>,
    /// Of each node, the last event of its stream that was taken over.
    pub read: BTreeMap<String, String>,
    /// What people said, of each thing the last.
    #[serde(deserialize_with = "map")]
    pub people: BTreeMap<String, Register>,
}

impl HubMemory {
    /// Whether there was never a hub.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How far the hub's clock is ahead of ours, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ahead(pub i64);

impl Ahead {
    /// Seconds to add to a time of theirs for it to be one of ours.
    #[must_use]
    pub fn shift_from(self, theirs: Self) -> i64 {
        theirs
            .0
            .saturating_sub(self.0)
            .saturating_add(500)
            .div_euclid(1_000)
    }
}

/// What a node may be called: as in the configuration.
#[must_use]
pub fn is_node_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=64).contains(&name.len()) && name != "local" && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_clock_that_goes_wrong_become_ours() {
        // Theirs is an hour behind the hub, ours two seconds ahead of it.
        assert_eq!(Ahead(-2_000).shift_from(Ahead(3_600_000)), 3_602);
        assert_eq!(Ahead(0).shift_from(Ahead(400)), 0);
        assert_eq!(
            Ahead(i64::MIN).shift_from(Ahead(i64::MAX)),
            i64::MAX / 1_000
        );
    }
}
