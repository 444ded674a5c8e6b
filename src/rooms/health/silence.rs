//! What is true of a node that did not answer? Total and pure.

use super::expected::Patience;
use super::heard::{Heard, Word};
use crate::config::Raise;
use crate::model::alert::Pause;
use crate::model::moment::Moment;
use crate::model::node::{Means, Node, NodeState, Problem, Silence};
use crate::model::reading::Reading;
use crate::remote::cause::Trouble;

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

impl<'a> Unanswered<'a> {
    /// What was heard, if it is that.
    #[must_use]
    pub fn of(heard: &'a Heard) -> Option<Self> {
        let Word::Failed {
            asked,
            trouble,
            ours,
        } = &heard.word
        else {
            return None;
        };
        Some(Self {
            asked,
            moment: &heard.moment,
            trouble,
            ours: *ours,
        })
    }
}

/// Why nodes are hidden while our own network is lost.
pub const NO_NETWORK: &str = "this machine has no network";

/// Checks that only stand while a node does not answer.
pub const OF_SILENCE: [&str; 3] = ["unreachable", "auth", "host-key"];

/// The node after a question without an answer.
///
/// Silence makes it `down` once it has lasted `patience.down_after`, counted
/// from the first question; a phone is `dozing` until then and at least until
/// a second failure. What we may not or cannot ask is `unknown`: at once where
/// only a person can change that, else after as long a time.
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
        node.hidden = Some(NO_NETWORK.to_owned());
        forget_open_verdict(&mut node);
        node.judged = Some(NodeState::Unknown);
        node.set_state(NodeState::Unknown.in_force(pause, now), now);
        return node;
    }
    node.hidden = None;
    let means = trouble.cause.means();
    // Who refused us a moment ago was there then.
    let goes_on = |before: &Silence| means.speaks() || !before.means.speaks();
    let before = node.silence.take().filter(goes_on);
    let silence = Silence {
        since: before
            .as_ref()
            .map_or_else(|| asked.clone(), |before| before.since.clone()),
        last: moment.clone(),
        failures: before.map_or(0, |before| before.failures).saturating_add(1),
        means,
        why: trouble.text.clone(),
    };
    let lasted = moment.since(&silence.since) >= patience.down_after;
    let enough = lasted && (silence.failures > 1 || !patience.phone);
    let never_seen = node.answered_at.is_none();
    let judged = match means {
        Means::Silent if enough => NodeState::Down,
        Means::Silent | Means::Unfound if patience.phone && !enough => NodeState::Dozing,
        Means::Unfound | Means::Odd if enough || never_seen => NodeState::Unknown,
        Means::Barred | Means::Denied => NodeState::Unknown,
        // Not yet decided: it stays what it was.
        Means::Silent | Means::Unfound | Means::Odd => node.judged(),
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

/// Whether the last failure closed the verdict, so that asking again at once
/// tells nothing new.
#[must_use]
pub fn decided(node: &Node, patience: Patience) -> bool {
    let Some(silence) = &node.silence else {
        return true;
    };
    let lasted = silence.last.since(&silence.since) >= patience.down_after;
    match silence.means {
        Means::Barred | Means::Denied => true,
        _ if node.judged() == NodeState::Dozing => true,
        Means::Silent => node.judged() == NodeState::Down,
        Means::Unfound | Means::Odd => lasted || node.answered_at.is_none(),
    }
}

/// Nobody asked, or nobody could: an open verdict is void. One that is closed
/// stands, with its alert, until the node is heard of again.
pub fn forget_open_verdict(node: &mut Node) {
    let closed = |problem: &Problem| OF_SILENCE.contains(&problem.check.as_str());
    if !node.problems.iter().any(closed) {
        forget_silence(node);
    }
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

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;
