//! Files that are guarded: what stands at a path and behind its links, and
//! putting a version in its place.

use std::fs::{self, Metadata, Permissions};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::files::{self, FileError};
use super::surroundings::Surroundings;
use super::vault::Facts;
use crate::model::time::Timestamp;

/// Bytes that a guarded file may have: 1 MB.
pub const LARGEST: usize = 1_000_000;
/// Links followed before we call it a loop, as Linux does.
const HOPS: usize = 40;

/// What stands at a guarded path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Where its content stands, or would: behind all links.
    pub target: PathBuf,
    /// Where the link at the path leads, as it says, if it is one.
    pub link: Option<PathBuf>,
    /// A link that was there, is gone, and can be made anew.
    pub lost_link: Option<PathBuf>,
    /// What is there.
    pub stands: Stands,
}

/// What is at the end of the links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// Nothing.
    Missing,
    /// Nothing, and not even its folder.
    Nowhere,
    /// What is no file to guard: why.
    Unfit(String),
    /// A file.
    File(Snapshot),
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its permission bits.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its inode.
    pub inode: u64,
    /// When its content last changed.
    pub modified: Timestamp,
    /// When it was last changed in any way, such as being moved here.
    pub changed: Timestamp,
}

impl Snapshot {
    /// What of it is kept beside a version.
    #[must_use]
    pub fn facts(&self, link: Option<&Path>, at: Timestamp) -> Facts {
        Facts {
            at,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            inode: self.inode,
            link: link.map(|link| link.as_os_str().as_bytes().to_vec()),
            length: self.bytes.len(),
            sum: super::vault::sum(&self.bytes),
        }
    }
}

/// Looks at `path`; `recorded`: where the link there led when it was last good.
#[must_use]
pub fn look(path: &Path, recorded: Option<&Path>) -> Look {
    let there = match fs::symlink_metadata(path) {
        Ok(meta) => meta.is_symlink().then(|| fs::read_link(path).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let lost = recorded.map(|link| (link, folder(path).join(link)));
            let lost = lost.filter(|_| folder(path).is_dir());
            if let Some((link, first)) = lost {
                let (target, stands) = follow(&first);
                if stands != Stands::Nowhere {
                    return Look {
                        target,
                        link: None,
                        lost_link: Some(link.to_owned()),
                        stands,
                    };
                }
            }
            None
        }
        Err(_) => None,
    };
    let (target, stands) = follow(path);
    Look {
        target,
        link: there.flatten(),
        lost_link: None,
        stands,
    }
}

/// What is at the end of the links that begin at `path`.
fn follow(path: &Path) -> (PathBuf, Stands) {
    let mut at = path.to_owned();
    for _ in 0..=HOPS {
        match fs::symlink_metadata(&at) {
            Ok(meta) if meta.is_symlink() => match fs::read_link(&at) {
                Ok(next) => at = folder(&at).join(next),
                Err(error) => return (at, Stands::Unfit(unreadable(&error))),
            },
            Ok(_) => {
                let stands = read(&at).unwrap_or_else(|error| Stands::Unfit(unreadable(&error)));
                return (at, stands);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let stands = if folder(&at).is_dir() {
                    Stands::Missing
                } else {
                    Stands::Nowhere
                };
                return (at, stands);
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return (at, Stands::Nowhere);
            }
            Err(error) => return (at, Stands::Unfit(unreadable(&error))),
        }
    }
    (at, Stands::Unfit("its links lead round in a circle".into()))
}

fn unreadable(error: &io::Error) -> String {
    format!("it cannot be read ({})", error.kind())
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

fn read(path: &Path) -> io::Result<Stands> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_file() {
        let what = if meta.is_dir() {
            "it is a folder"
        } else {
            "it is no regular file"
        };
        return Ok(Stands::Unfit(what.into()));
    }
    let file = files::open(path)?;
    let mut bytes = Vec::new();
    (&file).take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST {
        return Ok(Stands::Unfit("it has more than 1 MB".into()));
    }
    Ok(Stands::File(snapshot(bytes, &file.metadata()?)))
}

fn snapshot(bytes: Vec<u8>, meta: &Metadata) -> Snapshot {
    Snapshot {
        bytes,
        mode: meta.mode() & 0o7777,
        uid: meta.uid(),
        gid: meta.gid(),
        inode: meta.ino(),
        modified: Timestamp(meta.mtime()),
        changed: Timestamp(meta.ctime()),
    }
}

/// What came of putting a version in a file's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It stands there.
    Done,
    /// Somebody changed the file meanwhile: theirs stands.
    Changed,
}

/// Puts `bytes` in the place of what `judged` saw, with the mode and (as root)
/// the owner of `facts`, unless something else stands there by now. At every
/// instant one or the other stands there whole. `time`: the file's time after
/// that, if not now.
///
/// # Errors
/// When the folder or the disk does not take it: what was there stands.
pub fn put(
    path: &Path,
    judged: &Look,
    bytes: &[u8],
    facts: &Facts,
    time: Option<Timestamp>,
) -> Result<Put, FileError> {
    let staged = files::stage(&judged.target, bytes)?;
    let owner = rustix::process::geteuid()
        .is_root()
        .then_some((facts.uid, facts.gid));
    staged.dress(&judged.target, facts.mode, owner, time)?;
    if !same(&look(path, facts.link().as_deref()), judged) {
        return Ok(Put::Changed);
    }
    staged.put(&judged.target)?;
    if let Some(link) = &judged.lost_link {
        files::make_link(link, path)?;
    }
    Ok(Put::Done)
}

/// Makes the link at `path` anew that `judged` saw to be lost.
///
/// # Errors
/// When the file system refuses, or something stands there by now.
pub fn link_anew(path: &Path, judged: &Look) -> Result<(), FileError> {
    match &judged.lost_link {
        Some(link) => files::make_link(link, path),
        None => Ok(()),
    }
}

/// Whether both saw the same content at the same place.
#[must_use]
pub fn same(one: &Look, other: &Look) -> bool {
    let content = |look: &Look| match &look.stands {
        Stands::File(file) => Some(file.bytes.clone()),
        _ => None,
    };
    let kind = |look: &Look| std::mem::discriminant(&look.stands);
    (one.target == other.target && one.link == other.link && one.lost_link == other.lost_link)
        && kind(one) == kind(other)
        && content(one) == content(other)
}

/// A copy under the same name in a folder of its own, for us alone, gone when
/// dropped.
#[derive(Debug)]
pub struct Apart {
    /// The copy.
    pub path: PathBuf,
    _folder: TempDir,
}

/// Writes such a copy.
///
/// # Errors
/// When there is no place for it.
pub fn apart(path: &Path, bytes: &[u8], around: &Surroundings) -> io::Result<Apart> {
    let folder = private_temporary(around)?;
    let copy = folder
        .path()
        .join(path.file_name().unwrap_or("file".as_ref()));
    fs::write(&copy, bytes)?;
    fs::set_permissions(&copy, Permissions::from_mode(0o600))?;
    Ok(Apart {
        path: copy,
        _folder: folder,
    })
}

/// A new folder for us alone among the temporary files.
pub(super) fn private_temporary(around: &Surroundings) -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("mamori-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(&around.tmpdir)
}

/// `path` from the root on, its links as they are.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// When the folder of `path` last got or lost a file.
#[must_use]
pub fn folder_changed(path: &Path) -> Option<Timestamp> {
    files::modified(folder(path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_was_edited_since_it_was_judged_stands() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        fs::write(&path, "broken").unwrap();
        let judged = look(&path, None);
        let facts = Facts {
            mode: 0o640,
            ..Facts::default()
        };
        for edit in ["mended", ""] {
            fs::write(&path, edit).unwrap();
            let put = put(&path, &judged, b"good", &facts, None).unwrap();
            assert_eq!(
                (put, fs::read_to_string(&path).unwrap().as_str()),
                (Put::Changed, edit)
            );
        }
        // Not even one that makes a link of it, or removes it.
        fs::remove_file(&path).unwrap();
        assert_eq!(
            put(&path, &judged, b"good", &facts, None).unwrap(),
            Put::Changed
        );
        assert!(!path.exists());
        fs::write(home.path().join("b"), "broken").unwrap();
        symlink("b", &path).unwrap();
        assert_eq!(
            put(&path, &judged, b"good", &facts, None).unwrap(),
            Put::Changed
        );
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_link_stays_a_link_and_a_lost_one_is_found_again() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        symlink("b", &path).unwrap();
        let dangling = look(&path, None);
        assert_eq!(dangling.stands, Stands::Missing);
        assert_eq!(
            put(&path, &dangling, b"good", &Facts::default(), None).unwrap(),
            Put::Done
        );
        assert_eq!(fs::read_link(&path).unwrap(), Path::new("b"));
        fs::remove_file(&path).unwrap();
        let lost = look(&path, Some(Path::new("b")));
        assert_eq!(lost.lost_link.as_deref(), Some(Path::new("b")));
        link_anew(&path, &lost).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"good");
        fs::remove_file(&path).unwrap();
        let gone = look(&path, Some(Path::new("gone/b")));
        assert_eq!(
            (gone.lost_link, gone.target, gone.stands),
            (None, path, Stands::Missing)
        );
    }

    #[test]
    fn what_is_no_file_is_told() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        symlink("a", &path).unwrap();
        let told = |path: &Path| match look(path, None).stands {
            Stands::Unfit(why) => why,
            other => format!("{other:?}"),
        };
        assert_eq!(told(&path), "its links lead round in a circle");
        assert_eq!(told(home.path()), "it is a folder");
        assert_eq!(told(Path::new("/dev/null")), "it is no regular file");
        let large = home.path().join("large");
        fs::write(&large, vec![b'x'; LARGEST + 1]).unwrap();
        assert_eq!(told(&large), "it has more than 1 MB");
        assert_eq!(told(&large.join("x")), "Nowhere");
    }
}
