//! Values of a span, as finely as all of them are still kept: told by what the
//! tables hold and never by the time it is, so that the same data always says
//! the same, however late old rows go.

use crate::model::history::{Judged, Metric, Resolution};
use crate::model::report::period::Span;
use crate::sys::history::{Bucket, History, HistoryError};

/// A metric of some nodes together, of a disk's on this mount.
#[derive(Clone, Copy)]
pub(super) struct Series<'a> {
    pub(super) history: &'a History,
    pub(super) nodes: &'a [&'a str],
    pub(super) metric: Metric,
    pub(super) mount: Option<&'a str>,
}

impl Series<'_> {
    /// Oldest first.
    pub(super) fn at(
        &self,
        resolution: Resolution,
        span: Span,
    ) -> Result<Vec<Bucket>, HistoryError> {
        let (since, until) = (span.start.0, span.end.0);
        let mut all = Vec::new();
        for node in self.nodes {
            all.extend(self.history.buckets(
                node,
                self.metric,
                self.mount,
                since,
                until,
                resolution,
            )?);
        }
        all.sort_by_key(|bucket| bucket.at);
        Ok(all)
    }

    /// The finest of these that are whole, else hours; and which those are.
    pub(super) fn finest(
        &self,
        of: &[Resolution],
        span: Span,
    ) -> Result<(Resolution, Vec<Bucket>), HistoryError> {
        let hours = self.at(Resolution::Hour, span)?;
        for resolution in of {
            let fine = self.at(*resolution, span)?;
            if whole(samples(&fine, span), samples(&hours, span)) {
                return Ok((*resolution, fine));
            }
        }
        Ok((Resolution::Hour, hours))
    }
}

/// What was judged of all nodes.
pub(super) fn judged(history: &History, span: Span) -> Result<Judged, HistoryError> {
    let of = |resolution, (since, until)| history.judged(None, since, until, Some(resolution));
    let (hours, all) = (hours(span), (span.start.0, span.end.0));
    let fine = of(Resolution::FiveMinutes, hours)?;
    if whole(fine.samples, of(Resolution::Hour, hours)?.samples) {
        of(Resolution::FiveMinutes, all)
    } else {
        of(Resolution::Hour, all)
    }
}

/// What of a span is whole hours: only that can be compared with buckets of one.
fn hours(span: Span) -> (i64, i64) {
    let hour = Resolution::Hour;
    let start = hour.bucket(span.start.0.saturating_add(hour.seconds() - 1));
    (start, hour.bucket(span.end.0))
}

fn samples(buckets: &[Bucket], span: Span) -> i64 {
    let (start, end) = hours(span);
    let within = buckets.iter().filter(|one| (start..end).contains(&one.at));
    within.map(|bucket| bucket.n).sum()
}

/// Whether that is all there was, but for a few at the edge.
fn whole(fine: i64, hours: i64) -> bool {
    fine.saturating_mul(100) >= hours.saturating_mul(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    #[test]
    fn only_whole_hours_are_compared() {
        let span = |start: i64, end: i64| Span {
            start: Timestamp(start),
            end: Timestamp(end),
        };
        assert_eq!(hours(span(0, 7_200)), (0, 7_200));
        assert_eq!(hours(span(1_800, 9_000)), (3_600, 7_200));
        let bucket = |at: i64, n: i64| Bucket {
            at,
            n,
            min: 0.0,
            mean: 0.0,
            max: 0.0,
        };
        let all = [bucket(1_800, 7), bucket(3_600, 5), bucket(7_200, 9)];
        assert_eq!(samples(&all, span(1_800, 9_000)), 5);
        assert_eq!(samples(&all, span(1_800, 3_000)), 0);
        assert!(whole(0, 0) && whole(99, 100) && !whole(98, 100));
    }
}
