//! What the history knows of one machine.

use super::Ask;
use super::machines::Named;
use super::response::{all_kept, summed};
use crate::model::history::{Metric, Resolution, Shares, span};
use crate::model::report::course::{merged, over, parts};
use crate::model::report::facts::{Course, Machine};
use crate::model::report::machines::Known;
use crate::model::report::period::{Kind, Span};
use crate::model::time::Timestamp;
use crate::sys::history::{Bucket, History, HistoryError};

/// Without its disks.
pub(super) fn gather(
    ask: &Ask<'_>,
    history: &History,
    named: &Named,
) -> Result<Machine, HistoryError> {
    let node = named.name.as_str();
    let (since, until) = (ask.span.start.0, ask.span.end.0);
    let uptime =
        |of: Span| -> Result<Shares, HistoryError> { history.uptime(node, of.start.0, of.end.0) };
    let stretches = history.spans(node, since, until)?;
    let ms = |at: i64| at.saturating_mul(1_000);
    let mut days = Vec::new();
    for day in &ask.days {
        days.push((day.start, uptime(*day)?));
    }
    let rolled = summed(ask, ask.span);
    let load = history.buckets(node, Metric::Load1m, None, since, until, rolled)?;
    let free = Metric::MemoryAvailablePercent;
    let mut memory = history.buckets(node, free, None, since, until, rolled)?;
    let samples = history.buckets(node, free, None, since, until, Resolution::Raw)?;
    if all_kept(samples.len(), &memory) {
        memory = samples;
    }
    Ok(Machine {
        known: Known {
            node: named.name.clone(),
            shares: span::shares(&stretches, ms(since), ms(until)),
            stretches,
        },
        before: uptime(ask.compared)?,
        days,
        reach: history.reach_before(node, until)?,
        load: merged(&courses(&load), &stretches_of(ask)),
        memory: under(&memory, named.limits.memory_available_min),
        memory_limit: named.limits.memory_available_min,
        disks: Vec::new(),
    })
}

/// The stretches of drawings: minutes of a day, hours of a week, days of a month.
pub(super) fn stretches_of(ask: &Ask<'_>) -> Vec<Span> {
    match ask.period.kind {
        Kind::Daily => over(&parts(ask.period.span, 300), ask.span.end),
        Kind::Weekly => over(&parts(ask.period.span, 3_600), ask.span.end),
        Kind::Monthly => ask.days.clone(),
    }
}

/// Buckets with what a drawing needs of them.
pub(super) fn courses(buckets: &[Bucket]) -> Vec<Course> {
    let each = buckets.iter().map(|bucket| Course {
        at: Timestamp(bucket.at),
        n: u64::try_from(bucket.n).unwrap_or(0),
        low: bucket.min,
        middle: bucket.mean,
        high: bucket.max,
    });
    each.collect()
}

/// How many values there are, and how many of them are at the limit or under
/// it: of a bucket that is on both sides as many as lie there if its values lie
/// evenly between its ends.
fn under(buckets: &[Bucket], limit: f64) -> (u64, u64) {
    let (mut all, mut below) = (0_u64, 0_u64);
    for bucket in buckets {
        let n = u64::try_from(bucket.n).unwrap_or(0);
        all = all.saturating_add(n);
        if bucket.max <= limit {
            below = below.saturating_add(n);
        } else if bucket.min <= limit {
            let part = (limit - bucket.min) / (bucket.max - bucket.min);
            below = below.saturating_add(share(n, part));
        }
    }
    (all, below)
}

/// So much of a count, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share of a count of samples, between 0 and all of it"
)]
fn share(n: u64, part: f64) -> u64 {
    ((n as f64 * part).round() as u64).min(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_the_limit_is_counted_also_where_only_ends_are_known() {
        let bucket = |n, min, max| Bucket {
            at: 0,
            n,
            min,
            mean: max,
            max,
        };
        let single = [bucket(1, 10.0, 10.0), bucket(1, 10.1, 10.1)];
        assert_eq!(under(&single, 10.0), (2, 1));
        let rolled = [
            bucket(10, 5.0, 10.0),
            bucket(10, 5.0, 25.0),
            bucket(4, 11.0, 50.0),
        ];
        assert_eq!(under(&rolled, 10.0), (24, 13));
        assert_eq!(under(&[], 10.0), (0, 0));
    }
}
