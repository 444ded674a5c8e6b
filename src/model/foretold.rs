//! What is foreseen of one thing, run after run, and whether people are told.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What stands before a check in the id of a forecast's alert.
pub const FORECAST: &str = "forecast:";

/// What was foreseen last of a disk, a memory or a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Foretold {
    /// `NODE/forecast:CHECK`: what its alert is called.
    pub id: String,
    /// The node.
    pub node: String,
    /// `disk`, `memory`, `service`.
    pub what: String,
    /// Which one of its kind: the mount, or the service's check.
    #[serde(default)]
    pub subject: String,
    /// When that was foreseen.
    pub made: Timestamp,
    /// How far was looked ahead, in seconds.
    pub horizon_s: i64,
    /// The limit, percent in use; of a service restarts.
    pub threshold: f64,
    /// The last value; of a service the restarts of the last day.
    #[serde(default)]
    pub now: Option<f64>,
    /// How likely the limit is reached, 0 to 1; `None`: too little to go by.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Whether it is reached rather than not.
    pub will_cross: bool,
    /// When, in seconds from `made`.
    #[serde(default)]
    pub eta_s: Option<i64>,
    /// Between which times, with 80 % certainty.
    #[serde(default)]
    pub range_s: Option<[i64; 2]>,
    /// Until when it concerns the time to come, if no later run says more.
    #[serde(default)]
    pub until: Timestamp,
    /// When a run was last counted as a window of its own.
    pub counted: Timestamp,
    /// So many windows in a row say that it will be reached.
    #[serde(default)]
    pub agree: u32,
    /// So many in a row that it will not.
    #[serde(default)]
    pub against: u32,
    /// What people are told.
    #[serde(default)]
    pub warning: Option<Warning>,
}

/// What people are told of a forecast, and since when it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// When the second window agreed.
    pub since: Timestamp,
    /// In words, clean.
    pub text: String,
}

impl Foretold {
    /// Windows that must agree.
    pub const WINDOWS: u32 = 2;

    /// Whether what was foreseen still concerns the time to come.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        now <= self.until
    }

    /// Whether one window says so, or takes it back, and the next one is
    /// waited for.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let windows = match self.warning {
            None => self.agree,
            Some(_) => self.against,
        };
        self.probability.is_some() && (1..Self::WINDOWS).contains(&windows)
    }

    /// How far apart windows are, in seconds: what comes in days can wait for
    /// an hour, what comes in an hour cannot.
    #[must_use]
    pub fn apart_s(&self) -> i64 {
        const LEAST: i64 = 9 * 60;
        const MOST: i64 = 55 * 60;
        let left = self.eta_s.unwrap_or(self.horizon_s);
        (left / 24).clamp(LEAST, MOST)
    }
}

/// The node and the check of which the alert of that id foretells a problem;
/// `None` of another alert.
#[must_use]
pub fn foretells(id: &str) -> Option<(&str, &str)> {
    let (node, check) = id.split_once('/')?;
    Some((node, check.strip_prefix(FORECAST)?))
}
