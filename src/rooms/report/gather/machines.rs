//! What the history knows of all machines together.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Ask, disks, node, response};
use crate::config::Limits;
use crate::model::forecast::score;
use crate::model::history::{Forecast, Judged, Resolution};
use crate::model::report::facts::{Both, GivenUp, Machines, Score};
use crate::model::report::machines::outages;
use crate::model::report::period::Span;
use crate::model::text::clean;
use crate::roster;
use crate::sys::history::{History, HistoryError};

/// So many tries are a repair that was given up.
const TRIES: u32 = 5;
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

/// Everything of the period.
pub(super) fn gather(ask: &Ask<'_>, history: &History) -> Result<Machines, HistoryError> {
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
    machines.response = Both {
        now: response::of(ask, history, &remote, ask.span)?,
        before: response::of(ask, history, &remote, ask.compared)?,
    };
    machines.response_course = response::course(ask, history, &remote)?;
    machines.judged = Both {
        now: judged(ask, history, ask.span)?,
        before: judged(ask, history, ask.compared)?,
    };
    let incidents = history.incidents(since, until)?;
    machines.outages = outages(&history.problems(since, until)?, &incidents);
    let (before, then) = (ask.compared.start.0, ask.compared.end.0);
    let earlier = history.problems(before, then)?;
    machines.outages_before = outages(&earlier, &history.incidents(before, then)?);
    let given_up = incidents.iter().filter(|one| one.tries >= TRIES);
    let given_up = given_up.map(|one| GivenUp {
        node: one.node.clone(),
        check: one.check.clone(),
        tries: one.tries,
        from: one.detected,
        until: one.recovered,
        needed: clean(&one.why),
    });
    machines.given_up = given_up.collect();
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

fn judged(ask: &Ask<'_>, history: &History, span: Span) -> Result<Judged, HistoryError> {
    let finest = Resolution::finest(span.start.0, ask.now.0);
    history.judged(None, span.start.0, span.end.0, Some(finest))
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
