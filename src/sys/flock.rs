//! Advisory locks by `flock(2)`, with their holder's name in the file.
//!
//! `std::fs::File::lock` is not used: it answers "unsupported" on Android
//! before Rust 1.98 (<https://github.com/rust-lang/rust/issues/148325>).

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::fs::FlockOperation;

/// How long to wait for a lock that somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    Never,
    /// At most so long; the kernel serves waiters in their order.
    AtMost(Duration),
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody holds it: their pid and program, as far as the file says.
    #[error("held by {0}")]
    Held(String),
    /// The lock file itself cannot be used.
    #[error("{0}")]
    Unusable(io::Error),
}

/// A lock, held until dropped or until the process ends, however it ends.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Whether the lock file still stands at `path`: one that was removed
    /// locks nobody out.
    #[must_use]
    pub fn stands_at(&self, path: &Path) -> bool {
        let (ours, theirs) = (self.0.metadata(), std::fs::metadata(path));
        ours.is_ok_and(|ours| {
            theirs.is_ok_and(|theirs| (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()))
        })
    }

    /// Sets the lock file's modification time to now: a sign of life.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn beat(&self) -> io::Result<()> {
        self.0.set_modified(SystemTime::now())
    }
}

/// Takes the lock at `path`, creating the file (0600) when needed, and writes
/// our pid and `program` into it.
///
/// # Errors
/// When somebody else held it all the time, or the file cannot be used.
pub fn lock(path: &Path, program: &str, wait: Wait) -> Result<Lock, LockError> {
    // A file that was removed while we waited for it locks nobody out: again.
    for _ in 0..3 {
        let mut lock = Lock(locked(path, wait)?);
        if lock.stands_at(path) {
            // The name only serves messages; a full disk must not cost the lock.
            let _ = sign(&mut lock.0, program);
            return Ok(lock);
        }
    }
    Err(LockError::Unusable(io::Error::other(
        "it is removed again and again",
    )))
}

fn locked(path: &Path, wait: Wait) -> Result<File, LockError> {
    let file = open(path).map_err(LockError::Unusable)?;
    match (try_lock(&file), wait) {
        (Ok(true), _) => Ok(file),
        (Ok(false), Wait::AtMost(limit)) => wait_for(file, limit)
            .map_err(LockError::Unusable)?
            .ok_or_else(|| LockError::Held(holder(path))),
        (Ok(false), Wait::Never) => Err(LockError::Held(holder(path))),
        (Err(error), _) => Err(LockError::Unusable(error)),
    }
}

/// Writes our pid and name into the lock file, unless they stand there. The
/// line has a fixed length, so that nothing has to be cut off.
fn sign(file: &mut File, program: &str) -> io::Result<()> {
    let line = format!("{:63}\n", format!("{} {program}", std::process::id()));
    let mut there = vec![0; line.len()];
    let read = file.read(&mut there)?;
    if there.get(..read) == Some(line.as_bytes()) {
        return Ok(());
    }
    file.rewind()?;
    file.write_all(line.as_bytes())
}

/// Who holds the lock at `path` now, as `PROGRAM (pid N)`; `None` when nobody does.
#[must_use]
pub fn held(path: &Path) -> Option<String> {
    let file = super::files::open(path).ok()?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => None,
        Err(_) => Some(holder(path)),
    }
}

/// The pid that the lock file at `path` names.
#[must_use]
pub fn named_pid(path: &Path) -> Option<u32> {
    contents(path).split(' ').next()?.trim().parse().ok()
}

/// When the lock file at `path` was last touched.
#[must_use]
pub fn last_beat(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(super::files::NONBLOCK)
        .open(path)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Waits in the kernel's queue, on a thread of its own so that waiting can
/// end. A thread that gets the lock too late closes it at once.
fn wait_for(file: File, limit: Duration) -> io::Result<Option<File>> {
    let (sender, receiver) = mpsc::sync_channel(0);
    thread::Builder::new()
        .name("flock".to_owned())
        .spawn(move || {
            let result = loop {
                match rustix::fs::flock(&file, FlockOperation::LockExclusive) {
                    Err(rustix::io::Errno::INTR) => {}
                    result => break result,
                }
            };
            let _ = sender.send(result.map(|()| file));
        })?;
    match receiver.recv_timeout(limit) {
        Ok(result) => Ok(Some(result?)),
        Err(_) => Ok(None),
    }
}

fn holder(path: &Path) -> String {
    let text = contents(path);
    let named = text.trim().split_once(' ');
    // A name outlives its process; then somebody holds the lock without signing.
    let alive = named.filter(|(pid, _)| pid.parse().is_ok_and(super::process::alive));
    match alive {
        Some((pid, program)) => format!("{} (pid {pid})", program.trim()),
        None => really_holding(path).unwrap_or_else(|| "a process that left no name".to_owned()),
    }
}

/// Who holds the lock by the kernel's own list, for one who did not sign.
#[cfg(target_os = "linux")]
fn really_holding(path: &Path) -> Option<String> {
    let inode = std::fs::metadata(path).ok()?.ino();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let pid = flock_holder(&locks, inode)?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(format!(
        "{} (pid {pid})",
        crate::model::text::clean(name.trim())
    ))
}

#[cfg(not(target_os = "linux"))]
fn really_holding(_: &Path) -> Option<String> {
    None
}

/// The process with a `FLOCK` on `inode`; lines with `->` wait for theirs
/// (`proc_locks(5)`):
///
/// ```text
/// 1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF
/// ```
#[cfg(any(target_os = "linux", test))]
fn flock_holder(locks: &str, inode: u64) -> Option<u32> {
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ours = fields.get(1) == Some(&"FLOCK")
            && fields.get(5)?.rsplit(':').next()?.parse() == Ok(inode);
        if ours {
            fields.get(4)?.parse().ok()
        } else {
            None
        }
    })
}

fn contents(path: &Path) -> String {
    let mut text = String::new();
    // A lock file of ours holds one short line; whatever else it holds is cut.
    let file = super::files::open(path).map(|file| file.take(200));
    let _ = file.and_then(|mut file| file.read_to_string(&mut text));
    crate::model::text::clean(text.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_list_names_the_holder_and_not_who_waits() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 fe:00:55 0 EOF\n\
            1: -> FLOCK  ADVISORY  WRITE 8 fe:00:55 0 EOF\n2: FLOCK  ADVISORY  WRITE 9 fe:00:55 0 EOF\n";
        assert_eq!(flock_holder(locks, 55), Some(9));
        assert_eq!(flock_holder(locks, 5), None);
    }
}
