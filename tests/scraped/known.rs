//! A state file in which everything that is exported is known, with names
//! that do their worst.

use std::collections::BTreeMap;

use mamori::model::alert::{Alert, Pause, Severity};
use mamori::model::desk::Line;
use mamori::model::foretold::Foretold;
use mamori::model::healing::Finding;
use mamori::model::incident::Incident;
use mamori::model::moment::Moment;
use mamori::model::node::{CheckMemory, Means, Node, NodeState, Platform, Problem, Silence};
use mamori::model::reading::{Disk, Reading, Readings};
use mamori::model::state::State;
use mamori::model::tally::Tally;
use mamori::model::time::Timestamp;
use mamori::model::uptime::{Class, Uptime};
use mamori::sys::clock;

/// Quotes, backslashes, lines, what steers a terminal, what turns text around.
pub const HOSTILE: &str = "/mnt/a \"b\" \\c\n# EOF\u{1b}[31m\u{202e}日本";

fn disk(mount: &str, percent: f64) -> Disk {
    Disk {
        mount: mount.to_owned(),
        used_bytes: 93_000_000_000,
        total_bytes: 100_000_000_000,
        used_percent: percent,
        inodes_used_percent: Some(12.5),
    }
}

fn alert(id: &str, number: u64, severity: Severity, at: Timestamp) -> Alert {
    Alert {
        id: id.to_owned(),
        number,
        severity,
        since: at,
        text: "disk 93% (limit 90%)".to_owned(),
        acked: false,
        snoozed_until: None,
    }
}

fn laptop(at: Timestamp) -> Node {
    let mut node = Node::unseen("laptop", "not measured", at);
    node.state = NodeState::Degraded;
    node.observed_at = Some(at);
    node.platform = Some(Platform::Linux);
    node.readings = Readings {
        disk_used_percent: Reading::Value(93.1),
        disk_mount: Reading::Value("/".to_owned()),
        disks: Reading::Value(vec![disk("/", 93.1), disk(HOSTILE, 7.0)]),
        memory_available_percent: Reading::Value(48.0),
        memory_total_bytes: Reading::Value(8 << 30),
        memory_available_bytes: Reading::Value(4 << 30),
        memory_stall_percent: Reading::Value(0.5),
        swap_in_bytes_per_s: Reading::Value(4_096.0),
        load_1m: Reading::Value(0.4),
        cpu_percent: Reading::Value(12.3),
        uptime_s: Reading::Value(86_400),
        sshd: Reading::Value(true),
        network: Reading::failed("hung"),
        tmux_sessions: Reading::Value(vec!["monitor".to_owned(), HOSTILE.to_owned()]),
        services: Reading::Value(BTreeMap::from([("web".to_owned(), false)])),
        battery_percent: Reading::Value(80.0),
        battery_discharging: Reading::unavailable("no battery"),
        hub: Reading::Value(true),
    };
    node.problems = vec![Problem {
        check: "disk".to_owned(),
        value: Some(93.1),
        limit: Some(90.0),
        text: "disk 93% (limit 90%)".to_owned(),
    }];
    let since = CheckMemory {
        since: Some(at),
        ..CheckMemory::default()
    };
    node.checks = BTreeMap::from([("disk".to_owned(), since)]);
    node.rebooted_at = Some(at);
    let moment = Moment {
        at,
        ..Moment::default()
    };
    let mut uptime = Uptime::begin(&moment, Class::Up);
    (uptime.up_ms, uptime.down_ms) = (90_500, 9_500);
    node.uptime = Some(uptime);
    node
}

fn phone(at: Timestamp) -> Node {
    let mut node = Node::unseen(HOSTILE, "it gives no answer", at);
    node.state = NodeState::Down;
    node.latency_ms = Some(3.1);
    node.answered_at = Some(at);
    let moment = Moment {
        at,
        ..Moment::default()
    };
    node.silence = Some(Silence {
        since: moment.clone(),
        last: moment,
        failures: 3,
        means: Means::Silent,
        why: "it is silent".to_owned(),
    });
    node
}

/// The state; its times are those of now.
pub fn state() -> State {
    let at = clock::now();
    let later = |seconds: i64| Timestamp(at.0 + seconds);
    let hostile = format!("{HOSTILE}/disk:{HOSTILE}");
    let mut snoozed = alert("laptop/sshd", 3, Severity::Critical, at);
    snoozed.snoozed_until = Some(later(3_600));
    let forecast = Foretold {
        id: "laptop/forecast:disk".to_owned(),
        node: "laptop".to_owned(),
        what: "disk".to_owned(),
        subject: "/".to_owned(),
        made: at,
        horizon_s: 604_800,
        threshold: 90.0,
        now: Some(80.0),
        probability: Some(0.93),
        will_cross: true,
        eta_s: Some(259_200),
        range_s: Some([200_000, 400_000]),
        until: later(7_200),
        counted: at,
        agree: 2,
        against: 0,
        warning: None,
    };
    let tally = Tally {
        in_a_row: 5,
        opened: Some(1),
        ..Tally::default()
    };
    let incident = Incident {
        node: "laptop".to_owned(),
        check: "sshd".to_owned(),
        detected: at,
        recovered: Some(at),
        to_recover_ms: Some(80),
        ..Incident::default()
    };
    let pause = Pause {
        since: at,
        until: Some(later(3_600)),
        reason: None,
    };
    let mut state = State {
        revision: 42,
        nodes: vec![laptop(at), phone(at)],
        alerts: vec![
            alert("laptop/disk", 12, Severity::Warning, at),
            alert(&hostile, 13, Severity::Warning, at),
            snoozed,
        ],
        next_alert: 14,
        tallies: BTreeMap::from([("laptop/sshd".to_owned(), tally)]),
        incidents: vec![incident],
        forecasts: vec![forecast],
        pauses: BTreeMap::from([("laptop".to_owned(), pause)]),
        ..State::default()
    };
    state.desk.lines = vec![Line {
        name: "ntfy".to_owned(),
        failures: 3,
        sent_at: Some(at),
        ..Line::default()
    }];
    state.healing.ran = BTreeMap::from([("logs".to_owned(), at)]);
    state.healing.findings = BTreeMap::from([("logs:x".to_owned(), Finding::default())]);
    state
}
