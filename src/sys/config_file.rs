//! Reads the configuration file and tells who could have written it.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

/// Bytes a configuration may have: 1 MiB.
pub const LARGEST: u64 = 1 << 20;

/// Links followed before we call it a loop, as Linux does.
const HOPS: usize = 40;

/// What a path on the way to the configuration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file itself.
    File,
    /// A symbolic link to it.
    Link,
    /// The folder of the file or of a link to it.
    Folder,
}

/// Who owns a path on the way to the configuration, and who may write to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The path.
    pub path: PathBuf,
    /// What it is.
    pub part: Part,
    /// The owner's user id.
    pub uid: u32,
    /// The permission bits.
    pub mode: u32,
}

/// A configuration file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Every link, folder and the file itself, in the order they were met.
    pub parts: Vec<Owned>,
    /// What the file holds.
    pub bytes: Vec<u8>,
}

/// Why a configuration that is there could not be read.
#[derive(Debug)]
pub enum Unreadable {
    /// A link leads to nothing: the path that is not there.
    Dangling(PathBuf),
    /// Links lead round in a circle.
    Loop,
    /// It is a folder.
    Folder,
    /// It is a pipe, a socket or a device.
    Special,
    /// It has more than [`LARGEST`] bytes.
    Large,
    /// The system's reason.
    System(io::Error),
}

/// Reads the file at `path`; `None` when nothing is there.
///
/// # Errors
/// Tells why it is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<Look>, Unreadable> {
    let mut parts = Vec::new();
    let mut at = path.to_path_buf();
    for hop in 0..=HOPS {
        let found = match fs::symlink_metadata(&at) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound && hop == 0 => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Unreadable::Dangling(at));
            }
            Err(error) => return Err(error.into()),
        };
        let folder = folder(&at);
        parts.push(owned(folder.clone(), Part::Folder, &fs::metadata(&folder)?));
        if found.is_symlink() {
            let target = folder.join(fs::read_link(&at)?);
            parts.push(owned(at, Part::Link, &found));
            at = target;
            continue;
        }
        return open(&at, parts).map(Some);
    }
    Err(Unreadable::Loop)
}

/// Reads a file that is no link; what it is and who owns it is asked of the
/// open file, so that nothing can be put in its place in between.
fn open(path: &Path, mut parts: Vec<Owned>) -> Result<Look, Unreadable> {
    // Without NONBLOCK the open of a named pipe waits for a writer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?);
    let found = file.metadata()?;
    if found.is_dir() {
        return Err(Unreadable::Folder);
    }
    if !found.is_file() {
        return Err(Unreadable::Special);
    }
    parts.push(owned(path.to_path_buf(), Part::File, &found));
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable::Large);
    }
    Ok(Look { parts, bytes })
}

fn owned(path: PathBuf, part: Part, found: &Metadata) -> Owned {
    Owned {
        path,
        part,
        uid: found.uid(),
        mode: found.mode() & 0o7777,
    }
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        Some(_) => PathBuf::from("."),
        None => PathBuf::from("/"),
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        if rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::LOOP) {
            return Self::Loop;
        }
        Self::System(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn every_link_and_folder_on_the_way_is_told() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("dotfiles")).unwrap();
        fs::write(at("dotfiles/real.toml"), "x").unwrap();
        symlink("dotfiles/real.toml", at("config.toml")).unwrap();
        let look = read(&at("config.toml")).unwrap().unwrap();
        let parts: Vec<_> = look
            .parts
            .iter()
            .map(|owned| (owned.part, owned.path.clone()))
            .collect();
        assert_eq!(look.bytes, b"x");
        assert_eq!(
            parts,
            [
                (Part::Folder, home.path().to_path_buf()),
                (Part::Link, at("config.toml")),
                (Part::Folder, at("dotfiles")),
                (Part::File, at("dotfiles/real.toml")),
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        assert!(read(&at("absent/config.toml")).unwrap().is_none());
        symlink("nothing", at("dangling")).unwrap();
        symlink("loop", at("loop")).unwrap();
        fs::write(at("large"), vec![b'#'; (1 << 20) + 1]).unwrap();
        let pipe = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe"),
            rustix::fs::FileType::Fifo,
            pipe,
            0,
        )
        .unwrap();
        assert!(matches!(
            read(&at("dangling")),
            Err(Unreadable::Dangling(_))
        ));
        assert!(matches!(read(&at("loop")), Err(Unreadable::Loop)));
        assert!(matches!(read(&at("large")), Err(Unreadable::Large)));
        assert!(matches!(read(&at("pipe")), Err(Unreadable::Special)));
        assert!(matches!(read(home.path()), Err(Unreadable::Folder)));
    }
}
