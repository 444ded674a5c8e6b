//! The open alerts and the channels, as a table for people and as JSON. Pure.

use serde::Serialize;

use super::routes::Route;
use super::words::{self, symbol};
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Line};
use crate::model::state::State;
use crate::model::text::{clean, count};
use crate::model::time::{Timestamp, age, left};
use crate::ui::style::{Role, painted};
use crate::ui::table::{Cell, table};

/// Everything `alerts` shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) state: &'a State,
    pub(super) routes: &'a [Route],
    /// Whether a watcher runs, who alone sends.
    pub(super) watched: bool,
    pub(super) now: Timestamp,
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u64,
    at: Timestamp,
    alerts: Vec<JsonAlert<'a>>,
    channels: Vec<JsonChannel<'a>>,
    watcher: JsonWatcher,
}

#[derive(Serialize)]
struct JsonAlert<'a> {
    #[serde(flatten)]
    alert: &'a Alert,
    told: Vec<JsonTold<'a>>,
}

#[derive(Serialize)]
struct JsonTold<'a> {
    channel: &'a str,
    at: Timestamp,
    sent: bool,
}

#[derive(Serialize)]
struct JsonChannel<'a> {
    name: &'a str,
    kind: &'static str,
    min_severity: Severity,
    state: &'static str,
    waiting: usize,
    error: Option<&'a str>,
    next_try: Option<Timestamp>,
    sent_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct JsonWatcher {
    running: bool,
}

/// Whether somebody has to look: one is neither acknowledged nor snoozed.
pub(super) fn asks(state: &State, now: Timestamp) -> bool {
    let mut alerts = state.alerts.iter();
    alerts.any(|alert| !alert.acked && !snoozed(alert, now))
}

fn snoozed(alert: &Alert, now: Timestamp) -> bool {
    alert.snoozed_until.is_some_and(|until| now < until)
}

/// The one JSON value, on one line.
pub(super) fn json(view: &View<'_>) -> Result<String, serde_json::Error> {
    let desk = &view.state.desk;
    let alerts = view.state.alerts.iter().map(|alert| JsonAlert {
        alert,
        told: desk.matter(&alert.id).map_or_else(Vec::new, |matter| {
            let told = matter.told.iter().map(|told| JsonTold {
                channel: &told.name,
                at: told.at,
                sent: told.sent,
            });
            told.collect()
        }),
    });
    let channels = view.routes.iter().map(|route| {
        let line = desk.line(&route.name);
        JsonChannel {
            name: &route.name,
            kind: route.kind.word(),
            min_severity: route.min_severity,
            state: condition(line),
            waiting: line.map_or(0, Line::waiting),
            error: line.and_then(|line| line.error.as_deref()),
            next_try: line
                .and_then(|line| line.rest_until)
                .filter(|until| view.now < *until),
            sent_at: line.and_then(|line| line.sent_at),
        }
    });
    let value = Json {
        schema: 1,
        at: view.now,
        alerts: alerts.collect(),
        channels: channels.collect(),
        watcher: JsonWatcher {
            running: view.watched,
        },
    };
    Ok(serde_json::to_string(&value)? + "\n")
}

/// `ok`, `failing`, or `open`: its breaker is.
fn condition(line: Option<&Line>) -> &'static str {
    match line {
        Some(line) if line.breaker_open() => "open",
        Some(line) if line.error.is_some() => "failing",
        _ => "ok",
    }
}

/// The text for people.
pub(super) fn text(view: &View<'_>, columns: usize) -> String {
    let State { alerts, desk, .. } = view.state;
    let mut lines = Vec::new();
    if alerts.is_empty() {
        lines.push("no open alerts".to_owned());
    } else {
        let headings = ["  N", "SINCE", "STATE", "TOLD", "ALERT"].map(Cell::plain);
        let rows = alerts.iter().map(|alert| row(alert, desk, view.now));
        lines.extend(table(&headings, rows.collect(), columns));
    }
    lines.push(String::new());
    if view.routes.is_empty() {
        lines.push(format!("channels: none; {}", WRITE.replace('\n', " ")));
    } else {
        let channels = view.routes.iter().map(|route| channel(route, desk));
        lines.push(format!(
            "channels: {}",
            channels.collect::<Vec<_>>().join(", ")
        ));
    }
    for route in view.routes {
        let line = desk.line(&route.name);
        let trouble = line.and_then(|line| words::trouble(line, view.now));
        lines.extend(
            trouble.map(|trouble| painted(Role::Warning, &format!("  {}: {trouble}", route.name))),
        );
    }
    if !view.watched {
        let waiting: usize = desk.lines.iter().map(Line::waiting).sum();
        let waiting = match waiting {
            0 => String::new(),
            waiting => format!(", and {} waiting", count(waiting, "message")),
        };
        lines.push(format!(
            "no watcher runs, so nothing is sent{waiting}; start it: mamori watch"
        ));
    }
    lines.join("\n") + "\n"
}

/// What to write for a first channel.
pub(super) const WRITE: &str = "write a [[channel]] with kind = \"desktop\" (or tmux, termux, ntfy, \
    webhook, command)\ninto the configuration: mamori config path";

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Ok,
    }
}

fn row(alert: &Alert, desk: &Desk, now: Timestamp) -> Vec<Cell> {
    let state = match alert.snoozed_until {
        _ if alert.acked => "acked".to_owned(),
        Some(until) if now < until => format!("snoozed {}", left(until.since(now))),
        _ => "open".to_owned(),
    };
    let told: Vec<&str> = desk.matter(&alert.id).map_or_else(Vec::new, |matter| {
        let sent = matter.told.iter().filter(|told| told.sent);
        sent.map(|told| told.name.as_str()).collect()
    });
    let told = if told.is_empty() {
        "nobody".to_owned()
    } else {
        told.join(", ")
    };
    vec![
        Cell::painted(
            role(alert.severity),
            format!("{} {}", symbol(alert.severity), alert.number),
        ),
        Cell::plain(&age(now.since(alert.since))),
        Cell::plain(&state),
        Cell::plain(&told),
        Cell::plain(&clean(&alert.text)),
    ]
}

fn channel(route: &Route, desk: &Desk) -> String {
    match desk.line(&route.name).map_or(0, Line::waiting) {
        0 => route.name.clone(),
        waiting => format!("{} ({waiting} waiting)", route.name),
    }
}
