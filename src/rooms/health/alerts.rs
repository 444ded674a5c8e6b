//! Which alerts are open, given what was judged: raised after enough bad
//! samples, gone with their problem.

use crate::config::Raise;
use crate::model::alert::{Alert, Severity};
use crate::model::node::{Node, NodeState};

/// The open alerts after `node` was judged, and the next free serial number.
///
/// A paused node raises nothing; what was open before stays as it was.
#[must_use]
pub fn after(alerts: &[Alert], node: &Node, raise: &Raise, next_number: u64) -> (Vec<Alert>, u64) {
    if node.state == NodeState::Paused {
        return (alerts.to_vec(), next_number);
    }
    let prefix = format!("{}/", node.name);
    let (ours, mut open): (Vec<Alert>, Vec<Alert>) = alerts
        .iter()
        .cloned()
        .partition(|alert| alert.id.starts_with(&prefix));
    let mut next_number = next_number;
    for problem in &node.problems {
        let id = format!("{prefix}{}", problem.check);
        let Some(memory) = node.checks.get(&problem.check) else {
            continue;
        };
        let text = format!("{} {}", node.name, problem.text);
        if let Some(alert) = ours.iter().find(|alert| alert.id == id) {
            open.push(Alert {
                text,
                ..alert.clone()
            });
        } else if memory.recent.iter().filter(|bad| **bad).count() >= raise.bad {
            open.push(Alert {
                id,
                number: next_number,
                severity: Severity::Warning,
                since: memory.since.unwrap_or(node.since),
                text,
                acked: false,
                snoozed_until: None,
            });
            next_number = next_number.saturating_add(1);
        }
    }
    open.sort_by_key(|alert| alert.number);
    (open, next_number)
}

/// `alerts` without those of nodes that are not there any more.
#[must_use]
pub fn of_nodes(alerts: Vec<Alert>, nodes: &[Node]) -> Vec<Alert> {
    let there = |alert: &Alert| {
        alert
            .id
            .split_once('/')
            .is_some_and(|(name, _)| nodes.iter().any(|node| node.name == name))
    };
    alerts.into_iter().filter(there).collect()
}
