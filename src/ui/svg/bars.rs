//! Stacked bars with their totals above. The parts differ in what they are
//! filled with besides their colour.

use plotters::style::Color as _;

use super::backend::Ink;
use super::legend;
use super::paper::{Anchor, Drawn, Error, Paper, Scale, between, number};
use super::words::{fitted, reach};
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
    let above: Vec<i32> = sums.iter().map(|sum| height(*sum) - 18).collect();
    labels(
        paper,
        totals,
        middle,
        |at| above.get(at).copied().unwrap_or(top),
        Ink::Fg,
    )?;
    labels(paper, groups, middle, |_| floor + 24, Ink::Muted)?;
    legend::draw(paper, &names, |at, from, to| part(paper, at, from, to))?;
    Ok(true)
}

/// Texts over or under the bars, none over another.
fn labels(
    paper: &Paper<'_>,
    texts: &[String],
    middle: impl Fn(u32) -> i32,
    height: impl Fn(usize) -> i32,
    ink: Ink,
) -> Drawn {
    let mut free = i32::MIN;
    for ((at, place), text) in (0..).zip(0_usize..).zip(texts) {
        let text = fitted(text, 160);
        let (x, half) = (middle(at), reach(&text) / 2);
        if x - half >= free && !text.is_empty() {
            paper.text((x, height(place)), Anchor::Middle, ink, &text)?;
            free = x + half + 6;
        }
    }
    Ok(())
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
