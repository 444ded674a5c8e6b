//! What the history knows of one machine.

use super::Ask;
use super::kept::Series;
use super::machines::Named;
use crate::model::history::{Metric, Resolution, span};
use crate::model::report::course::{merged, over, parts};
use crate::model::report::facts::{Course, Machine};
use crate::model::report::machines::Known;
use crate::model::report::period::{Kind, Span};
use crate::model::time::Timestamp;
use crate::sys::history::{Bucket, History, HistoryError};

/// One of so many values may be on either side of a limit.
const UNSURE: u64 = 100;

/// Without its disks.
pub(super) fn gather(
    ask: &Ask<'_>,
    history: &History,
    named: &Named,
) -> Result<Machine, HistoryError> {
    let node = named.name.as_str();
    let (since, until) = (ask.watched.start.0, ask.watched.end.0);
    let stretches = history.spans(node, since, until)?;
    let ms = |at: i64| at.saturating_mul(1_000);
    let nodes = [node];
    let series = |metric| Series {
        history,
        nodes: &nodes,
        metric,
        mount: None,
    };
    let (_, load) = series(Metric::Load1m).finest(&[Resolution::FiveMinutes], ask.span)?;
    let samples = [Resolution::Raw, Resolution::FiveMinutes];
    let (_, memory) = series(Metric::MemoryAvailablePercent).finest(&samples, ask.span)?;
    Ok(Machine {
        known: Known {
            node: named.name.clone(),
            shares: span::shares(&stretches, ms(since), ms(until)),
            stretches,
        },
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
/// it. Of a bucket that is on both sides nobody knows how many: with too many
/// such values neither is told.
fn under(buckets: &[Bucket], limit: f64) -> (u64, u64) {
    let (mut all, mut below, mut unsure) = (0_u64, 0_u64, 0_u64);
    for bucket in buckets {
        let n = u64::try_from(bucket.n).unwrap_or(0);
        all = all.saturating_add(n);
        if bucket.max <= limit {
            below = below.saturating_add(n);
        } else if bucket.min <= limit {
            unsure = unsure.saturating_add(n);
        }
    }
    if unsure.saturating_mul(UNSURE) > all {
        return (0, 0);
    }
    (all, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_the_limit_is_counted_where_that_is_certain() {
        let bucket = |n, min, max| Bucket {
            at: 0,
            n,
            min,
            mean: max,
            max,
        };
        let single = [bucket(1, 10.0, 10.0), bucket(1, 10.1, 10.1)];
        assert_eq!(under(&single, 10.0), (2, 1));
        let rolled = |unsure| {
            [
                bucket(100, 5.0, 10.0),
                bucket(unsure, 5.0, 25.0),
                bucket(98, 11.0, 50.0),
            ]
        };
        assert_eq!(under(&rolled(2), 10.0), (200, 100));
        // More than one of a hundred: not known.
        assert_eq!(under(&rolled(3), 10.0), (0, 0));
        assert_eq!(under(&[], 10.0), (0, 0));
    }
}
