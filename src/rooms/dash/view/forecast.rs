//! What is foreseen, always with when, between which times, how sure, and from
//! what. Pure.

use super::super::model::{Model, Series};
use super::block::Block;
use super::dates::time;
use super::paper::{Ink, Line, Pen};
use super::spark::{Ahead, ahead, spark};
use super::words;
use crate::model::foretold::Foretold;
use crate::model::text::width;
use crate::model::time::{Timestamp, age};
use crate::ui::wrap::wrapped;

/// What may come of one, as it is drawn; nothing where it is not expected.
pub(super) fn drawn(one: &Foretold, now: Timestamp) -> Option<Ahead> {
    let [early, late] = one.range_s?;
    let (likely, value) = (one.eta_s?, one.now?);
    if !one.will_cross || one.is_over() || one.what == "service" {
        return None;
    }
    let passed = now.since(one.made);
    #[expect(clippy::cast_precision_loss, reason = "spans of weeks")]
    let left = |seconds: i64| seconds.saturating_sub(passed).max(1) as f64;
    Some(Ahead {
        now: value,
        limit: one.threshold,
        early: left(early),
        likely: left(likely),
        late: left(late),
        horizon: left(one.horizon_s.saturating_add(passed)),
    })
}

/// The key by which a forecast's basis is kept.
pub(crate) fn key(node: &str, kind: &str, subject: &str) -> String {
    format!("{node}/{kind}/{subject}")
}

fn thing(one: &Foretold) -> String {
    match one.what.as_str() {
        "memory" => "memory".to_owned(),
        "service" => one.subject.trim_start_matches("service:").to_owned(),
        _ => format!("disk {}", one.subject),
    }
}

/// A share in whole percent.
fn sure(one: &Foretold) -> String {
    one.probability
        .map(|share| format!("{:.0}% sure", share * 100.0))
        .unwrap_or_default()
}

/// A forecast in words.
pub(super) fn sentence(model: &Model, one: &Foretold, now: Timestamp) -> String {
    let passed = now.since(one.made);
    let left = |seconds: i64| seconds.saturating_sub(passed);
    let within = words::ahead(one.horizon_s);
    let limit = one.threshold;
    let what = thing(one);
    let told = if !one.holds(now) {
        format!("{what}: foreseen {} ago, not since", age(passed))
    } else if one.is_over() {
        format!("{what} is at its limit of {limit}% already")
    } else if one.probability.is_none() {
        return format!("{what}: not enough data yet to say");
    } else if one.what == "service" {
        let verb = if one.will_cross {
            "is likely to"
        } else {
            "is not likely to"
        };
        format!(
            "{what} {verb} fail {limit} times within {within}, {}",
            sure(one)
        )
    } else if let (true, Some(eta)) = (one.will_cross, one.eta_s) {
        let range = one.range_s.map(|[early, late]| {
            format!(
                ", between {} and {}",
                words::ahead(left(early)),
                words::ahead(left(late))
            )
        });
        let when = words::ahead(left(eta));
        format!(
            "{what} reaches {limit}% in {when}{}, {}",
            range.unwrap_or_default(),
            sure(one)
        )
    } else {
        let not = one
            .probability
            .map(|share| format!(", {:.0}% sure", (1.0 - share) * 100.0));
        format!(
            "{what} does not reach {limit}% in {within}{}",
            not.unwrap_or_default()
        )
    };
    match model
        .past
        .bases
        .get(&key(&one.node, &one.what, &one.subject))
    {
        Some(basis) => format!("{told}; from {basis}"),
        None => told,
    }
}

/// Those that matter first: what comes soonest.
fn order(one: &Foretold) -> (bool, bool, i64) {
    let comes = one.will_cross && !one.is_over();
    (
        !comes,
        one.probability.is_none(),
        one.eta_s.unwrap_or(i64::MAX),
    )
}

/// The forecasts of a node.
pub(super) fn of<'a>(model: &'a Model, node: &str) -> Vec<&'a Foretold> {
    let forecasts = model.seen.state.forecasts.iter();
    let mut of: Vec<&Foretold> = forecasts.filter(|one| one.node == node).collect();
    of.sort_by_key(|one| order(one));
    of
}

/// The series that a forecast is about.
pub(super) fn series<'a>(model: &'a Model, one: &Foretold) -> Option<&'a Series> {
    if model.past.node != one.node {
        return None;
    }
    model
        .past
        .series
        .iter()
        .find(|series| match one.what.as_str() {
            "disk" => series.mount.as_deref() == Some(one.subject.as_str()),
            "memory" => series.name == "memory free",
            _ => false,
        })
}

/// The forecasts of the selected node, the soonest with its line of time.
pub(super) fn block(model: &Model, pen: Pen, columns: usize, now: Timestamp) -> Block {
    let Some(node) = model.node.as_deref() else {
        return Block::default();
    };
    let of = of(model, node);
    let mut lines = Vec::new();
    if let Some((one, what)) = of.iter().find_map(|one| Some((*one, drawn(one, now)?))) {
        lines.push(Line::plain(line_of_time(model, one, &what, columns)));
    }
    let mut least = 0;
    for one in &of {
        let text = pen.drawn(&sentence(model, one, now));
        for (at, part) in wrapped(&text, columns.saturating_sub(3).max(8))
            .iter()
            .enumerate()
        {
            let sign = match (at, one.will_cross && one.holds(now)) {
                (0, true) => " ◇ ",
                _ => "   ",
            };
            lines.push(Line::plain(format!("{sign}{part}")));
        }
        // A line of time is never without its sentence.
        least = if least == 0 { lines.len() } else { least };
    }
    if lines.is_empty() {
        return Block::default();
    }
    Block {
        title: Some("forecast".to_owned()),
        lines,
        least,
        turn: 3,
        ..Block::default()
    }
}

/// `24 h ago ▂▂▃▄▅▆▇ now  ░░▓░░ +7 d`.
fn line_of_time(model: &Model, one: &Foretold, what: &Ahead, columns: usize) -> String {
    let left = format!(" {} ago ", model.range.name());
    let right = format!(" +{}", words::ahead(one.horizon_s));
    let room = columns.saturating_sub(width(&left) + width(&right) + 6);
    let cells = (room / 2).min(24);
    let past = series(model, one).map(|series| {
        let memory = one.what == "memory";
        spark(&series.parts, cells, memory, &model.past.boots)
    });
    let past = past.unwrap_or_else(|| " ".repeat(cells));
    format!("{left}{past} now {}{right}", ahead(what, cells))
}

/// What comes soonest of all nodes, and how right forecasts were so far.
pub(super) fn soon(model: &Model, pen: Pen, columns: usize, now: Timestamp) -> Block {
    let forecasts = model.seen.state.forecasts.iter();
    let coming = forecasts.filter(|one| one.will_cross && one.holds(now) && !one.is_over());
    let mut coming: Vec<&Foretold> = coming.collect();
    coming.sort_by_key(|one| order(one));
    let mut lines = Vec::new();
    let mut least = 0;
    for one in coming {
        let text = format!("{} {}", one.node, sentence(model, one, now));
        let text = pen.drawn(&text);
        for (at, part) in wrapped(&text, columns.saturating_sub(3).max(8))
            .iter()
            .enumerate()
        {
            let sign = if at == 0 { " ◇ " } else { "   " };
            lines.push(Line::plain(format!("{sign}{part}")));
        }
        least = if least == 0 { lines.len() } else { least };
    }
    let (all, right) = model.past.judged;
    if all > 0 && !lines.is_empty() {
        let text = format!("   {right} of {all} forecasts of the last 30 days were right");
        lines.push(Line::of(Ink::Muted, text));
    }
    Block {
        title: Some("soon".to_owned()),
        lines,
        least,
        turn: 3,
        ..Block::default()
    }
}

/// When the newest forecast was made.
pub(super) fn made(model: &Model, now: Timestamp) -> Option<String> {
    let newest = model
        .seen
        .state
        .forecasts
        .iter()
        .map(|one| one.made)
        .max()?;
    Some(time(model, newest, now))
}
