//! The machines of a period: uptimes, outages, times, errors.

use crate::model::history::Judged;
use crate::model::report::change::Change;
use crate::model::report::facts::{Facts, Machines};
use crate::model::report::machines::{
    By, Outage, Times, Uptime, error_rate, percent_down, times, uptimes,
};
use crate::model::report::period::Span;
use crate::model::time::Timestamp;

/// All of them.
#[derive(Debug, Clone)]
pub struct Machinery {
    /// The worst first; those that are not known stand before all.
    pub uptimes: Vec<Uptime>,
    /// What was not as it should be and touches the period, by its beginning.
    pub outages: Vec<Outage>,
    /// Times to detect and to repair.
    pub times: Times,
    /// Judged samples with a problem, in percent.
    pub error_rate: Option<f64>,
    /// The same of the period before.
    pub error_rate_before: Option<f64>,
    /// How the mean response changed, by the medians.
    pub response: Change,
    /// What was repaired by us.
    pub repaired: u64,
}

impl Machinery {
    /// Of what the history knows.
    #[must_use]
    pub fn of(known: &Machines, facts: &Facts) -> Self {
        let nodes = known.nodes.iter().map(|node| node.known.clone());
        let outages: Vec<Outage> = known
            .outages
            .iter()
            .filter(|one| touches(one, facts.span))
            .map(|one| as_of(one, facts.span))
            .collect();
        let now = times(&outages, facts.span);
        let by_us = |one: &&Outage| {
            let within = |ms: i64| facts.span.holds(Timestamp(ms.div_euclid(1_000)));
            one.by == Some(By::Mamori) && one.ended_ms.is_some_and(within)
        };
        let repaired = outages.iter().filter(by_us).count();
        Self {
            uptimes: uptimes(nodes.collect()),
            times: now,
            error_rate: rate(known.judged.now),
            error_rate_before: rate(known.judged.before),
            response: response(known),
            repaired: u64::try_from(repaired).unwrap_or(u64::MAX),
            outages,
        }
    }

    /// The worst of what is known.
    #[must_use]
    pub fn worst(&self) -> Option<&Uptime> {
        self.uptimes.iter().find(|one| one.percent.is_some())
    }

    /// What goes on at the end of the period.
    pub fn open(&self) -> impl Iterator<Item = &Outage> {
        self.outages.iter().filter(|one| one.ended_ms.is_none())
    }
}

fn rate(judged: Judged) -> Option<f64> {
    error_rate(judged)
}

/// As it stood at the end of the period: what was over later went on then.
fn as_of(outage: &Outage, span: Span) -> Outage {
    let end = span.end.0.saturating_mul(1_000);
    let later = outage.ended_ms.is_some_and(|ended| ended >= end);
    Outage {
        ended_ms: outage.ended_ms.filter(|_| !later),
        by: outage.by.filter(|_| !later),
        paused: outage.paused && !later,
        ..outage.clone()
    }
}

fn touches(outage: &Outage, span: Span) -> bool {
    let (start, end) = (
        span.start.0.saturating_mul(1_000),
        span.end.0.saturating_mul(1_000),
    );
    outage.began_ms < end && outage.ended_ms.is_none_or(|ended| ended >= start)
}

/// By the medians: ten of each, and by more than a fifth.
fn response(known: &Machines) -> Change {
    let (now, before) = (known.response.now, known.response.before);
    let (Some(a), Some(b)) = (now.median_ms, before.median_ms) else {
        return Change::Unknown;
    };
    if now.n < 10 || before.n < 10 {
        Change::Unknown
    } else if (a - b).abs() <= b / 5.0 {
        Change::Same
    } else if a > b {
        Change::More
    } else {
        Change::Fewer
    }
}

/// Percent of the time, pauses left out, in which nobody could look.
#[must_use]
pub fn unknown_percent(uptime: &Uptime) -> f64 {
    let shares = uptime.shares;
    let seen = shares.up_ms.saturating_add(shares.down_ms);
    let all = seen.saturating_add(shares.unknown_ms);
    percent_down(shares.unknown_ms, all)
}
