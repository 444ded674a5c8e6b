//! What a span of time comes to, agent by agent.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::time::Timestamp;
use super::price::{Money, Prices};
use super::{Agent, Tokens};

/// A request as the ledger has it: each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<'a> {
    /// Whose.
    pub agent: Agent,
    /// The session.
    pub session: &'a str,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The model, as its agent calls it.
    pub model: Option<&'a str>,
    /// Its tokens.
    pub tokens: Tokens,
    /// What changes its price.
    pub rate: Option<&'a str>,
    /// What its agent says that it cost, in millionths of a dollar.
    pub told: Option<u64>,
}

/// A sum of a column that some do not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Column {
    /// Of those that tell it.
    pub sum: u64,
    /// How many requests do not.
    pub unknown: u64,
}

impl Column {
    fn add(&mut self, value: Option<u64>) {
        match value {
            Some(value) => self.sum = self.sum.saturating_add(value),
            None => self.unknown += 1,
        }
    }

    /// The sum, unless nobody tells it.
    #[must_use]
    pub fn known(&self, requests: u64) -> Option<u64> {
        (self.unknown < requests || requests == 0).then_some(self.sum)
    }
}

/// Requests and what they used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Requests.
    pub requests: u64,
    /// Tokens read without any cache.
    pub input: Column,
    /// Tokens written into a cache.
    pub cache_write: Column,
    /// Tokens read from one.
    pub cache_read: Column,
    /// Tokens written, thoughts included.
    pub output: Column,
    /// Requests without a price.
    pub unpriced: u64,
    /// What the others cost, API-equivalent.
    pub cost: Money,
    /// What agents themselves say of their cost, in millionths of a dollar:
    /// another figure, never added to the one above.
    pub told: u64,
    /// Requests of which they say it.
    pub telling: u64,
}

impl Used {
    fn add(&mut self, request: &Counted<'_>, cost: Option<Money>) {
        self.requests += 1;
        self.input.add(request.tokens.input);
        self.cache_write.add(request.tokens.cache_write);
        self.cache_read.add(request.tokens.cache_read);
        self.output.add(request.tokens.output);
        match cost {
            Some(cost) => self.cost = self.cost.and(cost),
            None => self.unpriced += 1,
        }
        if let Some(told) = request.told {
            self.told = self.told.saturating_add(told);
            self.telling += 1;
        }
    }

    /// The cost, API-equivalent; `None` where nothing has a price.
    #[must_use]
    pub fn priced(&self) -> Option<Money> {
        (self.requests > self.unpriced).then_some(self.cost)
    }
}

/// What one agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Which.
    pub agent: Agent,
    /// Sessions with work or requests.
    pub sessions: u64,
    /// Seconds of work, over all sessions.
    pub work: i64,
    /// Seconds in which at least one of them worked.
    pub wall: i64,
    /// Requests, tokens, cost.
    pub used: Used,
    /// The same by model; `None` is one that was not named.
    pub models: BTreeMap<Option<String>, Used>,
}

/// What all of them did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct All {
    /// Those that did something, by name.
    pub agents: Vec<Figures>,
    /// Seconds in which at least one of any worked.
    pub wall: i64,
    /// The latest instant of anything counted.
    pub newest: Option<Timestamp>,
}

/// Counts what lies in `[since, until)`.
#[derive(Debug)]
pub struct Counter<'a> {
    since: i64,
    until: i64,
    prices: &'a Prices,
    agents: BTreeMap<Agent, Counting>,
    newest: Option<i64>,
}

#[derive(Debug, Default)]
struct Counting {
    sessions: BTreeSet<String>,
    work: BTreeMap<String, Vec<(i64, i64)>>,
    used: Used,
    models: BTreeMap<Option<String>, Used>,
}

impl<'a> Counter<'a> {
    /// With nothing counted yet.
    #[must_use]
    pub fn new(since: Timestamp, until: Timestamp, prices: &'a Prices) -> Self {
        Self {
            since: since.0.saturating_mul(1_000),
            until: until.0.saturating_mul(1_000),
            prices,
            agents: BTreeMap::new(),
            newest: None,
        }
    }

    /// Counts a request, if its instant is within.
    pub fn request(&mut self, request: &Counted<'_>) {
        if !(self.since..self.until).contains(&request.at) {
            return;
        }
        self.newest = self.newest.max(Some(request.at));
        let at = Timestamp(request.at.div_euclid(1_000));
        let cost = self
            .prices
            .cost(request.model, at, &request.tokens, request.rate);
        let counting = self.agents.entry(request.agent).or_default();
        if !counting.sessions.contains(request.session) {
            counting.sessions.insert(request.session.to_owned());
        }
        counting.used.add(request, cost);
        let model = request.model.map(str::to_owned);
        counting.models.entry(model).or_default().add(request, cost);
    }

    /// Counts work, in milliseconds, as far as it is within. The same work may
    /// be told more than once.
    pub fn work(&mut self, agent: Agent, session: &str, from: i64, to: i64) {
        let (from, to) = (from.max(self.since), to.min(self.until));
        if from >= to {
            return;
        }
        // The end is the first instant without work.
        self.newest = self.newest.max(Some(to - 1));
        let counting = self.agents.entry(agent).or_default();
        let spans = counting.work.entry(session.to_owned()).or_default();
        match spans.last_mut() {
            Some(last) if last.0 <= from && from <= last.1 => last.1 = last.1.max(to),
            _ => spans.push((from, to)),
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn done(self) -> All {
        let mut everybody = Vec::new();
        let mut agents = Vec::new();
        for (agent, counting) in self.agents {
            let mut sessions = counting.sessions;
            let (mut work, mut spans) = (0_i64, Vec::new());
            for (session, mut own) in counting.work {
                work = work.saturating_add(united(&mut own));
                spans.append(&mut own);
                sessions.insert(session);
            }
            let wall = united(&mut spans);
            everybody.append(&mut spans);
            agents.push(Figures {
                agent,
                sessions: u64::try_from(sessions.len()).unwrap_or(u64::MAX),
                work: work.div_euclid(1_000),
                wall: wall.div_euclid(1_000),
                used: counting.used,
                models: counting.models,
            });
        }
        All {
            agents,
            wall: united(&mut everybody).div_euclid(1_000),
            newest: self.newest.map(|at| Timestamp(at.div_euclid(1_000))),
        }
    }
}

/// Makes spans disjoint; how long they are together.
fn united(spans: &mut Vec<(i64, i64)>) -> i64 {
    spans.sort_unstable();
    let mut whole: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for &(from, to) in spans.iter() {
        match whole.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => whole.push((from, to)),
        }
    }
    *spans = whole;
    spans.iter().fold(0, |sum: i64, (from, to)| {
        sum.saturating_add(to.saturating_sub(*from))
    })
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
