//! What the folders of a file system hold: a walk by descriptors that follows
//! no link, stays on its file system, and ends.
//!
//! Sums are kept of the folders on the way and of large ones near the top, so
//! memory does not grow with the tree. A file with several names counts with
//! its part at each of them in the sum of all, and is told apart in the folders.
//! What is mounted elsewhere is not even asked about: its server may be dead.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
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
    /// What all of it held, each file once.
    pub bytes: u64,
    /// What is not listed, though its parent is, held less.
    pub least: u64,
    /// Files and folders that were looked at.
    pub entries: u64,
    /// Folders that could not be read.
    pub unread: u64,
    /// Whether it came to its end.
    pub complete: bool,
}

impl Walked {
    /// Nothing could be walked.
    #[must_use]
    pub const fn none(least: u64) -> Self {
        Self {
            folders: Vec::new(),
            bytes: 0,
            least,
            entries: 0,
            unread: 1,
            complete: false,
        }
    }
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
    let mut covered = covered(place);
    let level = Level {
        device: found.device,
        mount: mount(root.as_fd()),
        dir: Dir::new(root)?,
        above: 0,
        covered: covered.remove(Path::new("")).unwrap_or_default(),
        bytes: found.bytes,
        shared: 0,
        hidden: 0,
    };
    let mut walk = Walk {
        volumes: volumes(place, found.device),
        covered,
        path: Vec::new(),
        levels: vec![level],
        bounds,
        found: Walked {
            folders: Vec::new(),
            bytes: found.bytes,
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

/// The names at which something else is mounted, by the folder they lie in.
fn covered(place: &Place) -> HashMap<PathBuf, HashSet<OsString>> {
    let mut covered: HashMap<PathBuf, HashSet<OsString>> = HashMap::new();
    for point in &place.covered {
        let within = point.strip_prefix(&place.point).ok();
        let parent = within.and_then(Path::parent).map(Path::to_owned);
        if let (Some(parent), Some(name)) = (parent, point.file_name()) {
            covered.entry(parent).or_default().insert(name.to_owned());
        }
    }
    covered
}

/// What stands at a name.
struct Found {
    device: u64,
    number: u64,
    folder: bool,
    bytes: u64,
    names: u64,
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
            bytes,
            names: names.max(1),
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
    /// Names in it at which something else is mounted.
    covered: HashSet<OsString>,
    bytes: u64,
    shared: u64,
    hidden: u64,
}

struct Walk<'a> {
    volumes: HashMap<u64, Option<u64>>,
    covered: HashMap<PathBuf, HashSet<OsString>>,
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
        if level.covered.contains(name) {
            return self.hide(Some(name));
        }
        let Ok(parent) = level.dir.fd() else { return };
        let found = match rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Found::of(&stat),
            // It went away meanwhile.
            Err(Errno::NOENT) => return,
            Err(_) => {
                // Names can be read there, and nothing of what any stands for.
                if rustix::fs::statat(parent, ".", AtFlags::empty()).is_err() {
                    self.unread(None);
                    return self.leave();
                }
                return self.unread(Some(name));
            }
        };
        let elsewhere = found.device != level.device;
        // What is mounted on a name has another number than its folder lists.
        let strange = elsewhere || listed != found.number;
        if !found.folder {
            if strange && mount_at(parent, name) != level.mount {
                return self.hide(Some(name));
            }
            return self.count(&found);
        }
        let expected = if elsewhere {
            self.volumes.get(&found.device).copied()
        } else {
            Some(level.mount)
        };
        let Some(expected) = expected else {
            return self.hide(Some(name));
        };
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
                self.count(&found);
                return self.unread(Some(name));
            }
        };
        let same =
            rustix::fs::fstat(&dir).is_ok_and(|stat| which(&stat) == (found.device, found.number));
        if !same || (strange && mount(dir.as_fd()) != expected) {
            return self.hide(Some(name));
        }
        match Dir::new(dir) {
            Ok(dir) => self.enter(name, dir, &found, expected),
            Err(_) => self.unread(Some(name)),
        }
    }

    /// Counts a file, or a folder without what is in it.
    fn count(&mut self, found: &Found) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let part = found.bytes / found.names;
        self.found.bytes = self.found.bytes.saturating_add(part);
        let of_its_kind = match found.names {
            1 => &mut level.bytes,
            _ => &mut level.shared,
        };
        *of_its_kind = of_its_kind.saturating_add(found.bytes);
    }

    fn enter(&mut self, name: &OsStr, dir: Dir, found: &Found, mount: Option<u64>) {
        let above = self.path.len();
        if above > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name.as_bytes());
        let covered = self
            .covered
            .remove(Path::new(OsStr::from_bytes(&self.path)));
        self.found.bytes = self.found.bytes.saturating_add(found.bytes);
        self.levels.push(Level {
            dir,
            device: found.device,
            mount,
            above,
            covered: covered.unwrap_or_default(),
            bytes: found.bytes,
            shared: 0,
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
            parent.shared = parent.shared.saturating_add(level.shared);
            parent.hidden = parent.hidden.wrapping_add(level.hidden);
        }
        let Walked { folders, least, .. } = &mut self.found;
        if depth == 0 || (depth <= LISTED && level.bytes.max(level.shared) >= *least) {
            folders.push(Folder {
                path: PathBuf::from(OsStr::from_bytes(&self.path)),
                bytes: level.bytes,
                shared: level.shared,
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
        self.hide(name);
    }

    /// Notes that something in the innermost folder, or the rest of it, does not
    /// count, and may do so another time.
    fn hide(&mut self, name: Option<&OsStr>) {
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
