//! A broken file: what can still be read of it is saved into a new one, and
//! it is moved aside for a person to look at.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::schema::SAVED;
use super::{Care, History, HistoryError, SCHEMA, beside};
use crate::model::home::Home;
use crate::model::text::count;
use crate::model::time::Timestamp;
use crate::sys::flock::{self, LockError, Wait};
use crate::sys::{clock, files};

/// What SQLite keeps beside a file.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];
/// Rows that are saved in one step.
const STEP: usize = 5_000;
/// How long somebody else may mend it.
const OTHERS: Duration = Duration::from_secs(2);

/// How long may be saved: while a person waits, and while nobody does.
fn limit(care: Care) -> Duration {
    match care {
        Care::Quick => Duration::from_secs(2),
        Care::Thorough => Duration::from_secs(60),
    }
}

/// Puts a sound file in the place of the broken one; says what became of that.
pub(super) fn rescue(
    home: &Home,
    why: &str,
    now: Timestamp,
    care: Care,
) -> Result<String, HistoryError> {
    let file = home.history();
    let shown = file.display().to_string();
    let refused = |why: String| HistoryError::Refused {
        path: shown.clone(),
        why,
    };
    let lock = flock::lock(&home.history_lock(), "mamori history", Wait::AtMost(OTHERS));
    let _lock = lock.map_err(|error| match error {
        LockError::Held(_) => HistoryError::Busy(shown.clone()),
        LockError::Unusable(error) => refused(error.to_string()),
    })?;
    // Somebody else may have mended it while we waited.
    if History::to_write(&file)
        .and_then(|history| history.check())
        .is_ok()
    {
        return Ok(format!("the history was broken ({why}) and is mended"));
    }
    files::sweep_temporaries(home.folder(), "history.db");
    let new = home.folder().join(".history.db.new");
    for ending in ENDINGS {
        // A left-over would be taken for a part of the new one.
        let _ = fs::remove_file(beside(&new, ending));
    }
    let saved = save(&file, &new, limit(care));
    let aside = aside(home, now);
    for ending in ENDINGS {
        let from = beside(&file, ending);
        if files::exists(&from) {
            files::rename(&from, &beside(&aside, ending))?;
        }
    }
    match saved {
        Ok(rows) => {
            files::rename(&new, &file)?;
            let rows = count(rows, "row");
            Ok(format!(
                "the history was broken ({why}): {rows} saved, and it is kept as `{}`",
                aside.display()
            ))
        }
        // Without anything saved it begins anew.
        Err(error) => Ok(format!(
            "the history was broken ({why}) and is kept as `{}`; nothing could be saved: {error}",
            aside.display()
        )),
    }
}

/// Where the broken file goes; what is kept is never overwritten.
fn aside(home: &Home, now: Timestamp) -> PathBuf {
    let time = now.rfc3339().replace(':', "");
    let name = |end: String| {
        let name = format!("history.db.corrupt-{time}{end}");
        home.folder().join(name)
    };
    let mut names =
        std::iter::once(name(String::new())).chain((2..).map(|n| name(format!("-{n}"))));
    names
        .find(|name| !files::exists(name))
        .unwrap_or_else(|| name(String::new()))
}

/// Saves what can be read of `old` into `new`, whole when this comes back.
fn save(old: &Path, new: &Path, limit: Duration) -> Result<usize, HistoryError> {
    let until = clock::elapsed() + limit;
    let mut history = History::to_write(new)?;
    let mut rows = 0;
    let copy = beside(new, ".old");
    let old = readable(old).or_else(|| readable(headed(old, &copy)?));
    let _ = fs::remove_file(&copy);
    if let Some(old) = old {
        for table in SAVED {
            rows += table_saved(&old, &mut history.connection, table, until)
                .map_err(|error| history.of(&error))?;
        }
    }
    let path = history.path.clone();
    history
        .connection
        .close()
        .map_err(|(_, error)| HistoryError::of(&path, &error))?;
    Ok(rows)
}

/// The file, if its list of tables can be read.
fn readable(file: &Path) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let old = Connection::open_with_flags(file, flags).ok()?;
    old.busy_timeout(OTHERS).ok()?;
    let tables = old.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    tables.is_ok_and(|tables: i64| tables > 0).then_some(old)
}

/// A copy of a file under a sound header, for one whose own is lost: all that
/// stands in it but the size is known (<https://www.sqlite.org/fileformat.html>).
fn headed<'a>(old: &Path, copy: &'a Path) -> Option<&'a Path> {
    const PAGE: u64 = 4_096;
    fs::copy(old, copy).ok()?;
    let file = fs::File::options().write(true).open(copy).ok()?;
    let pages = u32::try_from(file.metadata().ok()?.len() / PAGE).ok()?;
    let schema = u32::try_from(SCHEMA).ok()?;
    let mut header = b"SQLite format 3\0".to_vec();
    // The size of a page, no write-ahead log, nothing reserved, fixed fractions.
    header.extend([0x10, 0, 1, 1, 0, 64, 32, 32]);
    let (unused, utf8, change, by) = (0, 1, 1, 3_045_000);
    let numbers = [
        change,
        pages,
        unused,
        unused,
        1,
        4,
        unused,
        unused,
        utf8,
        schema,
        unused,
        0x4d6d_7269,
        unused,
        unused,
        unused,
        unused,
        unused,
        change,
        by,
    ];
    for number in numbers {
        header.extend(number.to_be_bytes());
    }
    file.write_all_at(&header, 0).ok()?;
    Some(copy)
}

/// The rows of one table: from its beginning to the first that cannot be read,
/// and from its end back to the last.
fn table_saved(
    old: &Connection,
    new: &mut Connection,
    table: &str,
    until: Duration,
) -> rusqlite::Result<usize> {
    let (columns, keys) = shape(new, table)?;
    let mut saved = 0;
    for way in ["ASC", "DESC"] {
        let order: Vec<String> = keys.iter().map(|key| format!("{key} {way}")).collect();
        let text = format!(
            "SELECT {} FROM {table} ORDER BY {}",
            columns.join(", "),
            order.join(", ")
        );
        let Ok(mut statement) = old.prepare(&text) else {
            return Ok(saved);
        };
        let Ok(mut found) = statement.query([]) else {
            return Ok(saved);
        };
        let mut whole = false;
        while !whole && clock::elapsed() < until {
            let step = new.transaction()?;
            let marks = vec!["?"; columns.len()].join(", ");
            let mut insert = step.prepare(&format!(
                "INSERT OR IGNORE INTO {table} ({}) VALUES ({marks})",
                columns.join(", ")
            ))?;
            let mut broken = false;
            for _ in 0..STEP {
                match found.next() {
                    Ok(Some(row)) => {
                        let values: rusqlite::Result<Vec<Value>> =
                            (0..columns.len()).map(|at| row.get(at)).collect();
                        if let Ok(values) = values {
                            // A row that makes no sense here is none.
                            saved += insert.execute(params_from_iter(values)).unwrap_or(0);
                        }
                    }
                    Ok(None) => {
                        whole = true;
                        break;
                    }
                    Err(_) => {
                        broken = true;
                        break;
                    }
                }
            }
            drop(insert);
            step.commit()?;
            if broken {
                break;
            }
        }
        if whole {
            break;
        }
    }
    Ok(saved)
}

/// The columns of a table, and those of its key, as this build knows them.
fn shape(new: &Connection, table: &str) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
    let mut columns = Vec::new();
    let mut keys: BTreeSet<(i64, String)> = BTreeSet::new();
    new.pragma(None, "table_info", table, |row| {
        let name: String = row.get("name")?;
        let place: i64 = row.get("pk")?;
        if place > 0 {
            keys.insert((place, name.clone()));
        }
        columns.push(name);
        Ok(())
    })?;
    Ok((columns, keys.into_iter().map(|(_, name)| name).collect()))
}
