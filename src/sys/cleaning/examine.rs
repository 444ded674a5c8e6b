//! A unit looked through: its age, its size, and what speaks against moving it.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::fd::BorrowedFd;

use rustix::fs::Dir;
use rustix::io::Errno;

use super::folder::{self, Folder, at, entry, listing, mount, mount_at};
use super::{InUse, Locks};
use crate::model::temp::{Entry, Inode, Kind, Obstacle, Seen, Unit};

/// Folders in folders that are gone into; each is a descriptor.
pub(super) const DEEPEST: usize = 256;
/// Entries of one unit that are looked at.
const MOST: u64 = 1_000_000;
/// Entries of which locks are asked: what is larger is not moved anyway.
const ASKED: u64 = 20_000;

/// By what is judged.
#[derive(Debug)]
pub struct Rules<'a> {
    /// Who we are.
    pub uid: u32,
    /// What was touched at this time or later is young.
    pub young_from: i64,
    /// What was written to after this changed in the trash; a unit that is
    /// not in one: `None`.
    pub moved: Option<i64>,
    /// What must never be moved.
    pub ours: &'a HashSet<Inode>,
    /// What is in use.
    pub in_use: &'a InUse,
    /// What is locked.
    pub locks: &'a Locks,
}

/// Looks through what stands at `name`. Something young in it ends the look.
///
/// # Errors
/// When nothing stands there, or the system refuses.
pub fn examine(parent: &Folder, name: &OsStr, rules: &Rules<'_>) -> Result<Seen, Errno> {
    let first = parent.stat(name)?;
    let mut look = Look {
        rules,
        device: parent.entry.inode.device,
        mount: parent.mount,
        unit: Unit {
            entry: first,
            files: 0,
            entries: 0,
            bytes: 0,
            obstacle: None,
        },
    };
    let parent = rustix::fd::AsFd::as_fd(&parent.fd);
    let young = look.at(parent, name, first, None) || look.through(parent, name, first);
    Ok(if young {
        Seen::Young
    } else {
        Seen::Old(look.unit)
    })
}

struct Look<'a> {
    rules: &'a Rules<'a>,
    device: u64,
    mount: Option<u64>,
    unit: Unit,
}

impl Look<'_> {
    fn bar(&mut self, obstacle: Obstacle) {
        let weightiest = self.unit.obstacle.map_or(obstacle, |old| old.min(obstacle));
        self.unit.obstacle = Some(weightiest);
    }

    /// Counts one entry; `true` when it is young.
    fn at(
        &mut self,
        parent: BorrowedFd<'_>,
        name: &OsStr,
        entry: Entry,
        listed: Option<u64>,
    ) -> bool {
        if entry.newest() >= self.rules.young_from {
            return true;
        }
        self.unit.entries += 1;
        self.unit.bytes = self.unit.bytes.saturating_add(entry.bytes);
        if entry.kind != Kind::Folder {
            self.unit.files += 1;
        }
        let in_trash = self.rules.moved;
        // What others linked into a trash only loses a name.
        let foreign = in_trash.is_none() || entry.kind == Kind::Folder;
        if entry.uid != self.rules.uid && foreign {
            self.bar(Obstacle::Foreign);
        }
        if entry.inode.device != self.device {
            self.bar(Obstacle::Mount);
        }
        if entry.kind == Kind::Special && in_trash.is_none() {
            self.bar(Obstacle::Special);
        }
        // A folder's mount is asked when it is open. A file that is bound into
        // this place has another number than its folder lists.
        let elsewhere = listed.is_some_and(|listed| listed != entry.inode.number);
        if elsewhere && entry.kind != Kind::Folder && mount_at(parent, name) != self.mount {
            self.bar(Obstacle::Mount);
        }
        if self.rules.ours.contains(&entry.inode) {
            self.bar(Obstacle::Ours);
        }
        if self.rules.in_use.holds(entry.inode) {
            self.bar(Obstacle::InUse);
        }
        let changed = in_trash.is_some_and(|moved| entry.modified > moved);
        if changed && entry.kind == Kind::File && entry.links == 1 {
            self.bar(Obstacle::Written);
        }
        if self.unit.obstacle.is_none() && self.unit.entries <= ASKED {
            match self.rules.locks.held(parent, name, &entry) {
                Some(false) => {}
                Some(true) => self.bar(Obstacle::Locked),
                None => self.bar(Obstacle::Unreadable),
            }
        }
        false
    }

    /// Looks at everything in the folder at `name`; `true` when something is young.
    fn through(&mut self, parent: BorrowedFd<'_>, name: &OsStr, first: Entry) -> bool {
        let mut levels: Vec<Dir> = Vec::new();
        if first.kind == Kind::Folder {
            levels.extend(self.opened(parent, name, first));
        }
        while let Some(level) = levels.last_mut() {
            let (child, listed) = match folder::next(level) {
                None => {
                    levels.pop();
                    continue;
                }
                Some(Err(_)) => {
                    self.bar(Obstacle::Unreadable);
                    levels.pop();
                    continue;
                }
                Some(Ok(child)) => child,
            };
            if self.unit.entries >= MOST {
                self.bar(Obstacle::Many);
                return false;
            }
            let Ok(fd) = level.fd() else { return false };
            match self.below(fd, &child, listed) {
                Below::Young => return true,
                Below::Done => {}
                Below::Into(_) if levels.len() >= DEEPEST => self.bar(Obstacle::Deep),
                Below::Into(dir) => levels.push(dir),
            }
        }
        false
    }

    fn below(&mut self, parent: BorrowedFd<'_>, name: &OsString, listed: u64) -> Below {
        let Ok(entry) = at(parent, name) else {
            self.bar(Obstacle::Changing);
            return Below::Done;
        };
        if self.at(parent, name, entry, Some(listed)) {
            return Below::Young;
        }
        if entry.kind != Kind::Folder {
            return Below::Done;
        }
        self.opened(parent, name, entry)
            .map_or(Below::Done, Below::Into)
    }

    /// Opens a folder to look through it; `None` where that is barred.
    fn opened(&mut self, parent: BorrowedFd<'_>, name: &OsStr, seen: Entry) -> Option<Dir> {
        // What is not to be looked into: others' folders, other mounts, our own.
        let barred = seen.uid != self.rules.uid
            || seen.inode.device != self.device
            || self.rules.ours.contains(&seen.inode);
        if barred {
            return None;
        }
        let dir = match listing(parent, name) {
            Ok(dir) => dir,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {
                self.bar(Obstacle::Changing);
                return None;
            }
            Err(_) => {
                self.bar(Obstacle::Unreadable);
                return None;
            }
        };
        let fd = dir.fd().ok()?;
        if rustix::fs::fstat(fd).map(|stat| entry(&stat).inode) != Ok(seen.inode) {
            self.bar(Obstacle::Changing);
            return None;
        }
        if mount(fd) != self.mount {
            self.bar(Obstacle::Mount);
            return None;
        }
        Some(dir)
    }
}

enum Below {
    Young,
    Done,
    Into(Dir),
}
