//! Rotating a log under its writer's feet: who writes it, archives that are
//! read back before anything is taken away, and the cut itself.

pub mod archive;
pub mod cut;
pub mod journal;
mod lease;
pub mod list;
pub mod writers;

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::way::{self, Astray};

/// Which file it is, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// The device of its file system.
    pub dev: u64,
    /// Its number there.
    pub inode: u64,
}

/// What is known of a log without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Which file it is.
    pub which: Which,
    /// Its length in bytes.
    pub len: u64,
    /// Its owner.
    pub uid: u32,
    /// Its permission bits.
    pub mode: u32,
    /// Its names; more than one, and taking from it takes from another place.
    pub links: u64,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// A regular file.
    File(Facts),
    /// A symbolic link.
    Link,
    /// Something else, or nothing.
    Else,
}

/// What stands at `path`; a link is not followed.
#[must_use]
pub fn at(path: &Path) -> Stands {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Stands::File(facts(&meta)),
        Ok(meta) if meta.is_symlink() => Stands::Link,
        _ => Stands::Else,
    }
}

fn facts(meta: &Metadata) -> Facts {
    Facts {
        which: Which {
            dev: meta.dev(),
            inode: meta.ino(),
        },
        len: meta.len(),
        uid: meta.uid(),
        mode: meta.mode() & 0o7777,
        links: meta.nlink(),
    }
}

/// A log that is open: what happens to it happens to this very file.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    facts: Facts,
}

impl Log {
    /// Opens the log at `path` for reading, and to cut it if `to_cut`.
    ///
    /// # Errors
    /// When it is a link or no regular file, or not ours to open.
    pub fn open(path: &Path, to_cut: bool) -> io::Result<Self> {
        #[expect(clippy::cast_possible_wrap, reason = "the flags are low bits")]
        let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
        let file = File::options()
            .read(true)
            .write(to_cut)
            .custom_flags(careful)
            .open(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            facts: facts(&meta),
        })
    }

    /// What was known of it when it was opened.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.facts
    }

    /// Its length now.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Has what was written into it so far outlast a power cut.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn settle(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Whether it is still what stands at its path.
    #[must_use]
    pub fn stands(&self) -> bool {
        matches!(at(&self.path), Stands::File(facts) if facts.which == self.facts.which)
    }

    /// Bytes in which its file system counts.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn block(&self) -> io::Result<u64> {
        let system = rustix::fs::fstatvfs(&self.file)?.f_bsize;
        Ok(self.file.metadata()?.blksize().max(system).max(512))
    }

    /// The block that begins at `from`; shorter at the end of the file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_block(&self, from: u64, block: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(block).map_err(io::Error::other)?];
        let filled = fill(&self.file, &mut bytes, from)?;
        bytes.truncate(filled);
        Ok(bytes)
    }
}

/// Fills `buffer` from the file's bytes at `from` on; how many there were.
fn fill(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read_at(room, from + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// What of a folder matters for what is done in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// The names in it.
    pub names: Vec<OsString>,
    /// Its owner.
    pub uid: u32,
    /// Its permission bits.
    pub mode: u32,
    /// Whether we may make files in it.
    pub writable: bool,
    /// Bytes that we may still write there.
    pub free: u64,
}

/// What is known of `folder`.
///
/// # Errors
/// When it cannot be read.
pub fn folder(folder: &Path) -> io::Result<Folder> {
    let meta = fs::metadata(folder)?;
    let names = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.file_name());
    let space = rustix::fs::statvfs(folder)?;
    Ok(Folder {
        names: names.collect(),
        uid: meta.uid(),
        mode: meta.mode() & 0o7777,
        writable: super::files::writable(folder),
        free: space.f_bavail.saturating_mul(space.f_frsize),
    })
}

/// Gives `from` the name `to`, which nobody has.
///
/// # Errors
/// When something stands there, or the file system refuses.
pub fn name_new(from: &Path, to: &Path) -> io::Result<()> {
    match exclusively(from, to) {
        // What has no such call is asked first, and then renamed.
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL | rustix::io::Errno::NOTSUP) => {
            if super::files::exists(to) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        done => done.map_err(Into::into),
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exclusively(from: &Path, to: &Path) -> rustix::io::Result<()> {
    // Android's kernel may kill who asks.
    if super::surroundings::on_android() {
        return Err(rustix::io::Errno::NOSYS);
    }
    let only = rustix::fs::RenameFlags::NOREPLACE;
    rustix::fs::renameat_with(rustix::fs::CWD, from, rustix::fs::CWD, to, only)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exclusively(_: &Path, _: &Path) -> rustix::io::Result<()> {
    Err(rustix::io::Errno::NOSYS)
}

/// Why what lies at `path` is not to be touched by `uid`, if so: somebody else
/// could make the way there lead elsewhere.
#[must_use]
pub fn distrusted(path: &Path, uid: u32) -> Option<String> {
    let shown = |path: &Path| path.display().to_string();
    let end = match way::walk(path, uid, false) {
        Ok(end) => end,
        Err(Astray::Foreign(path)) => return Some(format!("`{}` is another user's", shown(&path))),
        Err(Astray::Open(path)) => {
            return Some(format!("others may put files into `{}`", shown(&path)));
        }
        Err(Astray::Refused(error)) => return Some(format!("its folder cannot be seen: {error}")),
        Err(Astray::Nowhere | Astray::Circle | Astray::Folder(_)) => {
            return Some("its folder is not there".to_owned());
        }
    };
    let theirs = end.stands.is_some_and(|stands| stands.st_uid != uid);
    (end.shared && theirs).then(|| "it is another user's, in a folder for all".to_owned())
}

/// Gives way to everything else that wants to run, for good.
pub fn step_back() {
    // It only makes us slower.
    let _ = rustix::process::setpriority_process(None, 15);
}

/// Removes a file that is ours by its name; whether it is gone.
#[must_use]
pub fn remove(path: &Path) -> bool {
    fs::remove_file(path).is_ok() || !super::files::exists(path)
}

/// Makes renames and removals in `folder` outlast a power cut, as far as its
/// file system can.
pub fn settle(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
