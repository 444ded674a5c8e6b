//! Possible futures, made of the series' own past.
//!
//! `increments` is the moving-block bootstrap (Künsch 1989) of the series'
//! increments: blocks of the past are set one after another onto the current
//! level, recent ones and those of the current regime more often, and where a
//! block is a day, only such as began at this time of day. `neighbours` is
//! the nearest-neighbour bootstrap (Lall and Sharma 1996): the next block is
//! one that began near the level where the path is, so that what is pruned at
//! 85 % or saturates at 70 % does so in the path, too.
//!
//! A path crosses when the peak of a bin reaches the threshold. Of `n` paths
//! with `k` crossings the probability is (k + ½)/(n + 1).

use fastrand::Rng;

use super::grid::Grid;
use super::num::{at, largest, quantile, real, whole};

/// Parts of the table by which weighed blocks are found.
const GUIDE: usize = 512;

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

/// Past blocks that may come again, each by the bin before its first.
struct Blocks<'a> {
    grid: &'a Grid,
    length: usize,
    ways: Vec<Way>,
}

/// What a block does to a level.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// The mean of the bin before it.
    from: f64,
    /// Its highest peak above that.
    rise: f64,
    /// Where it ends above that.
    change: f64,
}

impl<'a> Blocks<'a> {
    fn of(grid: &'a Grid, length: usize) -> Self {
        let ends = grid.mean.iter().skip(length);
        let peaks = (1..).map(|first| grid.peak.get(first..first + length).unwrap_or(&[]));
        let ways = grid
            .mean
            .iter()
            .zip(ends)
            .zip(peaks)
            .map(|((&from, end), peaks)| Way {
                from,
                rise: largest(peaks) - from,
                change: end - from,
            });
        let ways = ways.collect();
        Self { grid, length, ways }
    }

    /// After how many of the first `most` bins of a block a path has risen by
    /// the margin.
    fn reaches(&self, start: usize, way: Way, margin: f64, most: usize) -> Option<usize> {
        if way.rise < margin {
            return None;
        }
        let peaks = self.grid.peak.get(start + 1..)?;
        let mut peaks = peaks.iter().take(self.length.min(most));
        let place = peaks.position(|peak| peak - way.from >= margin)?;
        Some(place + 1)
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
    let mut times = Vec::with_capacity(paths);
    let mut ends = 0.0;
    for _ in 0..paths {
        let (mut done, mut here) = (0, level);
        while done < horizon {
            let start = next(here);
            let way = blocks.ways.get(start).copied().unwrap_or_default();
            let reached = blocks.reaches(start, way, threshold - here, horizon - done);
            if let Some(bins) = reached {
                times.push(real(done + bins) * blocks.grid.step);
                here = threshold;
                break;
            }
            here = (here + way.change).clamp(0.0, 100.0);
            done += blocks.length;
        }
        ends += here - level;
    }
    times.sort_unstable_by(f64::total_cmp);
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
    let fade = (-grid.step / weights.half_life).exp2();
    let mut fresh = 1.0;
    let mut sums: Vec<f64> = vec![0.0; blocks.ways.len()];
    // From the newest back, then added up from the oldest on.
    for (start, weight) in sums.iter_mut().enumerate().rev() {
        *weight = fresh;
        fresh *= fade;
        if start + 1 < regime {
            *weight *= weights.old;
        }
        if let Some(day) = weights.day.filter(|&day| length >= day) {
            let phase = (grid.len() - 1 - start) % day;
            *weight *= if phase <= 1 || phase + 1 >= day {
                1.0
            } else {
                0.02
            };
        }
    }
    let mut total = 0.0;
    for weight in &mut sums {
        total += *weight;
        *weight = total;
    }
    let last = sums.len().checked_sub(1).filter(|_| total > 0.0)?;
    // Where to look for a number between 0 and the sum, by its first bits.
    let guide: Vec<usize> = (0..GUIDE)
        .scan(0, |place, part| {
            let edge = total * real(part) / real(GUIDE);
            while *place < last && at(&sums, *place) <= edge {
                *place += 1;
            }
            Some(*place)
        })
        .collect();
    let next = |_: f64| {
        let share = rng.f64();
        let drawn = share * total;
        let mut place = guide.get(whole(share * real(GUIDE))).copied().unwrap_or(0);
        while place < last && at(&sums, place) <= drawn {
            place += 1;
        }
        place
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
    let mut order: Vec<(f64, usize)> = grid
        .mean
        .iter()
        .take(blocks.ways.len())
        .zip(0..)
        .map(|(&level, start)| (level, start))
        .collect();
    if order.is_empty() {
        return None;
    }
    order.sort_unstable_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
    let (levels_up, starts): (Vec<f64>, Vec<usize>) = order.into_iter().unzip();
    let kept = |start: &usize| (-real(grid.len() - start) * grid.step / half_life).exp2();
    let kept: Vec<f64> = starts.iter().map(kept).collect();
    let wide = whole(real(starts.len()) * share).max(6).min(starts.len());
    let (low, high) = (at(&levels_up, 0), largest(&levels_up));
    let part = (high - low).max(1e-9) / real(GUIDE);
    // How many are below each part of the range.
    let below = |part_no: usize| {
        let least = low + part * real(part_no);
        levels_up.partition_point(|&start| start < least)
    };
    let guide: Vec<usize> = (0..GUIDE).map(below).chain([starts.len()]).collect();
    let next = |level: f64| {
        let bucket = whole((level - low) / part).min(GUIDE - 1);
        let (from, to) = match guide.get(bucket..bucket + 2) {
            Some(&[from, to]) => (from, to),
            _ => (0, 0),
        };
        let near = levels_up.get(from..to).unwrap_or(&[]);
        let place = from + near.partition_point(|&start| start < level);
        let first = place.saturating_sub(wide / 2).min(starts.len() - wide);
        let mut drawn = 0;
        // An old one is taken with a smaller chance; the fourth in any case.
        for _ in 0..4 {
            drawn = first + rng.usize(..wide);
            if rng.f64() < at(&kept, drawn) {
                break;
            }
        }
        starts.get(drawn).copied().unwrap_or(0)
    };
    Some(run(&blocks, levels, paths, next))
}
