//! A column a day, of what a node was how long; the forms are those of a strip.

use plotters::style::Color as _;

use super::backend::Ink;
use super::paper::{Error, Paper, WIDTH, between, rounded};
use super::words::fitted;
use crate::model::report::view::Day;

pub(super) const HEIGHT: i32 = 150;
/// Where the columns stand.
const FLOOR: i32 = 112;
/// The height of a whole day.
const WHOLE: f64 = 104.0;
/// No part is lower, so that a moment is seen.
const LOWEST: i32 = 4;

pub(super) fn draw(paper: &Paper<'_>, days: &[Day]) -> Result<bool, Error> {
    let days = days.get(..120).unwrap_or(days);
    let count = u32::try_from(days.len()).unwrap_or(0);
    if days.iter().all(|day| parts(day).iter().sum::<f64>() <= 0.0) {
        return Ok(false);
    }
    let edge = |at: u32| between(0, WIDTH, f64::from(at) / f64::from(count.max(1)));
    let gap = (edge(1) / 8).clamp(1, 8);
    // A look after the other, so that each is one element.
    for look in 0..4 {
        for (at, day) in (0..count).zip(days) {
            column(paper, (edge(at) + gap, edge(at + 1) - gap), day, look)?;
        }
    }
    let middle = |at: u32| i32::midpoint(edge(at), edge(at + 1));
    let labels: Vec<(i32, String)> = (0..count)
        .zip(days)
        .map(|(at, day)| (middle(at), fitted(&day.label, 210)))
        .collect();
    paper.labels(&labels, HEIGHT - 16, Ink::Muted)?;
    Ok(true)
}

/// From the floor up: up, paused, unknown, down; together at most 1.
fn parts(day: &Day) -> [f64; 4] {
    let parts = [day.up, day.paused, day.unknown, day.down].map(|part| {
        if part.is_finite() {
            part.clamp(0.0, 1.0)
        } else {
            0.0
        }
    });
    let sum: f64 = parts.iter().sum();
    parts.map(|part| part / sum.max(1.0))
}

fn column(
    paper: &Paper<'_>,
    (left, right): (i32, i32),
    day: &Day,
    look: usize,
) -> Result<(), Error> {
    let mut low = FLOOR;
    for (at, part) in parts(day)
        .into_iter()
        .enumerate()
        .filter(|(_, part)| *part > 0.0)
    {
        let high = low - rounded(part * WHOLE).max(LOWEST);
        if at == look {
            let (over, third) = (2.min(left), (right - left) / 3);
            match at {
                0 => paper.fill((left, high), (right, low), Ink::Ok.solid().to_rgba())?,
                1 => paper.outline((left, high), (right, low), Ink::Unknown)?,
                2 => {
                    let ink = Ink::Unknown.solid().to_rgba();
                    paper.fill((left + third, high), (right - third, low), ink)?;
                }
                _ => {
                    let ink = Ink::Bad.solid().to_rgba();
                    paper.fill((left - over, high), (right + over, low), ink)?;
                }
            }
        }
        low = high;
    }
    Ok(())
}
