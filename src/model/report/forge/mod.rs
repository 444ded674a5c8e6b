//! What GitHub (or another forge) knows of repositories: its answers as they
//! are kept, and the figures computed from them.

pub mod answer;
pub mod figures;
pub mod kept;
pub mod label;
pub mod milestones;
pub mod reviews;
pub mod verdict;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::time::Timestamp;
use super::agent::Agent;
use super::period::Span;
use super::source::{Source, Standing};

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account's name.
    pub login: String,
    /// Whether it is a bot's.
    pub bot: bool,
}

impl Actor {
    /// The coding agent whose bot it is.
    #[must_use]
    pub fn agent(&self) -> Option<Agent> {
        Agent::of_bot(&self.login).filter(|_| self.bot)
    }
}

/// An issue; never a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// From outside, clean and cut.
    pub title: String,
    /// Its page: `https` or empty.
    pub url: String,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was closed, if it is.
    pub closed: Option<Timestamp>,
    /// When anything of it changed last.
    pub updated: Timestamp,
    /// Why it was closed, in GitHub's words: `COMPLETED`, `NOT_PLANNED`,
    /// `DUPLICATE`.
    pub reason: Option<String>,
    /// Who opened it; `None`: an account that is gone.
    pub author: Option<Actor>,
    /// Its labels.
    pub labels: Vec<String>,
    /// The title of its milestone.
    pub milestone: Option<String>,
}

/// A review that was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When.
    pub at: Timestamp,
    /// By whom; `None`: an account that is gone.
    pub author: Option<Actor>,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// From outside, clean and cut.
    pub title: String,
    /// Its page: `https` or empty.
    pub url: String,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was merged, if it was.
    pub merged: Option<Timestamp>,
    /// When anything of it changed last.
    pub updated: Timestamp,
    /// Whether it is a draft.
    pub draft: bool,
    /// The branch it goes to.
    pub base: String,
    /// The commit by which it was merged.
    pub commit: Option<String>,
    /// Who opened it; `None`: an account that is gone.
    pub author: Option<Actor>,
    /// The first twenty that were submitted, the earliest first.
    pub reviews: Vec<Review>,
    /// Whether there are more than these.
    pub more_reviews: bool,
    /// When it was said to be ready for review.
    pub ready: Vec<Timestamp>,
    /// Lines that come with it.
    pub additions: u64,
    /// Lines that go with it.
    pub deletions: u64,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// From outside, clean and cut.
    pub title: String,
    /// Its page: `https` or empty.
    pub url: String,
    /// Until when.
    pub due: Option<Timestamp>,
    /// Whether it is open.
    pub open: bool,
    /// Issues and pull requests that are open, as GitHub counts them.
    pub open_issues: u64,
    /// And closed.
    pub closed_issues: u64,
    /// When it was closed.
    pub closed: Option<Timestamp>,
}

/// Items of one kind, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part<T> {
    /// What came.
    pub items: Vec<T>,
    /// Whether that is all there is.
    pub whole: bool,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            whole: false,
        }
    }
}

/// Something with a number, of which the newest state counts.
pub trait Numbered {
    /// Its number, and when it changed last.
    fn key(&self) -> (u64, Timestamp);
}

impl Numbered for Issue {
    fn key(&self) -> (u64, Timestamp) {
        (self.number, self.updated)
    }
}

impl Numbered for Pull {
    fn key(&self) -> (u64, Timestamp) {
        (self.number, self.updated)
    }
}

/// Each of them once, by its number, as it was last: what changes while pages
/// are read stands on two of them.
#[must_use]
pub fn once<T: Numbered>(items: Vec<T>) -> Vec<T> {
    let mut newest: BTreeMap<u64, T> = BTreeMap::new();
    for item in items {
        let (number, updated) = item.key();
        let known = newest.get(&number).map(|known| known.key().1);
        if known.is_none_or(|known| known < updated) {
            newest.insert(number, item);
        }
    }
    newest.into_values().collect()
}

/// How many were opened in a span, by the forge's own search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// In which.
    pub span: Span,
    /// How many; `None`: not known.
    pub count: Option<u64>,
}

/// What is known of one repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// `owner/name`.
    pub name: String,
    /// The branch that counts.
    pub default_branch: Option<String>,
    /// Issues that are closed and changed since [`Forge::since`].
    pub closed: Part<Issue>,
    /// Issues that are open.
    pub open: Part<Issue>,
    /// Pull requests that were merged and changed since [`Forge::since`].
    pub merged: Part<Pull>,
    /// Pull requests that are open.
    pub waiting: Part<Pull>,
    /// Milestones, where they were asked for.
    pub milestones: Part<Milestone>,
    /// Pull requests opened, for each span that was asked for.
    pub opened: Vec<Opened>,
}

impl Repository {
    /// Whether anything is known of it.
    #[must_use]
    pub fn anything(&self) -> bool {
        let parts = [
            self.closed.standing(),
            self.open.standing(),
            self.merged.standing(),
            self.waiting.standing(),
            self.milestones.standing(),
        ];
        let counted = self.opened.iter().any(|opened| opened.count.is_some());
        counted || parts.iter().any(|(whole, some)| *whole || *some)
    }
}

/// All that was answered, to be kept as it is: an old report is made of what
/// was kept, not of what GitHub says today.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forge {
    /// When it was asked.
    pub asked: Timestamp,
    /// From when on it is whole.
    pub since: Timestamp,
    /// Each that was asked for, in that order.
    pub repositories: Vec<Repository>,
    /// `gh` itself first, then each repository.
    pub sources: Vec<Source>,
}

/// A figure over all repositories, and whether it counts all there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure<T> {
    /// The figure.
    pub value: T,
    /// How much of what it counts could be read: with [`Standing::Missing`] the
    /// value is not to be printed.
    pub state: Standing,
}

impl Forge {
    /// A figure of parts that are of this state in each repository.
    fn figure<T>(
        &self,
        since: Timestamp,
        value: T,
        whole: impl Fn(&Repository) -> (bool, bool),
    ) -> Figure<T> {
        let parts: Vec<(bool, bool)> = self.repositories.iter().map(whole).collect();
        let all = parts.iter().all(|(whole, _)| *whole) && since >= self.since;
        let any = parts.iter().any(|(whole, some)| *whole || *some);
        let state = match (all, any) {
            (_, false) => Standing::Missing,
            (true, true) => Standing::Ok,
            (false, true) => Standing::Partial,
        };
        Figure { value, state }
    }
}

impl<T> Part<T> {
    /// Whether it is whole, and whether there is anything of it.
    fn standing(&self) -> (bool, bool) {
        (self.whole, !self.items.is_empty())
    }
}
