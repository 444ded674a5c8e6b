//! What was and what is foreseen of one machine, as charts. Pure.

use super::super::model::{Model, Series, Unit};
use super::block::Block;
use super::forecast;
use super::paper::{Ink, Line, Pen};
use super::spark::{Ahead, Chart, chart, row_of};
use crate::model::time::Timestamp;

/// Columns of the scale's numbers.
const SCALE: usize = 5;

/// The top of the scale: 100 for percents, else what fits the largest.
fn most(series: &Series) -> f64 {
    let largest = series.parts.iter().flatten().copied().fold(0.0, f64::max);
    match series.unit {
        Unit::Percent => 100.0,
        Unit::Milliseconds | Unit::Plain => {
            let mut top = 1.0;
            while top < largest && top < 1e12 {
                top *= if top < largest / 5.0 { 10.0 } else { 2.0 };
            }
            top
        }
    }
}

fn ahead(model: &Model, series: &Series, now: Timestamp) -> Option<Ahead> {
    let mount = series.mount.as_deref()?;
    let of = forecast::of(model, &model.past.node);
    let one = of
        .into_iter()
        .find(|one| one.what == "disk" && one.subject == mount && one.holds(now))?;
    forecast::drawn(one, now)
}

/// The last value in words.
fn last(series: &Series) -> String {
    match series.parts.iter().rev().flatten().next() {
        None => "nothing known".to_owned(),
        Some(value) => match series.unit {
            Unit::Percent => format!("{value:.1}%"),
            Unit::Milliseconds => format!("{value:.0} ms"),
            Unit::Plain => format!("{value:.2}"),
        },
    }
}

/// A chart with its scale, its limit, and the time beneath it.
fn lines(
    model: &Model,
    series: &Series,
    columns: usize,
    height: usize,
    now: Timestamp,
) -> Vec<Line> {
    let cells = columns.saturating_sub(SCALE + 2).min(160);
    let coming = ahead(model, series, now);
    let future = if coming.is_some() { cells / 3 } else { 0 };
    let top = most(series);
    let drawn = Chart {
        parts: &series.parts,
        most: top,
        limit: series.limit,
        least: series.name.ends_with("free"),
        ahead: coming,
    };
    let rows = chart(&drawn, cells, future, height);
    let limit_row = series.limit.map(|limit| row_of(limit, top, height));
    let mut lines: Vec<Line> = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let scale = match at {
            0 => format!("{top:>5.0}"),
            _ if at + 1 == height => format!("{:>5}", 0),
            _ if Some(height - at) == limit_row => {
                format!("{:>5}", series.limit.unwrap_or_default())
            }
            _ => " ".repeat(SCALE),
        };
        lines.push(Line::of(Ink::Muted, format!("{scale}│")).and(Ink::Plain, row));
    }
    let past = cells - future;
    let left = format!("-{}", model.past.range.name());
    let mut axis = format!("{}└{left}", " ".repeat(SCALE));
    let space = past.saturating_sub(left.len() + 3);
    axis.push_str(&" ".repeat(space));
    axis.push_str("now");
    if coming.is_some() {
        let right = "+7 d";
        axis.push_str(&" ".repeat(future.saturating_sub(right.len())));
        axis.push_str(right);
    }
    lines.push(Line::of(Ink::Muted, axis));
    lines
}

/// The charts of the selected node, as many as there is height for.
pub(super) fn charts(model: &Model, columns: usize, rows: usize, now: Timestamp) -> Vec<Block> {
    let title = |text: String| Block {
        title: Some(text),
        least: 1,
        turn: 2,
        ..Block::default()
    };
    if let Some(problem) = &model.past.problem {
        let mut block = title("trends".to_owned());
        block.lines.push(Line::plain(format!(" {problem}")));
        return vec![block];
    }
    let known = model
        .past
        .series
        .iter()
        .filter(|one| one.parts.iter().any(Option::is_some));
    let known: Vec<&Series> = known.collect();
    if known.is_empty() {
        let node = model.node.as_deref().unwrap_or_default();
        let mut block = title(format!("trends of {node}"));
        let text = format!(" nothing is known of the last {}", model.past.range.name());
        block.lines.push(Line::plain(text));
        return vec![block];
    }
    // Each needs a rule, an axis and three rows at least.
    let fit = (rows / 6).clamp(1, known.len());
    let height = (rows / fit).saturating_sub(2).clamp(2, 10);
    known
        .into_iter()
        .map(|series| {
            let limit = series.limit.map(|limit| format!(", limit {limit}"));
            let mut block = title(format!(
                "{} {}, {}{}, {}",
                model.past.node,
                series.name,
                last(series),
                limit.unwrap_or_default(),
                model.past.range.name()
            ));
            block.lines = lines(model, series, columns, height, now);
            block.least = height + 1;
            block
        })
        .collect()
}

/// The whole view.
pub(super) fn whole(
    model: &Model,
    pen: Pen,
    columns: usize,
    rows: usize,
    now: Timestamp,
) -> Vec<Block> {
    let mut forecast = forecast::block(model, pen, columns, now);
    if forecast.lines.is_empty() {
        forecast.title = Some("forecast".to_owned());
        let text = match forecast::made(model, now) {
            Some(made) => format!(" nothing is foreseen of it; last looked ahead at {made}"),
            None => " nothing is foreseen yet; the watcher looks ahead every hour".to_owned(),
        };
        forecast.lines.push(Line::plain(text));
        forecast.least = 1;
    }
    forecast.turn = 0;
    let taken = 1 + forecast.lines.len();
    let mut blocks = vec![forecast];
    blocks.extend(charts(model, columns, rows.saturating_sub(taken), now));
    blocks
}
