//! What each agent did: from git, from GitHub and from its own logs.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::report::agent::Agent;
use crate::model::report::agents::figures::Figures;
use crate::model::report::code::{Levels, Who};
use crate::model::report::facts::Facts;
use crate::model::report::forge::{Actor, Forge};
use crate::model::report::log::Lines;
use crate::model::report::source::Standing;

/// One agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// Which.
    pub agent: Agent,
    /// Commits with a part of its own; `None`: no repositories.
    pub commits: Option<u64>,
    /// How that is known.
    pub levels: Levels,
    /// Lines of these.
    pub lines: Lines,
    /// Merged pull requests of its bot, or whose merge it signed; `None`: not known.
    pub pulls: Option<u64>,
    /// Issues closed in the period that its bot opened; `None`: not known.
    pub issues: Option<u64>,
    /// What its own logs say; `None`: nothing.
    pub logs: Option<Figures>,
}

/// Of each agent that did anything: the most commits first, then by name.
#[must_use]
pub fn lines(facts: &Facts) -> Vec<AgentLine> {
    let mut all: BTreeMap<Agent, AgentLine> = BTreeMap::new();
    let line = |agent| AgentLine {
        agent,
        commits: facts.code.is_some().then_some(0),
        levels: Levels::default(),
        lines: Lines::default(),
        pulls: None,
        issues: None,
        logs: None,
    };
    for theirs in facts.code.iter().flat_map(|code| &code.now.contributors) {
        if let Who::Agent(agent) = theirs.who {
            let own = all.entry(agent).or_insert_with(|| line(agent));
            own.commits = Some(theirs.commits);
            own.levels = theirs.levels;
            own.lines = theirs.lines;
        }
    }
    for figures in facts.agents.iter().flat_map(|all| &all.now.agents) {
        let own = all.entry(figures.agent);
        own.or_insert_with(|| line(figures.agent)).logs = Some(figures.clone());
    }
    if let Some(forge) = &facts.forge {
        let merged = merged(forge, facts);
        for agent in merged.keys() {
            all.entry(*agent).or_insert_with(|| line(*agent));
        }
        let closed = forge
            .repositories
            .iter()
            .flat_map(|each| &each.closed.items);
        let closed = closed.filter(|issue| issue.closed.is_some_and(|at| facts.span.holds(at)));
        let mut issues: BTreeMap<Agent, u64> = BTreeMap::new();
        for agent in closed.filter_map(|issue| issue.author.as_ref()?.agent()) {
            *issues.entry(agent).or_default() += 1;
            all.entry(agent).or_insert_with(|| line(agent));
        }
        let pulls_known = forge.pulls_merged(facts.span).state == Standing::Ok;
        let issues_known = forge.issues_closed(facts.span).state == Standing::Ok;
        for (agent, own) in &mut all {
            own.pulls = pulls_known.then(|| merged.get(agent).copied().unwrap_or(0));
            own.issues = issues_known.then(|| issues.get(agent).copied().unwrap_or(0));
        }
    }
    let mut all: Vec<AgentLine> = all.into_values().collect();
    all.sort_by(|a, b| {
        let most = b.commits.cmp(&a.commits);
        most.then_with(|| {
            a.agent
                .name()
                .to_lowercase()
                .cmp(&b.agent.name().to_lowercase())
        })
    });
    all
}

/// Pull requests that were merged, by agent.
fn merged(forge: &Forge, facts: &Facts) -> BTreeMap<Agent, u64> {
    let signed = facts.code.as_ref().map(|code| &code.now.by_agents);
    let mut counts: BTreeMap<Agent, u64> = BTreeMap::new();
    for (_, pull) in forge.merged_in(facts.span) {
        let mut theirs: BTreeSet<Agent> = BTreeSet::new();
        theirs.extend(pull.author.as_ref().and_then(Actor::agent));
        let commit = pull.commit.as_ref();
        let by_commit = commit.and_then(|commit| signed?.get(commit));
        theirs.extend(by_commit.into_iter().flatten());
        for agent in theirs {
            *counts.entry(agent).or_default() += 1;
        }
    }
    counts
}
