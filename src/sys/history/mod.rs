//! `history.db`: what is remembered over months, in SQLite.
//!
//! Many programs write it, each for a moment: one transaction for what it has,
//! a short wait for others. Nothing depends on it: whoever cannot write says so
//! once and goes on. A broken file is moved aside and built anew from what can
//! still be read of it.

mod error;
mod export;
mod folders;
mod forecasts;
mod happened;
mod past;
mod prune;
mod read;
mod rescue;
mod rolled;
mod schema;
mod slots;
mod standing;
mod write;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use error::HistoryError;
pub use read::Bucket;
pub use slots::{Parts, Stretch, Worst};

use super::database;
use super::files;
use super::layouts;
use super::{clock, output};
use crate::model::history::Batch;
use crate::model::home::Home;
use crate::model::text::clean;
use crate::model::time::Timestamp;

/// The schema this build reads and writes.
pub const SCHEMA: i64 = 4;

/// How long is waited for others who write.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long is cleaned up after one batch, at most.
const TIDYING: Duration = Duration::from_secs(1);
/// Seconds between two looks through the whole file for damage.
const CHECKED_EVERY: u64 = 7 * 86_400;

/// Files are made and first opened by one thread at a time: closing a file
/// lets go of every lock that the process has on it.
static OPENING: Mutex<()> = Mutex::new(());

/// The history, open.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    path: String,
}

impl History {
    /// Opens it to be read; `None` before anything was kept.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn open(home: &Home) -> Result<Option<Self>, HistoryError> {
        let file = home.history();
        if !usable(&file)? {
            return Ok(None);
        }
        let history = Self::opened(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        match schema::version(&history.connection, &history.path) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(history)),
            // Where no file may be made beside it, and none need be.
            Err(HistoryError::Refused { .. }) if !files::exists(&beside(&file, "-wal")) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let history = Self::opened(Path::new(&alone(&file)), flags)?;
                let version = schema::version(&history.connection, &history.path)?;
                Ok((version > 0).then_some(history))
            }
            Err(error) => Err(error),
        }
    }

    /// Opens it to be written, made or brought up to date where it must be.
    fn to_write(file: &Path) -> Result<Self, HistoryError> {
        let opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        if !usable(file)? {
            create(file)?;
        }
        let mut history = Self::opened(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        drop(opening);
        let path = history.path.clone();
        let of = |error| HistoryError::of(&path, &error);
        // A file of a newer build is left as it is, to the byte.
        let connection = &history.connection;
        database::untouched(connection, true).map_err(of)?;
        if schema::version(connection, &path)? == 0 {
            connection
                .pragma_update(None, "auto_vacuum", "INCREMENTAL")
                .map_err(of)?;
        }
        database::write_ahead(connection, PATIENCE).map_err(of)?;
        database::untouched(connection, false).map_err(of)?;
        schema::migrate(&mut history.connection, &path)?;
        Ok(history)
    }

    fn opened(file: &Path, flags: OpenFlags) -> Result<Self, HistoryError> {
        let path = file.display().to_string();
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)
            .map_err(|error| HistoryError::of(&path, &error))?;
        connection
            .busy_timeout(PATIENCE)
            .map_err(|error| HistoryError::of(&path, &error))?;
        Ok(Self { connection, path })
    }

    fn of(&self, error: &rusqlite::Error) -> HistoryError {
        HistoryError::of(&self.path, error)
    }

    /// Writes a batch: all of it, or nothing.
    fn write(&mut self, batch: &Batch) -> Result<(), HistoryError> {
        let path = self.path.clone();
        let written = || -> rusqlite::Result<()> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            write::write(&transaction, batch)?;
            transaction.commit()
        };
        let mut written = written;
        written().map_err(|error| HistoryError::of(&path, &error))
    }

    /// Removes what is too old, in small steps, for a second at most.
    fn tidy(&self, now: Timestamp) -> Result<(), HistoryError> {
        let until = clock::elapsed() + TIDYING;
        prune::prune(&self.connection, now.0, || clock::elapsed() < until)
            .map_err(|error| self.of(&error))
    }
}

/// Whether a file stands there that may be a history.
fn usable(file: &Path) -> Result<bool, HistoryError> {
    database::stands(file).map_err(|error| refused(file, &error))
}

/// Makes an empty file that only its owner may read; SQLite gives those beside
/// it the same mode.
fn create(file: &Path) -> Result<(), HistoryError> {
    if let Some(folder) = file.parent() {
        files::private_folder(folder)?;
    }
    database::create(file).map_err(|error| refused(file, &error))
}

fn refused(file: &Path, error: &std::io::Error) -> HistoryError {
    HistoryError::Refused {
        path: file.display().to_string(),
        why: error.to_string(),
    }
}

/// The file whose name has this ending besides.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The file as an address that needs nothing beside it.
fn alone(file: &Path) -> String {
    let mut text = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02x}");
        }
    }
    text + "?immutable=1"
}

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// By a command that a person waits for: written, and away.
    Quick,
    /// By a program whose only work this is: what is old goes, the file is
    /// looked through once a week, and tmux windows' deeds are taken over.
    Thorough,
}

/// Writes a batch into the history of `home`. A broken file is moved aside
/// first; what a person should know of that comes back.
///
/// # Errors
/// When it could not be written: nothing of the batch is then.
pub fn record(home: &Home, batch: &Batch, care: Care) -> Result<Option<String>, HistoryError> {
    match recorded(home, batch, care) {
        Err(HistoryError::Broken { why, .. }) => {
            let notice = rescue::rescue(home, &why, batch.now, care)?;
            recorded(home, batch, care)?;
            Ok(Some(notice))
        }
        outcome => outcome.map(|()| None),
    }
}

fn recorded(home: &Home, batch: &Batch, care: Care) -> Result<(), HistoryError> {
    let mut history = History::to_write(&home.history())?;
    history.write(batch)?;
    if care == Care::Quick {
        return Ok(());
    }
    for (server, deeds) in layouts::deeds(home) {
        let taken = happened::layouts(&history.connection, &server, &deeds);
        taken.map_err(|error| history.of(&error))?;
        // What could not be cut there is known here, and kept once.
        let _ = layouts::cut(home, &server, &deeds);
    }
    history.tidy(batch.now)?;
    let checked = history.number("checked")?;
    if checked.is_none_or(|at| batch.now.0.saturating_sub(at).unsigned_abs() >= CHECKED_EVERY) {
        history.check()?;
        history.set_number("checked", batch.now.0)?;
    }
    Ok(())
}

/// The same at the end of a command, which goes on whatever comes of it: what
/// a person should know of it.
#[must_use]
pub fn note(home: &Home, batch: &Batch) -> Option<String> {
    match record(home, batch, Care::Quick) {
        Ok(notice) => notice,
        Err(error) => Some(format!("not recorded in the history: {error}")),
    }
}

/// The same, said on stderr in one line.
pub fn note_aloud(home: &Home, batch: &Batch) {
    if let Some(said) = note(home, batch) {
        output::complain(&format!("warning: {said}\n"));
    }
}

/// Looks through the whole file, and builds it anew where it is damaged; says
/// what was done, if anything had to be.
///
/// # Errors
/// When it could be neither read nor mended.
pub fn check(home: &Home, now: Timestamp) -> Result<Option<String>, HistoryError> {
    if !usable(&home.history())? {
        return Ok(None);
    }
    let looked = History::to_write(&home.history()).and_then(|history| {
        history.check()?;
        history.set_number("checked", now.0)
    });
    match looked {
        Err(HistoryError::Broken { why, .. }) => {
            rescue::rescue(home, &why, now, Care::Thorough).map(Some)
        }
        other => other.map(|()| None),
    }
}

/// Looks through the whole file and changes nothing: its size in bytes, `None`
/// before anything was kept.
///
/// # Errors
/// What is the matter with it.
pub fn look(home: &Home) -> Result<Option<u64>, HistoryError> {
    let Some(history) = History::open(home)? else {
        return Ok(None);
    };
    history.check()?;
    let size = std::fs::metadata(home.history()).map(|found| found.len());
    Ok(Some(size.unwrap_or(0)))
}

impl History {
    /// Looks through the whole file.
    fn check(&self) -> Result<(), HistoryError> {
        let found: String = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|error| self.of(&error))?;
        if found == "ok" {
            return Ok(());
        }
        Err(HistoryError::Broken {
            path: self.path.clone(),
            why: clean(&found),
        })
    }

    fn number(&self, key: &str) -> Result<Option<i64>, HistoryError> {
        prune::number(&self.connection, key).map_err(|error| self.of(&error))
    }

    fn set_number(&self, key: &str, value: i64) -> Result<(), HistoryError> {
        prune::set_number(&self.connection, key, value).map_err(|error| self.of(&error))
    }
}
