//! Reading and changing the state file.

use std::time::Duration;

use super::file::{Parsed, parse, print};
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::state::{SCHEMA, State};
use crate::model::time::Timestamp;
use crate::sys::files::{self, FileError};
use crate::sys::flock::{self, LockError, Wait};

/// How long a person's command waits for the state file's lock.
pub const PATIENCE: Wait = Wait::AtMost(Duration::from_secs(5));

/// Between two backups when only readings changed, in seconds.
const BACKUP_SECONDS: i64 = 600;
/// Bytes of such backups in a day, at most: what is written in an idle day is
/// for the state file itself.
const BACKUPS_A_DAY: i64 = 3_000_000;

/// Why the state file could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another writer held the lock for too long.
    #[error("the state file `{state}` is locked: {holder}")]
    Locked {
        /// The state file, as shown to people.
        state: String,
        /// `held by PROGRAM (pid N)`.
        holder: String,
    },
    /// The lock file itself cannot be used.
    #[error("could not lock `{path}`: {error}")]
    Lock {
        /// The lock file.
        path: String,
        /// Why.
        error: String,
    },
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file and all its backups are broken.
    #[error("could not read the state file `{path}`: {error}")]
    Broken {
        /// The state file.
        path: String,
        /// What is wrong with it.
        error: String,
    },
    /// A newer build wrote it.
    #[error(
        "could not change the state file `{path}`: schema {schema} is newer than this build knows ({SCHEMA})"
    )]
    Newer {
        /// The state file.
        path: String,
        /// Its schema.
        schema: u64,
    },
    /// It cannot be expressed as JSON.
    #[error("could not write the state file: {0}")]
    Print(#[from] serde_json::Error),
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        let failure = Self::unable(error.to_string());
        match error {
            StateError::Newer { .. } => {
                failure.hint("upgrade every mamori binary together: `make install`")
            }
            StateError::Broken { path, .. } => failure.hint(format!(
                "mv {0} {0}.broken && mamori health",
                crate::model::text::quoted(&path)
            )),
            _ => failure.hint("mamori doctor"),
        }
    }
}

/// What a reader finds.
#[derive(Debug, Clone)]
pub struct Look {
    /// The state.
    pub state: State,
    /// What to tell the person about it: a backup had to be used.
    pub notice: Option<String>,
}

/// What an update did.
#[derive(Debug, Clone)]
pub struct Updated<T> {
    /// What the change gave back.
    pub outcome: T,
    /// The state that stands on the disk now, with all readings where it was
    /// just written.
    pub state: State,
    /// How many bytes were written as the state file; 0: none.
    pub bytes: usize,
    /// What to tell the person: a broken file was set aside, or a backup
    /// could not be made. What was asked for is done all the same.
    pub notices: Vec<String>,
}

/// The state file of one Mamori home.
#[derive(Debug, Clone)]
pub struct Store {
    home: Home,
    program: &'static str,
}

/// What stands on the disk.
struct Found {
    /// The state file, or its newest good backup.
    parsed: Option<Parsed>,
    /// Why the state file itself is of no use.
    broken: Option<String>,
}

impl Store {
    /// The store in `home`, used by `program`, whose name other writers see
    /// while it holds the lock.
    #[must_use]
    pub fn new(home: Home, program: &'static str) -> Self {
        Self { home, program }
    }

    /// The names of the files.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// What the file says, without locking; `None` before the first write.
    /// A broken file is left alone and its newest good backup used.
    ///
    /// # Errors
    /// When neither the file nor a backup can be read.
    pub fn read(&self) -> Result<Option<Look>, StateError> {
        let Found { parsed, broken } = self.find()?;
        match (parsed, broken) {
            (None, None) => Ok(None),
            (None, Some(error)) => Err(StateError::Broken {
                path: self.shown(),
                error,
            }),
            (Some(parsed), None) => Ok(Some(Look {
                state: parsed.state,
                notice: None,
            })),
            (Some(parsed), Some(error)) => {
                let notice = format!(
                    "`{}` is broken ({error}); using its newest good backup",
                    self.shown()
                );
                Ok(Some(Look {
                    state: parsed.state,
                    notice: Some(notice),
                }))
            }
        }
    }

    /// Changes the file under its lock: reads it, lets `change` say what to
    /// write, writes it with `revision` one higher. `change` gives `None` for
    /// the state when nothing is worth writing.
    ///
    /// # Errors
    /// When the lock is not to be had in time or the file cannot be written:
    /// the old file stands whole then.
    pub fn update<T>(
        &self,
        wait: Wait,
        now: Timestamp,
        change: impl FnOnce(&State) -> (T, Option<State>),
    ) -> Result<Updated<T>, StateError> {
        files::private_folder(self.home.folder())?;
        let _lock = flock::lock(&self.home.state_lock(), self.program, wait)
            .map_err(|error| self.lock_error(error))?;
        let Found { parsed, broken } = self.find()?;
        if let Some(newer) = parsed.as_ref().filter(|parsed| parsed.newer()) {
            return Err(StateError::Newer {
                path: self.shown(),
                schema: newer.state.schema,
            });
        }
        let fresh = State::default();
        let old = parsed.as_ref().map_or(&fresh, |parsed| &parsed.state);
        let (outcome, new) = change(old);
        let Some(new) = new else {
            let state = parsed.map_or(fresh, |parsed| parsed.state);
            return Ok(Updated {
                outcome,
                state,
                bytes: 0,
                notices: Vec::new(),
            });
        };
        let new = State {
            schema: SCHEMA,
            revision: old.revision.saturating_add(1),
            ..new
        };
        let bytes = print(parsed.as_ref(), &new)?;
        let mut notices = Vec::new();
        files::sweep_temporaries(self.home.folder(), "state.json");
        if let Some(error) = broken {
            notices.push(self.set_aside(&error, now)?);
        }
        // A link into another folder stays a link.
        files::replace(&files::resolved(&self.home.state()), &bytes)?;
        if old.people_differ(&new) || self.backup_due(bytes.len(), now) {
            let failed = self.back_up(&bytes).err();
            notices.extend(failed.map(|error| format!("no backup was made: {error}")));
        }
        Ok(Updated {
            outcome,
            state: new,
            bytes: bytes.len(),
            notices,
        })
    }

    fn find(&self) -> Result<Found, StateError> {
        let broken = match files::read(&self.home.state()) {
            Ok(Some(bytes)) => match parse(&bytes) {
                Ok(parsed) => {
                    return Ok(Found {
                        parsed: Some(parsed),
                        broken: None,
                    });
                }
                Err(error) => Some(error),
            },
            Ok(None) => None,
            Err(error) if error.unusable() => Some(error.source.to_string()),
            Err(error) => return Err(error.into()),
        };
        let mut backups = self.home.backups().into_iter();
        let good = backups.find_map(|path| parse(&files::read(&path).ok()??).ok());
        let missing = good.is_some().then(|| "it is missing".to_owned());
        Ok(Found {
            parsed: good,
            broken: broken.or(missing),
        })
    }

    /// Moves the broken file out of the way, where a person can look at it,
    /// and says so.
    fn set_aside(&self, error: &str, now: Timestamp) -> Result<String, StateError> {
        let state = self.home.state();
        if !files::exists(&state) {
            return Ok(format!(
                "`{}` was missing; its newest good backup is used",
                self.shown()
            ));
        }
        let time = now.rfc3339().replace(':', "");
        let name = |end: String| {
            self.home
                .folder()
                .join(format!("state.json.corrupt-{time}{end}"))
        };
        let mut names =
            std::iter::once(name(String::new())).chain((2..).map(|n| name(format!("-{n}"))));
        // The world may break twice in a second; what is kept is never overwritten.
        let aside = names
            .find(|name| !files::exists(name))
            .unwrap_or_else(|| name(String::new()));
        files::rename(&state, &aside)?;
        Ok(format!(
            "the state file was broken ({error}) and is kept as `{}`",
            aside.display()
        ))
    }

    fn backup_due(&self, bytes: usize, now: Timestamp) -> bool {
        let [newest, ..] = self.home.backups();
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let apart = bytes.saturating_mul(86_400) / BACKUPS_A_DAY;
        let apart = apart.clamp(BACKUP_SECONDS, 86_400);
        files::modified(&newest).is_none_or(|at| now.since(at).abs() >= apart)
    }

    /// Written whole before the older ones make room, so that a full disk
    /// costs none of them.
    fn back_up(&self, bytes: &[u8]) -> Result<(), FileError> {
        let [newest, middle, oldest] = self.home.backups();
        let staged = files::stage(&newest, bytes)?;
        for (from, to) in [(&middle, &oldest), (&newest, &middle)] {
            if files::exists(from) {
                files::rename(from, to)?;
            }
        }
        staged.put(&newest)
    }

    fn shown(&self) -> String {
        self.home.state().display().to_string()
    }

    fn lock_error(&self, error: LockError) -> StateError {
        match error {
            LockError::Held(holder) => StateError::Locked {
                state: self.shown(),
                holder: format!("held by {holder}"),
            },
            LockError::Unusable(error) => StateError::Lock {
                path: self.home.state_lock().display().to_string(),
                error: error.to_string(),
            },
        }
    }
}
