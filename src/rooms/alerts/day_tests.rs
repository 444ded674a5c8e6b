//! A scripted day: forty changes, and exactly the messages that the constants
//! imply.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveTime;

use super::{Situation, decide};
use crate::config::{ChannelKind, Quiet};
use crate::model::alert::{Alert, Pause, Severity};
use crate::model::desk::Desk;
use crate::model::message::{Delivery, Kind};
use crate::model::node::Node;
use crate::model::state::{Event, State};
use crate::model::time::Timestamp;
use crate::rooms::alerts::routes::Route;

/// What happens to whom.
#[derive(Clone, Copy)]
enum What {
    Warning(&'static str),
    Critical(&'static str),
    Clear(&'static str),
    Ack(&'static str),
    Snooze(&'static str, u64),
    Pause(&'static str),
    Resume(&'static str),
    Repaired(&'static str),
}
use What::*;

/// The day: forty changes of state and what people did meanwhile.
const DAY: &[(&str, What)] = &[
    // A disk that nobody looks after until it is cleaned.
    ("00:10", Warning("mugen/disk")),
    ("04:40", Clear("mugen/disk")),
    // A node down in the night, its service with it.
    ("02:00", Critical("majin/unreachable")),
    ("02:01", Warning("majin/service:web")),
    ("02:20", Clear("majin/unreachable")),
    ("02:20", Clear("majin/service:web")),
    // Acknowledged, gone, and back: armed again.
    ("07:00", Warning("mugen/memory")),
    ("07:10", Ack("mugen/memory")),
    ("10:45", Clear("mugen/memory")),
    ("12:40", Warning("mugen/memory")),
    ("12:50", Clear("mugen/memory")),
    // Snoozed, and still so afterwards.
    ("08:00", Warning("pixel/battery")),
    ("08:05", Snooze("pixel/battery", 120)),
    ("10:30", Clear("pixel/battery")),
    // It gets worse.
    ("09:00", Warning("majin/unreachable")),
    ("09:05", Critical("majin/unreachable")),
    ("09:06", Ack("majin/unreachable")),
    ("10:00", Clear("majin/unreachable")),
    // A pause: quiet, and nothing again afterwards.
    ("10:40", Warning("mugen/inodes")),
    ("10:50", Pause("mugen")),
    ("12:30", Resume("mugen")),
    ("15:00", Clear("mugen/inodes")),
    // A session that comes and goes, and twice stays away for longer than five
    // minutes, which is told.
    ("16:00", Warning("majin/tmux:monitor")),
    ("16:03", Clear("majin/tmux:monitor")),
    ("16:06", Warning("majin/tmux:monitor")),
    ("16:09", Clear("majin/tmux:monitor")),
    ("16:12", Warning("majin/tmux:monitor")),
    ("16:30", Clear("majin/tmux:monitor")),
    ("16:50", Warning("majin/tmux:monitor")),
    ("17:05", Clear("majin/tmux:monitor")),
    // A service that is started again and again, in tenths of a second.
    ("18:00", Repaired("majin/service:web")),
    ("18:01", Repaired("majin/service:web")),
    ("18:02", Repaired("majin/service:web")),
    ("18:03", Repaired("majin/service:web")),
    ("18:04", Repaired("majin/service:web")),
    // Our own network: the others' silence is explained by it.
    ("19:00", Warning("laptop/network")),
    ("19:01", Warning("majin/unreachable")),
    ("19:01", Warning("pixel/unreachable")),
    ("19:20", Clear("laptop/network")),
    ("19:20", Clear("majin/unreachable")),
    ("19:20", Clear("pixel/unreachable")),
    // Quiet hours: one comes and goes, one stays, one is critical.
    ("22:10", Warning("mugen/disk")),
    ("22:20", Warning("pixel/disk")),
    ("22:40", Clear("pixel/disk")),
    ("23:00", Critical("mugen/host-key")),
    ("23:05", Ack("mugen/host-key")),
];

/// The same day as the channels saw it: `ntfy` hears everything from warnings
/// on but has quiet hours from 22:00 to 07:00, `command` hears what is
/// critical, `webhook` everything at once.
const HEARD: &str = "
00:10 webhook  raise    ▲ mugen: disk bad
01:10 webhook  remind   ▲ mugen: disk bad
02:00 ntfy     raise    ✖ majin: unreachable worse
02:00 command  raise    ✖ majin: unreachable worse
02:00 webhook  raise    ✖ majin: unreachable worse
02:15 ntfy     remind   ✖ majin: unreachable worse
02:15 command  remind   ✖ majin: unreachable worse
02:15 webhook  remind   ✖ majin: unreachable worse
02:20 ntfy     resolve  ✓ majin is back after 20m
02:20 command  resolve  ✓ majin is back after 20m
02:20 webhook  resolve  ✓ majin is back after 20m
04:10 webhook  remind   ▲ mugen: disk bad
04:40 webhook  resolve  ✓ mugen: disk fine again after 4h
07:00 ntfy     digest   ▲ mugen: disk bad, came and went within 4h / ▲ mugen: memory bad
07:00 webhook  raise    ▲ mugen: memory bad
08:00 ntfy     raise    ▲ pixel: battery bad
08:00 webhook  raise    ▲ pixel: battery bad
09:00 ntfy     raise    ▲ majin: unreachable bad
09:00 webhook  raise    ▲ majin: unreachable bad
09:05 ntfy     raise    ✖ majin: unreachable worse
09:05 command  raise    ✖ majin: unreachable worse
09:05 webhook  raise    ✖ majin: unreachable worse
10:00 ntfy     resolve  ✓ majin is back after 1h
10:00 command  resolve  ✓ majin is back after 1h
10:00 webhook  resolve  ✓ majin is back after 1h
10:05 ntfy     remind   ▲ pixel: battery bad
10:05 webhook  remind   ▲ pixel: battery bad
10:30 ntfy     resolve  ✓ pixel: battery fine again after 2h
10:30 webhook  resolve  ✓ pixel: battery fine again after 2h
10:40 ntfy     raise    ▲ mugen: inodes bad
10:40 webhook  raise    ▲ mugen: inodes bad
10:45 ntfy     resolve  ✓ mugen: memory fine again after 3h
10:45 webhook  resolve  ✓ mugen: memory fine again after 3h
12:40 ntfy     raise    ▲ mugen: memory bad
12:40 webhook  raise    ▲ mugen: memory bad
12:50 ntfy     resolve  ✓ mugen: memory fine again after 10m
12:50 webhook  resolve  ✓ mugen: memory fine again after 10m
14:40 ntfy     remind   ▲ mugen: inodes bad
14:40 webhook  remind   ▲ mugen: inodes bad
15:00 ntfy     resolve  ✓ mugen: inodes fine again after 4h
15:00 webhook  resolve  ✓ mugen: inodes fine again after 4h
16:00 ntfy     raise    ▲ majin: tmux:monitor bad
16:00 webhook  raise    ▲ majin: tmux:monitor bad
16:03 ntfy     resolve  ✓ majin: tmux monitor fine again after 3m
16:03 webhook  resolve  ✓ majin: tmux monitor fine again after 3m
16:06 ntfy     raise    ▲ majin: tmux:monitor bad
16:06 webhook  raise    ▲ majin: tmux:monitor bad
16:09 ntfy     flapping ▲ majin: tmux monitor comes and goes: 4 changes within 30m
16:09 webhook  flapping ▲ majin: tmux monitor comes and goes: 4 changes within 30m
16:17 ntfy     raise    ▲ majin: tmux:monitor bad
16:17 webhook  raise    ▲ majin: tmux:monitor bad
16:30 ntfy     resolve  ✓ majin: tmux monitor fine again after 18m
16:30 webhook  resolve  ✓ majin: tmux monitor fine again after 18m
16:55 ntfy     raise    ▲ majin: tmux:monitor bad
16:55 webhook  raise    ▲ majin: tmux:monitor bad
17:05 ntfy     resolve  ✓ majin: tmux monitor fine again after 15m
17:05 webhook  resolve  ✓ majin: tmux monitor fine again after 15m
17:09 ntfy     digest   majin: tmux monitor still comes and goes, 8 changes in 1h
17:09 webhook  digest   majin: tmux monitor still comes and goes, 8 changes in 1h
17:35 ntfy     resolve  ✓ majin: tmux monitor has been calm for 30m
17:35 webhook  resolve  ✓ majin: tmux monitor has been calm for 30m
18:00 webhook  info     ● majin: service:web is back in 0.1s: it was killed
18:01 webhook  info     ● majin: service:web is back in 0.1s: it was killed
18:02 webhook  info     ● majin: service:web is back in 0.1s: it was killed
18:03 ntfy     flapping ▲ majin: service web keeps dying: repaired 4 times within 30m
18:03 webhook  flapping ▲ majin: service web keeps dying: repaired 4 times within 30m
18:34 ntfy     resolve  ✓ majin: service web has been calm for 30m
18:34 webhook  resolve  ✓ majin: service web has been calm for 30m
19:00 ntfy     raise    ▲ laptop: network bad
19:00 webhook  raise    ▲ laptop: network bad
19:20 ntfy     resolve  ✓ laptop: network fine again after 20m
19:20 webhook  resolve  ✓ laptop: network fine again after 20m
22:10 webhook  raise    ▲ mugen: disk bad
22:20 webhook  raise    ▲ pixel: disk bad
22:40 webhook  resolve  ✓ pixel: disk fine again after 20m
23:00 ntfy     raise    ✖ mugen: host-key worse
23:00 command  raise    ✖ mugen: host-key worse
23:00 webhook  raise    ✖ mugen: host-key worse
23:10 webhook  remind   ▲ mugen: disk bad
26:10 webhook  remind   ▲ mugen: disk bad
31:00 ntfy     digest   ▲ mugen: disk bad / ▲ pixel: disk bad, came and went within 20m
";

fn at(time: &str) -> Timestamp {
    let (hours, minutes) = time.split_once(':').unwrap();
    Timestamp(60 * (60 * hours.parse::<i64>().unwrap() + minutes.parse::<i64>().unwrap()))
}

fn routes() -> Vec<Route> {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let route = |name: &str, min_severity, quiet| Route {
        name: name.to_owned(),
        kind: ChannelKind::Desktop,
        min_severity,
        quiet,
    };
    let night = Quiet {
        from: time(22),
        until: time(7),
    };
    vec![
        route("ntfy", Severity::Warning, Some(night)),
        route("command", Severity::Critical, None),
        route("webhook", Severity::Info, None),
    ]
}

fn happen(state: &mut State, now: Timestamp, what: What) {
    let mut raise = |id: &str, severity, word| {
        let (node, check) = id.split_once('/').unwrap();
        let text = format!("{node} {check} {word}");
        if let Some(alert) = state.alerts.iter_mut().find(|alert| alert.id == id) {
            (alert.severity, alert.text) = (severity, text);
            return;
        }
        state.alerts.push(Alert {
            id: id.to_owned(),
            number: state.next_alert,
            severity,
            since: now,
            text,
            acked: false,
            snoozed_until: None,
        });
        state.next_alert += 1;
    };
    match what {
        Warning(id) => raise(id, Severity::Warning, "bad"),
        Critical(id) => raise(id, Severity::Critical, "worse"),
        Clear(id) => state.alerts.retain(|alert| alert.id != id),
        Ack(id) => state
            .alerts
            .iter_mut()
            .filter(|a| a.id == id)
            .for_each(|a| a.acked = true),
        Snooze(id, minutes) => {
            let until = now.after(Duration::from_secs(60 * minutes));
            let ours = state.alerts.iter_mut().filter(|alert| alert.id == id);
            ours.for_each(|alert| alert.snoozed_until = Some(until));
        }
        Pause(node) => {
            let pause = Pause {
                since: now,
                until: None,
                reason: None,
            };
            state.pauses.insert(node.to_owned(), pause);
        }
        Resume(node) => drop(state.pauses.remove(node)),
        Repaired(id) => {
            let (node, check) = id.split_once('/').unwrap();
            state.events.push(Event {
                at: now,
                node: node.to_owned(),
                what: "recovered".to_owned(),
                check: Some(check.to_owned()),
                text: format!("{check} is back in 0.1s: it was killed"),
            });
        }
    }
}

/// Lives through a script from its first minute until `end`, waking only when
/// something happens or the last decision said so, and gives what was sent.
fn live(script: &[(&str, What)], end: &str) -> Vec<String> {
    let mut heard = Vec::new();
    let mut state = State::default();
    let nodes = ["laptop", "mugen", "majin", "pixel"];
    state.nodes = nodes
        .map(|name| Node::unseen(name, "", Timestamp(0)))
        .to_vec();
    let mut desk = Desk::default();
    let routes = routes();
    let mut script: BTreeMap<Timestamp, Vec<What>> =
        script
            .iter()
            .fold(BTreeMap::new(), |mut all, (time, what)| {
                all.entry(at(time)).or_insert_with(Vec::new).push(*what);
                all
            });
    let mut now = Timestamp(0);
    while now <= at(end) {
        for what in script.remove(&now).unwrap_or_default() {
            happen(&mut state, now, what);
        }
        // Every delivery comes through, one after the other.
        let next = loop {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(
                u32::try_from(now.0.rem_euclid(86_400)).unwrap(),
                0,
            );
            let situation = Situation {
                routes: &routes,
                local: "laptop",
                needs: &[],
                now,
                time: time.unwrap(),
                under_way: &[],
            };
            let decision = decide(&desk, &state, situation);
            desk = decision.desk;
            (state.alerts, state.next_alert) = (decision.alerts, decision.next_alert);
            let ready = desk.ready(now);
            let ready: Vec<_> = ready
                .into_iter()
                .map(|(n, m)| (n.to_owned(), m.clone()))
                .collect();
            if ready.is_empty() {
                break decision.next;
            }
            for (name, message) in ready {
                let clock = format!("{:02}:{:02}", now.0 / 3_600, now.0 / 60 % 60);
                let mut line = message.line();
                if message.kind == Kind::Digest {
                    line = message.text.replace('\n', " / ");
                }
                heard.push(format!("{clock} {name:8} {:8} {line}", message.kind.word()));
                desk.delivered(&name, &message, &Delivery::Sent, 0, now);
            }
        };
        let scripted = script.keys().next().copied();
        let earliest = next.into_iter().chain(scripted).min();
        let Some(earliest) = earliest else { break };
        assert!(earliest > now, "a decision wakes at once");
        now = earliest;
    }
    heard
}

#[test]
fn a_scripted_day_of_forty_changes_gives_exactly_these_messages() {
    let changes = DAY
        .iter()
        .filter(|(_, what)| matches!(what, Warning(_) | Critical(_) | Clear(_) | Repaired(_)));
    assert_eq!(changes.count(), 40);
    let heard = live(DAY, "31:00");
    assert_eq!(
        heard,
        HEARD.trim().lines().collect::<Vec<_>>(),
        "{}",
        heard.join("\n")
    );
}
