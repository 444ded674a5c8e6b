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

impl FileError {
    /// Whether the file is there and ours to open, but nothing a file of ours
    /// can be: a folder, a FIFO, far too large.
    #[must_use]
    pub fn unusable(&self) -> bool {
        self.source.kind() == io::ErrorKind::Other
    }
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

/// `O_NONBLOCK`: a FIFO in a file's place does not hold us up.
#[expect(clippy::cast_possible_wrap, reason = "the flag is one low bit")]
pub(super) const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits() as i32;

/// Opens a regular file.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let file = File::options()
        .read(true)
        .custom_flags(NONBLOCK)
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

/// A file written and synced beside the place it is meant for, not yet in it.
/// Dropped, it is gone.
#[derive(Debug)]
pub struct Staged(tempfile::NamedTempFile);

/// Writes `bytes` beside `path`, mode 0600, and syncs them.
///
/// # Errors
/// When the folder or the disk does not take them; nothing is left then.
pub fn stage(path: &Path, bytes: &[u8]) -> Result<Staged, FileError> {
    let staged = beside(path, bytes)?;
    staged.0.as_file().sync_all().map_err(at("write", path))?;
    Ok(staged)
}

fn beside(path: &Path, bytes: &[u8]) -> Result<Staged, FileError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut temporary = tempfile::Builder::new()
        .prefix(&temporary_prefix(&name))
        .tempfile_in(folder)
        // The crate's own text holds a random name; the kind says what matters.
        .map_err(|error| at("write", path)(plain(&error)))?;
    temporary
        .as_file_mut()
        .write_all(bytes)
        .map_err(at("write", path))?;
    Ok(Staged(temporary))
}

impl Staged {
    /// Puts the file in the place of `path`, in one step.
    ///
    /// # Errors
    /// When it cannot: the old content stands then.
    pub fn put(self, path: &Path) -> Result<(), FileError> {
        self.named(path)?;
        // The new content stands from here on. Where a folder cannot be
        // synced (FUSE on phones), a power cut may bring back the old one.
        let _ = sync_folder(path.parent().unwrap_or(Path::new("/")));
        Ok(())
    }

    fn named(self, path: &Path) -> Result<(), FileError> {
        let named = self.0.persist(path);
        named
            .map(drop)
            .map_err(|error| at("replace", path)(plain(&error.error)))
    }
}

/// Puts `bytes` in the place of `path`, mode 0600, so that at every instant
/// either the old or the new content stands there whole: a temporary file
/// beside it, fsync, rename, fsync of the folder.
///
/// # Errors
/// The old content stands; the temporary file is gone.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    stage(path, bytes)?.put(path)
}

/// The same without waiting for the disk: for what need not outlast a power
/// cut. At every instant one content or the other stands there whole.
///
/// # Errors
/// As [`replace`].
pub fn replace_soon(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    beside(path, bytes)?.named(path)
}

/// Puts `bytes` in the place of `path` as [`replace`] does, so that everybody
/// may read them (mode 0644): for programs of other users.
///
/// # Errors
/// As [`replace`].
pub fn publish(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let staged = stage(path, bytes)?;
    let open = fs::Permissions::from_mode(0o644);
    let file = staged.0.as_file();
    file.set_permissions(open).map_err(at("write", path))?;
    staged.put(path)
}

fn plain(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::from(error.kind()),
    }
}

/// What the names of temporary files for `name` begin with.
fn temporary_prefix(name: &str) -> String {
    format!(".{name}.")
}

/// Makes renames in `folder` outlast a power cut.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes what killed writers of `name` (empty: of any) left behind in `folder`. Only for
/// whoever holds the lock under which such files are made.
pub fn sweep_temporaries(folder: &Path, name: &str) {
    let prefix = if name.is_empty() {
        ".".to_owned()
    } else {
        temporary_prefix(name)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // A left-over that stays hinders nothing.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes the symbolic link `path`, which leads to `to`.
///
/// # Errors
/// When the file system refuses, or something stands there.
pub fn make_link(to: &Path, path: &Path) -> Result<(), FileError> {
    std::os::unix::fs::symlink(to, path).map_err(at("link", path))
}

/// Gives `from` the name `to`.
///
/// # Errors
/// When the file system refuses.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(at("rename", from))
}

/// `path` from the root on, its links as they are.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
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

/// Which file stands there, as it was last written: its number, its time in
/// nanoseconds, its size. Another of these is another content.
#[must_use]
pub fn stamp(path: &Path) -> Option<(u64, i128, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::metadata(path).ok()?;
    let time = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
    Some((found.ino(), time, found.len()))
}

/// Whether anything stands at `path`.
#[must_use]
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a folder, or a link to one, stands at `path`.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a regular file, or a link to one, stands at `path`.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    path.is_file()
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

/// The names of what is in a folder, in no order; `None` where it cannot be
/// read.
#[must_use]
pub fn names(folder: &Path) -> Option<Vec<std::ffi::OsString>> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    Some(entries.map(|entry| entry.file_name()).collect())
}
