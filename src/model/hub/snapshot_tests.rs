use super::*;
use crate::model::reading::Reading;
use proptest::prelude::*;
use serde_json::json;

const NOW: Timestamp = Timestamp(1_796_000_000);

fn node(name: &str) -> Node {
    let mut node = Node::unseen(name, "", Timestamp(1_795_000_000));
    node.observed_at = Some(Timestamp(1_795_999_990));
    node.judged = Some(NodeState::Degraded);
    node.readings.disk_used_percent = Reading::Value(93.1);
    node.problems = vec![Problem {
        check: "disk".into(),
        value: Some(93.1),
        limit: Some(90.0),
        text: "disk 93% (limit 90%)".into(),
    }];
    node
}

fn snapshot(name: &str, ahead: i64) -> Snapshot {
    Snapshot {
        schema: FORM,
        instance: "i".into(),
        ahead: Ahead(ahead),
        written_ms: NOW.0 * 1_000,
        every_s: 15,
        ended: false,
        last_event: None,
        node: Published::of(&node(name), None).unwrap(),
    }
}

fn text(snapshot: &Snapshot) -> Vec<u8> {
    serde_json::to_vec(snapshot).unwrap()
}

#[test]
fn what_a_node_says_is_read_in_our_time() {
    // Its clock is a minute behind the hub's, ours ten seconds ahead of it.
    let said = snapshot("a", 60_000);
    let read = read(&text(&said), "a", Ahead(-10_000), NOW).unwrap();
    assert_eq!(read.node.since, Timestamp(1_795_000_070));
    // It cannot have looked later than now.
    assert_eq!(read.node.observed_at, NOW);
    assert_eq!(read.node.problems, said.node.problems);
    assert_eq!(read.node.state, NodeState::Degraded);
}

#[test]
fn a_node_speaks_for_itself_alone() {
    let bytes = text(&snapshot("b", 0));
    assert_eq!(
        read(&bytes, "a", Ahead(0), NOW),
        Err(Refused::OfAnother("b".into()))
    );
    let mut said = snapshot("a", 0);
    for check in ["unreachable", "auth", "host-key", "hub"] {
        said.node.problems.push(Problem {
            check: check.into(),
            value: None,
            limit: None,
            text: "mine".into(),
        });
    }
    let read = read(&text(&said), "a", Ahead(0), NOW).unwrap();
    assert_eq!(read.node.problems.len(), 1);
}

#[test]
fn what_is_too_large_or_too_new_counts_for_nothing_and_says_so() {
    let mut newer = serde_json::to_value(snapshot("a", 0)).unwrap();
    newer["schema"] = json!(7);
    newer["node"] = json!("another form");
    let bytes = serde_json::to_vec(&newer).unwrap();
    assert_eq!(read(&bytes, "a", Ahead(0), NOW), Err(Refused::Newer(7)));
    let large = vec![b' '; LARGEST + 1];
    assert_eq!(read(&large, "a", Ahead(0), NOW), Err(Refused::Large));
    for bad in [
        &b""[..],
        b"null",
        b"[]",
        b"{\"schema\":1}",
        b"{\"schema\":\"1\"}",
        b"\xff",
    ] {
        assert!(matches!(
            read(bad, "a", Ahead(0), NOW),
            Err(Refused::Odd(_))
        ));
    }
}

#[test]
fn hostile_values_are_bounded_and_hostile_words_are_clean() {
    let mut said = serde_json::to_value(snapshot("a", 0)).unwrap();
    let evil = "#(touch /tmp/x)\u{1b}]0;x\u{7}\u{202e}%s%n".repeat(200);
    said["node"]["problems"][0]["text"] = json!(evil);
    said["node"]["readings"]["cpu_percent"] = json!({"value": 1e300});
    said["node"]["readings"]["sshd"] = json!({"failed": evil});
    let many: Vec<String> = (0..100_000 / 50)
        .map(|at| format!("{at}{}", "s".repeat(20)))
        .collect();
    said["node"]["readings"]["tmux_sessions"] = json!({"value": many});
    said["every_s"] = json!(u64::MAX);
    said["node"]["since"] = json!("9999-12-31T23:59:59Z");
    let read = read(&serde_json::to_vec(&said).unwrap(), "a", Ahead(0), NOW).unwrap();
    let problem = &read.node.problems[0].text;
    assert!(problem.chars().count() <= LONG && !problem.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert!(matches!(read.node.readings.cpu_percent, Reading::Failed(_)));
    let sshd = &read.node.readings.sshd;
    assert!(matches!(sshd, Reading::Failed(why) if !why.contains('\u{1b}')));
    assert_eq!(
        read.node.readings.tmux_sessions.value().unwrap().len(),
        MANY
    );
    assert_eq!((read.every_s, read.node.since), (600, NOW));
}

proptest! {
    #[test]
    fn no_bytes_whatever_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..300), ahead in any::<i64>()) {
        let _ = read(&bytes, "a", Ahead(ahead), NOW);
        let mut said = snapshot("a", ahead);
        said.written_ms = ahead;
        let read = read(&text(&said), "a", Ahead(ahead.wrapping_neg()), NOW).unwrap();
        prop_assert!(read.node.since <= NOW && read.node.since.0 >= 0);
    }
}
