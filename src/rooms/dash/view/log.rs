//! What happened, the newest first; and the watcher itself. Pure.

use super::super::lists::{entries, took_words};
use super::super::model::{Model, View};
use super::block::Block;
use super::dates::time;
use super::paper::{Ink, Line, Pen};
use super::words::ago;
use crate::model::size::bytes;
use crate::model::text::count;
use crate::model::time::Timestamp;
use crate::sys::footprint::Footprint;
use crate::ui::style::Role;

/// What happened.
pub(super) fn block(model: &Model, pen: Pen, now: Timestamp) -> Block {
    let own = model.view == View::Log;
    let stale = model.seen.stale(now);
    let wanted = model.find.to_lowercase();
    let lines = entries(&model.seen.state)
        .into_iter()
        .enumerate()
        .map(|(at, one)| {
            let role = if stale { Ink::Stale } else { one.role.into() };
            let selected = own && at == model.log;
            let mark = if selected { '▸' } else { ' ' };
            let when = time(model, one.at, now);
            let sign = match one.role {
                Role::Ok => '✓',
                other => other.symbol(),
            };
            let mut line = Line::of(role, format!("{mark}{sign} "));
            line.selected = selected;
            let text = format!("{when} {} {}", one.node, one.text);
            let found = !wanted.is_empty() && text.to_lowercase().contains(&wanted);
            line.and(
                if found { Ink::Accent } else { Ink::Plain },
                pen.drawn(&text),
            )
        });
    let title = match (own, model.follow) {
        (true, true) => "log, follows",
        (true, false) => "log, stands still: `f` follows",
        _ => "log",
    };
    Block {
        title: Some(title.to_owned()),
        lines: lines.collect(),
        keep: own.then_some(model.log),
        least: 1,
        turn: 5,
        grows: true,
        ..Block::default()
    }
}

/// The log where nothing is worth saying, too.
pub(super) fn whole(model: &Model, pen: Pen, now: Timestamp) -> Vec<Block> {
    let mut block = block(model, pen, now);
    if block.lines.is_empty() {
        block.lines.push(Line::plain(" nothing has happened yet"));
    }
    vec![block]
}

fn cost(name: &str, cost: Option<&Footprint>) -> Line {
    let Some(cost) = cost else {
        return Line::plain(format!(" {name} n/a"));
    };
    let peak = cost
        .peak_bytes
        .map(|peak| format!(", at most {}", bytes(peak)));
    let used = cost
        .cpu_ms
        .map(|used| format!("   CPU {}", took_words(used)));
    let woken = cost
        .switches
        .and_then(|switches| usize::try_from(switches).ok());
    let woken = woken.map(|switches| format!("   woken {}", count(switches, "time")));
    Line::plain(format!(
        " {name} {}{}{}{}",
        bytes(cost.resident_bytes),
        peak.unwrap_or_default(),
        used.unwrap_or_default(),
        woken.unwrap_or_default()
    ))
}

/// The watcher, its channels and its files.
pub(super) fn watcher(model: &Model, now: Timestamp) -> Vec<Block> {
    let seen = &model.seen;
    let state = &seen.state;
    let mut own = vec![match (seen.running, seen.pid) {
        (true, pid) => {
            let pid = pid.map(|pid| format!(", pid {pid}")).unwrap_or_default();
            let beat = seen
                .beat
                .map(|beat| format!(", beat {}", ago(now.since(beat))));
            let ink = if seen.stale(now) { Ink::Stale } else { Ink::Ok };
            Line::of(ink, format!(" ● running{pid}{}", beat.unwrap_or_default()))
        }
        (false, _) => {
            let last = seen
                .beat
                .map(|beat| format!(", last seen {}", time(model, beat, now)));
            let text = format!(
                " ◌ not running{}; start it: mamori watch",
                last.unwrap_or_default()
            );
            Line::of(Ink::Stale, text)
        }
    }];
    if seen.running {
        own.push(cost("memory", seen.cost.as_ref()));
    }
    own.push(cost("this dashboard:", seen.own.as_ref()));
    let written = seen
        .written
        .map(|at| format!("written {}", ago(now.since(at))));
    own.push(Line::plain(format!(
        " state.json revision {}, {}",
        state.revision,
        written.unwrap_or_else(|| "not written yet".to_owned())
    )));
    own.push(Line::plain(
        match (seen.history_bytes, &model.past.problem) {
            (_, Some(problem)) => format!(" {problem}"),
            (Some(size), None) => format!(" history.db {}", bytes(size)),
            (None, None) => " no history".to_owned(),
        },
    ));
    if let Some(notice) = &seen.notice {
        own.push(Line::of(Ink::Warning, format!(" {notice}")));
    }
    let channels = state.desk.lines.iter().map(|line| {
        let (ink, what) = match &line.error {
            Some(error) => (Ink::Warning, format!("▲ {}: {error}", line.name)),
            None => (Ink::Plain, format!("● {}", line.name)),
        };
        let sent = line
            .sent_at
            .map(|at| format!("   sent {}", time(model, at, now)));
        let waiting = line.waiting();
        let waiting = if waiting > 0 {
            format!("   {waiting} waiting")
        } else {
            String::new()
        };
        Line::of(ink, format!(" {what}{}{waiting}", sent.unwrap_or_default()))
    });
    let servers = state.tmux_servers.iter();
    let servers = servers.map(|one| {
        Line::plain(format!(
            " {} pid {} tmux {}",
            one.socket, one.pid, one.version
        ))
    });
    let jobs = state.healing.ran.iter();
    let jobs =
        jobs.map(|(part, at)| Line::plain(format!(" heal {part}   {}", time(model, *at, now))));
    let part = |title: String, lines: Vec<Line>, turn| Block {
        title: Some(title),
        lines,
        least: 1,
        turn,
        ..Block::default()
    };
    let channels: Vec<Line> = channels.collect();
    let servers: Vec<Line> = servers.collect();
    vec![
        part("watcher".to_owned(), own, 0),
        part(count(channels.len(), "channel"), channels, 1),
        part(count(servers.len(), "tmux server"), servers, 2),
        part("last runs".to_owned(), jobs.collect(), 3),
    ]
}
