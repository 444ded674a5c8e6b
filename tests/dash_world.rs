//! Models of the dashboard, and its screens as text.

use std::collections::BTreeMap;
use std::sync::Arc;

use mamori::config::Limits;
use mamori::model::state::State;
use mamori::model::time::Timestamp;
use mamori::rooms::dash::model::{Fixed, Model, Past, Range, Seen, Series, Unit, View};
use mamori::rooms::dash::update::{Effect, Input, update};
use mamori::rooms::dash::view::{Drawn, view};
use mamori::sys::screen::{About, Colours, Key};
use serde_json::{Value, json};

use crate::harness::history::{NOW, rfc3339};

/// The time it is on these screens: 2026-11-22T06:00:00Z.
pub const AT: Timestamp = Timestamp(NOW);

/// What may be on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Normal,
    Empty,
    Stale,
    Broken,
    Many,
    Japanese,
    Hostile,
}

pub const KINDS: [Kind; 7] = [
    Kind::Normal,
    Kind::Empty,
    Kind::Stale,
    Kind::Broken,
    Kind::Many,
    Kind::Japanese,
    Kind::Hostile,
];

/// What steers a terminal, reorders a line or breaks a table.
pub const HOSTILE: &str =
    "\u{1b}[31mred\u{1b}]52;c;cm0=\u{7}\u{202e}dlrow\u{200d}\u{fe0f}\t#(touch X)\r\n\u{9b}2J";

fn names(kind: Kind) -> Vec<String> {
    match kind {
        Kind::Many => (1..=200).map(|n| format!("node-{n:03}")).collect(),
        Kind::Japanese => ["無限の剣と果てしない盾", "ノート", "ピクセル"]
            .map(str::to_owned)
            .to_vec(),
        Kind::Hostile => [HOSTILE, "laptop\u{202e}", "pixel👩‍👩‍👧🇯🇵"]
            .map(str::to_owned)
            .to_vec(),
        _ => ["mugen", "laptop", "pixel"].map(str::to_owned).to_vec(),
    }
}

fn node(n: usize, name: &str, text: &str) -> Value {
    let (bad, phone) = (n == 0, n == 2);
    let used = if bad { 93.1 } else { 61.0 };
    let value = |value: Value| json!({ "value": value });
    let unknown = |why: &str| json!({ "unavailable": why });
    let disk = |mount: &str, percent: f64| {
        json!({"mount": mount, "used_bytes": 446_000_000_000_u64, "total_bytes": 479_000_000_000_u64,
               "used_percent": percent, "inodes_used_percent": 12.0})
    };
    let mut disks = vec![disk("/", used)];
    if bad {
        disks.push(disk(if text.is_empty() { "/data" } else { text }, 46.0));
    }
    let seen = rfc3339(NOW - if phone { 240 } else { 12 });
    let problems = if bad {
        json!([{"check": "disk", "value": 93.1, "limit": 90.0, "text": format!("disk 93%{text} (limit 90%)")}])
    } else {
        json!([])
    };
    json!({
        "name": name, "state": if bad { "degraded" } else if phone { "dozing" } else { "ok" },
        "since": rfc3339(NOW - if bad { 7_200 } else { 250_000 }), "observed_at": seen, "answered_at": seen,
        "latency_ms": match n { 0 => json!(3.1), 1 => Value::Null, _ => json!(84.0) },
        "platform": if phone { "termux" } else { "linux" },
        "problems": problems,
        "checks": if bad {
            json!({"disk": {"recent": [true, true], "good": 0, "since": rfc3339(NOW - 7_200)}})
        } else {
            json!({})
        },
        "readings": {
            "disk_used_percent": value(json!(used)), "disk_mount": value(json!("/")),
            "disks": value(json!(disks)),
            "memory_available_percent": if n == 1 { json!({"failed": "hung"}) } else { value(json!(48.0)) },
            "memory_total_bytes": value(json!(16_000_000_000_u64)),
            "load_1m": if phone { unknown("Android hides it") } else { value(json!(0.4)) },
            "cpu_percent": if phone { unknown("Android hides it") } else { value(json!(7.0)) },
            "uptime_s": value(json!(1_220_400)), "sshd": value(json!(true)), "network": value(json!(true)),
            "tmux_sessions": value(json!([if text.is_empty() { "monitor" } else { text }])),
            "services": value(if bad { json!({"api": true}) } else { json!({}) }),
            "battery_percent": if phone { value(json!(61.0)) } else { unknown("no battery") },
            "battery_discharging": value(json!(phone)),
        },
    })
}

fn state(kind: Kind) -> State {
    let names = names(kind);
    let text = match kind {
        Kind::Hostile => HOSTILE,
        Kind::Japanese => "／データ倉庫の深い場所",
        _ => "",
    };
    let first = &names[0];
    let nodes: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(n, name)| node(n, name, text))
        .collect();
    let made = rfc3339(NOW - 600);
    let state = json!({
        "schema": 1, "revision": 42, "nodes": nodes, "next_alert": 13,
        "alerts": [{"id": format!("{first}/disk"), "number": 12, "severity": "warning",
            "since": rfc3339(NOW - 7_200), "text": format!("{first} disk 93%{text} (limit 90%)")}],
        "incidents": [{"node": names[2], "check": "sshd", "cause": format!("it died (signal 9){text}"),
            "detected": rfc3339(NOW - 10_000), "detected_ms": 5, "recovered": rfc3339(NOW - 10_000),
            "to_recover_ms": 100, "tries": 1, "by": "watch"}],
        "events": [
            {"at": rfc3339(NOW - 250_000), "node": names[1], "what": "ok", "text": ""},
            {"at": rfc3339(NOW - 7_200), "node": first, "what": "degraded", "text": format!("disk 90%{text} (limit 90%)")},
        ],
        "forecasts": [{"id": format!("{first}/forecast:disk"), "node": first, "what": "disk", "subject": "/",
            "made": made, "horizon_s": 604_800, "threshold": 97.0, "now": 93.1, "probability": 0.86,
            "will_cross": true, "eta_s": 336_960, "range_s": [241_920, 527_040],
            "until": rfc3339(NOW + 7_200), "counted": made, "agree": 2}],
        "desk": {
            "matters": [{"id": format!("{first}/disk"), "number": 12, "severity": "warning",
                "since": rfc3339(NOW - 7_200), "text": "", "open": true,
                "told": [{"name": "tmux", "severity": "warning", "at": rfc3339(NOW - 7_000),
                    "reminded": 0, "sent": true, "quiet": false}]}],
            "lines": [{"name": "tmux", "sent_at": rfc3339(NOW - 7_000)},
                {"name": "ntfy", "failures": 2, "error": format!("no route{text}")}]},
    });
    serde_json::from_value(state).unwrap()
}

/// A line that rises to `last`, with a hole in it.
fn rising(last: f64, parts: usize) -> Vec<Option<f64>> {
    let share = |part: usize| {
        f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(parts).unwrap())
    };
    (0..parts)
        .map(|part| {
            (!(40..44).contains(&(part * 100 / parts))).then(|| last * (0.5 + share(part) / 2.0))
        })
        .collect()
}

fn past(kind: Kind, state: &State) -> Past {
    if kind == Kind::Broken {
        return Past {
            problem: Some("no history: it is locked".to_owned()),
            ..Past::default()
        };
    }
    let node = state.nodes[0].name.clone();
    let disks = state.nodes.iter().enumerate();
    let disks = disks.map(|(n, node)| {
        (
            node.name.clone(),
            rising(if n == 0 { 93.1 } else { 61.0 }, 48),
        )
    });
    let series = |name: &str, mount: Option<&str>, unit, limit, last| Series {
        name: name.to_owned(),
        mount: mount.map(str::to_owned),
        unit,
        limit,
        parts: rising(last, 240),
    };
    Past {
        problem: None,
        range: Range::Day,
        disks: disks.collect(),
        node: node.clone(),
        series: vec![
            series("disk /", Some("/"), Unit::Percent, Some(90.0), 93.1),
            series("memory free", None, Unit::Percent, Some(10.0), 48.0),
            series("round trip", None, Unit::Milliseconds, None, 3.1),
        ],
        boots: vec![0.25],
        bases: BTreeMap::from([(
            format!("{node}/disk//"),
            "2016 samples, 14 d; ~/.cache 41 GB".to_owned(),
        )]),
        judged: (43, 41),
    }
}

/// A screen of that size and kind, with the time at UTC.
pub fn model(kind: Kind, ascii: bool, size: (u16, u16)) -> Model {
    let limits = Limits {
        disk_used_max: 90.0,
        memory_available_min: 10.0,
        memory_stall_max: 40.0,
        inodes_used_max: 90.0,
        battery_min: 15.0,
    };
    let fixed = Fixed {
        terminal: About {
            unfit: None,
            utf8: !ascii,
            colours: Colours::Sixteen,
        },
        ascii,
        hints: true,
        zone: Some("UTC".parse().unwrap()),
        limits,
        own_limits: BTreeMap::new(),
    };
    let model = Model::new(fixed, View::Nodes, size);
    let empty = matches!(kind, Kind::Empty | Kind::Broken);
    let state = if empty { State::default() } else { state(kind) };
    let known = if empty { Kind::Normal } else { kind };
    let past = past(kind, &self::state(known));
    let running = kind != Kind::Stale && !empty;
    let seen = Seen {
        state,
        notice: (kind == Kind::Broken)
            .then(|| "could not read the state file: it is broken".to_owned()),
        written: Some(Timestamp(NOW - 12)),
        running,
        pid: running.then_some(1234),
        beat: (!empty).then_some(Timestamp(NOW - if running { 12 } else { 840 })),
        history_bytes: Some(1_600_000),
        ..Seen::default()
    };
    let (model, _) = update(model, Input::Past(Arc::new(past)), AT);
    update(model, Input::Seen(Arc::new(seen)), AT).0
}

/// The same after some keys, and what is to be done after the last.
pub fn typed(mut model: Model, keys: &[Key]) -> (Model, Vec<Effect>) {
    let mut effects = Vec::new();
    for key in keys {
        (model, effects) = update(model, Input::Key(*key), AT);
    }
    (model, effects)
}

pub fn drawn(model: &Model) -> Drawn {
    view(model, model.size, AT)
}

/// The rows as a person reads them.
pub fn text(drawn: &Drawn) -> String {
    let area = drawn.buffer.area;
    let mut rows = Vec::new();
    for y in 0..area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < area.width {
            let symbol = drawn.buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(mamori::model::text::width(symbol))
                .unwrap()
                .max(1);
        }
        rows.push(row.trim_end().to_owned());
    }
    rows.join("\n") + "\n"
}
