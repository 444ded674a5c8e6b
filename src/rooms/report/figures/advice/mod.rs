//! What is to be done: rules of which each names the figure it rests on. With
//! that figure missing a rule is silent.

mod machines;
mod work;

use super::Report;
use crate::model::time::Timestamp;

/// A rule that holds, with the figures its sentence needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Advice {
    /// A disk will reach its limit.
    Free {
        /// The node.
        node: String,
        /// The mount.
        mount: String,
        /// Bytes that keep it under the limit less five points for thirty days.
        bytes: f64,
        /// Before when: the early end of what is foreseen.
        before: Timestamp,
        /// Percent in use.
        used: f64,
        /// The folder that grew most, and by how much a day.
        grew: Option<(String, f64)>,
        /// Bytes a day by which the disk grew.
        a_day: f64,
    },
    /// Memory was scarce.
    Memory {
        /// The node.
        node: String,
        /// Percent of the samples.
        percent: f64,
        /// Of how many.
        samples: u64,
        /// The limit, in percent.
        limit: f64,
    },
    /// A target died again and again.
    Restarted {
        /// The node.
        node: String,
        /// The target.
        check: String,
        /// How often.
        times: usize,
        /// What was said of it last: from outside.
        last: String,
    },
    /// A target could not be brought back.
    GivenUp {
        /// The node.
        node: String,
        /// The target.
        check: String,
        /// Tries.
        tries: u32,
        /// From when.
        from: Timestamp,
        /// Until when; `None`: it goes on.
        until: Option<Timestamp>,
        /// What is needed.
        needed: String,
    },
    /// A node was not seen.
    Unseen {
        /// The node.
        node: String,
        /// Seconds.
        seconds: u64,
        /// Whether mostly because we slept; else no watcher ran.
        slept: Option<bool>,
    },
    /// A check alarmed too often.
    Noisy {
        /// The node.
        node: String,
        /// The check.
        check: String,
        /// How often.
        times: usize,
        /// Half of them were shorter than so many milliseconds.
        median_ms: u64,
    },
    /// A check was seen late.
    Late {
        /// The check.
        check: String,
        /// The median, in milliseconds.
        median_ms: u64,
        /// Of how many.
        n: usize,
        /// The key that says how often is looked, and how often that is.
        key: &'static str,
        /// See `key`, in seconds.
        every_s: u64,
    },
    /// Merged without a review.
    Unreviewed {
        /// How many.
        without: u64,
        /// Of how many.
        of: u64,
    },
    /// Answers came late.
    Waiting {
        /// The median, in seconds.
        median_s: u64,
        /// Of how many.
        n: usize,
        /// The open one that waits longest: number, seconds.
        oldest: Option<(u64, u64)>,
    },
    /// Merges were taken back.
    Reverted {
        /// Which.
        numbers: Vec<u64>,
        /// Of how many.
        of: u64,
    },
    /// The cost heads beyond the budget.
    Budget {
        /// Dollars that the month heads for.
        projected: f64,
        /// The budget.
        budget: f64,
        /// The agent, the model and the percent that cost most.
        most: Option<(String, String, f64)>,
    },
    /// A milestone will be late.
    Milestone {
        /// Its title: from outside.
        title: String,
        /// When it ends at its pace.
        ends: Timestamp,
        /// Issues a day.
        pace: f64,
        /// Days after its day.
        late_days: u64,
        /// Issues that would have to go.
        issues: u64,
    },
}

impl Advice {
    /// The number of its rule, 1 to 12.
    #[must_use]
    pub fn rule(&self) -> u8 {
        match self {
            Self::Free { .. } => 1,
            Self::Memory { .. } => 2,
            Self::Restarted { .. } => 3,
            Self::GivenUp { .. } => 4,
            Self::Unseen { .. } => 5,
            Self::Noisy { .. } => 6,
            Self::Late { .. } => 7,
            Self::Unreviewed { .. } => 8,
            Self::Waiting { .. } => 9,
            Self::Reverted { .. } => 10,
            Self::Budget { .. } => 11,
            Self::Milestone { .. } => 12,
        }
    }
}

/// Of which the rule holds, in the order of the rules.
#[must_use]
pub fn all(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = machines::all(report, now);
    all.extend(work::all(report, now));
    all.sort_by_key(Advice::rule);
    all
}

#[cfg(test)]
mod tests;
