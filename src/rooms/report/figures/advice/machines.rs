//! Rules about machines: disks, memory, targets, what was not seen, alerts.

use std::collections::BTreeMap;

use super::Advice;
use crate::model::report::facts::Every;
use crate::model::report::machines::{By, Outage};
use crate::model::state::GapCause;
use crate::model::time::Timestamp;
use crate::rooms::report::figures::Report;
use crate::rooms::report::figures::machines::unknown_percent;

const DAY: i64 = 86_400;
/// How soon a disk must fill, and how surely, to be told.
const SOON: i64 = 30 * DAY;
const SURE: f64 = 0.8;
/// Less is not worth the while, in bytes.
const LEAST: f64 = 1e8;
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

#[expect(clippy::cast_precision_loss, reason = "bytes and samples")]
pub(super) fn all(report: &Report<'_>, now: Timestamp) -> Vec<Advice> {
    let mut all = Vec::new();
    let (Some(known), Some(figures)) = (&report.facts.machines, &report.machines) else {
        return all;
    };
    for node in &known.nodes {
        let name = &node.known.node;
        for disk in &node.disks {
            let (outlook, growth) = (&disk.outlook_month, disk.growth);
            let crossing = outlook.crossing.filter(|at| at[1].since(now) <= SOON);
            let sure = outlook.probability.is_some_and(|chance| chance >= SURE);
            let (Some([early, ..]), true) = (crossing, sure && outlook.will_cross) else {
                continue;
            };
            let (Some(total), Some(growth)) = (disk.total, growth.filter(|by| *by > 0.0)) else {
                continue;
            };
            let Some(used) = disk.used else { continue };
            // Enough for thirty days under the limit less five points.
            let over = used + 30.0 * growth - (disk.limit - 5.0);
            let bytes = (over.max(0.0) / 100.0) * total as f64;
            if bytes < LEAST {
                continue;
            }
            all.push(Advice::Free {
                node: name.clone(),
                mount: disk.mount.clone(),
                bytes,
                before: early,
                used,
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
            // A short sleep does not explain a long silence.
            let slept = mostly_slept(report).filter(|(_, gaps)| 2 * gaps >= seconds);
            all.push(Advice::Unseen {
                node: uptime.node.clone(),
                seconds: u64::try_from(seconds).unwrap_or(0),
                slept: slept.map(|(slept, _)| slept),
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
    let span = report.facts.span;
    let began = |one: &&Outage| span.holds(Timestamp(one.began_ms.div_euclid(1_000)));
    let began: Vec<&Outage> = figures.outages.iter().filter(began).collect();
    all.extend(late(&began, &report.facts.every));
    all
}

/// Whether we were asleep for most of the time that nobody looked, and how many
/// seconds that were; `None` where nothing says why.
fn mostly_slept(report: &Report<'_>) -> Option<(bool, i64)> {
    let span = report.facts.span;
    let (mut slept, mut stopped) = (0, 0);
    for gap in report.facts.machines.iter().flat_map(|known| &known.gaps) {
        let length = gap.to.min(span.end).since(gap.from.max(span.start)).max(0);
        match gap.why {
            GapCause::Slept => slept += length,
            GapCause::NotRunning => stopped += length,
        }
    }
    let gaps = slept + stopped;
    (gaps > 0).then_some((slept >= stopped, gaps))
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
            // What was brought back each time needs a cause, not a limit.
            && times < RESTARTS
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
fn late(outages: &[&Outage], every: &Every) -> Vec<Advice> {
    let mut checks: BTreeMap<(&str, &'static str, u64), Vec<u64>> = BTreeMap::new();
    for outage in outages {
        let (key, every_s) = every.of(&outage.node, &outage.check);
        if let Some(span) = outage.to_detect_ms() {
            let of_check = checks.entry((outage.check.as_str(), key, every_s));
            of_check.or_default().push(span);
        }
    }
    let each = checks
        .into_iter()
        .filter_map(|((check, key, every_s), spans)| {
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
