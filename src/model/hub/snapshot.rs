//! How a node says that it is: written by its own watcher, read by every
//! coordinator, which believes nothing of it but what is about that node.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Ahead, FORM};
use crate::model::node::{CheckMemory, Node, NodeState, Platform, Problem};
use crate::model::reading::{Disk, Reading, Readings};
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;

/// Bytes of a snapshot, at most: 256 KiB.
pub const LARGEST: usize = 256 << 10;
/// Elements of any list in one, at most.
const MANY: usize = 256;
/// Problems of a node, at most: each may become an alert.
const PROBLEMS: usize = 32;
/// Columns of any text in one, at most.
const LONG: usize = 200;

/// What a watcher writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`FORM`].
    pub schema: u64,
    /// Whose it is: two machines of one name are told apart by it.
    pub instance: String,
    /// How far the hub's clock is ahead of the node's.
    pub ahead: Ahead,
    /// When it was written, by the hub's clock, in milliseconds since 1970.
    pub written_ms: i64,
    /// How often it is written anew, in seconds.
    pub every_s: u64,
    /// Whether the watcher ended after that.
    #[serde(default)]
    pub ended: bool,
    /// The last event in the node's stream.
    #[serde(default)]
    pub last_event: Option<String>,
    /// The node, times by its own clock.
    pub node: Published,
}

/// A node as it says itself that it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Its name.
    pub name: String,
    /// What its own judge says, pauses not counted.
    pub state: NodeState,
    /// Since when.
    pub since: Timestamp,
    /// When it last looked at itself.
    pub observed_at: Timestamp,
    /// What it measured.
    #[serde(default)]
    pub readings: Readings,
    /// What it expects of itself and is not so, worst first.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// Its judge's memory, by check.
    #[serde(default)]
    pub checks: BTreeMap<String, CheckMemory>,
    /// Names its boot.
    #[serde(default)]
    pub boot_id: Option<String>,
    /// What it runs.
    #[serde(default)]
    pub platform: Option<Platform>,
}

impl Published {
    /// What is said of a node that has been looked at.
    #[must_use]
    pub fn of(node: &Node, platform: Option<Platform>) -> Option<Self> {
        Some(Self {
            name: node.name.clone(),
            state: node.judged(),
            since: node.since,
            observed_at: node.observed_at?,
            readings: node.readings.clone(),
            problems: node.problems.clone(),
            checks: node.checks.clone(),
            boot_id: node.boot_id.clone(),
            platform,
        })
    }

    /// Whether people would see a difference to what was said before: worth
    /// telling at once.
    #[must_use]
    pub fn differs(&self, before: &Self) -> bool {
        let texts = |one: &Self| -> Vec<String> {
            let texts = one.problems.iter().map(|problem| problem.text.clone());
            texts.collect()
        };
        let seen = |one: &Self| {
            let readings = &one.readings;
            (
                readings.sshd.clone(),
                readings.network.clone(),
                readings.tmux_sessions.clone(),
                readings.services.clone(),
            )
        };
        self.state != before.state
            || self.boot_id != before.boot_id
            || texts(self) != texts(before)
            || seen(self) != seen(before)
    }
}

/// Why a snapshot counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is larger than [`LARGEST`].
    #[error("has more than {} KiB", LARGEST >> 10)]
    Large,
    /// A newer build wrote it.
    #[error("was written by a newer Mamori (schema {0}): update this one")]
    Newer(u64),
    /// It is no snapshot.
    #[error("cannot be read: {0}")]
    Odd(String),
    /// It stands under one name and speaks of another.
    #[error("speaks of `{0}`")]
    OfAnother(String),
}

/// What every form has.
#[derive(Deserialize)]
struct Form {
    schema: u64,
}

/// The snapshot that stands under the name `name`, as it may be believed at
/// `now`, `own` clock: every time is ours and none in the future, every text
/// clean and short, every list bounded, every share between 0 and 100.
///
/// # Errors
/// Why it counts for nothing.
pub fn read(bytes: &[u8], name: &str, own: Ahead, now: Timestamp) -> Result<Snapshot, Refused> {
    if bytes.len() > LARGEST {
        return Err(Refused::Large);
    }
    let odd = |error: serde_json::Error| Refused::Odd(short(&error.to_string()));
    let Form { schema } = serde_json::from_slice(bytes).map_err(odd)?;
    if schema > FORM {
        return Err(Refused::Newer(schema));
    }
    let mut snapshot: Snapshot = serde_json::from_slice(bytes).map_err(odd)?;
    if snapshot.node.name != name {
        return Err(Refused::OfAnother(short(&snapshot.node.name)));
    }
    let shift = own.shift_from(snapshot.ahead);
    let ours = |at: &mut Timestamp| {
        *at = Timestamp(at.0.saturating_add(shift).clamp(0, now.0));
    };
    let node = &mut snapshot.node;
    ours(&mut node.since);
    ours(&mut node.observed_at);
    for problem in &mut node.problems {
        tidy(&mut problem.check);
        tidy(&mut problem.text);
    }
    node.problems.retain(|problem| its_own(&problem.check));
    node.problems.truncate(PROBLEMS);
    let wrong: BTreeSet<String> = node
        .problems
        .iter()
        .map(|problem| problem.check.clone())
        .collect();
    node.checks = std::mem::take(&mut node.checks)
        .into_iter()
        .take(MANY)
        .map(|(mut check, mut memory)| {
            tidy(&mut check);
            memory.recent.truncate(MANY);
            memory.since.as_mut().map(ours);
            (check, memory)
        })
        .filter(|(check, _)| wrong.contains(check))
        .collect();
    snapshot.last_event = snapshot.last_event.filter(|place| is_place(place));
    node.boot_id.as_mut().map(tidy);
    node.state = match (node.state, node.problems.is_empty()) {
        (NodeState::Ok | NodeState::Degraded, true) => NodeState::Ok,
        (NodeState::Ok | NodeState::Degraded, false) => NodeState::Degraded,
        _ => NodeState::Unknown,
    };
    believed(&mut node.readings);
    snapshot.every_s = snapshot.every_s.clamp(1, 600);
    Ok(snapshot)
}

/// What nobody but an onlooker can say a node does not say of itself.
fn its_own(check: &str) -> bool {
    !["unreachable", "auth", "host-key", "hub"].contains(&check) && !check.starts_with("forecast:")
}

/// Whether it is a place in a stream: `MILLISECONDS-NUMBER`.
fn is_place(text: &str) -> bool {
    let parts = text.split_once('-');
    parts.is_some_and(|(ms, number)| ms.parse::<u64>().is_ok() && number.parse::<u64>().is_ok())
}

fn short(text: &str) -> String {
    cut(&clean(text), LONG, "…")
}

fn tidy(text: &mut String) {
    *text = short(text);
}

/// Why there is no value is text, too.
fn tidy_why<T>(reading: &mut Reading<T>) {
    if let Reading::Unavailable(why) | Reading::Failed(why) = reading {
        tidy(why);
    }
}

/// Readings without what cannot be.
fn believed(readings: &mut Readings) {
    tidy_why(&mut readings.disk_used_percent);
    tidy_why(&mut readings.disk_mount);
    tidy_why(&mut readings.disks);
    tidy_why(&mut readings.memory_available_percent);
    tidy_why(&mut readings.memory_total_bytes);
    tidy_why(&mut readings.memory_available_bytes);
    tidy_why(&mut readings.memory_stall_percent);
    tidy_why(&mut readings.swap_in_bytes_per_s);
    tidy_why(&mut readings.load_1m);
    tidy_why(&mut readings.cpu_percent);
    tidy_why(&mut readings.uptime_s);
    tidy_why(&mut readings.sshd);
    tidy_why(&mut readings.network);
    tidy_why(&mut readings.tmux_sessions);
    tidy_why(&mut readings.services);
    tidy_why(&mut readings.battery_percent);
    tidy_why(&mut readings.battery_discharging);
    // Of the hub each coordinator speaks for itself.
    readings.hub = Reading::default();
    for share in [
        &mut readings.disk_used_percent,
        &mut readings.memory_available_percent,
        &mut readings.memory_stall_percent,
        &mut readings.cpu_percent,
        &mut readings.battery_percent,
    ] {
        if share
            .value()
            .is_some_and(|value| !(0.0..=100.0).contains(value))
        {
            *share = Reading::failed("no share of a hundred");
        }
    }
    if let Reading::Value(disks) = &mut readings.disks {
        disks.truncate(MANY);
        disks.retain(|disk: &Disk| (0.0..=100.0).contains(&disk.used_percent));
        for disk in disks {
            tidy(&mut disk.mount);
        }
    }
    if let Reading::Value(mount) = &mut readings.disk_mount {
        tidy(mount);
    }
    if let Reading::Value(names) = &mut readings.tmux_sessions {
        names.truncate(MANY);
        names.iter_mut().for_each(tidy);
    }
    if let Reading::Value(services) = &mut readings.services {
        let tidied = std::mem::take(services).into_iter().take(MANY);
        *services = tidied
            .map(|(mut name, ready)| {
                tidy(&mut name);
                (name, ready)
            })
            .collect();
    }
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
