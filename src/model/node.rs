//! A machine as we know it: its state, readings, problems, and what the judge
//! remembers between samples.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alert::Pause;
use super::reading::Readings;
use super::time::Timestamp;

/// How a node is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// Everything expected of it is so.
    Ok,
    /// It answers, and something expected of it is not so.
    Degraded,
    /// It does not answer.
    Down,
    /// A phone asleep, or reachable but late.
    Dozing,
    /// Somebody said not to look.
    Paused,
    /// We could not look; also what a newer version calls by another word.
    #[default]
    #[serde(other)]
    Unknown,
}

impl NodeState {
    /// The word that people and JSON read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Dozing => "dozing",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
        }
    }

    /// What counts at `now`: a pause over what was judged.
    #[must_use]
    pub fn in_force(self, pause: Option<&Pause>, now: Timestamp) -> Self {
        if pause.is_some_and(|pause| pause.holds(now)) {
            Self::Paused
        } else {
            self
        }
    }

    /// Whether it counts as fine in the summary.
    #[must_use]
    pub fn fine(self) -> bool {
        matches!(self, Self::Ok | Self::Dozing)
    }

    /// Whether a person should act: what turns an exit code to 1.
    #[must_use]
    pub fn asks_for_action(self) -> bool {
        matches!(self, Self::Degraded | Self::Down | Self::Unknown)
    }
}

/// An expected thing that is not so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `disk`, `disk:MOUNT`, `inodes`, `memory`, `sshd`, `network`, `tmux:SESSION`, `battery` …
    pub check: String,
    /// What was measured; `None` where the check is yes or no.
    pub value: Option<f64>,
    /// What it was held against, in the same unit.
    pub limit: Option<f64>,
    /// `disk 93% (limit 90%)`, clean.
    pub text: String,
}

impl Problem {
    /// The text without its limit, as the status segment shows it: `disk 93%`.
    #[must_use]
    pub fn brief(&self) -> &str {
        self.text
            .rsplit_once(" (limit ")
            .map_or(self.text.as_str(), |(brief, _)| brief)
    }
}

/// What the judge remembers of one check between samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckMemory {
    /// Whether the last samples were bad, newest last.
    pub recent: Vec<bool>,
    /// Samples in a row that were better than the limit by the margin.
    pub good: u32,
    /// Since when the problem stands; `None` when it does not.
    pub since: Option<Timestamp>,
}

impl CheckMemory {
    /// Whether there is anything to remember.
    #[must_use]
    pub fn idle(&self) -> bool {
        self.since.is_none() && !self.recent.contains(&true)
    }
}

/// Processor time since boot, in clock ticks, to tell the busy share of the
/// time between two samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuTicks {
    /// Ticks spent working.
    pub busy: u64,
    /// Ticks in all.
    pub total: u64,
}

/// One node of the state file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Unique; raw for the local node's host name, so cleaned when it is taken.
    pub name: String,
    /// How it is, pauses counted.
    pub state: NodeState,
    /// Since when it is so.
    pub since: Timestamp,
    /// When it was last looked at; `None` before the first probe.
    pub observed_at: Option<Timestamp>,
    /// Round trip of the probe on an open channel, in milliseconds; `None` for the local node.
    pub latency_ms: Option<f64>,
    /// What was measured last.
    #[serde(default)]
    pub readings: Readings,
    /// What is expected and not so, worst first.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// What the samples alone say, pauses not counted; where it is missing,
    /// the state tells.
    #[serde(default)]
    pub judged: Option<NodeState>,
    /// The judge's memory, by check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, CheckMemory>,
    /// Names one boot of the machine: counters are comparable only within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<String>,
    /// Processor time at the last sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ticks: Option<CpuTicks>,
}

impl Node {
    /// A node that nobody has looked at yet, and why.
    #[must_use]
    pub fn unseen(name: &str, why: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            state: NodeState::Unknown,
            since: now,
            observed_at: None,
            latency_ms: None,
            readings: Readings::none(why),
            problems: Vec::new(),
            judged: None,
            checks: BTreeMap::new(),
            boot_id: None,
            cpu_ticks: None,
        }
    }

    /// What the samples alone say, pauses not counted.
    #[must_use]
    pub fn judged(&self) -> NodeState {
        match (self.judged, self.state) {
            (Some(judged), _) => judged,
            (None, NodeState::Paused) => NodeState::Unknown,
            (None, state) => state,
        }
    }

    /// Sets the state, keeping `since` when it stays the same.
    pub fn set_state(&mut self, state: NodeState, now: Timestamp) {
        if self.state != state {
            self.state = state;
            self.since = now;
        }
    }
}
