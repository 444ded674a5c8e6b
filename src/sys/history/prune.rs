//! What is too old goes, a thousand rows at a time, and its room with it.

use rusqlite::{Connection, OptionalExtension as _};

use super::folders;
use crate::model::history::{Resolution, keep};

/// Rows that go in one step.
const STEP: i64 = 1_000;
/// Pages that are given back in one step, and left for what comes.
const PAGES: i64 = 256;
/// Rows of what has no buckets, at most: years of a machine that knows no calm.
const ROWS: i64 = 200_000;
const DAY: i64 = 86_400;

/// The tables of what happened, and the column by which each ages.
const HAPPENED: [(&str, &str, i64); 8] = [
    ("events", "at", 1),
    ("incidents", "detected", 1),
    ("deeds", "at", 1),
    ("layouts", "at", 1),
    ("gaps", "from_", 1),
    ("problems", "began", 1),
    ("forecasts", "made", 1),
    ("spans", "to_", 1_000),
];

/// Removes what is too old while there is `time`.
pub(super) fn prune(from: &Connection, now: i64, time: impl Fn() -> bool) -> rusqlite::Result<()> {
    let mut days = from.prepare("SELECT day FROM days")?;
    let days = days.query_map([], |row| row.get(0))?;
    let days = days.collect::<rusqlite::Result<Vec<i64>>>()?;
    for resolution in Resolution::ALL {
        let Some(cutoff) = keep::cutoff(&days, resolution.days(), now) else {
            continue;
        };
        // A bucket goes when all of it is too old.
        let cutoff = resolution.bucket(cutoff);
        let ending = resolution.ending();
        for (table, key, ids) in [("samples", "node", "nodes"), ("disks", "mount", "mounts")] {
            let table = format!("{table}{ending}");
            for id in numbers(from, &format!("SELECT id FROM {ids}"))? {
                while time() && step(from, &table, key, id, cutoff)? {}
            }
        }
    }
    let today = keep::day(now);
    if number(from, "tidied")? != Some(today) && time() {
        happened(from, &days, now, &time)?;
        set_number(from, "tidied", today)?;
    }
    while time() && give_back(from)? {}
    Ok(())
}

/// One step in one table; whether there is more.
fn step(from: &Connection, table: &str, key: &str, id: i64, cutoff: i64) -> rusqlite::Result<bool> {
    let last: Option<i64> = from
        .query_row(
            &format!(
                "SELECT at FROM {table} WHERE {key} = ?1 AND at < ?2 ORDER BY at LIMIT 1 OFFSET ?3"
            ),
            [id, cutoff, STEP],
            |row| row.get(0),
        )
        .optional()?;
    from.execute(
        &format!("DELETE FROM {table} WHERE {key} = ?1 AND at < ?2"),
        [id, last.unwrap_or(cutoff)],
    )?;
    Ok(last.is_some())
}

/// Once a day: what happened long ago, and names that nothing is known of.
fn happened(
    from: &Connection,
    days: &[i64],
    now: i64,
    time: &impl Fn() -> bool,
) -> rusqlite::Result<()> {
    let kept = Resolution::Hour.days();
    let cutoff = keep::believed(days, now).then(|| now.saturating_sub(kept.saturating_mul(DAY)));
    for (table, column, unit) in HAPPENED {
        let beyond: Option<i64> = from
            .query_row(
                &format!("SELECT {column} FROM {table} ORDER BY {column} DESC LIMIT 1 OFFSET ?1"),
                [ROWS],
                |row| row.get(0),
            )
            .optional()?;
        let old = cutoff.map(|cutoff| cutoff.saturating_mul(unit));
        let Some(cutoff) = old.max(beyond) else {
            continue;
        };
        loop {
            let last: Option<i64> = from
                .query_row(
                    &format!(
                        "SELECT {column} FROM {table} WHERE {column} < ?1 \
                         ORDER BY {column} LIMIT 1 OFFSET ?2"
                    ),
                    [cutoff, STEP],
                    |row| row.get(0),
                )
                .optional()?;
            let until = last.unwrap_or(cutoff);
            let gone =
                from.execute(&format!("DELETE FROM {table} WHERE {column} < ?1"), [until])?;
            if last.is_none() || gone == 0 || !time() {
                break;
            }
        }
    }
    folders::prune(from, keep::cutoff(days, folders::DAYS, now))?;
    if let Some(cutoff) = keep::cutoff(days, kept, now) {
        from.execute("DELETE FROM days WHERE day < ?1", [keep::day(cutoff)])?;
    }
    from.execute(
        "DELETE FROM mounts WHERE id NOT IN (SELECT mount FROM disks_1h) \
         AND id NOT IN (SELECT mount FROM disks_5m) AND id NOT IN (SELECT mount FROM disks)",
        [],
    )?;
    Ok(())
}

/// Gives some free pages back to the disk; whether there are more.
fn give_back(from: &Connection) -> rusqlite::Result<bool> {
    let free: i64 = from.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    if free <= 2 * PAGES {
        return Ok(false);
    }
    // It works as its rows are taken.
    let mut vacuum = from.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    let left: i64 = from.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    Ok(left < free)
}

fn numbers(from: &Connection, text: &str) -> rusqlite::Result<Vec<i64>> {
    let mut statement = from.prepare(text)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// A number that the file remembers of itself.
pub(super) fn number(from: &Connection, key: &str) -> rusqlite::Result<Option<i64>> {
    from.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
        row.get(0)
    })
    .optional()
}

/// Has it remember one.
pub(super) fn set_number(to: &Connection, key: &str, value: i64) -> rusqlite::Result<()> {
    to.execute(
        "INSERT OR REPLACE INTO meta VALUES (?1, ?2)",
        rusqlite::params![key, value],
    )?;
    Ok(())
}
