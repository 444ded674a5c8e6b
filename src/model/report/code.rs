//! Commits, lines and who made them, in one span of time over all repositories.
//!
//! By the date of the author, so that what is rebased or amended does not count
//! again; without merges, which are counted beside; each commit once, by its id
//! and by its author's address and time with its subject, so that clones,
//! worktrees, cherry-picks and rebased copies count once. The first repository
//! that has a commit is the one it counts to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, Hash, RandomState};

use serde::Serialize;

use super::super::time::Timestamp;
use super::agent::{Agent, Identity, Level};
use super::log::{Changed, Commit, Lines};
use super::period::Span;

/// Subjects that are kept, the newest first.
const NEWEST: usize = 10;
/// How long after a merge a revert tells against it, in seconds.
const REVERTED: i64 = 7 * 86_400;

/// What was committed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Amount {
    /// Commits with one parent at most.
    pub commits: u64,
    /// Those that bring lines of history together.
    pub merges: u64,
    /// Commits that stood in an earlier repository, too, or were copies: not
    /// counted here.
    pub repeated: u64,
    /// Commits that no agent had a part in, as far as that is known.
    pub unsigned: u64,
    /// What the commits changed.
    pub changed: Changed,
}

/// Commits by how it is known whose they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Levels {
    /// By a trailer or an identity.
    pub signed: u64,
    /// By who was at work there then.
    pub observed: u64,
    /// By several that were.
    pub shared: u64,
}

/// Who contributed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// A coding agent.
    Agent(Agent),
    /// A person, by the address in lower case.
    Person(String),
    /// Some other bot on GitHub, by its name.
    Bot(String),
}

/// One of those who contributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contributor {
    /// Who.
    pub who: Who,
    /// The name to print: of a person the one of the newest commit.
    pub name: String,
    /// Commits with a part of theirs: written by them or with them.
    pub commits: u64,
    /// Of these, those that name another author.
    pub co_authored: u64,
    /// Of an agent's, how it is known.
    pub levels: Levels,
    /// Lines of these commits.
    pub lines: Lines,
    #[serde(skip)]
    named_at: Timestamp,
}

/// What one repository has of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// What was committed.
    pub amount: Amount,
}

/// A commit in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// When it was written.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
    /// The number of its repository.
    pub repository: usize,
    /// The name of its author.
    pub author: String,
    /// The agents that signed it.
    pub agents: Vec<Agent>,
    /// Its subject: from outside, clean and cut.
    pub subject: String,
}

/// A commit that takes another back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revert {
    /// Which commit, by its id or the start of that.
    pub of: String,
    /// When it was written.
    pub at: Timestamp,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Code {
    /// Of which time.
    pub span: Span,
    /// Over all repositories.
    pub total: Amount,
    /// For each, in the order asked.
    pub repositories: Vec<Repository>,
    /// The most commits first, then by name.
    pub contributors: Vec<Contributor>,
    /// The newest ten, without merges.
    pub newest: Vec<Headline>,
    /// Reverts in the span and the seven days after it.
    pub reverts: Vec<Revert>,
    /// The time of the newest commit that counts.
    pub until: Option<Timestamp>,
    /// By the ids of commits that agents had a part in, merges among them:
    /// which agents. By them a merged pull request is known as theirs.
    #[serde(skip)]
    pub by_agents: BTreeMap<String, Vec<Agent>>,
}

/// Counts commits as they come.
#[derive(Debug)]
pub struct Tally {
    code: Code,
    known: HashSet<u128>,
    keys: [RandomState; 2],
    contributors: BTreeMap<Who, Contributor>,
}

impl Tally {
    /// Of this span, over repositories of these names.
    #[must_use]
    pub fn new(span: Span, repositories: &[String]) -> Self {
        let repositories = repositories.iter().map(|name| Repository {
            name: name.clone(),
            amount: Amount::default(),
        });
        Self {
            code: Code {
                span,
                total: Amount::default(),
                repositories: repositories.collect(),
                contributors: Vec::new(),
                newest: Vec::new(),
                reverts: Vec::new(),
                until: None,
                by_agents: BTreeMap::new(),
            },
            known: HashSet::new(),
            keys: [RandomState::new(), RandomState::new()],
            contributors: BTreeMap::new(),
        }
    }

    /// Counts a commit of the repository of that number; `seen`: the agents
    /// that others know to have had a part in it, besides those that signed.
    pub fn add(&mut self, repository: usize, commit: &Commit, seen: &[(Agent, Level)]) {
        self.revert(commit);
        if !self.code.span.holds(commit.authored) {
            return;
        }
        let copy = (
            commit.author.email.to_lowercase(),
            commit.authored.0,
            commit.subject.clone(),
        );
        let new = self.first(&commit.id) && self.first(&copy);
        let Some(here) = self.code.repositories.get_mut(repository) else {
            return;
        };
        self.code.until = self.code.until.max(Some(commit.authored));
        let mut parts: BTreeMap<Agent, Level> =
            seen.iter().map(|(agent, level)| (*agent, *level)).collect();
        parts.extend(commit.signed.iter().map(|agent| (*agent, Level::Signed)));
        if new && !parts.is_empty() {
            let agents = parts.keys().copied().collect();
            self.code.by_agents.insert(commit.id.clone(), agents);
        }
        for amount in [&mut here.amount, &mut self.code.total] {
            match (new, commit.merge()) {
                (false, _) => amount.repeated += 1,
                (true, true) => amount.merges += 1,
                (true, false) => {
                    amount.commits += 1;
                    amount.unsigned += u64::from(parts.is_empty());
                    amount.changed.add(&commit.changed);
                }
            }
        }
        if new && !commit.merge() {
            self.headline(repository, commit, &parts);
            self.contributors(commit, &parts);
        }
    }

    /// Whether this was not met before. Sixteen bytes are kept of it, by keys
    /// that nobody can know.
    fn first(&mut self, what: &impl Hash) -> bool {
        let [a, b] = self.keys.each_ref().map(|key| key.hash_one(what));
        self.known.insert(u128::from(a) << 64 | u128::from(b))
    }

    fn revert(&mut self, commit: &Commit) {
        let Span { start, end } = self.code.span;
        if commit.authored < start || commit.authored.since(end) >= REVERTED {
            return;
        }
        for of in &commit.reverts {
            let revert = Revert {
                of: of.clone(),
                at: commit.authored,
            };
            if !self.code.reverts.contains(&revert) {
                self.code.reverts.push(revert);
            }
        }
    }

    fn headline(&mut self, repository: usize, commit: &Commit, parts: &BTreeMap<Agent, Level>) {
        let newest = &mut self.code.newest;
        newest.push(Headline {
            at: commit.authored,
            id: commit.id.clone(),
            repository,
            author: commit.author.name.clone(),
            agents: parts.keys().copied().collect(),
            subject: commit.subject.clone(),
        });
        newest.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        newest.truncate(NEWEST);
    }

    fn contributors(&mut self, commit: &Commit, parts: &BTreeMap<Agent, Level>) {
        let lines = commit.changed.lines();
        for (&agent, level) in parts {
            let theirs = self.contributor(Who::Agent(agent), agent.name(), commit.authored);
            theirs.commits += 1;
            theirs.lines.add(lines);
            match level {
                Level::Signed => theirs.levels.signed += 1,
                Level::Observed => theirs.levels.observed += 1,
                Level::Shared => theirs.levels.shared += 1,
            }
            let wrote = commit.author.agent() == Some(agent);
            theirs.co_authored += u64::from(!wrote);
        }
        let mut met = HashSet::new();
        let all = std::iter::once(&commit.author).chain(&commit.co_authors);
        for (number, identity) in all.enumerate() {
            let who = who(identity);
            // Agents were counted; aider's mark stands behind a person's name.
            if matches!(who, Who::Agent(_)) || !met.insert(who.clone()) {
                continue;
            }
            let name = identity.name.trim_end_matches(" (aider)");
            let theirs = self.contributor(who, name, commit.authored);
            theirs.commits += 1;
            theirs.co_authored += u64::from(number > 0);
            theirs.lines.add(lines);
        }
    }

    fn contributor(&mut self, who: Who, name: &str, at: Timestamp) -> &mut Contributor {
        let entry = self.contributors.entry(who.clone());
        let theirs = entry.or_insert_with(|| Contributor {
            who,
            name: name.to_owned(),
            commits: 0,
            co_authored: 0,
            levels: Levels::default(),
            lines: Lines::default(),
            named_at: at,
        });
        // Of two names at one time the first by the alphabet.
        if (at, Reverse(name)) > (theirs.named_at, Reverse(theirs.name.as_str())) {
            name.clone_into(&mut theirs.name);
            theirs.named_at = at;
        }
        theirs
    }

    /// What it came to.
    #[must_use]
    pub fn finish(mut self) -> Code {
        let mut contributors: Vec<Contributor> = self.contributors.into_values().collect();
        contributors.sort_by(|a, b| {
            let most = b.commits.cmp(&a.commits);
            most.then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase()))
                .then_with(|| a.who.cmp(&b.who))
        });
        self.code.contributors = contributors;
        self.code
            .reverts
            .sort_by(|a, b| (a.at, &a.of).cmp(&(b.at, &b.of)));
        self.code
    }
}

/// Whose identity that is. Aider's mark behind a person's name leaves the
/// person one.
fn who(identity: &Identity) -> Who {
    match (Agent::of_email(&identity.email), identity.bot()) {
        (Some(agent), _) => Who::Agent(agent),
        (None, Some(bot)) => Who::Bot(bot),
        (None, None) => Who::Person(identity.email.to_lowercase()),
    }
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
