//! What panes have of what they want, and what they can have at most.

use std::ops::RangeInclusive;

use super::efficiency::share;
use super::role::Want;
use super::slicing::Task;

/// The wants of all panes, worked out for every size.
pub(super) struct Shares {
    panes: Vec<Pane>,
    /// For each first and last pane those of them first to whom an area is
    /// worth most.
    orders: Vec<Vec<usize>>,
    /// The area of the smallest cell, with its borders.
    least: f64,
}

impl Shares {
    pub(super) fn of(task: &Task) -> Self {
        let panes: Vec<Pane> = task.wants.iter().map(|want| Pane::of(task, want)).collect();
        let (width, height) = task.smallest();
        let density = |place: usize| panes.get(place).map_or(0.0, |pane: &Pane| pane.density);
        let mut order: Vec<usize> = (0..panes.len()).collect();
        order.sort_by(|&a, &b| density(b).total_cmp(&density(a)));
        let pairs =
            (0..panes.len()).flat_map(|first| (0..panes.len()).map(move |last| first..=last));
        let some = |some: RangeInclusive<usize>| {
            let there = order.iter().copied().filter(|pane| some.contains(pane));
            there.collect()
        };
        Self {
            orders: pairs.map(some).collect(),
            least: f64::from((width + 1) * (height + 1)),
            panes,
        }
    }

    /// What a cell of this size is worth to a pane: its weight times its share.
    pub(super) fn worth(&self, pane: usize, width: u32, height: u32) -> f64 {
        let pane = self.panes.get(pane);
        pane.map_or(0.0, |pane| pane.worth(width, height))
    }

    /// What a rectangle is worth at most to some panes together: its area to
    /// those to whom it is worth most.
    pub(super) fn bound(&self, some: RangeInclusive<usize>, width: u32, height: u32) -> f64 {
        let area = f64::from(width + 1) * f64::from(height + 1);
        let count = some.end() + 1 - some.start();
        // A pane's number is small.
        #[expect(clippy::cast_precision_loss, reason = "a few panes")]
        let mut left = area - self.least * count as f64;
        let mut most = 0.0;
        let order = self
            .orders
            .get(some.start() * self.panes.len() + some.end());
        let there = order.into_iter().flatten();
        for pane in there.filter_map(|&place| self.panes.get(place)) {
            let cap = pane.worth(width, height);
            // What it can have of this rectangle, as area; the least it has anyway.
            let wanted = (cap * pane.area - self.least).clamp(0.0, left.max(0.0));
            left -= wanted;
            most += ((self.least + wanted) * pane.density).min(cap);
        }
        most
    }
}

/// A pane's wants, worked out for every size.
struct Pane {
    weight: f64,
    /// What it has of the width it wants, by its cell's width; likewise of the
    /// height. Beyond their ends it has all.
    across: Vec<f64>,
    down: Vec<f64>,
    /// Weight per cell of the area it wants, and its inverse.
    density: f64,
    area: f64,
}

impl Pane {
    fn of(task: &Task, want: &Want) -> Self {
        let lost = task.scrollbar;
        let alone = Want {
            weight: 1.0,
            ..*want
        };
        let across = (0..want.width + lost)
            .map(|width| share(&alone, width.saturating_sub(lost), want.height));
        let down = (0..want.height).map(|height| share(&alone, want.width, height));
        let area = f64::from(want.width + lost + 1) * f64::from(want.height + 1);
        Self {
            weight: want.weight,
            across: across.collect(),
            down: down.collect(),
            density: want.weight / area,
            area: area / want.weight,
        }
    }

    fn worth(&self, width: u32, height: u32) -> f64 {
        let part = |table: &[f64], size: u32| table.get(size as usize).copied().unwrap_or(1.0);
        self.weight * part(&self.across, width) * part(&self.down, height)
    }
}
