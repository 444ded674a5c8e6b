//! Stacked bars with their totals above. The parts differ in what they are
//! filled with besides their colour.

use plotters::style::Color as _;

use super::backend::Ink;
use super::legend;
use super::paper::{Anchor, Drawn, Error, Paper, Scale, between, number};
use super::words::{fitted, reach, stride};
use crate::model::report::view::Stack;

pub(super) const HEIGHT: i32 = 310;
/// The room of totals, and that of the names beneath.
const ABOVE: i32 = 34;
const BELOW: i32 = 40;

fn shown(series: &[Stack]) -> &[Stack] {
    series.get(..4).unwrap_or(series)
}

pub(super) fn names(series: &[Stack]) -> Vec<String> {
    shown(series).iter().map(|one| one.name.clone()).collect()
}

/// A part of a bar; less than nothing is nothing.
fn value(one: &Stack, at: usize) -> f64 {
    let value = one.values.get(at).copied().and_then(number);
    value.unwrap_or(0.0).max(0.0)
}

pub(super) fn draw(
    paper: &Paper<'_>,
    groups: &[String],
    series: &[Stack],
    totals: &[String],
) -> Result<bool, Error> {
    let groups = groups.get(..62).unwrap_or(groups);
    let series = shown(series);
    let finite = |one: &Stack| one.values.iter().any(|value| value.is_finite());
    if groups.is_empty() || !series.iter().any(finite) {
        return Ok(false);
    }
    let sums: Vec<f64> = (0..groups.len())
        .map(|at| series.iter().map(|one| value(one, at)).sum())
        .collect();
    let scale = Scale::of(sums.iter().copied());
    let names = names(series);
    let top = ABOVE + legend::height(&names);
    let plot = paper.plot(&scale, top, BELOW)?;
    let (left, floor) = plot.backend_coord(&(0.0, 0.0));
    let (right, _) = plot.backend_coord(&(1.0, 0.0));
    let height = |value: f64| plot.backend_coord(&(0.0, value)).1;
    let count = u32::try_from(groups.len()).unwrap_or(1).max(1);
    let edge = |at: u32| between(left, right, f64::from(at) / f64::from(count));
    let gap = ((edge(1) - left) / 5).clamp(1, 40);
    // A series after the other, so that each is few elements.
    for (look, _) in series.iter().enumerate() {
        for (at, bar) in (0..count).zip(0..) {
            let below = series.iter().take(look).map(|one| value(one, bar));
            let below: f64 = below.sum();
            let above = below + series.get(look).map_or(0.0, |one| value(one, bar));
            let (low, high) = (height(below), height(above));
            if above > below {
                let high = if below > 0.0 { high.min(low - 2) } else { high };
                part(
                    paper,
                    look,
                    (edge(at) + gap, high),
                    (edge(at + 1) - gap, low),
                )?;
            }
        }
    }
    let middle = |at: u32| i32::midpoint(edge(at), edge(at + 1));
    let placed = |texts: &[String]| -> Vec<(i32, String)> {
        let texts = (0..count).zip(texts);
        texts
            .map(|(at, text)| (middle(at), fitted(text, 160)))
            .collect()
    };
    let totals = placed(totals);
    let ends: Vec<(i32, i32)> = totals
        .iter()
        .map(|(x, text)| (x - reach(text) / 2, reach(text)))
        .collect();
    let over = totals.iter().zip(&sums).step_by(stride(&ends));
    for ((x, text), sum) in over.filter(|((_, text), _)| !text.is_empty()) {
        paper.text((*x, height(*sum) - 18), Anchor::Middle, Ink::Fg, text)?;
    }
    paper.labels(&placed(groups), floor + 24, Ink::Muted)?;
    legend::draw(paper, &names, |at, from, to| part(paper, at, from, to))?;
    Ok(true)
}

/// A box in the look of a series: full, lined, outlined, pale.
fn part(paper: &Paper<'_>, look: usize, from: (i32, i32), to: (i32, i32)) -> Drawn {
    let ink = Ink::Series(look);
    match look % 4 {
        0 => paper.fill(from, to, ink.solid().to_rgba()),
        1 => {
            paper.outline(from, to, ink)?;
            let mut y = to.1 - 5;
            while y > from.1 + 3 {
                paper.line(vec![(from.0 + 1, y), (to.0 - 1, y)], ink.solid(), 2)?;
                y -= 6;
            }
            Ok(())
        }
        2 => paper.outline(from, to, ink),
        _ => paper.fill(from, to, ink.solid().mix(0.5)),
    }
}
