//! Folders by descriptor.

use std::ffi::{CStr, OsStr, OsString};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::model::temp::{Entry, Inode, Kind};
use crate::sys::way::PASS;
pub(super) use crate::sys::way::quietly;

/// A folder that is open.
#[derive(Debug)]
pub struct Folder {
    pub(super) fd: OwnedFd,
    pub(super) entry: Entry,
    pub(super) mount: Option<u64>,
}

/// Why a folder is not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// There is none.
    Missing,
    /// A symbolic link stands there.
    Link,
    /// Something else stands there.
    NoFolder,
    /// The system refuses.
    Refused(Errno),
}

impl Folder {
    /// `/`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn root() -> Result<Self, Barred> {
        let flags = PASS | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::open("/", flags, Mode::empty()).map_err(Barred::Refused)?;
        Self::of(fd).map_err(Barred::Refused)
    }

    /// The folder of that name in this one; a link is not followed.
    ///
    /// # Errors
    /// When it is none, or the system refuses.
    pub fn enter(&self, name: &OsStr) -> Result<Self, Barred> {
        let flags = PASS | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.fd, name, flags, Mode::empty());
        match opened.and_then(Self::of) {
            Ok(folder) => Ok(folder),
            Err(Errno::NOENT) => Err(Barred::Missing),
            Err(Errno::NOTDIR | Errno::LOOP) => Err(match self.stat(name) {
                Ok(entry) if entry.kind == Kind::Link => Barred::Link,
                _ => Barred::NoFolder,
            }),
            Err(error) => Err(Barred::Refused(error)),
        }
    }

    fn of(fd: OwnedFd) -> rustix::io::Result<Self> {
        let entry = entry(&rustix::fs::fstat(&fd)?);
        let mount = mount(fd.as_fd());
        Ok(Self { fd, entry, mount })
    }

    /// Which one it is.
    #[must_use]
    pub fn inode(&self) -> Inode {
        self.entry.inode
    }

    /// What stands at `name`, its link not followed.
    ///
    /// # Errors
    /// When nothing does, or the system refuses.
    pub fn stat(&self, name: &OsStr) -> Result<Entry, Errno> {
        at(self.fd.as_fd(), name)
    }

    /// The names in it, one after the other; at the first that cannot be read
    /// it ends with why.
    ///
    /// # Errors
    /// When it may not be listed.
    pub fn names(&self) -> Result<impl Iterator<Item = Result<OsString, Errno>> + use<>, Errno> {
        let mut dir = listing(self.fd.as_fd(), OsStr::new("."))?;
        Ok(std::iter::from_fn(move || next(&mut dir)).map(|entry| entry.map(|(name, _)| name)))
    }
}

/// The next name in a listing and the inode it stands for there.
pub(in crate::sys) fn next(dir: &mut Dir) -> Option<Result<(OsString, u64), Errno>> {
    loop {
        match dir.read()? {
            Err(error) => return Some(Err(error)),
            Ok(entry) if is_dots(entry.file_name()) => {}
            Ok(entry) => {
                let name = OsString::from_vec(entry.file_name().to_bytes().to_vec());
                return Some(Ok((name, entry.ino())));
            }
        }
    }
}

fn is_dots(name: &CStr) -> bool {
    matches!(name.to_bytes(), b"." | b"..")
}

/// Opens a folder to list it, without that counting as reading where it is ours.
pub(super) fn listing(parent: BorrowedFd<'_>, name: &OsStr) -> Result<Dir, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    Dir::new(quietly(parent, name, flags)?)
}

/// What stands at `name`, its link not followed.
pub(super) fn at(parent: BorrowedFd<'_>, name: &OsStr) -> Result<Entry, Errno> {
    rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| entry(&stat))
}

#[allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    trivial_numeric_casts,
    reason = "the fields have another type on each system"
)]
pub(super) fn entry(stat: &Stat) -> Entry {
    let kind = match FileType::from_raw_mode(stat.st_mode as _) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Special,
    };
    // A file with holes takes less than it is long.
    let taken = (stat.st_blocks as u64).saturating_mul(512);
    Entry {
        inode: Inode {
            device: stat.st_dev as u64,
            number: stat.st_ino as u64,
        },
        uid: stat.st_uid,
        kind,
        mode: stat.st_mode as u32 & 0o7777,
        modified: stat.st_mtime as i64,
        read: stat.st_atime as i64,
        changed: stat.st_ctime as i64,
        bytes: match kind {
            Kind::File => taken.min(stat.st_size as u64),
            _ => 0,
        },
        links: stat.st_nlink as u64,
    }
}

/// The mount that a descriptor lies on: two of the same device differ, as a
/// folder bound into another place does.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(in crate::sys) fn mount(fd: BorrowedFd<'_>) -> Option<u64> {
    let path = format!("/proc/self/fdinfo/{}", fd.as_raw_fd());
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix("mnt_id:")?.trim().parse().ok())
}

/// Elsewhere a mount has a device of its own.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(in crate::sys) fn mount(fd: BorrowedFd<'_>) -> Option<u64> {
    let _ = fd.as_raw_fd();
    None
}

/// The mount that a name which is no folder lies on; nothing is opened of it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(in crate::sys) fn mount_at(parent: BorrowedFd<'_>, name: &OsStr) -> Option<u64> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(parent, name, flags, Mode::empty()).ok()?;
    mount(fd.as_fd())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(in crate::sys) fn mount_at(_: BorrowedFd<'_>, _: &OsStr) -> Option<u64> {
    None
}

/// Whether the system takes `name` as one of a file.
#[must_use]
pub fn fitting(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    !matches!(bytes, b"" | b"." | b"..") && !bytes.contains(&b'/') && !bytes.contains(&0)
}
