//! What was heard, taken over into the state. Pure.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::alerts::{self, Repairs};
use super::expected::{Expected, Patience};
use super::findings;
use super::heard::{Heard, Word};
use super::judge::{Sample, judge};
use super::ledger::{Books, book};
use super::published::{believed, missing, speaks_for_itself, spoke, with_own_word};
use super::silence::{Unanswered, forget_open_verdict, forget_silence, silent};
use super::swapping::swapping;
use crate::config::{self, Config, Judge};
use crate::model::alert::Pause;
use crate::model::hub::snapshot::Snapshot;
use crate::model::moment::Moment;
use crate::model::node::{CpuTicks, Node, NodeState};
use crate::model::reading::{Reading, Readings, share};
use crate::model::state::{Event, State};
use crate::model::time::Timestamp;
use crate::model::uptime::Uptime;
use crate::remote::answer::Answer;
use crate::roster::{complete, roster};
use crate::sys::host::{Ask, Look};

/// What a look is taken over with.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The local node's name.
    pub name: &'a str,
    /// What it is held against.
    pub expected: &'a Expected,
    /// When problems come and go.
    pub judge: &'a Judge,
    /// The nodes there are.
    pub config: &'a Config,
}

impl Rules<'_> {
    /// How far a look vouches on either side: to the next one and a little
    /// more, so that what nobody looked at for long is unknown.
    fn reach(&self) -> Duration {
        self.config.watch.health_every * 2 + Duration::from_secs(60)
    }
}

/// `state` after all that was heard, in its order.
#[must_use]
pub fn record(mut state: State, heard: &[Heard], rules: Rules<'_>) -> State {
    let Some(now) = heard.last().map(|heard| heard.moment.at) else {
        return state;
    };
    if !complete(&state, rules.config, rules.name) {
        state.nodes = roster(&state, rules.config, rules.name, now);
    }
    let before = state.alerts.clone();
    let names = state.nodes.iter().enumerate();
    let mut places: Places = names.map(|(at, node)| (node.name.clone(), at)).collect();
    for heard in heard {
        take_over(&mut state, &mut places, heard, rules);
    }
    state.alerts = alerts::of_nodes(state.alerts, &state.nodes);
    (state.alerts, state.next_alert) = alerts::about_us(
        &before,
        state.alerts,
        &state.nodes,
        rules.name,
        &rules.judge.raise,
        state.next_alert,
    );
    (state.alerts, state.next_alert) = findings::with_findings(&before, &state, rules.name, now);
    let beyond = state.events.len().saturating_sub(state.events_kept());
    state.events.drain(..beyond);
    state.settle(now);
    state
}

/// Where each node stands, by its name.
type Places = HashMap<String, usize>;

/// Where the node stands of which that was heard; one that speaks for the
/// first time gets its place.
fn place(state: &mut State, places: &mut Places, heard: &Heard) -> Option<usize> {
    let place = places.get(&heard.node).copied();
    if let (None, Word::Published(..)) = (place, &heard.word) {
        let why = "not heard of yet";
        let node = Node::unseen(&heard.node, why, heard.moment.at);
        state.nodes.push(node);
        places.insert(heard.node.clone(), state.nodes.len() - 1);
        return Some(state.nodes.len() - 1);
    }
    place
}

fn take_over(state: &mut State, places: &mut Places, heard: &Heard, rules: Rules<'_>) {
    let index = place(state, places, heard);
    let Some(node) = index.and_then(|index| state.nodes.get_mut(index)) else {
        return;
    };
    // A slow look came after another one's news.
    let later = |uptime: &Uptime| heard.moment.precedes(&uptime.last);
    if node.uptime.as_ref().is_some_and(later) {
        return;
    }
    let pause = state.pauses.get(&node.name);
    let configured = rules.config.node(&node.name);
    let (was, silence) = (node.judged(), node.silence.clone());
    let (seen_before, was_hidden) = (node.observed_at.is_some(), node.hidden.is_some());
    let now = heard.moment.at;
    match &heard.word {
        Word::Looked(look, ask) => {
            let bytes = look.swapped_in_bytes;
            let taken = readings(node, look, *ask);
            let (readings, swapped) = swapping(node, taken, look.boot_id.as_deref(), bytes);
            let sample = Sample {
                at: now,
                readings,
                swapped,
                boot_id: look.boot_id.clone(),
                cpu_ticks: look.cpu_ticks,
                asking: look.asking.clone(),
            };
            *node = judge(node, sample, rules.expected, rules.judge, pause);
        }
        Word::Answered(answer, latency_ms) => {
            let Some(configured) = configured else { return };
            if heard_from(node, configured, answer, *latency_ms, (now, pause), rules) {
                node.rebooted_at = Some(now);
                let said = event(now, node, "rebooted", "it has booted anew");
                state.events.push(said);
            }
        }
        Word::Alive => {
            if node.silence.is_some() || node.hidden.take().is_some() {
                forget_silence(node);
                let judged = if node.problems.is_empty() {
                    NodeState::Ok
                } else {
                    NodeState::Degraded
                };
                node.judged = Some(judged);
                node.set_state(judged.in_force(pause, now), now);
            }
        }
        Word::Failed { trouble, .. } => {
            let (Some(configured), Some(unanswered)) = (configured, Unanswered::of(heard)) else {
                return;
            };
            if speaks_for_itself(node, trouble.cause.means(), &heard.moment) {
                return;
            }
            let patience = patience(configured, node);
            *node = silent(node, unanswered, patience, &rules.judge.raise, pause);
        }
        Word::Slept { .. } | Word::Left => forget_open_verdict(node),
        Word::Published(snapshot, ahead_ms) => {
            if !taken_at_its_word(node, snapshot, *ahead_ms, (&heard.moment, pause), rules) {
                return;
            }
        }
        Word::Missing(why) => *node = missing(node, *why, &heard.moment, rules.judge, pause),
    }
    let books = Books {
        reach: rules.reach(),
        pause,
    };
    book(
        node,
        was,
        silence.as_ref(),
        &heard.word,
        &heard.moment,
        books,
    );
    let is = node.judged();
    // What a node says happened to it comes by itself; that it is back is ours
    // to say, when it was we who said that it was not.
    let own_word = matches!(heard.word, Word::Published(..)) && silence.is_none() && !was_hidden;
    if is != was && seen_before && !own_word {
        let why = node.problems.first().map(|problem| problem.text.clone());
        let change = event(now, node, is.word(), &why.unwrap_or_default());
        state.events.push(change);
    }
    let repairs = Repairs {
        tallies: &state.tallies,
        incidents: &state.incidents,
        now: Some(&heard.moment),
    };
    let (raise, next) = (&rules.judge.raise, state.next_alert);
    let alerts = std::mem::take(&mut state.alerts);
    (state.alerts, state.next_alert) = alerts::after(alerts, node, repairs, raise, next);
}

/// What a node says of itself; whether that tells anything.
fn taken_at_its_word(
    node: &mut Node,
    snapshot: &Snapshot,
    ahead_ms: i64,
    (now, pause): (&Moment, Option<&Pause>),
    rules: Rules<'_>,
) -> bool {
    let new = spoke(node, snapshot, now, ahead_ms);
    let believed = believed(node, snapshot, rules.config, rules.judge, (now, pause));
    let Some(believed) = believed.filter(|_| new) else {
        return false;
    };
    *node = believed;
    true
}

/// A remote node's answer; whether it has booted since the one before.
fn heard_from(
    node: &mut Node,
    configured: &config::Node,
    answer: &Answer,
    latency_ms: f64,
    (now, pause): (Timestamp, Option<&Pause>),
    rules: Rules<'_>,
) -> bool {
    let rebooted = rebooted(node, answer);
    node.platform = configured.platform.or(answer.platform).or(node.platform);
    let expected = Expected::of_node(rules.config, configured, node.platform);
    forget_silence(node);
    let sample = sample(node, answer, now);
    *node = judge(node, sample, &expected, rules.judge, pause);
    with_own_word(node, Some(&expected), pause);
    node.hidden = None;
    node.latency_ms = Some(latency_ms);
    node.answered_at = Some(now);
    rebooted
}

/// How long the silence of a configured node is borne, given what is known of it.
#[must_use]
pub fn patience(configured: &config::Node, node: &Node) -> Patience {
    Patience::with(configured, configured.platform.or(node.platform))
}

fn event(at: Timestamp, node: &Node, what: &str, text: &str) -> Event {
    Event {
        at,
        node: node.name.clone(),
        what: what.to_owned(),
        check: None,
        text: text.to_owned(),
    }
}

/// Whether the answer is of another boot than the one before: its id, or where
/// there is none its uptime, says so.
fn rebooted(node: &Node, answer: &Answer) -> bool {
    match (&node.boot_id, &answer.boot_id) {
        (Some(before), Some(after)) => before != after,
        _ => {
            let (before, after) = (&node.readings.uptime_s, &answer.readings.uptime_s);
            match (before.value(), after.value()) {
                (Some(before), Some(after)) => after < before,
                _ => false,
            }
        }
    }
}

fn sample(node: &Node, answer: &Answer, at: Timestamp) -> Sample {
    let mut readings = answer.readings.clone();
    if let Some(percent) = busy(node, answer.boot_id.as_deref(), answer.cpu_ticks) {
        readings.cpu_percent = Reading::Value(percent);
    }
    let (readings, swapped) = swapping(
        node,
        readings,
        answer.boot_id.as_deref(),
        answer.swapped_in_bytes,
    );
    Sample {
        at,
        readings,
        swapped,
        boot_id: answer.boot_id.clone(),
        cpu_ticks: answer.cpu_ticks,
        asking: Vec::new(),
    }
}

/// The look's readings, with the last answers to what was not asked this time,
/// and the processor's busy share told from the counters of both samples.
fn readings(node: &Node, look: &Look, ask: Ask) -> Readings {
    let new = look.readings.clone();
    let last = &node.readings;
    Readings {
        cpu_percent: match busy(node, look.boot_id.as_deref(), look.cpu_ticks) {
            Some(percent) => Reading::Value(percent),
            None => new.cpu_percent,
        },
        sshd: if ask.sshd {
            new.sshd
        } else {
            last.sshd.clone()
        },
        network: if ask.network {
            new.network
        } else {
            last.network.clone()
        },
        tmux_sessions: if ask.sessions {
            new.tmux_sessions
        } else {
            last.tmux_sessions.clone()
        },
        services: if ask.services {
            answered(new.services, &look.asking, &last.services)
        } else {
            last.services.clone()
        },
        battery_percent: if ask.battery {
            new.battery_percent
        } else {
            last.battery_percent.clone()
        },
        battery_discharging: if ask.battery {
            new.battery_discharging
        } else {
            last.battery_discharging.clone()
        },
        // Only a watcher knows.
        hub: match new.hub {
            Reading::Unavailable(_) => last.hub.clone(),
            known => known,
        },
        ..new
    }
}

/// What services answered; of those that have not yet, what they last did.
fn answered(
    new: Reading<BTreeMap<String, bool>>,
    asking: &[String],
    last: &Reading<BTreeMap<String, bool>>,
) -> Reading<BTreeMap<String, bool>> {
    new.map(|mut new| {
        for name in asking {
            let before = last.value().and_then(|last| last.get(name));
            new.extend(before.map(|ready| (name.clone(), *ready)));
        }
        new
    })
}

fn busy(node: &Node, boot_id: Option<&str>, ticks: Option<CpuTicks>) -> Option<f64> {
    let (before, after): (CpuTicks, CpuTicks) = (node.cpu_ticks?, ticks?);
    let same_boot = node.boot_id.is_some() && node.boot_id.as_deref() == boot_id;
    let total = after
        .total
        .checked_sub(before.total)
        .filter(|&total| same_boot && total > 0)?;
    Some(share(
        after.busy.checked_sub(before.busy)?.min(total),
        total,
    ))
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
