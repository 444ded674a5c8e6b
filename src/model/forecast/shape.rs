//! What a series looks like: its upper envelope, its falls, its swings.

use super::grid::{Grid, View};
use super::num::{at, largest, median, quantile, real, smallest, tail, whole};
use super::regime::line;

/// Slopes (percent per horizon) of the maxima and the minima of eight equal
/// parts of a window, and how far over the current level the maxima will be at
/// the end of the next horizon.
pub(super) fn envelope(recent: View<'_>, window: f64, current: f64) -> (f64, f64, f64) {
    const PARTS: usize = 8;
    if recent.len() < PARTS {
        return (0.0, 0.0, 0.0);
    }
    let mut parts = [(f64::NEG_INFINITY, f64::INFINITY); PARTS];
    for ((when, mean), peak) in recent.when.iter().zip(recent.mean).zip(recent.peak) {
        let part = whole((when + window) / window * real(PARTS)).min(PARTS - 1);
        if let Some((upper, lower)) = parts.get_mut(part) {
            *upper = upper.max(*peak);
            *lower = lower.min(*mean);
        }
    }
    let (mut x, mut upper, mut lower) = (Vec::new(), Vec::new(), Vec::new());
    for (part, (high, low)) in parts.iter().enumerate() {
        if high.is_finite() {
            x.push((real(part) + 0.5) / real(PARTS) * window - window);
            upper.push(*high);
            lower.push(*low);
        }
    }
    let (high, low) = (line(&x, &upper), line(&x, &lower));
    let ahead = (high.level + high.slope.max(0.0)).max(largest(tail(&upper, 3)));
    (high.slope, low.slope, ahead - current)
}

/// The falls of a sawtooth: clean-ups, collections of garbage, restarts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Falls {
    /// How many there were in each horizon.
    pub rate: f64,
    /// The time since the last one over the usual time between two; 0 without.
    pub due: f64,
    /// The median and the highest level from which it fell, percent.
    pub from: f64,
    /// The highest of the last three.
    pub highest: f64,
    /// The median level to which it fell.
    pub to: f64,
    /// Percent per horizon since the last fall.
    pub slope: f64,
    /// Where it will be when the next fall is due, percent.
    pub next: f64,
    /// Percent per horizon at which the levels before a fall rise.
    pub creep: f64,
    /// The deepest of all, percent.
    pub deepest: f64,
}

/// The falls by at least a quarter of the range (and one and a half percent)
/// within two bins.
pub(super) fn falls(recent: View<'_>) -> Falls {
    let (x, y) = (recent.when, recent.mean);
    let current = y.last().copied().unwrap_or(0.0);
    let range = largest(y) - smallest(y);
    let deep = (0.25 * range).max(1.5);
    let (mut times, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
    let mut place = 1;
    let (mut begin, mut deepest) = (0, 0.0_f64);
    while place < y.len() {
        let low = at(y, place).min(if place + 1 < y.len() {
            at(y, place + 1)
        } else {
            100.0
        });
        let high = at(y, place - 1);
        if high - low >= deep {
            times.push(at(x, place));
            from.push(high.max(at(recent.peak, place - 1)));
            to.push(low);
            deepest = deepest.max(high - low);
            begin = if low < at(y, place) { place + 1 } else { place };
            place += 1;
        }
        place += 1;
    }
    let tail_from = |values: &[f64]| values.get(begin..).unwrap_or(&[]).to_vec();
    let slope = line(&tail_from(x), &tail_from(y)).slope;
    let gaps: Vec<f64> = times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(a, b)| b - a)
        .collect();
    let usual = median(&gaps);
    let since = -times.last().copied().unwrap_or(0.0);
    let left = if usual > 0.0 {
        (usual - since).clamp(0.0, 1.0)
    } else {
        1.0
    };
    let span = -at(x, 0);
    Falls {
        rate: if span > 0.0 {
            real(times.len()) / span
        } else {
            0.0
        },
        due: if usual > 0.0 { since / usual } else { 0.0 },
        from: if from.is_empty() {
            current
        } else {
            median(&from)
        },
        highest: if from.is_empty() {
            current
        } else {
            largest(tail(&from, 3))
        },
        to: if to.is_empty() { current } else { median(&to) },
        slope,
        next: current + slope.max(0.0) * left,
        creep: line(&times, &from).slope,
        deepest,
    }
}

/// How the series moves from one bin to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moves {
    /// The largest step up and the largest step down, percent.
    pub up: f64,
    /// See `up`.
    pub down: f64,
    /// The share of steps that go up.
    pub rising: f64,
    /// Correlation of a bin with the next one, around the mean: near 1 for what
    /// wanders, lower for what returns.
    pub memory: f64,
    /// Standard deviation, percent.
    pub spread: f64,
    /// The mean, percent.
    pub mean: f64,
    /// The share of the path's length that led anywhere, -1 to 1.
    pub straight: f64,
}

/// The moves of a window.
pub(super) fn moves(recent: View<'_>) -> Moves {
    let y = recent.mean;
    let count = real(y.len().max(1));
    let mean = y.iter().sum::<f64>() / count;
    let steps: Vec<f64> = y.iter().zip(y.iter().skip(1)).map(|(a, b)| b - a).collect();
    let square: f64 = y.iter().map(|value| (value - mean).powi(2)).sum();
    let joint: f64 = y
        .iter()
        .zip(y.iter().skip(1))
        .map(|(a, b)| (a - mean) * (b - mean))
        .sum();
    let length: f64 = steps.iter().map(|step| step.abs()).sum();
    let up = steps.iter().filter(|&&step| step > 0.0).count();
    Moves {
        up: steps.iter().copied().fold(0.0, f64::max),
        down: -steps.iter().copied().fold(0.0, f64::min),
        rising: real(up) / real(steps.len().max(1)),
        memory: if square > 1e-9 { joint / square } else { 1.0 },
        spread: (square / count).sqrt(),
        mean,
        straight: if length > 1e-9 {
            steps.iter().sum::<f64>() / length
        } else {
            0.0
        },
    }
}

/// How often and how lately the series was at the threshold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Above {
    /// The share of bins whose peak reached it.
    pub share: f64,
    /// Times that it was reached from below, in each horizon.
    pub rate: f64,
    /// Horizons since it was there; 9 when it never was.
    pub since: f64,
}

/// The bins at the threshold.
pub(super) fn above(recent: View<'_>, threshold: f64) -> Above {
    let (mut count, mut entered, mut last, mut inside) = (0, 0, 9.0, false);
    for (when, peak) in recent.when.iter().zip(recent.peak) {
        let is = *peak >= threshold;
        count += usize::from(is);
        entered += usize::from(is && !inside);
        inside = is;
        if is {
            last = -when;
        }
    }
    let span = -at(recent.when, 0);
    Above {
        share: real(count) / real(recent.len().max(1)),
        rate: if span > 0.0 {
            real(entered) / span
        } else {
            0.0
        },
        since: last,
    }
}

/// How the current level stands among those before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Levels {
    /// The share of peaks below it.
    pub rank: f64,
    /// A tenth of all peaks are higher, percent.
    pub tenth: f64,
    /// A fiftieth is.
    pub fiftieth: f64,
}

/// The levels of a window.
pub(super) fn levels(recent: View<'_>, current: f64) -> Levels {
    let mut sorted = recent.peak.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let below = sorted.partition_point(|&peak| peak < current);
    Levels {
        rank: real(below) / real(sorted.len().max(1)),
        tenth: quantile(&sorted, 0.9).unwrap_or(current),
        fiftieth: quantile(&sorted, 0.98).unwrap_or(current),
    }
}

/// Sudden rises.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Jumps {
    /// From one bin to the next by the margin, in each horizon.
    pub whole: f64,
    /// By half of it.
    pub half: f64,
    /// Horizons since it last moved by a tenth of the margin.
    pub idle: f64,
}

/// The jumps of a window.
pub(super) fn jumps(recent: View<'_>, margin: f64) -> Jumps {
    let pairs = recent.mean.iter().zip(recent.peak.iter().skip(1));
    let steps: Vec<f64> = pairs.map(|(before, after)| after - before).collect();
    let of = |least: f64| real(steps.iter().filter(|&&up| up >= least).count());
    let span = (-at(recent.when, 0)).max(1e-3);
    let last = steps.iter().rposition(|step| step.abs() >= 0.1 * margin);
    Jumps {
        whole: of(margin) / span,
        half: of(margin / 2.0) / span,
        idle: last.map_or(span, |place| -at(recent.when, place + 1)),
    }
}

/// The most that the series rose within a horizon that began a whole number of
/// `period` bins ago, in each of the last four of them, newest first.
pub(super) fn same_phase(grid: &Grid, period: usize) -> [f64; 4] {
    let mut rises = [0.0; 4];
    for (back, rise) in rises.iter_mut().enumerate() {
        let Some(start) = (grid.len() - 1).checked_sub((back + 1) * period) else {
            break;
        };
        let peaks = grid.peak.iter().skip(start + 1).take(grid.horizon);
        *rise = peaks.copied().fold(f64::NEG_INFINITY, f64::max) - at(&grid.mean, start);
    }
    rises
}
