//! Is a new state worth a write? Pure.
//!
//! A minute in which nothing happened writes nothing: that is what keeps an
//! idle day under 20 MB and the disk of a phone asleep.

use std::time::Duration;

use crate::model::node::Node;
use crate::model::reading::Reading;
use crate::model::state::State;
use crate::model::uptime::Class;
use crate::rooms::health::heard::{Heard, Word};

/// Points by which a disk's use must have moved.
const DISK_POINTS: f64 = 1.0;
/// Points by which available memory must have moved.
const MEMORY_POINTS: f64 = 5.0;

/// Whether `new` says something that `old` does not, or `old`'s readings are
/// older than `oldest`.
#[must_use]
pub fn worth_writing(old: &State, new: &State, oldest: Duration) -> bool {
    let summary = |state: &State| {
        (
            state.summary.ok,
            state.summary.total,
            state.summary.text.clone(),
        )
    };
    summary(old) != summary(new)
        || old.alerts != new.alerts
        || old.pauses != new.pauses
        || old.gaps != new.gaps
        || old.tmux_servers != new.tmux_servers
        || old.events != new.events
        || old.tallies != new.tallies
        || old.incidents != new.incidents
        || old.hub != new.hub
        || old.desk.differs(&new.desk)
        || old.nodes.len() != new.nodes.len()
        || old
            .nodes
            .iter()
            .zip(&new.nodes)
            .any(|(old, new)| differ(old, new, oldest))
}

/// Whether people see another picture in `new` than in `old`.
#[must_use]
pub fn worth_showing(old: &State, new: &State) -> bool {
    let seen = |state: &State| -> Vec<_> {
        let nodes = state.nodes.iter();
        nodes
            .map(|node| (node.name.clone(), node.state, texts(node)))
            .collect()
    };
    seen(old) != seen(new)
}

fn texts(node: &Node) -> Vec<String> {
    let texts = node.problems.iter().map(|problem| problem.text.clone());
    texts.collect()
}

fn differ(old: &Node, new: &Node, oldest: Duration) -> bool {
    let aged = match (old.observed_at, new.observed_at) {
        (Some(old), Some(new)) => new.since(old).unsigned_abs() >= oldest.as_secs(),
        (old, new) => old != new,
    };
    let (was, is) = (&old.readings, &new.readings);
    aged || old.name != new.name
        || old.state != new.state
        || old.judged != new.judged
        || old.silence.is_some() != new.silence.is_some()
        || old.hidden != new.hidden
        || old.platform != new.platform
        || classes(old) != classes(new)
        || old.checks != new.checks
        || old.boot_id != new.boot_id
        || texts(old) != texts(new)
        || moved(&was.disk_used_percent, &is.disk_used_percent, DISK_POINTS)
        || moved(
            &was.memory_available_percent,
            &is.memory_available_percent,
            MEMORY_POINTS,
        )
        || was.sshd != is.sshd
        || was.network != is.network
        || was.tmux_sessions != is.tmux_sessions
        || was.services != is.services
}

fn classes(node: &Node) -> Option<Class> {
    node.uptime.as_ref().map(|uptime| uptime.class)
}

/// What was heard without what says nothing new: of words of the same kind in
/// a row from a node, the last; of failures the first, too, for its time.
#[must_use]
pub fn compacted(heard: &[Heard]) -> Vec<Heard> {
    let mut kept: Vec<Heard> = Vec::new();
    for one in heard {
        let mut same_node = kept.iter().enumerate().rev();
        let last = same_node.find(|(_, other)| other.node == one.node);
        let Some((at, last)) = last.filter(|(_, last)| same_kind(&last.word, &one.word)) else {
            kept.push(one.clone());
            continue;
        };
        let fails = matches!(last.word, Word::Failed { .. });
        let before = kept
            .iter()
            .take(at)
            .rfind(|other| other.node == one.node)
            .is_some_and(|before| same_kind(&before.word, &one.word));
        if !fails || before {
            kept.remove(at);
        }
        kept.push(one.clone());
    }
    kept
}

fn same_kind(one: &Word, other: &Word) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

fn moved(old: &Reading<f64>, new: &Reading<f64>, points: f64) -> bool {
    match (old.value(), new.value()) {
        (Some(old), Some(new)) => (old - new).abs() >= points,
        _ => old != new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::node::NodeState;
    use crate::model::time::Timestamp;

    const OLDEST: Duration = Duration::from_secs(300);

    fn state(at: i64, disk: f64, memory: f64) -> State {
        let mut node = Node::unseen("a", "", Timestamp(0));
        node.observed_at = Some(Timestamp(at));
        node.readings.disk_used_percent = Reading::Value(disk);
        node.readings.memory_available_percent = Reading::Value(memory);
        node.readings.uptime_s = Reading::Value(at.unsigned_abs());
        State {
            nodes: vec![node],
            ..State::default()
        }
    }

    #[test]
    fn an_idle_hour_writes_every_five_minutes_and_no_more() {
        let mut written = state(0, 50.0, 40.0);
        let mut writes = 0;
        for minute in 1..=60 {
            let new = state(
                60 * minute,
                50.0 + 0.01 * f64::from(i32::try_from(minute).unwrap()),
                41.0,
            );
            if worth_writing(&written, &new, OLDEST) {
                (written, writes) = (new, writes + 1);
            }
        }
        assert_eq!(writes, 12);
    }

    #[test]
    fn a_node_that_is_another_is_shown_and_one_that_measured_is_not() {
        let old = state(0, 50.0, 40.0);
        assert!(!worth_showing(&old, &state(60, 70.0, 10.0)));
        let mut down = state(60, 50.0, 40.0);
        down.nodes[0].state = NodeState::Down;
        assert!(worth_showing(&old, &down));
    }

    #[test]
    fn what_people_would_see_is_written_at_once() {
        let old = state(0, 50.0, 40.0);
        assert!(!worth_writing(&old, &state(60, 50.9, 44.9), OLDEST));
        assert!(worth_writing(&old, &state(60, 51.0, 40.0), OLDEST));
        assert!(worth_writing(&old, &state(60, 50.0, 35.0), OLDEST));
        let mut session = state(60, 50.0, 40.0);
        session.nodes[0].readings.tmux_sessions = Reading::Value(vec!["main".to_owned()]);
        assert!(worth_writing(&old, &session, OLDEST));
        // A clock that was set back ten years.
        assert!(worth_writing(
            &old,
            &state(-315_000_000, 50.0, 40.0),
            OLDEST
        ));
    }
}
