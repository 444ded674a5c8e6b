//! The sizes at which a part of a window may end: see [`super::optimum`].

use super::Axis;
use super::slicing::Task;

/// The sizes that panes which follow each other take along an axis, each with
/// a size at which what it has bends, and borders between them.
pub(super) struct Chains {
    panes: usize,
    sizes: [Vec<Vec<u32>>; 2],
}

impl Chains {
    pub(super) fn of(task: &Task) -> Self {
        let panes = task.wants.len();
        let sizes = [(Axis::Across, task.width), (Axis::Down, task.height)]
            .map(|(axis, longest)| Self::along(task, axis, longest));
        Self { panes, sizes }
    }

    /// By first and last pane, in one list.
    fn along(task: &Task, axis: Axis, longest: u32) -> Vec<Vec<u32>> {
        let panes = task.wants.len();
        let mut sets = vec![Sizes::default(); panes * panes];
        for pane in 0..panes {
            if let Some(set) = sets.get_mut(pane * panes + pane) {
                task.turns(pane, axis).for_each(|size| set.add(size));
            }
        }
        for count in 2..=panes {
            for first in 0..=panes - count {
                let last = first + count - 1;
                let mut all = Sizes::default();
                for until in first..last {
                    let one = sets.get(first * panes + until);
                    let other = sets.get((until + 1) * panes + last);
                    if let (Some(one), Some(other)) = (one, other) {
                        all.join(one, other, longest);
                    }
                }
                if let Some(set) = sets.get_mut(first * panes + last) {
                    *set = all;
                }
            }
        }
        sets.iter().map(|set| set.list(longest)).collect()
    }

    pub(super) fn get(&self, axis: Axis, first: usize, last: usize) -> &[u32] {
        let [across, down] = &self.sizes;
        let sizes = match axis {
            Axis::Across => across,
            Axis::Down => down,
        };
        sizes
            .get(first * self.panes + last)
            .map_or(&[], Vec::as_slice)
    }
}

/// A set of sizes, a bit for each.
#[derive(Debug, Clone, Default)]
struct Sizes(Vec<u64>);

impl Sizes {
    fn add(&mut self, size: u32) {
        let (word, bit) = (size as usize / 64, size % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    /// Adds the sizes of `one`, those of `other`, and each of one beside each
    /// of the other, up to `longest`.
    fn join(&mut self, one: &Self, other: &Self, longest: u32) {
        self.merge(&one.0, 0);
        self.merge(&other.0, 0);
        for size in one.list(longest) {
            self.merge(&other.0, size + 1);
        }
    }

    /// Adds the sizes of `words`, each `by` larger.
    fn merge(&mut self, words: &[u64], by: u32) {
        let (skip, shift) = (by as usize / 64, by % 64);
        let needed = words.len() + skip + 1;
        if self.0.len() < needed {
            self.0.resize(needed, 0);
        }
        let mut carried = 0;
        let into = self.0.iter_mut().skip(skip);
        for (word, into) in words.iter().chain([&0]).zip(into) {
            *into |= word << shift | carried;
            carried = if shift == 0 { 0 } else { word >> (64 - shift) };
        }
    }

    fn list(&self, longest: u32) -> Vec<u32> {
        let words = (0_u32..).zip(&self.0);
        let sizes = words.flat_map(|(word, bits)| {
            let there = (0..64).filter(move |bit| bits >> bit & 1 == 1);
            there.map(move |bit| word * 64 + bit)
        });
        sizes.take_while(|&size| size <= longest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chain_is_there_and_nothing_else() {
        let (mut one, mut other, mut both) = (Sizes::default(), Sizes::default(), Sizes::default());
        for size in [20, 100] {
            one.add(size);
        }
        for size in [20, 63, 120] {
            other.add(size);
        }
        both.join(&one, &other, 200);
        let all = [20, 41, 63, 84, 100, 120, 121, 141, 164];
        assert_eq!(both.list(200), all, "and 221 is too long");
    }
}
