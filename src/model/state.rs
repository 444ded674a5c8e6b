//! What stands in `state.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::alert::{Alert, Pause};
use super::desk::Desk;
use super::foretold::Foretold;
use super::healing::Healing;
use super::hub::HubMemory;
use super::incident::Incident;
use super::lenient::{list, map};
use super::node::Node;
use super::segment::{Styles, Summary};
use super::tally::Tally;
use super::time::Timestamp;

/// The schema this build reads and writes.
pub const SCHEMA: u64 = 1;

/// The whole file. `summary` stands before everything of size, so that the
/// segment is read without parsing the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// [`SCHEMA`].
    pub schema: u64,
    /// Grows by one with each write.
    pub revision: u64,
    /// What the status line says.
    pub summary: Summary,
    /// Every node: the local one first, then as configured.
    pub nodes: Vec<Node>,
    /// Open alerts, by serial number.
    pub alerts: Vec<Alert>,
    /// The next alert's serial number.
    pub next_alert: u64,
    /// Tries of recover and heal, by target: `NODE/CHECK`.
    #[serde(deserialize_with = "map")]
    pub tallies: BTreeMap<String, Tally>,
    /// What was broken and how it was repaired, newest last.
    pub incidents: Vec<Incident>,
    /// What is foreseen, of each thing the last.
    #[serde(deserialize_with = "list")]
    pub forecasts: Vec<Foretold>,
    /// Nodes that nobody shall look at.
    #[serde(deserialize_with = "map")]
    pub pauses: BTreeMap<String, Pause>,
    /// The last run of each home-screen widget.
    pub widgets: Map<String, Value>,
    /// tmux servers whose status line shows us.
    pub tmux_servers: Vec<TmuxServer>,
    /// When the watcher did not look, newest last.
    pub gaps: Vec<Gap>,
    /// What happened to nodes, newest last.
    pub events: Vec<Event>,
    /// What was told to whom, and what waits to be told.
    pub desk: Desk,
    /// What self-healing did and found.
    pub healing: Healing,
    /// What is remembered of the hub that coordinators share.
    #[serde(skip_serializing_if = "HubMemory::is_empty")]
    pub hub: HubMemory,
}

impl Default for State {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            revision: 0,
            summary: Summary::default(),
            nodes: Vec::new(),
            alerts: Vec::new(),
            next_alert: 1,
            tallies: BTreeMap::new(),
            incidents: Vec::new(),
            forecasts: Vec::new(),
            pauses: BTreeMap::new(),
            widgets: Map::new(),
            tmux_servers: Vec::new(),
            gaps: Vec::new(),
            events: Vec::new(),
            desk: Desk::default(),
            healing: Healing::default(),
            hub: HubMemory::default(),
        }
    }
}

/// A tmux server that `mamori.tmux` was run in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TmuxServer {
    /// Its socket.
    pub socket: String,
    /// Its process; a server that died and came back has another.
    pub pid: u32,
    /// When it started, in Unix seconds.
    pub start_time: i64,
    /// Its version as it names it.
    #[serde(default)]
    pub version: String,
    /// Whether its bar shows ASCII symbols only.
    #[serde(default)]
    pub ascii: bool,
    /// Its styles by level.
    #[serde(default)]
    pub styles: Styles,
}

/// A stretch of time in which the watcher did not look, and so knows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The last sign of life before it.
    pub from: Timestamp,
    /// The first look after it.
    pub to: Timestamp,
    /// Why.
    pub why: GapCause,
}

/// Why nobody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// This machine slept or the watcher was stopped: our own absence, no node's outage.
    Slept,
    /// No watcher ran; also what a newer version calls by another word.
    #[serde(other)]
    NotRunning,
}

/// Something that happened to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When we saw it.
    pub at: Timestamp,
    /// The node.
    pub node: String,
    /// `rebooted`, `recovered`, or the node's new state.
    pub what: String,
    /// What of the node it is about, where it is not the node itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// In words, clean.
    pub text: String,
}

/// How many events are kept; of many nodes more ([`State::events_kept`]).
pub const EVENTS_KEPT: usize = 100;

/// How many gaps are kept.
pub const GAPS_KEPT: usize = 50;

impl State {
    /// Whether what people did or were told differs: worth a backup at once.
    #[must_use]
    pub fn people_differ(&self, other: &Self) -> bool {
        self.pauses != other.pauses
            || self.next_alert != other.next_alert
            || self.alerts.len() != other.alerts.len()
            || self.alerts.iter().zip(&other.alerts).any(|(a, b)| {
                (a.number, a.acked, a.snoozed_until) != (b.number, b.acked, b.snoozed_until)
            })
    }

    /// Makes states and summary those of `now`: pauses that are over are over.
    pub fn settle(&mut self, now: Timestamp) {
        for node in &mut self.nodes {
            let in_force = node.judged().in_force(self.pauses.get(&node.name), now);
            node.set_state(in_force, now);
        }
        self.summary = Summary::of(&self.nodes, now);
    }

    /// How many events are kept: when all nodes go at once and come back, none
    /// of that is forgotten before the history has it.
    #[must_use]
    pub fn events_kept(&self) -> usize {
        EVENTS_KEPT.max(2 * self.nodes.len())
    }

    /// The node of that name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == name)
    }
}
