//! What a person is told, and how long they do not want to hear it.

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
