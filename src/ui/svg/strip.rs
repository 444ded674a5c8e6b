//! What nodes were when: up stands full, down taller, unknown is thin, paused
//! is an outline.

use plotters::style::Color as _;

use super::backend::Ink;
use super::paper::{Anchor, Error, Paper, WIDTH, between};
use super::words::{fitted, reach};
use crate::model::report::view::{Part, StripLine, Tick};
use crate::model::uptime::Class;
use crate::ui::strip::{slots, sound};

/// The most rectangles of a drawing; with more, each shows the worst of its
/// stretch.
const MOST: usize = 280;
/// The room of a time axis.
const AXIS: i32 = 36;
/// No stretch is narrower, so that a moment is seen.
const NARROWEST: i32 = 5;

/// The worst last, over the others.
const ORDER: [Class; 4] = [Class::Up, Class::Paused, Class::Unknown, Class::Down];

/// A row's height and the way to the next.
fn row(lines: usize) -> (i32, i32) {
    if lines <= 1 { (44, 44) } else { (32, 42) }
}

/// Lines beyond these are not drawn.
fn shown(lines: &[StripLine]) -> &[StripLine] {
    lines.get(..40).unwrap_or(lines)
}

pub(super) fn height(lines: &[StripLine], ticks: &[Tick]) -> i32 {
    let count = shown(lines).len().max(1);
    let (tall, pitch) = row(count);
    let rows = i32::try_from(count - 1).unwrap_or(0) * pitch + tall;
    rows + if ticks.is_empty() { 2 } else { AXIS }
}

pub(super) fn draw(paper: &Paper<'_>, lines: &[StripLine], ticks: &[Tick]) -> Result<bool, Error> {
    let lines = shown(lines);
    let all: Vec<Vec<Part>> = lines.iter().map(|line| merged(&line.parts)).collect();
    let count: usize = all.iter().map(Vec::len).sum();
    if count == 0 {
        return Ok(false);
    }
    let all: Vec<Vec<Part>> = if count > MOST {
        let each = MOST / lines.len().max(1);
        lines
            .iter()
            .map(|line| in_slots(&line.parts, each))
            .collect()
    } else {
        all
    };
    let labels: Vec<String> = lines.iter().map(|line| fitted(&line.label, 220)).collect();
    let left = match labels.iter().map(|label| reach(label)).max().unwrap_or(0) {
        0 => 0,
        widest => widest + 14,
    };
    let (tall, pitch) = row(lines.len());
    let tops = || (0..).map(|at| at * pitch);
    for top in tops().take(lines.len()) {
        let track = Ink::Grid.solid().mix(0.5);
        paper.fill((left, top + 4), (WIDTH, top + tall - 4), track)?;
    }
    // A class after the other, so that each is one element.
    for class in ORDER {
        for (top, parts) in tops().zip(&all) {
            for part in parts.iter().filter(|part| part.class == class) {
                rectangle(paper, part, left, (top, top + tall))?;
            }
        }
    }
    for (top, label) in tops().zip(&labels).filter(|(_, label)| !label.is_empty()) {
        paper.text((0, top + tall / 2), Anchor::Start, Ink::Muted, label)?;
    }
    let bottom = i32::try_from(lines.len()).unwrap_or(0) * pitch - (pitch - tall);
    paper.ticks(ticks, (left, WIDTH), bottom + AXIS / 2 + 2)?;
    Ok(true)
}

fn rectangle(
    paper: &Paper<'_>,
    part: &Part,
    left: i32,
    (top, end): (i32, i32),
) -> Result<(), Error> {
    let from = between(left, WIDTH, part.from).min(WIDTH - NARROWEST);
    let to = between(left, WIDTH, part.to).max(from + NARROWEST);
    match part.class {
        Class::Up => paper.fill((from, top + 4), (to, end - 4), Ink::Ok.solid().to_rgba()),
        Class::Down => paper.fill((from, top), (to, end), Ink::Bad.solid().to_rgba()),
        Class::Unknown => {
            let middle = i32::midpoint(top, end);
            let ink = Ink::Unknown.solid().to_rgba();
            paper.fill((from, middle - 4), (to, middle + 4), ink)
        }
        Class::Paused => paper.outline((from, top + 4), (to, end - 4), Ink::Unknown),
    }
}

/// Neighbours of one class as one part.
fn merged(parts: &[Part]) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::new();
    for part in parts.iter().filter_map(sound) {
        match merged.last_mut() {
            Some(last) if last.class == part.class && (part.from - last.to).abs() < 1e-6 => {
                last.to = part.to;
            }
            _ => merged.push(part),
        }
    }
    merged
}

fn in_slots(parts: &[Part], count: usize) -> Vec<Part> {
    let width = 1.0 / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    let edges = (0_u32..).map(|at| f64::from(at) * width);
    let slots = edges.zip(slots(parts, count)).filter_map(|(from, class)| {
        let to = from + width;
        class.map(|class| Part { from, to, class })
    });
    merged(&slots.collect::<Vec<Part>>())
}
