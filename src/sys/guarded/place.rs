//! Puts a file into a folder that is open, in the place of what was judged and
//! of nothing else.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{LARGEST, Look, Put, Stands, failed};
use crate::model::time::Timestamp;
use crate::sys::files::FileError;
use crate::sys::rotation::{Which, writers};
use crate::sys::vault::Facts;
use crate::sys::way::{self, End, quietly};

/// How often a name is thought up that nobody has.
const TRIES: usize = 16;

/// A file beside the place that it is for. Dropped, it is gone.
pub(super) struct Staged<'a> {
    end: &'a End,
    name: OsString,
    file: File,
    /// Its name stands for something that is not to be removed.
    given: bool,
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.given {
            let _ = rustix::fs::unlinkat(&self.end.folder, &self.name, AtFlags::empty());
        }
    }
}

/// Writes `bytes` beside `end`, as the file there is dressed and `facts` say.
///
/// # Errors
/// When the folder or the disk does not take them; nothing is left then.
pub(super) fn stage<'a>(
    end: &'a End,
    bytes: &[u8],
    facts: &Facts,
    time: Option<Timestamp>,
) -> Result<Staged<'a>, FileError> {
    let path = end.real();
    let staged = begun(end).map_err(failed("write", &path))?;
    let file = &staged.file;
    let dress = || {
        { file }.write_all(bytes)?;
        // First the owner: a change of it takes bits of the mode away.
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::fchown(file, Some(facts.uid), Some(facts.gid))?;
        }
        if end.stands.is_some()
            && let Ok(old) = quietly(end.folder.as_fd(), &end.name, OFlags::RDONLY)
        {
            attributes(&old, file);
        }
        file.set_permissions(Permissions::from_mode(facts.mode))?;
        let time = time.and_then(|time| u64::try_from(time.0).ok());
        if let Some(time) = time {
            file.set_modified(UNIX_EPOCH + Duration::from_secs(time))?;
        }
        file.sync_all()
    };
    dress().map_err(failed("write", &path))?;
    Ok(staged)
}

fn begun(end: &End) -> io::Result<Staged<'_>> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    for _ in 0..TRIES {
        let random: String = (0..6).map(|_| fastrand::alphanumeric()).collect();
        let mut name = OsString::from(".");
        name.push(&end.name);
        name.push(format!(".{random}"));
        match rustix::fs::openat(&end.folder, &name, flags, Mode::RUSR | Mode::WUSR) {
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
            Ok(fd) => {
                return Ok(Staged {
                    end,
                    name,
                    file: fd.into(),
                    given: false,
                });
            }
        }
    }
    Err(Errno::EXIST.into())
}

impl Staged<'_> {
    /// Puts it in the place of what `judged` saw there.
    pub(super) fn put(mut self, judged: &Look) -> Result<Put, FileError> {
        let path = self.end.real();
        let put = match (&judged.stands, &self.end.stands) {
            (Stands::File(file), Some(stands)) => {
                let (dev, inode) = way::which(stands);
                self.exchanged(Which { dev, inode }, &file.bytes)
            }
            _ => self.added(),
        };
        let put = put.map_err(|error| failed("replace", &path)(error.into()))?;
        if put == Put::Done {
            // The new content stands from here on. Where a folder cannot be
            // synced (FUSE on phones), a power cut may bring back the old one.
            let flags = OFlags::RDONLY | OFlags::DIRECTORY;
            if let Ok(folder) = quietly(self.end.folder.as_fd(), OsStr::new("."), flags) {
                let _ = rustix::fs::fsync(folder);
            }
        }
        Ok(put)
    }

    /// Where nothing stands.
    fn added(&mut self) -> Result<Put, Errno> {
        let (folder, name) = (&self.end.folder, &self.end.name);
        let added = match exclusively(folder, &self.name, name) {
            Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {
                let stands = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
                match stands {
                    Err(Errno::NOENT) => rustix::fs::renameat(folder, &self.name, folder, name),
                    _ => Err(Errno::EXIST),
                }
            }
            added => added,
        };
        match added {
            Err(Errno::EXIST) => Ok(Put::Changed),
            Err(error) => Err(error),
            Ok(()) => {
                self.given = true;
                Ok(Put::Done)
            }
        }
    }

    /// In the place of the file `which` with these bytes.
    fn exchanged(&mut self, which: Which, bytes: &[u8]) -> Result<Put, Errno> {
        if written(self.end, &self.end.name, which) {
            return Ok(Put::Written);
        }
        if !self.holds(&self.end.name, which, bytes) {
            return Ok(Put::Changed);
        }
        let (folder, name) = (&self.end.folder, &self.end.name);
        match swap(folder, &self.name, name) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Ok(Put::Changed),
            // There one follows at once upon the other.
            Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {
                rustix::fs::renameat(folder, &self.name, folder, name)?;
                self.given = true;
                return Ok(Put::Done);
            }
            Err(error) => return Err(error),
        }
        // What came out is looked at, and goes back if it is not what was judged.
        if !self.holds(&self.name, which, bytes) {
            return self.back(Put::Changed);
        }
        if written(self.end, &self.name, which) {
            return self.back(Put::Written);
        }
        Ok(Put::Done)
    }

    /// Gives back what came out.
    fn back(&mut self, put: Put) -> Result<Put, Errno> {
        let (folder, name) = (&self.end.folder, &self.end.name);
        let ours = rustix::fs::fstat(&self.file)?;
        self.given = true;
        swap(folder, &self.name, name)?;
        let out = rustix::fs::statat(folder, &self.name, AtFlags::SYMLINK_NOFOLLOW)?;
        if way::which(&out) == way::which(&ours) {
            self.given = false;
        } else {
            // Somebody put theirs there in that instant: it stands, and what
            // was there before it stays beside it.
            swap(folder, &self.name, name)?;
        }
        Ok(put)
    }

    /// Whether that file with these bytes stands at `name`.
    fn holds(&self, name: &OsStr, which: Which, bytes: &[u8]) -> bool {
        let Ok(fd) = quietly(self.end.folder.as_fd(), name, OFlags::RDONLY) else {
            return false;
        };
        let same = rustix::fs::fstat(&fd).is_ok_and(|stat| {
            way::kind(&stat) == FileType::RegularFile
                && way::which(&stat) == (which.dev, which.inode)
        });
        let mut found = Vec::new();
        let read = File::from(fd)
            .take(LARGEST as u64 + 1)
            .read_to_end(&mut found);
        same && read.is_ok() && found == bytes
    }
}

fn written(end: &End, name: &OsStr, which: Which) -> bool {
    let writers = writers::of(&end.path.join(name), which);
    writers.is_some_and(|writers| !writers.known.is_empty())
}

/// Whether the system has these calls; Android's kernel may kill who asks.
#[cfg(not(target_os = "android"))]
fn renamed(
    folder: &OwnedFd,
    from: &OsStr,
    to: &OsStr,
    how: rustix::fs::RenameFlags,
) -> Result<(), Errno> {
    if crate::sys::surroundings::on_android() {
        return Err(Errno::NOSYS);
    }
    rustix::fs::renameat_with(folder, from, folder, to, how)
}

#[cfg(not(target_os = "android"))]
fn exclusively(folder: &OwnedFd, from: &OsStr, to: &OsStr) -> Result<(), Errno> {
    renamed(folder, from, to, rustix::fs::RenameFlags::NOREPLACE)
}

#[cfg(not(target_os = "android"))]
fn swap(folder: &OwnedFd, one: &OsStr, other: &OsStr) -> Result<(), Errno> {
    renamed(folder, one, other, rustix::fs::RenameFlags::EXCHANGE)
}

#[cfg(target_os = "android")]
fn exclusively(_: &OwnedFd, _: &OsStr, _: &OsStr) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

#[cfg(target_os = "android")]
fn swap(_: &OwnedFd, _: &OsStr, _: &OsStr) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

/// Gives `new` the extended attributes of `old`, access lists and labels among
/// them, as far as the system lets us.
#[cfg(target_os = "linux")]
pub(in crate::sys) fn attributes(old: &OwnedFd, new: &File) {
    const LONGEST: usize = 64 << 10;
    if crate::sys::surroundings::on_android() {
        return;
    }
    let mut names = vec![0_u8; LONGEST];
    let Ok(length) = rustix::fs::flistxattr(old, &mut names[..]) else {
        return;
    };
    names.truncate(length);
    for name in names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        let mut value = vec![0_u8; LONGEST];
        if let Ok(length) = rustix::fs::fgetxattr(old, name, &mut value[..]) {
            value.truncate(length);
            let flags = rustix::fs::XattrFlags::empty();
            let _ = rustix::fs::fsetxattr(new, name, &value, flags);
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(in crate::sys) fn attributes(_: &OwnedFd, _: &File) {}
