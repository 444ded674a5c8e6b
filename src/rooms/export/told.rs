//! Problems, alerts and the channels to people. Pure.

use super::family::{Book, Labels, Unit, Value, count, instant, truth};
use super::label::label;
use crate::model::alert::{Alert, Severity};
use crate::model::state::State;
use crate::model::time::Timestamp;

const SEVERITIES: [(Severity, &str); 3] = [
    (Severity::Info, "info"),
    (Severity::Warning, "warning"),
    (Severity::Critical, "critical"),
];

/// How people took an alert.
const TAKEN: [&str; 3] = ["open", "acknowledged", "snoozed"];

fn taken(alert: &Alert, now: Timestamp) -> &'static str {
    match alert {
        Alert { acked: true, .. } => "acknowledged",
        _ if snoozed(alert, now) => "snoozed",
        _ => "open",
    }
}

fn snoozed(alert: &Alert, now: Timestamp) -> bool {
    alert.snoozed_until.is_some_and(|until| now < until)
}

fn word(severity: Severity) -> String {
    let known = SEVERITIES.iter().find(|(one, _)| *one == severity);
    known.map_or("critical", |(_, word)| word).to_owned()
}

/// The node and the check that an id names.
pub(super) fn named(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or(("", id))
}

/// Everything that is wrong and who was told.
pub(super) fn write(book: &mut Book, state: &State, now: Timestamp) {
    problems(book, state);
    alerts(book, state, now);
    channels(book, state);
}

fn problems(book: &mut Book, state: &State) {
    let problems = state.nodes.iter().flat_map(|node| {
        let problems = node.problems.iter();
        problems.map(move |problem| (node.name.as_str(), (node, problem)))
    });
    let problems: Vec<_> = book.of_nodes(problems);
    let of = |node: &String, check: &str| vec![("node", node.clone()), ("check", label(check))];
    let there = problems
        .iter()
        .map(|(name, (_, problem))| (of(name, &problem.check), truth(true)));
    book.gauge(
        ("problem", Unit::None),
        "1 for each expected thing that is not so.",
        there,
    );
    let since = problems.iter().filter_map(|(name, (node, problem))| {
        let since = node.checks.get(&problem.check)?.since?;
        Some((of(name, &problem.check), instant(since)))
    });
    book.gauge(
        ("problem_since_timestamp", Unit::Seconds),
        "Since when the problem stands.",
        since,
    );
}

fn alerts(book: &mut Book, state: &State, now: Timestamp) {
    let by_kind = SEVERITIES.iter().flat_map(|(severity, word)| {
        TAKEN.map(|how| {
            let alerts = state.alerts.iter();
            let alerts = alerts.filter(|one| one.severity == *severity && taken(one, now) == how);
            let labels = vec![("severity", (*word).to_owned()), ("state", how.to_owned())];
            (labels, count(alerts.count()))
        })
    });
    let by_kind: Vec<(Labels, Value)> = by_kind.collect();
    book.gauge(
        ("alerts", Unit::None),
        "Open alerts, by severity and whether somebody acknowledged or snoozed them.",
        by_kind,
    );
    book.counter(
        ("alerts_raised", Unit::None),
        "Alerts ever raised.",
        [(Vec::new(), Value::Whole(state.next_alert.saturating_sub(1)))],
    );
    let alerts = state.alerts.iter().map(|alert| (named(&alert.id).0, alert));
    let alerts: Vec<(Labels, &Alert)> = book
        .of_nodes(alerts)
        .into_iter()
        .map(|(node, alert)| {
            let check = label(named(&alert.id).1);
            (vec![("node", node), ("check", check)], alert)
        })
        .collect();
    let firing = alerts.iter().map(|(labels, alert)| {
        let severity = ("severity", word(alert.severity));
        let labels = labels.iter().cloned().chain([severity]).collect();
        (labels, truth(true))
    });
    book.gauge(
        ("alert_firing", Unit::None),
        "1 for each open alert.",
        firing,
    );
    let each = |value: &dyn Fn(&Alert) -> Option<Value>| -> Vec<(Labels, Value)> {
        let samples = alerts.iter();
        let samples = samples.filter_map(|(labels, alert)| Some((labels.clone(), value(alert)?)));
        samples.collect()
    };
    book.gauge(
        ("alert_number", Unit::None),
        "The alert's serial number, for `mamori ack N`.",
        each(&|alert| Some(Value::Whole(alert.number))),
    );
    book.gauge(
        ("alert_since_timestamp", Unit::Seconds),
        "Since when the alert's problem stands.",
        each(&|alert| Some(instant(alert.since))),
    );
    book.gauge(
        ("alert_acknowledged", Unit::None),
        "Whether somebody said that they know.",
        each(&|alert| Some(truth(alert.acked))),
    );
    book.gauge(
        ("alert_snoozed", Unit::None),
        "Whether somebody said: not now.",
        each(&|alert| Some(truth(snoozed(alert, now)))),
    );
}

fn channels(book: &mut Book, state: &State) {
    let lines: Vec<_> = book.of_nodes(
        state
            .desk
            .lines
            .iter()
            .map(|line| ("", (label(&line.name), line))),
    );
    let of = |name: &String| vec![("channel", name.clone())];
    book.gauge(
        ("channel_failures", Unit::None),
        "Deliveries in a row that failed.",
        lines
            .iter()
            .map(|(_, (name, line))| (of(name), Value::Whole(line.failures.into()))),
    );
    book.gauge(
        ("channel_waiting", Unit::None),
        "Messages that wait to be sent.",
        lines
            .iter()
            .map(|(_, (name, line))| (of(name), count(line.waiting()))),
    );
    book.gauge(
        ("channel_sent_timestamp", Unit::Seconds),
        "When the channel last worked.",
        lines
            .iter()
            .filter_map(|(_, (name, line))| Some((of(name), instant(line.sent_at?)))),
    );
}
