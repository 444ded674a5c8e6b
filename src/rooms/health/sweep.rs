//! Asks the remote nodes once, all at the same time, until each has answered
//! or its silence is decided. Effects in, plain data out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::heard::{Heard, Word};
use super::record::patience;
use super::silence::{Unanswered, decided, forget_open_verdict, silent};
use crate::config::Config;
use crate::model::moment::{Moment, overslept};
use crate::model::node::Node;
use crate::model::text::count;
use crate::remote::fleet::{Fleet, Question, Report};
use crate::sys::signals::{Signals, Stop};
use crate::sys::{clock, host, output};

/// Between two tries at a node that does not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How often to look whether our own network is known to be there.
const PEEK_EVERY: Duration = Duration::from_millis(100);
/// After which it is taken to be there.
const OURS_KNOWN_WITHIN: Duration = Duration::from_secs(5);
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
        let mut began = clock::elapsed();
        let mut shown = String::new();
        let mut unsure: Vec<(Report, Moment)> = Vec::new();
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
            let moment = host::moment();
            let reports = fleet.turn(now).into_iter();
            unsure.extend(reports.map(|report| (report, moment.clone())));
            // What our own lost network would explain waits until that is known.
            let ours = offline().or_else(|| (now >= began + OURS_KNOWN_WITHIN).then_some(false));
            for (report, moment) in std::mem::take(&mut unsure) {
                if ours.is_none() && report.may_be_ours() {
                    unsure.push((report, moment));
                    continue;
                }
                let heard = Heard::from(report, &moment, ours == Some(true));
                let Some(node) = waiting.get_mut(&heard.node) else {
                    continue;
                };
                if !patient || closed(node, &heard, config) {
                    waiting.remove(&heard.node);
                } else {
                    again.insert(heard.node.clone(), now + AGAIN_AFTER);
                }
                all.push(heard);
            }
            if waiting.is_empty() {
                break;
            }
            let now = clock::elapsed();
            if now.saturating_sub(began) >= EXPLAINED_AFTER {
                let words = progress(&waiting);
                if words != shown {
                    output::progress(&words);
                    shown = words;
                }
            }
            let soonest = again.values().min().copied();
            let peek = (!unsure.is_empty()).then(|| now + PEEK_EVERY);
            let until = fleet.deadline(now).into_iter().chain(soonest).chain(peek);
            let limit = until
                .min()
                .map_or(AGAIN_AFTER, |until| until.saturating_sub(now))
                .min(AGAIN_AFTER);
            if let Some(stop) = signals.wait_for(fleet.interests(), limit) {
                output::progress("");
                return Err(stop);
            }
            if let Some(slept) = overslept(now, limit, clock::elapsed()) {
                fleet.hang_up();
                (began, unsure) = (clock::elapsed(), Vec::new());
                let moment = host::moment();
                let from = moment.before(slept);
                for (name, node) in &mut waiting {
                    forget_open_verdict(node);
                    again.insert(name.clone(), began);
                    all.push(Heard {
                        node: name.clone(),
                        moment: moment.clone(),
                        word: Word::Slept { from: from.clone() },
                    });
                }
            }
        }
        output::progress("");
        Ok(all)
    }
}

/// Whether asking again tells nothing new; `node` learns of the failure.
fn closed(node: &mut Node, heard: &Heard, config: &Config) -> bool {
    let Some(unanswered) = Unanswered::of(heard) else {
        return true;
    };
    let Some(configured) = config.node(&node.name) else {
        return true;
    };
    let patience = patience(configured, node);
    *node = silent(node, unanswered, patience, &config.judge.raise, None);
    unanswered.ours || decided(node, patience)
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
