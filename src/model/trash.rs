//! A trash: a folder `.mamori-trash-…` beside what was moved into it, with a
//! manifest that tells what each number in it was.
//!
//! ```text
//! {"mamori_trash":1,"inode":77,"how":"each entry lies here under its number; …"}
//! {"number":1,"name":"claude-1","folder":"/tmp","inode":78,"files":3,"bytes":512,…}
//! ```
//! A line is written before its entry is moved: what is listed may be missing,
//! what is there and not listed was not moved by us.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::text::clean;

/// What a trash's name begins with.
pub const PREFIX: &str = ".mamori-trash-";
/// The manifest's name in it.
pub const MANIFEST: &str = "manifest";
/// What the name of an entry ends with that somebody has to look at.
pub const HELD: &str = "-held";
/// How long it can be brought back.
pub const KEPT: Duration = Duration::from_secs(24 * 3_600);
const HOW: &str = "Mamori moved these here because they were old. Each lies in this folder \
    under its number; to bring one back: mv NUMBER FOLDER/NAME && touch FOLDER/NAME, or it goes \
    again when it has been back for as long as it may be old. After 24 hours they are removed.";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    mamori_trash: u32,
    inode: u64,
    how: String,
}

/// What was moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its name in the trash.
    pub number: u64,
    /// What it was called; bytes that are no text are written `\u{fffd}`.
    pub name: String,
    /// The bytes of that name in hexadecimal, where they are no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_bytes: Option<String>,
    /// The folder it stood in.
    pub folder: String,
    /// Which one it is: what has another one in the trash is not it.
    pub inode: u64,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When it was moved.
    #[serde(flatten)]
    pub moved: Moment,
}

/// A manifest as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The inode of the folder it was written for.
    pub inode: u64,
    /// What was moved.
    pub lines: Vec<Line>,
}

/// The first line, for the trash of that inode.
#[must_use]
pub fn head(inode: u64) -> String {
    written(&Head {
        mamori_trash: 1,
        inode,
        how: HOW.to_owned(),
    })
}

impl Line {
    /// What it was called.
    #[must_use]
    pub fn file_name(&self) -> OsString {
        let Some(digits) = &self.name_bytes else {
            return self.name.clone().into();
        };
        let pairs = digits.as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        OsString::from_vec(pairs.filter_map(byte).collect())
    }

    /// As it stands in the manifest.
    #[must_use]
    pub fn written(&self) -> String {
        written(self)
    }
}

/// One line of JSON. Whatever steers a terminal is escaped: people read it there.
fn written(value: &impl Serialize) -> String {
    // Plain data with text for keys: it can always be written.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut line = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if clean(c.encode_utf8(&mut [0; 4])).is_empty() {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    line
}

/// Reads a manifest; `None` when it is none, or when a line other than the
/// last, which may have been cut, says nothing.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Manifest> {
    let mut all = bytes.split(|&byte| byte == b'\n');
    let head: Head = serde_json::from_slice(all.next()?).ok()?;
    if head.mamori_trash != 1 {
        return None;
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut broken = false;
    for line in all.filter(|line| !line.is_empty()) {
        if broken {
            return None;
        }
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            Err(_) => broken = true,
        }
    }
    Some(Manifest {
        inode: head.inode,
        lines,
    })
}

/// Whether everything in it has been there for long enough, by the clock that
/// counts within one boot and by the times of the folder and its manifest.
#[must_use]
pub fn over(manifest: &Manifest, touched: i64, now: &Moment) -> bool {
    let kept = i64::try_from(KEPT.as_secs()).unwrap_or(i64::MAX);
    let long = |line: &Line| now.since(&line.moved) >= KEPT && now.at.since(line.moved.at) >= kept;
    manifest.lines.iter().all(long) && now.at.0.saturating_sub(touched) >= kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use proptest::prelude::*;

    fn moment(at: i64, elapsed: u64, boot: &str) -> Moment {
        Moment {
            at: Timestamp(at),
            elapsed_ms: elapsed * 1_000,
            boot: boot.to_owned(),
        }
    }

    fn line(moved: Moment) -> Line {
        Line {
            number: 1,
            name: "a\n\u{202e}\u{9b}\"-無\u{e0001}".to_owned(),
            moved,
            ..Line::default()
        }
    }

    #[test]
    fn a_manifest_reads_as_it_was_written_and_steers_no_terminal() {
        let line = line(moment(5, 6, "b"));
        let text = head(77) + &line.written() + &line.written();
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().all(|line| clean(line) == line), "{text}");
        assert!(text.contains('無'));
        let read = read(text.as_bytes()).unwrap();
        assert_eq!((read.inode, read.lines), (77, vec![line.clone(), line]));
    }

    #[test]
    fn only_the_last_line_may_be_cut() {
        let line = line(moment(5, 6, "b")).written();
        let cut = &line[..line.len() / 2];
        let text = format!("{}{line}{cut}", head(7));
        assert_eq!(read(text.as_bytes()).unwrap().lines.len(), 1);
        assert!(read(format!("{}{cut}\n{line}", head(7)).as_bytes()).is_none());
        assert!(read(b"").is_none());
        assert!(read(b"{\"mamori_trash\":2,\"inode\":1,\"how\":\"\"}\n").is_none());
    }

    #[test]
    fn a_day_is_a_day_whatever_the_wall_clock_does() {
        const DAY: i64 = 86_400;
        let manifest = Manifest {
            inode: 1,
            lines: vec![line(moment(1_000, 100, "a"))],
        };
        let over = |touched, now: Moment| over(&manifest, touched, &now);
        assert!(over(1_000, moment(1_000 + DAY, 100 + 86_400, "a")));
        assert!(!over(1_000, moment(999 + DAY, 99 + 86_400, "a")));
        // The wall clock was set forth by a year.
        assert!(!over(1_000, moment(1_000 + 365 * DAY, 200, "a")));
        // And back.
        assert!(!over(1_000, moment(0, 100 + 2 * 86_400, "a")));
        // Another boot: the wall clock alone.
        assert!(over(1_000, moment(1_000 + DAY, 5, "b")));
        // Somebody was in it an hour ago.
        assert!(!over(1_000 + DAY - 3_600, moment(1_000 + DAY, 5, "b")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_manifest_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_name_comes_back(name in any::<String>()) {
            let line = Line { name, ..Line::default() };
            let text = head(1) + &line.written();
            prop_assert_eq!(text.lines().count(), 2);
            prop_assert_eq!(line.file_name(), OsString::from(&line.name));
            prop_assert_eq!(read(text.as_bytes()).unwrap().lines, vec![line]);
        }
    }
}
