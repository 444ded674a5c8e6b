//! What is known, as a table for people and as JSON for programs. Pure.

use std::time::Duration;

use serde::Serialize;

use super::show_found::found;
use crate::config::{Config, Limits};
use crate::model::alert::Alert;
use crate::model::node::{Node, NodeState, Platform, Problem};
use crate::model::reading::{Reading, Readings};
use crate::model::state::{Event, State};
use crate::model::text::{clean, count};
use crate::model::time::{Timestamp, age, left};
use crate::model::uptime::Uptime;
use crate::ui::style::{Role, painted};
use crate::ui::table::{Cell, table};

/// Whether the watcher runs, and its last sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WatcherView {
    /// Whether its lock is held.
    pub running: bool,
    /// Its process, while it runs.
    pub pid: Option<u32>,
    /// Its last beat; `None` when none ever ran.
    pub beat: Option<Timestamp>,
}

/// Everything `status` and `health` show.
#[derive(Debug, Clone, PartialEq)]
pub struct View<'a> {
    /// The state, settled.
    pub state: &'a State,
    /// The nodes to show: all, or the one that was asked for.
    pub nodes: Vec<&'a Node>,
    /// What each node is held against.
    pub config: &'a Config,
    /// The watcher.
    pub watcher: WatcherView,
    /// When it is shown.
    pub now: Timestamp,
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u64,
    at: Timestamp,
    revision: u64,
    summary: JsonSummary<'a>,
    nodes: Vec<JsonNode<'a>>,
    alerts: &'a [Alert],
    events: &'a [Event],
    watcher: &'a WatcherView,
}

#[derive(Serialize)]
struct JsonSummary<'a> {
    ok: usize,
    total: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    name: &'a str,
    state: NodeState,
    since: Timestamp,
    observed_at: Option<Timestamp>,
    latency_ms: Option<f64>,
    readings: &'a Readings,
    problems: &'a [Problem],
    platform: Option<Platform>,
    rebooted_at: Option<Timestamp>,
    uptime: Option<JsonUptime>,
}

/// The four add up to the seconds since `since`.
#[derive(Serialize)]
struct JsonUptime {
    since: Timestamp,
    up_s: f64,
    down_s: f64,
    unknown_s: f64,
    paused_s: f64,
    percent: Option<f64>,
    coverage_percent: Option<f64>,
}

/// The one JSON value, on one line.
///
/// # Errors
/// Never for readings of finite numbers.
pub fn json(view: &View<'_>) -> Result<String, serde_json::Error> {
    let summary = &view.state.summary;
    let value = Json {
        schema: 1,
        at: view.now,
        revision: view.state.revision,
        summary: JsonSummary {
            ok: summary.ok,
            total: summary.total,
            text: &summary.text,
        },
        nodes: view.nodes.iter().map(|node| json_node(node)).collect(),
        alerts: &view.state.alerts,
        events: &view.state.events,
        watcher: &view.watcher,
    };
    Ok(serde_json::to_string(&value)? + "\n")
}

fn json_node(node: &Node) -> JsonNode<'_> {
    JsonNode {
        name: &node.name,
        state: node.state,
        since: node.since,
        observed_at: node.observed_at,
        latency_ms: node.latency_ms,
        readings: &node.readings,
        problems: &node.problems,
        platform: node.platform,
        rebooted_at: node.rebooted_at,
        uptime: node.uptime.as_ref().map(|uptime| JsonUptime {
            since: uptime.since,
            up_s: seconds(uptime.up_ms),
            down_s: seconds(uptime.down_ms),
            unknown_s: seconds(uptime.unknown_ms),
            paused_s: seconds(uptime.paused_ms),
            percent: uptime.percent(),
            coverage_percent: uptime.coverage_percent(),
        }),
    }
}

fn seconds(milliseconds: u64) -> f64 {
    Duration::from_millis(milliseconds).as_secs_f64()
}

/// The text for people: the segment, the table, what is wrong, who watches.
/// Styled; whoever prints it drops the styles where nobody sees them.
#[must_use]
pub fn text(view: &View<'_>, columns: usize) -> String {
    let summary = &view.state.summary;
    let role = Role::of_level(summary.level());
    let mut lines = vec![painted(role, &summary.text), String::new()];
    let rows = view
        .nodes
        .iter()
        .map(|node| row(node, limits(node, view.config), view.now))
        .collect();
    let mut headings = HEADINGS.map(Cell::plain).to_vec();
    let mut rows: Vec<Vec<Cell>> = rows;
    if view.state.nodes.len() > 1 {
        for (row, node) in rows.iter_mut().zip(&view.nodes) {
            row.extend(of_remote(node));
        }
        headings.extend(["PROBE", "UPTIME"].map(Cell::plain));
    }
    lines.extend(table(&headings, rows, columns));
    let troubles = view.nodes.iter().flat_map(|node| troubles(node, view));
    let troubles: Vec<String> = troubles.chain(found(view, columns)).collect();
    if !troubles.is_empty() {
        lines.push(String::new());
        lines.extend(troubles);
    }
    lines.push(String::new());
    lines.push(watcher(&view.watcher, view.now));
    lines.join("\n") + "\n"
}

const HEADINGS: [&str; 9] = [
    "  NODE", "STATE", "DISK", "FREE MEM", "LOAD", "CPU", "SEEN", "SSHD", "SESSIONS",
];

/// The limits of a node: its own over the general ones.
fn limits(node: &Node, config: &Config) -> Limits {
    let own = config.node(&node.name);
    own.map_or(config.limits, |own| own.limits(&config.limits))
}

fn row(node: &Node, limits: Limits, now: Timestamp) -> Vec<Cell> {
    let readings = &node.readings;
    let role = Role::of_state(node.state);
    let limit_of = |check: &str| {
        node.problems
            .iter()
            .find(|problem| problem.check == check)
            .map(|_| Role::Warning)
    };
    // Of a silent node the readings are as old as its last answer.
    let seen = match node.answered_at.or(node.observed_at) {
        None => "never".to_owned(),
        Some(at) if now.since(at) < 2 => "now".to_owned(),
        Some(at) => format!("{} ago", age(now.since(at))),
    };
    let sessions = known(&readings.tmux_sessions, |names| match names.as_slice() {
        [] => "-".to_owned(),
        names => clean(&names.join(", ")),
    });
    vec![
        Cell::painted(role, format!("{} {}", role.symbol(), node.name)),
        Cell::painted(role, node.state.word()),
        Cell::right(
            limit_of("disk"),
            known(&readings.disk_used_percent, |v| {
                format!("{}%│{}", v.floor(), limits.disk_used_max)
            }),
        ),
        Cell::right(
            limit_of("memory"),
            known(&readings.memory_available_percent, |v| {
                format!("{}%│{}", v.ceil(), limits.memory_available_min)
            }),
        ),
        Cell::right(None, known(&readings.load_1m, |v| format!("{v:.2}"))),
        Cell::right(None, known(&readings.cpu_percent, |v| format!("{v:.0}%"))),
        Cell::plain(&seen),
        Cell::plain(&known(&readings.sshd, |up| {
            if *up { "up" } else { "-" }.to_owned()
        })),
        Cell::plain(&sessions),
    ]
}

/// What matters once there are nodes elsewhere: how fast each answers, and how
/// much of the time it did.
fn of_remote(node: &Node) -> [Cell; 2] {
    let probe = node.latency_ms.map(|latency| match latency {
        slow if slow >= 1_000.0 => format!("{:.1}s", slow / 1_000.0),
        fast => format!("{fast}ms"),
    });
    let uptime = node.uptime.as_ref().and_then(Uptime::percent);
    // Rounded down: 100% means always.
    let uptime = uptime.map(|percent| format!("{}%", (percent * 100.0).floor() / 100.0));
    [probe, uptime].map(|text| Cell::right(None, text.unwrap_or_else(|| "-".to_owned())))
}

/// A reading in a table: `n/a` where nobody can know, `err` where it should have worked.
fn known<T>(reading: &Reading<T>, show: impl Fn(&T) -> String) -> String {
    match reading {
        Reading::Value(value) => show(value),
        Reading::Unavailable(_) => "n/a".to_owned(),
        Reading::Failed(_) => "err".to_owned(),
    }
}

/// Everything about a node that wants words: its problems with their limits,
/// its pause, what could not be read.
fn troubles(node: &Node, view: &View<'_>) -> Vec<String> {
    let since = |since: Timestamp| match view.now.since(since) {
        ..=1 => String::new(),
        seconds => format!(", for {}", age(seconds)),
    };
    let pause = view
        .state
        .pauses
        .get(&node.name)
        .filter(|pause| pause.holds(view.now));
    let pause = pause.map(|pause| {
        let until = match pause.until {
            Some(until) => format!("for another {}", left(until.since(view.now))),
            None => format!("until `mamori resume {}`", node.name),
        };
        let reason = pause
            .reason
            .as_deref()
            .map(|reason| format!(": {}", clean(reason)));
        format!(
            "  {} is paused {until}{}",
            node.name,
            reason.unwrap_or_default()
        )
    });
    let problems = node.problems.iter().map(|problem| {
        let began = node
            .checks
            .get(&problem.check)
            .and_then(|check| check.since);
        let began = began.map(since);
        let line = format!(
            "  {}: {}{}",
            node.name,
            problem.text,
            began.unwrap_or_default()
        );
        painted(Role::Warning, &line)
    });
    let rebooted = node.rebooted_at.filter(|at| view.now.since(*at) < 3_600);
    let rebooted = rebooted.map(|at| {
        format!(
            "  {}: booted anew, seen {} ago",
            node.name,
            age(view.now.since(at))
        )
    });
    let hidden = node
        .hidden
        .as_ref()
        .map(|why| format!("  {}: {}", node.name, clean(why)));
    let silence = node
        .silence
        .as_ref()
        .filter(|_| node.state == NodeState::Dozing);
    let dozing =
        silence.map(|silence| format!("  {}: asleep, or late: {}", node.name, clean(&silence.why)));
    let services = match &node.readings.services {
        Reading::Failed(why) if node.silence.is_none() => {
            Some(format!("  {}: services: {}", node.name, clean(why)))
        }
        _ => None,
    };
    let unexplained = node.problems.is_empty() && hidden.is_none();
    let unknown = (node.state == NodeState::Unknown && unexplained).then(|| {
        match &node.readings.disk_used_percent {
            Reading::Unavailable(why) | Reading::Failed(why) => {
                format!("  {}: {}", node.name, clean(why))
            }
            Reading::Value(_) => {
                format!("  {}: nobody could look{}", node.name, since(node.since))
            }
        }
    });
    pause
        .into_iter()
        .chain(problems)
        .chain(hidden)
        .chain(dozing)
        .chain(unknown)
        .chain(services)
        .chain(rebooted)
        .collect()
}

fn watcher(watcher: &WatcherView, now: Timestamp) -> String {
    match (watcher.running, watcher.pid, watcher.beat) {
        (true, Some(pid), Some(beat)) => {
            format!(
                "watcher: running (pid {pid}), last beat {} ago",
                age(now.since(beat))
            )
        }
        (true, ..) => "watcher: running".to_owned(),
        (false, _, Some(beat)) => {
            format!(
                "watcher: not running, last seen {} ago; start it: mamori watch",
                age(now.since(beat))
            )
        }
        (false, ..) => "watcher: not running; start it: mamori watch".to_owned(),
    }
}

/// `mamori health --watch`: one line of time between two tables.
#[must_use]
pub fn rule(clock: &str, nodes: usize) -> String {
    format!("── {clock} · {} ──\n", count(nodes, "node"))
}
