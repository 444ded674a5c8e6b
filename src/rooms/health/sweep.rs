//! Asks the remote nodes once, all at the same time, until each has answered
//! or its silence is decided. Effects in, plain data out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::heard::{Heard, Word};
use super::record::patience;
use super::silence::{Unanswered, silent};
use crate::config::Config;
use crate::model::node::{Node, NodeState};
use crate::model::text::count;
use crate::remote::cause::Means;
use crate::remote::fleet::{Fleet, Question};
use crate::sys::signals::{Signals, Stop};
use crate::sys::{clock, host, output};

/// Between two tries at a node that does not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Silence of this length is explained to whoever waits at a terminal.
const EXPLAINED_AFTER: Duration = Duration::from_secs(2);

/// One question to each of some nodes.
pub(super) struct Sweep<'a> {
    pub(super) config: &'a Config,
    /// What is known of the nodes that are asked.
    pub(super) nodes: Vec<Node>,
    /// Whether to ask again until silence is decided.
    pub(super) patient: bool,
}

impl Sweep<'_> {
    /// Asks them. `offline` tells, as soon as it is known, whether our own
    /// network is lost.
    ///
    /// # Errors
    /// Who asked us to stop.
    pub(super) fn run(
        self,
        fleet: &mut Fleet,
        signals: &Signals,
        offline: impl Fn() -> Option<bool>,
    ) -> Result<Vec<Heard>, Stop> {
        let Self {
            config,
            nodes,
            patient,
        } = self;
        let began = clock::elapsed();
        let mut waiting: BTreeMap<String, Node> = nodes
            .into_iter()
            .map(|node| (node.name.clone(), node))
            .collect();
        let mut again: BTreeMap<String, Duration> = BTreeMap::new();
        let mut all = Vec::new();
        for name in waiting.keys() {
            fleet.ask(name, Question::Full);
        }
        while !waiting.is_empty() {
            let now = clock::elapsed();
            again.retain(|name, at| {
                let due = *at <= now;
                if due {
                    fleet.ask(name, Question::Full);
                }
                !due
            });
            let reports = fleet.turn(now);
            let moment = host::moment();
            for report in reports {
                let heard = Heard::from(report, &moment, offline() == Some(true));
                if let Some(node) = waiting.get_mut(&heard.node) {
                    if decided(node, &heard, config) || !patient {
                        waiting.remove(&heard.node);
                    } else {
                        again.insert(heard.node.clone(), now + AGAIN_AFTER);
                    }
                    all.push(heard);
                }
            }
            if waiting.is_empty() {
                break;
            }
            let now = clock::elapsed();
            if now.saturating_sub(began) >= EXPLAINED_AFTER {
                output::progress(&progress(&waiting));
            }
            let soonest = again.values().min().copied();
            let until = fleet.deadline(now).into_iter().chain(soonest).min();
            let limit = until.map_or(AGAIN_AFTER, |until| until.saturating_sub(now));
            if let Some(stop) = signals.wait_for(fleet.interests(), limit.min(AGAIN_AFTER)) {
                output::progress("");
                return Err(stop);
            }
        }
        output::progress("");
        Ok(all)
    }
}

/// Whether asking again tells nothing new; `node` learns of the failure.
fn decided(node: &mut Node, heard: &Heard, config: &Config) -> bool {
    let Word::Failed {
        asked,
        trouble,
        ours,
    } = &heard.word
    else {
        return true;
    };
    let Some(configured) = config.node(&node.name) else {
        return true;
    };
    let patience = patience(configured, node);
    let unanswered = Unanswered {
        asked,
        moment: &heard.moment,
        trouble,
        ours: *ours,
    };
    *node = silent(node, unanswered, patience, &config.judge.raise, None);
    let judged = node.judged();
    let odd = trouble.cause.means() == Means::Odd;
    let lasted = node
        .silence
        .as_ref()
        .is_some_and(|silence| silence.last.since(&silence.since) >= patience.down_after);
    match judged {
        _ if *ours || trouble.cause.means() == Means::Barred => true,
        NodeState::Down | NodeState::Dozing => true,
        _ => odd && lasted,
    }
}

/// `waiting for pixel: refused (10.0.0.7 port 8022), and 2 more nodes`.
fn progress(waiting: &BTreeMap<String, Node>) -> String {
    let silent = waiting.values().find(|node| node.silence.is_some());
    let Some(node) = silent.or_else(|| waiting.values().next()) else {
        return String::new();
    };
    let why = node
        .silence
        .as_ref()
        .map(|silence| format!(": {}", silence.why));
    let more = match waiting.len() - 1 {
        0 => String::new(),
        more => format!(", and {} more", count(more, "node")),
    };
    format!("waiting for {}{}{more}", node.name, why.unwrap_or_default())
}
