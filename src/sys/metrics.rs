//! The three log files of ours that other programs read: a line is appended
//! with one write, and the file closed again, so that it can be rotated.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::FlockOperation;

use super::files::{self, FileError};
use crate::model::history::lines;
use crate::model::time::Timestamp;

/// So much of a file's end is looked at: more than its last hours.
const TAIL: u64 = 4_096;

/// One line an hour of a node's disk; nothing when this hour has one. `node`:
/// another node's name.
///
/// # Errors
/// When it cannot be written.
pub fn disk_usage(
    mamori_home: &Path,
    node: Option<&str>,
    at: Timestamp,
    percent: f64,
) -> Result<(), FileError> {
    let name = match node {
        // A name of the configuration holds no slash.
        Some(node) => format!("disk-usage.{}.log", node.replace('/', "_")),
        None => "disk-usage.log".to_owned(),
    };
    let path = mamori_home.join("metrics").join(name);
    let write = |file: &mut File| {
        // Two programs look and write one after the other: who comes second
        // finds the line, or leaves it to the first.
        if rustix::fs::flock(&*file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(());
        }
        if lines::has_hour(&tail(file)?, at) {
            return Ok(());
        }
        file.write_all(lines::disk(at, percent).as_bytes())
    };
    appended(&path, write)
}

/// Lines of round trips.
///
/// # Errors
/// When they cannot be written.
pub fn response_times(mamori_home: &Path, lines: &str) -> Result<(), FileError> {
    append(&mamori_home.join("metrics/response-times.log"), lines)
}

/// Lines of problems that began.
///
/// # Errors
/// When they cannot be written.
pub fn errors(mamori_home: &Path, lines: &str) -> Result<(), FileError> {
    append(&mamori_home.join("logs/errors.log"), lines)
}

/// Each line by a write of its own: those of several programs never mix.
fn append(path: &Path, lines: &str) -> Result<(), FileError> {
    if lines.is_empty() {
        return Ok(());
    }
    appended(path, |file| {
        let mut lines = lines.split_inclusive('\n');
        lines.try_for_each(|line| file.write_all(line.as_bytes()))
    })
}

fn appended(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        files::private_folder(folder)?;
    }
    let done = || {
        let mut file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(files::NONBLOCK)
            .open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        write(&mut file)
    };
    done().map_err(|source| FileError {
        verb: "write",
        path: path.to_owned(),
        source,
    })
}

fn tail(file: &mut File) -> io::Result<String> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_one_line_whoever_writes() {
        let home = tempfile::tempdir().unwrap();
        let at = Timestamp(1_795_327_200);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| disk_usage(home.path(), None, at, 93.1).unwrap());
            }
        });
        disk_usage(home.path(), None, Timestamp(at.0 + 3_599), 94.0).unwrap();
        disk_usage(home.path(), None, Timestamp(at.0 + 3_600), 94.0).unwrap();
        // The clock is set back: that hour has its line.
        disk_usage(home.path(), None, at, 95.0).unwrap();
        let path = home.path().join("metrics/disk-usage.log");
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "2026-11-22T06:00:00Z 93.1\n2026-11-22T07:00:00Z 94\n"
        );
        assert_eq!(files::mode(&path), Some(0o600));
    }
}
