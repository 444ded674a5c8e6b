//! One machine: what it is, its disks and memory, what it serves. Pure.

use super::super::model::Model;
use super::block::Block;
use super::dates::time;
use super::paper::{Ink, Line, Pen};
use super::spark::bar;
use super::words::{known, lasting, role, trip};
use crate::model::node::{Node, Platform};
use crate::model::reading::Reading;
use crate::model::size::bytes;
use crate::model::text::width;
use crate::model::time::{Timestamp, left};

/// Columns from which on bytes are told besides percents.
const BYTES: usize = 72;

/// The selected machine.
pub(super) fn block(model: &Model, pen: Pen, columns: usize, now: Timestamp) -> Block {
    let Some(node) = model.selected() else {
        return Block::default();
    };
    let mut title = node.name.clone();
    if model.seen.stale(now) {
        title.push_str(", last known");
    }
    Block {
        title: Some(title),
        lines: lines(model, node, pen, columns, now),
        least: 2,
        turn: 2,
        ..Block::default()
    }
}

/// All that is known of a machine, what matters first.
pub(super) fn lines(
    model: &Model,
    node: &Node,
    pen: Pen,
    columns: usize,
    now: Timestamp,
) -> Vec<Line> {
    let ink: Ink = role(model, node, now).into();
    let mut lines: Vec<Line> = node
        .problems
        .iter()
        .map(|problem| {
            let since = node
                .checks
                .get(&problem.check)
                .and_then(|check| check.since);
            let since = since.map(|since| format!(", {}", lasting(now.since(since))));
            Line::of(
                ink,
                format!(" {}{}", problem.text, since.unwrap_or_default()),
            )
        })
        .collect();
    if node.problems.is_empty() {
        let since = lasting(now.since(node.since));
        let why = node
            .silence
            .as_ref()
            .map(|silence| &silence.why)
            .or(node.hidden.as_ref());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        lines.push(Line::of(
            ink,
            format!(" {}, {since}{why}", node.state.word()),
        ));
    }
    let limits = model.fixed.limits(&node.name);
    lines.extend(side_by_side(&facts(model, node, now), pen, columns));
    lines.extend(disks(node, limits.disk_used_max, pen, columns));
    let free = &node.readings.memory_available_percent;
    let total = node.readings.memory_total_bytes.value();
    let total = total.filter(|_| columns >= BYTES);
    let of = total
        .map(|total| format!(" of {}", bytes(*total)))
        .unwrap_or_default();
    let limit = limits.memory_available_min;
    lines.push(match free {
        Reading::Value(free) => Line::plain(format!(
            " {} [{}] {free}% free{of}, limit {limit}",
            pen.left("mem", label(columns)),
            bar(*free, limit, cells(columns)),
        )),
        other => Line::plain(format!(
            " {} {}",
            pen.left("mem", label(columns)),
            known(other, |_| String::new())
        )),
    });
    lines.extend(side_by_side(&serves(node), pen, columns));
    lines
}

/// Short texts, as many on a line as there is room for.
fn side_by_side(parts: &[String], pen: Pen, columns: usize) -> Vec<Line> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        let part = pen.drawn(part);
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(&part) <= columns => {
                line.push_str("   ");
                line.push_str(&part);
            }
            _ => lines.push(format!(" {part}")),
        }
    }
    lines.into_iter().map(Line::plain).collect()
}

fn label(columns: usize) -> usize {
    if columns < 60 { 6 } else { 12 }
}

fn cells(columns: usize) -> usize {
    let beside = if columns < BYTES { 24 } else { 46 };
    columns.saturating_sub(label(columns) + beside).clamp(6, 30)
}

fn facts(model: &Model, node: &Node, now: Timestamp) -> Vec<String> {
    let readings = &node.readings;
    let mut facts = Vec::new();
    if let Reading::Value(up) = &readings.uptime_s {
        let up = i64::try_from(*up).unwrap_or(i64::MAX);
        facts.push(format!("up {}", left(up)));
        if let Some(seen) = node.answered_at.or(node.observed_at) {
            let boot = Timestamp(seen.0.saturating_sub(up));
            facts.push(format!("boot {}", time(model, boot, now)));
        }
    }
    match node.platform {
        Some(Platform::Linux) => facts.push("linux".to_owned()),
        Some(Platform::Macos) => facts.push("macOS".to_owned()),
        Some(Platform::Termux) => facts.push("termux".to_owned()),
        None => {}
    }
    facts.push(format!(
        "load {}",
        known(&readings.load_1m, |load| format!("{load:.2}"))
    ));
    facts.push(format!(
        "cpu {}",
        known(&readings.cpu_percent, |cpu| format!("{cpu:.0}%"))
    ));
    if node.latency_ms.is_some() {
        facts.push(format!("rtt {}", trip(node)));
    }
    if let Reading::Value(charge) = &readings.battery_percent {
        facts.push(format!("battery {charge:.0}%"));
    }
    if let Some(percent) = node
        .uptime
        .as_ref()
        .and_then(crate::model::uptime::Uptime::percent)
    {
        facts.push(format!("answered {}%", (percent * 100.0).floor() / 100.0));
    }
    facts
}

fn disks(node: &Node, limit: f64, pen: Pen, columns: usize) -> Vec<Line> {
    let (label, cells) = (label(columns), cells(columns));
    let one = |name: &str, percent: f64, rest: String| {
        Line::plain(format!(
            " {} [{}] {percent}% limit {limit}{rest}",
            pen.left(name, label),
            bar(percent, limit, cells)
        ))
    };
    match (&node.readings.disks, &node.readings.disk_used_percent) {
        (Reading::Value(disks), _) if !disks.is_empty() => disks
            .iter()
            .map(|disk| {
                let inodes = disk.inodes_used_percent.filter(|inodes| *inodes >= 50.0);
                let inodes = inodes.map(|inodes| format!("   inodes {inodes:.0}%"));
                let rest = if columns < BYTES {
                    String::new()
                } else {
                    let (used, total) = (bytes(disk.used_bytes), bytes(disk.total_bytes));
                    format!("   {used} of {total}")
                };
                let name = if width(&pen.drawn(&disk.mount)) > label {
                    tail(&pen.drawn(&disk.mount), label)
                } else {
                    disk.mount.clone()
                };
                one(&name, disk.used_percent, rest + &inodes.unwrap_or_default())
            })
            .collect(),
        (_, Reading::Value(percent)) => vec![one("disk", *percent, String::new())],
        (_, other) => vec![Line::plain(format!(
            " {} {}",
            pen.left("disk", label),
            known(other, |_| String::new())
        ))],
    }
}

/// The end of a long path, which tells more than its beginning.
fn tail(path: &str, columns: usize) -> String {
    let mut kept: Vec<char> = Vec::new();
    for c in path.chars().rev() {
        let more: String = kept.iter().rev().collect();
        if width(&more) + 2 + width(&c.to_string()) > columns + 1 {
            break;
        }
        kept.push(c);
    }
    let kept: String = kept.iter().rev().collect();
    format!("…{kept}")
}

fn serves(node: &Node) -> Vec<String> {
    let readings = &node.readings;
    let yes = |up: &bool| if *up { "ok" } else { "no" }.to_owned();
    let mut parts = vec![
        format!("sshd {}", known(&readings.sshd, yes)),
        format!("network {}", known(&readings.network, yes)),
    ];
    parts.push(format!(
        "tmux {}",
        known(&readings.tmux_sessions, |names| match names.as_slice() {
            [] => "-".to_owned(),
            names => names.join(", "),
        })
    ));
    if let Reading::Value(services) = &readings.services {
        let services = services
            .iter()
            .map(|(name, up)| format!("{name} {}", yes(up)));
        parts.extend(services);
    }
    parts
}
