//! What forecasts and reports ask of the history.

use rusqlite::{OptionalExtension as _, Row, params};

use super::write::class_of;
use super::{History, HistoryError};
use crate::model::history::metric::Gauge;
use crate::model::history::{Judged, Metric, Resolution, Shares, Span, span};

/// The values of a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its beginning, in Unix seconds; of a raw sample its time.
    pub at: i64,
    /// How many values.
    pub n: i64,
    /// The smallest.
    pub min: f64,
    /// Their mean.
    pub mean: f64,
    /// The largest.
    pub max: f64,
}

impl History {
    /// The nodes that anything is known of, by name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn nodes(&self) -> Result<Vec<String>, HistoryError> {
        self.all("SELECT name FROM nodes ORDER BY name", [], |row| row.get(0))
    }

    /// The mounts of a node, that of its home first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn mounts(&self, node: &str) -> Result<Vec<String>, HistoryError> {
        self.all(
            "SELECT path FROM mounts JOIN nodes ON nodes.id = mounts.node \
             WHERE nodes.name = ?1 ORDER BY home DESC, path",
            [node],
            |row| row.get(0),
        )
    }

    /// The series of a metric in `[since, until)`, oldest first: each sample,
    /// or the mean of each bucket at its beginning. `mount`: of a disk's
    /// metric which, its home's when it is `None`. Without a resolution the
    /// finest that still reaches back to `since`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn series(
        &self,
        node: &str,
        metric: Metric,
        mount: Option<&str>,
        since: i64,
        until: i64,
        resolution: Option<Resolution>,
    ) -> Result<Vec<(i64, f64)>, HistoryError> {
        let resolution = resolution.unwrap_or_else(|| Resolution::finest(since, until));
        let buckets = self.buckets(node, metric, mount, since, until, resolution)?;
        Ok(buckets
            .into_iter()
            .map(|bucket| (bucket.at, bucket.mean))
            .collect())
    }

    /// The same with the smallest and the largest value of each bucket.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn buckets(
        &self,
        node: &str,
        metric: Metric,
        mount: Option<&str>,
        since: i64,
        until: i64,
        resolution: Resolution,
    ) -> Result<Vec<Bucket>, HistoryError> {
        let id = if metric.of_disk() {
            self.mount_id(node, mount)
        } else {
            self.node_id(node)
        };
        let Some(id) = id? else {
            return Ok(Vec::new());
        };
        let (table, key) = if metric.of_disk() {
            ("disks", "mount")
        } else {
            ("samples", "node")
        };
        let ending = resolution.ending();
        let raw = resolution == Resolution::Raw;
        // All names are ours.
        let (columns, known, scale) = match metric.gauge() {
            Ok(gauge @ Gauge(name, _)) if raw => {
                (format!("1, {name}, {name}, {name}"), name.to_owned(), gauge)
            }
            Ok(gauge @ Gauge(name, _)) => (
                format!("{name}_n, {name}_min, CAST({name}_sum AS REAL) / {name}_n, {name}_max"),
                format!("{name}_min"),
                gauge,
            ),
            Err(name) => (
                format!("1, {name}, {name}, {name}"),
                name.to_owned(),
                Gauge(name, 1.0),
            ),
        };
        let Gauge(_, factor) = scale;
        let text = format!(
            "SELECT at, {columns} FROM {table}{ending} \
             WHERE {key} = ?1 AND at >= ?2 AND at < ?3 AND {known} IS NOT NULL ORDER BY at"
        );
        self.all(&text, [id, since, until], |row| {
            let value = |at| -> rusqlite::Result<f64> { Ok(row.get::<_, f64>(at)? / factor) };
            Ok(Bucket {
                at: row.get(0)?,
                n: row.get(1)?,
                min: value(2)?,
                mean: value(3)?,
                max: value(4)?,
            })
        })
    }

    fn node_id(&self, node: &str) -> Result<Option<i64>, HistoryError> {
        let text = "SELECT id FROM nodes WHERE name = ?1";
        let found = self.connection.query_row(text, [node], |row| row.get(0));
        found.optional().map_err(|error| self.of(&error))
    }

    /// The number of a mount; of the home's without a path.
    fn mount_id(&self, node: &str, path: Option<&str>) -> Result<Option<i64>, HistoryError> {
        let found = self.connection.query_row(
            "SELECT mounts.id FROM mounts JOIN nodes ON nodes.id = mounts.node \
             WHERE nodes.name = ?1 AND ((?2 IS NULL AND home) OR path = ?2)",
            params![node, path],
            |row| row.get(0),
        );
        found.optional().map_err(|error| self.of(&error))
    }

    /// How many samples of a node (of all without one) in `[since, until)`
    /// there were, and how many of them had problems; without a resolution by
    /// the finest buckets that reach back to `since`, were it now `until`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn judged(
        &self,
        node: Option<&str>,
        since: i64,
        until: i64,
        resolution: Option<Resolution>,
    ) -> Result<Judged, HistoryError> {
        let resolution = resolution.unwrap_or_else(|| Resolution::finest(since, until));
        // Hours for what lies whole in the window, samples for its edges where
        // they are still there.
        let text = "SELECT coalesce(sum(n), 0), coalesce(sum(judged), 0), coalesce(sum(bad), 0) \
             FROM samples_5m JOIN nodes ON nodes.id = node \
             WHERE (?1 IS NULL OR name = ?1) AND at >= ?2 AND at < ?3";
        let hours = text.replace("samples_5m", "samples_1h");
        let fine = resolution < Resolution::Hour;
        let text = if fine { text } else { hours.as_str() };
        let judged = self
            .connection
            .query_row(text, params![node, since, until], |row| {
                Ok(Judged {
                    samples: row.get(0)?,
                    known: row.get(1)?,
                    with_problems: row.get(2)?,
                })
            });
        judged.map_err(|error| self.of(&error))
    }

    /// Round trips of the full probes in `[since, until)`, in milliseconds,
    /// oldest first; only of the last two weeks.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn latencies(
        &self,
        node: &str,
        since: i64,
        until: i64,
    ) -> Result<Vec<(i64, f64)>, HistoryError> {
        let resolution = Some(Resolution::Raw);
        self.series(node, Metric::LatencyMs, None, since, until, resolution)
    }

    /// What a node was in `[since, until)` Unix seconds: spans in order that
    /// cover all of it, in milliseconds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn spans(&self, node: &str, since: i64, until: i64) -> Result<Vec<Span>, HistoryError> {
        let (since, until) = (since.saturating_mul(1_000), until.saturating_mul(1_000));
        Ok(span::within(
            &self.kept_spans(node, since, until)?,
            since,
            until,
        ))
    }

    /// The same as sums, which add up to the time asked of.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn uptime(&self, node: &str, since: i64, until: i64) -> Result<Shares, HistoryError> {
        let (since, until) = (since.saturating_mul(1_000), until.saturating_mul(1_000));
        Ok(span::shares(
            &self.kept_spans(node, since, until)?,
            since,
            until,
        ))
    }

    fn kept_spans(&self, node: &str, since: i64, until: i64) -> Result<Vec<Span>, HistoryError> {
        self.all(
            "SELECT from_, to_, class FROM spans JOIN nodes ON nodes.id = node \
             WHERE name = ?1 AND to_ > ?2 AND from_ < ?3 ORDER BY spans.id",
            params![node, since, until],
            |row| {
                let class: i64 = row.get(2)?;
                Ok(Span {
                    from: row.get(0)?,
                    to: row.get(1)?,
                    class: class_of(class),
                })
            },
        )
    }

    /// The first and the last sample of a node, to the hour, in Unix seconds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn reach(&self, node: &str) -> Result<Option<(i64, i64)>, HistoryError> {
        let reach = self.connection.query_row(
            "SELECT min(at), max(at) FROM samples_1h JOIN nodes ON nodes.id = node \
             WHERE name = ?1",
            [node],
            |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?)),
        );
        reach.map_err(|error| self.of(&error))
    }

    /// The latest instant in `[since, until)` of which a sample or the books of
    /// a node tell: of a span that goes on past the end its last second.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn newest(&self, since: i64, until: i64) -> Result<Option<i64>, HistoryError> {
        let newest = self.connection.query_row(
            "SELECT max(at) FROM (SELECT max(at) AS at FROM samples WHERE at >= ?1 AND at < ?2 \
             UNION ALL SELECT max(min(to_ / 1000, ?2 - 1)) FROM spans \
             WHERE to_ > ?1 * 1000 AND from_ < ?2 * 1000)",
            [since, until],
            |row| row.get::<_, Option<i64>>(0),
        );
        let newest = newest.map_err(|error| self.of(&error))?;
        Ok(newest.filter(|at| (since..until).contains(at)))
    }

    /// Until when the books of any node tell of `[since, until)`, in Unix seconds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn booked(&self, since: i64, until: i64) -> Result<Option<i64>, HistoryError> {
        let booked = self.connection.query_row(
            "SELECT max(min(to_ / 1000, ?2)) FROM spans WHERE to_ > ?1 * 1000 AND from_ < ?2 * 1000",
            [since, until],
            |row| row.get(0),
        );
        booked.map_err(|error| self.of(&error))
    }

    /// The first instant of which any sample tells, or the beginning of its hour.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn oldest(&self) -> Result<Option<i64>, HistoryError> {
        let text = "SELECT min(at) FROM samples_1h";
        let oldest = self.connection.query_row(text, [], |row| row.get(0));
        oldest.map_err(|error| self.of(&error))
    }

    /// The schema of the file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn schema(&self) -> Result<i64, HistoryError> {
        super::schema::version(&self.connection, &self.path)
    }

    pub(super) fn all<T>(
        &self,
        text: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, HistoryError> {
        let all = || {
            let mut statement = self.connection.prepare(text)?;
            statement.query_map(values, read)?.collect()
        };
        let all: rusqlite::Result<Vec<T>> = all();
        all.map_err(|error| self.of(&error))
    }
}
