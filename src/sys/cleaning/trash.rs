//! Into the trash: renamed, and only then seen to be what was examined.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::examine::{Rules, examine};
use super::folder::{Folder, entry, mount};
use super::locks::taken;
use crate::model::temp::{Kind, Seen, Unit};
use crate::model::trash::{HELD, Line, MANIFEST, PREFIX, head};
use crate::sys::host::moment;

/// How often a name is thought up that nobody has.
const TRIES: usize = 16;

/// A trash of this run.
#[derive(Debug)]
pub struct Trash {
    folder: Folder,
    name: OsString,
    path: PathBuf,
    /// The folder it stands in, as people call it.
    beside: PathBuf,
    manifest: File,
    /// Whether a line in it may be cut: nothing may follow that.
    cut: bool,
    number: u64,
    kept: u64,
}

/// What became of a unit.
#[derive(Debug)]
pub enum Taken {
    /// It is in the trash.
    Moved(Unit),
    /// It was not what was examined, or not old and free any more, and stands
    /// where it stood.
    Back,
    /// The same, but something stands in its place: it stays in the trash.
    Held,
    /// It could not be moved.
    Refused(io::Error),
}

impl Trash {
    /// Makes one in `parent`, whose path is `beside`.
    ///
    /// # Errors
    /// When the file system refuses; nothing is left then.
    pub fn new(parent: &Folder, beside: &Path) -> io::Result<Self> {
        let name = made(parent)?;
        let begun = Self::begun(parent, beside, name.clone());
        if begun.is_err() {
            let _ = rustix::fs::unlinkat(&parent.fd, &name, AtFlags::REMOVEDIR);
        }
        begun
    }

    fn begun(parent: &Folder, beside: &Path, name: OsString) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&parent.fd, &name, flags, Mode::empty())?;
        let made = entry(&rustix::fs::fstat(&fd)?);
        let folder = Folder {
            mount: mount(fd.as_fd()),
            entry: made,
            fd,
        };
        let ours = rustix::process::geteuid().as_raw() == made.uid && made.mode & 0o777 == 0o700;
        if !ours || folder.mount != parent.mount {
            return Err(io::Error::other(
                "somebody else's folder stands in its place",
            ));
        }
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::APPEND
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let private = Mode::RUSR | Mode::WUSR;
        let manifest = rustix::fs::openat(&folder.fd, MANIFEST, flags, private)?;
        let mut manifest = File::from(manifest);
        if let Err(error) = manifest.write_all(head(made.inode.number).as_bytes()) {
            let _ = rustix::fs::unlinkat(&folder.fd, MANIFEST, AtFlags::empty());
            return Err(error);
        }
        Ok(Self {
            path: beside.join(&name),
            beside: beside.to_owned(),
            folder,
            name,
            manifest,
            cut: false,
            number: 0,
            kept: 0,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves what stands at `name` in `parent`, which was examined as `unit`.
    pub fn take(&mut self, parent: &Folder, name: &OsStr, unit: &Unit, rules: &Rules<'_>) -> Taken {
        if self.cut {
            return Taken::Refused(io::ErrorKind::StorageFull.into());
        }
        self.number += 1;
        // Before it is moved: what is listed may be missing, but not the other
        // way round.
        if let Err(error) = self.manifest.write_all(self.line(name, unit).as_bytes()) {
            self.cut = true;
            return Taken::Refused(error);
        }
        let number = OsString::from(self.number.to_string());
        if let Err(error) = rustix::fs::renameat(&parent.fd, name, &self.folder.fd, &number) {
            return match error {
                Errno::NOENT => Taken::Back,
                error => Taken::Refused(error.into()),
            };
        }
        if let Some(unit) = self.verified(&number, unit, rules) {
            self.kept += 1;
            return Taken::Moved(unit);
        }
        if put_back(&self.folder, &number, parent, name) {
            return Taken::Back;
        }
        self.kept += 1;
        let held = OsString::from(format!("{}{HELD}", self.number));
        // Where even that fails its number names another one than the manifest
        // says, or it is looked at again before it is purged.
        let _ = rustix::fs::renameat(&self.folder.fd, &number, &self.folder.fd, &held);
        Taken::Held
    }

    /// What lies at `number`, if it is the very unit that was examined and
    /// nothing speaks against it now.
    fn verified(&self, number: &OsStr, unit: &Unit, rules: &Rules<'_>) -> Option<Unit> {
        let (before, now) = (unit.entry, self.folder.stat(number).ok()?);
        let same = (now.inode, now.uid, now.kind) == (before.inode, before.uid, before.kind);
        match examine(&self.folder, number, rules) {
            Ok(Seen::Old(unit)) if same && unit.obstacle.is_none() => Some(unit),
            _ => None,
        }
    }

    fn line(&self, name: &OsStr, unit: &Unit) -> String {
        let text = name.to_str();
        let bytes = || name.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        let line = Line {
            number: self.number,
            name: name.to_string_lossy().into_owned(),
            name_bytes: text.is_none().then(|| bytes().collect()),
            folder: self.beside.to_string_lossy().into_owned(),
            inode: unit.entry.inode.number,
            files: unit.files,
            bytes: unit.bytes,
            moved: moment(),
        };
        line.written()
    }

    /// Ends a run: what was written outlasts a power cut, and a trash with
    /// nothing in it goes. Tells whether it stays.
    #[must_use]
    pub fn close(self, parent: &Folder) -> bool {
        if self.kept > 0 {
            // Without it the trash is not purged, which is told.
            let _ = self.manifest.sync_all();
            let _ = rustix::fs::fsync(&self.folder.fd);
            return true;
        }
        // A folder that is not empty stays, whatever we believe.
        let _ = rustix::fs::unlinkat(&self.folder.fd, MANIFEST, AtFlags::empty());
        let _ = rustix::fs::unlinkat(&parent.fd, &self.name, AtFlags::REMOVEDIR);
        false
    }
}

fn made(parent: &Folder) -> io::Result<OsString> {
    for _ in 0..TRIES {
        let random: String = (0..12).map(|_| fastrand::alphanumeric()).collect();
        let name = OsString::from(format!("{PREFIX}{random}"));
        match rustix::fs::mkdirat(&parent.fd, &name, Mode::RWXU) {
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(name),
        }
    }
    Err(Errno::EXIST.into())
}

/// Gives it back its name, unless something has that by now.
fn put_back(trash: &Folder, number: &OsStr, parent: &Folder, name: &OsStr) -> bool {
    match back_exclusively(trash, number, parent, name) {
        Ok(()) => true,
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {
            !taken(parent.fd.as_fd(), name)
                && rustix::fs::renameat(&trash.fd, number, &parent.fd, name).is_ok()
        }
        // Nothing is there to be given back.
        Err(Errno::NOENT) => !taken(trash.fd.as_fd(), number),
        Err(_) => false,
    }
}

#[cfg(not(target_os = "android"))]
fn back_exclusively(
    trash: &Folder,
    number: &OsStr,
    parent: &Folder,
    name: &OsStr,
) -> rustix::io::Result<()> {
    // Android's kernel may kill who asks.
    if crate::sys::surroundings::on_android() {
        return Err(Errno::NOSYS);
    }
    let only = rustix::fs::RenameFlags::NOREPLACE;
    rustix::fs::renameat_with(&trash.fd, number, &parent.fd, name, only)
}

#[cfg(target_os = "android")]
fn back_exclusively(_: &Folder, _: &OsStr, _: &Folder, _: &OsStr) -> rustix::io::Result<()> {
    Err(Errno::NOSYS)
}

/// Whether this is a folder that holds what was moved.
pub(super) fn is_trash(name: &OsStr, kind: Kind) -> bool {
    kind == Kind::Folder && name.as_bytes().starts_with(PREFIX.as_bytes())
}
