//! One call of `gh api`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::super::surroundings::Surroundings;
use super::super::{clock, process, programs};
use crate::model::report::forge::verdict::{Trouble, Verdict, verdict};
use crate::model::report::period::Span;
use crate::model::time::Timestamp;

/// What one call may take, and all of one report.
const EACH: Duration = Duration::from_secs(15);
const ALL: Duration = Duration::from_secs(60);
/// Bytes of an answer, at most.
const MOST: usize = 32 << 20;
/// How long GitHub has to get over its trouble.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// The arguments of one call, after which page if it has pages.
#[derive(Debug, Clone)]
pub(super) struct Call(Vec<OsString>);

impl Call {
    fn of(arguments: &[&str]) -> Self {
        Self(arguments.iter().map(OsString::from).collect())
    }

    /// What is left of the limits; costs nothing.
    pub(super) fn limits() -> Self {
        Self::of(&["api", "-i", "rate_limit"])
    }

    /// A query about a repository, to be asked [`Call::after`] some page.
    pub(super) fn graphql(query: &str, owner: &str, name: &str, since: Option<Timestamp>) -> Self {
        let mut call = Self::of(&["api", "graphql"]);
        call.string("owner", owner);
        call.string("name", name);
        if let Some(since) = since {
            call.string("since", &since.rfc3339());
        }
        call.string("query", query);
        call
    }

    /// The same for the page after that cursor; the first one without it.
    pub(super) fn after(&self, cursor: Option<&str>) -> Self {
        let mut call = self.clone();
        match cursor {
            Some(cursor) => call.string("after", cursor),
            None => call.0.extend(["-F", "after=null"].map(OsString::from)),
        }
        call
    }

    /// All milestones of a repository, page after page.
    pub(super) fn milestones(owner: &str, name: &str) -> Self {
        let path = format!("repos/{owner}/{name}/milestones?state=all&sort=due_on&per_page=100");
        Self::of(&["api", "--paginate", &path])
    }

    /// How many pull requests were opened in a span. Both of its ends count.
    pub(super) fn opened(owner: &str, name: &str, span: Span) -> Self {
        let last = Timestamp(span.end.0.saturating_sub(1));
        let (start, last) = (span.start.rfc3339(), last.rfc3339());
        let mut call = Self::of(&["api", "-X", "GET", "search/issues"]);
        call.string(
            "q",
            &format!("repo:{owner}/{name} is:pr created:{start}..{last}"),
        );
        call.0.extend(["-F", "per_page=1"].map(OsString::from));
        call
    }

    fn string(&mut self, name: &str, value: &str) {
        self.0.push("-f".into());
        self.0.push(format!("{name}={value}").into());
    }
}

/// The user's `gh`.
#[derive(Debug)]
pub(super) struct Gh {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
    deadline: Duration,
}

impl Gh {
    /// The one on the path, which sees that `besides` our own environment.
    pub(super) fn find(around: &Surroundings, besides: &[(OsString, OsString)]) -> Option<Self> {
        let mut environment = around.environment.clone();
        environment.extend(besides.iter().cloned());
        let ours = [
            ("GH_PROMPT_DISABLED", "1"),
            ("GH_NO_UPDATE_NOTIFIER", "1"),
            ("NO_COLOR", "1"),
            ("GH_PAGER", "cat"),
        ];
        environment.extend(ours.map(|(name, value)| (name.into(), value.into())));
        Some(Self {
            program: programs::find("gh", around)?,
            environment,
            deadline: clock::elapsed() + ALL,
        })
    }

    /// Whether the time of the report is over.
    pub(super) fn over(&self) -> bool {
        self.deadline <= clock::elapsed()
    }

    /// What came of a call; once more after trouble of GitHub's own.
    pub(super) fn call(&self, call: &Call) -> Verdict {
        let first = self.once(call);
        let left = self.deadline.saturating_sub(clock::elapsed());
        match first.trouble {
            Some(Trouble::Server(_)) if left > AGAIN_AFTER => {
                clock::rest(AGAIN_AFTER);
                self.once(call)
            }
            _ => first,
        }
    }

    fn once(&self, Call(arguments): &Call) -> Verdict {
        let failed = |trouble| Verdict {
            values: Vec::new(),
            trouble: Some(trouble),
        };
        let left = self.deadline.saturating_sub(clock::elapsed());
        if left.is_zero() {
            return failed(Trouble::Silent(ALL.as_secs()));
        }
        let mut stdout = Vec::new();
        let ended = process::run_through(
            &self.program,
            arguments,
            &self.environment,
            left.min(EACH),
            &mut |piece| {
                stdout.extend_from_slice(piece);
                stdout.len() <= MOST
            },
        );
        match ended {
            Ok(ended) => verdict(ended.status.code(), &stdout, &ended.stderr),
            Err(process::RunError::TimedOut(..)) => {
                let limit = if left < EACH { ALL } else { EACH };
                failed(Trouble::Silent(limit.as_secs()))
            }
            Err(process::RunError::TooMuch(_)) => {
                failed(Trouble::Other("gh printed more than 32 MiB".into()))
            }
            Err(error) => failed(Trouble::Other(error.to_string())),
        }
    }
}
