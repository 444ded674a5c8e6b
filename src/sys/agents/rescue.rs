//! A damaged ledger: what can still be read of it is taken over into a new
//! one, and it is moved aside. Logs that are still there are read once more,
//! so that what was lost of them comes back; nothing counts twice by that.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::ledger::{AgentsError, Ledger};
use crate::model::home::Home;
use crate::model::time::Timestamp;
use crate::sys::files;

/// The tables and what is taken of each. Files keep their numbers, which say
/// who owns what, and nothing of how far they were read.
const TAKEN: [(&str, &str, usize); 6] = [
    ("meta", "key, value", 2),
    ("names", "id, name", 2),
    ("sessions", "id, agent, name", 3),
    (
        "files",
        "id, path, agent, device, inode, -1, 0, 0, x'', '', 0, 0, turn",
        13,
    ),
    ("work", "session, from_, dir, to_", 4),
    (
        "requests",
        "key, message, at, session, file, run, side, dir, model, rate, input, cache_write, \
         cache_write_hour, cache_read, output, told",
        16,
    ),
];

/// Puts a sound ledger in the place of a damaged one; where that is kept now.
/// For whoever holds the lock.
pub(super) fn rescue(home: &Home, now: Timestamp) -> Result<PathBuf, AgentsError> {
    let file = home.agents();
    let new = home.folder().join(".agents.db.new");
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(&new, ending));
    }
    let ledger = Ledger::to_write_at(&new)?;
    if let Ok(old) = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY) {
        for (table, columns, count) in TAKEN {
            take(&old, &ledger.connection, table, columns, count)
                .map_err(|error| ledger.of(&error))?;
        }
    }
    drop(ledger);
    let time = now.rfc3339().replace(':', "");
    let name = |number: u32| {
        home.folder()
            .join(format!("agents.db.corrupt-{time}-{number}"))
    };
    let free = (1..1_000).map(name).find(|path| !files::exists(path));
    let aside = free.unwrap_or_else(|| name(0));
    let refused = |error: std::io::Error| AgentsError::Refused {
        path: file.display().to_string(),
        why: error.to_string(),
    };
    // At every instant one of the two stands there.
    fs::hard_link(&file, &aside)
        .or_else(|_| fs::copy(&file, &aside).map(drop))
        .map_err(refused)?;
    for ending in ["-wal", "-shm"] {
        // A log of the old one would be taken for one of the new.
        let old = beside(&file, ending);
        if files::exists(&old) {
            files::rename(&old, &beside(&aside, ending))?;
        }
    }
    files::rename(&new, &file)?;
    Ok(aside)
}

/// Takes over the rows of a table that can be read: from its beginning, and
/// where that ends early from its end.
fn take(
    old: &Connection,
    new: &Connection,
    table: &str,
    columns: &str,
    count: usize,
) -> rusqlite::Result<()> {
    let marks = vec!["?"; count].join(", ");
    new.execute_batch("BEGIN")?;
    let mut insert = new.prepare(&format!("INSERT OR IGNORE INTO {table} VALUES ({marks})"))?;
    for way in ["ASC", "DESC"] {
        let text = format!("SELECT {columns} FROM {table} ORDER BY 1 {way}");
        let Ok(mut statement) = old.prepare(&text) else {
            break;
        };
        let Ok(mut rows) = statement.query([]) else {
            break;
        };
        let whole = loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break true,
                Err(_) => break false,
            };
            let values = (0..count).map(|at| row.get(at));
            if let Ok(values) = values.collect::<rusqlite::Result<Vec<Value>>>() {
                // A row that makes no sense here is none.
                let _ = insert.execute(params_from_iter(values));
            }
        };
        if whole {
            break;
        }
    }
    drop(insert);
    new.execute_batch("COMMIT")
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
