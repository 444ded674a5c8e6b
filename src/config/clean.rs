//! `[[clean]]`: the temporary files that go when they are old, and which
//! patterns are too wide to be let near a file system.

use std::path::Path;
use std::time::Duration;

use super::Variables;
use super::pattern::{fixed, matches};
use super::reader::Section;
use super::scalar::{HOUR, YEAR};
use super::wrong::Wrong;

/// `[[clean]]`: old files that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// Patterns of files, absolute; `*`, `?` and `[…]` within one name. Each
    /// has a fixed folder first and a last name with 3 fixed characters, and
    /// matches neither a home nor a folder above one. Whether it matches a
    /// mount point is asked when it is used.
    pub paths: Vec<String>,
    /// Age at which a file may go; an hour to ten years.
    pub older_than: Duration,
}

/// The age at which a file may go when the file does not say.
const OLDER_THAN: &str = "7d";

/// Reads the `[[clean]]`s.
pub(super) fn cleans(section: &mut Section<'_, '_>) -> Vec<Clean> {
    section.entries("clean", |entry| {
        let variables = entry.variables();
        let paths = entry.patterns("paths", |pattern| too_wide(pattern, variables));
        Clean {
            paths: entry.needed("paths", paths),
            older_than: entry.duration_or("older_than", OLDER_THAN, HOUR..=YEAR * 10),
        }
    })
}

/// Why files that match `pattern` may not be deleted, if they may not.
fn too_wide(pattern: &str, variables: &Variables) -> Option<Wrong> {
    const HOME: &str = "matches a home or a folder above one, which is never cleaned";
    let names: Vec<&str> = names(pattern).collect();
    let says = |text: &str| Some(Wrong::that(text));
    let (Some(first), Some(last)) = (names.first(), names.last()) else {
        return says("is the root of everything, and is never cleaned");
    };
    if is_above(&names, &variables.home)
        || variables
            .prefix
            .as_deref()
            .is_some_and(|prefix| is_above(&names, prefix))
    {
        return says(HOME);
    }
    if names.len() < 2 || first.contains(['*', '?', '[']) {
        return says("must begin with at least one fixed folder, as in `/tmp/claude-*`");
    }
    if names.len() == 2 && ["home", "Users"].contains(first) {
        return says(HOME);
    }
    if fixed(last) < 3 {
        return says("must end in a name with at least 3 fixed characters, as in `/tmp/claude-*`");
    }
    None
}

fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

/// Whether a pattern of these names matches `path` or a folder above it.
fn is_above(pattern: &[&str], path: &Path) -> bool {
    let path = path.to_string_lossy();
    let path: Vec<&str> = names(&path).collect();
    pattern.len() <= path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(piece, name)| matches(piece, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        Variables {
            home: "/data/u/ann".into(),
            prefix: None,
            tmpdir: "/tmp".into(),
        }
    }

    #[test]
    fn narrow_patterns_are_let_through() {
        for good in [
            "/tmp/claude-*",
            "/data/u/ann/.cache/x/*.tmp1",
            "/tmp/*/claude",
            "/var/tmp/a[0-9]bc?",
        ] {
            assert!(too_wide(good, &variables()).is_none(), "{good}");
        }
    }

    #[test]
    fn wide_patterns_are_refused() {
        for bad in [
            "/",
            "//",
            "/.",
            "/claude-*",
            "/*/claude",
            "/tmp/*",
            "/tmp/ab*",
            "/tmp/[abc]*ab",
            "/tmp/???",
            "/data/u/ann",
            "/data/u/ann/",
            "/data/u/an*",
            "/dat*",
            "/data/u/*ann",
            "/data/[tu]/[!x]nn",
            "/home/someone",
            "/Users/ann*",
            "/root",
            "/h*/someone",
        ] {
            assert!(too_wide(bad, &variables()).is_some(), "{bad}");
        }
    }
}
