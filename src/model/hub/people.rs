//! What people say once and mean everywhere: pauses, acknowledgements and
//! snoozes. Each is a register of its own in which the last word stands
//! (last-writer-wins, by the hub's clock), so coordinators that were apart
//! agree as soon as they see each other's, in whatever order. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Ahead, is_node_name};
use crate::model::alert::{Alert, Pause};
use crate::model::state::State;
use crate::model::time::Timestamp;

/// One thing somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// When it was said, by the hub's clock, in milliseconds since 1970.
    pub at_ms: i64,
    /// On which machine.
    pub by: String,
    /// What; times by the hub's clock.
    pub said: Said,
}

/// What can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// That a node is to be left alone, or no more.
    Pause(Option<Pause>),
    /// That somebody knows of an alert, or does no more.
    Acked(bool),
    /// Until when nobody wants to hear of it.
    Snoozed(Option<Timestamp>),
}

/// Entries that are taken from a hub, at most.
pub const MANY: usize = 5_000;
/// What is said to be spoken so much later than now nobody said.
const AHEAD_MS: i64 = 86_400_000;
/// Columns of a name or reason.
const LONG: usize = 200;
/// Who says so twice within so many seconds said it once: clocks are compared
/// anew now and then.
const SAME: i64 = 5;
/// An alert that is a little younger here than where it was spoken of is the
/// same, in seconds.
const YOUNGER: i64 = 30;
/// What nobody needs any more is kept for so long, in seconds: a coordinator
/// that comes back later has missed it.
const KEPT: i64 = 30 * 86_400;

/// By what an exchange goes.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The name of this machine.
    pub me: &'a str,
    /// How far the hub's clock is ahead.
    pub ahead: Ahead,
    /// The wall clock.
    pub now: Timestamp,
}

impl Terms<'_> {
    fn theirs(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_add(Ahead(0).shift_from(self.ahead)))
    }

    fn ours(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_add(self.ahead.shift_from(Ahead(0))))
    }

    fn at(&self, register: &Register) -> Timestamp {
        self.ours(Timestamp(register.at_ms.div_euclid(1_000)))
    }

    /// By the hub's clock, in milliseconds.
    fn ms(&self, at: Timestamp) -> i64 {
        at.0.saturating_mul(1_000).saturating_add(self.ahead.0)
    }

    /// That this was said here after `before`: now, whatever clock that had.
    fn said(&self, said: Said, before: Option<&Register>) -> Register {
        let after = before.map_or(i64::MIN, |one| one.at_ms.saturating_add(1));
        Register {
            at_ms: self.ms(self.now).max(after),
            by: self.me.to_owned(),
            said,
        }
    }
}

impl Register {
    /// Which of two stands: the later, and of two at once always the same.
    fn rank(&self) -> (i64, &str) {
        (self.at_ms, &self.by)
    }
}

/// The key of a node's pause.
fn pause_of(node: &str) -> String {
    format!("pause {node}")
}

/// Notes what people said here since the last time, and takes over what
/// `remote` holds that is newer. Without `remote` the hub is not there: what is
/// said meanwhile is kept for later.
pub fn exchange(state: &mut State, remote: Option<&BTreeMap<String, Register>>, terms: Terms<'_>) {
    let mut known = std::mem::take(&mut state.hub.people);
    note_pauses(&mut known, state, terms);
    note_alerts(&mut known, state, terms);
    let theirs = remote.into_iter().flatten();
    for (key, theirs) in theirs.filter(|(key, one)| fits(key, one, terms)) {
        let ours = known.get(key);
        let newer = ours.is_none_or(|ours| ours.rank() < theirs.rank());
        if newer {
            take_over(state, key, theirs, terms);
            known.insert(key.clone(), theirs.clone());
        }
    }
    for (key, one) in &known {
        let (Some(node), Said::Pause(Some(pause))) = (key.strip_prefix("pause "), &one.said) else {
            continue;
        };
        // Who says the same once more has said it when it was said first.
        let since = terms.ours(pause.since);
        if let Some(here) = state.pauses.get_mut(node)
            && !near(Some(here.since), Some(since))
        {
            here.since = since;
        }
    }
    // An alert may come up here after it was spoken of elsewhere.
    for alert in &mut state.alerts {
        let (acked, snoozed_until) = standing(&known, alert, terms);
        alert.acked = acked;
        let until = alert.snoozed_until.filter(|until| *until > terms.now);
        if !near(until, snoozed_until) {
            alert.snoozed_until = snoozed_until;
        }
    }
    known.retain(|_, one| needed(one, terms));
    state.hub.people = known;
}

/// What of `known` the hub lacks.
#[must_use]
pub fn lacking(
    known: &BTreeMap<String, Register>,
    remote: &BTreeMap<String, Register>,
) -> Vec<(String, Register)> {
    let lacks = |(key, ours): &(&String, &Register)| {
        let theirs = remote.get(*key);
        theirs.is_none_or(|theirs| theirs.rank() < ours.rank())
    };
    let lacking = known.iter().filter(lacks);
    lacking
        .map(|(key, one)| (key.clone(), one.clone()))
        .collect()
}

/// Whether a register may stand under its key.
fn fits(key: &str, one: &Register, terms: Terms<'_>) -> bool {
    let right = match (key.split_once(' '), &one.said) {
        (Some(("pause", node)), Said::Pause(_)) => is_node_name(node),
        (Some(("ack", _)), Said::Acked(_)) | (Some(("snooze", _)), Said::Snoozed(_)) => true,
        _ => false,
    };
    let then = one.at_ms <= terms.ms(terms.now).saturating_add(AHEAD_MS);
    right && then && key.len() <= 512 && one.by.len() <= 64
}

fn note_pauses(known: &mut BTreeMap<String, Register>, state: &State, terms: Terms<'_>) {
    let of_known = known.keys().filter_map(|key| key.strip_prefix("pause "));
    let names: BTreeSet<String> = of_known
        .map(str::to_owned)
        .chain(state.pauses.keys().cloned())
        .collect();
    for name in names {
        let holds = |pause: &&Pause| pause.holds(terms.now);
        let here = state.pauses.get(&name).filter(holds);
        let here = here.map(|pause| moved(pause, |at| at));
        let key = pause_of(&name);
        let before = known.get(&key).and_then(|one| match &one.said {
            Said::Pause(pause) => pause
                .as_ref()
                .map(|pause| moved(pause, |at| terms.ours(at))),
            _ => None,
        });
        let before = before.filter(|pause| pause.holds(terms.now));
        if !same_pause(here.as_ref(), before.as_ref()) {
            let last = known.get(&key);
            let since = here.as_ref().map(|pause| terms.ms(pause.since));
            let said = here.map(|pause| moved(&pause, |at| terms.theirs(at)));
            let mut new = terms.said(Said::Pause(said), last);
            // A pause says itself when it was said, whenever that is noticed.
            let later = |since: &i64| last.is_none_or(|last| *since > last.at_ms);
            if let Some(since) = since.filter(later) {
                new.at_ms = new.at_ms.min(since);
            }
            known.insert(key, new);
        }
    }
}

fn moved(pause: &Pause, to: impl Fn(Timestamp) -> Timestamp) -> Pause {
    Pause {
        since: to(pause.since),
        until: pause.until.map(to),
        reason: pause
            .reason
            .as_deref()
            .map(|reason| crate::model::text::cut(&crate::model::text::clean(reason), LONG, "…")),
    }
}

fn same_pause(one: Option<&Pause>, other: Option<&Pause>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => near(one.until, other.until) && one.reason == other.reason,
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn near(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.since(other).abs() <= SAME,
        (one, other) => one == other,
    }
}

fn note_alerts(known: &mut BTreeMap<String, Register>, state: &State, terms: Terms<'_>) {
    for alert in &state.alerts {
        let (acked, snoozed_until) = standing(known, alert, terms);
        if alert.acked != acked {
            let key = format!("ack {}", alert.id);
            let new = terms.said(Said::Acked(alert.acked), known.get(&key));
            known.insert(key, new);
        }
        let until = alert.snoozed_until.filter(|until| *until > terms.now);
        if !near(until, snoozed_until) {
            let said = until.map(|until| terms.theirs(until));
            let key = format!("snooze {}", alert.id);
            let new = terms.said(Said::Snoozed(said), known.get(&key));
            known.insert(key, new);
        }
    }
}

/// How an alert stands by what was said of it: whether it is acknowledged, and
/// until when it is snoozed. What was said before it was there is not of it.
fn standing(
    known: &BTreeMap<String, Register>,
    alert: &Alert,
    terms: Terms<'_>,
) -> (bool, Option<Timestamp>) {
    let of_it = |kind: &str| {
        let one = known.get(&format!("{kind} {}", alert.id))?;
        (alert.since.since(terms.at(one)) <= YOUNGER).then_some(&one.said)
    };
    let acked = matches!(of_it("ack"), Some(Said::Acked(true)));
    let until = match of_it("snooze") {
        Some(Said::Snoozed(Some(until))) => Some(terms.ours(*until)),
        _ => None,
    };
    (acked, until.filter(|until| *until > terms.now))
}

/// Has what was said elsewhere hold here.
fn take_over(state: &mut State, key: &str, theirs: &Register, terms: Terms<'_>) {
    let (Said::Pause(pause), Some(node)) = (&theirs.said, key.strip_prefix("pause ")) else {
        return;
    };
    match pause {
        Some(pause) => {
            let pause = moved(pause, |at| terms.ours(at));
            state.pauses.insert(node.to_owned(), pause);
        }
        None => drop(state.pauses.remove(node)),
    }
}

/// Whether somebody may still ask for it.
fn needed(one: &Register, terms: Terms<'_>) -> bool {
    let old = terms.now.since(terms.at(one)) > KEPT;
    let stands = match &one.said {
        Said::Pause(Some(pause)) => moved(pause, |at| terms.ours(at)).holds(terms.now),
        Said::Acked(acked) => *acked,
        Said::Pause(None) | Said::Snoozed(_) => false,
    };
    stands || !old
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
