//! Least movement: among arrangements that are nearly as good as the best,
//! the one that is nearest to what stands.

use super::slicing::{Slicing, Task};
use super::{Layout, Rect};

/// What part of the best efficiency is as good as all of it.
pub const NEARLY: f64 = 0.995;

/// The arrangement for `task` that moves panes least from where they stand,
/// of those with at least [`NEARLY`] the efficiency of `best`. What stands
/// stays when it is one of them.
///
/// Tried are the cuts that stand and those of `best`: their borders are moved
/// to where they serve best, then back towards where they stood as far as that
/// costs no more than it may.
#[must_use]
pub fn nearest(task: &Task, best: Slicing, standing: &Layout) -> Slicing {
    let there = standing.rects();
    let window = (standing.width(), standing.height());
    if there.len() != task.wants.len() || window != (task.width, task.height) {
        return best;
    }
    let bar = task.efficiency(&best.rects()) * NEARLY;
    let good = |rects: &[Rect]| task.fits(rects) && task.efficiency(rects) >= bar;
    if good(&there) {
        return Slicing::of(standing);
    }
    let short = |rects: &[Rect]| Some(-f64::from(shortfall(task, rects)));
    let efficient = |rects: &[Rect]| task.fits(rects).then(|| task.efficiency(rects));
    let kept = Slicing::of(standing)
        .improved(task, &there, short)
        .improved(task, &there, efficient);
    let best = settled(task, best, &there, bar);
    if !good(&kept.rects()) {
        return best;
    }
    let kept = settled(task, kept, &there, bar);
    let movement = |slicing: &Slicing| moved(&slicing.rects(), &there);
    if movement(&kept) <= movement(&best) {
        kept
    } else {
        best
    }
}

/// The same cuts, their borders as near to where panes stand as is good.
fn settled(task: &Task, slicing: Slicing, standing: &[Rect], bar: f64) -> Slicing {
    slicing.improved(task, standing, |rects| {
        let near = -f64::from(moved(rects, standing));
        (task.efficiency(rects) >= bar).then_some(near)
    })
}

/// How far panes move and grow in all, in cells.
#[must_use]
pub fn moved(rects: &[Rect], standing: &[Rect]) -> u32 {
    let pairs = rects.iter().zip(standing);
    let moves = pairs.map(|(one, other)| {
        one.x.abs_diff(other.x)
            + one.y.abs_diff(other.y)
            + one.width.abs_diff(other.width)
            + one.height.abs_diff(other.height)
    });
    moves.sum()
}

/// What panes lack of what they must have, in cells.
fn shortfall(task: &Task, rects: &[Rect]) -> u32 {
    let (width, height) = task.smallest();
    let lacks = rects
        .iter()
        .map(|rect| width.saturating_sub(rect.width) + height.saturating_sub(rect.height));
    lacks.sum()
}
