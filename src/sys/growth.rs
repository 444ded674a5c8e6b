//! What the folders of a file system hold: a walk by descriptors that follows
//! no link, stays on its file system, and ends.
//!
//! Sums are kept of the folders on the way and of large ones near the top, so
//! memory does not grow with the tree. A file with several names counts with
//! its part at each of them: once in all, whichever is met first.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Dir, FileType, OFlags, Stat};
use rustix::io::Errno;

use super::cleaning::{mount, mount_at, next};
use super::clock;
use super::host::disks::Place;
use super::way::{kind, quietly, which};
use crate::model::history::folders::{Folder, hidden, largest};

/// Folders are listed so deep below their mount point.
const LISTED: usize = 6;
/// Folders in folders that are gone into; each is a descriptor, of which some
/// systems give 256.
const DEEPEST: usize = 200;
/// When so many are listed, half of them go.
const MANY: usize = 8_000;
/// Entries between two looks at the clock.
const STRIDE: u64 = 128;

/// How far is walked, over all file systems.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Until when, by the clock of [`clock::elapsed`].
    pub until: Duration,
    /// Files and folders that may still be looked at.
    pub entries: u64,
}

/// What was found.
#[derive(Debug)]
pub struct Walked {
    /// The mount point, whose path is empty, and the large folders below it.
    pub folders: Vec<Folder>,
    /// What is not listed, though its parent is, held less.
    pub least: u64,
    /// Files and folders that were looked at.
    pub entries: u64,
    /// Folders that could not be read.
    pub unread: u64,
    /// Whether it came to its end.
    pub complete: bool,
}

/// Gives way to everything else for good: to whatever wants to run, and so at
/// the disk, too, where the system orders that by the same number.
pub fn give_way() {
    // It only makes us slower.
    let _ = rustix::process::setpriority_process(None, 19);
}

/// Walks a file system. Folders smaller than `least` are not listed.
///
/// # Errors
/// When its mount point cannot be opened.
pub fn walk(place: &Place, least: u64, bounds: &mut Bounds) -> io::Result<Walked> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let root = quietly(CWD, place.point.as_os_str(), flags)?;
    let found = Found::of(&rustix::fs::fstat(&root)?);
    let level = Level {
        device: found.device,
        mount: mount(root.as_fd()),
        dir: Dir::new(root)?,
        above: 0,
        bytes: found.bytes,
        hidden: 0,
    };
    let mut walk = Walk {
        volumes: volumes(place, found.device),
        path: Vec::new(),
        levels: vec![level],
        bounds,
        found: Walked {
            folders: Vec::new(),
            least,
            entries: 0,
            unread: 0,
            complete: true,
        },
    };
    walk.through();
    Ok(walk.found)
}

/// Volumes of the same device that are mounted on their own (btrfs): their
/// space is that of the place. A folder bound to another point has the number
/// of the place itself, or of a volume that is known already, and counts once.
fn volumes(place: &Place, own: u64) -> HashMap<u64, Option<u64>> {
    let mut volumes = HashMap::new();
    for point in &place.others {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let Ok(fd) = quietly(CWD, point.as_os_str(), flags) else {
            continue;
        };
        let Ok(stat) = rustix::fs::fstat(&fd) else {
            continue;
        };
        let (device, _) = which(&stat);
        if device != own {
            volumes.entry(device).or_insert_with(|| mount(fd.as_fd()));
        }
    }
    volumes
}

/// What stands at a name.
struct Found {
    device: u64,
    number: u64,
    folder: bool,
    bytes: u64,
}

impl Found {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        clippy::cast_lossless,
        trivial_numeric_casts,
        reason = "the fields have another type on each system"
    )]
    fn of(stat: &Stat) -> Self {
        let (device, number) = which(stat);
        let folder = kind(stat) == FileType::Directory;
        let bytes = (stat.st_blocks as u64).saturating_mul(512);
        // The links of a folder are those within it.
        let names = if folder { 1 } else { stat.st_nlink as u64 };
        Self {
            device,
            number,
            folder,
            bytes: bytes / names.max(1),
        }
    }
}

/// A folder that is being read.
struct Level {
    dir: Dir,
    device: u64,
    mount: Option<u64>,
    /// The length of the path to the folder that it lies in.
    above: usize,
    bytes: u64,
    hidden: u64,
}

struct Walk<'a> {
    volumes: HashMap<u64, Option<u64>>,
    /// The path of the innermost level.
    path: Vec<u8>,
    levels: Vec<Level>,
    bounds: &'a mut Bounds,
    found: Walked,
}

impl Walk<'_> {
    fn through(&mut self) {
        while let Some(level) = self.levels.last_mut() {
            match next(&mut level.dir) {
                None => self.leave(),
                Some(Err(_)) => {
                    self.unread(None);
                    self.leave();
                }
                Some(Ok(_)) if !self.may_go_on() => {
                    self.found.complete = false;
                    while !self.levels.is_empty() {
                        self.leave();
                    }
                }
                Some(Ok((name, listed))) => self.look(&name, listed),
            }
        }
    }

    fn may_go_on(&mut self) -> bool {
        if self.bounds.entries == 0 {
            return false;
        }
        self.bounds.entries -= 1;
        self.found.entries += 1;
        let looks = self.found.entries % STRIDE == 1;
        !looks || clock::elapsed() < self.bounds.until
    }

    /// Counts what stands at a name, and goes into a folder.
    fn look(&mut self, name: &OsStr, listed: u64) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let Ok(parent) = level.dir.fd() else { return };
        let found = match rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Found::of(&stat),
            // It went away meanwhile.
            Err(Errno::NOENT) => return,
            // Names can be read there, and nothing of what they stand for.
            Err(_) => {
                self.unread(None);
                return self.leave();
            }
        };
        let elsewhere = found.device != level.device;
        // What is mounted on a name has another number than its folder lists.
        let strange = elsewhere || listed != found.number;
        if !found.folder {
            if !strange || mount_at(parent, name) == level.mount {
                level.bytes = level.bytes.saturating_add(found.bytes);
            }
            return;
        }
        let expected = if elsewhere {
            self.volumes.get(&found.device).copied()
        } else {
            Some(level.mount)
        };
        let Some(expected) = expected else { return };
        if self.levels.len() >= DEEPEST {
            return self.unread(Some(name));
        }
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let Ok(parent) = level.dir.fd() else { return };
        let dir = match quietly(parent, name, OFlags::RDONLY | OFlags::DIRECTORY) {
            Ok(dir) => dir,
            // Something else stands there now.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return,
            Err(_) => {
                level.bytes = level.bytes.saturating_add(found.bytes);
                return self.unread(Some(name));
            }
        };
        let same =
            rustix::fs::fstat(&dir).is_ok_and(|stat| which(&stat) == (found.device, found.number));
        if !same || (strange && mount(dir.as_fd()) != expected) {
            return;
        }
        match Dir::new(dir) {
            Ok(dir) => self.enter(name, dir, &found, expected),
            Err(_) => self.unread(Some(name)),
        }
    }

    fn enter(&mut self, name: &OsStr, dir: Dir, found: &Found, mount: Option<u64>) {
        let above = self.path.len();
        if above > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name.as_bytes());
        self.levels.push(Level {
            dir,
            device: found.device,
            mount,
            above,
            bytes: found.bytes,
            hidden: 0,
        });
    }

    /// Adds the innermost folder to the one that it lies in.
    fn leave(&mut self) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        let depth = self.levels.len();
        if let Some(parent) = self.levels.last_mut() {
            parent.bytes = parent.bytes.saturating_add(level.bytes);
            parent.hidden = parent.hidden.wrapping_add(level.hidden);
        }
        let Walked { folders, least, .. } = &mut self.found;
        if depth == 0 || (depth <= LISTED && level.bytes >= *least) {
            folders.push(Folder {
                path: PathBuf::from(OsStr::from_bytes(&self.path)),
                bytes: level.bytes,
                hidden: level.hidden,
            });
        }
        if folders.len() > MANY {
            largest(folders, least, MANY / 2);
        }
        self.path.truncate(level.above);
    }

    /// Notes that something in the innermost folder, or the rest of it, could
    /// not be read.
    fn unread(&mut self, name: Option<&OsStr>) {
        self.found.unread += 1;
        let mut path = self.path.clone();
        if let Some(name) = name {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name.as_bytes());
        }
        if let Some(level) = self.levels.last_mut() {
            level.hidden = level.hidden.wrapping_add(hidden(&path));
        }
    }
}
