//! How fast remote nodes answered full probes.

use super::Ask;
use super::kept::Series;
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
pub(super) fn of(history: &History, nodes: &[&str], span: Span) -> Result<Response, HistoryError> {
    let (resolution, buckets) = finest(history, nodes, span)?;
    if resolution == Resolution::Raw {
        return Ok(Response::of(buckets.iter().map(|probe| probe.mean)));
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
    let (resolution, buckets) = finest(history, nodes, ask.span)?;
    if resolution == Resolution::Raw {
        let probes = buckets
            .iter()
            .map(|probe| (Timestamp(probe.at), probe.mean));
        let probes: Vec<(Timestamp, f64)> = probes.collect();
        return Ok(spread(&probes, &stretches));
    }
    Ok(merged(&courses(&buckets), &stretches))
}

fn finest(
    history: &History,
    nodes: &[&str],
    span: Span,
) -> Result<(Resolution, Vec<Bucket>), HistoryError> {
    let series = Series {
        history,
        nodes,
        metric: Metric::LatencyMs,
        mount: None,
    };
    series.finest(&[Resolution::Raw, Resolution::FiveMinutes], span)
}
