//! Programs, found once as absolute paths.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use which::WhichConfig;
use which::sys::Sys;

use super::surroundings::Surroundings;

/// The absolute path of `name` in the safe part of `$PATH`.
#[must_use]
pub fn find(name: &str, around: &Surroundings) -> Option<PathBuf> {
    let search = WhichConfig::new_with_sys(Folders)
        .binary_name(name.into())
        .custom_path_list(around.path.clone())
        .custom_cwd("/".into());
    search.first_result().ok()
}

/// The system as `which` sees it, without the C library's users: in a static
/// program those are half a megabyte.
#[derive(Clone, Copy)]
struct Folders;

impl Sys for Folders {
    type ReadDirEntry = DirEntry;
    type Metadata = Metadata;

    fn is_windows(&self) -> bool {
        false
    }

    fn current_dir(&self) -> io::Result<PathBuf> {
        Ok("/".into())
    }

    fn home_dir(&self) -> Option<PathBuf> {
        // Only for `~` in a PATH, whose folders are all absolute here.
        None
    }

    fn env_split_paths(&self, paths: &OsStr) -> Vec<PathBuf> {
        std::env::split_paths(paths).collect()
    }

    fn env_path(&self) -> Option<OsString> {
        None
    }

    fn env_path_ext(&self) -> Option<OsString> {
        None
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::metadata(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Box<dyn Iterator<Item = io::Result<DirEntry>>>> {
        Ok(Box::new(fs::read_dir(path)?))
    }

    fn is_valid_executable(&self, path: &Path) -> io::Result<bool> {
        rustix::fs::access(path, Access::EXEC_OK)?;
        Ok(true)
    }
}

/// A program of ours: the one beside the running program, else that on the
/// path.
#[must_use]
pub fn beside(name: &str, around: &Surroundings) -> Option<PathBuf> {
    let beside = called_as().map(|called| called.with_file_name(name));
    beside
        .filter(|path| path.is_file())
        .or_else(|| find(name, around))
}

/// The path that `program` of a configuration names: an absolute one as it is,
/// a name as found; `None` when no program is there.
#[must_use]
pub fn resolve(program: &str, around: &Surroundings) -> Option<PathBuf> {
    find(program, around).filter(|path| path.is_absolute())
}

/// The path of the running program itself, or of what took its place since it
/// was started: an upgrade.
#[must_use]
pub fn ourselves() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?;
    // So the kernel calls a file that was replaced.
    let before = path
        .to_str()
        .and_then(|path| path.strip_suffix(" (deleted)"));
    let path = before.map(PathBuf::from).unwrap_or(path);
    Some(path).filter(|path| path.is_absolute())
}

/// The path by which the running program was called, where that is absolute,
/// else its own: package managers keep the first through an update.
#[must_use]
pub fn called_as() -> Option<PathBuf> {
    let called = std::env::args_os().next().map(PathBuf::from);
    called.filter(|path| path.is_absolute()).or_else(ourselves)
}

/// The path by which we are found for as long as we are installed: the one on
/// the path that leads to us, else as [`called_as`].
#[must_use]
pub fn lasting(around: &Surroundings) -> Option<PathBuf> {
    let real = |path: &PathBuf| fs::canonicalize(path).ok();
    let ours = ourselves();
    let name = ours.as_ref().and_then(|path| path.file_name()?.to_str());
    let on_path = name.and_then(|name| find(name, around));
    let same = on_path.filter(|path| real(path) == ours.as_ref().and_then(real));
    same.or_else(called_as)
}
