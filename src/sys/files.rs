//! Files: read whole, replaced whole or not at all.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::model::time::Timestamp;

/// What could not be done with which file.
#[derive(Debug, thiserror::Error)]
#[error("could not {verb} `{}`: {source}", path.display())]
pub struct FileError {
    /// `read`, `write` …
    pub verb: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

fn at<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + use<'a> {
    move |source| FileError {
        verb,
        path: path.to_owned(),
        source,
    }
}

/// The largest file we read, in bytes: a state file of thousands of nodes is
/// far smaller.
const LARGEST: u64 = 64 << 20;

/// The whole file; `None` when there is none.
///
/// # Errors
/// When it exists but cannot be read, is no regular file, or is over 64 MiB.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(at("read", path))?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(at("read", path))?;
    if bytes.len() as u64 > LARGEST {
        return Err(at("read", path)(io::Error::other("it is over 64 MiB")));
    }
    Ok(Some(bytes))
}

/// Opens a regular file; a FIFO in its place does not hold us up.
fn open(path: &Path) -> io::Result<File> {
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = File::options()
        .read(true)
        .custom_flags(nonblocking)
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

/// The first `limit` bytes of a file; `None` when it cannot be read.
#[must_use]
pub fn head(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let mut head = vec![0; limit];
    let mut file = open(path).ok()?;
    let mut filled = 0;
    // A regular file fills the buffer at once; the loop is for those that do not.
    while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room).ok()? {
            0 => break,
            count => filled += count,
        }
    }
    head.truncate(filled);
    Some(head)
}

/// Makes a folder that only its owner may enter, and those above it.
///
/// # Errors
/// When it cannot be made, or something else stands in its place.
pub fn private_folder(path: &Path) -> Result<(), FileError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at("create", path))
}

/// Puts `bytes` in the place of `path`, mode 0600, so that at every instant
/// either the old or the new content stands there whole: a temporary file
/// beside it, fsync, rename, fsync of the folder.
///
/// # Errors
/// The old content stands; the temporary file is gone.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut temporary = tempfile::Builder::new()
        .prefix(&temporary_prefix(&name))
        .tempfile_in(folder)
        .map_err(at("write", path))?;
    temporary.write_all(bytes).map_err(at("write", path))?;
    temporary.as_file().sync_all().map_err(at("write", path))?;
    temporary
        .persist(path)
        .map_err(|error| at("replace", path)(error.error))?;
    sync_folder(folder)
}

/// What the names of temporary files for `name` begin with.
fn temporary_prefix(name: &str) -> String {
    format!(".{name}.")
}

/// Makes renames in `folder` outlast a power cut.
fn sync_folder(folder: &Path) -> Result<(), FileError> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems (FUSE, on phones) cannot sync a folder; the rename stands.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result.map_err(at("sync", folder)),
    }
}

/// Removes what killed writers of `name` left behind in `folder`. Only for
/// whoever holds the lock under which such files are made.
pub fn sweep_temporaries(folder: &Path, name: &str) {
    let prefix = temporary_prefix(name);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // A left-over that stays hinders nothing.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Gives `from` the name `to`.
///
/// # Errors
/// When the file system refuses.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(at("rename", from))
}

/// Where a symbolic link leads in the end, or the path itself.
#[must_use]
pub fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// When a file was last changed; `None` without one.
#[must_use]
pub fn modified(path: &Path) -> Option<Timestamp> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp(i64::try_from(since.as_secs()).ok()?))
}

/// The permission bits of a file or folder; `None` without one.
#[must_use]
pub fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o7777)
}

/// Whether we may make files in `folder`.
#[must_use]
pub fn writable(folder: &Path) -> bool {
    rustix::fs::access(
        folder,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .is_ok()
}
