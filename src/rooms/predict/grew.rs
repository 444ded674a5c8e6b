//! What grew, in words and as JSON. Pure.

use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::model::history::{Grown, Measurement};
use crate::model::size;
use crate::model::text::{clean, count, width};
use crate::model::time::Timestamp;

/// Columns of a path; of a longer one the end is shown, which tells most.
const PATH: usize = 60;
/// Where macOS mounts the volume that is shown at `/`.
const DATA: &str = "/System/Volumes/Data";

/// From where a person looks.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Their home, its links resolved.
    pub home: &'a Path,
    /// Now.
    pub now: Timestamp,
    /// The day of an instant in their zone.
    pub day: &'a dyn Fn(Timestamp) -> NaiveDate,
}

/// `grew: ~/build +12 GB, /var/log +3.1 GB since Tuesday`; `None` where nothing
/// is known to have.
#[must_use]
pub fn words(grown: &[Grown], view: &View<'_>) -> Option<String> {
    let first = grown.first()?;
    let since = since((view.day)(first.since), (view.day)(view.now));
    Some(format!("{} since {since}", list(grown, Some(view.home))))
}

/// The same without the day, and with whole paths: for what is kept.
#[must_use]
pub fn list(grown: &[Grown], home: Option<&Path>) -> String {
    let each = grown.iter().map(|one| {
        let path = shown(&one.path, home);
        format!("{path} +{}", size::bytes(one.by_bytes))
    });
    format!("grew: {}", each.collect::<Vec<_>>().join(", "))
}

/// As JSON: `null` where folders are not measured.
pub(super) fn json(grown: Option<&[Grown]>) -> Value {
    let Some(grown) = grown else {
        return Value::Null;
    };
    let each = grown.iter().map(|one| {
        json!({ "path": one.path.to_string_lossy(), "bytes": one.by_bytes, "since": one.since })
    });
    each.collect()
}

/// What a measurement says, on one line.
pub(super) fn measured(one: &Measurement, entries: u64) -> String {
    let mount = clean(&one.mount);
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let looked = count(number(entries), "name");
    if !one.complete {
        return format!("{mount}: too large, stopped after {looked}\n");
    }
    let bytes = size::bytes(one.bytes);
    let unread = match one.unread {
        0 => String::new(),
        unread => format!("; {} could not be read", count(number(unread), "folder")),
    };
    format!("{mount}: {bytes} in {looked}{unread}\n")
}

/// A path as people write it, made harmless.
fn shown(path: &Path, home: Option<&Path>) -> String {
    let root = Path::new("/");
    let firm = path.strip_prefix(DATA).map(|rest| root.join(rest));
    let path = firm.as_deref().unwrap_or(path);
    let home = home.filter(|home| *home != root);
    let rest = home.and_then(|home| path.strip_prefix(home).ok());
    let text = match rest {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.to_string_lossy()),
        None => path.to_string_lossy().into_owned(),
    };
    end(&clean(&text), PATH)
}

/// The longest end of `text` that fits into `columns`, marked where it was cut.
fn end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut rest = text.chars();
    while width(rest.as_str()) >= columns {
        rest.next();
    }
    format!("…{}", rest.as_str())
}

/// A day of the last week by its name, an older one by its date.
fn since(day: NaiveDate, today: NaiveDate) -> String {
    match today.signed_duration_since(day).num_days() {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=6 => day.format("%A").to_string(),
        _ => day.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    use std::path::PathBuf;

    const NOW: Timestamp = Timestamp(1_795_327_200);

    fn grown(path: impl Into<PathBuf>, by_bytes: u64, days: i64) -> Grown {
        Grown {
            path: path.into(),
            by_bytes,
            since: Timestamp(NOW.0 - days * 86_400),
        }
    }

    fn told(grown: &[Grown]) -> Option<String> {
        let day = |at: Timestamp| at.utc().date_naive();
        let view = View {
            home: Path::new("/home/me"),
            now: NOW,
            day: &day,
        };
        words(grown, &view)
    }

    #[test]
    fn it_is_told_by_path_bytes_and_day() {
        let both = |days| {
            [
                grown("/home/me/build", 12_400_000_000, days),
                grown("/var/log", 3_100_000_000, days),
            ]
        };
        // Sunday, 2026-11-22.
        for (days, since) in [
            (0, "today"),
            (1, "yesterday"),
            (5, "Tuesday"),
            (7, "2026-11-15"),
        ] {
            let said = format!("grew: ~/build +12 GB, /var/log +3.1 GB since {since}");
            assert_eq!(told(&both(days)), Some(said));
        }
        assert_eq!(told(&[]), None);
        assert_eq!(
            list(&both(1), None),
            "grew: /home/me/build +12 GB, /var/log +3.1 GB"
        );
    }

    #[test]
    fn a_home_is_a_tilde_and_a_name_like_it_is_not() {
        let told = |path: &str| shown(Path::new(path), Some(Path::new("/home/me")));
        assert_eq!(told("/home/me"), "~");
        assert_eq!(told("/home/men/x"), "/home/men/x");
        assert_eq!(told("/System/Volumes/Data/home/me/x"), "~/x");
        assert_eq!(shown(Path::new("/root"), Some(Path::new("/"))), "/root");
        assert_eq!(told("/System/Volumes/Data"), "/");
    }

    #[test]
    fn hostile_names_are_made_harmless_and_are_whole_in_json() {
        let odd = OsString::from_vec(b"/a\x1b[2J\n\xff\xe2\x80\xaeb".to_vec());
        let grown = [grown(odd, 5_000, 1)];
        assert_eq!(
            told(&grown).unwrap(),
            "grew: /a[2J \u{fffd}b +5.0 KB since yesterday"
        );
        assert_eq!(
            json(Some(&grown)).to_string(),
            "[{\"path\":\"/a\\u001b[2J\\n\u{fffd}\u{202e}b\",\"bytes\":5000,\
             \"since\":\"2026-11-21T06:00:00Z\"}]"
        );
        assert_eq!(json(None), Value::Null);
        assert_eq!(json(Some(&[])), json!([]));
    }

    #[test]
    fn a_measurement_says_what_it_could_not_read() {
        let mut one = Measurement {
            at: 0,
            node: "a".to_owned(),
            mount: "/".to_owned(),
            volume: 0,
            least: 0,
            bytes: 41_000_000_000,
            unread: 2,
            complete: true,
            folders: Vec::new(),
        };
        assert_eq!(
            measured(&one, 7),
            "/: 41 GB in 7 names; 2 folders could not be read\n"
        );
        one.complete = false;
        assert_eq!(measured(&one, 7), "/: too large, stopped after 7 names\n");
    }

    proptest! {
        #[test]
        fn a_path_is_never_wider_than_its_room(path in "\\PC{0,200}") {
            let text = shown(Path::new(&path), None);
            prop_assert!(width(&text) <= PATH, "{text}");
        }
    }
}
