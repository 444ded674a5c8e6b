//! The record of tries at one target, and what it allows now. Pure.
//!
//! Full jitter with a cap is Marc Brooker's "Exponential Backoff And Jitter"
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>);
//! the breaker with its half-open state is Michael Nygard's (*Release It!*).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::owner::Owner;

/// What lived so long after it was ready is started again at once.
pub const LIVED_MS: i64 = 500;
/// What stays ready so long has its record cleared.
pub const CLEARED_AFTER_MS: i64 = 60_000;
/// The delay after the first failure is at most twice this.
const FIRST_DELAY_MS: i64 = 500;
/// No delay is longer.
const LONGEST_DELAY_MS: i64 = 30_000;
/// So many failures…
const FAILURES: usize = 5;
/// …in this time open the breaker.
const FAILURES_WITHIN_MS: i64 = 120_000;
/// An open breaker lets a try through now and then.
const HALF_OPEN_EVERY_MS: i64 = 300_000;
/// Restarts of what had been ready count as failures beyond so many…
const RESTARTS: usize = 60;
/// …in this time.
const RESTARTS_WITHIN_MS: i64 = 600_000;
/// Actions, besides restarts of what had been ready, in an hour.
pub const ACTIONS: usize = 30;
const HOUR_MS: i64 = 3_600_000;

/// The tries at one target. Times are milliseconds on the machine's own clock,
/// which counts sleep and knows no steps; `clock` ties it to the wall's, for
/// after a reboot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// When this was last brought up to date.
    pub clock: Moment,
    /// Failures in a row.
    pub in_a_row: u32,
    /// The failures of the last two minutes, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<i64>,
    /// Restarts of what had been ready, in the last ten minutes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restarts: Vec<i64>,
    /// The other actions of the last hour.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<i64>,
    /// Since when it has been ready; `None` while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_since: Option<i64>,
    /// Not before this is it tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
    /// Since when the breaker is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<i64>,
    /// Who looked after it when it was last seen, besides us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// What was the matter with the last failure, clean.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cause: String,
}

/// What may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try at once.
    Try,
    /// Back off for so long.
    BackOff(Duration),
    /// The breaker is open: the next try is so far away.
    Open(Duration),
    /// The hour's actions are used up; the next is so far away.
    Spent(Duration),
}

impl Next {
    /// How long to wait; none when it may be tried now.
    #[must_use]
    pub fn wait(self) -> Duration {
        match self {
            Self::Try => Duration::ZERO,
            Self::BackOff(wait) | Self::Open(wait) | Self::Spent(wait) => wait,
        }
    }
}

/// What may be done about a target with this record. Total: whatever clocks
/// did, no wait is longer than the rule that asks for it.
#[must_use]
pub fn decide(tally: &Tally, now: &Moment) -> Next {
    let tally = tally.at(now);
    let now = elapsed(now);
    if let Some(oldest) = tally
        .actions
        .first()
        .filter(|_| tally.actions.len() >= ACTIONS)
    {
        return Next::Spent(span(oldest.saturating_add(HOUR_MS) - now, HOUR_MS));
    }
    let Some(until) = tally.not_before.filter(|until| *until > now) else {
        return Next::Try;
    };
    if tally.opened.is_some() {
        Next::Open(span(until - now, HALF_OPEN_EVERY_MS))
    } else {
        Next::BackOff(span(until - now, LONGEST_DELAY_MS))
    }
}

fn span(milliseconds: i64, longest: i64) -> Duration {
    Duration::from_millis(milliseconds.clamp(0, longest).unsigned_abs())
}

fn elapsed(now: &Moment) -> i64 {
    i64::try_from(now.elapsed_ms).unwrap_or(i64::MAX)
}

impl Tally {
    /// The record as it stands at `now`: what is too old to count forgotten,
    /// cleared when the target has been ready for long enough. After a reboot
    /// the times are carried over to the new clock by the wall's.
    #[must_use]
    pub fn at(&self, now: &Moment) -> Self {
        let offset = if self.clock == Moment::default() {
            0
        } else {
            let passed = now.since(&self.clock);
            let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
            elapsed(now).saturating_sub(elapsed(&self.clock).saturating_add(passed))
        };
        let now_ms = elapsed(now);
        let moved = |time: i64| time.saturating_add(offset);
        // Nothing that was done lies in the future.
        let done = |time: i64| moved(time).min(now_ms);
        let within = |times: &[i64], span: i64, kept: usize| {
            let times: Vec<i64> = times
                .iter()
                .map(|time| done(*time))
                .filter(|time| now_ms.saturating_sub(*time) < span)
                .collect();
            let beyond = times.len().saturating_sub(kept);
            times.get(beyond..).unwrap_or_default().to_vec()
        };
        let longest = if self.opened.is_some() {
            HALF_OPEN_EVERY_MS
        } else {
            LONGEST_DELAY_MS
        };
        let tally = Self {
            clock: now.clone(),
            in_a_row: self.in_a_row,
            failures: within(&self.failures, FAILURES_WITHIN_MS, FAILURES),
            restarts: within(&self.restarts, RESTARTS_WITHIN_MS, RESTARTS + 1),
            actions: within(&self.actions, HOUR_MS, ACTIONS),
            ready_since: self.ready_since.map(done),
            not_before: self
                .not_before
                .map(|until| moved(until).min(now_ms.saturating_add(longest))),
            opened: self.opened.map(done),
            owner: self.owner.clone(),
            cause: self.cause.clone(),
        };
        let ready_for = tally.ready_since.map(|since| now_ms.saturating_sub(since));
        if ready_for.is_none_or(|span| span < CLEARED_AFTER_MS) {
            return tally;
        }
        Self {
            in_a_row: 0,
            failures: Vec::new(),
            not_before: None,
            opened: None,
            cause: String::new(),
            ..tally
        }
    }

    /// The record after an action that changed something began at `now`.
    #[must_use]
    pub fn acted(&self, now: &Moment) -> Self {
        let mut tally = self.at(now);
        tally.actions.push(elapsed(now));
        let beyond = tally.actions.len().saturating_sub(ACTIONS);
        tally.actions.drain(..beyond);
        tally
    }

    /// The record after the target was seen ready at `now`.
    #[must_use]
    pub fn ready(&self, now: &Moment) -> Self {
        let tally = self.at(now);
        Self {
            ready_since: tally.ready_since.or(Some(elapsed(now))),
            ..tally
        }
    }

    /// The record after a target was seen not ready, and nothing was tried.
    #[must_use]
    pub fn lost(self) -> Self {
        Self {
            ready_since: None,
            ..self
        }
    }

    /// Whether a target that was ready and is no more at `now` was so for too
    /// short a time, or too often, for that not to be a failure.
    #[must_use]
    pub fn too_soon(&self, now: &Moment) -> bool {
        self.fell(now, "", 0.0).in_a_row > self.at(now).in_a_row
    }

    /// The record after a target that was ready stopped being so at `now`;
    /// `dice` in 0 to 1 decides the delay. Whether it is started again at once
    /// is [`decide`]'s to say.
    #[must_use]
    pub fn fell(&self, now: &Moment, cause: &str, dice: f64) -> Self {
        let tally = self.at(now);
        let Some(since) = tally.ready_since else {
            return tally;
        };
        let lived = elapsed(now).saturating_sub(since) >= LIVED_MS;
        if !lived || tally.restarts.len() >= RESTARTS {
            return tally.failed(now, cause, dice);
        }
        let mut restarts = tally.restarts.clone();
        restarts.push(elapsed(now));
        Self {
            ready_since: None,
            not_before: None,
            restarts,
            cause: cause.to_owned(),
            ..tally
        }
    }

    /// The record after a try that did not get ready, known at `now`; `dice`
    /// in 0 to 1 decides the delay.
    #[must_use]
    pub fn failed(&self, now: &Moment, cause: &str, dice: f64) -> Self {
        let mut tally = self.at(now);
        let now_ms = elapsed(now);
        tally.in_a_row = tally.in_a_row.saturating_add(1);
        tally.failures.push(now_ms);
        let beyond = tally.failures.len().saturating_sub(FAILURES);
        tally.failures.drain(..beyond);
        if tally.opened.is_none() && tally.failures.len() >= FAILURES {
            tally.opened = Some(now_ms);
        }
        let delay = if tally.opened.is_some() {
            HALF_OPEN_EVERY_MS
        } else {
            jittered(tally.in_a_row, dice)
        };
        Self {
            ready_since: None,
            not_before: Some(now_ms.saturating_add(delay)),
            cause: cause.to_owned(),
            ..tally
        }
    }

    /// The record with what somebody else did at the same target, so that no
    /// act goes uncounted; of the rest, ours counts.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let other = other.at(&self.clock);
        let both = |ours: &[i64], theirs: &[i64], kept: usize| {
            let mut all: Vec<i64> = ours.iter().chain(theirs).copied().collect();
            all.sort_unstable();
            all.dedup();
            let beyond = all.len().saturating_sub(kept);
            all.split_off(beyond)
        };
        Self {
            actions: both(&self.actions, &other.actions, ACTIONS),
            restarts: both(&self.restarts, &other.restarts, RESTARTS + 1),
            owner: self.owner.clone().or(other.owner),
            ..self.clone()
        }
    }

    /// Whether the breaker is open: it is tried only now and then.
    #[must_use]
    pub fn open(&self) -> bool {
        self.opened.is_some()
    }

    /// How often it was started again in the last ten minutes after it had
    /// been ready.
    #[must_use]
    pub fn restarted(&self) -> usize {
        self.restarts.len()
    }

    /// Whether it says nothing that a new one would not.
    #[must_use]
    pub fn blank(&self) -> bool {
        let times = [&self.failures, &self.restarts, &self.actions];
        times.iter().all(|times| times.is_empty()) && self.opened.is_none() && self.in_a_row == 0
    }
}

/// `dice · min(30 s, 0.5 s · 2ⁿ)` in milliseconds.
fn jittered(failures: u32, dice: f64) -> i64 {
    let cap = FIRST_DELAY_MS
        .saturating_mul(1_i64.checked_shl(failures.min(16)).unwrap_or(i64::MAX))
        .min(LONGEST_DELAY_MS);
    let share = if dice.is_finite() {
        dice.clamp(0.0, 1.0)
    } else {
        1.0
    };
    let part = Duration::from_millis(cap.unsigned_abs()).mul_f64(share);
    i64::try_from(part.as_millis()).unwrap_or(cap)
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
