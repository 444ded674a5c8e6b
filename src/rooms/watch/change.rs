//! Is a new state worth a write? Pure.
//!
//! A minute in which nothing happened writes nothing: that is what keeps an
//! idle day under 20 MB and the disk of a phone asleep.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::kept;
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
            .enumerate()
            .any(|(at, (was, is))| {
                differ(was, is, oldest)
                    // What the file leaves out cannot differ there.
                    || (kept::elsewhere(new, at).is_none() && read_otherwise(was, is))
            })
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
}

fn read_otherwise(old: &Node, new: &Node) -> bool {
    let (was, is) = (&old.readings, &new.readings);
    moved(&was.disk_used_percent, &is.disk_used_percent, DISK_POINTS)
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
/// a row from a node, the last; of failures the first, too, for its time. That
/// a node was left alone says nothing after its own word.
#[must_use]
pub fn compacted(heard: Vec<Heard>) -> Vec<Heard> {
    let mut kept: Vec<Option<Heard>> = Vec::with_capacity(heard.len());
    // Where the last words of each node stand.
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for one in heard {
        let places = places.entry(one.node.clone()).or_default();
        let word = |at: Option<&usize>| at.and_then(|at| kept.get(*at)?.as_ref());
        let last = word(places.last());
        let spoke = last.is_some_and(|last| matches!(last.word, Word::Published(..)));
        if spoke && matches!(one.word, Word::Left) {
            continue;
        }
        if last.is_some_and(|last| same_kind(&last.word, &one.word)) {
            let fails = matches!(one.word, Word::Failed { .. });
            let before = word(places.iter().rev().nth(1));
            let third = before.is_some_and(|before| same_kind(&before.word, &one.word));
            let goes = places.pop_if(|_| !fails || third);
            if let Some(slot) = goes.and_then(|at| kept.get_mut(at)) {
                *slot = None;
            }
        }
        places.push(kept.len());
        kept.push(Some(one));
    }
    kept.into_iter().flatten().collect()
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
    use crate::model::hub::snapshot::Snapshot;
    use crate::model::moment::Moment;
    use crate::model::node::NodeState;
    use crate::model::reading::Readings;
    use crate::model::time::Timestamp;
    use crate::rooms::health::published::Missing;

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

    #[test]
    fn readings_that_the_file_leaves_out_are_not_worth_a_write() {
        let many = |count: usize, disk: f64| {
            let mut all = state(60, disk, 40.0);
            let mut node = all.nodes[0].clone();
            node.state = NodeState::Ok;
            node.judged = Some(NodeState::Ok);
            all.nodes = (0..count)
                .map(|n| Node {
                    name: format!("n{n}"),
                    ..node.clone()
                })
                .collect();
            // The local node stands still.
            all.nodes[0].readings.disk_used_percent = Reading::Value(1.0);
            all
        };
        let worth = |count| worth_writing(&many(count, 50.0), &many(count, 60.0), OLDEST);
        assert!(worth(kept::WHOLE));
        assert!(!worth(kept::WHOLE + 1));
        // Nor is a file without them, as it is read back.
        let (known, mut read) = (many(kept::WHOLE + 1, 50.0), many(kept::WHOLE + 1, 50.0));
        for node in read.nodes.iter_mut().skip(1) {
            node.readings = Readings::none(kept::IN_HUB);
        }
        assert!(!worth_writing(&read, &known, OLDEST));
        // Of what is not well they stand there.
        let mut bad = known;
        bad.nodes[1].state = NodeState::Degraded;
        let mut moved = bad.clone();
        moved.nodes[1].readings.disk_used_percent = Reading::Value(60.0);
        assert!(worth_writing(&bad, &moved, OLDEST));
    }

    fn heard(node: &str, word: Word) -> Heard {
        Heard {
            node: node.to_owned(),
            moment: Moment::default(),
            word,
        }
    }

    #[test]
    fn of_what_many_nodes_say_again_and_again_the_last_waits() {
        let mut waiting = Vec::new();
        for _ in 0..5 {
            for n in 0..300 {
                waiting.push(heard(&format!("n{n}"), Word::Missing(Missing::Silent)));
                waiting.push(heard(&format!("n{n}"), Word::Alive));
                waiting.push(heard(&format!("n{n}"), Word::Alive));
            }
            waiting = compacted(waiting);
        }
        // Of a node that says one thing and another nothing is forgotten.
        assert_eq!(waiting.len(), 300 * 10);
        let mut waiting = Vec::new();
        for _ in 0..5 {
            waiting.extend((0..300).map(|n| heard(&format!("n{n}"), Word::Alive)));
            waiting = compacted(waiting);
        }
        assert_eq!(waiting.len(), 300);
    }

    #[test]
    fn a_look_that_leaves_a_node_alone_says_nothing_after_its_own_word() {
        let said = serde_json::json!({
            "schema": 1, "instance": "i", "ahead": 0, "written_ms": 0, "every_s": 15,
            "node": {"name": "a", "state": "ok", "since": "1970-01-01T00:00:00Z", "observed_at": "1970-01-01T00:00:00Z"},
        });
        let said: Result<Snapshot, _> = serde_json::from_value(said);
        let said = Box::new(said.unwrap());
        let mut waiting = Vec::new();
        for _ in 0..100 {
            waiting.push(heard("a", Word::Published(said.clone(), 0)));
            waiting.push(heard("a", Word::Left));
            waiting = compacted(waiting);
        }
        assert_eq!(waiting.len(), 1);
    }
}
