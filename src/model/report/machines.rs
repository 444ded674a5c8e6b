//! The figures of the machines: uptime, incidents, response, errors. Computed
//! as they are printed, from what the history knows of a span.

use serde::{Deserialize, Serialize};

use super::super::history::span::{Shares, Span as Stretch};
use super::super::history::{Judged, Problem};
use super::super::incident::Incident;
use super::super::time::Timestamp;
use super::change::Spread;
use super::period::Span;

/// Fewer incidents have no mean: they are told one by one.
const ENOUGH: usize = 5;
/// Less of the time than this seen, in percent, is told instead of an uptime.
const SEEN: f64 = 50.0;
/// A repair that ends within so many seconds of a problem's end was its repair.
const TOGETHER: i64 = 120;

/// What the history knows of a node in a span.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Its name.
    pub node: String,
    /// What it was when: in order, and all of the span.
    pub stretches: Vec<Stretch>,
    /// The same as sums.
    pub shares: Shares,
}

/// How long a node was up.
#[derive(Debug, Clone, PartialEq)]
pub struct Uptime {
    /// The node.
    pub node: String,
    /// Percent of the time that somebody looked, cut to two decimals and never
    /// rounded up; `None` where too little was seen.
    pub percent: Option<f64>,
    /// Percent of the time, pauses left out, in which somebody looked.
    pub seen_percent: f64,
    /// Milliseconds of each class.
    pub shares: Shares,
    /// What it was when.
    pub stretches: Vec<Stretch>,
}

/// Uptimes, the worst first; those that are not known stand before all.
#[must_use]
pub fn uptimes(known: Vec<Known>) -> Vec<Uptime> {
    let mut all: Vec<Uptime> = known.into_iter().map(uptime).collect();
    all.sort_by(|a, b| {
        let key = |one: &Uptime| one.percent.unwrap_or(-1.0);
        key(a).total_cmp(&key(b)).then_with(|| a.node.cmp(&b.node))
    });
    all
}

fn uptime(known: Known) -> Uptime {
    let Shares {
        up_ms,
        down_ms,
        unknown_ms,
        ..
    } = known.shares;
    let seen = up_ms.saturating_add(down_ms);
    let seen_percent = percent_down(seen, seen.saturating_add(unknown_ms));
    let enough = seen > 0 && seen_percent >= SEEN;
    Uptime {
        percent: enough.then(|| percent_down(up_ms, seen)),
        node: known.node,
        seen_percent,
        shares: known.shares,
        stretches: known.stretches,
    }
}

/// `100 · part / whole`, cut to two decimals; 0 of nothing.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "at most ten thousand hundredths"
)]
pub fn percent_down(part: i64, whole: i64) -> f64 {
    let hundredths = i128::from(part.max(0)) * 10_000 / i128::from(whole.max(1));
    let hundredths = i64::try_from(hundredths.min(10_000)).unwrap_or(10_000);
    if whole <= 0 {
        return 0.0;
    }
    hundredths as f64 / 100.0
}

/// Who acted last before an incident was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The watcher or a command of ours.
    Mamori,
    /// The owner of what died: a service manager, or a person's pause.
    Owner,
    /// Nobody that we know of.
    Itself,
}

/// One fault, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The node.
    pub node: String,
    /// What was not as it should be.
    pub check: String,
    /// When it began, in milliseconds since the epoch.
    pub began_ms: i64,
    /// When it was seen; `None` where nobody knows when it began.
    pub seen_ms: Option<i64>,
    /// When it was over; `None`: it goes on.
    pub ended_ms: Option<i64>,
    /// Whether a pause ended it.
    pub paused: bool,
    /// Who acted last; while it goes on nobody.
    pub by: Option<By>,
    /// In words, clean.
    pub text: String,
}

impl Outage {
    /// Milliseconds from its beginning to when it was seen.
    #[must_use]
    pub fn to_detect_ms(&self) -> Option<u64> {
        u64::try_from(self.seen_ms?.saturating_sub(self.began_ms)).ok()
    }

    /// Milliseconds from its beginning to its end: what a person felt.
    #[must_use]
    pub fn lasted_ms(&self) -> Option<u64> {
        u64::try_from(self.ended_ms?.saturating_sub(self.began_ms)).ok()
    }
}

/// Problems and repairs as outages, by their beginnings: what was repaired is
/// one outage, although it stands in both books.
#[must_use]
pub fn outages(problems: &[Problem], incidents: &[Incident]) -> Vec<Outage> {
    let mut taken = vec![false; problems.len()];
    let mut all: Vec<Outage> = Vec::new();
    for incident in incidents {
        let detected = incident.detected.0;
        let recovered = incident.recovered.map(|at| at.0);
        let same = |problem: &Problem| {
            let end = problem.ended.unwrap_or(i64::MAX);
            problem.node == incident.node
                && target(&problem.check) == target(&incident.check)
                && problem.began.saturating_sub(TOGETHER) <= recovered.unwrap_or(i64::MAX)
                && detected <= end.saturating_add(TOGETHER)
        };
        let mut beside = None;
        for (problem, taken) in problems.iter().zip(&mut taken) {
            if same(problem) {
                *taken = true;
                beside = beside.or(Some(problem));
            }
        }
        all.push(of_incident(incident, beside));
    }
    for (problem, taken) in problems.iter().zip(taken) {
        if !taken {
            all.push(of_problem(problem));
        }
    }
    all.sort_by(|a, b| {
        let key = |one: &Outage| (one.began_ms, one.node.clone(), one.check.clone());
        key(a).cmp(&key(b))
    });
    all
}

/// The sessions of a tmux server are one target.
fn target(check: &str) -> &str {
    if check.starts_with("tmux:") {
        "tmux"
    } else {
        check
    }
}

fn of_incident(incident: &Incident, problem: Option<&Problem>) -> Outage {
    let ms = |span: u64| i64::try_from(span).unwrap_or(i64::MAX);
    let detected = incident.detected.0.saturating_mul(1_000);
    let began = incident
        .to_detect_ms
        .map(|to_detect| detected.saturating_sub(ms(to_detect)));
    let ended = incident.recovered.map(|at| match incident.to_recover_ms {
        Some(span) => detected.saturating_add(ms(span)),
        None => at.0.saturating_mul(1_000),
    });
    let by = match incident.by.as_str() {
        "" => None,
        "itself" => Some(By::Itself),
        "its owner" => Some(By::Owner),
        _ => Some(By::Mamori),
    };
    Outage {
        node: incident.node.clone(),
        check: incident.check.clone(),
        began_ms: began.unwrap_or(detected),
        seen_ms: began.map(|_| detected),
        ended_ms: ended,
        paused: problem.is_some_and(|problem| problem.paused),
        by,
        text: incident.cause.clone(),
    }
}

fn of_problem(problem: &Problem) -> Outage {
    let ms = |at: i64| at.saturating_mul(1_000);
    let by = if problem.paused {
        By::Owner
    } else {
        By::Itself
    };
    Outage {
        node: problem.node.clone(),
        check: problem.check.clone(),
        began_ms: ms(problem.began),
        seen_ms: Some(ms(problem.seen)),
        ended_ms: problem.ended.map(ms),
        paused: problem.paused,
        by: problem.ended.map(|_| by),
        text: problem.text.clone(),
    }
}

/// How fast faults were seen and were over, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// The mean from the beginning to the sight of those that began in the
    /// span; `None` of fewer than five.
    pub mttd_ms: Option<u64>,
    /// The same in the middle and at its end.
    pub to_detect: Spread,
    /// The mean from beginning to end of those that ended in the span; `None`
    /// of fewer than five.
    pub mttr_ms: Option<u64>,
    /// The same in the middle and at its end.
    pub to_repair: Spread,
}

/// The times of `outages` in `span`; what goes on is in none of them.
#[must_use]
pub fn times(outages: &[Outage], span: Span) -> Times {
    let within = |ms: i64| span.holds(Timestamp(ms.div_euclid(1_000)));
    let began = outages.iter().filter(|one| within(one.began_ms));
    let detect: Vec<u64> = began.filter_map(Outage::to_detect_ms).collect();
    let ended = outages
        .iter()
        .filter(|one| one.ended_ms.is_some_and(within));
    let repair: Vec<u64> = ended.filter_map(Outage::lasted_ms).collect();
    Times {
        mttd_ms: mean(&detect),
        mttr_ms: mean(&repair),
        to_detect: Spread::of(detect),
        to_repair: Spread::of(repair),
    }
}

fn mean(spans: &[u64]) -> Option<u64> {
    if spans.len() < ENOUGH {
        return None;
    }
    let sum: u128 = spans.iter().copied().map(u128::from).sum();
    u64::try_from(sum / u128::try_from(spans.len()).unwrap_or(1)).ok()
}

/// How fast remote nodes answered full probes, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Response {
    /// Probes that were answered; what was not answered is in the uptime.
    pub n: usize,
    /// The arithmetic mean, each probe weighing the same.
    pub mean_ms: Option<f64>,
    /// The middle one, by nearest rank.
    pub median_ms: Option<f64>,
    /// What nineteen of twenty do not exceed.
    pub p95_ms: Option<f64>,
}

impl Response {
    /// Of so many probes that together took so long: where only sums are left
    /// there is a mean, and nothing in the middle or near the end.
    #[must_use]
    pub fn of_sum(n: usize, sum_ms: f64) -> Self {
        let count = u32::try_from(n).map_or(f64::from(u32::MAX), f64::from);
        Self {
            n,
            mean_ms: (n > 0).then(|| sum_ms / count),
            ..Self::default()
        }
    }

    /// Of these, in any order; what is no time is left out.
    #[must_use]
    pub fn of(latencies: impl IntoIterator<Item = f64>) -> Self {
        let sound = |ms: &f64| ms.is_finite() && *ms >= 0.0;
        let mut all: Vec<f64> = latencies.into_iter().filter(sound).collect();
        all.sort_by(f64::total_cmp);
        let n = all.len();
        let rank = |percent: usize| {
            all.get((percent * n).div_ceil(100).checked_sub(1)?)
                .copied()
        };
        let count = all.iter().fold(0.0, |count, _| count + 1.0);
        Self {
            n,
            mean_ms: (n > 0).then(|| all.iter().sum::<f64>() / count),
            median_ms: rank(50),
            p95_ms: rank(95),
        }
    }
}

/// The share of judged samples with a problem, in percent; `None` where none
/// was judged.
#[must_use]
pub fn error_rate(judged: Judged) -> Option<f64> {
    (judged.known > 0).then(|| percent_down(judged.with_problems, judged.known))
}

#[cfg(test)]
#[path = "machines_tests.rs"]
mod tests;
