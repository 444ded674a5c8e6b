//! Which agents were seen at work in a folder at an instant: whose a commit
//! may be that nobody signed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::super::time::Timestamp;
use super::Agent;

/// A session of an agent was working in a folder, from one instant to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// From when.
    pub from: Timestamp,
    /// Until when, that second included.
    pub to: Timestamp,
    /// The agent.
    pub agent: Agent,
    /// The session, as text from outside.
    pub session: String,
    /// The folder, as text from outside.
    pub dir: PathBuf,
}

/// The agents that were at work in `worktree` at that instant: one of them
/// made a commit of then, as far as was observed; of several it is not known
/// which. `others` are the other worktrees that are known: work in one that
/// lies within `worktree` is not work in `worktree`.
#[must_use]
pub fn at_work(
    intervals: &[Interval],
    worktree: &Path,
    others: &[&Path],
    at: Timestamp,
) -> BTreeSet<Agent> {
    intervals
        .iter()
        .filter(|interval| interval.from <= at && at <= interval.to)
        .filter(|interval| within(&interval.dir, worktree, others))
        .map(|interval| interval.agent)
        .collect()
}

/// Whether a folder belongs to a worktree and to none within it.
fn within(dir: &Path, worktree: &Path, others: &[&Path]) -> bool {
    // What climbs is not followed: it may lead anywhere.
    let plain = !dir.components().any(|part| part.as_os_str() == "..");
    let deeper = |other: &&&Path| {
        **other != worktree && other.starts_with(worktree) && dir.starts_with(other)
    };
    plain && dir.starts_with(worktree) && !others.iter().any(|other| deeper(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(agent: Agent, dir: &str, from: i64, to: i64) -> Interval {
        Interval {
            from: Timestamp(from),
            to: Timestamp(to),
            agent,
            session: "s".into(),
            dir: dir.into(),
        }
    }

    fn seen(all: &[Interval], worktree: &str, at: i64) -> Vec<Agent> {
        let others = [Path::new("/w"), Path::new("/w/trees/b"), Path::new("/x")];
        at_work(all, Path::new(worktree), &others, Timestamp(at))
            .into_iter()
            .collect()
    }

    #[test]
    fn work_counts_for_the_innermost_worktree_and_its_own_time() {
        let all = [
            interval(Agent::ClaudeCode, "/w/src", 10, 20),
            interval(Agent::Codex, "/w/trees/b/src", 10, 20),
            interval(Agent::Gemini, "/web", 10, 20),
            interval(Agent::Aider, "/w/../x", 10, 20),
        ];
        assert_eq!(seen(&all, "/w", 15), [Agent::ClaudeCode]);
        assert_eq!(seen(&all, "/w/trees/b", 20), [Agent::Codex]);
        assert_eq!(seen(&all, "/w", 9), []);
        assert_eq!(seen(&all, "/w", 21), []);
        assert_eq!(seen(&all, "/x", 15), []);
    }

    #[test]
    fn two_in_one_worktree_are_both_told() {
        let all = [
            interval(Agent::ClaudeCode, "/w", 10, 20),
            interval(Agent::ClaudeCode, "/w", 12, 30),
            interval(Agent::Codex, "/w/src", 15, 18),
        ];
        assert_eq!(seen(&all, "/w", 15), [Agent::ClaudeCode, Agent::Codex]);
        assert_eq!(seen(&all, "/w", 25), [Agent::ClaudeCode]);
    }
}
