//! How fast remote nodes answered full probes.

use super::Ask;
use super::node::{courses, stretches_of};
use crate::model::history::{Metric, Resolution};
use crate::model::report::course::{merged, spread};
use crate::model::report::facts::Course;
use crate::model::report::machines::Response;
use crate::model::report::period::Span;
use crate::model::time::Timestamp;
use crate::sys::history::{Bucket, History, HistoryError};

/// Over all of `nodes` in a span, each probe weighing the same: by the probes
/// themselves while they are kept, else the mean by the sums that are left.
pub(super) fn of(
    ask: &Ask<'_>,
    history: &History,
    nodes: &[&str],
    span: Span,
) -> Result<Response, HistoryError> {
    let probes = probes(history, nodes, span)?;
    let buckets = buckets(history, nodes, span, summed(ask, span))?;
    if all_kept(probes.len(), &buckets) {
        return Ok(Response::of(probes.into_iter().map(|(_, ms)| ms)));
    }
    let (mut n, mut sum) = (0_i64, 0.0);
    for bucket in buckets {
        n = n.saturating_add(bucket.n);
        sum += bucket.mean * f64::from(i32::try_from(bucket.n).unwrap_or(i32::MAX));
    }
    Ok(Response::of_sum(usize::try_from(n).unwrap_or(0), sum))
}

/// The same over the period: the middle one of each stretch and between what
/// nine of ten lie; where probes are no longer kept the mean, and the lowest
/// and the highest.
pub(super) fn course(
    ask: &Ask<'_>,
    history: &History,
    nodes: &[&str],
) -> Result<Vec<Course>, HistoryError> {
    let stretches = stretches_of(ask);
    let probes = probes(history, nodes, ask.span)?;
    let buckets = buckets(history, nodes, ask.span, summed(ask, ask.span))?;
    if all_kept(probes.len(), &buckets) {
        return Ok(spread(&probes, &stretches));
    }
    Ok(merged(&courses(&buckets), &stretches))
}

/// The finest sums that reach back to a span.
pub(super) fn summed(ask: &Ask<'_>, span: Span) -> Resolution {
    Resolution::finest(span.start.0, ask.now.0).max(Resolution::FiveMinutes)
}

/// Whether single values are still there, but for a few at the edge: told by
/// what is there and not by the time it is, so that the same data always
/// says the same.
pub(super) fn all_kept(values: usize, buckets: &[Bucket]) -> bool {
    let summed = buckets.iter().map(|bucket| bucket.n).sum::<i64>();
    let kept = i64::try_from(values).unwrap_or(i64::MAX);
    kept.saturating_mul(100) >= summed.saturating_mul(99)
}

/// Oldest first.
fn probes(
    history: &History,
    nodes: &[&str],
    span: Span,
) -> Result<Vec<(Timestamp, f64)>, HistoryError> {
    let mut all = Vec::new();
    for node in nodes {
        let of_node = history.latencies(node, span.start.0, span.end.0)?;
        all.extend(of_node.into_iter().map(|(at, ms)| (Timestamp(at), ms)));
    }
    all.sort_by_key(|(at, _)| *at);
    Ok(all)
}

/// Oldest first.
fn buckets(
    history: &History,
    nodes: &[&str],
    span: Span,
    resolution: Resolution,
) -> Result<Vec<Bucket>, HistoryError> {
    let (since, until) = (span.start.0, span.end.0);
    let mut all = Vec::new();
    for node in nodes {
        all.extend(history.buckets(node, Metric::LatencyMs, None, since, until, resolution)?);
    }
    all.sort_by_key(|bucket| bucket.at);
    Ok(all)
}
