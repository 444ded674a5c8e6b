//! What happened when, a row for each node, under letters that a list explains.

use plotters::style::Color as _;

use super::backend::Ink;
use super::paper::{Anchor, Error, Paper, WIDTH, between};
use super::words::{fitted, reach};
use crate::model::report::view::{Mark, Tick};

/// A row: two lines of letters, then the marks on their line.
const ROW: i32 = 84;
const LINE: i32 = 66;
const AXIS: i32 = 36;

fn shown(rows: &[String]) -> &[String] {
    rows.get(..20).unwrap_or(rows)
}

pub(super) fn height(rows: &[String]) -> i32 {
    i32::try_from(shown(rows).len().max(1)).unwrap_or(1) * ROW + AXIS
}

pub(super) fn draw(
    paper: &Paper<'_>,
    rows: &[String],
    marks: &[Mark],
    ticks: &[Tick],
) -> Result<bool, Error> {
    let rows = shown(rows);
    if rows.is_empty() {
        return Ok(false);
    }
    let names: Vec<String> = rows.iter().map(|row| fitted(row, 190)).collect();
    let left = names.iter().map(|name| reach(name)).max().unwrap_or(0) + 16;
    let top = |row: usize| i32::try_from(row).unwrap_or(0) * ROW;
    for row in 0..rows.len() {
        let y = top(row) + LINE;
        paper.line(vec![(left, y), (WIDTH, y)], Ink::Grid.solid(), 2)?;
    }
    let mut marks: Vec<&Mark> = marks
        .iter()
        .filter(|mark| mark.row < rows.len() && mark.from.is_finite() && mark.to.is_finite())
        .take(200)
        .collect();
    marks.sort_by(|a, b| a.row.cmp(&b.row).then(a.from.total_cmp(&b.from)));
    for mark in &marks {
        let y = top(mark.row) + LINE;
        let from = between(left, WIDTH, mark.from).min(WIDTH - 8);
        let to = between(left, WIDTH, mark.to).max(from + 8);
        paper.fill((from, y - 11), (to, y + 11), Ink::Bad.solid().to_rgba())?;
    }
    for (row, name) in names.iter().enumerate() {
        paper.text((0, top(row) + LINE), Anchor::Start, Ink::Muted, name)?;
    }
    letters(paper, &marks, left)?;
    paper.ticks(ticks, (left, WIDTH), top(rows.len()) + AXIS / 2)?;
    Ok(true)
}

/// Letters over their marks, on a second line where the first is taken; with
/// no room on either, the list still has them.
fn letters(paper: &Paper<'_>, marks: &[&Mark], left: i32) -> Result<(), Error> {
    let (mut free, mut row) = ([i32::MIN; 2], usize::MAX);
    for mark in marks {
        if mark.row != row {
            (free, row) = ([i32::MIN; 2], mark.row);
        }
        let letter = fitted(&mark.letter, 80);
        let half = reach(&letter) / 2 + 2;
        let (from, to) = (mark.from, mark.to.max(mark.from));
        let x = between(left, WIDTH, f64::midpoint(from, to)).clamp(half, WIDTH - half);
        let base = i32::try_from(row).unwrap_or(0) * ROW + LINE - 24;
        for (free, y) in free.iter_mut().zip([base, base - 24]) {
            if x - half >= *free {
                paper.text((x, y), Anchor::Middle, Ink::Fg, &letter)?;
                *free = x + half;
                break;
            }
        }
    }
    Ok(())
}
