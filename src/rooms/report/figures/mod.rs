//! The figures of a report, each beside the one of the period before. Pure:
//! numbers only, in one language of none; `tell` puts them into words and
//! `json` writes them down.

pub mod advice;
pub mod agents;
pub mod cost;
pub mod forge;
pub mod machines;
pub mod tiles;

use crate::model::report::change::Change;
use crate::model::report::facts::Facts;
use crate::model::report::forge::milestones::Objective;
use crate::model::report::period::Kind;
use crate::model::report::source::{Source, Standing};
use crate::model::time::Timestamp;

use advice::Advice;
use agents::AgentLine;
use cost::Cost;
use forge::Forged;
use machines::Machinery;

/// A count and how it stands to the one before; `now` of `None`: not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Of the period.
    pub now: Option<u64>,
    /// Of the one before.
    pub before: Option<u64>,
    /// Whether `now` is only the least there is.
    pub partial: bool,
    /// By more than chance, or not.
    pub change: Change,
}

impl Counted {
    /// Of these.
    #[must_use]
    pub fn of(now: Option<u64>, before: Option<u64>, partial: bool) -> Self {
        let change = match (now, before) {
            (Some(now), Some(before)) if !partial => Change::of_counts(now, before),
            _ => Change::Unknown,
        };
        Self {
            now,
            before,
            partial,
            change,
        }
    }
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// What they rest on.
    pub facts: &'a Facts,
    /// Issues and pull requests.
    pub forged: Option<Forged>,
    /// Commits without merges.
    pub commits: Counted,
    /// Lines of `errors.log`.
    pub errors: Counted,
    /// What each agent did, by name within equal counts.
    pub agents: Vec<AgentLine>,
    /// What they cost.
    pub cost: Option<Cost>,
    /// The machines.
    pub machines: Option<Machinery>,
    /// Milestones.
    pub objectives: Option<Vec<Objective>>,
    /// What to do about it: those of which the rule holds, in their order.
    pub advice: Vec<Advice>,
}

impl<'a> Report<'a> {
    /// The figures of these facts; `now`: for what is open at the moment.
    #[must_use]
    pub fn of(facts: &'a Facts, now: Timestamp) -> Self {
        // What stands open is looked at as of the end of the period.
        let at = if facts.complete { facts.span.end } else { now };
        let forged = facts.forge.as_ref().map(|one| Forged::of(one, facts, at));
        let machines = facts
            .machines
            .as_ref()
            .map(|known| Machinery::of(known, facts));
        let code = facts.code.as_ref();
        let commits = Counted::of(
            code.map(|code| code.now.total.commits),
            code.map(|code| code.before.total.commits),
            is_partial(&facts.sources, "git "),
        );
        let errors = facts.machines.as_ref().map(|known| &known.errors);
        let errors = Counted::of(
            errors.and_then(|errors| errors.now),
            errors.and_then(|errors| errors.before),
            is_partial(&facts.sources, "errors.log"),
        );
        let objectives = facts.forge.as_ref().and_then(|forge| {
            let told = forge.objectives(facts.span, at);
            (told.state != Standing::Missing).then_some(told.value)
        });
        let mut report = Self {
            facts,
            forged,
            commits,
            errors,
            agents: agents::lines(facts),
            cost: cost::cost(facts),
            machines,
            objectives: objectives.filter(|_| facts.period.kind == Kind::Monthly),
            advice: Vec::new(),
        };
        report.advice = advice::all(&report, at);
        report
    }

    /// The source of that name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.facts.sources.iter().find(|source| source.name == name)
    }

    /// Why nothing of a git repository could be read, where that is so.
    #[must_use]
    pub fn unread(&self, repository: &str) -> Option<&str> {
        let source = self.source(&format!("git {repository}"))?;
        let missing = source.state == Standing::Missing;
        missing.then(|| source.why.as_deref().unwrap_or_default())
    }

    /// Why a source gives nothing, where it gives nothing.
    #[must_use]
    pub fn missing(&self) -> Vec<&Source> {
        let sources = self.facts.sources.iter();
        sources
            .filter(|source| source.state == Standing::Missing)
            .collect()
    }
}

/// Whether one of the sources whose names begin so could not be read whole.
fn is_partial(sources: &[Source], beginning: &str) -> bool {
    let mut sources = sources.iter();
    sources.any(|source| source.name.starts_with(beginning) && source.state != Standing::Ok)
}
