//! What a person is told, and how long they do not want to hear it.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// How much an alert matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will hurt.
    Warning,
    /// Hurts now; also what a newer version calls by another word.
    #[serde(other)]
    Critical,
}

/// One open alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// `NODE/CHECK`; may hold people's text.
    pub id: String,
    /// Serial number, never reused: the only name that reaches a command line.
    pub number: u64,
    /// How much it matters.
    pub severity: Severity,
    /// Since when its problem stands.
    pub since: Timestamp,
    /// What is so, with its limit.
    pub text: String,
    /// Whether somebody said they know.
    #[serde(default)]
    pub acked: bool,
    /// Until when it is quiet.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
}

/// What a tmux server took with it went within so many seconds.
const TOGETHER: i64 = 60;

impl Alert {
    /// Whether one word about both is enough when what they need is lost: it
    /// is no less bad, and of the same time. Who wants to hear no more of this
    /// one has only heard of what went in the same moment.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let quiet = self.acked || self.snoozed_until.is_some();
        let apart = self.since.since(other.since).saturating_abs();
        self.severity >= other.severity && apart <= if quiet { 0 } else { TOGETHER }
    }
}

/// Those of `lost`, which all need one thing that is gone, that speak for the
/// others: of those that are equally bad, the first.
#[must_use]
pub fn speakers<'a>(lost: impl IntoIterator<Item = &'a Alert>) -> Vec<&'a Alert> {
    let mut lost: Vec<&Alert> = lost.into_iter().collect();
    lost.sort_by_key(|alert| Reverse(alert.severity));
    let mut speakers: Vec<&Alert> = Vec::new();
    for alert in lost {
        if !speakers.iter().any(|speaker| speaker.covers(alert)) {
            speakers.push(alert);
        }
    }
    speakers
}

/// A node that is not to be looked at, until somebody resumes it or the time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it began.
    pub since: Timestamp,
    /// When it ends by itself; `None`: when resumed.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// What the person gave as the reason; raw, so hostile until cleaned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Pause {
    /// Whether it holds at `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
