//! `[[log]]`: the logs that are rotated.

use std::path::PathBuf;

use super::place::Host;
use super::reader::Section;
use super::scalar::{Choice, choice};
use super::wrong::Wrong;

/// `[[log]]`: logs rotated alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Patterns of files, absolute; `*`, `?` and `[…]` within one name.
    pub paths: Vec<String>,
    /// Size in bytes over which a log is rotated; 1 KB to 1 TB.
    pub max_size: u64,
    /// Archives kept; 1 to 1000.
    pub keep: u32,
    /// How its writer is told to open it again; `None`: it is never renamed
    /// under its writer.
    pub reopen: Option<Reopen>,
}

/// How the writer of a log is told to open it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopen {
    /// The file with the writer's process id, absolute.
    pub pid_file: PathBuf,
    /// What it is sent.
    pub signal: Signal,
}

/// A signal that makes a program open its log again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP.
    #[default]
    Hup,
    /// SIGUSR1.
    Usr1,
    /// SIGUSR2.
    Usr2,
    /// SIGINT.
    Int,
    /// SIGQUIT.
    Quit,
    /// SIGTERM.
    Term,
    /// SIGCONT.
    Cont,
    /// SIGWINCH.
    Winch,
}

impl Choice for Signal {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("HUP", Self::Hup),
        ("USR1", Self::Usr1),
        ("USR2", Self::Usr2),
        ("INT", Self::Int),
        ("QUIT", Self::Quit),
        ("TERM", Self::Term),
        ("CONT", Self::Cont),
        ("WINCH", Self::Winch),
    ];
}

/// The size over which a log is rotated when the file does not say: 100 MB.
const MAX_SIZE: u64 = 100_000_000;

/// The archives kept when the file does not say.
const KEEP: u32 = 7;

/// Units of a size and their bytes.
const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KIB", 1 << 10),
    ("MIB", 1 << 20),
    ("GIB", 1 << 30),
    ("TIB", 1 << 40),
];

/// Reads the `[[log]]`s.
pub(super) fn logs(section: &mut Section<'_, '_>) -> Vec<Log> {
    section.entries("log", |entry| {
        let paths = entry.patterns("paths", |_| None);
        Log {
            paths: entry.needed("paths", paths),
            max_size: entry.text("max_size", size).unwrap_or(MAX_SIZE),
            keep: entry.integer("keep", 1..=1000).unwrap_or(KEEP),
            reopen: entry.optional("reopen", reopen),
        }
    })
}

fn reopen(section: &mut Section<'_, '_>) -> Reopen {
    let pid_file = section.path("pid_file", &Host::Local);
    let signal = section.text("signal", |text| {
        choice(text.strip_prefix("SIG").unwrap_or(text))
    });
    Reopen {
        pid_file: section.needed("pid_file", pid_file),
        signal: section.needed("signal", signal),
    }
}

/// Bytes of a size such as `100MB` or `1.5 GiB`.
fn size(text: &str) -> Result<u64, Wrong> {
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim().to_ascii_uppercase();
    let bytes = UNITS
        .iter()
        .find(|(word, _)| *word == unit)
        .and_then(|(_, bytes)| scaled(number, *bytes));
    let bytes = bytes.ok_or_else(|| Wrong::must("a size such as \"100MB\" or \"1GiB\""))?;
    if !(1_000..=1_000_000_000_000).contains(&bytes) {
        return Err(Wrong::must("at least 1KB and at most 1TB"));
    }
    Ok(bytes)
}

/// `number` times `unit`, in whole numbers: fractions have at most 3 digits.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let thousandths = format!("{fraction:0<3}");
    if thousandths.len() != 3 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let thousandths: u64 = thousandths.parse().ok()?;
    let thousandths = whole.checked_mul(1000)?.checked_add(thousandths)?;
    u64::try_from(u128::from(thousandths) * u128::from(unit) / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_in_its_unit() {
        assert_eq!(size("100MB").unwrap(), MAX_SIZE);
        assert_eq!(size("1.5 GiB").unwrap(), 3 << 29);
        assert_eq!(size("64kb").unwrap(), 64_000);
        assert_eq!(size("1000B").unwrap(), 1_000);
        assert_eq!(size("1TB").unwrap(), 1_000_000_000_000);
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for bad in [
            "",
            "100",
            "MB",
            "-1MB",
            "1.2345MB",
            "1..2MB",
            "1 MB x",
            "999B",
            "2TB",
            ".MB",
            "99999999999999999999GB",
        ] {
            assert!(size(bad).is_err(), "{bad:?}");
        }
    }
}
