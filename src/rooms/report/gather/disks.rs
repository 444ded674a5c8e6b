//! The file systems of one machine: what they held, how they grew, and what is
//! foreseen of them from the end of the period on.

use super::Ask;
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

/// Those of which something is known in the period, the home's first.
pub(super) fn gather(
    ask: &Ask<'_>,
    history: &History,
    named: &Named,
) -> Result<Vec<Disk>, HistoryError> {
    let (node, until) = (named.name.as_str(), ask.span.end.0);
    let since = until.saturating_sub(ASKED).min(ask.span.start.0);
    let mut all = Vec::new();
    for mount in history.mounts(node)? {
        let buckets = |metric, since, resolution| {
            history.buckets(node, metric, Some(&mount), since, until, resolution)
        };
        let hours = buckets(Metric::DiskUsedPercent, since, Resolution::Hour)?;
        let last = hours.last().map_or(i64::MIN, |bucket| bucket.at);
        if last.saturating_add(HOUR) <= ask.span.start.0 {
            continue;
        }
        let total = buckets(
            Metric::DiskTotalBytes,
            ask.span.start.0 - HOUR,
            Resolution::Hour,
        )?;
        let grew = if named.local {
            grew(ask, history, node, &mount)?
        } else {
            None
        };
        let points = points(ask, history, (node, &mount), &hours)?;
        let limit = named.limits.disk_used_max;
        all.push(Disk {
            limit,
            total: total.last().and_then(|bucket| whole(bucket.mean)),
            past: merged(&courses(&hours), &drawn(ask.span)),
            growth: growth(&hours, until),
            grew,
            outlook: outlook(ask.period.kind, &points, limit, ask.span.end),
            mount,
        });
    }
    Ok(all)
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
    ask: &Ask<'_>,
    history: &History,
    (node, mount): (&str, &str),
    hours: &[Bucket],
) -> Result<Vec<(f64, f64)>, HistoryError> {
    let until = ask.span.end.0;
    let edge = Resolution::Hour.bucket(until.saturating_sub(DAY));
    let fine = Resolution::finest(edge, ask.now.0).max(Resolution::FiveMinutes);
    let metric = Metric::DiskUsedPercent;
    let lately = history.buckets(node, metric, Some(mount), edge, until, fine)?;
    let before = hours.iter().filter(|one| one.at < edge);
    let all = before.chain(&lately).map(|one| (real(one.at), one.mean));
    Ok(all.collect())
}

/// What is foreseen, asked at the end of the period.
fn outlook(kind: Kind, points: &[(f64, f64)], limit: f64, end: Timestamp) -> Outlook {
    let days = match kind {
        Kind::Daily => 7,
        Kind::Weekly => 30,
        Kind::Monthly => 90,
    };
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
        outlook(kind, &points, 90.0, end)
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
    fn what_was_last_seen_days_ago_is_not_foretold() {
        let mut hours = rising(60, 0.5, 70.0);
        let points = |hours: &[Bucket]| -> Vec<(f64, f64)> {
            hours.iter().map(|one| (real(one.at), one.mean)).collect()
        };
        let end = Timestamp(60 * DAY);
        hours.truncate(58 * 24);
        let gone = outlook(Kind::Monthly, &points(&hours), 90.0, end);
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
