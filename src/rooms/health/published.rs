//! What a node says of itself through the hub, held against what we know. Pure.
//!
//! A configured node is held against what we expect of it, whoever measured,
//! so that its own word and ours never contradict each other; what it expects
//! of itself besides is added. Of one that only the hub knows its word stands.

use std::collections::BTreeMap;
use std::time::Duration;

use super::expected::{Expected, Patience};
use super::judge::{Sample, judge};
use super::silence::{Unanswered, forget_silence, silent};
use crate::config::{self, Judge};
use crate::model::alert::Pause;
use crate::model::hub::snapshot::Snapshot;
use crate::model::moment::Moment;
use crate::model::node::{Means, Node, NodeState, Platform, Publication};
use crate::model::reading::{Reading, Readings};
use crate::remote::cause::{Cause, Trouble};

/// Why nothing more is heard of a node through the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Its watcher said that it ends.
    Ended,
    /// It fell silent, and the hub answers.
    Silent,
    /// The hub does not answer.
    HubGone,
    /// It fell silent so long ago that nobody asks for it any more.
    Forgotten,
}

/// How long the silence of what only the hub knows is borne: its word has
/// stood for two and a half of its own spans already.
const BORNE: Duration = Duration::from_secs(10);

/// Notes that `node` spoke, at `now`; whether that is anything new.
pub fn spoke(node: &mut Node, snapshot: &Snapshot, now: &Moment, ahead_ms: i64) -> bool {
    let written = snapshot.written_ms.saturating_sub(ahead_ms);
    let age = now.at.0.saturating_mul(1_000).saturating_sub(written);
    let age = Duration::from_millis(u64::try_from(age).unwrap_or(0));
    let mut at = now.before(age);
    if u128::from(now.elapsed_ms) < age.as_millis() {
        // Before this machine booted: only the wall clock tells.
        at.boot = String::new();
    }
    // A word that comes late, or is read once more, tells nothing of now.
    let old =
        |before: &Publication| at.precedes(&before.at) || before.written_ms == snapshot.written_ms;
    if node.published.as_ref().is_some_and(old) {
        return false;
    }
    node.published = Some(Publication {
        instance: snapshot.instance.clone(),
        at,
        written_ms: snapshot.written_ms,
        every_s: if snapshot.ended { 0 } else { snapshot.every_s },
        problems: snapshot.node.problems.clone(),
        checks: snapshot.node.checks.clone(),
    });
    true
}

/// The node as it says itself that it is; `None` where that tells nothing: what
/// was seen later by ourselves goes before, and a word that is over tells
/// nothing of now.
#[must_use]
pub fn believed(
    node: &Node,
    snapshot: &Snapshot,
    config: &config::Config,
    rules: &Judge,
    (now, pause): (&Moment, Option<&Pause>),
) -> Option<Node> {
    let said = &snapshot.node;
    let mut node = node.clone();
    let at = said.observed_at;
    let spoke = node.published.as_ref()?;
    if node.observed_at.is_some() && !spoke.stands(now) {
        return None;
    }
    match &node.silence {
        // That we are not let in, or not sure who it is, its word does not mend.
        Some(silence) if matches!(silence.means, Means::Barred | Means::Denied) => return None,
        Some(silence) if spoke.at.since(&silence.last).is_zero() => return None,
        None if node.observed_at.is_some_and(|seen| seen > at) => return None,
        _ => {}
    }
    forget_silence(&mut node);
    node.hidden = None;
    node.platform = said.platform.or(node.platform);
    let Some(expected) = &expected_of(config, &node) else {
        node.readings = said.readings.clone();
        node.problems.clone_from(&said.problems);
        node.checks = said.checks.clone();
        node.boot_id.clone_from(&said.boot_id);
        node.observed_at = Some(at);
        node.judged = Some(said.state);
        let state = said.state.in_force(pause, at);
        if node.state != state {
            node.state = state;
            node.since = said.since.min(at);
        }
        return Some(node);
    };
    let sample = Sample {
        at,
        readings: together(&said.readings, &node.readings, expected),
        boot_id: said.boot_id.clone(),
        cpu_ticks: node.cpu_ticks,
        swapped: node.swapped,
        asking: Vec::new(),
    };
    let mut node = judge(&node, sample, expected, rules, pause);
    with_own_word(&mut node, Some(expected), pause);
    Some(node)
}

/// Its readings, with the last answers of services that only we ask.
fn together(said: &Readings, last: &Readings, expected: &Expected) -> Readings {
    let mut readings = said.clone();
    let asked: BTreeMap<String, bool> = last
        .services
        .value()
        .into_iter()
        .flatten()
        .filter(|(name, _)| expected.services.contains(name))
        .map(|(name, ready)| (name.clone(), *ready))
        .collect();
    if !asked.is_empty() {
        let mut services = said.services.value().cloned().unwrap_or_default();
        // The node itself knows its own best.
        for (name, ready) in asked {
            services.entry(name).or_insert(ready);
        }
        readings.services = Reading::Value(services);
    }
    readings
}

/// Adds what a node knows of itself and we do not judge.
pub fn with_own_word(node: &mut Node, expected: Option<&Expected>, pause: Option<&Pause>) {
    let (Some(published), Some(expected)) = (&node.published, expected) else {
        return;
    };
    let others: Vec<_> = published
        .problems
        .iter()
        .filter(|problem| !judged_by_us(&problem.check, expected))
        .filter(|problem| !node.problems.iter().any(|ours| ours.check == problem.check))
        .cloned()
        .collect();
    if others.is_empty() {
        return;
    }
    for problem in others {
        if let Some(memory) = published.checks.get(&problem.check) {
            node.checks.insert(problem.check.clone(), memory.clone());
        }
        node.problems.push(problem);
    }
    if node.judged() == NodeState::Ok {
        let now = node.observed_at.unwrap_or(node.since);
        node.judged = Some(NodeState::Degraded);
        node.set_state(NodeState::Degraded.in_force(pause, now), now);
    }
}

fn judged_by_us(check: &str, expected: &Expected) -> bool {
    match check.split_once(':') {
        Some(("tmux", name)) => expected.sessions.iter().any(|one| one == name),
        Some(("service", name)) => expected.services.iter().any(|one| one == name),
        Some(("disk" | "memory", _)) => true,
        Some(_) => false,
        None => match check {
            "disk" | "inodes" | "memory" => true,
            "sshd" => expected.sshd,
            "network" => expected.network,
            "battery" => expected.battery,
            _ => false,
        },
    }
}

/// The node of which only the hub knows, once nothing more is heard of it.
#[must_use]
pub fn missing(
    node: &Node,
    why: Missing,
    now: &Moment,
    judge: &Judge,
    pause: Option<&Pause>,
) -> Node {
    let Some(published) = &node.published else {
        return node.clone();
    };
    let hidden = match why {
        Missing::Ended => "its watcher was ended",
        Missing::HubGone => "the hub does not answer",
        Missing::Forgotten => {
            let mut node = node.clone();
            node.published = None;
            return node;
        }
        Missing::Silent => {
            let asked = published.at.clone();
            let trouble = Trouble::new(Cause::NoAnswer, "silent on the hub");
            let unanswered = Unanswered {
                asked: &asked,
                moment: now,
                trouble: &trouble,
                ours: false,
            };
            let mut node = node.clone();
            node.hidden = None;
            let patience = of_unknown(&node);
            let observed = node.observed_at;
            let mut node = silent(&node, unanswered, patience, &judge.raise, pause);
            // Nobody looked: it was last seen when it last spoke.
            node.observed_at = observed;
            return node;
        }
    };
    let mut node = node.clone();
    forget_silence(&mut node);
    node.hidden = Some(hidden.to_owned());
    node.judged = Some(NodeState::Unknown);
    node.set_state(NodeState::Unknown.in_force(pause, now.at), now.at);
    node
}

/// How long the silence of a node that is not configured is borne.
fn of_unknown(node: &Node) -> Patience {
    let phone = node.platform == Some(Platform::Termux);
    Patience {
        down_after: if phone { Patience::ASLEEP } else { BORNE },
        phone,
    }
}

/// Whether a question without an answer tells nothing: the node spoke a moment
/// ago, so it is only we who do not get through.
#[must_use]
pub fn speaks_for_itself(node: &Node, means: Means, now: &Moment) -> bool {
    let published = node.published.as_ref();
    // Who we are not let in by is another matter: that is for a person.
    !matches!(means, Means::Barred | Means::Denied) && published.is_some_and(|one| one.stands(now))
}

/// The configured node's expectations, when it is configured.
#[must_use]
fn expected_of(config: &config::Config, node: &Node) -> Option<Expected> {
    let configured = config.node(&node.name)?;
    let platform = configured.platform.or(node.platform);
    Some(Expected::of_node(config, configured, platform))
}
