//! The names of series, above the plot.

use super::backend::Ink;
use super::paper::{Anchor, Drawn, Paper, WIDTH};
use super::words::{fitted, reach};

/// A line of names.
const LINE: i32 = 36;
/// What is drawn before a name.
const KEY: i32 = 44;

/// The corner of each name's key; one alone needs no name.
fn places(names: &[String]) -> Vec<(i32, i32, String)> {
    let (mut x, mut y) = (0, 0);
    let mut places = Vec::new();
    for name in names.iter().filter(|_| names.len() > 1) {
        let name = fitted(name, WIDTH - KEY - 20);
        let wide = KEY + 10 + reach(&name);
        if x > 0 && x + wide > WIDTH {
            (x, y) = (0, y + LINE);
        }
        places.push((x, y, name));
        x += wide + 24;
    }
    places
}

pub(super) fn height(names: &[String]) -> i32 {
    places(names).last().map_or(0, |(_, y, _)| y + LINE)
}

/// Names, each behind its key, which `key` draws into a box.
pub(super) fn draw(
    paper: &Paper<'_>,
    names: &[String],
    key: impl Fn(usize, (i32, i32), (i32, i32)) -> Drawn,
) -> Drawn {
    let places = places(names);
    for (at, (x, y, _)) in places.iter().enumerate() {
        key(at, (*x, y + 4), (x + KEY, y + 24))?;
    }
    for (x, y, name) in &places {
        let at = (x + KEY + 10, y + 14);
        paper.text(at, Anchor::Start, Ink::Fg, name)?;
    }
    Ok(())
}
