//! GitHub, asked through the user's own `gh`: one call at a time, each by an
//! argument list, none with a prompt, none for longer than fifteen seconds.
//!
//! Nothing here fails: what could not be had is said by the sources of the
//! answer, and what came before it is kept. Strings go by `-f`: with `-F` a
//! value that begins with `@` would be read from a file, and `123` be a number.

mod call;
mod kept;
mod queries;

use std::ffi::OsString;

use chrono_tz::Tz;

use call::{Call, Gh};

pub use kept::{keep, kept};

use super::surroundings::Surroundings;
use super::{clock, files};
use crate::model::report::forge::answer::{self, Limit, Page};
use crate::model::report::forge::verdict::Trouble;
use crate::model::report::forge::{Forge, Issue, Numbered, Opened, Part, Pull, Repository, once};
use crate::model::report::period::Span;
use crate::model::report::source::{Source, Standing};
use crate::model::time::Timestamp;

/// Points of a limit that are left to others.
const RESERVE: u64 = 50;
/// Pages of one connection, at most: ten thousand issues.
const PAGES: usize = 100;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// `owner/name` of each repository.
    pub repositories: &'a [String],
    /// From when on everything is wanted: the start of the earliest period.
    pub since: Timestamp,
    /// The spans for which pull requests that were opened are counted.
    pub opened: &'a [Span],
    /// Whether milestones are wanted.
    pub milestones: bool,
    /// The zone of times in reasons.
    pub zone: Option<Tz>,
    /// What `gh` sees besides our own environment: `surroundings::of_gh`.
    pub environment: &'a [(OsString, OsString)],
}

/// Asks all of it.
#[must_use]
pub fn ask(question: &Question<'_>, now: Timestamp, around: &Surroundings) -> Forge {
    let mut forge = Forge {
        asked: now,
        since: question.since,
        ..Forge::default()
    };
    let words = |trouble: &Trouble| trouble.words(|at| clock::zoned(at, now, question.zone));
    let mut asker = match Asker::begin(around, question.environment) {
        Ok(asker) => asker,
        Err(trouble) => {
            let why = words(&trouble);
            let gh = Source::ok("gh", None).but(Standing::Missing, &why);
            forge.sources.push(gh);
            for name in question.repositories {
                forge.missing(name, &why);
            }
            return forge;
        }
    };
    forge.sources.push(Source::ok("gh", Some(now)));
    for name in question.repositories {
        if let Some(trouble) = &asker.over {
            let why = words(trouble);
            forge.missing(name, &why);
            continue;
        }
        let Some((owner, app)) = parts(name) else {
            forge.missing(name, "not of the form owner/name");
            continue;
        };
        let mut repository = Repository {
            name: name.clone(),
            ..Repository::default()
        };
        let troubles = asker.repository((owner, app), question, &mut repository);
        let any = repository.anything();
        let mut source = Source::ok(name, Some(now));
        for trouble in &troubles {
            let standing = if any {
                Standing::Partial
            } else {
                Standing::Missing
            };
            source = source.but(standing, &words(trouble));
        }
        forge.sources.push(source);
        forge.repositories.push(repository);
    }
    if let (Some(trouble), Some(gh)) = (&asker.over, forge.sources.first_mut()) {
        *gh = gh.clone().but(Standing::Partial, &words(trouble));
    }
    forge
}

impl Forge {
    fn missing(&mut self, name: &str, why: &str) {
        self.sources
            .push(Source::ok(name, None).but(Standing::Missing, why));
        self.repositories.push(Repository {
            name: name.to_owned(),
            ..Repository::default()
        });
    }
}

/// The two halves of `owner/name`, where that can be a repository.
fn parts(name: &str) -> Option<(&str, &str)> {
    let (owner, app) = name.split_once('/')?;
    let plain = |part: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !matches!(part, "" | "." | "..") && part.len() <= 100 && part.chars().all(known)
    };
    (plain(owner) && plain(app) && !owner.starts_with('-')).then_some((owner, app))
}

/// Asks one thing after another until something ends all.
struct Asker {
    gh: Gh,
    /// What is left for GraphQL, and for searches.
    graphql: Option<Limit>,
    search: Option<Limit>,
    /// Why nothing else is asked.
    over: Option<Trouble>,
}

impl Asker {
    /// Who we are and what is left, which costs nothing.
    fn begin(around: &Surroundings, besides: &[(OsString, OsString)]) -> Result<Self, Trouble> {
        let gh = Gh::find(around, besides).ok_or(Trouble::NotInstalled)?;
        let verdict = gh.call(&Call::limits());
        let limit = |resource| {
            let mut values = verdict.values.iter();
            values.find_map(|value| answer::limit(value, resource))
        };
        let asker = Self {
            graphql: limit("graphql"),
            search: limit("search"),
            gh,
            over: None,
        };
        match verdict.trouble {
            // Where limits are turned off there is nothing of that name.
            None | Some(Trouble::NotFound) => Ok(asker),
            Some(trouble) => Err(trouble),
        }
    }

    /// Everything about one repository; what went wrong with it.
    fn repository(
        &mut self,
        (owner, app): (&str, &str),
        question: &Question<'_>,
        found: &mut Repository,
    ) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        let since = question.since;
        let ask = |query, since| Call::graphql(query, owner, app, since);
        let issue = |issue: &Issue| issue.updated;
        let pull = |pull: &Pull| pull.updated;

        let call = ask(queries::CLOSED, Some(since));
        let (closed, _) = self.pages(&call, answer::issues, since, &issue, &mut troubles);
        found.closed = closed;
        // Where there is no such repository there is nothing else of it.
        if troubles.contains(&Trouble::NotFound) {
            return troubles;
        }
        let call = ask(queries::MERGED, None);
        let (merged, branch) = self.pages(&call, answer::pulls, since, &pull, &mut troubles);
        found.merged = merged;
        found.default_branch = branch;
        let all = Timestamp(i64::MIN);
        let call = ask(queries::OPEN, None);
        found.open = self
            .pages(&call, answer::issues, all, &issue, &mut troubles)
            .0;
        let call = ask(queries::WAITING, None);
        found.waiting = self
            .pages(&call, answer::pulls, all, &pull, &mut troubles)
            .0;
        for span in question.opened {
            let count = self.opened(owner, app, *span, &mut troubles);
            found.opened.push(Opened { span: *span, count });
        }
        if question.milestones && self.over.is_none() {
            let verdict = self.gh.call(&Call::milestones(owner, app));
            let (items, unread) = answer::milestones(&verdict.values);
            let whole = verdict.trouble.is_none() && unread == 0;
            found.milestones = Part { items, whole };
            self.note(verdict.trouble, unread, &mut troubles);
        }
        troubles
    }

    /// All pages of a connection back to `since`, each item once, and the
    /// default branch if it says so.
    fn pages<T: Numbered>(
        &mut self,
        call: &Call,
        read: impl Fn(&serde_json::Value) -> Option<Page<T>>,
        since: Timestamp,
        updated: &dyn Fn(&T) -> Timestamp,
        troubles: &mut Vec<Trouble>,
    ) -> (Part<T>, Option<String>) {
        let (mut items, mut branch, mut after) = (Vec::new(), None, None);
        let mut whole = false;
        for _ in 0..PAGES {
            if self.spent() || self.over.is_some() {
                break;
            }
            let verdict = self.gh.call(&call.after(after.as_deref()));
            let page = verdict.values.iter().find_map(&read);
            let fine = verdict.trouble.is_none() && page.is_some();
            let unread = page.as_ref().map_or(0, |page| page.unread);
            let silent = verdict.trouble.is_none() && page.is_none();
            let odd = silent.then(|| Trouble::Other("GitHub's answer cannot be read".into()));
            self.note(verdict.trouble.or(odd), unread, troubles);
            let Some(page) = page else { break };
            self.graphql = page.limit.or(self.graphql);
            // Sorted by their last change, the newest first.
            let enough = page.items.iter().any(|item| updated(item) < since);
            branch = branch.or(page.default_branch);
            items.extend(page.items);
            if !fine || unread > 0 {
                break;
            }
            if enough || page.next.is_none() {
                whole = true;
                break;
            }
            // A page that leads to itself would never end.
            if page.next == after {
                break;
            }
            after = page.next;
        }
        if !whole {
            let over = self.over.clone().filter(|over| !troubles.contains(over));
            troubles.extend(over);
        }
        if !whole && troubles.is_empty() {
            troubles.push(Trouble::Part("too many pages".into()));
        }
        let items = once(items);
        (Part { items, whole }, branch)
    }

    /// How many pull requests were opened in a span, by a search.
    fn opened(
        &mut self,
        owner: &str,
        app: &str,
        span: Span,
        troubles: &mut Vec<Trouble>,
    ) -> Option<u64> {
        if self.over.is_some() || span.seconds() == 0 {
            return (span.seconds() == 0).then_some(0);
        }
        if let Some(limit) = &mut self.search {
            let Some(left) = limit.remaining.checked_sub(1) else {
                troubles.push(Trouble::Limited(Some(limit.reset)));
                return None;
            };
            limit.remaining = left;
        }
        let verdict = self.gh.call(&Call::opened(owner, app, span));
        let count = verdict.values.iter().find_map(answer::count);
        let fine = verdict.trouble.is_none();
        let limited = matches!(verdict.trouble, Some(Trouble::Limited(_)));
        if limited {
            // Searches have a limit of their own; the rest goes on.
            let reset = self.search.map(|limit| limit.reset);
            troubles.push(Trouble::Limited(reset));
            return None;
        }
        self.note(verdict.trouble, 0, troubles);
        if count.is_none() && fine {
            let why = "GitHub's search did not come to its end";
            troubles.push(Trouble::Part(why.into()));
        }
        count.filter(|_| fine)
    }

    /// Whether the limit is nearly used up, which ends all.
    fn spent(&mut self) -> bool {
        let spent = self.graphql.filter(|limit| limit.remaining < RESERVE);
        if let Some(limit) = spent {
            self.over.get_or_insert(Trouble::Limited(Some(limit.reset)));
        }
        spent.is_some()
    }

    /// Keeps in mind what went wrong, and whether that ends all.
    fn note(&mut self, trouble: Option<Trouble>, unread: usize, troubles: &mut Vec<Trouble>) {
        let reset = self.graphql.map(|limit| limit.reset);
        let trouble = match trouble {
            // An answer without its head does not say until when.
            Some(Trouble::Limited(None)) => Some(Trouble::Limited(reset)),
            Some(trouble) => Some(trouble),
            None if unread > 0 => Some(Trouble::Part(format!("{unread} could not be read"))),
            None => None,
        };
        let Some(trouble) = trouble else { return };
        if trouble.ends_all() || self.gh.over() {
            self.over.get_or_insert(trouble.clone());
        }
        if !troubles.contains(&trouble) {
            troubles.push(trouble);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_two_plain_words() {
        assert_eq!(parts("o/a.b-c_d"), Some(("o", "a.b-c_d")));
        for name in [
            "o", "o/", "/a", "o/a/b", "-o/a", "o/..", "o/a b", "o/a?x", "@o/a", "",
        ] {
            assert_eq!(parts(name), None, "{name}");
        }
    }
}
