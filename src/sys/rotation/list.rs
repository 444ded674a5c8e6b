//! The files that a pattern matches.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What `pattern`, an absolute path with `*`, `?` and `[…]` within its names,
/// matches now, sorted; names of any bytes.
#[must_use]
pub fn matching(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    for piece in pattern.split('/').filter(|piece| !piece.is_empty()) {
        found = if piece.contains(['*', '?', '[']) {
            let pattern = one_name(piece);
            let inside = |folder: &PathBuf| within(folder, &pattern);
            found.iter().flat_map(inside).collect()
        } else {
            let joined = found.into_iter().map(|folder| folder.join(piece));
            joined
                .filter(|path| super::super::files::exists(path))
                .collect()
        };
    }
    found.sort();
    found
}

/// Whether `pattern` matches `path`, both absolute.
#[must_use]
pub fn matches(pattern: &str, path: &Path) -> bool {
    one_name(pattern).matches_with(&path.to_string_lossy(), OPTIONS)
}

/// A pattern; one that cannot be read stands for itself.
fn one_name(pattern: &str) -> Pattern {
    Pattern::new(pattern)
        .or_else(|_| Pattern::new(&Pattern::escape(pattern)))
        .unwrap_or_default()
}

fn within(folder: &Path, pattern: &Pattern) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = |name: &OsStr| pattern.matches_with(&name.to_string_lossy(), OPTIONS);
    entries
        .map(|entry| entry.file_name())
        .filter(|name| fits(name))
        .map(|name| folder.join(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn names_of_any_bytes_are_found_and_hidden_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let odd = OsString::from_vec(b"a\xff\nb.log".to_vec());
        for name in [
            OsStr::new("x.log"),
            OsStr::new("-rf.log"),
            &odd,
            OsStr::new(".h.log"),
        ] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("in/y.log"), b"").unwrap();
        let root = folder.path().to_str().unwrap();
        let names = |pattern: &str| -> Vec<OsString> {
            let found = matching(&format!("{root}/{pattern}"));
            let names = found.iter().filter_map(|path| path.file_name());
            names.map(OsStr::to_owned).collect()
        };
        assert_eq!(
            names("*.log"),
            [OsString::from("-rf.log"), odd, "x.log".into()]
        );
        assert_eq!(names("i?/*.log"), ["y.log"]);
        assert_eq!(names("in/[x-z].log"), ["y.log"]);
        assert_eq!(names("none/*.log"), [""; 0]);
        assert_eq!(names("a[b"), [""; 0]);
        assert!(matches("/var/log/*.log", Path::new("/var/log/a.log")));
        assert!(!matches("/var/log/*.log", Path::new("/var/log/a/b.log")));
    }
}
