//! `errors.log` and its archives, read line by line within bounds.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, BufRead, BufReader, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::MultiGzDecoder;

use super::{clock, files};
use crate::model::text::clean;
use crate::model::time::Timestamp;

const NAME: &str = "errors.log";
/// A longer line is none.
const LONGEST: u64 = 64 << 10;
/// Bytes and time of all files together.
const BYTES: u64 = 256 << 20;
const TIME: Duration = Duration::from_secs(10);
/// So often is looked anew when the log is moved meanwhile.
const TURNS: usize = 3;
/// Lines between two looks at the clock.
const OFTEN: u64 = 1_000;

/// How the reading went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Went {
    /// How many files there were.
    pub files: usize,
    /// What could not be read, and why.
    pub trouble: Option<String>,
}

/// Hands on every line of those files that were written to since then, in no
/// order. What is moved and compressed meanwhile is read once.
#[must_use]
pub fn lines(mamori_home: &Path, since: Timestamp, each: &mut dyn FnMut(&[u8])) -> Went {
    let folder = mamori_home.join("logs");
    let mut found = opened(&folder, since);
    for _ in 0..TURNS {
        // Compressed in between it would be there twice.
        if found.log
            == fs::metadata(folder.join(NAME))
                .ok()
                .map(|meta| which(&meta))
        {
            break;
        }
        found = opened(&folder, since);
    }
    let Found { open, mut went, .. } = found;
    let mut bounds = Bounds {
        bytes: BYTES,
        until: clock::elapsed() + TIME,
    };
    for (path, file) in open {
        let compressed = path.extension().is_some_and(|end| end == "gz");
        let read = if compressed {
            hand_on(
                BufReader::new(MultiGzDecoder::new(BufReader::new(file))),
                &mut bounds,
                each,
            )
        } else {
            hand_on(BufReader::new(file), &mut bounds, each)
        };
        if let Err(error) = read {
            went.trouble
                .get_or_insert(format!("{}: {error}", shown(&path)));
        }
    }
    went
}

/// The files, open.
#[derive(Default)]
struct Found {
    /// Which file the log itself was.
    log: Option<(u64, u64)>,
    open: Vec<(PathBuf, File)>,
    went: Went,
}

fn which(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

fn opened(folder: &Path, since: Timestamp) -> Found {
    let mut found = Found::default();
    let mut known = BTreeSet::new();
    // The log itself is opened first and only then the archives are listed: when
    // it is moved in between it is among them.
    let first = std::iter::once(NAME.to_owned());
    let archives = std::iter::once_with(|| archives(folder)).flatten();
    for name in first.chain(archives) {
        let is_log = name == NAME;
        let path = folder.join(&name);
        let opened = match files::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // It was compressed just now.
                let path = folder.join(name + ".gz");
                files::open(&path).map(|file| (path, file))
            }
            opened => opened.map(|file| (path, file)),
        };
        match opened {
            Ok((path, file)) => {
                let which = file.metadata().ok().map(|meta| which(&meta));
                if is_log {
                    found.log = which;
                }
                let new = which.is_none_or(|which| known.insert(which));
                found.went.files += usize::from(new);
                let old = files::modified(&path).is_some_and(|at| at < since);
                if new && !old {
                    found.open.push((path, file));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                found.went.files += 1;
                let trouble = format!("{}: {error}", shown(&folder.join(NAME)));
                found.went.trouble.get_or_insert(trouble);
            }
        }
    }
    found
}

fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    clean(&name.to_string_lossy())
}

/// The archives, each once; what is not whole yet is another name.
fn archives(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let all: BTreeSet<String> = names.filter(|name| is_archive(name)).collect();
    let plain = |name: &str| {
        let plain = name.strip_suffix(".gz");
        plain.is_some_and(|plain| all.contains(plain))
    };
    all.iter().filter(|name| !plain(name)).cloned().collect()
}

/// `errors.log.20261128.gz`, `errors.log.20261128-2`, `errors.log.1`.
fn is_archive(name: &str) -> bool {
    let rest = name.strip_prefix(NAME).unwrap_or_default();
    let rest = rest.strip_suffix(".gz").unwrap_or(rest);
    let number = rest.strip_prefix(['.', '-']).unwrap_or_default();
    let plain = |c: char| c.is_ascii_digit() || c == '-';
    number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(plain)
}

struct Bounds {
    bytes: u64,
    until: Duration,
}

fn hand_on(
    mut from: impl BufRead,
    bounds: &mut Bounds,
    each: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    let mut line = Vec::new();
    let (mut count, mut within) = (0_u64, false);
    loop {
        line.clear();
        let read = from.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        if read == 0 {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n') || read < LONGEST;
        // Of one that is too long the beginning is told, which is no line.
        if !within {
            each(if whole { &line } else { b"?" });
        }
        within = !whole;
        count += 1;
        bounds.bytes = bounds.bytes.saturating_sub(read);
        if bounds.bytes == 0 {
            return Err(io::Error::other("too large, not read to its end"));
        }
        if count.is_multiple_of(OFTEN) && clock::elapsed() > bounds.until {
            return Err(io::Error::other("took too long, not read to its end"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(home: &Path) -> (Vec<String>, Went) {
        let mut all = Vec::new();
        let mut each = |line: &[u8]| all.push(String::from_utf8_lossy(line).trim_end().to_owned());
        let went = lines(home, Timestamp(0), &mut each);
        all.sort();
        (all, went)
    }

    fn packed(text: &str) -> Vec<u8> {
        let level = flate2::Compression::fast();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), level);
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap()
    }

    #[test]
    fn the_log_and_its_archives_are_read_each_once() {
        let home = tempfile::tempdir().unwrap();
        let logs = home.path().join("logs");
        assert_eq!(read(home.path()), (Vec::new(), Went::default()));
        fs::create_dir(&logs).unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(logs.join(name), bytes).unwrap();
        put("errors.log", b"a\nb");
        put("errors.log.20261127.gz", &packed("c\n"));
        put("errors.log.20261128", b"d\n");
        // Compressed, and not yet taken away.
        put("errors.log.20261128.gz", &packed("d\n"));
        put("errors.log.20261129.gz.tmp", b"x\n");
        put("errors.log.bak", b"x\n");
        put("other.log.1", b"x\n");
        fs::hard_link(logs.join("errors.log"), logs.join("errors.log.20261129")).unwrap();
        let (all, went) = read(home.path());
        assert_eq!(all, ["a", "b", "c", "d"]);
        assert_eq!((went.files, went.trouble), (3, None));
    }

    #[test]
    fn what_is_broken_or_odd_is_said_and_the_rest_is_read() {
        let home = tempfile::tempdir().unwrap();
        let logs = home.path().join("logs");
        fs::create_dir_all(logs.join("errors.log.1")).unwrap();
        let long = "y".repeat(200_000) + "\nz\n";
        fs::write(logs.join("errors.log"), long).unwrap();
        let mut half = packed("c\nd\n");
        half.truncate(half.len() - 6);
        fs::write(logs.join("errors.log.2.gz"), half).unwrap();
        let (all, went) = read(home.path());
        assert!(
            all.contains(&"z".to_owned()) && all.contains(&"?".to_owned()),
            "{all:?}"
        );
        assert_eq!(all.iter().filter(|line| line.starts_with('y')).count(), 0);
        assert!(went.trouble.is_some());
    }
}
