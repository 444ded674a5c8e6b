//! What is to be done: rules of which each names the figure it rests on. With
//! that figure missing a rule is silent.

use std::collections::BTreeMap;

use super::Report;
use super::machines::unknown_percent;
use crate::model::report::facts::Every;
use crate::model::report::forge::milestones::{Objective, Pace};
use crate::model::report::machines::{By, Outage};
use crate::model::report::period::Kind;
use crate::model::state::GapCause;
use crate::model::time::Timestamp;

const DAY: i64 = 86_400;
/// How soon a disk must fill, and how surely, to be told.
const SOON: i64 = 30 * DAY;
const SURE: f64 = 0.8;
/// Restarts of one target.
const RESTARTS: usize = 5;
/// Percent of samples with too little memory; of a node's time unseen.
const SCARCE: f64 = 5.0;
const UNSEEN: f64 = 5.0;
/// More alerts of one check than these, half of them shorter than that.
const ALERTS: usize = 20;
const BRIEF_MS: u64 = 300_000;
/// Incidents of one check before its time to detect says anything.
const DETECTED: usize = 5;
/// Merges without a review: percent, and of how many.
const UNREVIEWED: u64 = 25;
const MERGES: u64 = 20;
/// A first answer, in seconds, and of how many.
const ANSWER_S: u64 = 86_400;
const ANSWERS: usize = 10;
/// Reverted merges: how many, and percent of all.
const REVERTED: usize = 3;
const REVERTED_PERCENT: u64 = 10;
/// Days behind before a milestone is told.
const BEHIND: f64 = 7.0;

/// A rule that holds, with the figures its sentence needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Advice {
    /// A disk will reach its limit.
    Free {
        /// The node.
        node: String,
        /// The mount.
        mount: String,
        /// Bytes that keep it under the limit less five points for thirty days.
        bytes: f64,
        /// Before when.
        before: Timestamp,
        /// The folder that grew most, and by how much a day.
        grew: Option<(String, f64)>,
        /// Bytes a day by which the disk grew.
        a_day: f64,
    },
    /// Memory was scarce.
    Memory {
        /// The node.
        node: String,
        /// Percent of the samples.
        percent: f64,
        /// Of how many.
        samples: u64,
        /// The limit, in percent.
        limit: f64,
    },
    /// A target died again and again.
    Restarted {
        /// The node.
        node: String,
        /// The target.
        check: String,
        /// How often.
        times: usize,
        /// What was said of it last: from outside.
        last: String,
    },
    /// A target could not be brought back.
    GivenUp {
        /// The node.
        node: String,
        /// The target.
        check: String,
        /// Tries.
        tries: u32,
        /// From when.
        from: Timestamp,
        /// Until when; `None`: it goes on.
        until: Option<Timestamp>,
        /// What is needed.
        needed: String,
    },
    /// A node was not seen.
    Unseen {
        /// The node.
        node: String,
        /// Seconds.
        seconds: u64,
        /// Whether mostly because we slept; else no watcher ran.
        slept: Option<bool>,
    },
    /// A check alarmed too often.
    Noisy {
        /// The node.
        node: String,
        /// The check.
        check: String,
        /// How often.
        times: usize,
        /// Half of them were shorter than so many milliseconds.
        median_ms: u64,
    },
    /// A check was seen late.
    Late {
        /// The check.
        check: String,
        /// The median, in milliseconds.
        median_ms: u64,
        /// Of how many.
        n: usize,
        /// The key that says how often is looked, and how often that is.
        key: &'static str,
        /// See `key`, in seconds.
        every_s: u64,
    },
    /// Merged without a review.
    Unreviewed {
        /// How many.
        without: u64,
        /// Of how many.
        of: u64,
    },
    /// Answers came late.
    Waiting {
        /// The median, in seconds.
        median_s: u64,
        /// Of how many.
        n: usize,
        /// The open one that waits longest: number, seconds.
        oldest: Option<(u64, u64)>,
    },
    /// Merges were taken back.
    Reverted {
        /// Which.
        numbers: Vec<u64>,
        /// Of how many.
        of: u64,
    },
    /// The cost heads beyond the budget.
    Budget {
        /// Dollars that the month heads for.
        projected: f64,
        /// The budget.
        budget: f64,
        /// The agent, the model and the percent that cost most.
        most: Option<(String, String, f64)>,
    },
    /// A milestone will be late.
    Milestone {
        /// Its title: from outside.
        title: String,
        /// When it ends at its pace.
        ends: Timestamp,
        /// Issues a day.
        pace: f64,
        /// Days after its day.
        late_days: u64,
        /// Issues that would have to go.
        issues: u64,
    },
}

impl Advice {
    /// The number of its rule, 1 to 12.
    #[must_use]
    pub fn rule(&self) -> u8 {
        match self {
            Self::Free { .. } => 1,
            Self::Memory { .. } => 2,
            Self::Restarted { .. } => 3,
            Self::GivenUp { .. } => 4,
            Self::Unseen { .. } => 5,
            Self::Noisy { .. } => 6,
            Self::Late { .. } => 7,
            Self::Unreviewed { .. } => 8,
            Self::Waiting { .. } => 9,
            Self::Reverted { .. } => 10,
            Self::Budget { .. } => 11,
            Self::Milestone { .. } => 12,
        }
    }
}

/// Of which the rule holds, in the order of the rules.
#[must_use]
pub fn all(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = machines(report, now);
    all.extend(forge(report, now));
    all.extend(budget(report));
    let milestones = report.objectives.iter().flatten();
    all.extend(milestones.filter_map(|one| milestone(one, now)));
    all.sort_by_key(Advice::rule);
    all
}

#[expect(clippy::cast_precision_loss, reason = "bytes and samples")]
fn machines(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = Vec::new();
    let (Some(known), Some(figures)) = (&report.facts.machines, &report.machines) else {
        return all;
    };
    for node in &known.nodes {
        let name = &node.known.node;
        for disk in &node.disks {
            let (outlook, growth) = (&disk.outlook, disk.growth);
            let crossing = outlook.crossing.filter(|at| at[1].since(now) <= SOON);
            let sure = outlook.probability.is_some_and(|chance| chance >= SURE);
            let (Some([_, likely, _]), true) = (crossing, sure && outlook.will_cross) else {
                continue;
            };
            let (Some(total), Some(growth)) = (disk.total, growth.filter(|by| *by > 0.0)) else {
                continue;
            };
            let used = disk.past.last().map_or(0.0, |last| last.middle);
            // Enough for thirty days under the limit less five points.
            let over = used + 30.0 * growth - (disk.limit - 5.0);
            all.push(Advice::Free {
                node: name.clone(),
                mount: disk.mount.clone(),
                bytes: (over.max(0.0) / 100.0) * total as f64,
                before: likely,
                grew: disk.grew.clone(),
                a_day: growth / 100.0 * total as f64,
            });
        }
        let (samples, scarce) = node.memory;
        if samples > 0 && 100.0 * scarce as f64 / samples as f64 > SCARCE {
            all.push(Advice::Memory {
                node: name.clone(),
                percent: 100.0 * scarce as f64 / samples as f64,
                samples,
                limit: node.memory_limit,
            });
        }
    }
    for uptime in &figures.uptimes {
        if unknown_percent(uptime) > UNSEEN {
            let seconds = uptime.shares.unknown_ms / 1_000;
            all.push(Advice::Unseen {
                node: uptime.node.clone(),
                seconds: u64::try_from(seconds).unwrap_or(0),
                slept: mostly_slept(report),
            });
        }
    }
    all.extend(known.given_up.iter().map(|one| Advice::GivenUp {
        node: one.node.clone(),
        check: one.check.clone(),
        tries: one.tries,
        from: one.from,
        until: one.until,
        needed: one.needed.clone(),
    }));
    all.extend(by_check(&figures.outages));
    all.extend(late(&figures.outages, &report.facts.every));
    all
}

/// Whether we were asleep for most of the time that nobody looked; `None`
/// where nothing says why.
fn mostly_slept(report: &Report<'_>) -> Option<bool> {
    let span = report.facts.span;
    let (mut slept, mut stopped) = (0, 0);
    for gap in report.facts.machines.iter().flat_map(|known| &known.gaps) {
        let length = gap.to.min(span.end).since(gap.from.max(span.start)).max(0);
        match gap.why {
            GapCause::Slept => slept += length,
            GapCause::NotRunning => stopped += length,
        }
    }
    (slept + stopped > 0).then_some(slept >= stopped)
}

fn by_check(outages: &[Outage]) -> Vec<Advice> {
    let mut targets: BTreeMap<(&str, &str), Vec<&Outage>> = BTreeMap::new();
    for outage in outages {
        let key = (outage.node.as_str(), outage.check.as_str());
        targets.entry(key).or_default().push(outage);
    }
    let mut all = Vec::new();
    for ((node, check), theirs) in targets {
        let repaired = theirs.iter().filter(|one| one.by == Some(By::Mamori));
        let times = repaired.count();
        if times >= RESTARTS {
            let last = theirs.last().map_or("", |last| last.text.as_str());
            all.push(Advice::Restarted {
                node: node.to_owned(),
                check: check.to_owned(),
                times,
                last: last.to_owned(),
            });
        }
        let lives = theirs.iter().filter_map(|one| one.lasted_ms()).collect();
        if let Some(median_ms) = median(lives).filter(|life| *life < BRIEF_MS)
            && theirs.len() > ALERTS
        {
            all.push(Advice::Noisy {
                node: node.to_owned(),
                check: check.to_owned(),
                times: theirs.len(),
                median_ms,
            });
        }
    }
    all
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    let middle = values.len().checked_sub(1)? / 2;
    values.get(middle).copied()
}

/// Checks that were seen later than twice their interval.
fn late(outages: &[Outage], every: &Every) -> Vec<Advice> {
    let mut checks: BTreeMap<(&str, &'static str), (u64, Vec<u64>)> = BTreeMap::new();
    for outage in outages {
        let (key, every_s) = every.of(&outage.node, &outage.check);
        if let Some(span) = outage.to_detect_ms() {
            let of_check = checks.entry((outage.check.as_str(), key));
            of_check.or_insert((every_s, Vec::new())).1.push(span);
        }
    }
    let each = checks
        .into_iter()
        .filter_map(|((check, key), (every_s, spans))| {
            let n = spans.len();
            let median_ms = median(spans)?;
            let late = n >= DETECTED && median_ms > every_s.saturating_mul(2_000);
            late.then(|| Advice::Late {
                check: check.to_owned(),
                median_ms,
                n,
                key,
                every_s,
            })
        });
    each.collect()
}

fn forge(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = Vec::new();
    let Some(forged) = &report.forged else {
        return all;
    };
    if let (Some(reviews), Some(of)) = (&forged.reviews, forged.merged.now) {
        let many = reviews.without * 100 > of * UNREVIEWED;
        if of >= MERGES && many && !forged.merged.partial {
            let without = reviews.without;
            all.push(Advice::Unreviewed { without, of });
        }
        let answers = &reviews.first_answer;
        if let Some(median_s) = answers.median.filter(|median| *median > ANSWER_S)
            && answers.n >= ANSWERS
        {
            let oldest = forged.waiting.as_ref().and_then(|waiting| waiting.first());
            let oldest = oldest.map(|one| {
                let since = u64::try_from(now.since(one.since)).unwrap_or(0);
                (one.pull.number, since)
            });
            all.push(Advice::Waiting {
                median_s,
                n: answers.n,
                oldest,
            });
        }
    }
    if let Some(failures) = &forged.failures {
        let count = failures.reverted.len();
        let many = count as u64 * 100 >= failures.of * REVERTED_PERCENT;
        if count >= REVERTED && many {
            let numbers = failures.reverted.iter().map(|(_, number)| *number);
            all.push(Advice::Reverted {
                numbers: numbers.collect(),
                of: failures.of,
            });
        }
    }
    all
}

fn budget(report: &Report<'_>) -> Option<Advice> {
    let cost = report.cost.as_ref()?;
    let budget = cost.budget.as_ref()?.monthly_usd?;
    let month = report.facts.period.kind == Kind::Monthly;
    let projected = cost.projected.filter(|sum| month && *sum > budget)?;
    let most = cost.most.clone();
    Some(Advice::Budget {
        projected,
        budget,
        most,
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "issues and days, none below 0"
)]
fn milestone(one: &Objective, now: Timestamp) -> Option<Advice> {
    let due = one.milestone.due.filter(|_| one.pace == Pace::Behind)?;
    if one.had <= 0.0 {
        return None;
    }
    let open = one.milestone.open_issues as f64;
    let days = open / one.had;
    let left = due.since(now) as f64 / DAY as f64;
    let late = days - left;
    let ends = Timestamp(
        now.0
            .saturating_add((days.min(36_500.0) * DAY as f64) as i64),
    );
    let issues = (open - one.had * left.max(0.0)).ceil().max(0.0);
    (late > BEHIND).then(|| Advice::Milestone {
        title: one.milestone.title.clone(),
        ends,
        pace: one.had,
        late_days: late.min(36_500.0) as u64,
        issues: issues as u64,
    })
}

#[cfg(test)]
#[path = "advice_tests.rs"]
mod tests;
