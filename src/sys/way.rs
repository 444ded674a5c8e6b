//! A way that nobody else can bend: from the root on, step by step, by
//! descriptors. Every folder and link on it is root's or ours, and nobody else
//! may write to the folders; in one like `/tmp` only who made something there
//! may move it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::surroundings::on_android;

/// As many links as the kernel follows.
const LINKS: usize = 40;
/// Only who made something there may rename it.
const STICKY: u32 = 0o1000;
/// Others may make and rename what is in it.
const OTHERS: u32 = 0o022;
/// Who owns the upper folders of a phone.
const ANDROID: u32 = 1_000;

/// To pass through a folder needs no right to list it (Android's `/data`).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) const PASS: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) const PASS: OFlags = OFlags::RDONLY;

/// Looking shall not count as reading.
#[cfg(any(target_os = "linux", target_os = "android"))]
const QUIETLY: OFlags = OFlags::NOATIME;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const QUIETLY: OFlags = OFlags::empty();

/// Where a way ends: a name in a folder that is open.
#[derive(Debug)]
pub struct End {
    /// The folder.
    pub folder: OwnedFd,
    /// Where that really is.
    pub path: PathBuf,
    /// The name in it.
    pub name: OsString,
    /// What stands at the name, if anything does.
    pub stands: Option<Stat>,
    /// Whether others may put things into the folder, too.
    pub shared: bool,
}

impl End {
    /// The whole real path.
    #[must_use]
    pub fn real(&self) -> PathBuf {
        self.path.join(&self.name)
    }

    /// Where the link at the name leads, as it says.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn link(&self) -> Result<PathBuf, Errno> {
        read_link(&self.folder, &self.name)
    }
}

/// Why a way is not gone to its end.
#[derive(Debug)]
pub enum Astray {
    /// A folder on it is missing, or is none.
    Nowhere,
    /// Its links lead round in a circle.
    Circle,
    /// It ends in a folder without a name of its own there.
    Folder(PathBuf),
    /// A folder or link on it is somebody else's.
    Foreign(PathBuf),
    /// Others may write to a folder on it.
    Open(PathBuf),
    /// The system refuses.
    Refused(Errno),
}

/// Goes to the end of `path`, for `uid`; a link at the very end is followed
/// with `follow`.
///
/// # Errors
/// When the way is not one to be trusted, or ends before.
pub fn walk(path: &Path, uid: u32, follow: bool) -> Result<End, Astray> {
    let mut left: Vec<OsString> = steps(path);
    let mut folder = root()?;
    let mut reached = PathBuf::from("/");
    let mut links = 0;
    loop {
        let shared = shared(&folder, &reached, uid)?;
        let Some(step) = left.pop() else {
            return Err(Astray::Folder(reached));
        };
        if step == ".." {
            folder = entered(&folder, &step)?;
            reached.pop();
            continue;
        }
        let stands = match rustix::fs::statat(&folder, &step, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stands) => Some(stands),
            Err(Errno::NOENT) if left.is_empty() => None,
            Err(Errno::NOENT | Errno::NOTDIR) => return Err(Astray::Nowhere),
            Err(error) => return Err(Astray::Refused(error)),
        };
        let kind = stands.as_ref().map(kind);
        let link = kind == Some(FileType::Symlink);
        if left.is_empty() && !(link && follow) {
            return Ok(End {
                folder,
                path: reached,
                name: step,
                stands,
                shared,
            });
        }
        if link {
            links += 1;
            if links > LINKS {
                return Err(Astray::Circle);
            }
            if !stands.is_some_and(|stands| ours(stands.st_uid, uid)) {
                return Err(Astray::Foreign(reached.join(step)));
            }
            let target = read_link(&folder, &step).map_err(Astray::Refused)?;
            if target.is_absolute() {
                folder = root()?;
                reached = PathBuf::from("/");
            }
            left.extend(steps(&target));
            continue;
        }
        if kind != Some(FileType::Directory) {
            return Err(Astray::Nowhere);
        }
        folder = entered(&folder, &step)?;
        reached.push(&step);
    }
}

/// Where `path` leads, all links followed; `None` without such a folder.
#[must_use]
pub fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The same, if every folder and link on the way is root's or ours and nobody
/// else could change it. `None` otherwise.
#[must_use]
pub fn trusted(path: &Path, uid: u32) -> Option<PathBuf> {
    match walk(path, uid, true) {
        Ok(end) if end.stands.is_some() => Some(end.real()),
        Err(Astray::Folder(path)) => Some(path),
        _ => None,
    }
}

/// Whether that owner may be on the way of `uid`.
fn ours(owner: u32, uid: u32) -> bool {
    owner == 0 || owner == uid || (owner == ANDROID && on_android())
}

/// Whether others may put things into a folder that is on the way.
fn shared(folder: &OwnedFd, path: &Path, uid: u32) -> Result<bool, Astray> {
    let stat = rustix::fs::fstat(folder).map_err(Astray::Refused)?;
    let mode = mode(&stat);
    if !ours(stat.st_uid, uid) {
        return Err(Astray::Foreign(path.to_owned()));
    }
    // A group of the same number as its owner is theirs alone (umask 002);
    // the groups of a phone's system are the system's.
    let private = uid != 0 && stat.st_uid == uid && stat.st_gid == uid;
    let private = private || (stat.st_uid != uid && on_android());
    let others = if private { OTHERS & !0o020 } else { OTHERS };
    match (mode & others, mode & STICKY) {
        (0, _) => Ok(false),
        (_, 0) => Err(Astray::Open(path.to_owned())),
        _ => Ok(true),
    }
}

fn root() -> Result<OwnedFd, Astray> {
    let flags = PASS | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open("/", flags, Mode::empty()).map_err(Astray::Refused)
}

fn entered(folder: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Astray> {
    let flags = PASS | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(folder, name, flags, Mode::empty()) {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Err(Astray::Nowhere),
        opened => opened.map_err(Astray::Refused),
    }
}

fn read_link(folder: &OwnedFd, name: &OsStr) -> Result<PathBuf, Errno> {
    let target = rustix::fs::readlinkat(folder, name, Vec::new())?;
    Ok(PathBuf::from(OsString::from_vec(target.into_bytes())))
}

/// Opens without following a link, waiting, or counting as a reader.
pub(super) fn quietly(
    parent: BorrowedFd<'_>,
    name: &OsStr,
    flags: OFlags,
) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    match rustix::fs::openat(parent, name, flags | QUIETLY, Mode::empty()) {
        // Only an owner may.
        Err(Errno::PERM) if !QUIETLY.is_empty() => {
            rustix::fs::openat(parent, name, flags, Mode::empty())
        }
        opened => opened,
    }
}

/// What kind of thing it is.
#[allow(
    clippy::useless_conversion,
    clippy::unnecessary_cast,
    reason = "the field has another type on each system"
)]
pub(super) fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode as _)
}

#[allow(
    clippy::unnecessary_cast,
    clippy::cast_lossless,
    reason = "the field has another type on each system"
)]
fn mode(stat: &Stat) -> u32 {
    stat.st_mode as u32 & 0o7777
}

/// The device and the number of a file.
#[allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    reason = "the fields have another type on each system"
)]
pub(super) fn which(stat: &Stat) -> (u64, u64) {
    (stat.st_dev as u64, stat.st_ino as u64)
}

/// The names of a path, the first one last.
fn steps(path: &Path) -> Vec<OsString> {
    let names = path
        .components()
        .rev()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        });
    names.collect()
}

/// What the system said.
impl From<Astray> for io::Error {
    fn from(astray: Astray) -> Self {
        match astray {
            Astray::Refused(error) => error.into(),
            Astray::Nowhere => Errno::NOENT.into(),
            Astray::Circle => Errno::LOOP.into(),
            Astray::Folder(_) => Errno::ISDIR.into(),
            Astray::Foreign(_) | Astray::Open(_) => Errno::PERM.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_way_that_others_could_bend_is_not_gone() {
        let ours = rustix::process::geteuid().as_raw();
        let home = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let folder = home.join("real/tmp");
        fs::create_dir_all(&folder).unwrap();
        symlink("real/../real", home.join("link")).unwrap();
        symlink("link/loop", home.join("loop")).unwrap();
        symlink("../loop", home.join("real/loop")).unwrap();
        assert_eq!(trusted(&home.join("link/tmp"), ours), Some(folder.clone()));
        assert_eq!(trusted(&home.join("loop/tmp"), ours), None);
        assert_eq!(trusted(&home.join("none"), ours), None);
        mode(&home, 0o777);
        assert_eq!(trusted(&home.join("link/tmp"), ours), None);
        mode(&home, 0o1777);
        assert_eq!(trusted(&home.join("link/tmp"), ours), Some(folder));
        if ours == 0 {
            assert_eq!(
                trusted(&home.join("link/tmp"), 1),
                real(&home.join("real/tmp"))
            );
        }
    }
}
