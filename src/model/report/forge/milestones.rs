//! How far milestones are, and whether their pace is enough.

use serde::Serialize;

use super::super::super::time::Timestamp;
use super::super::period::Span;
use super::{Figure, Forge, Milestone};

const DAY: i64 = 86_400;
/// Days over which the pace is taken.
const PACED: i64 = 28;
/// What was closed in these before there is a pace.
const LEAST: u64 = 3;

/// Whether a milestone will be there in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// It is closed, or nothing of it is open.
    Done,
    /// It will.
    OnPace,
    /// It will not at this pace.
    Behind,
    /// Its day is past.
    Late,
    /// Too little was closed to tell.
    NoPaceYet,
    /// It has no day.
    NoDueDate,
}

/// A milestone with its figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Objective {
    /// `owner/name`.
    pub repository: String,
    /// The milestone.
    pub milestone: Milestone,
    /// What is closed of it, 0 to 1; `None` where nothing is in it.
    pub progress: Option<f64>,
    /// Issues closed a day over the last 28 days.
    pub had: f64,
    /// What would have to be closed a day; `None` without a day to come.
    pub needed: Option<f64>,
    /// What follows.
    pub pace: Pace,
}

impl Forge {
    /// Milestones that are open, or were closed in `span`, as they stand at
    /// `now`: by their day, those without one last. Of the pace only issues
    /// are known: pull requests do not say their milestone.
    #[must_use]
    pub fn objectives(&self, span: Span, now: Timestamp) -> Figure<Vec<Objective>> {
        let mut objectives = Vec::new();
        for repository in &self.repositories {
            for milestone in &repository.milestones.items {
                let closed = milestone.closed.is_some_and(|at| span.holds(at));
                if !milestone.open && !closed {
                    continue;
                }
                let recent = |at: Timestamp| (0..PACED * DAY).contains(&now.since(at));
                let issues = repository.closed.items.iter().filter(|issue| {
                    let in_it = issue.milestone.as_ref() == Some(&milestone.title);
                    in_it && issue.closed.is_some_and(recent)
                });
                let closed = issues.count() as u64;
                let name = repository.name.clone();
                objectives.push(objective(name, milestone.clone(), closed, now));
            }
        }
        objectives.sort_by(|a, b| {
            let key = |each: &Objective| (each.milestone.due.is_none(), each.milestone.due);
            let names = |each: &Objective| (each.repository.clone(), each.milestone.title.clone());
            key(a).cmp(&key(b)).then_with(|| names(a).cmp(&names(b)))
        });
        self.figure(self.since, objectives, |each| each.milestones.standing())
    }
}

#[expect(clippy::cast_precision_loss, reason = "issues and days")]
fn objective(repository: String, milestone: Milestone, closed: u64, now: Timestamp) -> Objective {
    let all = milestone
        .open_issues
        .saturating_add(milestone.closed_issues);
    let progress = (all > 0).then(|| milestone.closed_issues as f64 / all as f64);
    let had = closed as f64 / PACED as f64;
    let left = milestone.due.map(|due| due.since(now));
    let needed = left
        .filter(|left| *left > 0)
        .map(|left| milestone.open_issues as f64 * DAY as f64 / left as f64);
    let pace = match (left, needed) {
        _ if !milestone.open => Pace::Done,
        (None, _) => Pace::NoDueDate,
        _ if milestone.open_issues == 0 && all > 0 => Pace::Done,
        (Some(_), None) => Pace::Late,
        _ if closed < LEAST => Pace::NoPaceYet,
        (_, Some(needed)) if had >= needed => Pace::OnPace,
        _ => Pace::Behind,
    };
    Objective {
        repository,
        milestone,
        progress,
        had,
        needed,
        pace,
    }
}
