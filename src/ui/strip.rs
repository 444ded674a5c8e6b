//! A line of what a node was when, in as many places as there are: each shows
//! the worst of its stretch, so that nothing short is lost.

use crate::model::report::view::Part;
use crate::model::uptime::Class;

/// Marks of a strip in text: up, down, unknown, paused.
pub const MARKS: [(Class, char); 4] = [
    (Class::Up, '█'),
    (Class::Down, '!'),
    (Class::Unknown, '-'),
    (Class::Paused, '░'),
];

/// The same line in `columns` characters, blank where nothing is said.
#[must_use]
pub fn characters(parts: &[Part], columns: usize) -> String {
    let mark = |class: Option<Class>| {
        MARKS
            .iter()
            .find(|(of, _)| Some(*of) == class)
            .map_or(' ', |(_, mark)| *mark)
    };
    slots(parts, columns).into_iter().map(mark).collect()
}

/// The worst class in each of `count` equal stretches.
#[must_use]
pub fn slots(parts: &[Part], count: usize) -> Vec<Option<Class>> {
    let mut worst = vec![None; count];
    for part in parts.iter().filter_map(sound) {
        let (first, last) = (floor(part.from, count), ceiling(part.to, count));
        let last = last.max(first + 1).min(count);
        let first = first.min(count.saturating_sub(1));
        for slot in worst.get_mut(first..last).unwrap_or_default() {
            if slot.is_none_or(|class| rank(class) < rank(part.class)) {
                *slot = Some(part.class);
            }
        }
    }
    worst
}

/// A part with its ends in order and within the line.
#[must_use]
pub fn sound(part: &Part) -> Option<Part> {
    let (from, to) = (part.from.clamp(0.0, 1.0), part.to.clamp(0.0, 1.0));
    (part.from.is_finite() && part.to.is_finite() && from <= to).then_some(Part {
        from,
        to,
        ..*part
    })
}

fn rank(class: Class) -> u8 {
    match class {
        Class::Up => 0,
        Class::Paused => 1,
        Class::Unknown => 2,
        Class::Down => 3,
    }
}

/// Ends that are as good as on an edge are on it.
const EDGE: f64 = 1e-6;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "parts of 1, and few columns"
)]
fn floor(part: f64, count: usize) -> usize {
    (part * count as f64 + EDGE).floor() as usize
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "parts of 1, and few columns"
)]
fn ceiling(part: f64, count: usize) -> usize {
    (part * count as f64 - EDGE).ceil().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(from: f64, to: f64, class: Class) -> Part {
        Part { from, to, class }
    }

    #[test]
    fn the_worst_of_each_stretch_is_seen() {
        let parts = [
            part(0.0, 0.5, Class::Up),
            part(0.5, 0.5, Class::Down),
            part(0.5, 0.75, Class::Unknown),
            part(0.75, 0.9, Class::Paused),
        ];
        assert_eq!(characters(&parts, 20), "██████████!----░░░  ");
        assert_eq!(characters(&parts, 4), "██!░");
        assert_eq!(characters(&parts, 1), "!");
        assert_eq!(characters(&parts, 0), "");
    }

    #[test]
    fn ends_outside_or_nowhere_harm_nothing() {
        let parts = [
            part(-3.0, 0.1, Class::Up),
            part(f64::NAN, 0.5, Class::Down),
            part(0.9, 0.2, Class::Down),
            part(1.0, 1.0, Class::Unknown),
            part(0.5, f64::INFINITY, Class::Down),
        ];
        assert_eq!(characters(&parts, 10), "█        -");
    }
}
