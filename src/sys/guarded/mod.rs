//! Files that are guarded: what stands at a path and behind its links, and
//! putting a version in its place. Every way is gone as [`super::way`] does.

mod place;

pub(in crate::sys) use place::attributes;

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use tempfile::TempDir;

use super::files::{self, FileError};
use super::surroundings::Surroundings;
use super::vault::Facts;
use super::way::{self, Astray, End, quietly};
use crate::model::time::Timestamp;

/// Bytes that a guarded file may have: 1 MB.
pub const LARGEST: usize = 1_000_000;
/// Why a file is none for root to guard.
const ANOTHERS: &str = "a file of another user: run mamori as them";

/// What stands at a guarded path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Where its content stands, or would: behind all links.
    pub target: PathBuf,
    /// Where the link at the path leads, as it says, if it is one.
    pub link: Option<PathBuf>,
    /// A link that was there, is gone, and can be made anew.
    pub lost_link: Option<PathBuf>,
    /// Where that really is, whatever links are on the way; empty where the
    /// way does not lead there.
    pub real: PathBuf,
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
    pub fn facts(&self, link: Option<&Path>, real: &Path, at: Timestamp) -> Facts {
        let bytes_of = |path: &Path| path.as_os_str().as_bytes().to_vec();
        Facts {
            at,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            inode: self.inode,
            link: link.map(bytes_of),
            real: Some(bytes_of(real)),
            length: self.bytes.len(),
            sum: super::vault::sum(&self.bytes),
        }
    }
}

impl Look {
    /// Why what was known of a file is not to be put in this place: it is not
    /// the one that it was known of.
    #[must_use]
    pub fn estranged(&self, facts: &Facts) -> Option<&'static str> {
        let owner = match &self.stands {
            Stands::File(file) => Some(file.uid),
            // As root it would be theirs.
            _ if ourselves() == 0 => Some(0),
            _ => None,
        };
        if owner.is_some_and(|owner| owner != facts.uid) {
            return Some("its owner is another than when it was good");
        }
        // What is gone with its link, and where that led, is made anew in its place.
        let plain = self.stands == Stands::Missing && self.link.is_none();
        let lost = plain && self.lost_link.is_none();
        let real = facts.real();
        let moved = !lost && real.is_some_and(|real| real != self.real);
        moved.then_some("its path leads to another place than when it was good")
    }
}

/// Looks at `path`; `recorded`: where the link there led when it was last good.
#[must_use]
pub fn look(path: &Path, recorded: Option<&Path>) -> Look {
    seek(path, recorded).look
}

/// A look, with the places that were seen.
struct Sought {
    look: Look,
    /// That of the path itself.
    first: Option<End>,
    /// That behind all links.
    last: Option<End>,
}

fn seek(path: &Path, recorded: Option<&Path>) -> Sought {
    let uid = ourselves();
    let first = match way::walk(path, uid, false) {
        Ok(first) => first,
        Err(astray) => return Sought::astray(path, astray, uid),
    };
    let kind = first.stands.as_ref().map(way::kind);
    if kind == Some(FileType::Symlink) {
        let link = first.link().ok();
        let (target, stands, last) = match way::walk(path, uid, true) {
            Ok(last) => (last.real(), read(&last, uid), Some(last)),
            Err(astray) => (path.to_owned(), unfit(astray, uid), None),
        };
        let mut sought = Sought::new(target, stands, Some(first), last);
        sought.look.link = link;
        return sought;
    }
    let gone = recorded.filter(|_| kind.is_none());
    let led = gone.and_then(|link| {
        let end = way::walk(&first.path.join(link), uid, true).ok()?;
        Some((link, end))
    });
    if let Some((link, end)) = led {
        let stands = read(&end, uid);
        let mut sought = Sought::new(end.real(), stands, Some(first), Some(end));
        sought.look.lost_link = Some(link.to_owned());
        return sought;
    }
    let stands = read(&first, uid);
    Sought::new(path.to_owned(), stands, None, Some(first))
}

impl Sought {
    fn new(target: PathBuf, stands: Stands, first: Option<End>, last: Option<End>) -> Self {
        let look = Look {
            target,
            link: None,
            lost_link: None,
            real: last.as_ref().map(End::real).unwrap_or_default(),
            stands,
        };
        Self { look, first, last }
    }

    fn astray(path: &Path, astray: Astray, uid: u32) -> Self {
        Self::new(path.to_owned(), unfit(astray, uid), None, None)
    }
}

fn ourselves() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// What is at the end of such a way.
fn unfit(astray: Astray, uid: u32) -> Stands {
    Stands::Unfit(match astray {
        Astray::Nowhere => return Stands::Nowhere,
        Astray::Circle => "its links lead round in a circle".into(),
        Astray::Folder(_) => "it is a folder".into(),
        Astray::Foreign(_) if uid == 0 => ANOTHERS.into(),
        Astray::Foreign(path) => {
            format!("`{}` on its way is another user's", path.display())
        }
        Astray::Open(path) => {
            format!(
                "others may write to `{}`, which is on its way",
                path.display()
            )
        }
        Astray::Refused(error) => unreadable(&error.into()),
    })
}

fn unreadable(error: &io::Error) -> String {
    format!("it cannot be read ({})", error.kind())
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

fn read(end: &End, uid: u32) -> Stands {
    let Some(stands) = &end.stands else {
        return Stands::Missing;
    };
    // For root, others' files are theirs to look after; where others put
    // files, too, one of theirs is not the one that is meant.
    let only_ours = uid == 0 || end.shared;
    let barred = |owner: u32| only_ours && owner != 0 && owner != uid;
    if barred(stands.st_uid) {
        return Stands::Unfit(ANOTHERS.into());
    }
    match way::kind(stands) {
        FileType::RegularFile => {}
        FileType::Directory => return Stands::Unfit("it is a folder".into()),
        _ => return Stands::Unfit("it is no regular file".into()),
    }
    match opened(end) {
        Ok(Some(file)) if barred(file.uid) => Stands::Unfit(ANOTHERS.into()),
        Ok(Some(file)) => Stands::File(file),
        Ok(None) => Stands::Unfit("it has more than 1 MB".into()),
        Err(error) => Stands::Unfit(unreadable(&error)),
    }
}

/// The file there; `None` when it is too large.
fn opened(end: &End) -> io::Result<Option<Snapshot>> {
    let fd = quietly(end.folder.as_fd(), &end.name, OFlags::RDONLY)?;
    let file = File::from(fd);
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    (&file).take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= LARGEST).then(|| snapshot(bytes, &file.metadata().unwrap_or(meta))))
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
    /// A process has the file open for writing: it stands as it is.
    Written,
}

/// Puts `bytes` in the place of what `judged` saw, with the mode and (as root)
/// the owner of `facts`, unless something else stands there by now or somebody
/// writes to it. At every instant one or the other stands there whole. `time`:
/// the file's time after that, if not now.
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
    let recorded = facts.link();
    let now = seek(path, recorded.as_deref());
    let (true, Some(end)) = (same(&now.look, judged), now.last) else {
        return Ok(Put::Changed);
    };
    let staged = place::stage(&end, bytes, facts, time)?;
    // Writing it took its time.
    let now = seek(path, recorded.as_deref());
    if !same(&now.look, judged) {
        return Ok(Put::Changed);
    }
    let put = staged.put(judged)?;
    if let (Put::Done, Some(link), Some(first)) = (put, &judged.lost_link, now.first) {
        make_link(path, link, &first)?;
    }
    Ok(put)
}

/// Makes the link at `path` anew that `judged` saw to be lost.
///
/// # Errors
/// When the file system refuses, or something stands there by now.
pub fn link_anew(path: &Path, judged: &Look) -> Result<(), FileError> {
    let Some(link) = &judged.lost_link else {
        return Ok(());
    };
    let end = way::walk(path, ourselves(), false);
    let end = end.map_err(|astray| failed("link", path)(astray.into()))?;
    make_link(path, link, &end)
}

fn make_link(path: &Path, to: &Path, end: &End) -> Result<(), FileError> {
    let made = rustix::fs::symlinkat(to, &end.folder, &end.name);
    made.map_err(|error: Errno| failed("link", path)(error.into()))
}

fn failed<'a>(verb: &'static str, path: &'a Path) -> impl Fn(io::Error) -> FileError + use<'a> {
    move |source| FileError {
        verb,
        path: path.to_owned(),
        source,
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
    (one.target == other.target && one.real == other.real)
        && (one.link == other.link && one.lost_link == other.lost_link)
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
mod tests;
