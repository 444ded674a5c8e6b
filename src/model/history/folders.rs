//! What the folders of a file system held at an instant, and from two such
//! measurements which of them grew.
//!
//! Only large folders are listed, so what is not is known to be smaller than
//! [`Measurement::least`]; what could not be read is told apart by a number for
//! each folder. A file with several names is no folder's own: another name may
//! come or go at any time, and no folder grows by that. Nothing is said to have
//! grown by more than it must have.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::model::time::Timestamp;

/// Folders that are told of one file system, at most.
pub const TOLD: usize = 3;
/// Folders that one measurement keeps, at most.
pub const KEPT: usize = 400;
/// Growth below this is not told: logs and caches breathe.
const FLOOR: u64 = 16 << 20;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// How far back is compared, where there is a measurement of then.
const WEEK: i64 = 7 * DAY;
/// What lies nearer together tells of a moment, not of a trend.
const APART: i64 = 12 * HOUR;
/// A measurement that is older tells nothing of now.
const FRESH: i64 = 3 * DAY;

/// What one folder held, with all beneath it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// From the mount point on; empty for the mount point itself.
    pub path: PathBuf,
    /// Bytes on the disk, as far as they could be read, of files with one name.
    pub bytes: u64,
    /// Those of files with several, in full for each name in it: no more of them
    /// is in the folder.
    pub shared: u64,
    /// What in it could not be read or is covered by a mount, as one number: the
    /// sum of [`hidden`]; 0 where nothing is.
    pub hidden: u64,
}

/// The folders of a file system at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// When, in Unix seconds.
    pub at: i64,
    /// The node.
    pub node: String,
    /// Where it is mounted.
    pub mount: String,
    /// Which file system that was then: another disk may be mounted there later.
    pub volume: u64,
    /// Every folder that is not listed, though its parent is, held less.
    pub least: u64,
    /// What all of it held, each file once.
    pub bytes: u64,
    /// How many folders could not be read; what is covered by a mount is none.
    pub unread: u64,
    /// Whether all of it was walked; what was cut short is compared with nothing.
    pub complete: bool,
    /// The mount point and the large folders, in any order.
    pub folders: Vec<Folder>,
}

/// When something was measured, without the folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// When, in Unix seconds.
    pub at: i64,
    /// Which file system.
    pub volume: u64,
    /// Whether all of it was walked.
    pub complete: bool,
}

/// A folder that grew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// Which.
    pub path: PathBuf,
    /// By how many bytes, at least.
    pub by_bytes: u64,
    /// Since when.
    pub since: Timestamp,
}

/// The number of what could not be read, by its path.
#[must_use]
pub fn hidden(path: &[u8]) -> u64 {
    // FNV-1a; 0 means that all could be read.
    let hash = path.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.max(1)
}

/// The smallest folder worth keeping on a file system of `total` bytes.
#[must_use]
pub fn least(total: u64) -> u64 {
    (total / 1_000).max(FLOOR)
}

/// Keeps the `most` largest, parents before what is in them, and raises `least`
/// to what that leaves out. What has only files of several names gives way.
pub fn largest(folders: &mut Vec<Folder>, least: &mut u64, most: usize) {
    let floor = *least;
    let size = |one: &Folder| one.bytes.max(one.shared.min(floor));
    folders.sort_by_cached_key(|one| (Reverse(size(one)), one.path.components().count()));
    if let Some(first) = folders.get(most) {
        *least = size(first).saturating_add(1).max(*least);
    }
    folders.truncate(most);
}

/// Whether folders are to be measured at `now`, in the hour of day `hour`: at
/// night once, by day what was missed then, and sooner when a disk is foretold
/// to fill, so that what grew since is known. `measured`: when they were, in any
/// order; `known`: since when there are samples.
#[must_use]
pub fn is_due(measured: &[i64], known: Option<i64>, now: i64, hour: u32, foretold: bool) -> bool {
    let night = (1..6).contains(&hour);
    let since = |at: i64| now.saturating_sub(at);
    // What a clock that ran ahead left behind does not count.
    let last = measured.iter().copied().filter(|at| *at <= now).max();
    match last.map(since) {
        Some(age) => {
            age >= 36 * HOUR || (night && age >= 18 * HOUR) || (foretold && age >= 6 * HOUR)
        }
        None => known
            .map(since)
            .is_some_and(|known| known >= 24 * HOUR || (known >= HOUR && (night || foretold))),
    }
}

/// Which two measurements to compare, the older one first: the newest with that
/// of a week before, or with the oldest there is.
#[must_use]
pub fn compared(taken: &[Taken], now: Timestamp) -> Option<(i64, i64)> {
    let whole = taken.iter().filter(|one| one.complete && one.at <= now.0);
    let newest = whole.clone().max_by_key(|one| one.at)?;
    if now.0.saturating_sub(newest.at) > FRESH {
        return None;
    }
    let before = |span: i64| {
        let until = newest.at.saturating_sub(span);
        let same = whole.clone().filter(|one| one.volume == newest.volume);
        same.map(|one| one.at).filter(move |at| *at <= until)
    };
    let older = before(WEEK).max().or_else(|| before(APART).min())?;
    Some((older, newest.at))
}

/// The deepest folders that explain how a file system grew from `older` to
/// `newer`, the one that grew most first; none of them lies in another one.
/// Nothing where either was cut short, or is of another disk.
#[must_use]
pub fn grown(older: &Measurement, newer: &Measurement) -> Vec<Grown> {
    let whole = older.complete && newer.complete && older.at < newer.at;
    let same = older.mount == newer.mount && older.volume == newer.volume;
    if !whole || !same {
        return Vec::new();
    }
    let compared = Compared::of(older, newer);
    let mut told = compared.first(Path::new(""));
    let total = sum(&told);
    let floor = (total / 100).max(FLOOR);
    told.retain(|one| one.by >= floor);
    told.truncate(TOLD);
    while let Some(at) = told.iter().position(|one| !one.last) {
        let room = (TOLD + 1).saturating_sub(told.len());
        let whole = told.remove(at);
        let parts = compared.parts(whole, floor, room);
        told.extend(parts);
        told.sort_by_key(|one| (Reverse(one.by), one.path));
    }
    let mount = Path::new(&newer.mount);
    let grown = told.into_iter().map(|one| Grown {
        path: if one.path.as_os_str().is_empty() {
            mount.to_owned()
        } else {
            mount.join(one.path)
        },
        by_bytes: one.by,
        since: Timestamp(older.at),
    });
    grown.collect()
}

/// A folder and by how much it grew.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    path: &'a Path,
    by: u64,
    /// Whether nothing in it says more.
    last: bool,
}

fn sum(pieces: &[Piece<'_>]) -> u64 {
    pieces
        .iter()
        .fold(0, |sum: u64, one| sum.saturating_add(one.by))
}

/// By how much a folder grew, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Growth {
    /// At least.
    least: u64,
    /// If no file of several names lost some.
    likely: u64,
}

/// What a folder held beside the folders listed in it.
#[derive(Debug, Clone, Copy)]
struct Beside {
    bytes: u64,
    shared: u64,
    hidden: u64,
}

struct Compared<'a> {
    older: &'a Measurement,
    newer: &'a Measurement,
    old: HashMap<&'a Path, &'a Folder>,
    new: HashMap<&'a Path, &'a Folder>,
    /// The folders in each.
    within: BTreeMap<&'a Path, Vec<&'a Path>>,
    /// Of each that was listed then.
    beside: HashMap<&'a Path, Beside>,
}

impl<'a> Compared<'a> {
    fn of(older: &'a Measurement, newer: &'a Measurement) -> Self {
        let by_path = |all: &'a [Folder]| {
            let pairs = all.iter().map(|one| (one.path.as_path(), one));
            pairs.collect::<HashMap<_, _>>()
        };
        let old = by_path(&older.folders);
        let new = by_path(&newer.folders);
        let all = |one: &&'a Folder| {
            let (bytes, shared, hidden) = (one.bytes, one.shared, one.hidden);
            let beside = Beside {
                bytes,
                shared,
                hidden,
            };
            (one.path.as_path(), beside)
        };
        let mut beside: HashMap<&Path, Beside> = old.values().map(all).collect();
        for one in old.values() {
            let parent = one.path.parent().and_then(|path| beside.get_mut(path));
            if let Some(parent) = parent {
                parent.bytes = parent.bytes.saturating_sub(one.bytes);
                parent.shared = parent.shared.saturating_sub(one.shared);
                parent.hidden = parent.hidden.wrapping_sub(one.hidden);
            }
        }
        let mut within: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
        for path in new.keys() {
            if let Some(parent) = path.parent() {
                within.entry(parent).or_default().push(path);
            }
        }
        Self {
            older,
            newer,
            old,
            new,
            within,
            beside,
        }
    }

    /// By how much a folder grew; `None` where that cannot be known.
    fn growth(&self, path: &Path) -> Option<Growth> {
        let now = self.new.get(path)?;
        // Each file that has one name now had one then, or several of which the
        // others went, or it is new.
        let since = |bytes: u64, shared: u64| Growth {
            least: now.bytes.saturating_sub(bytes.saturating_add(shared)),
            likely: now.bytes.saturating_sub(bytes),
        };
        if let Some(then) = self.old.get(path) {
            if path.as_os_str().is_empty() && self.whole(then, now) {
                let by = self.newer.bytes.saturating_sub(self.older.bytes);
                let (least, likely) = (by, by);
                return Some(Growth { least, likely });
            }
            return alike(then, now).then(|| since(then.bytes, then.shared));
        }
        // What was not listed then lay in the nearest that was, among what that
        // held beside the listed ones, and was smaller than the least of them.
        let mut above = path.ancestors().skip(1);
        let then = above.find_map(|path| self.old.get(path))?;
        let above = self.new.get(then.path.as_path())?;
        let beside = self.beside.get(then.path.as_path())?;
        let most = beside.bytes.min(self.older.least.saturating_sub(1));
        let known = beside.hidden == 0 || alike(then, above);
        known.then(|| since(most, beside.shared))
    }

    /// Whether all names of each file were met, so that each counts once in what
    /// all of it held. Names that a mount covers cannot go while it does.
    fn whole(&self, then: &Folder, now: &Folder) -> bool {
        let read = self.older.unread == 0 && self.newer.unread == 0;
        then.hidden == 0 || (then.hidden == now.hidden && read)
    }

    /// The folder itself if it is known how it grew, else those in it of which
    /// that is known: the one that grew most first.
    fn first(&self, path: &'a Path) -> Vec<Piece<'a>> {
        let mut pieces = match self.growth(path) {
            Some(Growth { likely: 0, .. }) => Vec::new(),
            Some(Growth { least, likely }) => {
                // Where files of several names blur it, those in it may say more.
                let below = (least < likely).then(|| self.below(path));
                let more = below.filter(|below| sum(below) > least);
                let (by, last) = (least, false);
                more.unwrap_or_else(|| vec![Piece { path, by, last }])
            }
            None => self.below(path),
        };
        pieces.retain(|one| one.by > 0);
        pieces.sort_by_key(|one| (Reverse(one.by), one.path));
        pieces
    }

    fn below(&self, path: &Path) -> Vec<Piece<'a>> {
        let within = self.within.get(path).into_iter().flatten();
        within.flat_map(|path| self.first(path)).collect()
    }

    /// The fewest of those in it that explain nine tenths of how it grew, but
    /// `room` at most; itself where they explain less than two thirds.
    fn parts(&self, whole: Piece<'a>, floor: u64, room: usize) -> Vec<Piece<'a>> {
        let mut below = self.below(whole.path);
        below.retain(|one| one.by >= floor);
        below.sort_by_key(|one| (Reverse(one.by), one.path));
        let (by, mut explained) = (u128::from(whole.by), 0_u128);
        let mut parts = Vec::new();
        for one in below.into_iter().take(room) {
            if explained * 10 >= by * 9 {
                break;
            }
            explained += u128::from(one.by);
            parts.push(one);
        }
        if explained * 3 >= by * 2 {
            return parts;
        }
        vec![Piece {
            last: true,
            ..whole
        }]
    }
}

/// Whether a folder's two sizes say by how much it grew at least: nothing was
/// hidden of the older one, or exactly the same of both.
fn alike(then: &Folder, now: &Folder) -> bool {
    then.hidden == 0 || then.hidden == now.hidden
}

#[cfg(test)]
#[path = "folders_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "folders_names_tests.rs"]
mod names_tests;
