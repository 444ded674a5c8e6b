//! What every SQLite file of ours needs: a place, an owner, and a way of
//! writing that others can read beside.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::clock;

/// Whether a file stands there that may be a database.
///
/// # Errors
/// When something else does.
pub(super) fn stands(file: &Path) -> io::Result<bool> {
    match std::fs::metadata(file) {
        Ok(found) if found.is_file() => Ok(true),
        Ok(_) => Err(io::Error::other("it is no regular file")),
        Err(_) => Ok(false),
    }
}

/// Makes an empty file that only its owner may read; SQLite gives those beside
/// it the same mode.
///
/// # Errors
/// When it cannot be made.
pub(super) fn create(file: &Path) -> io::Result<()> {
    let made = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(file);
    made.map(drop)
}

/// Whether somebody else holds the file.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Whether a file that is closed is left as it is, to the byte, as one of a
/// newer build must be.
pub(super) fn untouched(connection: &Connection, yes: bool) -> rusqlite::Result<()> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes)
        .map(drop)
}

/// From now on others can read while somebody writes, and a write costs no more
/// than it must. Where a write-ahead log cannot be had, as on some network
/// disks, the file keeps its older way.
pub(super) fn write_ahead(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let mode = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, String>(0));
    if mode("PRAGMA journal_mode")? != "wal" {
        let until = clock::elapsed() + patience;
        loop {
            match mode("PRAGMA journal_mode = WAL") {
                Ok(_) => break,
                // Two who make it at once: here SQLite does not wait by itself.
                Err(error) if is_busy(&error) && clock::elapsed() < until => {
                    clock::rest(Duration::from_millis(5));
                }
                Err(error) => return Err(error),
            }
        }
    }
    for (name, value) in [("synchronous", "NORMAL"), ("temp_store", "MEMORY")] {
        connection.pragma_update(None, name, value)?;
    }
    connection.pragma_update(None, "journal_size_limit", 4_000_000)
}
