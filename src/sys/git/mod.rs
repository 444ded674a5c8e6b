//! What git repositories hold, asked of the user's own git and never told:
//! nothing is written, fetched, prompted for or run on their behalf.
//!
//! ```text
//! git --version
//! git -C PATH rev-parse … --git-common-dir       which repository that is
//! git -C PATH config --get-regexp …              whether parts of it are elsewhere
//! git -C PATH log --branches --remotes …         its commits, read as they come
//! ```

mod call;
mod place;

use std::cell::Cell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use call::Git;
use place::Place;

use super::surroundings::Surroundings;
use crate::model::report::agent::{Agent, Level};
use crate::model::report::code::{Code, Tally};
use crate::model::report::log::{Commit, FORMAT, Reader};
use crate::model::report::period::Span;
use crate::model::report::source::{Source, Standing};
use crate::model::time::Timestamp;

/// git looks at committers' dates, which are later than authors' but where
/// clocks are wrong.
const MARGIN: i64 = 86_400;
/// The first instant that git reads as one: 1973.
const FIRST: i64 = 100_000_000;
/// What one repository may take, and all of them.
const EACH: Duration = Duration::from_secs(60);
const ALL: Duration = Duration::from_secs(180);

/// Which agents had a part in a commit, besides those that signed it: told by
/// who watched them at work in the repository that these paths lead to.
pub type Witness<'a> = &'a dyn Fn(&[PathBuf], &Commit) -> Vec<(Agent, Level)>;

/// Nobody watched.
#[must_use]
pub fn nobody(_: &[PathBuf], _: &Commit) -> Vec<(Agent, Level)> {
    Vec::new()
}

/// What repositories hold.
#[derive(Debug)]
pub struct Survey {
    /// For each span that was asked for.
    pub codes: Vec<Code>,
    /// For each repository, however many of its worktrees were named.
    pub sources: Vec<Source>,
    /// The path by which each repository was named.
    pub paths: Vec<PathBuf>,
}

/// Counts what was committed in `spans` in the repositories at `paths`, which
/// may be worktrees, bare, or the same ones more than once.
#[must_use]
pub fn survey(
    paths: &[PathBuf],
    spans: &[Span],
    witness: Witness<'_>,
    around: &Surroundings,
) -> Survey {
    let git = Git::find(around, ALL);
    let places = match &git {
        Some(git) => place::distinct(git, paths, around),
        None => place::unread(paths, "git is not installed", around),
    };
    let names: Vec<String> = places.iter().map(|place| place.name.clone()).collect();
    let mut tallies: Vec<Tally> = spans.iter().map(|span| Tally::new(*span, &names)).collect();
    let mut sources = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let source = match (&git, place.source.state) {
            (Some(git), Standing::Ok | Standing::Partial) => {
                let mut each = |commit: Commit| {
                    let seen = witness(&place.named, &commit);
                    for tally in &mut tallies {
                        tally.add(number, &commit, &seen);
                    }
                };
                read(git, place, spans, &mut each)
            }
            _ => place.source.clone(),
        };
        sources.push(source);
    }
    Survey {
        codes: tallies.into_iter().map(Tally::finish).collect(),
        sources,
        paths: places.into_iter().map(|place| place.path).collect(),
    }
}

/// Reads one repository's commits; the way that went.
fn read(git: &Git<'_>, place: &Place, spans: &[Span], each: &mut dyn FnMut(Commit)) -> Source {
    let since = spans.iter().map(|span| span.start).min();
    let mut arguments = log(git, place, since.unwrap_or_default());
    let (mut newest, any) = (None, Cell::new(false));
    let mut each = |commit: Commit| {
        any.set(true);
        if spans.iter().any(|span| span.holds(commit.authored)) {
            newest = newest.max(Some(commit.authored));
        }
        each(commit);
    };
    let mut went = stream(git, place, &arguments, &mut each);
    if went.is_err() && !any.get() {
        // A branch that leads nowhere keeps git from all of them.
        arguments.insert(1, "--ignore-missing".into());
        let again = stream(git, place, &arguments, &mut each);
        went = went.and(again);
    }
    let source = Source {
        until: newest,
        ..place.source.clone()
    };
    match went {
        Ok(()) => source,
        Err(why) => source.but(Standing::Partial, &format!("not read to its end: {why}")),
    }
}

/// Hands on what git prints as commits, until it ends.
fn stream(
    git: &Git<'_>,
    place: &Place,
    arguments: &[OsString],
    each: &mut dyn FnMut(Commit),
) -> Result<(), String> {
    let mut reader = Reader::default();
    let ended = git.run(&place.path, arguments, EACH, &mut |piece| {
        reader.take(piece, each);
        true
    });
    let whole = reader.finish(each);
    ended?;
    if whole {
        Ok(())
    } else {
        Err("git's answer broke off".into())
    }
}

/// The question for commits since then.
fn log(git: &Git<'_>, place: &Place, since: Timestamp) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = [
        "log",
        "--branches",
        "--remotes",
        "-z",
        "--no-color",
        "--no-decorate",
        "--no-notes",
        "--no-show-signature",
        "--no-mailmap",
        "--encoding=UTF-8",
        "--no-follow",
    ]
    .map(OsString::from)
    .into();
    arguments.push(format!("--format={FORMAT}").into());
    let since = since.0.saturating_sub(MARGIN);
    // Older gits stop at the first old commit, or do not know this: they are
    // read to their end. Smaller numbers are no date to git.
    if git.filters() && since >= FIRST {
        arguments.push(format!("--since-as-filter=@{since}").into());
    }
    if place.lines {
        let changes = [
            "--numstat",
            "-M",
            "-l1000",
            "--diff-algorithm=myers",
            "--no-ext-diff",
            "--no-textconv",
            "--no-relative",
            "--ignore-submodules=all",
        ];
        arguments.extend(changes.map(OsString::from));
    }
    arguments.push("--end-of-options".into());
    arguments.push("--".into());
    arguments
}
