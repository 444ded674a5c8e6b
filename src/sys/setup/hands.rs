//! Puts files, folders and links in their places, and takes them away again;
//! starts the programs that have to hear of it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _,
    PermissionsExt as _, fchown, symlink,
};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::{Timespec, Timestamps};

use super::look::look;
use crate::model::setup::manifest::Before;
use crate::model::setup::stands::{self, Stands, What};
use crate::sys::files::FileError;
use crate::sys::process::{self, Ended, RunError};
use crate::sys::surroundings::Surroundings;
use crate::sys::{guarded, owner, programs};

/// What a file wears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dress<'a> {
    /// Permission bits.
    pub mode: u32,
    /// Whose it was and when; `None`: ours, now.
    pub before: Option<&'a Before>,
    /// Whether its times come back, too.
    pub times: bool,
}

fn at<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + use<'a> {
    move |source| FileError {
        verb,
        path: path.to_owned(),
        source,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Puts `bytes` where `seen` was seen, through its links: in one step beside
/// it, or in place where the file has other names or its folder is not ours.
///
/// # Errors
/// When somebody changed it meanwhile, or the system refuses: what stood there
/// stands then, but for a disk that fills up under a file with several names.
pub fn put(seen: &Stands, bytes: &[u8], dress: Dress<'_>) -> Result<(), FileError> {
    let real = &seen.real;
    unchanged(seen).map_err(at("write", real))?;
    if in_place(seen, dress) {
        return over(real, bytes, dress).map_err(at("write", real));
    }
    if beside(seen, bytes, dress).map_err(at("write", real))? {
        return Ok(());
    }
    over(real, bytes, dress).map_err(at("write", real))
}

fn unchanged(seen: &Stands) -> io::Result<()> {
    let now = look(&seen.path);
    let kinds = std::mem::discriminant(&now.what) == std::mem::discriminant(&seen.what);
    if kinds && now.real == seen.real && now.sum() == seen.sum() {
        return Ok(());
    }
    Err(io::Error::other("somebody changed it meanwhile"))
}

fn in_place(seen: &Stands, dress: Dress<'_>) -> bool {
    let What::File(file) = &seen.what else {
        return false;
    };
    let theirs = file.facts.uid != rustix::process::geteuid().as_raw();
    let foreign = theirs && !rustix::process::geteuid().is_root();
    let moved = dress
        .before
        .is_some_and(|before| before.uid != file.facts.uid);
    let closed = !crate::sys::files::writable(folder_of(&seen.real));
    file.names > 1 || closed || (foreign && !moved)
}

/// The name under which a file waits for its place: always the same, so that
/// one left by a kill is known.
fn waiting(real: &Path) -> PathBuf {
    let name = real.file_name().unwrap_or(OsStr::new("file"));
    let mut hidden = OsString::from(".");
    if name.len() < 200 {
        hidden.push(name);
    }
    hidden.push(".mamori-setup");
    real.with_file_name(hidden)
}

/// Whether it was done: a file that would lose its group stays as it is.
fn beside(seen: &Stands, bytes: &[u8], dress: Dress<'_>) -> io::Result<bool> {
    let waiting = waiting(&seen.real);
    let made = fresh(&waiting).and_then(|mut file| {
        file.write_all(bytes)?;
        if let What::File(_) = seen.what
            && let Ok(old) = File::open(&seen.real)
        {
            guarded::attributes(&old.into(), &file);
        }
        let ours = |file: &stands::File| file.facts.uid == rustix::process::geteuid().as_raw();
        if !clothe(&file, dress)? && seen.file().is_some_and(ours) {
            return Ok(false);
        }
        file.sync_all()?;
        times(&file, dress)?;
        Ok(true)
    });
    let placed = made.and_then(|fits| {
        if fits {
            unchanged(seen)?;
            fs::rename(&waiting, &seen.real)?;
        }
        Ok(fits)
    });
    if !matches!(placed, Ok(true)) {
        // One that stays is taken by the next set-up.
        let _ = fs::remove_file(&waiting);
    }
    if !placed? {
        return Ok(false);
    }
    // The new content stands; a folder that cannot be synced changes nothing.
    let _ = File::open(folder_of(&seen.real)).and_then(|folder| folder.sync_all());
    Ok(true)
}

fn fresh(path: &Path) -> io::Result<File> {
    let new = || {
        let mut options = File::options();
        options.write(true).create_new(true).mode(0o600).open(path)
    };
    match new() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Ours from a kill: who has the lock may take it.
            let meta = fs::symlink_metadata(path)?;
            if !meta.is_file() || meta.uid() != rustix::process::geteuid().as_raw() {
                return Err(error);
            }
            fs::remove_file(path)?;
            new()
        }
        made => made,
    }
}

/// Whether its owner and group are what they shall be.
fn clothe(file: &File, dress: Dress<'_>) -> io::Result<bool> {
    let mut fits = true;
    // First the owner: a change of it takes bits of the mode away.
    if let Some(before) = dress.before {
        let meta = file.metadata()?;
        if (meta.uid(), meta.gid()) != (before.uid, before.gid) {
            let owned = fchown(file, Some(before.uid), Some(before.gid));
            if rustix::process::geteuid().is_root() {
                owned?;
            } else {
                fits = owned.is_ok();
            }
        }
    }
    file.set_permissions(Permissions::from_mode(dress.mode))?;
    Ok(fits)
}

fn times(file: &File, dress: Dress<'_>) -> io::Result<()> {
    let Some(before) = dress.before.filter(|_| dress.times) else {
        return Ok(());
    };
    let time = |(tv_sec, nanoseconds): (i64, i64)| Timespec {
        tv_sec,
        #[allow(
            clippy::cast_possible_truncation,
            clippy::useless_conversion,
            reason = "the field has another type on each system, and is under a billion"
        )]
        tv_nsec: nanoseconds as _,
    };
    let times = Timestamps {
        last_access: time(before.atime),
        last_modification: time(before.mtime),
    };
    Ok(rustix::fs::futimens(file, &times)?)
}

/// Writes over what is there: the file stays the same one.
fn over(path: &Path, bytes: &[u8], dress: Dress<'_>) -> io::Result<()> {
    let open = || File::options().write(true).open(path);
    let mut file = match open() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let mode = fs::metadata(path)?.permissions().mode();
            fs::set_permissions(path, Permissions::from_mode(mode | 0o200))?;
            let opened = open();
            if opened.is_err() {
                fs::set_permissions(path, Permissions::from_mode(mode))?;
            }
            opened?
        }
        opened => opened?,
    };
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    if file.metadata()?.mode() & 0o7777 != dress.mode {
        file.set_permissions(Permissions::from_mode(dress.mode))?;
    }
    file.sync_all()?;
    times(&file, dress)
}

/// What our umask leaves of `mode`.
#[must_use]
pub fn umasked(mode: u32) -> u32 {
    // It can only be read by setting it: for an instant the strictest.
    let mask = rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    rustix::process::umask(mask);
    #[allow(
        clippy::useless_conversion,
        reason = "it has another type on each system"
    )]
    let mask = u32::from(mask.bits());
    mode & !mask
}

/// Makes one folder.
///
/// # Errors
/// When the system refuses.
pub fn folder(path: &Path, mode: u32) -> Result<(), FileError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result.map_err(at("create", path)),
    }
}

/// Makes a link, in the place of nothing.
///
/// # Errors
/// When the system refuses, or something stands there.
pub fn link(path: &Path, to: &Path) -> Result<(), FileError> {
    symlink(to, path).map_err(at("link", path))
}

/// Takes away what a kill left of a file that waited for its place here.
pub fn sweep(seen: &Stands) {
    let waiting = waiting(&seen.real);
    let uid = rustix::process::geteuid().as_raw();
    let ours = fs::symlink_metadata(&waiting).is_ok_and(|meta| meta.is_file() && meta.uid() == uid);
    if ours {
        // One that stays is taken by the next set-up.
        let _ = fs::remove_file(&waiting);
    }
}

/// Takes away the file that was seen, where its links lead.
///
/// # Errors
/// When the system refuses, or somebody changed it meanwhile.
pub fn remove(seen: &Stands) -> Result<(), FileError> {
    unchanged(seen).map_err(at("remove", &seen.path))?;
    gone(&seen.real)
}

/// Takes away the link at `path` itself.
///
/// # Errors
/// When the system refuses.
pub fn unlink(path: &Path) -> Result<(), FileError> {
    gone(path)
}

fn gone(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        gone => gone.map_err(at("remove", path)),
    }
}

/// Takes away a folder of ours, if nothing but `leftovers` is in it. Whether
/// it is gone.
///
/// # Errors
/// When the system refuses for another reason.
pub fn rmdir(path: &Path, leftovers: &[String]) -> Result<bool, FileError> {
    // Who makes them may be about to end, and make one of them again.
    for _ in 0..20 {
        sweep_leftovers(path, leftovers);
        match fs::remove_dir(path) {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            Err(error) => return Err(at("remove", path)(error)),
        }
        let there = |name: &String| fs::symlink_metadata(path.join(name)).is_ok();
        if !leftovers.iter().any(there) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(false)
}

fn sweep_leftovers(path: &Path, leftovers: &[String]) {
    let uid = rustix::process::geteuid().as_raw();
    for name in leftovers {
        let path = path.join(name);
        let Ok(meta) = fs::symlink_metadata(&path) else {
            continue;
        };
        let kind = meta.file_type();
        if meta.uid() != uid {
            continue;
        }
        // What cannot go keeps its folder, which is told.
        let _ = if kind.is_dir() {
            fs::remove_dir(&path)
        } else if kind.is_file() || kind.is_fifo() {
            fs::remove_file(&path)
        } else {
            Ok(())
        };
    }
}

/// Where the program of a command is.
#[must_use]
pub fn program(words: &[String], around: &Surroundings) -> Option<PathBuf> {
    programs::find(words.first()?, around)
}

/// Runs a command of a set-up; `None` when its program is not there.
///
/// # Errors
/// When it cannot be started or does not end in time.
pub fn run(
    words: &[String],
    limit: Duration,
    around: &Surroundings,
) -> Result<Option<Ended>, RunError> {
    let Some(program) = program(words, around) else {
        return Ok(None);
    };
    let arguments: Vec<OsString> = words.iter().skip(1).map(OsString::from).collect();
    let mut environment = owner::environment(around);
    environment.extend(around.session_environment.iter().cloned());
    let named = |name: &str| environment.iter().any(|(known, _)| known == name);
    // A person's service manager is found by this folder.
    let runtime = PathBuf::from(format!("/run/user/{}", around.uid));
    if cfg!(target_os = "linux") && !named("XDG_RUNTIME_DIR") && runtime.is_dir() {
        environment.push(("XDG_RUNTIME_DIR".into(), runtime.into()));
    }
    process::run(&program, &arguments, &environment, limit).map(Some)
}
