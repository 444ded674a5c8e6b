use super::*;
use crate::config::Variables;
use crate::model::hub::snapshot::Snapshot;
use crate::model::moment::Moment;

const MANY: usize = 2_000;

fn config(text: &str) -> Config {
    let variables = Variables {
        home: "/home/ann".into(),
        prefix: None,
        tmpdir: "/tmp".into(),
    };
    config::read(text, "", &variables).unwrap()
}

/// What a node says of itself; every tenth has a full disk.
fn said(n: usize, at: i64) -> Heard {
    let node = format!("n{n}");
    let time = Timestamp(at).rfc3339();
    let bad = n.is_multiple_of(10);
    let problem = serde_json::json!({
        "check": "disk", "value": 93.0, "limit": 90.0, "text": "disk 93%",
    });
    let memory = serde_json::json!({"recent": [true, true, true], "good": 0, "since": time});
    let snapshot = serde_json::json!({
        "schema": 1, "instance": node, "ahead": 0, "written_ms": at * 1_000, "every_s": 30,
        "node": {
            "name": node, "since": time, "observed_at": time,
            "state": if bad { "degraded" } else { "ok" },
            "problems": if bad { vec![problem] } else { Vec::new() },
            "checks": if bad { serde_json::json!({"disk": memory}) } else { serde_json::json!({}) },
        },
    });
    let snapshot: Snapshot = serde_json::from_value(snapshot).unwrap();
    let moment = Moment {
        at: Timestamp(at),
        elapsed_ms: at.unsigned_abs() * 1_000,
        boot: String::new(),
    };
    Heard {
        node,
        moment,
        word: Word::Published(Box::new(snapshot), 0),
    }
}

#[test]
fn what_is_taken_over_in_pieces_is_what_is_taken_over_at_once() {
    let config = config("[hub]\nurl = \"redis://127.0.0.1\"\n[[node]]\nname = \"n7\"\n");
    let expected = Expected::of_local(&config, false, false);
    let rules = Rules {
        name: "here",
        expected: &expected,
        judge: &config.judge,
        config: &config,
    };
    let first: Vec<Heard> = (0..MANY).map(|n| said(n, 100)).collect();
    // Later in another order.
    let second: Vec<Heard> = (0..MANY).rev().map(|n| said(n, 130)).collect();
    let mut all = first;
    all.extend(second);
    // From one beginning: a node that nobody looked at is so since then.
    let begun = record(State::default(), &all[..1], rules);
    let at_once = record(begun.clone(), &all, rules);
    let mut in_pieces = begun;
    for piece in all.chunks(257) {
        in_pieces = record(in_pieces, piece, rules);
    }
    for (piece, whole) in in_pieces.nodes.iter().zip(&at_once.nodes) {
        assert_eq!(piece, whole);
    }
    assert!(in_pieces == at_once, "something but the nodes differs");
    let state = at_once;
    assert_eq!(state.nodes.len(), MANY + 1);
    assert_eq!(state.alerts.len(), MANY / 10);
    let numbers: Vec<u64> = state.alerts.iter().map(|alert| alert.number).collect();
    assert!(numbers.is_sorted());
    // The local node, the configured one, then the others as they came.
    let names: Vec<&str> = state.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names.get(..4), Some(&["here", "n7", "n0", "n1"][..]));
    // That is how they stand; a node that nobody knows is not among them.
    assert!(complete(&state, &config, "here"));
    let mut other = state.clone();
    other.nodes.push(Node::unseen("stranger", "", Timestamp(0)));
    assert!(!complete(&other, &config, "here"));
    assert!(!complete(&state, &config, "elsewhere"));
    other.nodes.truncate(1);
    assert!(!complete(&other, &config, "here"));
}
