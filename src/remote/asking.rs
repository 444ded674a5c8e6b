//! Whom to ask what, how, and what came of it. Pure.

use std::time::Duration;

use super::answer::Answer;
use super::cause::Trouble;
use super::deed::{self, Deed};
use super::probe::Wishes;

/// Files that this process needs besides its connections.
const FILES_OF_OURS: u64 = 64;

/// A node to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name in the configuration: the only name it ever has for us.
    pub name: String,
    /// What ssh calls it.
    pub alias: String,
    /// Where else it may be found.
    pub addresses: Vec<String>,
    /// What is to be asked besides.
    pub wishes: Wishes,
    /// What may be done there, by number.
    pub deeds: Vec<Deed>,
}

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Whether its shell is there.
    Alive,
    /// All readings.
    Full,
    /// To do one deed.
    Deed {
        /// Which.
        number: u16,
        /// Whether what hangs is to be ended first.
        insist: bool,
    },
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Its readings, and the question's round trip.
    Answered {
        /// What was measured.
        answer: Box<Answer>,
        /// Milliseconds.
        latency_ms: f64,
    },
    /// Its shell is there.
    Alive {
        /// Milliseconds.
        latency_ms: f64,
    },
    /// What came of a deed.
    Deed {
        /// Which.
        number: u16,
        /// What came of it.
        report: deed::Report,
    },
    /// Nothing came of it; also said of a question of our own, put when an
    /// idle connection broke.
    Failed(Trouble),
}

/// An outcome, and whose.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The node.
    pub node: String,
    /// What came of it.
    pub outcome: Outcome,
    /// When the node was first asked, in the machine's own time.
    pub asked: Duration,
    /// Whether the node is this machine itself, whatever the network does.
    pub loopback: bool,
}

impl Report {
    /// Whether our own lost network would look the same.
    #[must_use]
    pub fn may_be_ours(&self) -> bool {
        let may = |trouble: &Trouble| trouble.cause.may_be_ours();
        !self.loopback && matches!(&self.outcome, Outcome::Failed(trouble) if may(trouble))
    }
}

/// How questions are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// Shells that stay open after their answer.
    pub keep: usize,
    /// Handshakes at once, over all.
    pub at_once: usize,
    /// How many more of those that nobody greets.
    pub aside: usize,
    /// How long an answer may take.
    pub probe_timeout: Duration,
    /// Whether a master connection that the user opened may be used.
    pub share_master: bool,
}

impl Manners {
    /// What of it fits into `files` that may be open: three a connection.
    #[must_use]
    pub fn within(self, files: u64) -> Self {
        let room = usize::try_from(files.saturating_sub(FILES_OF_OURS) / 3).unwrap_or(usize::MAX);
        let knocking = (room / 4).max(1);
        Self {
            keep: self.keep.min(room - room.min(2 * knocking)),
            at_once: self.at_once.min(knocking),
            aside: self.aside.min(knocking),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_files_that_may_be_open() {
        let manners = Manners {
            keep: 128,
            at_once: 64,
            aside: 64,
            probe_timeout: Duration::from_secs(10),
            share_master: false,
        };
        assert_eq!(manners.within(4_096), manners);
        for files in [0, 64, 70, 128, 256, 1_024] {
            let Manners {
                keep,
                at_once,
                aside,
                ..
            } = manners.within(files);
            assert!(at_once > 0, "{files}");
            let most = u64::try_from(3 * (keep + at_once + aside)).unwrap();
            assert!(
                most + FILES_OF_OURS <= files.max(FILES_OF_OURS + 6),
                "{files}: {most}"
            );
        }
    }
}
