//! One more look, taken over into the state. Pure.

use super::alerts;
use super::expected::Expected;
use super::judge::{Sample, judge};
use crate::config::{Config, Judge};
use crate::model::node::{CpuTicks, Node};
use crate::model::reading::{Reading, Readings, share};
use crate::model::state::State;
use crate::roster::roster;
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

/// `state` after `look` at the local node, whose dear questions were `ask`.
#[must_use]
pub fn record(state: &State, look: &Look, ask: Ask, rules: Rules<'_>) -> State {
    let mut state = State {
        nodes: roster(state, rules.config, rules.name, look.at),
        ..state.clone()
    };
    if let Some(node) = state.nodes.first_mut() {
        let sample = Sample {
            at: look.at,
            readings: readings(node, look, ask),
            boot_id: look.boot_id.clone(),
            cpu_ticks: look.cpu_ticks,
        };
        let pause = state.pauses.get(&node.name);
        *node = judge(node, sample, rules.expected, rules.judge, pause);
        (state.alerts, state.next_alert) =
            alerts::after(&state.alerts, node, &rules.judge.raise, state.next_alert);
    }
    state.alerts = alerts::of_nodes(state.alerts, &state.nodes);
    state.settle(look.at);
    state
}

/// The look's readings, with the last answers to what was not asked this time,
/// and the processor's busy share told from the counters of both samples.
fn readings(node: &Node, look: &Look, ask: Ask) -> Readings {
    let new = look.readings.clone();
    let last = &node.readings;
    Readings {
        cpu_percent: match busy(node, look) {
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
            new.services
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
        ..new
    }
}

fn busy(node: &Node, look: &Look) -> Option<f64> {
    let (before, after): (CpuTicks, CpuTicks) = (node.cpu_ticks?, look.cpu_ticks?);
    let same_boot = node.boot_id.is_some() && node.boot_id == look.boot_id;
    let total = after
        .total
        .checked_sub(before.total)
        .filter(|&total| same_boot && total > 0)?;
    Some(share(
        after.busy.checked_sub(before.busy)?.min(total),
        total,
    ))
}
