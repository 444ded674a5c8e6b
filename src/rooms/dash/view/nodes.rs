//! The machines: as a table, as two lines each, as one line each. Pure.

use super::super::lists::quiet;
use super::super::model::Model;
use super::super::update::Target;
use super::block::Block;
use super::paper::{Ink, Line, Pen};
use super::spark::spark;
use super::words::{known, note, role, seen, trip, used};
use crate::model::node::{Node, NodeState};
use crate::model::text::width;
use crate::model::time::Timestamp;

/// Columns of the widest name that is shown whole.
const NAME: usize = 20;

/// What every line about a node is made from.
struct Row<'a> {
    node: &'a Node,
    selected: bool,
    ink: Ink,
    sign: String,
}

fn rows(model: &Model, now: Timestamp) -> impl Iterator<Item = Row<'_>> {
    model.nodes().map(move |node| {
        let role = role(model, node, now);
        let selected = model.node.as_ref() == Some(&node.name);
        let mark = if selected { '▸' } else { ' ' };
        Row {
            node,
            selected,
            ink: role.into(),
            sign: format!("{mark}{} ", role.symbol()),
        }
    })
}

fn line(row: &Row<'_>) -> Line {
    let mut line = Line::of(row.ink, row.sign.clone());
    line.target = Some(Target::Node(row.node.name.clone()));
    line.selected = row.selected;
    line
}

fn name_ink(row: &Row<'_>) -> Ink {
    if row.selected { Ink::Select } else { row.ink }
}

fn keep(model: &Model) -> Option<usize> {
    model
        .order
        .iter()
        .position(|name| Some(name) == model.node.as_ref())
}

/// Columns for names.
fn names(model: &Model, pen: Pen, columns: usize) -> usize {
    let widest = model.order.iter().map(|name| width(&pen.drawn(name))).max();
    widest.unwrap_or(0).clamp(8, (columns / 6).clamp(8, NAME))
}

fn problem_ink(row: &Row<'_>, check: &str) -> Ink {
    if row.ink != Ink::Stale && row.node.problems.iter().any(|one| one.check == check) {
        Ink::Warning
    } else {
        Ink::Plain
    }
}

fn disk(model: &Model, node: &Node) -> String {
    let limit = model.fixed.limits(&node.name).disk_used_max;
    known(&node.readings.disk_used_percent, |percent| {
        used(*percent, limit)
    })
}

fn memory(node: &Node) -> String {
    known(&node.readings.memory_available_percent, |free| {
        format!("{}%", free.ceil())
    })
}

fn line_of(model: &Model, node: &Node, cells: usize) -> String {
    let empty = Vec::new();
    let parts = model.past.disks.get(&node.name).unwrap_or(&empty);
    if model.past.problem.is_some() {
        return "no history".to_owned();
    }
    spark(parts, cells, false, &[])
}

/// One line each, with columns, of the first so many.
pub(super) fn table(model: &Model, pen: Pen, columns: usize, most: usize, now: Timestamp) -> Block {
    let name = names(model, pen, columns);
    // NODE STATE DISK … MEM LOAD RTT SEEN, each with a space before it.
    let fixed = 3 + name + 10 + 9 + 6 + 6 + 7 + 7;
    let room = columns.saturating_sub(fixed);
    let cells = (room / 3).clamp(7, 24);
    let rest = columns.saturating_sub(fixed + cells + 2 + 2);
    let heading = format!(
        "   {} {} {}  {} {} {} {} {}  {}",
        pen.left("NODE", name),
        pen.left("STATE", 9),
        pen.left("   DISK", 8),
        pen.left(model.range.name(), cells),
        pen.right("FREE", 5),
        pen.right("LOAD", 5),
        pen.right("RTT", 6),
        pen.right("SEEN", 6),
        if rest > 3 { "NOTE" } else { "" },
    );
    let lines = rows(model, now).take(most).map(|row| {
        let node = row.node;
        line(&row)
            .and(name_ink(&row), pen.left(&node.name, name))
            .and(row.ink, format!(" {}", pen.left(node.state.word(), 9)))
            .and(
                problem_ink(&row, "disk"),
                format!(" {}", pen.right(&disk(model, node), 8)),
            )
            .and(
                Ink::Plain,
                format!("  {}", pen.left(&line_of(model, node, cells), cells)),
            )
            .and(
                problem_ink(&row, "memory"),
                format!(" {}", pen.right(&memory(node), 5)),
            )
            .and(
                Ink::Plain,
                format!(
                    " {} {} {}  {}",
                    pen.right(
                        &known(&node.readings.load_1m, |load| format!("{load:.1}")),
                        5
                    ),
                    pen.right(&trip(node), 6),
                    pen.right(&seen(node, now), 6),
                    if rest > 3 {
                        pen.cut(&note(model, node, now), rest)
                    } else {
                        String::new()
                    }
                ),
            )
    });
    Block {
        head: vec![Line::of(Ink::Accent, heading)],
        lines: lines.collect(),
        keep: keep(model).filter(|at| *at < most),
        least: 3,
        turn: 1,
        ..Block::default()
    }
}

/// What a line says of a node that has no room for figures.
fn brief(node: &Node) -> String {
    match node.problems.first() {
        Some(problem) if node.state != NodeState::Paused => {
            let limit = problem.limit.map(|limit| format!(" (limit {limit})"));
            format!("{}{}", problem.brief(), limit.unwrap_or_default())
        }
        _ => node.state.word().to_owned(),
    }
}

/// Two lines each, for a phone held upright.
pub(super) fn narrow(model: &Model, pen: Pen, columns: usize, now: Timestamp) -> Block {
    let name = names(model, pen, 2 * columns);
    let mut lines = Vec::new();
    for row in rows(model, now) {
        let node = row.node;
        let ago = match node.state {
            NodeState::Ok => String::new(),
            _ => super::words::ago(now.since(node.since)),
        };
        let room = columns.saturating_sub(3 + name + 1 + 1 + ago.len());
        lines.push(
            line(&row)
                .and(name_ink(&row), pen.left(&node.name, name))
                .and(row.ink, format!(" {}", pen.left(&brief(node), room)))
                .and(Ink::Plain, format!(" {ago}")),
        );
        let disk = disk(model, node);
        let figures = format!(
            "{} free {} {}",
            pen.right(&disk, 7),
            pen.right(&memory(node), 4),
            pen.right(&trip(node), 6)
        );
        let cells = columns.saturating_sub(3 + 5 + 1 + width(&figures)).min(24);
        let figures = format!(
            "   disk {} {figures}",
            pen.left(&line_of(model, node, cells), cells)
        );
        let mut second = Line::plain(figures);
        second.target = Some(Target::Node(node.name.clone()));
        lines.push(second);
    }
    Block {
        lines,
        keep: keep(model).map(|at| 2 * at),
        per: 2,
        least: 4,
        turn: 1,
        ..Block::default()
    }
}

/// One line each, without figures.
pub(super) fn mini(model: &Model, pen: Pen, now: Timestamp) -> Block {
    let lines = rows(model, now).map(|row| {
        let mut short = Line::of(row.ink, row.sign.trim_start().to_owned());
        if row.selected {
            short = Line::of(
                Ink::Select,
                row.sign.trim_start().trim_start_matches('▸').to_owned(),
            );
        }
        short.target = Some(Target::Node(row.node.name.clone()));
        short.selected = row.selected;
        let words = match row.node.problems.first() {
            Some(problem) if row.node.state != NodeState::Paused => problem.brief(),
            _ => row.node.state.word(),
        };
        let words = format!("{} {words}", pen.drawn(&row.node.name));
        short.and(row.ink, words)
    });
    Block {
        lines: lines.collect(),
        keep: keep(model),
        least: 1,
        turn: 1,
        ..Block::default()
    }
}

/// Many machines at once: those after the first so many as tiles beside each
/// other.
pub(super) fn tiles(
    model: &Model,
    pen: Pen,
    columns: usize,
    after: usize,
    now: Timestamp,
) -> Block {
    const TILE: usize = 20;
    let beside = (columns / TILE).max(1);
    let rows: Vec<Row<'_>> = rows(model, now).skip(after).collect();
    let mut lines = Vec::new();
    let mut keep = None;
    for few in rows.chunks(beside) {
        let mut upper = Line::default();
        let mut lower = Line::default();
        for (at, row) in few.iter().enumerate() {
            let name = pen.left(&row.node.name, TILE - 4);
            upper = upper
                .and(row.ink, row.sign.clone())
                .and(name_ink(row), name)
                .and(Ink::Plain, " ");
            let figures = format!("   {} free {}", disk(model, row.node), memory(row.node));
            lower = lower.and(Ink::Plain, pen.left(&figures, TILE));
            let target = Target::Node(row.node.name.clone());
            for line in [&mut upper, &mut lower] {
                line.tiles.push((at * TILE, TILE, target.clone()));
            }
            if row.selected {
                keep = Some(lines.len());
                upper.selected = true;
            }
        }
        lines.extend([upper, lower]);
    }
    Block {
        title: Some("the others".to_owned()),
        lines,
        keep,
        per: 2,
        least: 2,
        turn: 4,
        ..Block::default()
    }
}

/// How many alerts nobody has heard of.
pub(super) fn loud(model: &Model, now: Timestamp) -> usize {
    let alerts = model.seen.state.alerts.iter();
    alerts.filter(|alert| !quiet(alert, now)).count()
}
