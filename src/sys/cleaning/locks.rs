//! Who holds a lock: by the kernel's list, and by trying for an instant.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{AtFlags, FlockOperation, OFlags, major, minor};
use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};

use super::folder::{listing, quietly};
use crate::model::temp::{Entry, Inode, Kind, Numbered, locked, named_pids, names_a_process};
use crate::sys::process::alive;

/// What is read of a lock or pid file.
const NAMED_IN: u64 = 64;
/// A lock or pid file is no longer than this.
const SHORT: u64 = 4_096;

/// The locks of a run.
#[derive(Debug, Default)]
pub struct Locks {
    listed: HashSet<Numbered>,
    known: bool,
}

impl Locks {
    /// As the kernel lists them now.
    #[must_use]
    pub fn now() -> Self {
        // Hidden on Android, and nowhere to be found on macOS.
        match std::fs::read_to_string("/proc/locks") {
            Ok(text) => Self {
                listed: locked(&text),
                known: true,
            },
            Err(_) => Self::default(),
        }
    }

    /// Whether the kernel lists a lock on it. On file systems with devices of
    /// their own making (btrfs) it does not name them as `stat` does: any of
    /// those counts, and [`Self::held`] asks the file itself.
    fn lists(&self, inode: Inode) -> bool {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_possible_wrap,
            clippy::unnecessary_cast,
            reason = "a device has another type on each system"
        )]
        let device = inode.device as rustix::fs::Dev;
        let file = (major(device), minor(device), inode.number);
        self.listed.contains(&file)
    }

    /// Whether a shared lock of a process that we see might be on it. Where
    /// devices are not named as `stat` does, its number alone says so much.
    fn may_list(&self, inode: Inode) -> bool {
        !self.known || self.listed.iter().any(|file| file.2 == inode.number)
    }

    /// Whether somebody holds a lock on what stands at `name`, or it is a lock
    /// that names a process which lives. `None`: it cannot be known.
    pub(super) fn held(&self, parent: BorrowedFd<'_>, name: &OsStr, entry: &Entry) -> Option<bool> {
        if self.lists(entry.inode) {
            return Some(true);
        }
        let text = name.to_string_lossy();
        let names = names_a_process(&text);
        match entry.kind {
            Kind::Special => Some(false),
            Kind::Link => Some(names && link_lives(parent, name)),
            Kind::Folder => {
                let dir = listing(parent, name).ok()?;
                let may = self.may_list(entry.inode);
                Some(dir.fd().is_ok_and(|fd| flocked(fd, may)))
            }
            // Whoever holds a lock from another container is in no list of ours.
            Kind::File => {
                let Ok(fd) = quietly(parent, name, OFlags::RDONLY) else {
                    return self.known.then_some(false);
                };
                let lives = || names && entry.bytes <= SHORT && content_lives(fd.as_fd());
                let may = self.may_list(entry.inode);
                Some(flocked(fd.as_fd(), may) || fcntl_locked(fd.as_fd()) || lives())
            }
        }
    }
}

/// Whether somebody holds an flock, with `shared` also one that is. Ours is let
/// go at once; a shared one hinders fewer who try theirs in that instant.
fn flocked(fd: BorrowedFd<'_>, shared: bool) -> bool {
    let how = if shared {
        FlockOperation::NonBlockingLockExclusive
    } else {
        FlockOperation::NonBlockingLockShared
    };
    let tried = rustix::fs::flock(fd, how);
    if tried.is_ok() {
        let _ = rustix::fs::flock(fd, FlockOperation::Unlock);
    }
    // Some network disks want a file open for writing, and cannot say.
    matches!(tried, Err(rustix::io::Errno::WOULDBLOCK))
}

/// Whether somebody holds a lock by fcntl; asked, not taken.
fn fcntl_locked(fd: BorrowedFd<'_>) -> bool {
    let whole = Flock {
        start: 0,
        length: 0,
        pid: None,
        typ: FlockType::WriteLock,
        offset_type: FlockOffsetType::Set,
    };
    matches!(fcntl_getlk(fd, &whole), Ok(Some(_)))
}

fn content_lives(fd: BorrowedFd<'_>) -> bool {
    let Ok(fd) = fd.try_clone_to_owned() else {
        return true;
    };
    let mut head = Vec::new();
    let read = std::fs::File::from(fd)
        .take(NAMED_IN)
        .read_to_end(&mut head);
    let text = String::from_utf8_lossy(&head);
    let first = named_pids(&text).into_iter().next();
    read.is_ok() && first.is_some_and(alive)
}

fn link_lives(parent: BorrowedFd<'_>, name: &OsStr) -> bool {
    let target = rustix::fs::readlinkat(parent, name, Vec::new());
    let text = target.map(|target| target.to_string_lossy().into_owned());
    text.is_ok_and(|text| named_pids(&text).into_iter().any(alive))
}

/// Whether anything stands at `name`.
pub(super) fn taken(parent: BorrowedFd<'_>, name: &OsStr) -> bool {
    rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}
