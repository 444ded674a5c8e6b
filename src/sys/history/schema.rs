//! The tables, and how an older file becomes a newer one.
//!
//! Times are Unix seconds (spans: milliseconds), readings whole numbers by
//! `model/history/metric.rs`; nodes and mounts are numbers in the large tables.
//! `check`, `from`, `to` and `by` are words of SQL, so those columns end in `_`.

use std::fmt::Write as _;

use rusqlite::{Connection, TransactionBehavior};

use super::{HistoryError, SCHEMA};
use crate::model::history::Resolution;
use crate::model::history::metric::{DISK_GAUGES, GAUGES, Gauge};

/// Marks the file as a history: `Mmri`.
pub(super) const APPLICATION: i64 = 0x4d6d_7269;

const FIRST: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE nodes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE mounts (id INTEGER PRIMARY KEY, node INTEGER NOT NULL, path TEXT NOT NULL,
    home INTEGER NOT NULL DEFAULT 0, UNIQUE (node, path));
CREATE TABLE days (day INTEGER PRIMARY KEY);
CREATE TABLE samples (node INTEGER NOT NULL, at INTEGER NOT NULL, state INTEGER NOT NULL,
    problems INTEGER NOT NULL, memory_percent INTEGER, memory_bytes INTEGER, memory_total INTEGER,
    load INTEGER, cpu INTEGER, latency INTEGER, battery INTEGER,
    PRIMARY KEY (node, at)) WITHOUT ROWID;
CREATE TABLE disks (mount INTEGER NOT NULL, at INTEGER NOT NULL, used INTEGER, total INTEGER,
    percent INTEGER, inodes INTEGER, PRIMARY KEY (mount, at)) WITHOUT ROWID;
CREATE TABLE events (at INTEGER NOT NULL, node TEXT NOT NULL, what TEXT NOT NULL,
    check_ TEXT NOT NULL, text TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (at, node, what, check_, text, n)) WITHOUT ROWID;
CREATE TABLE incidents (detected INTEGER NOT NULL, detected_ms INTEGER NOT NULL,
    node TEXT NOT NULL, check_ TEXT NOT NULL, cause TEXT NOT NULL, why TEXT NOT NULL,
    to_detect_ms INTEGER, to_act_ms INTEGER, recovered INTEGER, to_recover_ms INTEGER,
    left_ INTEGER NOT NULL, tries INTEGER NOT NULL, by_ TEXT NOT NULL,
    PRIMARY KEY (detected, detected_ms, node, check_)) WITHOUT ROWID;
CREATE TABLE ledgers (node INTEGER PRIMARY KEY, books TEXT NOT NULL);
CREATE TABLE spans (id INTEGER PRIMARY KEY, node INTEGER NOT NULL, from_ INTEGER NOT NULL,
    to_ INTEGER NOT NULL, class INTEGER NOT NULL);
CREATE INDEX spans_of ON spans (node, to_);
";

const SECOND: &str = "
CREATE TABLE problems (id INTEGER PRIMARY KEY, node INTEGER NOT NULL, check_ TEXT NOT NULL,
    began INTEGER NOT NULL, seen INTEGER NOT NULL, ended INTEGER, paused INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL);
CREATE INDEX problems_open ON problems (node) WHERE ended IS NULL;
CREATE INDEX problems_by_time ON problems (began);
CREATE TABLE deeds (at INTEGER NOT NULL, part TEXT NOT NULL, subject TEXT NOT NULL,
    verb TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (at, part, subject, verb, before, after, n)) WITHOUT ROWID;
CREATE TABLE layouts (at INTEGER NOT NULL, server TEXT NOT NULL, window TEXT NOT NULL,
    verb TEXT NOT NULL, panes INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (at, server, window, verb, panes, before, after, n)) WITHOUT ROWID;
CREATE TABLE gaps (from_ INTEGER NOT NULL, why TEXT NOT NULL, to_ INTEGER NOT NULL,
    PRIMARY KEY (from_, why)) WITHOUT ROWID;
CREATE TABLE forecasts (id INTEGER PRIMARY KEY, made INTEGER NOT NULL, due INTEGER NOT NULL,
    node TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, horizon INTEGER NOT NULL,
    threshold REAL, probability REAL, will_cross INTEGER, eta INTEGER, eta_early INTEGER,
    eta_late INTEGER, method TEXT NOT NULL, basis TEXT NOT NULL,
    scored INTEGER, crossed INTEGER, crossed_at INTEGER,
    UNIQUE (made, node, kind, subject, horizon));
CREATE INDEX forecasts_open ON forecasts (due) WHERE scored IS NULL;
CREATE VIEW restarts AS SELECT detected AS at, node, check_, cause, by_ FROM incidents
    WHERE recovered IS NOT NULL AND left_ = 0 AND (tries > 0 OR by_ = 'its owner');
";

/// What the folders of a file system held, the mount point's path being empty.
const THIRD: &str = "
CREATE TABLE measurements (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, node TEXT NOT NULL,
    mount TEXT NOT NULL, volume INTEGER NOT NULL, least INTEGER NOT NULL, unread INTEGER NOT NULL,
    complete INTEGER NOT NULL, UNIQUE (node, mount, at));
CREATE TABLE folders (measurement INTEGER NOT NULL, path BLOB NOT NULL, bytes INTEGER NOT NULL,
    hidden INTEGER NOT NULL, PRIMARY KEY (measurement, path)) WITHOUT ROWID;
";

/// Files of several names told apart; what was measured without that cannot be
/// compared with it.
const FOURTH: &str = "
DELETE FROM folders;
DELETE FROM measurements;
ALTER TABLE measurements ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folders ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
";

/// The steps from nothing to [`SCHEMA`]; a step that was published is never
/// changed, a new one is added.
fn steps() -> [String; 4] {
    [
        format!("{FIRST}{}", rolled_up()),
        SECOND.to_owned(),
        THIRD.to_owned(),
        FOURTH.to_owned(),
    ]
}

/// The tables of buckets: of each gauge how many values there were, the
/// smallest, their sum, the largest.
fn rolled_up() -> String {
    let gauges = |gauges: &[Gauge]| {
        let mut columns = String::new();
        for Gauge(name, _) in gauges {
            let _ = write!(
                columns,
                "{name}_n INTEGER NOT NULL, {name}_min INTEGER, \
                 {name}_sum INTEGER NOT NULL, {name}_max INTEGER, "
            );
        }
        columns
    };
    let mut text = String::new();
    for resolution in [Resolution::FiveMinutes, Resolution::Hour] {
        let ending = resolution.ending();
        let _ = write!(
            text,
            "CREATE TABLE samples{ending} (node INTEGER NOT NULL, at INTEGER NOT NULL, \
             n INTEGER NOT NULL, judged INTEGER NOT NULL, bad INTEGER NOT NULL, \
             memory_total INTEGER, {}PRIMARY KEY (node, at)) WITHOUT ROWID;\n\
             CREATE TABLE disks{ending} (mount INTEGER NOT NULL, at INTEGER NOT NULL, \
             total INTEGER, {}PRIMARY KEY (mount, at)) WITHOUT ROWID;\n",
            gauges(&GAUGES),
            gauges(&DISK_GAUGES),
        );
    }
    text
}

/// The version of the file, after making sure that it is a history at all.
///
/// # Errors
/// When it is none, or a newer one.
pub(super) fn version(connection: &Connection, path: &str) -> Result<i64, HistoryError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get(0));
    let of = |error| HistoryError::of(path, &error);
    let version: i64 = number("user_version").map_err(of)?;
    let application: i64 = number("application_id").map_err(of)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(of)?;
    if application != APPLICATION && (application != 0 || version != 0 || tables != 0) {
        return Err(HistoryError::Foreign(path.to_owned()));
    }
    if version > SCHEMA {
        return Err(HistoryError::Newer {
            path: path.to_owned(),
            version,
        });
    }
    Ok(version)
}

/// Brings the file to [`SCHEMA`], step by step, each whole or not at all.
///
/// # Errors
/// When the file cannot be written; it stands as it was then.
pub(super) fn migrate(connection: &mut Connection, path: &str) -> Result<(), HistoryError> {
    let of = |error| HistoryError::of(path, &error);
    while version(connection, path)? < SCHEMA {
        let step = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(of)?;
        // Somebody else may have taken the step meanwhile.
        let from = version(&step, path)?;
        let at = usize::try_from(from).unwrap_or_default();
        if let Some(text) = steps().get(at) {
            step.execute_batch(text).map_err(of)?;
            step.pragma_update(None, "application_id", APPLICATION)
                .map_err(of)?;
            step.pragma_update(None, "user_version", from + 1)
                .map_err(of)?;
        }
        step.commit().map_err(of)?;
    }
    Ok(())
}

/// The tables that hold something, the small and dear ones first, what the next
/// nights bring anew last: what is saved from a broken file, in this order.
pub(super) const SAVED: [&str; 21] = [
    "meta",
    "nodes",
    "mounts",
    "days",
    "ledgers",
    "incidents",
    "problems",
    "forecasts",
    "events",
    "deeds",
    "layouts",
    "gaps",
    "spans",
    "disks_1h",
    "samples_1h",
    "disks_5m",
    "samples_5m",
    "disks",
    "samples",
    "measurements",
    "folders",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_saved_and_what_each_night_brings_anew_last() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, "memory").unwrap();
        let all = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        let mut tables = connection.prepare(all).unwrap();
        let tables = tables.query_map([], |row| row.get(0)).unwrap();
        let mut tables: Vec<String> = tables.map(Result::unwrap).collect();
        assert_eq!(SAVED[SAVED.len() - 2..], ["measurements", "folders"]);
        let mut saved = SAVED.map(str::to_owned);
        saved.sort_unstable();
        tables.sort_unstable();
        assert_eq!(saved[..], tables);
    }
}
