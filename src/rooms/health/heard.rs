//! What was heard of a node: the judge's food.

use std::time::Duration;

use super::published::Missing;
use crate::model::hub::snapshot::Snapshot;
use crate::model::moment::Moment;
use crate::remote::answer::Answer;
use crate::remote::cause::Trouble;
use crate::remote::fleet::{Outcome, Report};
use crate::sys::host::{Ask, Look};

/// Something heard of one node.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The node's name.
    pub node: String,
    /// When it was heard.
    pub moment: Moment,
    /// What.
    pub word: Word,
}

/// What can be heard of a node.
#[derive(Debug, Clone)]
pub enum Word {
    /// This machine's own readings, and which dear questions were asked.
    Looked(Box<Look>, Ask),
    /// A remote node's readings, and the round trip in milliseconds.
    Answered(Box<Answer>, f64),
    /// A remote node's shell is there.
    Alive,
    /// A question without an answer.
    Failed {
        /// When it was first asked.
        asked: Moment,
        /// What was the matter.
        trouble: Trouble,
        /// The matter is our own: this machine's network is lost.
        ours: bool,
    },
    /// Nobody listened from then on: we slept.
    Slept {
        /// The last moment we were awake.
        from: Moment,
    },
    /// Nobody asked, because the node is paused.
    Left,
    /// It spoke for itself through the hub; by how many milliseconds the hub's
    /// clock is ahead of ours.
    Published(Box<Snapshot>, i64),
    /// Nothing more is heard of it through the hub.
    Missing(Missing),
}

impl Heard {
    /// A fleet's report at `now`; `offline`: our own network is lost.
    #[must_use]
    pub fn from(report: Report, now: &Moment, offline: bool) -> Self {
        let elapsed = Duration::from_millis(now.elapsed_ms);
        let may_be_ours = report.may_be_ours();
        let word = match report.outcome {
            Outcome::Answered { answer, latency_ms } => Word::Answered(answer, latency_ms),
            // Who did as it was told is there.
            Outcome::Alive { .. } | Outcome::Deed { .. } => Word::Alive,
            Outcome::Failed(trouble) => Word::Failed {
                asked: now.before(elapsed.saturating_sub(report.asked)),
                ours: offline && may_be_ours,
                trouble,
            },
        };
        Self {
            node: report.node,
            moment: now.clone(),
            word,
        }
    }
}
