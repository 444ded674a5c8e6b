//! The readings of a node at an instant, as they are kept.

use serde::{Deserialize, Serialize};

use crate::model::node::{Node, NodeState};
use crate::model::reading::Disk;
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// File systems of one node that a sample holds, at most: a node tells of its own.
const DISKS: usize = 64;
/// Problems that a sample holds, at most.
const PROBLEMS: usize = 100;
/// Columns of a text that is kept.
pub const TEXT: usize = 300;

/// One sample.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// The node.
    pub node: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// How it was then, pauses counted.
    pub state: NodeState,
    /// `MemAvailable / MemTotal`, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_percent: Option<f64>,
    /// Memory that programs can still have, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Memory in all, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_total: Option<u64>,
    /// Load average of the last minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<f64>,
    /// Busy share of all processors, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<f64>,
    /// Round trip of the full probe that this sample is, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// Battery charge, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub battery: Option<f64>,
    /// Where the home's file system is mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Every local, writable file system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disks: Vec<Disk>,
    /// What was expected and not so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Standing>,
}

/// A problem that stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// `disk`, `sshd`, `unreachable` …
    pub check: String,
    /// Since when, in Unix seconds.
    pub since: i64,
    /// In words, clean.
    pub text: String,
}

impl Sample {
    /// What the last look at `node`, at `at`, says. Of a node that did not
    /// answer only that.
    #[must_use]
    pub fn of(node: &Node, at: Timestamp) -> Self {
        let state = Self {
            node: node.name.clone(),
            at: at.0,
            state: node.state,
            problems: standing(node, at),
            ..Self::default()
        };
        // Readings of an earlier look are none of this one.
        if node.observed_at != Some(at) || node.silence.is_some() || node.hidden.is_some() {
            return state;
        }
        let readings = &node.readings;
        let disks = readings.disks.value().into_iter().flatten();
        Self {
            memory_percent: readings.memory_available_percent.value().copied(),
            memory_bytes: readings.memory_available_bytes.value().copied(),
            memory_total: readings.memory_total_bytes.value().copied(),
            load: readings.load_1m.value().copied(),
            cpu: readings.cpu_percent.value().copied(),
            latency_ms: node.latency_ms.filter(|_| node.answered_at == Some(at)),
            battery: readings.battery_percent.value().copied(),
            home: readings.disk_mount.value().cloned(),
            disks: disks.take(DISKS).cloned().collect(),
            ..state
        }
    }

    /// Whether the judge had something to judge: a node that nobody could or
    /// should look at is neither good nor bad.
    #[must_use]
    pub fn judged(&self) -> bool {
        !matches!(self.state, NodeState::Unknown | NodeState::Paused)
    }
}

fn standing(node: &Node, at: Timestamp) -> Vec<Standing> {
    let since = |check: &str| {
        let remembered = node.checks.get(check).and_then(|memory| memory.since);
        let silent = node.silence.as_ref().map(|silence| silence.since.at);
        remembered.or(silent).unwrap_or(at)
    };
    let problems = node.problems.iter().take(PROBLEMS);
    let standing = problems.map(|problem| Standing {
        check: cut(&clean(&problem.check), TEXT, "…"),
        since: since(&problem.check).min(at).0,
        text: cut(&clean(&problem.text), TEXT, "…"),
    });
    standing.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::Reading;

    #[test]
    fn a_look_gives_its_readings_and_a_silence_gives_none() {
        let mut node = Node::unseen("a", "not yet", Timestamp(5));
        node.observed_at = Some(Timestamp(5));
        node.answered_at = Some(Timestamp(5));
        node.latency_ms = Some(2.5);
        node.readings.load_1m = Reading::Value(0.5);
        let sample = Sample::of(&node, Timestamp(5));
        assert_eq!((sample.load, sample.latency_ms), (Some(0.5), Some(2.5)));
        let later = Sample::of(&node, Timestamp(9));
        assert_eq!((later.load, later.latency_ms), (None, None));
        assert!(!later.judged());
    }
}
