//! The names of a log's archives, their order, and whose they are. Pure.
//!
//! Ours are `app.log.20261128.gz`, then `app.log.20261128-2.gz`; without `.gz`
//! while the log's writer may still write into them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use chrono::NaiveDate;

/// The place of an archive among its log's: day, then number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The day it was made, `20261128`.
    pub day: u32,
    /// Which of that day; the first is 1 and goes without a number.
    pub number: u32,
}

/// What lies beside a log and belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Whole archives, oldest first.
    pub archives: Vec<(Place, OsString)>,
    /// Archives that are not compressed yet, oldest first.
    pub pending: Vec<(Place, OsString)>,
    /// What a run that was killed left half written.
    pub leftovers: Vec<OsString>,
    /// What another program that rotates this log made.
    pub foreign: Option<OsString>,
}

/// What a half-written archive's name ends with.
pub const HALF: &str = ".gz.tmp";
const WHOLE: &str = ".gz";
/// Endings by which others compress.
const COMPRESSED: &[&str] = &[".gz", ".xz", ".bz2", ".zst", ".lz4", ".Z", ".zip"];

impl Place {
    /// The place for a new archive made on `day`: after all that are there,
    /// whatever the clock did meanwhile.
    #[must_use]
    pub fn next(day: NaiveDate, newest: Option<Self>) -> Self {
        let day = day.format("%Y%m%d").to_string().parse().unwrap_or(0);
        match newest {
            Some(newest) if newest.day >= day => Self {
                day: newest.day,
                number: newest.number.saturating_add(1),
            },
            _ => Self { day, number: 1 },
        }
    }

    /// The name of the archive of `log` at this place, before it is compressed.
    #[must_use]
    pub fn pending(self, log: &OsStr) -> OsString {
        let number = match self.number {
            0 | 1 => String::new(),
            number => format!("-{number}"),
        };
        let mut name = log.to_owned();
        name.push(format!(".{:08}{number}", self.day));
        name
    }

    /// The name of the whole archive of `log` at this place.
    #[must_use]
    pub fn whole(self, log: &OsStr) -> OsString {
        let mut name = self.pending(log);
        name.push(WHOLE);
        name
    }

    /// The name of that archive while it is written.
    #[must_use]
    pub fn half(self, log: &OsStr) -> OsString {
        let mut name = self.pending(log);
        name.push(HALF);
        name
    }
}

impl Beside {
    /// What of `names`, all in one folder, belongs to `log`.
    #[must_use]
    pub fn of<'n>(log: &OsStr, names: impl IntoIterator<Item = &'n OsStr>) -> Self {
        let mut beside = Self::default();
        let mut foreign: Vec<OsString> = Vec::new();
        for name in names {
            let Some(rest) = name.as_bytes().strip_prefix(log.as_bytes()) else {
                continue;
            };
            match kind(rest) {
                Kind::Whole(place) => beside.archives.push((place, name.to_owned())),
                Kind::Pending(place) => beside.pending.push((place, name.to_owned())),
                Kind::Half => beside.leftovers.push(name.to_owned()),
                Kind::Foreign => foreign.push(name.to_owned()),
                Kind::Other => {}
            }
        }
        beside.archives.sort();
        beside.pending.sort();
        beside.leftovers.sort();
        foreign.sort();
        beside.foreign = foreign.into_iter().next();
        beside
    }

    /// The newest place that is taken.
    #[must_use]
    pub fn newest(&self) -> Option<Place> {
        let all = self.archives.iter().chain(&self.pending);
        all.map(|(place, _)| *place).max()
    }

    /// The whole archives that are too many when `keep` are kept, of those
    /// that are there and not yet compressed.
    #[must_use]
    pub fn beyond(&self, keep: usize) -> Vec<OsString> {
        let mut all: Vec<(Place, &OsString, bool)> = Vec::new();
        all.extend(
            self.archives
                .iter()
                .map(|(place, name)| (*place, name, true)),
        );
        let twice = |place: &Place| self.archives.iter().any(|(other, _)| other == place);
        let pending = self.pending.iter().filter(|(place, _)| !twice(place));
        all.extend(pending.map(|(place, name)| (*place, name, false)));
        all.sort();
        let too_many = all.len().saturating_sub(keep);
        all.into_iter()
            .take(too_many)
            .filter(|(_, _, whole)| *whole)
            .map(|(_, name, _)| name.clone())
            .collect()
    }
}

/// Whether a name that a pattern matched is itself an archive of something, or
/// a file of ours beside a log.
#[must_use]
pub fn is_archive(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    if bytes.starts_with(b".") || bytes.ends_with(HALF.as_bytes()) {
        return true;
    }
    if COMPRESSED.iter().any(|end| bytes.ends_with(end.as_bytes())) {
        return true;
    }
    // `app.log.20261128`, `app.log.1`, `app.log-20261128`.
    let Some(at) = bytes.iter().rposition(|byte| *byte == b'.') else {
        return false;
    };
    let rest = bytes.get(at..).unwrap_or_default();
    matches!(kind(rest), Kind::Pending(_)) || numbered(rest) || dated(bytes)
}

enum Kind {
    Whole(Place),
    Pending(Place),
    Half,
    Foreign,
    Other,
}

/// What the rest of a name after its log's says.
fn kind(rest: &[u8]) -> Kind {
    let text = OsString::from_vec(rest.to_vec());
    let text = text.to_string_lossy();
    if text.strip_suffix(HALF).and_then(place).is_some() {
        return Kind::Half;
    }
    if let Some(place) = text.strip_suffix(WHOLE).and_then(place) {
        return Kind::Whole(place);
    }
    if let Some(place) = place(&text) {
        return Kind::Pending(place);
    }
    let bare = COMPRESSED
        .iter()
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(&text);
    if numbered(bare.as_bytes()) || dated(bare.as_bytes()) {
        Kind::Foreign
    } else {
        Kind::Other
    }
}

/// `.1`: logrotate's, newsyslog's and supervisord's.
fn numbered(rest: &[u8]) -> bool {
    match rest {
        [b'.', digits @ ..] => {
            (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// `-20261128` and what may follow: logrotate's `dateext`.
fn dated(name: &[u8]) -> bool {
    let Some(at) = name.iter().rposition(|byte| *byte == b'-') else {
        return false;
    };
    let digits = name.get(at + 1..).unwrap_or_default();
    (8..=14).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && !digits.starts_with(b"0")
}

/// The place that `.20261128` or `.20261128-2` names.
fn place(text: &str) -> Option<Place> {
    let text = text.strip_prefix('.')?;
    let (day, number) = match text.split_once('-') {
        Some((day, number)) => (day, number.parse().ok().filter(|number| *number > 1)?),
        None => (text, 1),
    };
    let digits = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
    let real = NaiveDate::parse_from_str(day, "%Y%m%d").is_ok();
    let plain = text
        .split_once('-')
        .is_none_or(|(_, number)| !number.starts_with(['0', '+']));
    (digits && real && plain).then(|| Place {
        day: day.parse().unwrap_or(0),
        number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn beside(names: &[&str]) -> Beside {
        Beside::of(OsStr::new("app.log"), names.iter().map(OsStr::new))
    }

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y%m%d").unwrap()
    }

    #[test]
    fn archives_stand_in_the_order_in_which_they_were_made() {
        let beside = beside(&[
            "app.log.20261128-10.gz",
            "app.log.20261128-2.gz",
            "app.log",
            "app.log.20261128.gz",
            "app.log.20261127-3.gz",
            "app.log.20261129",
            "app.log.20261129.gz.tmp",
            "app.log.20261399.gz",
            "app.log.2026112.gz",
            "app.log.20261128-1.gz",
            "app.log.20261128-02.gz",
            "app.log.bak",
            "other.log.20261128.gz",
        ]);
        let names: Vec<&str> = beside
            .archives
            .iter()
            .filter_map(|(_, name)| name.to_str())
            .collect();
        assert_eq!(
            names,
            [
                "app.log.20261127-3.gz",
                "app.log.20261128.gz",
                "app.log.20261128-2.gz",
                "app.log.20261128-10.gz",
            ]
        );
        assert_eq!(beside.pending.len(), 1);
        assert_eq!(beside.leftovers, ["app.log.20261129.gz.tmp"]);
        assert_eq!(beside.foreign, None);
    }

    #[test]
    fn a_clock_that_went_back_makes_no_archive_older_than_those_before() {
        let log = OsStr::new("app.log");
        let next = |today, names: &[&str]| Place::next(day(today), beside(names).newest());
        assert_eq!(next("20261128", &[]).whole(log), "app.log.20261128.gz");
        let two = next("20261128", &["app.log.20261128.gz"]);
        assert_eq!(two.whole(log), "app.log.20261128-2.gz");
        assert_eq!(two.half(log), "app.log.20261128-2.gz.tmp");
        let back = next("20200101", &["app.log.20261128-2"]);
        assert_eq!(back.pending(log), "app.log.20261128-3");
    }

    #[test]
    fn the_oldest_go_and_never_one_that_is_not_compressed() {
        let all = beside(&[
            "app.log.20261125.gz",
            "app.log.20261126.gz",
            "app.log.20261127",
            "app.log.20261128.gz",
        ]);
        assert_eq!(all.beyond(7), [""; 0]);
        assert_eq!(all.beyond(3), ["app.log.20261125.gz"]);
        assert_eq!(
            all.beyond(1),
            ["app.log.20261125.gz", "app.log.20261126.gz"]
        );
        // Killed between making the whole one and removing the other: one place.
        let twice = beside(&[
            "app.log.20261127",
            "app.log.20261127.gz",
            "app.log.20261128.gz",
        ]);
        assert_eq!(twice.beyond(2), [""; 0]);
    }

    #[test]
    fn what_others_made_is_known_by_their_names() {
        for name in [
            "app.log.1",
            "app.log.12.gz",
            "app.log-20261128",
            "app.log-20261128.gz",
            "app.log-2026112811.zst",
            "app.log.0.bz2",
        ] {
            assert_eq!(beside(&[name]).foreign.as_deref(), Some(OsStr::new(name)));
            assert!(is_archive(OsStr::new(name)), "{name}");
        }
        for name in [
            "app.log.old",
            "app.log.lock",
            "app.log.1234567",
            "app.log-x",
        ] {
            assert_eq!(beside(&[name]), Beside::default(), "{name}");
        }
        for name in ["app.log", "web-2.log", "a.b", "log", "x-20261128.log"] {
            assert!(!is_archive(OsStr::new(name)), "{name}");
        }
        for name in [
            ".app.log.x",
            "app.log.20261128",
            "a.gz",
            "app.log.20261128-2.gz.tmp",
        ] {
            assert!(is_archive(OsStr::new(name)), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_back_and_comes_last(
            days in proptest::collection::vec(0i64..40_000, 1..20),
            log in "[a-z]{1,5}(\\.log)?",
        ) {
            let log = OsString::from(log);
            let mut names: Vec<OsString> = Vec::new();
            for days in days {
                let day = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap()
                    + chrono::Duration::days(days);
                let before = Beside::of(&log, names.iter().map(OsString::as_os_str));
                let place = Place::next(day, before.newest());
                names.push(place.whole(&log));
                let after = Beside::of(&log, names.iter().map(OsString::as_os_str));
                prop_assert_eq!(&after.archives.last().unwrap().1, names.last().unwrap());
                prop_assert_eq!(after.archives.len(), names.len());
            }
        }
    }
}
