//! What is true of a node that did not answer? Total and pure.

use super::expected::Patience;
use crate::config::Raise;
use crate::model::alert::Pause;
use crate::model::moment::Moment;
use crate::model::node::{Node, NodeState, Problem, Silence};
use crate::model::reading::Reading;
use crate::remote::cause::{Means, Trouble};

/// A question without an answer.
#[derive(Debug, Clone, Copy)]
pub struct Unanswered<'a> {
    /// When it was first asked.
    pub asked: &'a Moment,
    /// When it was given up.
    pub moment: &'a Moment,
    /// What was the matter.
    pub trouble: &'a Trouble,
    /// Our own network is lost: it tells nothing of the node.
    pub ours: bool,
}

/// Checks that only stand while a node does not answer.
pub const OF_SILENCE: [&str; 3] = ["unreachable", "auth", "host-key"];

/// The node after a question without an answer.
///
/// Silence makes it `down` once it has lasted `patience.down_after`, counted
/// from the first question; a phone is `dozing` until then and at least until
/// a second failure. What we may not or cannot ask is `unknown` at once.
#[must_use]
pub fn silent(
    node: &Node,
    unanswered: Unanswered<'_>,
    patience: Patience,
    raise: &Raise,
    pause: Option<&Pause>,
) -> Node {
    let Unanswered {
        asked,
        moment,
        trouble,
        ours,
    } = unanswered;
    let mut node = node.clone();
    let now = moment.at;
    node.observed_at = Some(now);
    if ours {
        node.hidden = Some("this machine has no network".to_owned());
        forget_silence(&mut node);
        node.judged = Some(NodeState::Unknown);
        node.set_state(NodeState::Unknown.in_force(pause, now), now);
        return node;
    }
    node.hidden = None;
    let before = node.silence.take();
    let silence = Silence {
        since: before
            .as_ref()
            .map_or_else(|| asked.clone(), |before| before.since.clone()),
        last: moment.clone(),
        failures: before.map_or(0, |before| before.failures).saturating_add(1),
        why: trouble.text.clone(),
    };
    let lasted = moment.since(&silence.since) >= patience.down_after;
    let enough = lasted && (silence.failures > 1 || !patience.phone);
    let judged = match trouble.cause.means() {
        Means::Silent if enough => NodeState::Down,
        Means::Silent if patience.phone => NodeState::Dozing,
        Means::Odd if enough => NodeState::Unknown,
        Means::Barred => NodeState::Unknown,
        // Not yet decided: it stays what it was.
        Means::Silent | Means::Odd => node.judged(),
    };
    let check = trouble.cause.check();
    for other in OF_SILENCE.iter().filter(|other| **other != check) {
        node.checks.remove(*other);
    }
    let memory = node.checks.entry(check.to_owned()).or_default();
    memory.remember(true, raise.of);
    memory.since.get_or_insert(silence.since.at);
    node.problems
        .retain(|problem| !OF_SILENCE.contains(&problem.check.as_str()));
    if judged != NodeState::Dozing && (judged == NodeState::Down || judged == NodeState::Unknown) {
        let problem = Problem {
            check: check.to_owned(),
            value: None,
            limit: None,
            text: trouble.text.clone(),
        };
        // The worst first; the others stand as they were last seen.
        node.problems.insert(0, problem);
    }
    if judged == NodeState::Down {
        node.readings.sshd = Reading::failed(trouble.text.clone());
        node.readings.network = Reading::failed(trouble.text.clone());
    }
    let since = if judged == NodeState::Down {
        silence.since.at
    } else {
        now
    };
    node.silence = Some(silence);
    node.judged = Some(judged);
    node.set_state(judged.in_force(pause, now), since);
    node
}

/// It answered, or its silence means nothing: the verdict is closed.
pub fn forget_silence(node: &mut Node) {
    node.silence = None;
    for check in OF_SILENCE {
        node.checks.remove(check);
    }
    node.problems
        .retain(|problem| !OF_SILENCE.contains(&problem.check.as_str()));
}
