//! What was committed in the configured repositories, and by whom.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Ask;
use crate::model::report::agent::{Agent, Level};
use crate::model::report::agents::observed::{Interval, at_work};
use crate::model::report::code::Code;
use crate::model::report::facts::Both;
use crate::model::report::log::Commit;
use crate::model::report::source::{Source, Standing};
use crate::sys::{files, git};

/// The code of the period and of the one before, and each repository's source.
pub(super) fn gather(ask: &Ask<'_>, intervals: &[Interval]) -> (Option<Both<Code>>, Vec<Source>) {
    let configured = &ask.config.report.repositories;
    if configured.is_empty() {
        return (None, Vec::new());
    }
    let watched = Watched::new(configured, intervals);
    let seen = |named: &[PathBuf], commit: &Commit| {
        let told = [ask.span, ask.compared];
        if told.iter().any(|span| span.holds(commit.authored)) {
            watched.agents(named, commit)
        } else {
            Vec::new()
        }
    };
    let survey = git::survey(configured, &[ask.span, ask.compared], &seen, ask.around);
    let read = survey
        .sources
        .iter()
        .any(|one| one.state != Standing::Missing);
    let sources = survey.sources.into_iter().map(|source| Source {
        name: format!("git {}", source.name),
        ..source
    });
    let sources = sources.collect();
    let mut codes = survey.codes.into_iter();
    let both = codes.next().zip(codes.next()).filter(|_| read);
    (both.map(|(now, before)| Both { now, before }), sources)
}

/// Who worked where, seen from the worktrees that are configured.
struct Watched<'a> {
    intervals: &'a [Interval],
    /// Each as it is written, and as it is without links: agents write either.
    worktrees: Vec<(PathBuf, PathBuf)>,
}

impl<'a> Watched<'a> {
    fn new(configured: &[PathBuf], intervals: &'a [Interval]) -> Self {
        let pairs = configured
            .iter()
            .map(|path| (path.clone(), files::resolved(path)));
        Self {
            intervals,
            worktrees: pairs.collect(),
        }
    }

    /// The agents that were at work in a worktree of the repository when a
    /// commit was placed there: one of them is observed, several share it.
    fn agents(&self, named: &[PathBuf], commit: &Commit) -> Vec<(Agent, Level)> {
        let all = self.worktrees.iter().flat_map(|(path, real)| [path, real]);
        let others: Vec<&Path> = all.map(PathBuf::as_path).collect();
        let own = self
            .worktrees
            .iter()
            .filter(|(path, _)| named.contains(path));
        let mut there: BTreeSet<Agent> = BTreeSet::new();
        for (path, real) in own {
            there.extend(at_work(self.intervals, path, &others, commit.placed));
            if real != path {
                there.extend(at_work(self.intervals, real, &others, commit.placed));
            }
        }
        let level = if there.len() > 1 {
            Level::Shared
        } else {
            Level::Observed
        };
        there.into_iter().map(|agent| (agent, level)).collect()
    }
}
