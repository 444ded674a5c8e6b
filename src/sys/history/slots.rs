//! Series cut down to what is drawn of them: one value for each column, the
//! worst of its time, computed where the data is.

use rusqlite::params;

use super::{History, HistoryError};
use crate::model::history::metric::Gauge;
use crate::model::history::{Metric, Resolution};

/// Which of several values is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worst {
    /// The largest, as of what is used.
    Most,
    /// The smallest, as of what is left.
    Least,
}

/// A stretch of time in equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning, in Unix seconds.
    pub since: i64,
    /// Its end, which is no part of it.
    pub until: i64,
    /// In how many parts.
    pub parts: usize,
}

impl Stretch {
    /// Seconds of a part, at least one.
    fn step(self) -> i64 {
        let parts = i64::try_from(self.parts.max(1)).unwrap_or(i64::MAX);
        (self.until.saturating_sub(self.since) / parts).max(1)
    }

    /// The coarsest kept series that still tells the parts apart.
    fn resolution(self) -> Resolution {
        let mut all = Resolution::ALL.into_iter().rev();
        let fits = all.find(|one| one.seconds() <= self.step());
        let reaches = Resolution::finest(self.since, self.until);
        fits.unwrap_or(Resolution::Raw).max(reaches)
    }
}

/// So many values of a node, of which fewer may be known.
pub type Parts = Vec<Option<f64>>;

impl History {
    /// The worst value of a metric in each part of a stretch, of one node or of
    /// all in one pass; of a disk's metric that of the mount, of the home's
    /// without one. Nodes of which nothing is known are not among them.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn parts(
        &self,
        (metric, worst): (Metric, Worst),
        node: Option<&str>,
        mount: Option<&str>,
        stretch: Stretch,
    ) -> Result<Vec<(String, Parts)>, HistoryError> {
        let resolution = stretch.resolution();
        let (gauge, value) = match metric.gauge() {
            Ok(gauge) if resolution == Resolution::Raw => (gauge, ""),
            Ok(gauge) if worst == Worst::Most => (gauge, "_max"),
            Ok(gauge) => (gauge, "_min"),
            Err(plain) => (Gauge(plain, 1.0), ""),
        };
        let Gauge(column, factor) = gauge;
        let function = match worst {
            Worst::Most => "max",
            Worst::Least => "min",
        };
        let ending = resolution.ending();
        // Nodes first, so that each one's rows are found by its key.
        let (from, which) = if metric.of_disk() {
            (
                format!(
                    "nodes JOIN mounts ON mounts.node = nodes.id \
                     CROSS JOIN disks{ending} s ON s.mount = mounts.id"
                ),
                "(mounts.path = ?5 OR (?5 IS NULL AND mounts.home))",
            )
        } else {
            (
                format!("nodes CROSS JOIN samples{ending} s ON s.node = nodes.id"),
                "?5 IS ?5",
            )
        };
        // All names are ours.
        let text = format!(
            "SELECT nodes.name, (s.at - ?1) / ?3, {function}(s.{column}{value}) FROM {from} \
             WHERE s.at >= ?1 AND s.at < ?2 AND s.{column}{value} IS NOT NULL \
             AND (?4 IS NULL OR nodes.name = ?4) AND {which} GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let values = params![stretch.since, stretch.until, stretch.step(), node, mount];
        let rows = self.all(&text, values, |row| {
            let name: String = row.get(0)?;
            let value: f64 = row.get(2)?;
            Ok((name, row.get::<_, i64>(1)?, value / factor))
        })?;
        let mut all: Vec<(String, Parts)> = Vec::new();
        for (name, part, value) in rows {
            if all.last().is_none_or(|(last, _)| *last != name) {
                all.push((name, vec![None; stretch.parts]));
            }
            if let Some((_, parts)) = all.last_mut() {
                put(parts, part, value);
            }
        }
        Ok(all)
    }

    /// Of the forecasts made since then whose time has come: how many there
    /// are, and how many of them were right.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn right_forecasts(&self, since: i64) -> Result<(u64, u64), HistoryError> {
        let text = "SELECT count(*), coalesce(sum(will_cross = crossed), 0) FROM forecasts \
                    WHERE scored IS NOT NULL AND will_cross IS NOT NULL AND made >= ?1";
        let told = self.all(text, [since], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(told
            .first()
            .map_or((0, 0), |(all, right)| (whole(*all), whole(*right))))
    }
}

/// The last part takes what the division leaves over.
fn put(parts: &mut [Option<f64>], part: i64, value: f64) {
    let last = parts.len().saturating_sub(1);
    let at = usize::try_from(part).unwrap_or(0).min(last);
    if let Some(slot) = parts.get_mut(at) {
        *slot = Some(value);
    }
}
