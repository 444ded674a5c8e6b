//! Possible futures, made of the series' own past.
//!
//! [`increments`] is the moving-block bootstrap (Künsch 1989) of the series'
//! increments: blocks of the past are set one after another onto the current
//! level, recent ones and those of the current regime more often, and where a
//! block is a day, only such as began at this time of day. [`neighbours`] is
//! the nearest-neighbour bootstrap (Lall and Sharma 1996): the next block is
//! one that began near the level where the path is, so that what is pruned at
//! 85 % or saturates at 70 % does so in the path, too.
//!
//! A path crosses when the peak of a bin reaches the threshold. Of `n` paths
//! with `k` crossings the probability is (k + ½)/(n + 1).

use fastrand::Rng;

use super::grid::Grid;
use super::num::{at, quantile, real, whole};

/// What a set of paths says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// Of reaching the threshold within the horizon.
    pub probability: f64,
    /// When, in horizons from now, of the paths that do: 10 %, 50 % and 90 % of
    /// them are earlier. `None` where none does.
    pub when: Option<[f64; 3]>,
    /// Where paths end on average, in percent above the current level.
    pub drift: f64,
}

/// How blocks are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    /// Age in horizons at which a block weighs half.
    pub half_life: f64,
    /// What a block from before the current regime weighs.
    pub old: f64,
    /// Bins of a block.
    pub block: usize,
    /// Bins of a day, where blocks keep to the time of day.
    pub day: Option<usize>,
}

/// A past block that may come again.
struct Blocks<'a> {
    grid: &'a Grid,
    length: usize,
    /// The highest peak of each block above its start.
    rise: Vec<f64>,
}

impl<'a> Blocks<'a> {
    fn of(grid: &'a Grid, length: usize) -> Self {
        let count = grid.len().saturating_sub(length);
        let rise = (0..count).map(|start| {
            let peaks = grid.peak.iter().skip(start + 1).take(length);
            peaks.copied().fold(f64::NEG_INFINITY, f64::max) - at(&grid.mean, start)
        });
        let rise = rise.collect();
        Self { grid, length, rise }
    }

    fn count(&self) -> usize {
        self.rise.len()
    }

    /// After how many of the first `most` bins of a block a path at `level`
    /// below the threshold has reached it.
    fn reaches(&self, start: usize, margin: f64, most: usize) -> Option<usize> {
        if at(&self.rise, start) < margin {
            return None;
        }
        let from = at(&self.grid.mean, start);
        let mut peaks = self
            .grid
            .peak
            .iter()
            .skip(start + 1)
            .take(self.length.min(most));
        peaks
            .position(|peak| peak - from >= margin)
            .map(|place| place + 1)
    }

    fn change(&self, start: usize) -> f64 {
        at(&self.grid.mean, start + self.length) - at(&self.grid.mean, start)
    }
}

/// Paths from `level` towards `threshold`; `next` draws the start of the next
/// block for the level where the path is.
fn run(
    blocks: &Blocks<'_>,
    (level, threshold): (f64, f64),
    paths: usize,
    mut next: impl FnMut(f64) -> usize,
) -> Outcome {
    let horizon = blocks.grid.horizon;
    let mut times = Vec::new();
    let mut ends = 0.0;
    for _ in 0..paths {
        let (mut done, mut here) = (0, level);
        let mut crossed = None;
        while done < horizon {
            let start = next(here);
            let reached = blocks.reaches(start, threshold - here, horizon - done);
            crossed = crossed.or(reached.map(|bins| done + bins));
            if crossed.is_some() {
                here = threshold;
                break;
            }
            here = (here + blocks.change(start)).clamp(0.0, 100.0);
            done += blocks.length;
        }
        ends += here - level;
        times.extend(crossed.map(|bins| real(bins) * blocks.grid.step));
    }
    times.sort_by(f64::total_cmp);
    let share = |share: f64| quantile(&times, share);
    Outcome {
        probability: (real(times.len()) + 0.5) / (real(paths) + 1.0),
        when: match (share(0.1), share(0.5), share(0.9)) {
            (Some(early), Some(middle), Some(late)) => Some([early, middle, late]),
            _ => None,
        },
        drift: ends / real(paths.max(1)),
    }
}

/// Paths of blocks of past increments; `regime` is the bin where the current
/// regime begins.
pub(super) fn increments(
    grid: &Grid,
    levels: (f64, f64),
    regime: usize,
    weights: Weights,
    (rng, paths): (&mut Rng, usize),
) -> Option<Outcome> {
    let length = weights.block.clamp(1, grid.len().checked_sub(2)?.max(1));
    let blocks = Blocks::of(grid, length);
    let mut sum = 0.0;
    let sums = (0..blocks.count()).map(|start| {
        let age = real(grid.len() - start) - real(length) / 2.0;
        let mut weight = (-age.max(0.0) * grid.step / weights.half_life).exp2();
        if start + 1 < regime {
            weight *= weights.old;
        }
        if let Some(day) = weights.day.filter(|&day| length >= day) {
            let phase = (grid.len() - 1 - start) % day;
            weight *= if phase <= 1 || phase + 1 >= day {
                1.0
            } else {
                0.02
            };
        }
        sum += weight;
        sum
    });
    let sums: Vec<f64> = sums.collect();
    if blocks.count() == 0 || sum <= 0.0 {
        return None;
    }
    let last = blocks.count() - 1;
    let next = |_: f64| {
        let drawn = rng.f64() * sum;
        sums.partition_point(|&sum| sum <= drawn).min(last)
    };
    Some(run(&blocks, levels, paths, next))
}

/// Paths of blocks that began near the path's level, by rank: one of the
/// `share` of all that is nearest, the recent ones of them more often.
pub(super) fn neighbours(
    grid: &Grid,
    levels: (f64, f64),
    (block, share, half_life): (usize, f64, f64),
    (rng, paths): (&mut Rng, usize),
) -> Option<Outcome> {
    let length = block.clamp(1, grid.len().checked_sub(2)?.max(1));
    let blocks = Blocks::of(grid, length);
    let mut order: Vec<(f64, usize)> = (0..blocks.count())
        .map(|start| (at(&grid.mean, start), start))
        .collect();
    if order.is_empty() {
        return None;
    }
    order.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
    let wide = whole(real(order.len()) * share).max(6).min(order.len());
    let next = |level: f64| {
        let place = order.partition_point(|(start, _)| *start < level);
        let first = place.saturating_sub(wide / 2).min(order.len() - wide);
        let mut drawn = 0;
        // An old one is taken with a smaller chance; the fourth in any case.
        for _ in 0..4 {
            drawn = order
                .get(first + rng.usize(..wide))
                .map_or(0, |(_, start)| *start);
            let age = real(grid.len() - drawn) * grid.step;
            if rng.f64() < (-age / half_life).exp2() {
                break;
            }
        }
        drawn
    };
    Some(run(&blocks, levels, paths, next))
}
