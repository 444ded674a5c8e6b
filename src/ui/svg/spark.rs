//! A small line in a table's cell; the cell's text says the last value.

use super::backend::{Ink, Svg};
use super::paper::{Drawn, Paper, between, number};

const WIDTH: i32 = 240;
const HEIGHT: i32 = 56;
/// Room for half of the dot.
const EDGE: i32 = 8;
/// Of more values the last ones are drawn.
const MOST: usize = 60;

/// A line through the values, broken where one is none, with a dot on the last.
#[must_use]
pub fn spark(values: &[f64]) -> String {
    let mut body = String::new();
    // A string takes whatever is drawn.
    let _ = drawn(values, &mut body);
    format!(
        "<svg class=\"spark\" aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\">{body}</svg>"
    )
}

fn drawn(values: &[f64], body: &mut String) -> Drawn {
    let size = (WIDTH.unsigned_abs(), HEIGHT.unsigned_abs());
    let paper = Paper::new(Svg::new(body, size));
    let values = values
        .get(values.len().saturating_sub(MOST)..)
        .unwrap_or(values);
    let known = || values.iter().copied().filter_map(number);
    let (low, high) = known().fold((f64::MAX, f64::MIN), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let last = u32::try_from(values.len().saturating_sub(1)).unwrap_or(0);
    let place = |at: u32, value: f64| {
        let across = f64::from(at) / f64::from(last.max(1));
        // What never changes lies in the middle.
        let up = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        let x = if last == 0 {
            WIDTH - EDGE
        } else {
            between(EDGE, WIDTH - EDGE, across)
        };
        (x, between(HEIGHT - EDGE, EDGE, up))
    };
    let mut pieces: Vec<Vec<(i32, i32)>> = vec![Vec::new()];
    for (at, value) in (0..).zip(values) {
        match (number(*value), pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push(place(at, value)),
            _ => pieces.push(Vec::new()),
        }
    }
    let end = pieces.iter().flatten().last().copied();
    for piece in pieces.into_iter().filter(|piece| piece.len() > 1) {
        paper.line(piece, Ink::Series(0).solid(), 4)?;
    }
    if let Some(end) = end {
        paper.dot(end, 6, Ink::Series(0))?;
    }
    Ok(())
}
