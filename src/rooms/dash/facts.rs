//! What there is to show: the state file without its lock, the history
//! read-only and already cut to what is drawn, and what we and the watcher cost.

use std::collections::BTreeMap;

use super::model::{Fixed, Past, Range, Seen, Series, Unit};
use super::view::forecast::key;
use crate::config::Config;
use crate::model::history::Metric;
use crate::model::home::Home;
use crate::model::reading::Reading;
use crate::model::state::{SCHEMA, State};
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::state::store::Store;
use crate::sys::history::{History, HistoryError, Parts, Stretch, Worst};
use crate::sys::screen::About;
use crate::sys::{files, flock, footprint};

/// Parts of a table's line, and of a chart's.
const FEW: usize = 48;
const MANY: usize = 240;
/// How far back a forecast's basis is looked for, in seconds.
const MADE: i64 = 3 * 3_600;
/// Over which time forecasts are judged, in seconds.
const JUDGED: i64 = 30 * 86_400;
/// Mounts of which there are charts, at most.
const MOUNTS: usize = 6;

/// What stays as it is.
pub(super) fn fixed(config: &Config, terminal: About, ascii: bool) -> Fixed {
    let own = config.nodes.iter();
    let own = own.map(|node| (node.name.clone(), node.limits(&config.limits)));
    Fixed {
        terminal,
        ascii: ascii || !terminal.utf8,
        hints: config.dash.hints,
        zone: config.timezone,
        limits: config.limits,
        own_limits: own.collect(),
    }
}

/// What tells that there is something new to read, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    state: Option<(u64, i128, u64)>,
    beat: Option<Timestamp>,
    running: bool,
    pid: Option<u32>,
}

/// Looks for it.
pub(super) fn sign(home: &Home) -> Sign {
    let lock = home.watch_lock();
    let running = flock::held(&lock).is_some();
    Sign {
        state: files::stamp(&home.state()),
        beat: files::modified(&lock),
        running,
        pid: running.then(|| flock::named_pid(&lock)).flatten(),
    }
}

/// Reads what the state file says.
pub(super) fn seen(home: &Home, sign: &Sign, now: Timestamp) -> Seen {
    let store = Store::new(home.clone(), "mamori dash");
    let (mut state, notice) = match store.read() {
        Ok(None) => (State::default(), None),
        Ok(Some(look)) => (look.state, look.notice),
        Err(error) => (State::default(), Some(error.to_string())),
    };
    let newer = state.schema > SCHEMA;
    let notice = match notice {
        None if newer && state.nodes.is_empty() => Some(format!(
            "the state file has schema {}, which this build does not know ({SCHEMA}); \
             upgrade every mamori binary together: make install",
            state.schema
        )),
        notice => notice.map(|notice| clean(&notice)),
    };
    state.settle(now);
    Seen {
        state,
        notice,
        newer,
        written: files::modified(&home.state()),
        running: sign.running,
        pid: sign.pid,
        beat: sign.beat,
        cost: sign.pid.and_then(footprint::of),
        own: footprint::of(std::process::id()),
        history_bytes: files::stamp(&home.history()).map(|(_, _, size)| size),
    }
}

/// What is asked of the history.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) range: Range,
    pub(super) node: Option<String>,
}

/// Asks the history, with no transaction left open.
pub(super) fn past(home: &Home, fixed: &Fixed, seen: &Seen, asked: &Asked, now: Timestamp) -> Past {
    let empty = Past {
        range: asked.range,
        node: asked.node.clone().unwrap_or_default(),
        ..Past::default()
    };
    let history = match History::open(home) {
        Ok(Some(history)) => history,
        Ok(None) => {
            return Past {
                problem: Some("no history yet".to_owned()),
                ..empty
            };
        }
        Err(error) => return unread(empty, &error),
    };
    read(&history, fixed, seen, empty.clone(), now).unwrap_or_else(|error| unread(empty, &error))
}

fn unread(empty: Past, error: &HistoryError) -> Past {
    Past {
        problem: Some(format!("no history: {}", clean(&error.to_string()))),
        ..empty
    }
}

fn read(
    history: &History,
    fixed: &Fixed,
    seen: &Seen,
    past: Past,
    now: Timestamp,
) -> Result<Past, HistoryError> {
    let until = now.0.saturating_add(1);
    let since = now.0.saturating_sub(past.range.seconds());
    let stretch = |parts| Stretch {
        since,
        until,
        parts,
    };
    let used = (Metric::DiskUsedPercent, Worst::Most);
    let disks = history.parts(used, None, None, stretch(FEW))?;
    let mut bases = BTreeMap::new();
    for one in history.forecasts(now.0.saturating_sub(MADE), until)? {
        let of = key(&one.node, &one.kind, &one.subject);
        bases.insert(of, clean(&one.basis));
    }
    Ok(Past {
        problem: None,
        disks: disks.into_iter().collect(),
        series: series(history, fixed, seen, &past.node, stretch(MANY))?,
        boots: boots(&seen.state, &past.node, since, until),
        bases,
        judged: history.right_forecasts(now.0.saturating_sub(JUDGED))?,
        ..past
    })
}

/// The series of one node: its disks, memory, round trip, load, battery.
fn series(
    history: &History,
    fixed: &Fixed,
    seen: &Seen,
    node: &str,
    stretch: Stretch,
) -> Result<Vec<Series>, HistoryError> {
    let limits = fixed.limits(node);
    let mut all = Vec::new();
    let parts = |metric, worst, mount: Option<&str>| -> Result<Parts, HistoryError> {
        let found = history.parts((metric, worst), Some(node), mount, stretch)?;
        Ok(found
            .into_iter()
            .next()
            .map(|(_, parts)| parts)
            .unwrap_or_default())
    };
    let readings = seen.state.node(node).map(|node| &node.readings);
    let there = |mount: &String| match readings.map(|readings| &readings.disks) {
        Some(Reading::Value(disks)) => disks.iter().any(|disk| disk.mount == *mount),
        _ => true,
    };
    let mounts = history.mounts(node)?;
    for mount in mounts.into_iter().filter(there).take(MOUNTS) {
        all.push(Series {
            name: format!("disk {}", clean(&mount)),
            unit: Unit::Percent,
            limit: Some(limits.disk_used_max),
            parts: parts(Metric::DiskUsedPercent, Worst::Most, Some(&mount))?,
            mount: Some(mount),
        });
    }
    let others = [
        (
            "memory free",
            Metric::MemoryAvailablePercent,
            Worst::Least,
            Unit::Percent,
            Some(limits.memory_available_min),
        ),
        (
            "round trip",
            Metric::LatencyMs,
            Worst::Most,
            Unit::Milliseconds,
            None,
        ),
        ("load", Metric::Load1m, Worst::Most, Unit::Plain, None),
        (
            "battery",
            Metric::BatteryPercent,
            Worst::Least,
            Unit::Percent,
            Some(limits.battery_min),
        ),
    ];
    for (name, metric, worst, unit, limit) in others {
        all.push(Series {
            name: name.to_owned(),
            mount: None,
            unit,
            limit,
            parts: parts(metric, worst, None)?,
        });
    }
    Ok(all)
}

/// When a node booted anew, as shares of the stretch.
#[expect(
    clippy::cast_precision_loss,
    reason = "a share of a line on the screen"
)]
fn boots(state: &State, node: &str, since: i64, until: i64) -> Vec<f64> {
    let booted = state.events.iter();
    let booted = booted.filter(|event| event.node == node && event.what == "rebooted");
    let within = booted.filter(|event| (since..until).contains(&event.at.0));
    let whole = until.saturating_sub(since).max(1) as f64;
    within
        .map(|event| event.at.0.saturating_sub(since) as f64 / whole)
        .collect()
}
