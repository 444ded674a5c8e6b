//! Days, ISO weeks and months in a zone, as instants: the one place that makes
//! the bounds of what a report speaks of.

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone,
};
use serde::{Deserialize, Serialize};

use super::super::time::Timestamp;

/// No zone is further from UTC.
const FURTHEST: i64 = 86_400;
/// Years that a report speaks of, where no calendar's arithmetic overflows.
const YEARS: (i32, i32) = (1, 9_998);

/// Which reports there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Of a day.
    Daily,
    /// Of an ISO week, Monday to Sunday.
    Weekly,
    /// Of a month.
    Monthly,
}

/// Half-open: `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Span {
    /// Whether something of that instant belongs to it.
    #[must_use]
    pub fn holds(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Its length in real seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.end.since(self.start).max(0)
    }
}

/// What one report speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// A day, a week or a month.
    pub kind: Kind,
    /// Its first date.
    pub first: NaiveDate,
    /// The first date after it.
    pub next: NaiveDate,
    /// The same as instants.
    pub span: Span,
}

impl Period {
    /// The one that contains `date` in `zone`. Years before 1 and after 9998
    /// count as these.
    #[must_use]
    pub fn containing<Z: TimeZone>(kind: Kind, date: NaiveDate, zone: &Z) -> Self {
        let date = match (date.year() < YEARS.0, date.year() > YEARS.1) {
            (true, _) => NaiveDate::from_ymd_opt(YEARS.0, 1, 1).unwrap_or(date),
            (_, true) => NaiveDate::from_ymd_opt(YEARS.1, 12, 31).unwrap_or(date),
            _ => date,
        };
        let first = match kind {
            Kind::Daily => Some(date),
            Kind::Weekly => {
                let gone = date.weekday().num_days_from_monday();
                date.checked_sub_days(Days::new(gone.into()))
            }
            Kind::Monthly => date.with_day(1),
        };
        let first = first.unwrap_or(date);
        let next = match kind {
            Kind::Daily => first.checked_add_days(Days::new(1)),
            Kind::Weekly => first.checked_add_days(Days::new(7)),
            Kind::Monthly => first.checked_add_months(Months::new(1)),
        };
        let next = next.unwrap_or(first);
        let span = Span {
            start: beginning(first, zone),
            end: beginning(next, zone),
        };
        Self {
            kind,
            first,
            next,
            span,
        }
    }

    /// The one of the same kind just before.
    #[must_use]
    pub fn previous<Z: TimeZone>(&self, zone: &Z) -> Self {
        let before = self.first.checked_sub_days(Days::new(1));
        Self::containing(self.kind, before.unwrap_or(self.first), zone)
    }

    /// Whether it is over at `now`.
    #[must_use]
    pub fn complete(&self, now: Timestamp) -> bool {
        self.span.end <= now
    }

    /// What of it is over at `now`: all of it, or what there is so far.
    #[must_use]
    pub fn until(&self, now: Timestamp) -> Span {
        let end = now.clamp(self.span.start, self.span.end);
        Span { end, ..self.span }
    }

    /// What `until(now)` is compared with: the period before, of which as much
    /// as there is of this one so far, up to the same time of the same day.
    #[must_use]
    pub fn compared<Z: TimeZone>(&self, now: Timestamp, zone: &Z) -> Span {
        let before = self.previous(zone).span;
        if self.complete(now) {
            return before;
        }
        let here = now.utc().with_timezone(zone).naive_local();
        let days = here.date().signed_duration_since(self.first).num_days();
        let day = u64::try_from(days)
            .ok()
            .and_then(|days| self.previous(zone).first.checked_add_days(Days::new(days)));
        let end = day.map_or(before.end, |day| {
            first_instant(day.and_time(here.time()), zone)
        });
        let end = end.clamp(before.start, before.end);
        Span { end, ..before }
    }

    /// The name of its report's files, without an ending.
    #[must_use]
    pub fn stem(&self) -> String {
        match self.kind {
            Kind::Daily => self.first.format("daily-%Y-%m-%d"),
            Kind::Weekly => self.first.format("weekly-%G-W%V"),
            Kind::Monthly => self.first.format("monthly-%Y-%m"),
        }
        .to_string()
    }

    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.next.signed_duration_since(self.first).num_days()
    }
}

/// The first instant of a date: midnight, or where that does not exist the
/// first that does.
#[must_use]
pub fn beginning<Z: TimeZone>(date: NaiveDate, zone: &Z) -> Timestamp {
    first_instant(date.and_time(NaiveTime::MIN), zone)
}

/// The first instant at which clocks in `zone` show `local`, or pass it where
/// they never show it.
fn first_instant<Z: TimeZone>(local: NaiveDateTime, zone: &Z) -> Timestamp {
    if let Some(shown) = zone.from_local_datetime(&local).earliest() {
        return Timestamp(shown.timestamp());
    }
    let near = local.and_utc().timestamp();
    let (mut before, mut after) = (near - FURTHEST, near + FURTHEST);
    // Clocks show less at `before` and more at `after`; the edge lies between.
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let shown = DateTime::from_timestamp(middle, 0)
            .map(|instant| instant.with_timezone(zone).naive_local() >= local);
        if shown.unwrap_or(true) {
            after = middle;
        } else {
            before = middle;
        }
    }
    Timestamp(after)
}

#[cfg(test)]
#[path = "period_tests.rs"]
mod tests;
