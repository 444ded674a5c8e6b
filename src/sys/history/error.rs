//! Why the history cannot be used.

use rusqlite::ErrorCode;

use super::SCHEMA;
use crate::failure::Failure;
use crate::model::text::clean;
use crate::sys::files::FileError;

/// Why the history could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A newer build wrote it.
    #[error("the history `{path}` has schema {version}, newer than this build knows ({SCHEMA})")]
    Newer {
        /// The file.
        path: String,
        /// Its schema.
        version: i64,
    },
    /// A database of something else.
    #[error("`{0}` is no history of ours")]
    Foreign(String),
    /// Somebody else holds it.
    #[error("the history `{0}` is locked by another process")]
    Busy(String),
    /// It is damaged.
    #[error("the history `{path}` is broken: {why}")]
    Broken {
        /// The file.
        path: String,
        /// What was found.
        why: String,
    },
    /// The file system or SQLite refused: a full disk, a file nobody may write.
    #[error("could not use the history `{path}`: {why}")]
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

impl HistoryError {
    pub(super) fn of(path: &str, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let why = clean(&error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Broken { path, why }
            }
            _ => Self::Refused { path, why },
        }
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        let failure = Self::unable(error.to_string());
        match error {
            HistoryError::Newer { .. } => {
                failure.hint("upgrade every mamori binary together: `make install`")
            }
            HistoryError::Broken { .. } => failure.hint("mamori history check"),
            _ => failure.hint("mamori doctor"),
        }
    }
}
