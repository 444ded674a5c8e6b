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
        (task.fits(rects) && task.efficiency(rects) >= bar).then_some(near)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::layout::efficiency::{Pane, wants};
    use crate::model::layout::optimum::optimum;
    use crate::model::layout::role::Role;
    use crate::model::layout::text::checksum;

    /// A window cut at random, as a person may have left it: also panes of one
    /// row or column.
    fn cut(width: u32, height: u32, panes: usize, dice: &mut impl FnMut(u32) -> u32) -> String {
        let across = dice(2) == 0 && width > 2 * u32::try_from(panes).unwrap();
        if panes == 1 {
            return format!("{width}x{height},0,0");
        }
        let first = 1 + dice(u32::try_from(panes).unwrap() - 1) as usize;
        let whole = if across { width } else { height };
        // Each part needs a cell for each pane in it, and borders.
        let least = |panes: usize| 2 * u32::try_from(panes).unwrap() - 1;
        let room = whole - least(first) - least(panes - first) - 1;
        let one = least(first) + dice(room + 1);
        let other = whole - 1 - one;
        let (open, close) = if across { ('{', '}') } else { ('[', ']') };
        let mut part = |size, panes| {
            if across {
                cut(size, height, panes, dice)
            } else {
                cut(width, size, panes, dice)
            }
        };
        let (a, b) = (part(one, first), part(other, panes - first));
        format!("{width}x{height},0,0{open}{a},{b}{close}")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Whatever stands: every pane has what it must, next to nothing of the
        /// best is lost, nothing moves more than it would to the best, and what
        /// is chosen is chosen again.
        #[test]
        fn what_moves_least_is_as_good_and_stays(
            width in 45..220_u32, height in 12..60_u32, seed in any::<u64>(),
            roles in proptest::collection::vec(0..Role::WORDS.len(), 2..6),
            attention in proptest::option::of(0.05..0.95_f64),
        ) {
            let pane = |(place, word): (usize, &usize)| Pane { role: Role::WORDS[*word].1, active: place == 0 };
            let panes: Vec<Pane> = roles.iter().enumerate().map(pane).collect();
            let wants = wants(&panes, attention);
            let task = Task { width, height, wants, floor: (20, 4), scrollbar: 0 };
            let mut seed = seed | 1;
            let mut dice = |sides: u32| {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                u32::try_from((seed >> 20) % u64::from(sides)).unwrap()
            };
            let cells = cut(width, height, panes.len(), &mut dice);
            let standing = Layout::parse(&format!("{:04x},{cells}", checksum(&cells))).unwrap();
            if let Some(best) = optimum(&task) {
                let most = task.efficiency(&best.rects());
                let moves = moved(&best.rects(), &standing.rects());
                let chosen = nearest(&task, best.clone(), &standing);
                let rects = chosen.rects();
                prop_assert!(task.fits(&rects), "{rects:?}");
                prop_assert!(task.efficiency(&rects) >= NEARLY * most - 1e-12);
                prop_assert!(moved(&rects, &standing.rects()) <= moves);
                let again = nearest(&task, best, &chosen.layout());
                prop_assert_eq!(again.rects(), rects);
            }
        }
    }
}
