//! What the history knows of all machines together.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Ask, disks, kept, node, response};
use crate::config::Limits;
use crate::model::forecast::score;
use crate::model::history::{Forecast, Resolution};
use crate::model::incident::Incident;
use crate::model::report::facts::{GivenUp, Machines, Score};
use crate::model::report::machines::outages;
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::roster;
use crate::sys::history::{History, HistoryError};

/// So many tries that did not help for so long are a repair that was given up.
/// The history knows of no breaker: it opens at the fifth failure, and the next
/// try of an open one comes within that time.
const TRIES: u32 = 5;
const HELPED: i64 = 600;
const DAY: i64 = 86_400;
/// No forecast looks further ahead.
const AHEAD: i64 = 8 * DAY;
/// Forecasts are scored over so long.
const SCORED: i64 = 90 * DAY;

/// A node that is told of, and its limits.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) limits: Limits,
    pub(super) local: bool,
}

/// Everything of the period; `whole`: whether all that it is compared with was
/// kept, for a part of it is nothing to compare with.
pub(super) fn gather(
    ask: &Ask<'_>,
    history: &History,
    whole: bool,
) -> Result<Machines, HistoryError> {
    let (since, until) = (ask.span.start.0, ask.span.end.0);
    let nodes = nodes(ask, history)?;
    let mut machines = Machines::default();
    for named in &nodes {
        let mut machine = node::gather(ask, history, named)?;
        machine.disks = disks::gather(ask, history, named)?;
        machines.nodes.push(machine);
    }
    let remote = nodes.iter().filter(|node| !node.local);
    let remote: Vec<&str> = remote.map(|node| node.name.as_str()).collect();
    machines.response.now = response::of(history, &remote, ask.span)?;
    machines.response_course = response::course(ask, history, &remote)?;
    machines.judged.now = kept::judged(history, ask.span)?;
    let incidents = history.incidents(since, until)?;
    machines.outages = outages(&history.problems(since, until)?, &incidents);
    if whole {
        machines.response.before = response::of(history, &remote, ask.compared)?;
        machines.judged.before = kept::judged(history, ask.compared)?;
    }
    machines.given_up = given_up(&incidents, ask.span.end);
    let mut healed = history.events(None, since, until)?;
    healed.retain(|event| event.what == "healed");
    machines.healed = healed;
    machines.gaps = history.gaps(since, until)?;
    let made = history.forecasts(until.saturating_sub(SCORED + AHEAD), until)?;
    machines.forecasts = standing(&made, until);
    machines.scores = scores(made, until);
    Ok(machines)
}

/// Those that are configured, and those of which anything was known in the
/// period: the local one first, then as they are configured, then by name.
fn nodes(ask: &Ask<'_>, history: &History) -> Result<Vec<Named>, HistoryError> {
    let config = ask.config;
    let local = roster::local_name(config);
    let others = config.nodes.iter().filter(|node| node.name != local);
    let others = others.map(|node| Named {
        name: node.name.clone(),
        limits: node.limits(&config.limits),
        local: false,
    });
    let first = Named {
        name: local.clone(),
        limits: config.limits,
        local: true,
    };
    let mut all: Vec<Named> = std::iter::once(first).chain(others).collect();
    let (since, until) = (ask.span.start.0, ask.span.end.0);
    for name in history.nodes()? {
        if all.iter().any(|one| one.name == name) {
            continue;
        }
        let shares = history.uptime(&name, since, until)?;
        let hours = Some(Resolution::Hour);
        let samples = history.judged(Some(&name), since, until, hours)?.samples;
        if samples > 0 || shares.up_ms + shares.down_ms + shares.paused_ms > 0 {
            all.push(Named {
                name,
                limits: config.limits,
                local: false,
            });
        }
    }
    Ok(all)
}

/// Those that could not be brought back, as it was known at the end.
fn given_up(incidents: &[Incident], end: Timestamp) -> Vec<GivenUp> {
    let each = incidents.iter().filter_map(|one| {
        let until = one.recovered.filter(|at| *at < end);
        let lasted = until.unwrap_or(end).since(one.detected);
        (one.tries >= TRIES && lasted >= HELPED).then(|| GivenUp {
            node: one.node.clone(),
            check: one.check.clone(),
            tries: one.tries,
            from: one.detected,
            until,
            needed: clean(&one.why),
        })
    });
    each.collect()
}

/// The newest forecast of each thing that is still about time to come, the
/// likeliest first.
fn standing(made: &[Forecast], end: i64) -> Vec<Forecast> {
    let mut newest: BTreeMap<(&str, &str, &str), &Forecast> = BTreeMap::new();
    let ahead = |one: &&Forecast| one.made.saturating_add(one.horizon_s) > end;
    for one in made.iter().filter(ahead) {
        let key = (one.node.as_str(), one.kind.as_str(), one.subject.as_str());
        let place = newest.entry(key).or_insert(one);
        // Of two that were made at once the one that looks further.
        if (place.made, place.horizon_s) < (one.made, one.horizon_s) {
            *place = one;
        }
    }
    let mut all: Vec<Forecast> = newest.into_values().cloned().collect();
    all.sort_by(|a, b| {
        let likely = |one: &Forecast| one.probability.unwrap_or(-1.0);
        let key = |one: &Forecast| (one.node.clone(), one.kind.clone(), one.subject.clone());
        let order: Ordering = likely(b).total_cmp(&likely(a));
        order.then_with(|| key(a).cmp(&key(b)))
    });
    all
}

/// How right those were that were judged before the end of the period.
fn scores(mut made: Vec<Forecast>, end: i64) -> Vec<Score> {
    made.retain(|one| one.outcome.is_some_and(|outcome| outcome.scored < end));
    let whole = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let records = score::records(&made);
    let scores = records.iter().map(|record| Score {
        what: record.what.to_owned(),
        right: whole(record.right),
        judged: whole(record.judged),
    });
    scores.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_up_is_what_stayed_broken_after_five_tries() {
        let incident = |tries: u32, recovered: Option<i64>| Incident {
            tries,
            recovered: recovered.map(Timestamp),
            detected: Timestamp(1_000),
            ..Incident::default()
        };
        let told = |one: Incident, end: i64| {
            let all = given_up(&[one], Timestamp(end));
            all.first().map(|one| one.until.map(|at| at.0))
        };
        assert_eq!(told(incident(4, None), 9_000), None);
        assert_eq!(told(incident(5, None), 9_000), Some(None));
        assert_eq!(told(incident(9, Some(1_599)), 9_000), None);
        assert_eq!(told(incident(9, Some(1_600)), 9_000), Some(Some(1_600)));
        // What ended later went on then; what had just begun was not given up.
        assert_eq!(told(incident(9, Some(9_001)), 9_000), Some(None));
        assert_eq!(told(incident(9, Some(9_001)), 1_500), None);
    }
}
