//! When to ask which remote node what. Pure.
//!
//! Calm nodes are asked whether they are there every `liveness_every`, and for
//! everything every `health_every`. While a verdict is open the questions come
//! every second, then slower, up to five; who is down, or does not let us in,
//! is left in peace for longer, and without a channel a look costs more.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::node::{Means, Node, NodeState};
use crate::remote::fleet::Question;

/// The schedules of all nodes, in the machine's own time.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    tracks: BTreeMap<String, Track>,
}

/// When a node was asked.
#[derive(Debug, Clone, Copy)]
struct Track {
    last: Duration,
    last_full: Duration,
}

/// How often calm nodes are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Often {
    /// For everything.
    pub full: Duration,
    /// Whether it is there.
    pub alive: Duration,
}

/// Between two questions while a verdict is open.
const OPEN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// After so much silence a node that is down is asked less often.
const LONG_DOWN: Duration = Duration::from_secs(600);
/// How often then.
const RARELY: Duration = Duration::from_secs(60);

impl Pace {
    /// What to ask `node` at `now`, if anything; whoever is told asks.
    ///
    /// `channel`: its shell stays open, so that a question whether it is there
    /// costs next to nothing.
    pub fn due(
        &mut self,
        node: &Node,
        channel: bool,
        often: Often,
        now: Duration,
    ) -> Option<Question> {
        let (at, question) = self.next(node, channel, often);
        // Who is awake anyway asks a little early, and sleeps on later.
        let early = if node.silence.is_none() {
            often.alive.min(at) / 8
        } else {
            Duration::ZERO
        };
        if at > now + early {
            return None;
        }
        let full = question == Question::Full;
        let track = self.tracks.entry(node.name.clone()).or_insert(Track {
            last: now,
            last_full: now,
        });
        track.last = now;
        if full {
            track.last_full = now;
        }
        Some(question)
    }

    /// When to ask `node` next, and what.
    #[must_use]
    pub fn next(&self, node: &Node, channel: bool, often: Often) -> (Duration, Question) {
        let Some(track) = self.tracks.get(&node.name) else {
            return (Duration::ZERO, Question::Full);
        };
        let full = track.last_full + often.full;
        let lasted = node
            .silence
            .as_ref()
            .map(|silence| silence.last.since(&silence.since));
        let means = node.silence.as_ref().map(|silence| silence.means);
        if node.hidden.is_some() {
            return (track.last + often.alive, Question::Full);
        }
        match (node.judged(), lasted) {
            (_, Some(_)) if means == Some(Means::Denied) => {
                (track.last + often.full.min(5 * RARELY), Question::Full)
            }
            (_, Some(_)) if means == Some(Means::Barred) => {
                (track.last + often.alive.max(RARELY), Question::Full)
            }
            (NodeState::Down, Some(lasted)) if lasted >= LONG_DOWN => {
                (track.last + often.alive.max(RARELY), Question::Full)
            }
            (NodeState::Down, _) | (NodeState::Unknown, None) => {
                (track.last + often.alive, Question::Full)
            }
            (NodeState::Unknown, Some(_)) if means != Some(Means::Silent) => {
                (track.last + often.alive, Question::Full)
            }
            (_, Some(lasted)) => {
                let (least, most) = OPEN;
                let wait = (lasted / 8).clamp(least, most.min(often.alive).max(least));
                (track.last + wait, Question::Full)
            }
            // A check that comes or goes is looked at again soon.
            (_, None) if unsettled(node) => {
                let wait = if channel { often.alive } else { RARELY };
                (full.min(track.last + wait), Question::Full)
            }
            // Somebody else may bring it back: that it is ready no sign of life says.
            (_, None) if channel && awaited(node) => {
                (full.min(track.last + often.alive), Question::Full)
            }
            (_, None) => {
                // Without a channel each look costs a handshake.
                let least = if channel { Duration::ZERO } else { RARELY };
                let alive = track.last + often.alive.max(least);
                if full <= alive + least {
                    (full.min(alive), Question::Full)
                } else {
                    (alive, Question::Alive)
                }
            }
        }
    }

    /// Forgets when they were asked: all are due.
    pub fn begin_anew(&mut self) {
        self.tracks.clear();
    }

    /// Forgets nodes that are not there any more.
    pub fn retain(&mut self, there: impl Fn(&str) -> bool) {
        self.tracks.retain(|name, _| there(name));
    }
}

/// Whether a check of it has just failed, or just come back.
fn unsettled(node: &Node) -> bool {
    node.checks.values().any(|memory| {
        let last = memory.recent.last().copied().unwrap_or_default();
        let all_bad = memory.recent.iter().all(|bad| *bad);
        memory.since.is_some() && !(last && all_bad && memory.recent.len() > 1)
    })
}

/// Whether something that can be brought back is missing.
fn awaited(node: &Node) -> bool {
    let missing = node.problems.iter().map(|problem| problem.check.as_str());
    missing
        .filter_map(|check| check.split_once(':'))
        .any(|(kind, _)| kind == "service" || kind == "tmux")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::moment::Moment;
    use crate::model::node::{CheckMemory, Silence};
    use crate::model::time::Timestamp;

    const OFTEN: Often = Often {
        full: Duration::from_secs(300),
        alive: Duration::from_secs(15),
    };

    fn node(state: NodeState, silent_for: Option<u64>) -> Node {
        let moment = |seconds: u64| Moment {
            elapsed_ms: seconds * 1_000,
            ..Moment::default()
        };
        Node {
            judged: Some(state),
            silence: silent_for.map(|seconds| Silence {
                since: moment(0),
                last: moment(seconds),
                failures: 1,
                means: Means::Silent,
                why: String::new(),
            }),
            ..Node::unseen("a", "", Timestamp(0))
        }
    }

    /// The questions of ten minutes, looked at every second.
    fn asked(node: &Node, channel: bool) -> Vec<(u64, Question)> {
        let mut pace = Pace::default();
        let due = |second| {
            let question = pace.due(node, channel, OFTEN, Duration::from_secs(second))?;
            Some((second, question))
        };
        (1_000..1_600).filter_map(due).collect()
    }

    #[test]
    fn a_calm_node_is_asked_lightly_and_now_and_then_for_all() {
        let asked = asked(&node(NodeState::Ok, None), true);
        let full: Vec<u64> = asked
            .iter()
            .filter(|(_, question)| *question == Question::Full)
            .map(|(second, _)| second - 1_000)
            .collect();
        assert!(full.len() <= 3 && full.first() == Some(&0), "{full:?}");
        assert!((38..=48).contains(&asked.len()), "{}", asked.len());
    }

    #[test]
    fn without_a_channel_nodes_are_asked_at_most_once_a_minute() {
        let asked = asked(&node(NodeState::Ok, None), false);
        assert!((9..=12).contains(&asked.len()), "{asked:?}");
        let full = asked.iter().filter(|(_, asked)| *asked == Question::Full);
        assert!(full.count() <= 3, "{asked:?}");
    }

    #[test]
    fn a_check_that_comes_or_goes_is_looked_at_again_soon() {
        let checked = |recent: &[bool]| {
            let mut node = node(NodeState::Degraded, None);
            let memory = CheckMemory {
                recent: recent.to_vec(),
                since: Some(Timestamp(0)),
                good: 0,
            };
            node.checks.insert("disk".to_owned(), memory);
            let asked = asked(&node, true);
            asked
                .iter()
                .filter(|(_, question)| *question == Question::Full)
                .count()
        };
        assert!(checked(&[true]) > 38 && checked(&[true, true, false]) > 38);
        assert!(checked(&[true, true, true]) <= 3);
    }

    #[test]
    fn suspicion_hurries_and_certainty_does_not() {
        let count = |state, silent| asked(&node(state, silent), true).len();
        assert_eq!(count(NodeState::Ok, Some(2)), 600);
        assert_eq!(count(NodeState::Dozing, Some(60)), 120);
        assert_eq!(count(NodeState::Down, Some(60)), 40);
        assert_eq!(count(NodeState::Down, Some(900)), 10);
        // Undecided whether it is silent, after we were not let in.
        assert_eq!(count(NodeState::Unknown, Some(60)), 120);
        let barred = |means| {
            let mut node = node(NodeState::Unknown, Some(60));
            node.silence.as_mut().unwrap().means = means;
            asked(&node, true).len()
        };
        assert_eq!(barred(Means::Denied), 2);
        assert_eq!(barred(Means::Barred), 10);
        assert_eq!(barred(Means::Unfound), 40);
    }
}
