//! Boosted trees, as tables of numbers (Friedman 2001): small complete binary
//! trees whose leaves are added up. `tests/bench/forecast_fit.py` fits them and
//! writes `super::tables`.

/// Some trees of one depth. The inner nodes of each stand one after another,
/// level by level, and so do its leaves.
#[derive(Debug)]
pub(super) struct Trees {
    /// Of each inner node: the place of the feature that it asks for.
    pub feature: &'static [u8],
    /// Of each inner node: what is over this goes right.
    pub cut: &'static [f32],
    /// Of each leaf: ten-thousandths.
    pub leaf: &'static [i16],
}

/// What the leaves add to.
#[derive(Debug)]
pub(super) struct Forest {
    /// The value without any tree.
    pub base: f64,
    /// Levels of inner nodes of every tree.
    pub depth: u32,
    /// The trees.
    pub parts: &'static [Trees],
}

impl Forest {
    /// The value for these features; a feature that is not there counts as 0.
    pub(super) fn value(&self, features: &[f32]) -> f64 {
        let parts = self.parts.iter();
        let sum: i64 = parts.map(|trees| trees.sum(features, self.depth)).sum();
        #[expect(clippy::cast_precision_loss, reason = "some hundred leaves of 16 bits")]
        let sum = sum as f64;
        self.base + sum / 1e4
    }
}

impl Trees {
    fn sum(&self, features: &[f32], depth: u32) -> i64 {
        let leaves = 1_usize << depth.min(8);
        let inner = leaves - 1;
        let asked = self.feature.chunks_exact(inner);
        let trees = asked
            .zip(self.cut.chunks_exact(inner))
            .zip(self.leaf.chunks_exact(leaves));
        let of_tree = |((feature, cut), leaf): ((&[u8], &[f32]), &[i16])| {
            let mut node = 0;
            while let (Some(&place), Some(cut)) = (feature.get(node), cut.get(node)) {
                let value = features.get(usize::from(place)).copied().unwrap_or(0.0);
                node = 2 * node + 1 + usize::from(value > *cut);
            }
            i64::from(leaf.get(node - inner).copied().unwrap_or(0))
        };
        trees.map(of_tree).sum()
    }
}
