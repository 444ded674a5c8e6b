//! `agents.db`: what agents did, kept by us, because they delete their own
//! files after a month and write them anew when a session goes on.
//!
//! A database, because a part of a file is taken over together with the note
//! how far it was read, or not at all; one of its own beside the history,
//! because reading a gigabyte of logs shall not keep the watcher from writing,
//! because it is kept for longer, and because neither shall suffer when the
//! other is damaged. Rows are added, and never go.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, TransactionBehavior};

use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::text::clean;
use crate::sys::database;
use crate::sys::files::{self, FileError};

/// The schema this build reads and writes.
pub const SCHEMA: i64 = 1;
/// Marks the file as ours: `Mmag`.
const APPLICATION: i64 = 0x4d6d_6167;
/// How long is waited for others who write.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tables. Times are milliseconds, but those of files, which are
/// nanoseconds.
const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE,
    agent TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL,
    changed INTEGER NOT NULL, read_ INTEGER NOT NULL, before BLOB NOT NULL, state TEXT NOT NULL,
    copied INTEGER NOT NULL, unread INTEGER NOT NULL, turn INTEGER NOT NULL);
CREATE TABLE sessions (id INTEGER PRIMARY KEY, agent TEXT NOT NULL, name TEXT NOT NULL,
    UNIQUE (agent, name));
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE requests (key BLOB PRIMARY KEY, message INTEGER, at INTEGER NOT NULL,
    session INTEGER NOT NULL, file INTEGER NOT NULL, run INTEGER NOT NULL, side INTEGER NOT NULL,
    dir INTEGER, model INTEGER, rate INTEGER, input INTEGER, cache_write INTEGER,
    cache_write_hour INTEGER NOT NULL, cache_read INTEGER, output INTEGER, told INTEGER)
    WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (at);
CREATE INDEX requests_by_message ON requests (message) WHERE message IS NOT NULL;
CREATE TABLE work (session INTEGER NOT NULL, from_ INTEGER NOT NULL, dir INTEGER NOT NULL,
    to_ INTEGER NOT NULL, PRIMARY KEY (session, from_, dir)) WITHOUT ROWID;
CREATE INDEX work_by_time ON work (to_);
";

/// Why the ledger of the agents could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AgentsError {
    /// A newer build wrote it.
    #[error(
        "the agents' ledger `{path}` has schema {version}, newer than this build knows ({SCHEMA})"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema.
        version: i64,
    },
    /// A database of something else.
    #[error("`{0}` is no ledger of agents")]
    Foreign(String),
    /// Somebody else holds it.
    #[error("the agents' ledger is held: {0}")]
    Busy(String),
    /// It is damaged.
    #[error("the agents' ledger `{path}` is broken: {why}")]
    Broken {
        /// The file.
        path: String,
        /// What was found.
        why: String,
    },
    /// The file system or SQLite refused.
    #[error("could not use the agents' ledger `{path}`: {why}")]
    Refused {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// There is no place for it.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<AgentsError> for Failure {
    fn from(error: AgentsError) -> Self {
        let failure = Self::unable(error.to_string());
        match error {
            AgentsError::Newer { .. } => {
                failure.hint("upgrade every mamori binary together: `make install`")
            }
            _ => failure.hint("mamori doctor"),
        }
    }
}

/// The ledger, open.
#[derive(Debug)]
pub struct Ledger {
    pub(super) connection: Connection,
    pub(super) path: String,
}

impl Ledger {
    /// Opens it to be read; `None` before anything was kept.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn open(home: &Home) -> Result<Option<Self>, AgentsError> {
        let file = home.agents();
        if !usable(&file)? {
            return Ok(None);
        }
        let ledger = Self::opened(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let version = ledger.version()?;
        Ok((version > 0).then_some(ledger))
    }

    /// Opens it to be written, made where it must be.
    pub(super) fn to_write(home: &Home) -> Result<Self, AgentsError> {
        Self::to_write_at(&home.agents())
    }

    pub(super) fn to_write_at(file: &Path) -> Result<Self, AgentsError> {
        if !usable(file)? {
            create(file)?;
        }
        let mut ledger = Self::opened(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let connection = &ledger.connection;
        // A file of a newer build is left as it is, to the byte.
        database::untouched(connection, true).map_err(|error| ledger.of(&error))?;
        ledger.version()?;
        database::write_ahead(connection, PATIENCE)
            .and_then(|()| database::untouched(connection, false))
            .map_err(|error| ledger.of(&error))?;
        ledger.migrate()?;
        Ok(ledger)
    }

    fn opened(file: &Path, flags: OpenFlags) -> Result<Self, AgentsError> {
        let path = file.display().to_string();
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(file, flags).map_err(|error| of(&path, &error))?;
        let ledger = Self { connection, path };
        ledger
            .connection
            .busy_timeout(PATIENCE)
            .map_err(|error| ledger.of(&error))?;
        Ok(ledger)
    }

    /// The version of the file, after making sure that it is one of ours.
    fn version(&self) -> Result<i64, AgentsError> {
        let number = |pragma: &str| {
            let asked = self
                .connection
                .pragma_query_value(None, pragma, |row| row.get(0));
            asked.map_err(|error| self.of(&error))
        };
        let version: i64 = number("user_version")?;
        let application: i64 = number("application_id")?;
        let tables: i64 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| self.of(&error))?;
        if application != APPLICATION && (application != 0 || version != 0 || tables != 0) {
            return Err(AgentsError::Foreign(self.path.clone()));
        }
        if version > SCHEMA {
            let path = self.path.clone();
            return Err(AgentsError::Newer { path, version });
        }
        Ok(version)
    }

    fn migrate(&mut self) -> Result<(), AgentsError> {
        if self.version()? == SCHEMA {
            return Ok(());
        }
        let path = self.path.clone();
        let made = || -> rusqlite::Result<()> {
            let step = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Somebody else may have made it meanwhile.
            let version: i64 = step.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version == 0 {
                step.execute_batch(TABLES)?;
                step.pragma_update(None, "application_id", APPLICATION)?;
                step.pragma_update(None, "user_version", SCHEMA)?;
            }
            step.commit()
        };
        let mut made = made;
        made().map_err(|error| of(&path, &error))
    }

    /// Looks through the whole file.
    pub(super) fn check(&self) -> Result<(), AgentsError> {
        let asked = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        let found = asked.map_err(|error| self.of(&error))?;
        if found == "ok" {
            return Ok(());
        }
        Err(AgentsError::Broken {
            path: self.path.clone(),
            why: clean(&found),
        })
    }

    pub(super) fn of(&self, error: &rusqlite::Error) -> AgentsError {
        of(&self.path, error)
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<i64>, AgentsError> {
        let asked =
            self.connection
                .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                    row.get(0)
                });
        asked.optional().map_err(|error| self.of(&error))
    }

    pub(super) fn set_number(&self, key: &str, value: i64) -> Result<(), AgentsError> {
        let row = rusqlite::params![key, value];
        self.connection
            .execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", row)
            .map(drop)
            .map_err(|error| self.of(&error))
    }
}

pub(super) fn of(path: &str, error: &rusqlite::Error) -> AgentsError {
    let path = path.to_owned();
    let why = clean(&error.to_string());
    match error.sqlite_error_code() {
        _ if database::is_busy(error) => AgentsError::Busy("another process writes it".to_owned()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            AgentsError::Broken { path, why }
        }
        _ => AgentsError::Refused { path, why },
    }
}

fn usable(file: &Path) -> Result<bool, AgentsError> {
    database::stands(file).map_err(|error| refused(file, &error))
}

/// Makes an empty file that only its owner may read; SQLite gives those beside
/// it the same mode.
fn create(file: &Path) -> Result<(), AgentsError> {
    if let Some(folder) = file.parent() {
        files::private_folder(folder)?;
    }
    database::create(file).map_err(|error| refused(file, &error))
}

fn refused(file: &Path, error: &std::io::Error) -> AgentsError {
    AgentsError::Refused {
        path: file.display().to_string(),
        why: error.to_string(),
    }
}
