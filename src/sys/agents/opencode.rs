//! opencode's database, read while it may be written, and never changed.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::collect::{Reading, Trouble, Work};
use super::find::{self, Stands};
use crate::model::report::agents::opencode::{self, Message};
use crate::sys::files;

/// How long is waited for who writes it.
const PATIENCE: Duration = Duration::from_millis(500);
/// Messages that are taken over at once.
const PART: u64 = 2_000;
/// A message that was looked at is looked at again for so long, in
/// milliseconds: it changes until its answer is complete.
const AGAIN: i64 = 3_600_000;
/// The longest message that is read.
const LONGEST: i64 = 8 << 20;

/// Reads what changed since the last time.
pub(super) fn read(work: &mut Work, mut reading: Reading<'_>, file: &File) -> Result<(), Trouble> {
    let stands = Stands::of_file(file)?;
    let path = reading.log.path();
    let connection = open(&path)?;
    let asked = |_: rusqlite::Error| Trouble::File;
    let known = &mut reading.known;
    let same = (known.device, known.inode) == (stands.device, stands.inode);
    let since: i64 = if same { known.read } else { 0 };
    (known.device, known.inode, known.size, known.unread) = (stands.device, stands.inode, -1, 0);
    reading.on = true;
    let text = "SELECT id, session_id, data, time_updated FROM message \
         WHERE time_updated >= ?1 AND length(data) <= ?2 ORDER BY time_updated, id";
    let mut statement = connection.prepare(text).map_err(asked)?;
    let mut rows = statement
        .query([since.saturating_sub(AGAIN), LONGEST])
        .map_err(asked)?;
    let (mut count, mut bytes, mut last) = (0_u64, 0_u64, since);
    while let Some(row) = rows.next().map_err(asked)? {
        let of = |at: usize| row.get_ref(at).ok().and_then(|value| value.as_str().ok());
        let (Some(id), Some(session), Some(data)) = (of(0), of(1), of(2)) else {
            reading.found.unread += 1;
            continue;
        };
        let message = Message {
            id,
            session,
            data: data.as_bytes(),
        };
        opencode::message(message, &mut reading.found);
        last = last.max(row.get(3).unwrap_or(last));
        (count, bytes) = (count + 1, bytes + data.len() as u64);
        if count % PART == 0 {
            reading.known.read = last;
            work.keep(&mut reading)?;
        }
    }
    reading.known.read = last;
    // With a log of its own, what is new stands beside the file.
    if !files::exists(&beside(&path)) {
        let now = Stands::of_file(file)?;
        (reading.known.size, reading.known.changed) = (now.size, now.changed);
    }
    work.keep(&mut reading)?;
    work.read_one(bytes);
    Ok(())
}

/// Opens it so that nothing is made beside it: while somebody has it open his
/// log is there to be shared; otherwise it stands still.
fn open(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let opened = if files::exists(&beside(path)) {
        Connection::open_with_flags(path, flags)
    } else {
        let address = find::address(path);
        Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI)
    };
    let connection = opened.map_err(|_| Trouble::File)?;
    connection
        .busy_timeout(PATIENCE)
        .map_err(|_| Trouble::File)?;
    Ok(connection)
}

fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
