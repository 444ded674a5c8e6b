//! Looks at a path, through its links, without leaving a trace.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::model::setup::manifest::Before;
use crate::model::setup::stands::{self, Stands, What};
use crate::model::sum::sum;

/// As many links as the kernel follows.
const LINKS: usize = 40;
/// The largest file that is set up, in bytes.
const LARGEST: u64 = 64 << 20;

/// What stands at `path`.
#[must_use]
pub fn look(path: &Path) -> Stands {
    let mut links = Vec::new();
    let mut at = path.to_owned();
    loop {
        let meta = match fs::symlink_metadata(&at) {
            Ok(meta) => meta,
            Err(error) => {
                let what = match error.kind() {
                    io::ErrorKind::NotFound => What::Missing,
                    io::ErrorKind::NotADirectory => {
                        What::Unfit("something on its way is no folder".to_owned())
                    }
                    _ => What::Unfit(format!("it cannot be looked at ({error})")),
                };
                return seen(path, &at, links, what);
            }
        };
        if !meta.is_symlink() {
            let what = found(&at, &meta);
            return seen(path, &at, links, what);
        }
        let Ok(target) = fs::read_link(&at) else {
            let what = What::Unfit("its link cannot be read".to_owned());
            return seen(path, &at, links, what);
        };
        at = at.parent().unwrap_or(Path::new("/")).join(&target);
        links.push(target);
        if links.len() > LINKS {
            let what = What::Unfit("its links lead round in a circle".to_owned());
            return seen(path, path, links, what);
        }
    }
}

fn seen(path: &Path, at: &Path, links: Vec<PathBuf>, what: What) -> Stands {
    // The folder is resolved, the name in it may be missing.
    let folder = at.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let real = match (folder, at.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => at.to_owned(),
    };
    Stands {
        path: path.to_owned(),
        real,
        links,
        what,
    }
}

fn found(path: &Path, meta: &Metadata) -> What {
    if meta.is_dir() {
        return What::Folder(meta.mode() & 0o7777);
    }
    if !meta.is_file() {
        return What::Unfit("it is no regular file".to_owned());
    }
    if meta.len() > LARGEST {
        return What::Unfit("it is over 64 MiB".to_owned());
    }
    let mut bytes = Vec::new();
    let read = quietly(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => What::Unfit(format!("it cannot be read ({})", error.kind())),
        Ok(_) => What::File(stands::File {
            facts: facts(path, meta, &bytes),
            names: meta.nlink(),
            bytes,
        }),
    }
}

fn facts(path: &Path, meta: &Metadata, bytes: &[u8]) -> Before {
    Before {
        sum: sum(bytes),
        length: bytes.len() as u64,
        mode: meta.mode() & 0o7777,
        uid: meta.uid(),
        gid: meta.gid(),
        mtime: (meta.mtime(), meta.mtime_nsec()),
        atime: (meta.atime(), meta.atime_nsec()),
        xattrs: attributes(path),
    }
}

/// Opens a file so that reading it does not count, where that is ours to say.
fn quietly(path: &Path) -> io::Result<File> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let quiet = (OFlags::NONBLOCK | OFlags::NOATIME).bits();
        #[expect(clippy::cast_possible_wrap, reason = "the flags are low bits")]
        let opened = File::options()
            .read(true)
            .custom_flags(quiet as i32)
            .open(path);
        if opened.is_ok() {
            return opened;
        }
    }
    #[expect(clippy::cast_possible_wrap, reason = "the flag is one low bit")]
    File::options()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32)
        .open(path)
}

/// The names of a file's extended attributes.
#[cfg(target_os = "linux")]
fn attributes(path: &Path) -> Vec<String> {
    if crate::sys::surroundings::on_android() {
        return Vec::new();
    }
    let mut names = vec![0_u8; 64 << 10];
    let length = rustix::fs::listxattr(path, &mut names[..]).unwrap_or(0);
    names.truncate(length);
    let names = names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty());
    names
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn attributes(_: &Path) -> Vec<String> {
    Vec::new()
}
