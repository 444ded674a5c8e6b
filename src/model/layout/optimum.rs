//! The best slicing of a window for its panes, exactly.
//!
//! **Why few places for a cut are enough.** What a pane has of what it wants
//! is piecewise linear in its width, and in its height. So is the efficiency
//! in the place of one border, or of several that move together, while all
//! others stand: the best place is one where some pane beside it has a size
//! at which its line bends (its smallest, or what it wants). Moving borders
//! until that is so, and together where they hold each other, loses nothing
//! and ends with every border held by a chain of such sizes that leads to an
//! edge of its rectangle. So a part is either as wide as such a chain of its
//! own panes, or it has what a chain of the panes at the other side leaves.
//!
//! **The search** is by branch and bound over (panes, width, height), each
//! remembered: the best place of the best cut, where a part's value is asked
//! for only if it can still beat what is known. The bound shares out area: a
//! pane in a cell of `w×h` takes `(w+1)·(h+1)` of the rectangle's
//! `(W+1)·(H+1)`, borders included, and cannot have more of what it wants than
//! that part of the area it wants, nor than the whole rectangle would give it
//! (a fractional knapsack, Dantzig 1957).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::chains::Chains;
use super::shares::Shares;
use super::slicing::{Part, Slicing, Task};
use super::{Axis, Rect};

/// How many panes are arranged exactly: more take too long for a hook.
pub const MOST: usize = 8;

/// What counts as better, beyond the noise of arithmetic.
const GAIN: f64 = 1e-9;

/// The slicing with the highest efficiency in which every pane has what it
/// must; `None` when there is no such slicing.
/// Of more than [`MOST`] panes none is looked for.
#[must_use]
pub fn optimum(task: &Task) -> Option<Slicing> {
    let panes = task.wants.len();
    if panes == 0 || panes > MOST || task.room(task.width, task.height) < panes {
        return None;
    }
    let all = Block {
        first: 0,
        last: panes - 1,
        width: task.width,
        height: task.height,
    };
    let mut search = Search::new(task);
    search.value(all, -1.0)?;
    let mut slicing = Slicing::whole(task.width, task.height);
    let root = search.carve(all, Rect::window(task.width, task.height), &mut slicing)?;
    Some(slicing.rooted(root))
}

/// Panes that follow each other, and a rectangle for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Block {
    first: usize,
    last: usize,
    width: u32,
    height: u32,
}

impl Block {
    fn panes(self) -> usize {
        self.last - self.first + 1
    }

    fn along(self, axis: Axis) -> u32 {
        match axis {
            Axis::Across => self.width,
            Axis::Down => self.height,
        }
    }

    /// The two parts when the panes up to `until` get `size` along `axis`.
    fn cut(self, axis: Axis, until: usize, size: u32) -> (Self, Self) {
        let rest = self.along(axis).saturating_sub(size + 1);
        let (mut one, mut other) = (self, self);
        (one.last, other.first) = (until, until + 1);
        match axis {
            Axis::Across => (one.width, other.width) = (size, rest),
            Axis::Down => (one.height, other.height) = (size, rest),
        }
        (one, other)
    }

    /// All of it in one number: its panes are few, its sizes at most 10 000.
    fn key(self) -> u64 {
        let panes = (self.first as u64) << 8 | self.last as u64;
        panes << 32 | u64::from(self.width) << 16 | u64::from(self.height)
    }
}

/// What is known of a block.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// It is worth no more.
    most: f64,
    /// Its best cut, when its worth is exactly `most`.
    best: Option<(Axis, usize, u32)>,
}

/// A cut that may be the best, with what its parts are worth at most.
struct Try {
    axis: Axis,
    until: usize,
    size: u32,
    most: [f64; 2],
}

impl Try {
    fn most(&self) -> f64 {
        let [one, other] = self.most;
        one + other
    }
}

struct Search<'t> {
    task: &'t Task,
    panes: Shares,
    chains: Chains,
    known: HashMap<u64, Known, BuildHasherDefault<Spread>>,
}

impl<'t> Search<'t> {
    fn new(task: &'t Task) -> Self {
        Self {
            task,
            panes: Shares::of(task),
            chains: Chains::of(task),
            known: HashMap::default(),
        }
    }

    /// What the best slicing of the block is worth (the sum of weights times
    /// shares), if that is more than `bar`.
    fn value(&mut self, block: Block, bar: f64) -> Option<f64> {
        if block.panes() <= 2 {
            return Some(self.most(block)).filter(|&worth| worth > bar);
        }
        let most = self.most(block);
        if most <= bar {
            return None;
        }
        if let Some(Known { best: Some(_), .. }) = self.known.get(&block.key()) {
            return Some(most);
        }
        let mut tries = self.tries(block, bar);
        tries.sort_unstable_by(|a, b| b.most().total_cmp(&a.most()));
        let (mut worth, mut best) = (bar, None);
        for one in tries {
            // The others can do no better.
            if one.most() <= worth + GAIN {
                break;
            }
            if let Some(sum) = self.sum(block, &one, worth) {
                (worth, best) = (sum, Some((one.axis, one.until, one.size)));
            }
        }
        let most = if best.is_some() { worth } else { bar.min(most) };
        self.known.insert(block.key(), Known { most, best });
        best.map(|_| worth)
    }

    /// What both parts of a cut are worth together, if that is more than `bar`.
    fn sum(&mut self, block: Block, cut: &Try, bar: f64) -> Option<f64> {
        let (one, other) = block.cut(cut.axis, cut.until, cut.size);
        let [most_one, most_other] = cut.most;
        // The one with fewer panes first: it is sooner known.
        let (small, large, rest) = if one.panes() <= other.panes() {
            (one, other, most_other)
        } else {
            (other, one, most_one)
        };
        let worth = self.value(small, bar + GAIN - rest)?;
        let other = self.value(large, bar + GAIN - worth)?;
        Some(worth + other)
    }

    /// The cuts of the block that may be worth more than `bar`.
    fn tries(&self, block: Block, bar: f64) -> Vec<Try> {
        let mut tries = Vec::new();
        for axis in Axis::BOTH {
            for until in block.first..block.last {
                let sizes = self.sizes(block, axis, until);
                self.promising(block, (axis, until), &sizes, bar, &mut tries);
            }
        }
        tries
    }

    /// Where a border between `until` and the next pane may stand: what chains
    /// of the panes before it take, and what those after it leave.
    fn sizes(&self, block: Block, axis: Axis, until: usize) -> Vec<u32> {
        let whole = block.along(axis);
        let (count, others) = (until + 1 - block.first, block.last - until);
        let Some((least, most)) = self.range(block, axis, count, others) else {
            return Vec::new();
        };
        let within = |size: &u32| (least..=most).contains(size);
        let before = self.chains.get(axis, block.first, until);
        let after = self.chains.get(axis, until + 1, block.last);
        let mut before = before.iter().copied().filter(within).peekable();
        let left = after.iter().rev();
        let left = left.filter_map(|size| whole.checked_sub(size + 1));
        let mut left = left.filter(within).peekable();
        // Both ascend.
        let mut sizes = Vec::with_capacity(64);
        while let Some(size) = match (before.peek(), left.peek()) {
            (Some(one), Some(other)) if one <= other => before.next(),
            (Some(_), None) => before.next(),
            _ => left.next(),
        } {
            if sizes.last() != Some(&size) {
                sizes.push(size);
            }
        }
        sizes
    }

    /// The least and the most that the first `count` panes may get along `axis`,
    /// so that they and the `others` each have what they must.
    fn range(&self, block: Block, axis: Axis, count: usize, others: usize) -> Option<(u32, u32)> {
        let (columns, rows) = self.task.smallest();
        let (least, across, across_least) = match axis {
            Axis::Across => (columns, block.height, rows),
            Axis::Down => (rows, block.width, columns),
        };
        // Panes in one line across.
        let line = ((across + 1) / (across_least + 1)) as usize;
        let needs = |panes: usize| {
            let lines = u32::try_from(panes.div_ceil(line.max(1))).ok()?;
            Some(lines * (least + 1) - 1)
        };
        let (first, second) = (needs(count)?, needs(others)?);
        let most = block.along(axis).checked_sub(second + 1)?;
        (line > 0 && first <= most).then_some((first, most))
    }

    /// Adds those of `sizes` that may be worth more than `bar`. Of a range of
    /// them none is, when what its largest first part and its largest second
    /// part are worth at most is not: so most are never looked at.
    fn promising(
        &self,
        block: Block,
        (axis, until): (Axis, usize),
        sizes: &[u32],
        bar: f64,
        tries: &mut Vec<Try>,
    ) {
        let look = |place: usize| {
            let size = sizes.get(place).copied()?;
            let (one, other) = block.cut(axis, until, size);
            let most = [self.most(one), self.most(other)];
            Some(Try {
                axis,
                until,
                size,
                most,
            })
        };
        let Some(first) = look(0) else { return };
        let mut keep = |one: Try| {
            if one.most() > bar {
                tries.push(one);
            }
        };
        let mut ranges: Vec<(usize, f64, usize, f64)> = Vec::new();
        if let Some(last) = look(sizes.len() - 1).filter(|_| sizes.len() > 1) {
            let ([_, after], [before, _]) = (first.most, last.most);
            ranges.push((0, after, sizes.len() - 1, before));
            keep(last);
        }
        keep(first);
        while let Some((from, after, to, before)) = ranges.pop() {
            let middle = from.midpoint(to);
            if middle == from || before + after <= bar {
                continue;
            }
            if let Some(one) = look(middle) {
                let [less, more] = one.most;
                ranges.push((from, after, middle, less));
                ranges.push((middle, more, to, before));
                keep(one);
            }
        }
    }

    /// What the block is worth at most; of one or two panes, exactly.
    fn most(&self, block: Block) -> f64 {
        match block.panes() {
            1 => self.panes.worth(block.first, block.width, block.height),
            2 => self
                .pair(block)
                .map_or(f64::NEG_INFINITY, |(worth, _)| worth),
            _ => match self.known.get(&block.key()) {
                Some(known) => known.most,
                None => {
                    let panes = block.first..=block.last;
                    self.panes.bound(panes, block.width, block.height)
                }
            },
        }
    }

    /// The best cut of two panes, and what it is worth.
    fn pair(&self, block: Block) -> Option<(f64, (Axis, usize, u32))> {
        let mut best: Option<(f64, (Axis, usize, u32))> = None;
        let smallest = self.task.smallest();
        for (axis, least) in [(Axis::Across, smallest.0), (Axis::Down, smallest.1)] {
            let Some(longest) = block.along(axis).checked_sub(least + 1) else {
                continue;
            };
            let before = self.chains.get(axis, block.first, block.first);
            let after = self.chains.get(axis, block.last, block.last);
            let left = after
                .iter()
                .filter_map(|size| block.along(axis).checked_sub(size + 1));
            for size in before.iter().copied().chain(left) {
                if size < least || size > longest {
                    continue;
                }
                let (one, other) = block.cut(axis, block.first, size);
                let worth = self.panes.worth(one.first, one.width, one.height)
                    + self.panes.worth(other.first, other.width, other.height);
                if best.is_none_or(|(known, _)| worth > known + GAIN) {
                    best = Some((worth, (axis, block.first, size)));
                }
            }
        }
        best
    }

    /// Cuts the block as was found best.
    fn carve(&self, block: Block, rect: Rect, slicing: &mut Slicing) -> Option<Part> {
        let (axis, until, size) = match block.panes() {
            1 => return Some(Part::Pane),
            2 => self.pair(block)?.1,
            _ => self.known.get(&block.key())?.best?,
        };
        let (one, other) = block.cut(axis, until, size);
        let (first, second) = rect.cut(axis, size);
        let at = match axis {
            Axis::Across => rect.x + size,
            Axis::Down => rect.y + size,
        };
        let parts = [
            self.carve(one, first, slicing)?,
            self.carve(other, second, slicing)?,
        ];
        Some(slicing.add(axis, at, parts))
    }
}

/// Spreads the keys of blocks, which are numbers already (Fibonacci hashing,
/// Knuth, The Art of Computer Programming, volume 3, 6.4).
#[derive(Debug, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let spread = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ spread >> 32;
    }
}

#[cfg(test)]
#[path = "optimum_tests.rs"]
mod tests;
