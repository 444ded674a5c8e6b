//! The note beside a log that says what is being done to it: after a crash it
//! tells what of it happened.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::files;

/// What was about to be done to a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "snake_case")]
pub enum Note {
    /// Its beginning was to be taken away.
    Cut(Cut),
    /// It was to get another name, and its writer to be told.
    Rename(Rename),
}

/// A cut that was about to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The inode of the log.
    pub inode: u64,
    /// Its length when this was written, in bytes, all of them on the disk: it
    /// only grows by itself.
    pub len: u64,
    /// What is cut off its beginning, in bytes.
    pub cut: u64,
    /// The length of a block, in bytes.
    pub block: u64,
    /// CRC-32 of its first block.
    pub first: u32,
    /// CRC-32 of the block that is the first after the cut.
    pub next: u32,
    /// The archive's name in the same folder ([`written`]).
    pub archive: String,
    /// Its name while it was being written.
    pub half: String,
}

/// A log that was about to get another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// The inode of the log.
    pub inode: u64,
    /// Its new name in the same folder ([`written`]).
    pub pending: String,
}

/// Where the note for the log at `path` lies.
#[must_use]
pub fn place(path: &Path) -> PathBuf {
    hidden(path, NOTE)
}

/// The lock of the log at `path`, held while somebody rotates it, whatever
/// their home.
#[must_use]
pub fn lock(path: &Path) -> PathBuf {
    hidden(path, ".mamori-lock")
}

/// The log that has a note of this name beside it.
#[must_use]
pub fn log_of(note: &OsStr) -> Option<OsString> {
    let inner = note.as_bytes().strip_prefix(b".")?;
    let name = inner.strip_suffix(NOTE.as_bytes())?;
    (!name.is_empty()).then(|| OsString::from_vec(name.to_vec()))
}

const NOTE: &str = ".mamori";

fn hidden(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(end);
    path.with_file_name(name)
}

/// The note for the log at `path`, if there is one.
///
/// # Errors
/// When there is one that cannot be read, in words.
pub fn read(path: &Path) -> Result<Option<Note>, String> {
    let place = place(path);
    let Some(bytes) = files::read(&place).map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let note = serde_json::from_slice(&bytes);
    note.map(Some)
        .map_err(|error| format!("`{}` cannot be understood: {error}", place.display()))
}

/// Writes the note down, so that it outlasts a power cut.
///
/// # Errors
/// When the disk does not take it.
pub fn write(path: &Path, note: &Note) -> io::Result<()> {
    let bytes = serde_json::to_vec(note)?;
    files::replace(&place(path), &bytes).map_err(io::Error::other)
}

/// Forgets the note.
#[must_use]
pub fn forget(path: &Path) -> bool {
    let gone = super::remove(&place(path));
    super::settle(path.parent().unwrap_or(Path::new("/")));
    gone
}

/// A file's name as it stands in a note: its bytes in hexadecimal digits where
/// they are no text.
#[must_use]
pub fn written(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) if !text.starts_with("hex:") => text.to_owned(),
        _ => {
            let digits = name.as_bytes().iter().map(|byte| format!("{byte:02x}"));
            format!("hex:{}", digits.collect::<String>())
        }
    }
}

/// The name that stands so in a note; `None` when it is none, or no plain name.
#[must_use]
pub fn name(written: &str) -> Option<OsString> {
    let name = match written.strip_prefix("hex:") {
        None => OsString::from(written),
        Some(digits) => {
            let pairs = digits.as_bytes().chunks(2);
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            OsString::from_vec(pairs.map(byte).collect::<Option<Vec<u8>>>()?)
        }
    };
    let plain = !name.is_empty() && !name.as_bytes().contains(&b'/') && name != "..";
    plain.then_some(name)
}

/// CRC-32 of a block.
#[must_use]
pub fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_bytes_comes_back() {
        for bytes in [&b"app.log.20261128.gz"[..], b"a\xff\n.log", b"hex:61"] {
            let odd = OsString::from_vec(bytes.to_vec());
            assert_eq!(name(&written(&odd)), Some(odd));
        }
        for bad in ["", "a/b", "..", "hex:zz", "hex:2f"] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_note_is_read_back_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("app.log");
        assert_eq!(read(&log), Ok(None));
        let note = Note::Cut(Cut {
            inode: 2,
            len: 9000,
            cut: 4096,
            block: 4096,
            first: crc(b"a"),
            next: crc(b"b"),
            archive: "app.log.20261128.gz".into(),
            half: "app.log.20261128.gz.tmp".into(),
        });
        write(&log, &note).unwrap();
        assert_eq!(read(&log), Ok(Some(note)));
        let place = place(&log);
        assert_eq!(log_of(place.file_name().unwrap()), Some("app.log".into()));
        assert!(forget(&log));
        assert_eq!(read(&log), Ok(None));
        std::fs::write(place, b"{").unwrap();
        assert!(read(&log).is_err());
    }
}
