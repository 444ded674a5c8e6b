use std::time::Duration;

use super::*;
use crate::model::alert::{Alert, Severity};
use crate::model::reading::Readings;
use crate::model::time::Timestamp;
use crate::remote::cause::Cause;
use crate::rooms::health::alerts;

const RAISE: Raise = Raise { bad: 2, of: 3 };

fn moment(seconds: u64) -> Moment {
    Moment {
        at: Timestamp(i64::try_from(seconds).unwrap()),
        elapsed_ms: seconds * 1_000,
        boot: "one".to_owned(),
    }
}

/// A node that answered at 0.
fn well() -> Node {
    Node {
        judged: Some(NodeState::Ok),
        state: NodeState::Ok,
        answered_at: Some(Timestamp(0)),
        readings: Readings::none(""),
        ..Node::unseen("a", "", Timestamp(0))
    }
}

const PATIENCE: Patience = Patience {
    down_after: Duration::from_secs(10),
    phone: false,
};

fn failed(node: &Node, at: u64, cause: Cause, ours: bool) -> Node {
    let moment = moment(at);
    let unanswered = Unanswered {
        asked: &moment,
        moment: &moment,
        trouble: &Trouble::new(cause, "why"),
        ours,
    };
    silent(node, unanswered, PATIENCE, &RAISE, None)
}

/// The node and its alerts after these failures, by second.
fn after(failures: &[(u64, Cause, bool)]) -> (Node, Vec<Alert>) {
    let (mut node, mut open, mut next) = (well(), Vec::new(), 1);
    for (at, cause, ours) in failures {
        node = failed(&node, *at, *cause, *ours);
        (open, next) = alerts::after(open.clone(), &node, alerts::Repairs::NONE, &RAISE, next);
    }
    (node, open)
}

#[test]
fn silence_makes_down_once_it_has_lasted() {
    let (node, open) = after(&[(20, Cause::Refused, false), (29, Cause::Refused, false)]);
    assert_eq!((node.judged(), open.len()), (NodeState::Ok, 0));
    let node = failed(&node, 30, Cause::TimedOut, false);
    assert_eq!(
        (node.judged(), node.since),
        (NodeState::Down, Timestamp(20))
    );
}

#[test]
fn who_refused_us_a_moment_ago_was_there_then() {
    let denied = [(20, Cause::Auth, false), (80, Cause::Auth, false)];
    let (node, _) = after(&denied);
    assert_eq!(node.judged(), NodeState::Unknown);
    let node = failed(&node, 90, Cause::Refused, false);
    assert_eq!(node.judged(), NodeState::Unknown);
    let node = failed(&node, 100, Cause::Refused, false);
    assert_eq!(
        (node.judged(), node.since),
        (NodeState::Down, Timestamp(90))
    );
}

#[test]
fn a_name_that_is_not_found_once_is_no_news() {
    let (node, _) = after(&[(20, Cause::Name, false)]);
    assert_eq!((node.judged(), node.problems.len()), (NodeState::Ok, 0));
    let node = failed(&node, 31, Cause::Name, false);
    assert_eq!(node.judged(), NodeState::Unknown);
    // One that was never seen is unknown anyway.
    let never = Node {
        answered_at: None,
        ..well()
    };
    let never = failed(&never, 20, Cause::Name, false);
    assert_eq!(never.judged(), NodeState::Unknown);
    assert!(decided(&never, PATIENCE));
}

#[test]
fn an_alert_grows_with_its_problem() {
    let unfound = [(20, Cause::Name, false), (31, Cause::Name, false)];
    let (node, open) = after(&unfound);
    assert_eq!(open[0].severity, Severity::Warning, "{open:?}");
    let node = failed(&node, 32, Cause::Refused, false);
    let (open, _) = alerts::after(open, &node, alerts::Repairs::NONE, &RAISE, 2);
    assert_eq!((open[0].number, open[0].severity), (1, Severity::Critical));
}

#[test]
fn a_changed_host_key_is_told_at_once() {
    let (_, open) = after(&[(20, Cause::HostKeyChanged, false)]);
    assert_eq!(
        (open[0].id.as_str(), open[0].severity),
        ("a/host-key", Severity::Critical)
    );
}

#[test]
fn our_own_lost_network_ends_no_alert() {
    let dead = [(20, Cause::Refused, false), (30, Cause::Refused, false)];
    let (node, open) = after(&dead);
    assert_eq!((open.len(), node.since), (1, Timestamp(20)));
    let node = failed(&node, 40, Cause::NoRoute, true);
    assert_eq!(node.judged(), NodeState::Unknown);
    let (open, next) = alerts::after(open, &node, alerts::Repairs::NONE, &RAISE, 2);
    assert_eq!((open[0].number, next), (1, 2));
    let node = failed(&node, 50, Cause::Refused, false);
    let (open, next) = alerts::after(open, &node, alerts::Repairs::NONE, &RAISE, next);
    assert_eq!(node.judged(), NodeState::Down);
    assert_eq!(
        (open[0].number, open[0].severity, next),
        (1, Severity::Critical, 2)
    );
}

#[test]
fn an_open_verdict_is_void_once_nobody_asks() {
    let (mut node, _) = after(&[(20, Cause::Refused, false)]);
    forget_open_verdict(&mut node);
    assert_eq!(
        failed(&node, 90, Cause::Refused, false).judged(),
        NodeState::Ok
    );
    let (mut dead, _) = after(&[(20, Cause::Refused, false), (30, Cause::Refused, false)]);
    forget_open_verdict(&mut dead);
    assert_eq!(
        failed(&dead, 90, Cause::Refused, false).since,
        Timestamp(20)
    );
}
