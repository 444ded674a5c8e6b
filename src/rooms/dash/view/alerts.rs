//! What needs somebody, and what was repaired meanwhile. Pure.

use super::super::lists::{alerts, entries, incident, quiet};
use super::super::model::{Model, View};
use super::super::update::Target;
use super::block::Block;
use super::dates::time;
use super::paper::{Ink, Line, Pen};
use super::words::ago;
use crate::model::alert::{Alert, Severity};
use crate::model::foretold::FORECAST;
use crate::model::time::{Timestamp, age};
use crate::ui::style::Role;
use crate::ui::wrap::wrapped;

/// Seconds of a day.
const DAY: i64 = 86_400;

fn sign(model: &Model, alert: &Alert, now: Timestamp) -> (Ink, char) {
    let ink = match alert.severity {
        _ if model.seen.stale(now) => Ink::Stale,
        _ if quiet(alert, now) => Ink::Plain,
        Severity::Critical => Ink::Critical,
        Severity::Warning => Ink::Warning,
        Severity::Info => Ink::Plain,
    };
    let sign = match alert.severity {
        _ if model.seen.stale(now) => '◌',
        _ if alert.id.contains(FORECAST) => '◇',
        Severity::Critical => '✖',
        Severity::Warning => '▲',
        Severity::Info => '●',
    };
    (ink, sign)
}

/// Who was told, and what was said to it.
fn standing(model: &Model, alert: &Alert, now: Timestamp) -> String {
    if alert.acked {
        return "acknowledged".to_owned();
    }
    if let Some(until) = alert.snoozed_until.filter(|until| now < *until) {
        return format!("quiet for {}", age(until.since(now)));
    }
    let matter = model.seen.state.desk.matter(&alert.id);
    let told = matter.iter().flat_map(|matter| &matter.told);
    let told: Vec<&str> = told
        .filter(|told| told.sent)
        .map(|told| told.name.as_str())
        .collect();
    if told.is_empty() {
        "open".to_owned()
    } else {
        format!("told {}", told.join(", "))
    }
}

/// What it says, with its node.
fn words(alert: &Alert) -> String {
    let node = alert.id.split_once('/').map_or("", |(node, _)| node);
    if alert.text.starts_with(node) {
        alert.text.clone()
    } else {
        format!("{node} {}", alert.text)
    }
}

fn line(model: &Model, alert: &Alert, columns: usize, pen: Pen, now: Timestamp) -> Line {
    let (ink, sign) = sign(model, alert, now);
    let selected = model.view == View::Alerts && model.alert == Some(alert.number);
    let mark = if selected { '▸' } else { ' ' };
    let since = format!(
        "{} {}",
        ago(now.since(alert.since)),
        standing(model, alert, now)
    );
    let number = format!("{:>3} ", alert.number);
    let mut line = Line::of(ink, format!("{mark}{sign} "));
    line.target = Some(Target::Alert(alert.number));
    line.selected = selected;
    let line = line.and(if selected { Ink::Select } else { Ink::Plain }, number);
    if columns < 72 {
        let room = columns.saturating_sub(8 + if alert.acked { 9 } else { 6 });
        let words = words(alert);
        let mark = if alert.acked { " ack" } else { "" };
        return line.and(Ink::Plain, pen.left(&words, room)).and(
            Ink::Muted,
            format!(" {}{mark}", ago(now.since(alert.since))),
        );
    }
    let room = columns.saturating_sub(8 + 2 + 28);
    let words = words(alert);
    line.and(Ink::Plain, pen.left(&words, room))
        .and(Ink::Muted, format!("  {}", pen.left(&since, 28)))
}

/// The open alerts.
pub(super) fn block(model: &Model, pen: Pen, columns: usize, now: Timestamp) -> Block {
    let all = alerts(&model.seen.state, now);
    let keep = all
        .iter()
        .position(|alert| Some(alert.number) == model.alert);
    let lines = all
        .iter()
        .map(|alert| line(model, alert, columns, pen, now));
    Block {
        title: Some("needs you".to_owned()),
        lines: lines.collect(),
        keep: keep.filter(|_| model.view == View::Alerts),
        least: 1,
        turn: 0,
        ..Block::default()
    }
}

/// The same for a view of its own, where nothing is worth saying, too.
pub(super) fn whole(model: &Model, pen: Pen, columns: usize, now: Timestamp) -> Vec<Block> {
    let mut open = block(model, pen, columns, now);
    if open.lines.is_empty() {
        let nothing = if model.seen.stale(now) {
            " no alert was open when somebody last looked"
        } else {
            " nothing needs you"
        };
        open.lines.push(Line::plain(nothing));
    } else if let Some(alert) = model.selected_alert() {
        // What the line had no room for.
        let text = pen.drawn(&alert.text);
        let text = wrapped(&text, columns.saturating_sub(2).max(8));
        let about = Block {
            title: Some(alert.id.clone()),
            lines: text
                .iter()
                .map(|line| Line::plain(format!(" {line}")))
                .collect(),
            least: 1,
            turn: 1,
            ..Block::default()
        };
        return vec![open, about, repairs(model, usize::MAX, now)];
    }
    vec![open, repairs(model, usize::MAX, now)]
}

/// What broke and came back.
pub(super) fn repairs(model: &Model, most: usize, now: Timestamp) -> Block {
    let incidents = model.seen.state.incidents.iter().rev().take(most);
    let lines = incidents.map(|one| {
        let (ink, sign) = if one.open() {
            (Ink::Warning, '▲')
        } else {
            (Ink::Ok, '✓')
        };
        let ink = if model.seen.stale(now) {
            Ink::Stale
        } else {
            ink
        };
        let at = time(model, one.recovered.unwrap_or(one.detected), now);
        let by = if one.by.is_empty() {
            String::new()
        } else {
            format!(", by {}", one.by)
        };
        Line::of(ink, format!(" {sign} ")).and(
            Ink::Plain,
            format!("{at} {} {}{by}", one.node, incident(one)),
        )
    });
    Block {
        title: Some("repairs".to_owned()),
        lines: lines.collect(),
        least: 1,
        turn: 4,
        ..Block::default()
    }
}

/// What happened within a day that was no trouble, or is none any more.
pub(super) fn done(model: &Model, now: Timestamp) -> Block {
    let all = entries(&model.seen.state);
    let lately = all
        .iter()
        .filter(|one| one.role == Role::Ok && (0..DAY).contains(&now.since(one.at)));
    let lines = lately.map(|one| {
        let at = time(model, one.at, now);
        Line::of(Ink::Plain, " ✓ ").and(Ink::Plain, format!("{at} {} {}", one.node, one.text))
    });
    Block {
        title: Some("done today".to_owned()),
        extra: true,
        lines: lines.collect(),
        least: 1,
        turn: 4,
        ..Block::default()
    }
}
