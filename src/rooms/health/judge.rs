//! What is true of a node, given one more sample of it? Total and pure.

use std::collections::BTreeMap;

use super::expected::Expected;
use super::grade::{Finding, Grade, findings};
use crate::config::Judge;
use crate::model::alert::Pause;
use crate::model::node::{CheckMemory, CpuTicks, Node, NodeState};
use crate::model::pressure::Swapped;
use crate::model::reading::Readings;
use crate::model::time::Timestamp;

/// One look at a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// When it was taken.
    pub at: Timestamp,
    /// What was measured.
    pub readings: Readings,
    /// Names this boot of the machine.
    pub boot_id: Option<String>,
    /// Processor time so far.
    pub cpu_ticks: Option<CpuTicks>,
    /// What was swapped in so far.
    pub swapped: Option<Swapped>,
    /// Services that have not answered yet: of those it is none.
    pub asking: Vec<String>,
}

/// The node after `sample`: readings taken over, problems opened or closed,
/// the state set with `since` kept where it did not change.
#[must_use]
pub fn judge(
    node: &Node,
    sample: Sample,
    expected: &Expected,
    rules: &Judge,
    pause: Option<&Pause>,
) -> Node {
    let now = sample.at;
    let mut checks = BTreeMap::new();
    let mut problems = Vec::new();
    for finding in findings(&sample.readings, expected, rules.margin) {
        let before = node.checks.get(&finding.problem.check);
        let service = finding.problem.check.strip_prefix("service:");
        let memory = if service.is_some_and(|name| sample.asking.iter().any(|one| one == name)) {
            before.cloned().unwrap_or_default()
        } else {
            remember(before, &finding, rules, now)
        };
        if memory.since.is_some() {
            problems.push(finding.problem.clone());
        }
        if !memory.idle() {
            checks.insert(finding.problem.check, memory);
        }
    }
    let judged = if problems.is_empty() {
        NodeState::Ok
    } else {
        NodeState::Degraded
    };
    let mut judged_node = Node {
        readings: sample.readings,
        problems,
        judged: Some(judged),
        checks,
        boot_id: sample.boot_id,
        cpu_ticks: sample.cpu_ticks,
        swapped: sample.swapped,
        observed_at: Some(now),
        ..node.clone()
    };
    judged_node.set_state(judged.in_force(pause, now), now);
    judged_node
}

fn remember(
    before: Option<&CheckMemory>,
    finding: &Finding,
    rules: &Judge,
    now: Timestamp,
) -> CheckMemory {
    let mut memory = before.cloned().unwrap_or_default();
    memory.remember(finding.grade == Grade::Bad, rules.raise.of);
    match finding.grade {
        Grade::Bad => {
            memory.good = 0;
            memory.since = memory.since.or(Some(now));
        }
        Grade::Close => memory.good = 0,
        Grade::Good => {
            memory.good = memory.good.saturating_add(1);
            if memory.good >= rules.clear {
                memory.since = None;
            }
        }
    }
    memory
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
