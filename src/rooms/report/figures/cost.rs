//! What the agents cost by list price, and what people keep of money beside it.

use crate::model::report::agents::budget::{Budget, Logged};
use crate::model::report::agents::figures::All;
use crate::model::report::agents::price::Money;
use crate::model::report::facts::Facts;
use crate::model::report::period::Kind;

/// Money of the period.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// API-equivalent dollars; `None`: no request has a price.
    pub dollars: Option<f64>,
    /// The same of the period before.
    pub before: Option<f64>,
    /// Requests, and those of them without a price.
    pub requests: u64,
    /// See `requests`.
    pub unpriced: u64,
    /// Models without a price, by name.
    pub unpriced_models: Vec<String>,
    /// What agents themselves say that it cost, in dollars.
    pub told: Option<f64>,
    /// The agent and the model that cost most, and their share in percent.
    pub most: Option<(String, String, f64)>,
    /// A budget of people.
    pub budget: Option<Budget>,
    /// A log of people.
    pub logged: Option<Logged>,
    /// What the month heads for; of a month from its eighth day on.
    pub projected: Option<f64>,
}

/// Days of a month before anything is projected.
const EARLY: i64 = 8;

/// The cost; `None`: there is no cost data of any kind.
#[must_use]
pub fn cost(facts: &Facts) -> Option<Cost> {
    let money = &facts.money;
    let all = facts.agents.as_ref();
    let requests = all.map_or(0, |all| requests(&all.now));
    if requests == 0 && money.budget.is_none() && money.logged.is_none() {
        return None;
    }
    let now = all.map(|all| &all.now);
    let used = || now.into_iter().flat_map(|all| &all.agents);
    let unpriced = used().map(|agent| agent.used.unpriced).sum();
    let told: u64 = used().map(|agent| agent.used.told).sum();
    let telling: u64 = used().map(|agent| agent.used.telling).sum();
    let mut unpriced_models: Vec<String> = used()
        .flat_map(|agent| &agent.models)
        .filter(|(_, used)| used.unpriced > 0)
        .map(|(model, _)| model.clone().unwrap_or_else(|| "?".to_owned()))
        .collect();
    unpriced_models.sort();
    unpriced_models.dedup();
    let dollars = now.and_then(priced);
    Some(Cost {
        dollars,
        // What is known in part only is no period to compare with.
        before: all
            .filter(|_| {
                facts
                    .agents_since
                    .is_some_and(|since| since <= facts.compared.start)
            })
            .and_then(|all| priced(&all.before)),
        requests,
        unpriced,
        unpriced_models,
        told: (telling > 0).then(|| Money(u128::from(told) * 1_000_000).dollars()),
        most: now.and_then(most),
        budget: money.budget.clone(),
        logged: money.logged.clone(),
        projected: dollars.and_then(|dollars| projected(facts, dollars)),
    })
}

fn requests(all: &All) -> u64 {
    all.agents.iter().map(|agent| agent.used.requests).sum()
}

/// What has a price; `None` where nothing has.
fn priced(all: &All) -> Option<f64> {
    let prices = all.agents.iter().filter_map(|agent| agent.used.priced());
    prices.reduce(Money::and).map(Money::dollars)
}

fn most(all: &All) -> Option<(String, String, f64)> {
    let sum = priced(all).filter(|sum| *sum > 0.0)?;
    let each = all.agents.iter().flat_map(|agent| {
        let models = agent.models.iter();
        models.filter_map(move |(model, used)| Some((agent.agent, model, used.priced()?)))
    });
    // The first by name of those that cost the same.
    let most = each.reduce(|a, b| if b.2 > a.2 { b } else { a })?;
    let (agent, model, cost) = most;
    let model = model.clone().unwrap_or_else(|| "?".to_owned());
    Some((agent.name().to_owned(), model, 100.0 * cost.dollars() / sum))
}

/// Spent, over the days that are gone, times all days.
#[expect(clippy::cast_precision_loss, reason = "seconds of a month")]
fn projected(facts: &Facts, dollars: f64) -> Option<f64> {
    let (gone, all) = (facts.span.seconds(), facts.period.span.seconds());
    let late = gone >= (EARLY - 1) * 86_400;
    let month = facts.period.kind == Kind::Monthly;
    (month && late && gone > 0).then(|| dollars * all as f64 / gone as f64)
}
