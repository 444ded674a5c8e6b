//! What one look at a machine finds: readings, each known, unknowable or failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// One measured thing. Never a made-up 0: either its value, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading<T> {
    /// It was measured.
    Value(T),
    /// This platform cannot know it, and why.
    Unavailable(String),
    /// It should have worked, and what went wrong.
    Failed(String),
}

impl<T> Reading<T> {
    /// The value, when there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unavailable(_) | Self::Failed(_) => None,
        }
    }

    /// Whether nobody could know it.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The same reading of something computed from the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Value(value) => Reading::Value(change(value)),
            Self::Unavailable(why) => Reading::Unavailable(why),
            Self::Failed(error) => Reading::Failed(error),
        }
    }

    /// A reading that this platform cannot give.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(why.into())
    }

    /// A reading that should have worked.
    pub fn failed(error: impl Into<String>) -> Self {
        Self::Failed(error.into())
    }
}

impl<T> Default for Reading<T> {
    /// A reading that the file's version did not take.
    fn default() -> Self {
        Self::unavailable("not measured")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Reading<T> {
    /// Takes an object with one of the three keys; other keys are a newer
    /// version's and do not hinder.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Keys<T> {
            value: Option<T>,
            unavailable: Option<String>,
            failed: Option<String>,
        }
        Ok(match Keys::deserialize(deserializer)? {
            Keys {
                value: Some(value), ..
            } => Self::Value(value),
            Keys {
                failed: Some(error),
                ..
            } => Self::Failed(error),
            Keys {
                unavailable: Some(why),
                ..
            } => Self::Unavailable(why),
            Keys { .. } => Self::default(),
        })
    }
}

/// One local, writable file system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disk {
    /// Where it is mounted; raw, so hostile until cleaned.
    pub mount: String,
    /// Bytes in use.
    pub used_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
    /// `100 · used / (used + available)`, as `df` counts: 0 to 100.
    pub used_percent: f64,
    /// The same of inodes; `None` where the file system has none.
    pub inodes_used_percent: Option<f64>,
}

/// Everything one look at a machine measures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Readings {
    /// The file system of the node's home, 0 to 100.
    pub disk_used_percent: Reading<f64>,
    /// Where the home's file system is mounted.
    pub disk_mount: Reading<String>,
    /// Every local, writable file system, each device once.
    pub disks: Reading<Vec<Disk>>,
    /// `MemAvailable / MemTotal`, 0 to 100.
    pub memory_available_percent: Reading<f64>,
    /// Memory in all, in bytes.
    pub memory_total_bytes: Reading<u64>,
    /// Memory that programs can still have, in bytes.
    pub memory_available_bytes: Reading<u64>,
    /// Share of the last ten seconds, or of the last minute where that is
    /// worse, in which nothing could go on for want of memory, 0 to 100.
    pub memory_stall_percent: Reading<f64>,
    /// What came back from swap, bytes a second since the sample before; told
    /// where no stalls are.
    pub swap_in_bytes_per_s: Reading<f64>,
    /// Load average of the last minute.
    pub load_1m: Reading<f64>,
    /// Busy share of all processors since the sample before, 0 to 100.
    pub cpu_percent: Reading<f64>,
    /// Seconds since boot.
    pub uptime_s: Reading<u64>,
    /// Whether an ssh server answers with its banner.
    pub sshd: Reading<bool>,
    /// Whether something beyond this machine answered.
    pub network: Reading<bool>,
    /// Names of the tmux sessions; raw, so hostile until cleaned.
    pub tmux_sessions: Reading<Vec<String>>,
    /// The configured services, by name, and whether each is ready.
    pub services: Reading<BTreeMap<String, bool>>,
    /// Battery charge, 0 to 100.
    pub battery_percent: Reading<f64>,
    /// Whether the battery is being drained.
    pub battery_discharging: Reading<bool>,
    /// Whether the hub that coordinators share answers; of the local node,
    /// where one is configured.
    #[serde(skip_serializing_if = "Reading::is_unavailable")]
    pub hub: Reading<bool>,
}

impl Readings {
    /// Readings of a machine that nobody has looked at, and why.
    #[must_use]
    pub fn none(why: &str) -> Self {
        fn not<T>(why: &str) -> Reading<T> {
            Reading::unavailable(why)
        }
        Self {
            disk_used_percent: not(why),
            disk_mount: not(why),
            disks: not(why),
            memory_available_percent: not(why),
            memory_total_bytes: not(why),
            memory_available_bytes: not(why),
            memory_stall_percent: not(why),
            swap_in_bytes_per_s: not(why),
            load_1m: not(why),
            cpu_percent: not(why),
            uptime_s: not(why),
            sshd: not(why),
            network: not(why),
            tmux_sessions: not(why),
            services: not(why),
            battery_percent: not(why),
            battery_discharging: not(why),
            hub: not(why),
        }
    }
}

/// `100 · used / (used + available)`, rounded to one decimal; `None` when the
/// file system has no blocks at all.
#[must_use]
pub fn percent_used(used: u64, available: u64) -> Option<f64> {
    let whole = used.checked_add(available).filter(|&whole| whole > 0)?;
    Some(share(used, whole))
}

/// `100 · part / whole`, rounded to one decimal.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a share to one decimal needs no 64 bits"
)]
pub fn share(part: u64, whole: u64) -> f64 {
    one_decimal(100.0 * part as f64 / whole as f64)
}

/// `value` to one decimal, so that JSON stays short and equal samples are equal.
#[must_use]
pub fn one_decimal(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_exactly_one_of_three() {
        let texts = [
            Reading::Value(93.1),
            Reading::unavailable("no battery"),
            Reading::failed("hung"),
        ]
        .map(|reading| serde_json::to_string(&reading).unwrap());
        assert_eq!(
            texts,
            [
                r#"{"value":93.1}"#,
                r#"{"unavailable":"no battery"}"#,
                r#"{"failed":"hung"}"#
            ]
        );
    }

    #[test]
    fn percent_counts_as_df_does() {
        assert_eq!(percent_used(93, 7), Some(93.0));
        assert_eq!(percent_used(0, 0), None);
        assert_eq!(percent_used(u64::MAX, 1), None);
        assert_eq!(percent_used(1, 2), Some(33.3));
    }
}
