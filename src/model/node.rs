//! A machine as we know it: its state, readings, problems, and what the judge
//! remembers between samples.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::alert::Pause;
use super::moment::Moment;
use super::pressure::Swapped;
use super::reading::Readings;
use super::time::Timestamp;
use super::uptime::Uptime;

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

/// What a machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Termux on Android: a phone, which sleeps.
    Termux,
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
    /// One more sample, bad or not, of the `of` that are remembered.
    pub fn remember(&mut self, bad: bool, of: usize) {
        self.recent.push(bad);
        let beyond = self.recent.len().saturating_sub(of);
        self.recent.drain(..beyond);
    }

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

/// What a failure to look means for the node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Nobody tells where it is: after a while it counts as unknown.
    Unfound,
    /// It is there and cannot be looked at: after a while it counts as unknown.
    Odd,
    /// We cannot look, until a person mends something.
    Barred,
    /// It does not let us in: each try is written down there, and too many
    /// get us locked out.
    Denied,
    /// It is silent: after a while it counts as down; also what a newer
    /// version calls by another word.
    #[default]
    #[serde(other)]
    Silent,
}

impl Means {
    /// Whether the node, or what bars the way to it, was there to fail.
    #[must_use]
    pub fn speaks(self) -> bool {
        matches!(self, Self::Odd | Self::Barred | Self::Denied)
    }
}

/// A remote node that does not answer: since when, and what was the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// When the first question was asked that got no answer.
    pub since: Moment,
    /// When the last one was given up.
    pub last: Moment,
    /// Questions without an answer.
    pub failures: u32,
    /// What the last failure means.
    #[serde(default)]
    pub means: Means,
    /// What the last failure was, clean.
    pub why: String,
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
    /// What had been swapped in at the last sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swapped: Option<Swapped>,
    /// What a remote node runs, as its probe found.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "known_platform"
    )]
    pub platform: Option<Platform>,
    /// When it last answered a full probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// Its silence, while it does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Why we could not look although nothing is wrong with the node: it is
    /// our own network that is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
    /// When we saw that it had booted anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebooted_at: Option<Timestamp>,
    /// How long it was up, down, unknown and paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime: Option<Uptime>,
    /// What it says of itself through the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Publication>,
}

/// That a node speaks for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Tells its home from every other of that name.
    pub instance: String,
    /// When it last spoke, on this machine's clocks.
    pub at: Moment,
    /// When it wrote that, by the hub's clock, in milliseconds since 1970.
    pub written_ms: i64,
    /// How often it does, in seconds; 0 once it said that it ends.
    pub every_s: u64,
    /// Problems that it knows of itself, and nobody else can see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Its judge's memory of these, by check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, CheckMemory>,
}

impl Publication {
    /// For how long its word stands: until it is silent for two more times,
    /// and reading it took its time.
    #[must_use]
    pub fn reach(&self) -> Duration {
        Duration::from_secs(self.every_s.saturating_mul(5) / 2 + 5)
    }

    /// Whether its word still stands at `now`.
    #[must_use]
    pub fn stands(&self, now: &Moment) -> bool {
        now.since(&self.at) <= self.reach()
    }
}

/// A newer version may know more platforms.
fn known_platform<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Platform>, D::Error> {
    let word = Option::<String>::deserialize(from)?;
    Ok(word.and_then(|word| serde_json::from_value(word.into()).ok()))
}

impl Node {
    /// Whether no tmux server of its user answers: what is missing of its
    /// sessions has one cause.
    #[must_use]
    pub fn without_tmux(&self) -> bool {
        let sessions = self.readings.tmux_sessions.value();
        sessions.is_none_or(Vec::is_empty)
    }

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
            swapped: None,
            platform: None,
            answered_at: None,
            silence: None,
            hidden: None,
            rebooted_at: None,
            uptime: None,
            published: None,
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
