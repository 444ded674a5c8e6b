//! Manifests and backups in `$MAMORI_HOME/mamori/setup`.

use std::fs;
use std::path::PathBuf;

use crate::model::home::Home;
use crate::model::setup::manifest::{Manifest, VERSION};
use crate::model::sum::sum;
use crate::sys::files::{self, FileError};
use crate::sys::flock::{self, Lock, LockError, Wait};

/// The targets that have manifests.
const TARGETS: [&str; 3] = ["tmux", "service", "termux"];

/// Why a record is of no use.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no manifest.
    #[error("could not read `{0}`: {1}")]
    Broken(String, String),
    /// A newer build wrote it.
    #[error("`{0}` was written by a newer mamori (version {1}, this build knows {VERSION})")]
    Newer(String, u64),
    /// Somebody else sets something up.
    #[error("another `mamori setup` is at work: held by {0}")]
    Busy(String),
}

/// The records of one Mamori home.
#[derive(Debug, Clone)]
pub struct Records {
    home: Home,
}

impl Records {
    /// Those in `home`.
    #[must_use]
    pub fn of(home: Home) -> Self {
        Self { home }
    }

    /// Lets nobody else set anything up for as long as it is held.
    ///
    /// # Errors
    /// When somebody does.
    pub fn lock(&self) -> Result<Lock, RecordError> {
        files::private_folder(&self.home.locks())?;
        let path = self.home.setup_lock();
        flock::lock(&path, "mamori setup", Wait::Never).map_err(|error| match error {
            LockError::Held(holder) => RecordError::Busy(holder),
            LockError::Unusable(source) => {
                let verb = "lock";
                FileError { verb, path, source }.into()
            }
        })
    }

    /// Where the manifest of `target` is.
    #[must_use]
    pub fn path(&self, target: &str) -> PathBuf {
        self.home.setup().join(format!("{target}.json"))
    }

    fn backups(&self) -> PathBuf {
        self.home.setup().join("backup")
    }

    /// The manifest of `target`; `None` without one.
    ///
    /// # Errors
    /// When it cannot be read, or a newer build wrote it.
    pub fn load(&self, target: &str) -> Result<Option<Manifest>, RecordError> {
        let path = self.path(target);
        let Some(bytes) = files::read(&path)? else {
            return Ok(None);
        };
        let shown = path.display().to_string();
        let manifest: Manifest = serde_json::from_slice(&bytes)
            .map_err(|error| RecordError::Broken(shown.clone(), error.to_string()))?;
        if manifest.version > VERSION {
            return Err(RecordError::Newer(shown, manifest.version));
        }
        Ok(Some(manifest))
    }

    /// Every manifest that can be read.
    #[must_use]
    pub fn all(&self) -> Vec<Manifest> {
        let read = TARGETS.iter().filter_map(|target| self.load(target).ok()?);
        read.collect()
    }

    /// Writes the manifest down, to the disk.
    ///
    /// # Errors
    /// When the file system does not take it.
    pub fn save(&self, manifest: &Manifest) -> Result<(), RecordError> {
        files::private_folder(&self.home.setup())?;
        let path = self.path(&manifest.target);
        let text = serde_json::to_string_pretty(manifest)
            .map_err(|error| RecordError::Broken(path.display().to_string(), error.to_string()))?;
        Ok(files::replace(&path, (text + "\n").as_bytes())?)
    }

    /// Keeps a copy of what is about to be changed, under its sum.
    ///
    /// # Errors
    /// When the file system does not take it.
    pub fn keep(&self, bytes: &[u8]) -> Result<(), RecordError> {
        files::private_folder(&self.backups())?;
        let name = sum(bytes);
        if self.kept(&name).is_some() {
            return Ok(());
        }
        Ok(files::replace(&self.backups().join(name), bytes)?)
    }

    /// The copy with that sum, if it is there and whole.
    #[must_use]
    pub fn kept(&self, name: &str) -> Option<Vec<u8>> {
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bytes = files::read(&self.backups().join(name)).ok()??;
        (plain && sum(&bytes) == name).then_some(bytes)
    }

    /// Takes the manifest of `target` away, with the copies that no other
    /// manifest speaks of.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn forget(&self, target: &str) -> Result<(), RecordError> {
        let path = self.path(target);
        let verb = "remove";
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(FileError { verb, path, source }.into());
            }
            _ => {}
        }
        self.sweep();
        Ok(())
    }

    /// Takes away the copies that no manifest speaks of. Not while one of
    /// them cannot be read.
    fn sweep(&self) {
        let mut wanted = Vec::new();
        for target in TARGETS {
            match self.load(target) {
                Ok(Some(manifest)) => {
                    let before = manifest.steps.into_iter().filter_map(|step| step.before);
                    wanted.extend(before.map(|before| before.sum));
                }
                Ok(None) => {}
                Err(_) => return,
            }
        }
        for name in files::names(&self.backups()).unwrap_or_default() {
            if !wanted.iter().any(|wanted| name == wanted.as_str()) {
                // One that stays takes a little room.
                let _ = fs::remove_file(self.backups().join(name));
            }
        }
        // Only empty ones go.
        let _ = fs::remove_dir(self.backups());
        let _ = fs::remove_dir(self.home.setup());
    }
}
