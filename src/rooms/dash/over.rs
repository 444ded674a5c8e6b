//! What lies over a view: help, reasons, questions; and what keys do there.
//! Pure.

use std::time::Duration;

use super::keys::TABLE;
use super::lists;
use super::model::{Model, Over, View};
use super::update::{Deed, Effect, Quiet, begin, say, scrolled as moved};
use crate::model::alert::Alert;
use crate::model::node::Node;
use crate::model::reading::Reading;
use crate::model::text::clean;
use crate::model::time::{Timestamp, age, span};
use crate::sys::screen::Key;

/// The longest that is typed, in characters.
const TYPED: usize = 60;
const HOUR: Duration = Duration::from_secs(3_600);

/// Scrolls what lies over the view; `false` when nothing does.
pub(super) fn scrolled(over: &mut Over, by: isize) -> bool {
    match over {
        Over::Nothing => return false,
        Over::Help(at) => *at = moved(*at, by, TABLE.len()),
        Over::Why(lines, at) => *at = moved(*at, by, lines.len()),
        Over::Plan { lines, at, .. } => {
            *at = moved(*at, by, lines.as_ref().map_or(0, Vec::len));
        }
        Over::Finding | Over::Snooze { .. } => {}
    }
    true
}

/// What a key does there.
pub(super) fn pressed(model: &mut Model, key: Key, now: Timestamp) -> Vec<Effect> {
    let by = match key {
        Key::Down | Key::Char('j') => Some(1),
        Key::Up | Key::Char('k') => Some(-1),
        Key::PageDown | Key::Char(' ') => Some(10),
        Key::PageUp => Some(-10),
        _ => None,
    };
    match &mut model.over {
        Over::Nothing => Vec::new(),
        Over::Finding => finding(model, key, now),
        Over::Snooze { number, typed, .. } => {
            let number = *number;
            match snooze(typed, key) {
                Answer::Stay => Vec::new(),
                Answer::Leave => close(model),
                Answer::Wrong(why) => {
                    say(model, why, true, now);
                    Vec::new()
                }
                Answer::Quiet(quiet) => {
                    close(model);
                    begin(model, Deed::Snooze(number, quiet))
                }
            }
        }
        Over::Plan {
            node, lines, works, ..
        } => {
            let (node, ready) = (node.clone(), lines.is_some() && *works);
            match (key, by) {
                (Key::Char('y'), _) if ready => {
                    close(model);
                    begin(model, Deed::Recover(node))
                }
                (_, Some(by)) => {
                    scrolled(&mut model.over, by);
                    Vec::new()
                }
                // Whoever presses it out of habit has agreed to nothing.
                (Key::Enter, _) => Vec::new(),
                _ => close(model),
            }
        }
        Over::Help(_) | Over::Why(..) => match by {
            Some(by) => {
                scrolled(&mut model.over, by);
                Vec::new()
            }
            None => close(model),
        },
    }
}

fn close(model: &mut Model) -> Vec<Effect> {
    model.over = Over::Nothing;
    Vec::new()
}

fn finding(model: &mut Model, key: Key, now: Timestamp) -> Vec<Effect> {
    match key {
        Key::Char(c) if model.find.chars().count() < TYPED => model.find.push(c),
        Key::Backspace => {
            model.find.pop();
        }
        Key::Esc => {
            model.find.clear();
            model.over = Over::Nothing;
        }
        Key::Enter => {
            model.over = Over::Nothing;
            if !model.find.is_empty() {
                find(model, false, now);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Goes to what is looked for, or says that it is nowhere.
pub(super) fn find(model: &mut Model, back: bool, now: Timestamp) {
    if !lists::find(model, back, now) {
        let text = format!("`{}` stands nowhere here", model.find);
        say(model, text, false, now);
    }
}

enum Answer {
    Stay,
    Leave,
    Wrong(String),
    Quiet(Quiet),
}

/// The choices of how long, as keys and in words.
pub(super) const CHOICES: [(char, &str); 4] = [
    ('1', "1 h"),
    ('2', "4 h"),
    ('3', "until 08:00"),
    ('4', "other"),
];

fn snooze(typed: &mut Option<String>, key: Key) -> Answer {
    let Some(text) = typed else {
        return match key {
            Key::Char('1') => Answer::Quiet(Quiet::For(HOUR)),
            Key::Char('2') => Answer::Quiet(Quiet::For(4 * HOUR)),
            Key::Char('3') => Answer::Quiet(Quiet::Morning),
            Key::Char('4') => {
                *typed = Some(String::new());
                Answer::Stay
            }
            Key::Enter => Answer::Stay,
            _ => Answer::Leave,
        };
    };
    match key {
        Key::Char(c) if text.chars().count() < TYPED => text.push(c),
        Key::Backspace => {
            text.pop();
        }
        Key::Esc => return Answer::Leave,
        Key::Enter => {
            return match span(text) {
                Ok(span) => Answer::Quiet(Quiet::For(span)),
                Err(why) => Answer::Wrong(format!("{why}; such as `2h` or `1h 30m`")),
            };
        }
        _ => {}
    }
    Answer::Stay
}

/// The selected line, for the clipboard.
pub(super) fn line(model: &Model, now: Timestamp) -> String {
    let line = match model.view {
        View::Alerts => model
            .selected_alert()
            .map(|alert| format!("{} {} {}", alert.number, alert.id, alert.text)),
        View::Log => lists::entries(&model.seen.state)
            .get(model.log)
            .map(|one| format!("{} {} {}", one.at.rfc3339(), one.node, one.text)),
        _ => model.selected().map(|node| {
            let problems: Vec<&str> = node.problems.iter().map(|one| one.text.as_str()).collect();
            let since = age(now.since(node.since));
            format!(
                "{} {} for {since} {}",
                node.name,
                node.state.word(),
                problems.join(", ")
            )
        }),
    };
    clean(line.unwrap_or_default().trim_end())
}

/// Why the selected alert or node is as it is.
pub(super) fn why(model: &Model, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(alert) = model.selected_alert() {
        lines.extend(of_alert(model, alert, now));
    }
    let node = match (model.view, model.selected_alert()) {
        (View::Alerts, Some(alert)) => {
            let name = alert.id.split_once('/').map_or("", |(node, _)| node);
            model.seen.state.node(name)
        }
        _ => model.selected(),
    };
    if let Some(node) = node {
        lines.extend(of_node(model, node, now));
    }
    if lines.is_empty() {
        lines.push("nothing is selected".to_owned());
    }
    lines.iter().map(|line| clean(line)).collect()
}

fn of_alert(model: &Model, alert: &Alert, now: Timestamp) -> Vec<String> {
    let mut lines = vec![
        format!("{} {}", alert.number, alert.id),
        format!("  {}", alert.text),
        format!("  stands for {}", age(now.since(alert.since))),
    ];
    if alert.acked {
        lines.push("  acknowledged: quiet until it clears".to_owned());
    }
    if let Some(until) = alert.snoozed_until.filter(|until| now < *until) {
        lines.push(format!("  quiet for another {}", age(until.since(now))));
    }
    let matter = model.seen.state.desk.matter(&alert.id);
    for told in matter.iter().flat_map(|matter| &matter.told) {
        let ago = age(now.since(told.at));
        lines.push(if told.sent {
            format!("  told to {} {ago} ago", told.name)
        } else {
            format!("  waits to be told to {}", told.name)
        });
    }
    lines
}

fn of_node(model: &Model, node: &Node, now: Timestamp) -> Vec<String> {
    let limits = model.fixed.limits(&node.name);
    let mut lines = vec![format!(
        "{} {} for {}",
        node.name,
        node.state.word(),
        age(now.since(node.since))
    )];
    lines.extend(
        node.problems
            .iter()
            .map(|one| format!("  problem: {}", one.text)),
    );
    for (check, memory) in &node.checks {
        let seen: String = memory
            .recent
            .iter()
            .map(|bad| if *bad { 'x' } else { '.' })
            .collect();
        lines.push(format!(
            "  samples of {check}: {seen} (x is bad, newest last)"
        ));
    }
    lines.push(format!(
        "  limits: disk {} %, memory free {} %, inodes {} %, battery {} %",
        limits.disk_used_max,
        limits.memory_available_min,
        limits.inodes_used_max,
        limits.battery_min
    ));
    if let Some(silence) = &node.silence {
        lines.push(format!(
            "  no answer for {}, {} tries: {}",
            age(now.since(silence.since.at)),
            silence.failures,
            silence.why
        ));
    }
    lines.extend(
        node.hidden
            .iter()
            .map(|why| format!("  not looked at: {why}")),
    );
    let readings = &node.readings;
    let unread = [
        ("disk", unread(&readings.disk_used_percent)),
        ("disks", unread(&readings.disks)),
        ("memory", unread(&readings.memory_available_percent)),
        ("load", unread(&readings.load_1m)),
        ("cpu", unread(&readings.cpu_percent)),
        ("uptime", unread(&readings.uptime_s)),
        ("sshd", unread(&readings.sshd)),
        ("network", unread(&readings.network)),
        ("tmux", unread(&readings.tmux_sessions)),
        ("services", unread(&readings.services)),
        ("battery", unread(&readings.battery_percent)),
    ];
    lines.extend(
        unread
            .into_iter()
            .filter_map(|(name, why)| Some(format!("  {name}: {}", why?))),
    );
    lines
}

fn unread<T>(reading: &Reading<T>) -> Option<String> {
    match reading {
        Reading::Value(_) => None,
        Reading::Unavailable(why) => Some(format!("cannot be known: {why}")),
        Reading::Failed(why) => Some(format!("should have worked: {why}")),
    }
}
