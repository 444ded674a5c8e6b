//! More panes than can be arranged exactly: the best of all grids, its
//! borders then moved to where they serve best.

use super::slicing::{Part, Slicing, Task};
use super::{Axis, Rect};

/// A good slicing of any number of panes; `None` when there is none.
///
/// Grids are tried with every number of columns, and of rows, filled in the
/// panes' order. If panes fit at all, they fit into one of those.
#[must_use]
pub fn arranged(task: &Task) -> Option<Slicing> {
    let panes = task.wants.len();
    if task.room(task.width, task.height) < panes {
        return None;
    }
    let mut best: Option<(f64, Slicing)> = None;
    for axis in Axis::BOTH {
        for lines in 1..=panes {
            let Some(grid) = grid(task, axis, lines) else {
                continue;
            };
            let rects = grid.rects();
            let worth = task.efficiency(&rects);
            let better = best.as_ref().is_none_or(|(known, _)| worth > *known);
            if better && task.fits(&rects) {
                best = Some((worth, grid));
            }
        }
    }
    let (_, grid) = best?;
    Some(grid.improved(task, &[], |rects| {
        task.fits(rects).then(|| task.efficiency(rects))
    }))
}

/// The window in `lines` lines that follow each other along `axis`, the panes
/// dealt out evenly; `None` where there is no cell for each.
fn grid(task: &Task, axis: Axis, lines: usize) -> Option<Slicing> {
    let panes = task.wants.len();
    let whole = Rect::window(task.width, task.height);
    let across = match axis {
        Axis::Across => Axis::Down,
        Axis::Down => Axis::Across,
    };
    let mut slicing = Slicing::whole(task.width, task.height);
    let ends = ends(whole.along(axis), lines)?;
    let mut parts = Vec::with_capacity(lines);
    let mut dealt = 0;
    for line in 0..lines {
        let count = (panes - dealt) / (lines - line);
        dealt += count;
        let inside = vec![Part::Pane; count];
        let ends = self::ends(whole.along(across), count)?;
        parts.push(joined(&mut slicing, across, &ends, &inside)?);
    }
    let root = joined(&mut slicing, axis, &ends, &parts)?;
    Some(slicing.rooted(root))
}

/// Where the borders between `parts` equal parts of `length` cells stand.
fn ends(length: u32, parts: usize) -> Option<Vec<u32>> {
    let parts = u32::try_from(parts).ok().filter(|&parts| parts > 0)?;
    // Each part and its border; the last has no border. Windows have at most
    // 10 000 cells, and few panes: nothing overflows.
    let end = |part: u32| (length + 1) * part / parts - 1;
    (length + 1 >= 2 * parts).then(|| (1..parts).map(end).collect())
}

/// The parts with borders at these places between them.
fn joined(slicing: &mut Slicing, axis: Axis, ends: &[u32], parts: &[Part]) -> Option<Part> {
    let (&first, others) = parts.split_first()?;
    let Some((&at, ends)) = ends.split_first() else {
        return Some(first);
    };
    let rest = joined(slicing, axis, ends, others)?;
    Some(slicing.add(axis, at, [first, rest]))
}
