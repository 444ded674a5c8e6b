//! What is foreseen, what was repaired, and whether anybody watches. Pure.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::family::{Book, Labels, Unit, Value, count, instant, truth};
use super::label::label;
use super::told::named;
use crate::model::foretold::{Foretold, foretells};
use crate::model::healing::Part;
use crate::model::incident::Incident;
use crate::model::state::State;
use crate::model::time::Timestamp;

/// Whether somebody watches, and how old all of this is.
pub(super) fn watching(book: &mut Book, facts: &Facts) {
    let one = |value: Option<Value>| value.map(|value| (Vec::new(), value));
    book.info(
        "build",
        "The Mamori that exports this.",
        [vec![("version", env!("CARGO_PKG_VERSION").to_owned())]],
    );
    book.gauge(
        ("watcher_up", Unit::None),
        "Whether `mamori watch` runs.",
        one(Some(truth(facts.watched))),
    );
    book.gauge(
        ("watcher_beat_timestamp", Unit::Seconds),
        "The watcher's last sign of life, given every minute.",
        one(facts.beat.map(instant)),
    );
    book.gauge(
        ("state_written_timestamp", Unit::Seconds),
        "When the state file was last written.",
        one(facts.written.map(instant)),
    );
    book.counter(
        ("state_revisions", Unit::None),
        "Writes of the state file.",
        one(Some(Value::Whole(facts.state.revision))),
    );
}

/// The forecasts that concern the time to come.
pub(super) fn forecasts(book: &mut Book, state: &State, now: Timestamp) {
    let held = state.forecasts.iter().filter(|one| one.holds(now));
    let held: Vec<(Labels, &Foretold)> = book
        .of_nodes(held.map(|one| (one.node.as_str(), one)))
        .into_iter()
        .map(|(node, one)| {
            let check = foretells(&one.id).map_or(one.what.as_str(), |(_, check)| check);
            let labels = vec![
                ("node", node),
                ("check", label(check)),
                ("what", label(&one.what)),
            ];
            (labels, one)
        })
        .collect();
    let each = |value: fn(&Foretold) -> Option<Value>| {
        let samples = held.iter();
        samples.filter_map(move |(labels, one)| Some((labels.clone(), value(one)?)))
    };
    book.gauge(
        ("forecast_probability", Unit::Ratio),
        "How likely the limit is reached within the horizon; absent while too little is known.",
        each(|one| one.probability.map(Value::Real)),
    );
    book.gauge(
        ("forecast_will_cross", Unit::None),
        "Whether the limit is reached rather than not.",
        each(|one| one.probability.map(|_| truth(one.will_cross))),
    );
    book.gauge(
        ("forecast_crossing_timestamp", Unit::Seconds),
        "When the limit is reached, of what will reach it.",
        each(|one| after(one, one.eta_s)),
    );
    book.gauge(
        ("forecast_crossing_earliest_timestamp", Unit::Seconds),
        "The beginning of the span in which it is reached with 80 % certainty.",
        each(|one| after(one, one.range_s.map(|[from, _]| from))),
    );
    book.gauge(
        ("forecast_crossing_latest_timestamp", Unit::Seconds),
        "The end of that span.",
        each(|one| after(one, one.range_s.map(|[_, until]| until))),
    );
    book.gauge(
        ("forecast_made_timestamp", Unit::Seconds),
        "When it was foreseen.",
        each(|one| Some(instant(one.made))),
    );
}

/// An instant of what will come to pass.
fn after(one: &Foretold, seconds: Option<i64>) -> Option<Value> {
    let seconds = seconds.filter(|_| one.will_cross)?;
    Some(instant(Timestamp(one.made.0.saturating_add(seconds))))
}

/// What was repaired, and what resists.
pub(super) fn repairs(book: &mut Book, state: &State) {
    let tallies = state.tallies.iter();
    let tallies: Vec<_> = book
        .of_nodes(tallies.map(|(id, tally)| {
            let (node, check) = named(id);
            (node, (check, tally))
        }))
        .into_iter()
        .map(|(node, (check, tally))| (vec![("node", node), ("check", label(check))], tally))
        .collect();
    book.gauge(
        ("recovery_failures", Unit::None),
        "Failures in a row to bring the target back, as last recorded.",
        tallies
            .iter()
            .map(|(labels, tally)| (labels.clone(), Value::Whole(tally.in_a_row.into()))),
    );
    book.gauge(
        ("recovery_breaker_open", Unit::None),
        "Whether so much failed that it is tried only now and then.",
        tallies
            .iter()
            .map(|(labels, tally)| (labels.clone(), truth(tally.opened.is_some()))),
    );
    incidents(book, state);
    healing(book, state);
}

fn incidents(book: &mut Book, state: &State) {
    let open = state.incidents.iter().filter(|one| one.open()).count();
    book.gauge(
        ("incidents_open", Unit::None),
        "Faults of targets that are not repaired yet.",
        [(Vec::new(), count(open))],
    );
    // The newest of each target: they stand in their order.
    let mut newest: BTreeMap<(&str, &str), &Incident> = BTreeMap::new();
    for one in &state.incidents {
        newest.insert((&one.node, &one.check), one);
    }
    let newest: Vec<(Labels, &Incident)> = book
        .of_nodes(newest.into_values().map(|one| (one.node.as_str(), one)))
        .into_iter()
        .map(|(node, one)| (vec![("node", node), ("check", label(&one.check))], one))
        .collect();
    book.gauge(
        ("incident_last_detected_timestamp", Unit::Seconds),
        "When the target's last fault was detected.",
        newest
            .iter()
            .map(|(labels, one)| (labels.clone(), instant(one.detected))),
    );
    book.gauge(
        ("incident_last_recovery", Unit::Seconds),
        "From detection of the target's last fault to its being ready again.",
        newest.iter().filter_map(|(labels, one)| {
            #[expect(clippy::cast_precision_loss, reason = "285 000 years fit")]
            let span = one.to_recover_ms? as f64 / 1_000.0;
            Some((labels.clone(), Value::Real(span)))
        }),
    );
}

fn healing(book: &mut Book, state: &State) {
    let parts = [Part::Config, Part::Logs, Part::Temp];
    let of = |part: Part| vec![("part", part.word().to_owned())];
    let ran: Vec<(Labels, Value)> = parts
        .into_iter()
        .filter_map(|part| Some((of(part), instant(*state.healing.ran.get(part.word())?))))
        .collect();
    book.gauge(
        ("heal_ran_timestamp", Unit::Seconds),
        "When this part of self-healing last ran.",
        ran,
    );
    let found = parts.map(|part| {
        let prefix = format!("{}:", part.word());
        let findings = state.healing.findings.keys();
        let findings = findings.filter(|check| check.starts_with(&prefix));
        (of(part), count(findings.count()))
    });
    book.gauge(
        ("heal_findings", Unit::None),
        "What self-healing found and leaves to a person.",
        found,
    );
}
