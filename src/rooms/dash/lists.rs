//! What is listed, in which order, and moving in it. Pure.

use std::sync::Arc;

use super::model::{Model, Seen, Sort, View};
use crate::model::alert::Alert;
use crate::model::node::{Node, NodeState};
use crate::model::state::{Event, State};
use crate::model::text::clean;
use crate::model::time::{Timestamp, age};
use crate::ui::style::Role;

/// So long the order of nodes stays after somebody moved in it, in seconds.
pub(super) const STILL: i64 = 3;

/// How bad a node is: the worse, the less.
fn rank(node: &Node) -> u8 {
    match node.state {
        NodeState::Down => 0,
        NodeState::Degraded => 1,
        NodeState::Unknown => 2,
        NodeState::Ok | NodeState::Dozing => 3,
        NodeState::Paused => 4,
    }
}

/// The names of all nodes in the order that is asked for, equals as they stand
/// in the state.
pub(super) fn sorted(state: &State, sort: Sort) -> Vec<String> {
    let mut nodes: Vec<&Node> = state.nodes.iter().collect();
    let disk = |node: &Node| node.readings.disk_used_percent.value().copied();
    let memory = |node: &Node| node.readings.memory_available_percent.value().copied();
    let last = f64::INFINITY;
    match sort {
        Sort::Worst => nodes.sort_by_key(|node| rank(node)),
        Sort::Name => nodes.sort_by(|one, other| one.name.cmp(&other.name)),
        Sort::Disk => nodes.sort_by(|one, other| {
            let of = |node| disk(node).map_or(last, |used| -used);
            of(one).total_cmp(&of(other))
        }),
        Sort::Memory => nodes.sort_by(|one, other| {
            let of = |node| memory(node).unwrap_or(last);
            of(one).total_cmp(&of(other))
        }),
    }
    nodes.into_iter().map(|node| node.name.clone()).collect()
}

/// Brings order and selections in line with what is there.
pub(super) fn settle(model: &mut Model, now: Timestamp) {
    let state = &model.seen.state;
    let wanted = sorted(state, model.sort);
    model.unsettled = now < model.still_until && !model.order.is_empty();
    if model.unsettled {
        // Who moves in the list keeps it; what is new comes last.
        model.order.retain(|name| wanted.contains(name));
        let new: Vec<String> = wanted
            .into_iter()
            .filter(|name| !model.order.contains(name))
            .collect();
        model.order.extend(new);
    } else {
        model.order = wanted;
    }
    let gone = model
        .node
        .as_ref()
        .is_none_or(|node| !model.order.contains(node));
    if gone {
        model.node = model.order.first().cloned();
    }
    let numbers: Vec<u64> = alerts(state, now)
        .iter()
        .map(|alert| alert.number)
        .collect();
    if model.alert.is_none_or(|number| !numbers.contains(&number)) {
        model.alert = numbers.first().copied();
    }
}

/// Whether somebody said that they want to hear no more of it now.
pub(super) fn quiet(alert: &Alert, now: Timestamp) -> bool {
    alert.acked || alert.snoozed_until.is_some_and(|until| now < until)
}

/// The open alerts: those that ask first, then the worst, then the newest.
pub(super) fn alerts(state: &State, now: Timestamp) -> Vec<&Alert> {
    let mut alerts: Vec<&Alert> = state.alerts.iter().collect();
    alerts.sort_by_key(|alert| {
        (
            quiet(alert, now),
            std::cmp::Reverse(alert.severity),
            std::cmp::Reverse(alert.number),
        )
    });
    alerts
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) node: String,
    pub(super) role: Role,
    pub(super) text: String,
}

/// What happened, the newest first.
pub(super) fn entries(state: &State) -> Vec<Entry> {
    // What was repaired is told with how long it took, and once.
    let repaired = |event: &Event| {
        let check = event.check.as_deref().unwrap_or_default();
        state.incidents.iter().any(|one| {
            let ended = one.recovered.unwrap_or(one.detected);
            one.node == event.node && one.check == check && ended.since(event.at).abs() <= 2
        })
    };
    let events = state
        .events
        .iter()
        .filter(|event| event.what != "recovered" || !repaired(event));
    let events = events.map(|event| Entry {
        at: event.at,
        node: event.node.clone(),
        role: match event.what.as_str() {
            "down" => Role::Critical,
            "degraded" => Role::Warning,
            "unknown" | "paused" | "planned" => Role::Stale,
            _ => Role::Ok,
        },
        text: if event.text.is_empty() {
            event.what.clone()
        } else {
            event.text.clone()
        },
    });
    let incidents = state.incidents.iter().map(|one| Entry {
        at: one.recovered.unwrap_or(one.detected),
        node: one.node.clone(),
        role: if one.open() { Role::Warning } else { Role::Ok },
        text: incident(one),
    });
    let gaps = state.gaps.iter().map(|gap| Entry {
        at: gap.to,
        node: String::new(),
        role: Role::Stale,
        text: format!("nobody looked for {}", age(gap.to.since(gap.from))),
    });
    let mut all: Vec<Entry> = events.chain(incidents).chain(gaps).collect();
    all.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    all
}

/// A repair in words.
pub(super) fn incident(one: &crate::model::incident::Incident) -> String {
    let cause = if one.cause.is_empty() {
        String::new()
    } else {
        format!(": {}", one.cause)
    };
    let check = one.check.strip_prefix("service:").unwrap_or(&one.check);
    match (one.open(), one.to_recover_ms) {
        (true, _) => format!("{check} broken{cause}"),
        (false, _) if one.left => format!("{check} stopped by its owner, left so"),
        (false, Some(took)) => format!("{check} back in {}{cause}", took_words(took)),
        (false, None) => format!("{check} back{cause}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a span to a tenth of a second")]
pub(super) fn took_words(milliseconds: u64) -> String {
    if milliseconds < 60_000 {
        format!("{:.1} s", milliseconds as f64 / 1_000.0)
    } else {
        age(i64::try_from(milliseconds / 1_000).unwrap_or(i64::MAX))
    }
}

/// A step in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    By(isize),
    First,
    Last,
}

/// Where a step leads from `at` in a list of so many.
pub(super) fn stepped(at: usize, step: Step, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match step {
        Step::First => 0,
        Step::Last => last,
        Step::By(by) => at.saturating_add_signed(by).min(last),
    }
}

/// Takes a newer state; who does not follow the log stays at its line.
pub(super) fn replaced(model: &mut Model, seen: Arc<Seen>) {
    let before = entries(&model.seen.state).into_iter().nth(model.log);
    model.seen = seen;
    if model.follow {
        return;
    }
    let all = entries(&model.seen.state);
    let place = all.iter().position(|entry| Some(entry) == before.as_ref());
    model.log = place.unwrap_or(model.log).min(all.len().saturating_sub(1));
}

/// Moves the selection of the view that is open.
pub(super) fn step(model: &mut Model, step: Step, now: Timestamp) {
    match model.view {
        _ if model.open => model.page = stepped(model.page, step, 400),
        View::Nodes | View::Trends => {
            let at = model
                .order
                .iter()
                .position(|name| Some(name) == model.node.as_ref());
            let next = stepped(at.unwrap_or(0), step, model.order.len());
            model.node = model.order.get(next).cloned();
            model.still_until = Timestamp(now.0.saturating_add(STILL));
            model.unsettled = true;
        }
        View::Alerts => {
            let all = alerts(&model.seen.state, now);
            let at = all
                .iter()
                .position(|alert| Some(alert.number) == model.alert);
            let next = stepped(at.unwrap_or(0), step, all.len());
            model.alert = all.get(next).map(|alert| alert.number);
        }
        View::Log => {
            model.log = stepped(model.log, step, entries(&model.seen.state).len());
            model.follow = model.log == 0;
        }
        View::Watcher => model.page = stepped(model.page, step, 400),
    }
}

/// Moves to the next place where what is looked for stands; `false` when it is
/// nowhere.
pub(super) fn find(model: &mut Model, back: bool, now: Timestamp) -> bool {
    let wanted = model.find.to_lowercase();
    let holds = |text: &str| !wanted.is_empty() && clean(text).to_lowercase().contains(&wanted);
    let (texts, at): (Vec<String>, usize) = match model.view {
        View::Nodes | View::Trends => {
            let texts = model.nodes().map(|node| {
                let problems = node.problems.iter().map(|problem| problem.text.as_str());
                let words: Vec<&str> = [node.name.as_str(), node.state.word()]
                    .into_iter()
                    .chain(problems)
                    .collect();
                words.join(" ")
            });
            let at = model
                .order
                .iter()
                .position(|name| Some(name) == model.node.as_ref());
            (texts.collect(), at.unwrap_or(0))
        }
        View::Alerts => {
            let all = alerts(&model.seen.state, now);
            let at = all
                .iter()
                .position(|alert| Some(alert.number) == model.alert);
            let texts = all
                .iter()
                .map(|alert| format!("{} {}", alert.id, alert.text));
            (texts.collect(), at.unwrap_or(0))
        }
        View::Log => {
            let texts = entries(&model.seen.state);
            let texts = texts.iter().map(|one| format!("{} {}", one.node, one.text));
            (texts.collect(), model.log)
        }
        View::Watcher => return false,
    };
    let count = texts.len();
    let places = (1..=count).map(|by| {
        if back {
            (at + count - by) % count
        } else {
            (at + by) % count
        }
    });
    let mut places = places.filter(|place| texts.get(*place).is_some_and(|text| holds(text)));
    let Some(place) = places.next() else {
        return false;
    };
    let by = isize::try_from(place).unwrap_or(0) - isize::try_from(at).unwrap_or(0);
    step(model, Step::By(by), now);
    true
}
