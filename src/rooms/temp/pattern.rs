//! What a pattern means, step by step. Pure.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use glob::{MatchOptions, Pattern};

use crate::config::Clean;
use crate::model::text::clean;

/// The age of what goes from `$TMPDIR` and `/tmp` by default.
const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// The age of what goes from the shortcuts' results by default.
const MONTH: Duration = Duration::from_secs(30 * 86_400);
/// A hidden file is only meant by a pattern that says so.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};
/// Links that are part of macOS, to folders of the same name in `/private`.
const PRIVATE: [&str; 3] = ["tmp", "var", "etc"];

/// The folders that patterns begin with, as they are called and as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The user's home.
    pub home: PathBuf,
    /// The same, all links followed.
    pub real_home: Option<PathBuf>,
    /// `$TMPDIR`.
    pub tmpdir: PathBuf,
    /// The same, all links followed; `None` where others could bend the way.
    pub real_tmpdir: Option<PathBuf>,
    /// Whether this is Termux, which has no `/tmp`.
    pub termux: bool,
    /// Whether this is macOS.
    pub macos: bool,
}

/// One name of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// This name.
    Name(OsString),
    /// Every name that matches.
    Like(Pattern),
}

impl Step {
    /// Whether it means `name`. Bytes that are no text match as one character.
    #[must_use]
    pub fn means(&self, name: &OsStr) -> bool {
        match self {
            Self::Name(wanted) => wanted == name,
            Self::Like(pattern) => pattern.matches_with(&name.to_string_lossy(), OPTIONS),
        }
    }
}

/// What is to be cleaned.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The pattern as it is configured, clean.
    pub subject: String,
    /// The way from `/`; `Err`: why there is none.
    pub steps: Result<Vec<Step>, &'static str>,
    /// How old it has to be.
    pub older_than: Duration,
}

impl Wanted {
    /// The folder that it begins with.
    #[must_use]
    pub fn fixed(&self) -> PathBuf {
        let steps = self.steps.as_deref().unwrap_or_default();
        let beyond_last = steps.len().saturating_sub(1);
        let names = steps.iter().take(beyond_last).map_while(|step| match step {
            Step::Name(name) => Some(name),
            Step::Like(_) => None,
        });
        let mut path = PathBuf::from("/");
        path.extend(names);
        path
    }
}

/// What `cleans` names; without any, Mamori's defaults. What is meant twice
/// stands there once.
#[must_use]
pub fn wanted(cleans: &[Clean], places: &Places) -> Vec<Wanted> {
    let configured = cleans.iter().flat_map(|clean| {
        let older_than = clean.older_than;
        clean.paths.iter().map(move |path| Wanted {
            subject: self::clean(path),
            steps: steps(path, places),
            older_than,
        })
    });
    let mut all: Vec<Wanted> = configured.collect();
    if cleans.is_empty() {
        all = defaults(places);
    }
    let mut once: Vec<Wanted> = Vec::new();
    for wanted in all {
        if !once
            .iter()
            .any(|other| other.steps == wanted.steps && wanted.steps.is_ok())
        {
            once.push(wanted);
        }
    }
    once
}

fn defaults(places: &Places) -> Vec<Wanted> {
    let one = |folder: &Path, last: &str, older_than| {
        let subject = folder.join(last);
        let like = Pattern::new(last).map_err(|_| UNREADABLE);
        let steps = like.and_then(|like| {
            let mut steps = names(&resolved(folder, places))?;
            steps.push(Step::Like(like));
            Ok(steps)
        });
        Wanted {
            subject: clean(&subject.to_string_lossy()),
            steps,
            older_than,
        }
    };
    let mut all = vec![one(&places.tmpdir, "claude-*", WEEK)];
    if !places.termux {
        all.push(one(Path::new("/tmp"), "claude-*", WEEK));
    }
    let results = places.home.join(".shortcuts/results");
    all.push(one(&results, "*.txt", MONTH));
    all
}

const UNREADABLE: &str = "it cannot be read as a pattern";
const DOTS: &str = "it holds `..`, which a link could bend: write the folder that is meant";

fn steps(pattern: &str, places: &Places) -> Result<Vec<Step>, &'static str> {
    let resolved = resolved(Path::new(pattern), places);
    // What the folders it begins with are called is no pattern.
    let base = [&places.real_home, &places.real_tmpdir]
        .into_iter()
        .flatten()
        .filter(|base| resolved.starts_with(base))
        .max_by_key(|base| base.components().count());
    let (base, rest) = match base {
        Some(base) => (
            base.as_path(),
            resolved.strip_prefix(base).unwrap_or(&resolved),
        ),
        None => (Path::new("/"), resolved.as_path()),
    };
    let mut steps = names(base)?;
    for component in rest.components() {
        match component {
            Component::Normal(name) => steps.push(step(name)?),
            Component::ParentDir => return Err(DOTS),
            _ => {}
        }
    }
    Ok(steps)
}

/// A path with the folder it begins with replaced by where that really is.
fn resolved(path: &Path, places: &Places) -> PathBuf {
    let known = [
        (&places.home, &places.real_home),
        (&places.tmpdir, &places.real_tmpdir),
    ];
    let known = known
        .into_iter()
        .filter_map(|(called, real)| Some((path.strip_prefix(called).ok()?, real.as_ref()?)))
        .min_by_key(|(rest, _)| rest.components().count());
    if let Some((rest, real)) = known {
        return real.join(rest);
    }
    let first = path.components().nth(1).map(Component::as_os_str);
    let private = places.macos && PRIVATE.iter().any(|name| first == Some(OsStr::new(name)));
    match path.strip_prefix("/") {
        Ok(rest) if private => Path::new("/private").join(rest),
        _ => path.to_owned(),
    }
}

fn names(path: &Path) -> Result<Vec<Step>, &'static str> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(Step::Name(name.to_owned())),
            Component::ParentDir => return Err(DOTS),
            _ => {}
        }
    }
    Ok(names)
}

fn step(name: &OsStr) -> Result<Step, &'static str> {
    let text = name.to_str().ok_or(UNREADABLE)?;
    let (pattern, special) = written(text);
    if !special {
        return Ok(Step::Name(name.to_owned()));
    }
    Pattern::new(&pattern)
        .map(Step::Like)
        .map_err(|_| UNREADABLE)
}

/// A pattern as the crate wants it, as the configuration means it: `[^…]` is
/// `[!…]`, and a bracket that is never closed stands for itself. Also whether
/// anything in it is special.
fn written(text: &str) -> (String, bool) {
    let mut pattern = String::with_capacity(text.len());
    let mut special = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = after;
        special |= matches!(c, '*' | '?');
        if c != '[' {
            pattern.push(c);
            continue;
        }
        let negated = after.starts_with(['!', '^']);
        let inner = if negated {
            after.get(1..).unwrap_or_default()
        } else {
            after
        };
        // A bracket right after the opening is a member.
        let from = usize::from(inner.starts_with(']'));
        let end = inner.get(from..).and_then(|rest| rest.find(']'));
        match end {
            Some(end) => {
                let members = inner.get(..from + end).unwrap_or_default();
                pattern.push_str(if negated { "[!" } else { "[" });
                pattern.push_str(members);
                pattern.push(']');
                rest = inner.get(from + end + 1..).unwrap_or_default();
            }
            None => pattern.push_str("[[]"),
        }
        special = true;
    }
    (pattern, special)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;

    fn places() -> Places {
        Places {
            home: "/home/ann".into(),
            real_home: Some("/data/a[n]n".into()),
            tmpdir: "/home/ann/tmp".into(),
            real_tmpdir: Some("/mnt/tmp".into()),
            ..Places::default()
        }
    }

    fn last(pattern: &str) -> Step {
        step(OsStr::new(pattern)).unwrap()
    }

    #[test]
    fn a_pattern_means_names_and_no_hidden_ones() {
        let like = last("claude-*");
        assert!(like.means(OsStr::new("claude-\n'\"-")));
        assert!(like.means(OsStr::from_bytes(b"claude-\xff")));
        assert!(!like.means(OsStr::new("Claude-1")) && !like.means(OsStr::new("xclaude-1")));
        assert!(!last("*.txt").means(OsStr::new(".a.txt")));
        assert!(last(".*.txt").means(OsStr::new(".a.txt")));
        assert!(last("a[0-9]c").means(OsStr::new("a5c")));
        assert!(!last("a[^0-9]c").means(OsStr::new("a5c")));
        assert!(!last("a[!0-9]c").means(OsStr::new("a5c")));
        assert!(last("abc[1*").means(OsStr::new("abc[12")));
        assert!(
            last("abc[1").means(OsStr::new("abc[1")) && !last("abc[1").means(OsStr::new("abc1"))
        );
        assert!(last("a[]]c").means(OsStr::new("a]c")) && !last("a[!]]c").means(OsStr::new("a]c")));
        assert!(last("abc[!]x").means(OsStr::new("abc[!]x")));
        assert_eq!(last("abc]"), Step::Name("abc]".into()));
    }

    #[test]
    fn the_folders_a_pattern_begins_with_are_resolved_and_no_patterns() {
        let fixed = |path: &str| {
            let steps = steps(path, &places());
            let wanted = Wanted {
                subject: String::new(),
                steps,
                older_than: WEEK,
            };
            wanted.fixed()
        };
        assert_eq!(fixed("/home/ann/x/y-*"), Path::new("/data/a[n]n/x"));
        assert_eq!(fixed("/home/ann/tmp/y-*"), Path::new("/mnt/tmp"));
        assert_eq!(fixed("/home/annother/y-*"), Path::new("/home/annother"));
        assert_eq!(fixed("/var/tmp/y-*"), Path::new("/var/tmp"));
        assert_eq!(fixed("/var/*/z/y-*"), Path::new("/var"));
        assert!(steps("/tmp/../etc/abc*", &places()).is_err());
        let macos = Places {
            macos: true,
            ..places()
        };
        assert_eq!(
            resolved(Path::new("/tmp/abc"), &macos),
            Path::new("/private/tmp/abc")
        );
        assert_eq!(
            resolved(Path::new("/tmpx/abc"), &macos),
            Path::new("/tmpx/abc")
        );
    }

    #[test]
    fn the_defaults_name_each_folder_once() {
        let subjects = |places: &Places| {
            let all = wanted(&[], places);
            all.into_iter().map(|one| one.subject).collect::<Vec<_>>()
        };
        let results = "/home/ann/.shortcuts/results/*.txt";
        assert_eq!(
            subjects(&places()),
            ["/home/ann/tmp/claude-*", "/tmp/claude-*", results]
        );
        let one = Places {
            tmpdir: "/tmp".into(),
            real_tmpdir: Some("/tmp".into()),
            ..places()
        };
        assert_eq!(subjects(&one), ["/tmp/claude-*", results]);
        let linked = Places {
            real_tmpdir: Some("/tmp".into()),
            ..places()
        };
        assert_eq!(subjects(&linked), ["/home/ann/tmp/claude-*", results]);
        let termux = Places {
            termux: true,
            ..places()
        };
        assert_eq!(subjects(&termux), ["/home/ann/tmp/claude-*", results]);
    }
}
