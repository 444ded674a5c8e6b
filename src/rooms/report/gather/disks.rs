//! The file systems of one machine: what they held, how they grew, and what is
//! foreseen of them from the end of the period on.

use super::Ask;
use super::kept::Series;
use super::machines::Named;
use super::node::courses;
use crate::model::forecast::{self, Kind as Of, Question};
use crate::model::history::{Metric, Resolution};
use crate::model::report::course::{merged, parts};
use crate::model::report::facts::{Disk, Outlook};
use crate::model::report::period::{Kind, Span};
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::sys::history::{Bucket, History, HistoryError};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// How far back a drawing goes, at least.
const DRAWN: i64 = 30 * DAY;
/// How far back a forecast asks.
const ASKED: i64 = 180 * DAY;
/// So many times its history is looked ahead, at most.
const AHEAD: i64 = 3;
/// Days of a month.
const MONTH: i64 = 30;

/// Those of which something is known in the period, the home's first.
pub(super) fn gather(
    ask: &Ask<'_>,
    history: &History,
    named: &Named,
) -> Result<Vec<Disk>, HistoryError> {
    let (node, until) = (named.name.as_str(), ask.watched.end);
    let back = |seconds: i64| Timestamp(until.0.saturating_sub(seconds));
    let from = |start: Timestamp| Span { start, end: until };
    let (nodes, mut all) = ([node], Vec::new());
    for mount in history.mounts(node)? {
        let series = |metric| Series {
            history,
            nodes: &nodes,
            metric,
            mount: Some(&mount),
        };
        let used = series(Metric::DiskUsedPercent);
        let since = back(ASKED).min(ask.span.start);
        let hours = used.at(Resolution::Hour, from(since))?;
        let last = hours.last().map_or(i64::MIN, |bucket| bucket.at);
        if last.saturating_add(HOUR) <= ask.span.start.0 {
            continue;
        }
        let total = from(Timestamp(ask.span.start.0.saturating_sub(HOUR)));
        let total = series(Metric::DiskTotalBytes).at(Resolution::Hour, total)?;
        let grew = if named.local {
            grew(ask, history, node, &mount)?
        } else {
            None
        };
        let points = points(&used, &hours, until)?;
        let limit = named.limits.disk_used_max;
        let outlook = |days| outlook(days, &points, limit, until);
        all.push(Disk {
            limit,
            total: total.last().and_then(|bucket| whole(bucket.mean)),
            used: last_of(&used, from(Timestamp(last)), &hours)?,
            past: merged(&courses(&hours), &drawn(from(ask.span.start))),
            growth: growth(&hours, until.0),
            grew,
            outlook: outlook(ahead(ask.period.kind)),
            outlook_month: outlook(MONTH.min(reach(&points))),
            mount,
        });
    }
    Ok(all)
}

/// Its last sample; where samples are gone the last of what there is instead.
fn last_of(used: &Series<'_>, span: Span, hours: &[Bucket]) -> Result<Option<f64>, HistoryError> {
    for resolution in [Resolution::Raw, Resolution::FiveMinutes] {
        if let Some(last) = used.at(resolution, span)?.last() {
            return Ok(Some(last.mean));
        }
    }
    Ok(hours.last().map(|last| last.mean))
}

/// What a drawing shows: the period, and thirty days back at least.
fn drawn(span: Span) -> Vec<Span> {
    let start = Timestamp(span.end.0.saturating_sub(DRAWN)).min(span.start);
    parts(Span { start, ..span }, HOUR)
}

/// Points a day over the last week; nothing from less than a day.
fn growth(hours: &[Bucket], until: i64) -> Option<f64> {
    let mut week = hours.iter().filter(|one| one.at >= until - 7 * DAY);
    let (first, last) = (week.clone().next()?, week.next_back()?);
    let length = last.at.saturating_sub(first.at);
    (length >= DAY).then(|| (last.mean - first.mean) / (real(length) / real(DAY)))
}

/// The folder that grew most, and by how many bytes a day.
fn grew(
    ask: &Ask<'_>,
    history: &History,
    node: &str,
    mount: &str,
) -> Result<Option<(String, f64)>, HistoryError> {
    let (grown, measured) = history.grown(node, mount, ask.span.end)?;
    Ok(grown.first().map(|one| {
        let days = real(measured.saturating_sub(one.since.0).max(HOUR)) / real(DAY);
        let bytes = i64::try_from(one.by_bytes).unwrap_or(i64::MAX);
        (clean(&ask.around.shown(&one.path)), real(bytes) / days)
    }))
}

/// Hours, and of the last day what is finer while it is kept.
fn points(
    used: &Series<'_>,
    hours: &[Bucket],
    until: Timestamp,
) -> Result<Vec<(f64, f64)>, HistoryError> {
    let edge = Resolution::Hour.bucket(until.0.saturating_sub(DAY));
    let day = Span {
        start: Timestamp(edge),
        end: until,
    };
    let (_, lately) = used.finest(&[Resolution::FiveMinutes], day)?;
    let before = hours.iter().filter(|one| one.at < edge);
    let all = before.chain(&lately).map(|one| (real(one.at), one.mean));
    Ok(all.collect())
}

/// Days that a report looks ahead.
fn ahead(kind: Kind) -> i64 {
    match kind {
        Kind::Daily => 7,
        Kind::Weekly => MONTH,
        Kind::Monthly => 90,
    }
}

/// Days that can be looked ahead with so much history; one at least.
fn reach(points: &[(f64, f64)]) -> i64 {
    let ends = points.first().zip(points.last());
    let length = ends.map_or(0.0, |((first, _), (last, _))| last - first);
    (seconds_of(length).saturating_mul(AHEAD) / DAY).max(1)
}

/// What is foreseen for so many days, asked at the end of the period.
fn outlook(days: i64, points: &[(f64, f64)], limit: f64, end: Timestamp) -> Outlook {
    let horizon = days * DAY;
    let told = forecast::forecast(&Question {
        kind: Of::Disk,
        threshold: limit,
        horizon_s: real(horizon),
        now: real(end.0),
        points,
    });
    let have = told.basis.span_s;
    let enough = have * real(AHEAD) >= real(horizon);
    // What was seen longer ago than a day says nothing of the time to come.
    let fresh = told.basis.age_s <= real(DAY);
    let probability = told.probability.filter(|_| enough && fresh);
    let will_cross = told.will_cross && probability.is_some();
    let eta = told.eta_s.zip(told.range_s).filter(|_| will_cross);
    let at = |seconds: f64| Timestamp(end.0.saturating_add(seconds_of(seconds)));
    Outlook {
        days,
        have_days: seconds_of(have) / DAY,
        need_days: (days + AHEAD - 1) / AHEAD,
        probability,
        will_cross,
        crossing: eta.map(|(eta, (early, late))| [at(early), at(eta), at(late)]),
    }
}

/// Seconds as a number.
#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
fn real(seconds: i64) -> f64 {
    seconds as f64
}

/// A number as whole seconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast saturates, as is meant"
)]
fn seconds_of(number: f64) -> i64 {
    number.round() as i64
}

/// A count of bytes.
fn whole(bytes: f64) -> Option<u64> {
    u64::try_from(seconds_of(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours that rise by so many points a day up to `to`, over so many days.
    fn rising(days: i64, a_day: f64, to: f64) -> Vec<Bucket> {
        let hours = days * 24;
        let each = (0..hours).map(|hour| {
            let value = to - real(hours - hour) / 24.0 * a_day;
            Bucket {
                at: hour * HOUR,
                n: 60,
                min: value,
                mean: value,
                max: value,
            }
        });
        each.collect()
    }

    fn told(kind: Kind, hours: &[Bucket]) -> Outlook {
        let points: Vec<(f64, f64)> = hours.iter().map(|one| (real(one.at), one.mean)).collect();
        let end = Timestamp(hours.last().map_or(0, |last| last.at + HOUR));
        outlook(ahead(kind), &points, 90.0, end)
    }

    #[test]
    fn a_forecast_needs_a_third_of_its_horizon() {
        for (kind, days, need, enough) in [
            (Kind::Monthly, 90, 30, 31),
            (Kind::Weekly, 30, 10, 11),
            (Kind::Daily, 7, 3, 3),
        ] {
            let short = told(kind, &rising(need - 1, 0.5, 60.0));
            assert_eq!((short.days, short.need_days), (days, need), "{kind:?}");
            assert_eq!((short.have_days, short.probability), (need - 2, None));
            assert!(!short.will_cross && short.crossing.is_none());
            let long = told(kind, &rising(enough, 0.0, 60.0));
            assert!(long.probability.is_some(), "{kind:?}");
        }
    }

    #[test]
    fn a_steady_fill_is_foretold_around_its_day_and_a_full_disk_is_full_now() {
        let hours = rising(60, 0.5, 70.0);
        let end = 60 * DAY;
        let outlook = told(Kind::Monthly, &hours);
        assert!(outlook.will_cross, "{outlook:?}");
        let [early, likely, late] = outlook.crossing.unwrap();
        assert!(early <= likely && likely <= late);
        let days = likely.since(Timestamp(end)) / DAY;
        assert!((30..=55).contains(&days), "{days}");
        assert!((growth(&hours, end).unwrap() - 0.5).abs() < 1e-9);
        let full = told(Kind::Monthly, &rising(60, 0.0, 95.0));
        assert_eq!(full.crossing, Some([Timestamp(end); 3]));
    }

    #[test]
    fn a_month_is_foreseen_as_far_as_three_times_the_history() {
        let days = |hours: i64| reach(&[(0.0, 1.0), (1.0, 1.0), (real(hours * HOUR), 1.0)]);
        assert_eq!([0, 6, 24, 60].map(days), [1, 1, 3, 7]);
        assert_eq!(reach(&[]), 1);
    }

    #[test]
    fn what_was_last_seen_days_ago_is_not_foretold() {
        let mut hours = rising(60, 0.5, 70.0);
        let points = |hours: &[Bucket]| -> Vec<(f64, f64)> {
            hours.iter().map(|one| (real(one.at), one.mean)).collect()
        };
        let end = Timestamp(60 * DAY);
        hours.truncate(58 * 24);
        let gone = outlook(90, &points(&hours), 90.0, end);
        assert_eq!((gone.probability, gone.will_cross), (None, false));
        assert_eq!(growth(&hours[..12], end.0), None);
    }

    #[test]
    fn a_drawing_goes_back_thirty_days() {
        let day = |from: i64, to: i64| Span {
            start: Timestamp(from * DAY),
            end: Timestamp(to * DAY),
        };
        let starts = |span| drawn(span).first().unwrap().start;
        assert_eq!(starts(day(99, 100)), Timestamp(70 * DAY));
        assert_eq!(starts(day(69, 100)), Timestamp(69 * DAY));
    }
}
