//! The nodes and what was measured of them. Pure.

use super::family::{Book, Labels, Unit, Value, count, instant, ratio, seconds, truth};
use super::label::label;
use crate::model::node::{Node, NodeState, Platform};
use crate::model::reading::{Disk, Reading, Readings};
use crate::model::state::State;
use crate::model::time::Timestamp;

const STATES: [NodeState; 6] = [
    NodeState::Ok,
    NodeState::Degraded,
    NodeState::Down,
    NodeState::Dozing,
    NodeState::Paused,
    NodeState::Unknown,
];

type Known<'a> = Vec<(String, &'a Node)>;

/// A sample of each node that has one.
fn each<'a>(
    nodes: &'a Known<'a>,
    value: impl Fn(&Node) -> Option<Value> + 'a,
) -> impl Iterator<Item = (Labels, Value)> + 'a {
    nodes
        .iter()
        .filter_map(move |(name, node)| Some((vec![("node", name.clone())], value(node)?)))
}

/// Everything about nodes.
pub(super) fn write(book: &mut Book, state: &State, now: Timestamp) {
    let nodes = state.nodes.iter().map(|node| (node.name.as_str(), node));
    let nodes: Known<'_> = book.of_nodes(nodes);
    how(book, &nodes, state, now);
    times(book, &nodes);
    disks(book, &nodes);
    memory(book, &nodes);
    work(book, &nodes);
    services(book, &nodes);
    failed(book, &nodes);
}

fn how(book: &mut Book, nodes: &Known<'_>, state: &State, now: Timestamp) {
    let total = STATES.map(|word| {
        let of_it = nodes.iter().filter(|(_, node)| node.state == word);
        let labels = vec![("state", word.word().to_owned())];
        (labels, count(of_it.count()))
    });
    book.gauge(("nodes", Unit::None), "Nodes by state.", total);
    let local = nodes.first().filter(|_| !state.nodes.is_empty());
    book.info(
        "coordinator",
        "The node whose state file this is.",
        local.map(|(name, _)| vec![("node", name.clone())]),
    );
    let platforms = nodes.iter().filter_map(|(name, node)| {
        let platform = match node.platform? {
            Platform::Linux => "linux",
            Platform::Macos => "macos",
            Platform::Termux => "termux",
        };
        Some(vec![
            ("node", name.clone()),
            ("platform", platform.to_owned()),
        ])
    });
    book.info(
        "node",
        "What a node runs, where its probe found it.",
        platforms,
    );
    let states = nodes.iter().flat_map(|(name, node)| {
        STATES.map(|word| {
            let labels = vec![("node", name.clone()), ("state", word.word().to_owned())];
            (labels, truth(node.state == word))
        })
    });
    book.gauge(
        ("node_state", Unit::None),
        "Whether the node is in this state, 1 for exactly one of them.",
        states,
    );
    book.gauge(
        ("node_up", Unit::None),
        "Whether the node answers: 1 ok or degraded, 0 down; absent when dozing, paused or unknown.",
        each(nodes, |node| match node.state {
            NodeState::Ok | NodeState::Degraded => Some(truth(true)),
            NodeState::Down => Some(truth(false)),
            NodeState::Dozing | NodeState::Paused | NodeState::Unknown => None,
        }),
    );
    let until = nodes.iter().filter_map(|(name, node)| {
        let pause = state.pauses.get(&node.name).filter(|one| one.holds(now))?;
        Some((vec![("node", name.clone())], instant(pause.until?)))
    });
    book.gauge(
        ("node_pause_until_timestamp", Unit::Seconds),
        "When the node's pause ends by itself.",
        until,
    );
}

fn times(book: &mut Book, nodes: &Known<'_>) {
    let at = |time: Option<Timestamp>| time.map(instant);
    book.gauge(
        ("node_state_since_timestamp", Unit::Seconds),
        "Since when the node is in its state.",
        each(nodes, |node| Some(instant(node.since))),
    );
    book.gauge(
        ("node_observed_timestamp", Unit::Seconds),
        "When the node was last looked at.",
        each(nodes, move |node| at(node.observed_at)),
    );
    book.gauge(
        ("node_answered_timestamp", Unit::Seconds),
        "When a remote node last answered a full probe.",
        each(nodes, move |node| at(node.answered_at)),
    );
    book.gauge(
        ("node_rebooted_timestamp", Unit::Seconds),
        "When it was seen that the node had booted anew.",
        each(nodes, move |node| at(node.rebooted_at)),
    );
    book.gauge(
        ("node_silent_since_timestamp", Unit::Seconds),
        "Since when a remote node gives no answer.",
        each(nodes, |node| Some(instant(node.silence.as_ref()?.since.at))),
    );
    book.gauge(
        ("node_probe_latency", Unit::Seconds),
        "Round trip of the last probe on an open channel; none of the local node.",
        each(nodes, |node| node.latency_ms.map(seconds)),
    );
    let classes = nodes.iter().flat_map(|(name, node)| {
        let uptime = node.uptime.as_ref();
        let by_class = uptime.map(|uptime| {
            [
                ("up", uptime.up_ms),
                ("down", uptime.down_ms),
                ("unknown", uptime.unknown_ms),
                ("paused", uptime.paused_ms),
            ]
        });
        by_class.into_iter().flatten().map(|(class, span)| {
            let labels = vec![("node", name.clone()), ("class", class.to_owned())];
            #[expect(clippy::cast_precision_loss, reason = "285 000 years fit")]
            let span = Value::Real(span as f64 / 1_000.0);
            (labels, span)
        })
    });
    book.counter(
        ("node_time", Unit::Seconds),
        "How long the node was up, down, unknown and paused; the four add up to the time that passed.",
        classes,
    );
}

fn disks(book: &mut Book, nodes: &Known<'_>) {
    book.gauge(
        ("home_disk_used", Unit::Ratio),
        "Share in use of the file system that holds the node's home.",
        each(nodes, |node| percent(&node.readings.disk_used_percent)),
    );
    let disks = nodes.iter().flat_map(|(name, node)| {
        let disks = node.readings.disks.value().into_iter().flatten();
        disks.map(move |disk| (name.as_str(), disk))
    });
    let disks: Vec<(Labels, &Disk)> = book
        .of_nodes(disks)
        .into_iter()
        .map(|(node, disk)| {
            let labels = vec![("node", node), ("mountpoint", label(&disk.mount))];
            (labels, disk)
        })
        .collect();
    let each = |value: fn(&Disk) -> Option<Value>| {
        let samples = disks.iter();
        samples.filter_map(move |(labels, disk)| Some((labels.clone(), value(disk)?)))
    };
    book.gauge(
        ("disk_used", Unit::Ratio),
        "Share of the file system in use, as df counts.",
        each(|disk| Some(ratio(disk.used_percent))),
    );
    book.gauge(
        ("disk_used", Unit::Bytes),
        "Bytes of the file system in use.",
        each(|disk| Some(Value::Whole(disk.used_bytes))),
    );
    book.gauge(
        ("disk_size", Unit::Bytes),
        "Bytes of the file system in all.",
        each(|disk| Some(Value::Whole(disk.total_bytes))),
    );
    book.gauge(
        ("disk_inodes_used", Unit::Ratio),
        "Share of the file system's inodes in use.",
        each(|disk| disk.inodes_used_percent.map(ratio)),
    );
}

fn memory(book: &mut Book, nodes: &Known<'_>) {
    let bytes = |reading: &Reading<u64>| reading.value().map(|bytes| Value::Whole(*bytes));
    book.gauge(
        ("memory_available", Unit::Ratio),
        "Share of memory that programs can still have.",
        each(nodes, |node| {
            percent(&node.readings.memory_available_percent)
        }),
    );
    book.gauge(
        ("memory_available", Unit::Bytes),
        "Memory that programs can still have.",
        each(nodes, move |node| {
            bytes(&node.readings.memory_available_bytes)
        }),
    );
    book.gauge(
        ("memory_size", Unit::Bytes),
        "Memory in all.",
        each(nodes, move |node| bytes(&node.readings.memory_total_bytes)),
    );
    book.gauge(
        ("memory_stall", Unit::Ratio),
        "Share of the last seconds in which nothing could go on for want of memory.",
        each(nodes, |node| percent(&node.readings.memory_stall_percent)),
    );
    book.gauge(
        ("memory_swapped_in", Unit::BytesPerSecond),
        "What came back from swap since the sample before, where stalls are not told.",
        each(nodes, |node| {
            let rate = node.readings.swap_in_bytes_per_s.value();
            rate.map(|rate| Value::Real(*rate))
        }),
    );
}

fn work(book: &mut Book, nodes: &Known<'_>) {
    book.gauge(
        ("load1", Unit::None),
        "Load average of the last minute.",
        each(nodes, |node| {
            let load = node.readings.load_1m.value();
            load.map(|load| Value::Real(*load))
        }),
    );
    book.gauge(
        ("cpu_used", Unit::Ratio),
        "Busy share of all processors since the sample before.",
        each(nodes, |node| percent(&node.readings.cpu_percent)),
    );
    book.gauge(
        ("uptime", Unit::Seconds),
        "Seconds since the node's boot, when it was last looked at.",
        each(nodes, |node| {
            let uptime = node.readings.uptime_s.value();
            uptime.map(|uptime| Value::Whole(*uptime))
        }),
    );
    book.gauge(
        ("battery_charge", Unit::Ratio),
        "Charge of the battery.",
        each(nodes, |node| percent(&node.readings.battery_percent)),
    );
    book.gauge(
        ("battery_discharging", Unit::None),
        "Whether the battery is being drained.",
        each(nodes, |node| yes(&node.readings.battery_discharging)),
    );
}

fn services(book: &mut Book, nodes: &Known<'_>) {
    book.gauge(
        ("sshd_up", Unit::None),
        "Whether an ssh server answers with its banner.",
        each(nodes, |node| yes(&node.readings.sshd)),
    );
    book.gauge(
        ("network_up", Unit::None),
        "Whether something beyond the node answered.",
        each(nodes, |node| yes(&node.readings.network)),
    );
    book.gauge(
        ("tmux_sessions", Unit::None),
        "Sessions of the node's tmux server.",
        each(nodes, |node| {
            let sessions = node.readings.tmux_sessions.value();
            sessions.map(|sessions| count(sessions.len()))
        }),
    );
    let services = nodes.iter().flat_map(|(name, node)| {
        let services = node.readings.services.value().into_iter().flatten();
        services.map(move |service| (name.as_str(), service))
    });
    let services = book.of_nodes(services).into_iter();
    book.gauge(
        ("service_up", Unit::None),
        "Whether the configured service is ready.",
        services.map(|(node, (name, ready))| {
            let labels = vec![("node", node), ("service", label(name))];
            (labels, truth(*ready))
        }),
    );
}

/// Readings that should have worked: 1 when they did not, 0 when they did,
/// nothing where the platform has none.
fn failed(book: &mut Book, nodes: &Known<'_>) {
    let samples = nodes.iter().flat_map(|(name, node)| {
        failures(&node.readings)
            .into_iter()
            .filter_map(|(reading, failed)| {
                let labels = vec![("node", name.clone()), ("reading", reading.to_owned())];
                Some((labels, truth(failed?)))
            })
    });
    book.gauge(
        ("reading_failed", Unit::None),
        "Whether a reading that should have worked did not; absent where the platform has none.",
        samples,
    );
}

fn failures(of: &Readings) -> [(&'static str, Option<bool>); 14] {
    [
        ("disk", fate(&of.disk_used_percent)),
        ("disks", fate(&of.disks)),
        ("memory", fate(&of.memory_available_percent)),
        ("memory_stall", fate(&of.memory_stall_percent)),
        ("swap", fate(&of.swap_in_bytes_per_s)),
        ("load", fate(&of.load_1m)),
        ("cpu", fate(&of.cpu_percent)),
        ("uptime", fate(&of.uptime_s)),
        ("sshd", fate(&of.sshd)),
        ("network", fate(&of.network)),
        ("tmux", fate(&of.tmux_sessions)),
        ("services", fate(&of.services)),
        ("battery", fate(&of.battery_percent)),
        ("battery_discharging", fate(&of.battery_discharging)),
    ]
}

fn fate<T>(reading: &Reading<T>) -> Option<bool> {
    match reading {
        Reading::Value(_) => Some(false),
        Reading::Failed(_) => Some(true),
        Reading::Unavailable(_) => None,
    }
}

fn percent(reading: &Reading<f64>) -> Option<Value> {
    reading.value().map(|percent| ratio(*percent))
}

fn yes(reading: &Reading<bool>) -> Option<Value> {
    reading.value().map(|is| truth(*is))
}
