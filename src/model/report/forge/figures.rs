//! Issues and pull requests, counted; what is to be done next.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::super::time::Timestamp;
use super::super::agent::Agent;
use super::super::code::Revert;
use super::super::period::Span;
use super::reviews::Answer;
use super::{Figure, Forge, Issue, Pull, label};

/// How long after a merge a revert tells against it, in seconds.
const REVERTED: i64 = 7 * 86_400;
/// A commit is named by at least that much of its id.
const SHORTEST: usize = 7;

/// Issues of a span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Issues {
    /// Closed in it, and closed when asked.
    pub closed: u64,
    /// Of these as not planned.
    pub not_planned: u64,
    /// Of these as a duplicate.
    pub duplicate: u64,
}

/// Pull requests merged in a span.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Merged {
    /// Into any branch, by anybody.
    pub all: u64,
    /// Into the default branch.
    pub to_default: u64,
    /// Opened by bots.
    pub by_bots: u64,
    /// Of these by the bots of coding agents.
    pub by_agents: BTreeMap<Agent, u64>,
}

/// An open issue that is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// 0 is the most urgent.
    pub priority: u8,
    /// `owner/name`.
    pub repository: String,
    /// The issue.
    pub issue: Issue,
}

/// An open pull request that nobody answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Since when.
    pub since: Timestamp,
    /// `owner/name`.
    pub repository: String,
    /// The pull request.
    pub pull: Pull,
}

/// Merges that were taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Failures {
    /// Merges into the default branch whose commit is known.
    pub of: u64,
    /// Those that were reverted within seven days: repository and number.
    pub reverted: Vec<(String, u64)>,
    /// Until when more may come.
    pub provisional_until: Option<Timestamp>,
}

impl Forge {
    /// Issues closed in `span`, whatever the reason.
    #[must_use]
    pub fn issues_closed(&self, span: Span) -> Figure<Issues> {
        let mut issues = Issues::default();
        for repository in &self.repositories {
            let closed = repository.closed.items.iter();
            for issue in closed.filter(|issue| issue.closed.is_some_and(|at| span.holds(at))) {
                issues.closed += 1;
                match issue.reason.as_deref() {
                    Some("NOT_PLANNED") => issues.not_planned += 1,
                    Some("DUPLICATE") => issues.duplicate += 1,
                    _ => {}
                }
            }
        }
        self.figure(span.start, issues, |each| each.closed.standing())
    }

    /// Issues opened in `span`, whatever became of them.
    #[must_use]
    pub fn issues_opened(&self, span: Span) -> Figure<u64> {
        let mut opened = 0;
        for repository in &self.repositories {
            let mut numbers: Vec<u64> = [&repository.open, &repository.closed]
                .into_iter()
                .flat_map(|part| &part.items)
                .filter(|issue| span.holds(issue.created))
                .map(|issue| issue.number)
                .collect();
            // One that was closed while we asked is in both.
            numbers.sort_unstable();
            numbers.dedup();
            opened += numbers.len() as u64;
        }
        self.figure(span.start, opened, |each| {
            let (open, closed) = (each.open.standing(), each.closed.standing());
            (open.0 && closed.0, open.0 || open.1 || closed.0 || closed.1)
        })
    }

    /// Pull requests opened in one of the spans that were asked for.
    #[must_use]
    pub fn pulls_opened(&self, span: Span) -> Figure<u64> {
        let of = |each: &super::Repository| {
            let mut spans = each.opened.iter();
            spans.find(|opened| opened.span == span)?.count
        };
        let sum = self.repositories.iter().filter_map(of).sum();
        let state = |each: &super::Repository| (of(each).is_some(), false);
        self.figure(self.since, sum, state)
    }

    /// What was merged in `span`, by repository and number, with the name of
    /// the repository.
    pub fn merged_in(&self, span: Span) -> impl Iterator<Item = (&super::Repository, &Pull)> {
        self.repositories.iter().flat_map(move |each| {
            let pulls = each.merged.items.iter();
            let merged = pulls.filter(move |pull| pull.merged.is_some_and(|at| span.holds(at)));
            merged.map(move |pull| (each, pull))
        })
    }

    /// Pull requests merged in `span`.
    #[must_use]
    pub fn pulls_merged(&self, span: Span) -> Figure<Merged> {
        let mut merged = Merged::default();
        for (repository, pull) in self.merged_in(span) {
            merged.all += 1;
            let default = repository.default_branch.as_deref();
            merged.to_default += u64::from(default == Some(&pull.base));
            if let Some(author) = pull.author.as_ref().filter(|author| author.bot) {
                merged.by_bots += 1;
                if let Some(agent) = author.agent() {
                    *merged.by_agents.entry(agent).or_default() += 1;
                }
            }
        }
        self.figure(span.start, merged, |each| each.merged.standing())
    }

    /// Open issues with a priority from P0 to `least`: the most urgent first,
    /// then the oldest.
    #[must_use]
    pub fn next_steps(&self, least: u8) -> Figure<Vec<Step>> {
        let mut steps = Vec::new();
        for repository in &self.repositories {
            for issue in &repository.open.items {
                let urgent = label::most_urgent(&issue.labels);
                let Some(priority) = urgent.filter(|priority| *priority <= least) else {
                    continue;
                };
                steps.push(Step {
                    priority,
                    repository: repository.name.clone(),
                    issue: issue.clone(),
                });
            }
        }
        steps.sort_by(|a, b| {
            let key = |step: &Step| (step.priority, step.issue.created, step.issue.number);
            key(a)
                .cmp(&key(b))
                .then_with(|| a.repository.cmp(&b.repository))
        });
        self.figure(self.since, steps, |each| each.open.standing())
    }

    /// Open pull requests, no drafts, that no other person answered: the
    /// longest wait first.
    #[must_use]
    pub fn waiting(&self) -> Figure<Vec<Waiting>> {
        let mut waiting = Vec::new();
        for repository in &self.repositories {
            for pull in repository.waiting.items.iter().filter(|pull| !pull.draft) {
                if pull.first_answer(self.asked) == Answer::None {
                    waiting.push(Waiting {
                        since: pull.ready_by(self.asked),
                        repository: repository.name.clone(),
                        pull: pull.clone(),
                    });
                }
            }
        }
        waiting.sort_by(|a, b| {
            (a.since, &a.repository, a.pull.number).cmp(&(b.since, &b.repository, b.pull.number))
        });
        self.figure(self.since, waiting, |each| each.waiting.standing())
    }

    /// Merges of `span` into default branches that a commit named as reverted
    /// within seven days; `reverts` is to hold those of that time, too.
    #[must_use]
    pub fn failures(&self, span: Span, reverts: &[Revert], now: Timestamp) -> Figure<Failures> {
        let mut failures = Failures::default();
        for (repository, pull) in self.merged_in(span) {
            let (Some(merged), Some(commit)) = (pull.merged, &pull.commit) else {
                continue;
            };
            if repository.default_branch.as_deref() != Some(&pull.base) {
                continue;
            }
            failures.of += 1;
            let taken_back = reverts.iter().any(|revert| {
                let after = revert.at.since(merged);
                let names = revert.of.len() >= SHORTEST && commit.starts_with(&revert.of);
                names && (0..REVERTED).contains(&after)
            });
            if taken_back {
                failures
                    .reverted
                    .push((repository.name.clone(), pull.number));
            }
            let until = Timestamp(merged.0.saturating_add(REVERTED));
            if until > now {
                failures.provisional_until = failures.provisional_until.max(Some(until));
            }
        }
        failures.reverted.sort();
        self.figure(span.start, failures, |each| each.merged.standing())
    }
}
