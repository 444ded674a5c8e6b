//! The open alerts and the channels, as a table for people and as JSON. Pure.

use serde::Serialize;

use super::routes::Route;
use super::words::{self, symbol};
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Line};
use crate::model::state::State;
use crate::model::text::{clean, count, width};
use crate::model::time::{Timestamp, age, left};
use crate::ui::style::{Role, painted};
use crate::ui::table::{Cell, table};
use crate::ui::wrap::wrapped;

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
        lines.extend(rows(alerts, desk, view.now, columns));
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
    webhook, alertmanager, command)\ninto the configuration: mamori config path";

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Ok,
    }
}

/// Columns that a cause needs to stand beside the rest; with fewer it stands
/// beneath it.
const BESIDE: usize = 36;

/// The alerts, a row each. What is the matter is never cut: it goes on in
/// further lines, and stands beneath the row where the screen is narrow.
fn rows(alerts: &[Alert], desk: &Desk, now: Timestamp, columns: usize) -> Vec<String> {
    let headings = ["  N", "SINCE", "STATE", "TOLD"].map(Cell::plain);
    let leads = alerts.iter().map(|alert| row(alert, desk, now)).collect();
    let leads = table(&headings, leads, columns);
    let texts: Vec<String> = alerts.iter().map(|alert| clean(&alert.text)).collect();
    let widest = leads.iter().map(|line| visible(line)).max().unwrap_or(0);
    let longest = texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let room = columns.saturating_sub(widest + 2);
    let beside = longest.min(BESIDE) <= room;
    let texts = std::iter::once("ALERT".to_owned()).chain(texts);
    let mut lines = Vec::new();
    for (at, (lead, text)) in leads.into_iter().zip(texts).enumerate() {
        if beside {
            let mut parts = wrapped(&text, room).into_iter();
            let space = " ".repeat((widest + 2).saturating_sub(visible(&lead)));
            lines.push(lead + &space + &parts.next().unwrap_or_default());
            let indent = " ".repeat(widest + 2);
            lines.extend(parts.map(|part| format!("{indent}{part}")));
        } else {
            lines.push(lead);
            let parts = wrapped(&text, columns.saturating_sub(INDENT.len()).max(8));
            let parts = parts.into_iter().filter(|_| at > 0);
            lines.extend(parts.map(|part| format!("{INDENT}{part}")));
        }
    }
    lines
}

/// What stands before a text beneath its row.
const INDENT: &str = "    ";

/// The columns of a line that may be painted.
fn visible(line: &str) -> usize {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().map_or(0, width);
    let rest = parts.filter_map(|part| part.split_once('m'));
    first + rest.map(|(_, text)| width(text)).sum::<usize>()
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
    ]
}

fn channel(route: &Route, desk: &Desk) -> String {
    match desk.line(&route.name).map_or(0, Line::waiting) {
        0 => route.name.clone(),
        waiting => format!("{} ({waiting} waiting)", route.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(columns: usize) -> Vec<String> {
        let alert = |number, text: &str| Alert {
            id: format!("laptop/check{number}"),
            number,
            severity: Severity::Warning,
            since: Timestamp(0),
            text: text.to_owned(),
            acked: false,
            snoozed_until: None,
        };
        let alerts = [
            alert(
                7,
                "laptop no web: it exited with 7; it said: cannot bind to 127.0.0.1:80",
            ),
            alert(12, "laptop disk 93% (limit 90%)"),
        ];
        let lines = rows(&alerts, &Desk::default(), Timestamp(13), columns);
        let fits = |line: &String| visible(line) <= columns;
        assert!(lines.iter().all(fits), "{lines:#?}");
        lines.iter().map(|line| plain(line)).collect()
    }

    /// A line without its paint.
    fn plain(line: &str) -> String {
        let mut parts = line.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.filter_map(|part| part.split_once('m'));
        first + &rest.map(|(_, text)| text).collect::<String>()
    }

    #[test]
    fn a_cause_is_never_cut_and_stands_beneath_its_row_on_a_phone() {
        assert_eq!(
            shown(40),
            [
                "  N   SINCE  STATE  TOLD",
                "▲ 7   13s    open   nobody",
                "    laptop no web: it exited with 7; it",
                "    said: cannot bind to 127.0.0.1:80",
                "▲ 12  13s    open   nobody",
                "    laptop disk 93% (limit 90%)",
            ]
        );
        assert_eq!(
            shown(80),
            [
                "  N   SINCE  STATE  TOLD    ALERT",
                "▲ 7   13s    open   nobody  laptop no web: it exited with 7; it said: cannot",
                "                            bind to 127.0.0.1:80",
                "▲ 12  13s    open   nobody  laptop disk 93% (limit 90%)",
            ]
        );
        assert_eq!(
            shown(120).len(),
            3,
            "each on one line where there is room for it"
        );
    }
}
