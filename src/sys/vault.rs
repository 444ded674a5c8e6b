//! The vault: the last good versions of guarded files, each with its facts,
//! and copies of what broke them. One folder for each file, for us alone.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{self, FileError};
use crate::model::time::Timestamp;

/// Versions kept of a file, and broken copies.
pub const KEPT: usize = 10;
/// The file in a shelf that holds the whole path of what is kept there.
const PATH: &str = "path";
/// The folder in a shelf of what was broken.
const BROKEN: &str = "broken";

/// All that is kept.
#[derive(Debug, Clone)]
pub struct Vault(PathBuf);

/// What is kept of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
    path: PathBuf,
}

/// One good version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number: the newest has the highest.
    pub number: u32,
    /// What was known of the file then.
    pub facts: Facts,
}

/// What is kept beside a version's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// When it was kept.
    pub at: Timestamp,
    /// The file's permission bits.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its inode when it was last seen to be good.
    pub inode: u64,
    /// Where the symbolic link in its place led, as bytes, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Vec<u8>>,
    /// Where it really stood, as bytes, whatever links were on the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real: Option<Vec<u8>>,
    /// Bytes of the content.
    pub length: usize,
    /// The content's checksum.
    pub sum: String,
}

impl Facts {
    /// Where the link led.
    #[must_use]
    pub fn link(&self) -> Option<PathBuf> {
        let link = self.link.clone()?;
        Some(PathBuf::from(OsString::from_vec(link)))
    }

    /// Where it really stood; versions of older builds do not know.
    #[must_use]
    pub fn real(&self) -> Option<PathBuf> {
        let real = self.real.clone()?;
        Some(PathBuf::from(OsString::from_vec(real)))
    }

    /// Whether everything but the moment is the same.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Self {
            at: other.at,
            ..self.clone()
        } == *other
    }
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    files::read(path).ok().flatten().as_deref() == Some(bytes)
}

pub use crate::model::sum::sum;

/// The name of a file's shelf, and of its lock: its last name as far as it is
/// plain, and the sum of its whole path.
#[must_use]
pub fn name(path: &Path) -> String {
    let last = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let last: String = last
        .trim_start_matches(['.', '-'])
        .chars()
        .map(plain)
        .take(40)
        .collect();
    format!("{last}-{}", sum(path.as_os_str().as_bytes()))
}

impl Vault {
    /// The vault in `folder`.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The shelf of the file at `path`, whether something is kept there or not.
    #[must_use]
    pub fn shelf(&self, path: &Path) -> Shelf {
        Shelf {
            folder: self.0.join(name(path)),
            path: path.to_owned(),
        }
    }

    /// Every shelf that holds something, by path.
    #[must_use]
    pub fn shelves(&self) -> Vec<Shelf> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let read = |entry: fs::DirEntry| {
            let folder = entry.path();
            let path = files::read(&folder.join(PATH)).ok().flatten()?;
            let path = PathBuf::from(OsString::from_vec(path));
            Some(self.shelf(&path)).filter(|one| one.folder == folder)
        };
        let mut all: Vec<Shelf> = entries.filter_map(read).collect();
        all.sort_by(|one, other| one.path.cmp(&other.path));
        all
    }
}

impl Shelf {
    /// The file that is kept here.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The versions, the oldest first.
    #[must_use]
    pub fn versions(&self) -> Vec<Version> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let version = |entry: fs::DirEntry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_suffix(".json")?.parse().ok()?;
            let facts = files::read(&entry.path()).ok().flatten()?;
            let facts = serde_json::from_slice(&facts).ok()?;
            Some(Version { number, facts })
        };
        let mut versions: Vec<Version> = entries.filter_map(version).collect();
        versions.sort_by_key(|version| version.number);
        versions
    }

    /// A version's content; `None` when it is gone or not what was kept.
    #[must_use]
    pub fn content(&self, version: &Version) -> Option<Vec<u8>> {
        let bytes = files::read(&self.content_path(version.number)).ok()??;
        let facts = &version.facts;
        (bytes.len() == facts.length && sum(&bytes) == facts.sum).then_some(bytes)
    }

    /// The newest version whose content is what was kept.
    #[must_use]
    pub fn newest(&self) -> Option<(Version, Vec<u8>)> {
        self.versions().into_iter().rev().find_map(|version| {
            let bytes = self.content(&version)?;
            Some((version, bytes))
        })
    }

    /// Keeps a version, and drops the oldest beyond those that are kept.
    /// `facts`: its length and sum are set here.
    ///
    /// # Errors
    /// When the folder or the disk does not take it.
    pub fn keep(&self, bytes: &[u8], facts: Facts) -> Result<u32, FileError> {
        self.open()?;
        let versions = self.versions();
        let number = versions
            .last()
            .map_or(1, |last| last.number.saturating_add(1));
        // The facts come last: without them there is no version.
        files::replace(&self.content_path(number), bytes)?;
        self.note(number, bytes, facts)?;
        let beyond = (versions.len() + 1).saturating_sub(KEPT);
        for old in versions.iter().take(beyond) {
            let _ = fs::remove_file(self.facts_path(old.number));
            let _ = fs::remove_file(self.content_path(old.number));
        }
        Ok(number)
    }

    /// Writes down anew what is known of a version.
    ///
    /// # Errors
    /// When the folder or the disk does not take it.
    pub fn note(&self, number: u32, bytes: &[u8], facts: Facts) -> Result<(), FileError> {
        let facts = Facts {
            length: bytes.len(),
            sum: sum(bytes),
            ..facts
        };
        let text = serde_json::to_vec(&facts).unwrap_or_default();
        files::replace(&self.facts_path(number), &text)
    }

    /// Keeps a copy of what was broken, and how it differs from what is good;
    /// the oldest beyond those that are kept go. Gives the copy's path.
    ///
    /// # Errors
    /// When the folder or the disk does not take it.
    pub fn set_aside(&self, bytes: &[u8], diff: &str, at: Timestamp) -> Result<PathBuf, FileError> {
        self.open()?;
        let folder = self.folder.join(BROKEN);
        files::private_folder(&folder)?;
        // What cannot be mended is met again and again, and kept once.
        let last = self.broken().pop();
        if let Some(last) = last.filter(|last| holds(last, bytes)) {
            return Ok(last);
        }
        let time = at.utc().format("%Y%m%dT%H%M%SZ").to_string();
        // One after the newest of the same second: places of old ones are free.
        let counts = self.broken().into_iter().filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_prefix(&time)?.to_owned();
            Some(
                name.strip_prefix('-')
                    .map_or(1_u32, |count| count.parse().unwrap_or(1)),
            )
        });
        let name = match counts.max() {
            Some(last) => format!("{time}-{}", last.saturating_add(1)),
            None => time,
        };
        let copy = folder.join(&name);
        files::replace(&copy, bytes)?;
        files::replace(&folder.join(format!("{name}.diff")), diff.as_bytes())?;
        let broken = self.broken();
        for old in broken.iter().take(broken.len().saturating_sub(KEPT)) {
            let _ = fs::remove_file(old);
            let mut diff = old.clone().into_os_string();
            diff.push(".diff");
            let _ = fs::remove_file(diff);
        }
        Ok(copy)
    }

    /// The copies of what was broken, the oldest first.
    #[must_use]
    pub fn broken(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join(BROKEN)).into_iter();
        let paths = entries.flatten().flatten().map(|entry| entry.path());
        let copy = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with('.') && !name.ends_with(".diff")
        };
        let mut paths: Vec<PathBuf> = paths.filter(copy).collect();
        paths.sort_by_key(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let (time, count) = name.split_once('-').unwrap_or((&name, "1"));
            (time.to_owned(), count.parse().unwrap_or(0_u32))
        });
        paths
    }

    /// Makes the shelf, for whoever holds its lock: what killed writers left
    /// there goes.
    fn open(&self) -> Result<(), FileError> {
        files::private_folder(&self.folder)?;
        for folder in [self.folder.clone(), self.folder.join(BROKEN)] {
            files::sweep_temporaries(&folder, "");
        }
        let path = self.folder.join(PATH);
        let ours = self.path.as_os_str().as_bytes();
        if holds(&path, ours) {
            return Ok(());
        }
        files::replace(&path, ours)
    }

    fn content_path(&self, number: u32) -> PathBuf {
        self.folder.join(number.to_string())
    }

    fn facts_path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number}.json"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn vault(home: &Path) -> Vault {
        Vault::at(home.join("vault"))
    }

    #[test]
    fn the_last_ten_are_kept_and_none_but_we_may_read_them() {
        let home = tempfile::tempdir().unwrap();
        let shelf = vault(home.path()).shelf(Path::new("/x/.a b\n"));
        for number in 1..=13_u8 {
            assert_eq!(
                shelf.keep(&[number], Facts::default()).unwrap(),
                u32::from(number)
            );
        }
        let numbers: Vec<u32> = shelf.versions().iter().map(|one| one.number).collect();
        assert_eq!(numbers, (4..=13).collect::<Vec<u32>>());
        assert_eq!(shelf.newest().unwrap().1, [13]);
        assert_eq!(vault(home.path()).shelves(), std::slice::from_ref(&shelf));
        for entry in fs::read_dir(&shelf.folder).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        assert_eq!(files::mode(&shelf.folder), Some(0o700));
    }

    #[test]
    fn a_version_that_is_not_what_was_kept_is_none() {
        let home = tempfile::tempdir().unwrap();
        let shelf = vault(home.path()).shelf(Path::new("/x"));
        shelf.keep(b"one", Facts::default()).unwrap();
        shelf.keep(b"two", Facts::default()).unwrap();
        fs::write(shelf.content_path(2), "tw\0").unwrap();
        assert_eq!(shelf.newest().unwrap().1, b"one");
        fs::write(shelf.facts_path(1), "{").unwrap();
        assert_eq!(shelf.newest(), None);
        // A new one gets a new number all the same.
        assert_eq!(shelf.keep(b"three", Facts::default()).unwrap(), 3);
    }

    #[test]
    fn broken_copies_of_one_second_are_told_apart_and_bounded() {
        let home = tempfile::tempdir().unwrap();
        let shelf = vault(home.path()).shelf(Path::new("/x"));
        for byte in 0..14 {
            shelf.set_aside(&[byte], "diff", Timestamp(0)).unwrap();
        }
        let again = shelf.set_aside(&[13], "diff", Timestamp(9)).unwrap();
        let broken = shelf.broken();
        assert_eq!(broken.last(), Some(&again));
        assert_eq!(broken.len(), KEPT);
        let last = broken.last().unwrap();
        assert!(last.ends_with("19700101T000000Z-14"), "{last:?}");
        assert_eq!(fs::read(last).unwrap(), [13]);
        let all = fs::read_dir(shelf.folder.join(BROKEN)).unwrap().count();
        assert_eq!(all, 2 * KEPT);
    }

    #[test]
    fn names_are_readable_and_never_the_same() {
        let plain = name(Path::new("/home/ann/.tmux.conf"));
        assert_eq!(plain, "tmux.conf-ef1e97eb6156fd5f716cd602282ee62a");
        let odd = [&b"/x/\xff"[..], b"/x/\xfe", b"/x/-rf", "/x/守り".as_bytes()];
        let names: std::collections::BTreeSet<String> = odd
            .iter()
            .map(|bytes| name(Path::new(std::ffi::OsStr::from_bytes(bytes))))
            .collect();
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| !name.starts_with(['.', '/'])));
    }
}
