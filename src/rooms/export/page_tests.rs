//! Whatever stands in the state file, what is exported can be read.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::alert::{Alert, Severity};
use crate::model::node::{Node, Problem};
use crate::model::reading::{Disk, Reading};
use crate::model::state::State;
use crate::model::time::Timestamp;

fn facts(state: State) -> Facts {
    Facts {
        state,
        written: Some(Timestamp(1)),
        watched: true,
        beat: Some(Timestamp(2)),
        now: Timestamp(3),
    }
}

/// The name with its labels, and the value, of a line; its labels' values end
/// where the format says they do.
fn sample(line: &str) -> Option<(&str, f64)> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => {
                escaped = false;
                if !matches!(c, '\\' | '"' | 'n') {
                    return None;
                }
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted => return Some((&line[..at], line[at + 1..].parse().ok()?)),
            _ => {}
        }
    }
    None
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        "[a/\\\\\"\n\u{202e}\u{1b}{},= ]{0,6}",
        "x{120,140}"
    ]
}

fn state(names: &[String], percents: &[f64]) -> State {
    let nodes = names.iter().map(|name| {
        let mut node = Node::unseen(name, "", Timestamp(0));
        let disks = names.iter().zip(percents).map(|(mount, percent)| Disk {
            mount: mount.clone(),
            used_bytes: u64::MAX,
            total_bytes: 0,
            used_percent: *percent,
            inodes_used_percent: None,
        });
        node.readings.disks = Reading::Value(disks.collect());
        node.problems = vec![Problem {
            check: format!("disk:{name}"),
            value: None,
            limit: None,
            text: String::new(),
        }];
        node
    });
    let nodes: Vec<Node> = nodes.collect();
    let alerts = names.iter().map(|name| Alert {
        id: format!("{name}/{name}"),
        number: u64::MAX,
        severity: Severity::Warning,
        since: Timestamp(i64::MIN),
        text: name.clone(),
        acked: false,
        snoozed_until: Some(Timestamp(i64::MAX)),
    });
    State {
        alerts: alerts.collect(),
        nodes,
        next_alert: 0,
        ..State::default()
    }
}

proptest! {
    #[test]
    fn every_line_is_a_sample_of_its_own(
        names in prop::collection::vec(text(), 1..8),
        percents in prop::collection::vec(prop_oneof![-1e300_f64..1e300, 0.0_f64..100.0], 8),
    ) {
        let facts = facts(state(&names, &percents));
        for format in [Format::OpenMetrics, Format::Prometheus] {
            let text = page(&facts, format).unwrap();
            let mut seen = BTreeSet::new();
            for line in text.lines().filter(|line| !line.starts_with("# ")) {
                let (series, value) = sample(line)
                    .ok_or_else(|| TestCaseError::fail(format!("{line:?}")))?;
                prop_assert!(series.starts_with("mamori_"), "{line:?}");
                prop_assert!(value.is_finite(), "{line:?}");
                prop_assert!(seen.insert(series.to_owned()), "twice: {line:?}");
            }
            prop_assert_eq!(text.ends_with("\n# EOF\n"), format == Format::OpenMetrics);
        }
    }
}
