//! What folders held: for 90 days, of each day the last measurement.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use rusqlite::{Connection, Row, params};

use super::{History, HistoryError};
use crate::model::history::folders::{
    Folder, Grown, KEPT, Measurement, Taken, compared, grown, largest,
};
use crate::model::history::keep;
use crate::model::time::Timestamp;

/// How many days are kept.
pub(super) const DAYS: i64 = 90;
/// The schema that brought the tables as they are.
const SINCE: i64 = 4;

impl History {
    /// Keeps a measurement: its largest folders; of one that was cut short only
    /// that it was. One of the same instant is not kept again. What a clock that
    /// ran ahead left behind goes, once the samples bear this one out.
    ///
    /// # Errors
    /// When it cannot be written: nothing of it is then.
    pub fn add_measurement(&self, one: &Measurement) -> Result<(), HistoryError> {
        let mut folders = one.folders.clone();
        let mut least = one.least;
        largest(&mut folders, &mut least, KEPT);
        if !one.complete {
            folders.clear();
        }
        let add = || -> rusqlite::Result<()> {
            let transaction = self.connection.unchecked_transaction()?;
            let new = transaction.execute(
                "INSERT OR IGNORE INTO measurements \
                 (at, node, mount, volume, least, unread, complete, bytes) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    one.at,
                    one.node,
                    one.mount,
                    one.volume.cast_signed(),
                    whole(least),
                    whole(one.unread),
                    one.complete,
                    whole(one.bytes),
                ],
            )?;
            if new > 0 {
                let id = transaction.last_insert_rowid();
                let mut insert = transaction.prepare(
                    "INSERT OR IGNORE INTO folders (measurement, path, bytes, hidden, shared) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?;
                for folder in &folders {
                    let path = folder.path.as_os_str().as_bytes();
                    let hidden = folder.hidden.cast_signed();
                    let (bytes, shared) = (whole(folder.bytes), whole(folder.shared));
                    insert.execute(params![id, path, bytes, hidden, shared])?;
                }
            }
            forget_later(&transaction, one)?;
            transaction.commit()
        };
        add().map_err(|error| self.of(&error))
    }

    /// When the folders of a mount were measured in `[since, until)`, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn measured(
        &self,
        node: &str,
        mount: &str,
        since: i64,
        until: i64,
    ) -> Result<Vec<Taken>, HistoryError> {
        if self.schema()? < SINCE {
            return Ok(Vec::new());
        }
        self.all(
            "SELECT at, volume, complete FROM measurements \
             WHERE node = ?1 AND mount = ?2 AND at >= ?3 AND at < ?4 ORDER BY at",
            params![node, mount, since, until],
            |row| {
                let volume: i64 = row.get(1)?;
                Ok(Taken {
                    at: row.get(0)?,
                    volume: volume.cast_unsigned(),
                    complete: row.get(2)?,
                })
            },
        )
    }

    /// What the folders of a mount held in `[since, until)`, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn measurements(
        &self,
        node: &str,
        mount: &str,
        since: i64,
        until: i64,
    ) -> Result<Vec<Measurement>, HistoryError> {
        if self.schema()? < SINCE {
            return Ok(Vec::new());
        }
        let mut found = self.all(
            "SELECT id, at, volume, least, unread, complete, bytes FROM measurements \
             WHERE node = ?1 AND mount = ?2 AND at >= ?3 AND at < ?4 ORDER BY at",
            params![node, mount, since, until],
            |row| {
                let id: i64 = row.get(0)?;
                let volume: i64 = row.get(2)?;
                let one = Measurement {
                    at: row.get(1)?,
                    node: node.to_owned(),
                    mount: mount.to_owned(),
                    volume: volume.cast_unsigned(),
                    least: count(row, 3)?,
                    unread: count(row, 4)?,
                    complete: row.get(5)?,
                    bytes: count(row, 6)?,
                    folders: Vec::new(),
                };
                Ok((id, one))
            },
        )?;
        for (id, one) in &mut found {
            one.folders = self.all(
                "SELECT path, bytes, hidden, shared FROM folders \
                 WHERE measurement = ?1 ORDER BY path",
                [*id],
                |row| {
                    let hidden: i64 = row.get(2)?;
                    Ok(Folder {
                        path: OsString::from_vec(row.get(0)?).into(),
                        bytes: count(row, 1)?,
                        hidden: hidden.cast_unsigned(),
                        shared: count(row, 3)?,
                    })
                },
            )?;
        }
        Ok(found.into_iter().map(|(_, one)| one).collect())
    }
}

impl History {
    /// The folders of a mount that grew, as far as that was measured until
    /// `now`, and when the later of the two measurements was.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn grown(
        &self,
        node: &str,
        mount: &str,
        now: Timestamp,
    ) -> Result<(Vec<Grown>, i64), HistoryError> {
        let taken = self.measured(node, mount, i64::MIN, i64::MAX)?;
        let Some((older, newer)) = compared(&taken, now) else {
            return Ok((Vec::new(), now.0));
        };
        let at = |at: i64| self.measurements(node, mount, at, at.saturating_add(1));
        let (first, last) = (at(older)?, at(newer)?);
        let both = first.first().zip(last.first());
        let grown = both.map_or_else(Vec::new, |(older, newer)| grown(older, newer));
        Ok((grown, newer))
    }
}

/// Removes what was measured of the same later than this by a clock that is not
/// that of the days with samples.
fn forget_later(from: &Connection, one: &Measurement) -> rusqlite::Result<()> {
    let mut days = from.prepare("SELECT day FROM days")?;
    let days = days.query_map([], |row| row.get(0))?;
    let days = days.collect::<rusqlite::Result<Vec<i64>>>()?;
    if !keep::believed(&days, one.at) {
        return Ok(());
    }
    let mut later =
        from.prepare("SELECT id FROM measurements WHERE node = ?1 AND mount = ?2 AND at > ?3")?;
    let later = later.query_map(params![one.node, one.mount, one.at], |row| row.get(0))?;
    let later = later.collect::<rusqlite::Result<Vec<i64>>>()?;
    remove(from, &later)
}

/// Removes measurements with their folders.
fn remove(from: &Connection, ids: &[i64]) -> rusqlite::Result<()> {
    for id in ids {
        from.execute("DELETE FROM folders WHERE measurement = ?1", [id])?;
        from.execute("DELETE FROM measurements WHERE id = ?1", [id])?;
    }
    Ok(())
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let count: i64 = row.get(at)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Removes what is older than `cutoff`, and of each mount's day all but the last
/// one, which is the last whole one where there is any.
pub(super) fn prune(from: &Connection, cutoff: Option<i64>) -> rusqlite::Result<()> {
    let mut all = from.prepare(
        "SELECT id, at, node, mount FROM measurements ORDER BY node, mount, complete DESC, at DESC",
    )?;
    let mut rows = all.query([])?;
    let mut days: BTreeSet<(String, String, i64)> = BTreeSet::new();
    let mut gone: Vec<i64> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let of_the_day = (row.get(2)?, row.get(3)?, keep::day(at));
        let is_old = cutoff.is_some_and(|cutoff| at < cutoff);
        if is_old || !days.insert(of_the_day) {
            gone.push(id);
        }
    }
    let step = from.unchecked_transaction()?;
    remove(&step, &gone)?;
    step.commit()
}
