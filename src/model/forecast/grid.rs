//! A series on a regular grid that ends now.
//!
//! Samples come at any times, twice, out of order or not for days. A grid has
//! one bin per step (an hour for a disk, five minutes for memory; at least four
//! and at most 720 of them in a horizon), each with the mean and the peak of
//! its samples. Bins without samples lie on the line between their neighbours,
//! and are left out of fits. What is older than [`KEPT`] bins is forgotten.

use super::num::{real, tail, whole};

/// The most bins that are looked at: eight weeks of hours.
pub(super) const KEPT: usize = 1344;

/// How much over 0 to 100 a sample may lie and still be a percentage.
const SLACK: f64 = 1.0;

/// A series of percentages in bins; the last one is the newest that has samples.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    /// The width of a bin in horizons.
    pub step: f64,
    /// Bins in a horizon, at least 1.
    pub horizon: usize,
    /// The mean of each bin, oldest first.
    pub mean: Vec<f64>,
    /// The peak of each bin.
    pub peak: Vec<f64>,
    /// Whether a bin had samples.
    pub seen: Vec<bool>,
    /// How many bins ago the last one was.
    stale: usize,
    bins: Bins,
}

impl Grid {
    /// The samples of `points` (seconds, percent) in bins of `step_s` seconds,
    /// those within `most` bins before `now`.
    pub(super) fn of(
        points: &[(f64, f64)],
        now: f64,
        (step_s, horizon_s): (f64, f64),
        most: usize,
    ) -> Self {
        let mut bins: Vec<(f64, f64, f64)> = Vec::new();
        for (time, value) in points {
            let age = ((now - time) / step_s).floor();
            if !(age >= 0.0 && age < real(most.min(KEPT))) {
                continue;
            }
            let place = whole(age);
            if bins.len() <= place {
                bins.resize(place + 1, (0.0, 0.0, 0.0));
            }
            if let Some((count, sum, peak)) = bins.get_mut(place) {
                *count += 1.0;
                *sum += value;
                *peak = peak.max(*value);
            }
        }
        let stale = bins.iter().take_while(|bin| bin.0 == 0.0).count();
        let mut grid = Self {
            step: step_s / horizon_s,
            horizon: whole((horizon_s / step_s).round()).max(1),
            stale,
            ..Self::default()
        };
        let mut before: Option<(usize, f64, f64)> = None;
        for (age, &(count, sum, peak)) in bins.iter().enumerate().rev() {
            if count == 0.0 {
                continue;
            }
            let mean = sum / count;
            if let Some((older, from, from_peak)) = before {
                let gap = real(older - age);
                for along in 1..older - age {
                    let share = real(along) / gap;
                    grid.mean.push(from + (mean - from) * share);
                    grid.peak.push(from_peak + (peak - from_peak) * share);
                    grid.seen.push(false);
                }
            }
            grid.mean.push(mean);
            grid.peak.push(peak);
            grid.seen.push(true);
            before = Some((age, mean, peak));
            grid.bins.when.push(-(real(age) + 0.5) * grid.step);
            grid.bins.mean.push(mean);
            grid.bins.peak.push(peak);
        }
        grid
    }

    /// Where random numbers start for this series and threshold: all bins in
    /// ten-thousandths, so that it does not matter who read the numbers, stirred
    /// (FNV-1a by words).
    pub(super) fn seed(&self, threshold: f64) -> u64 {
        let values = self
            .mean
            .iter()
            .chain(&self.peak)
            .chain([&threshold, &self.step]);
        values.fold(0xcbf2_9ce4_8422_2325, |seed: u64, value| {
            let parts = (value * 1e4).round();
            let stirred = (seed ^ parts.to_bits()).wrapping_mul(0x0100_0000_01b3);
            stirred ^ (stirred >> 29)
        })
    }

    /// How many bins there are.
    pub(super) fn len(&self) -> usize {
        self.mean.len()
    }

    /// When a bin's middle was, in horizons before now: at most 0.
    pub(super) fn when(&self, place: usize) -> f64 {
        let ago = self.len().saturating_sub(place + 1) + self.stale;
        -(real(ago) + 0.5) * self.step
    }

    /// The bins with samples not older than `window` horizons; at least the last
    /// `least` of them.
    pub(super) fn recent(&self, window: f64, least: usize) -> View<'_> {
        let all = self.bins.when.len();
        let older = self.bins.when.partition_point(|&when| when < -window);
        let from = older.min(all.saturating_sub(least));
        View {
            when: tail(&self.bins.when, all - from),
            mean: tail(&self.bins.mean, all - from),
            peak: tail(&self.bins.peak, all - from),
        }
    }
}

/// Bins with samples.
#[derive(Debug, Clone, Default)]
struct Bins {
    when: Vec<f64>,
    mean: Vec<f64>,
    peak: Vec<f64>,
}

/// Some of the bins with samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// Their middles in horizons before now, rising, below 0.
    pub when: &'a [f64],
    /// Percent.
    pub mean: &'a [f64],
    /// Percent.
    pub peak: &'a [f64],
}

impl View<'_> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.when.len()
    }
}

/// The samples that can be what they say, oldest first: finite times not after
/// `now`, percentages (those that rounding put outside are moved to the edge).
pub(super) fn sound(points: &[(f64, f64)], now: f64) -> Vec<(f64, f64)> {
    let inside = |value: f64| (-SLACK..=100.0 + SLACK).contains(&value);
    let mut sound: Vec<(f64, f64)> = points
        .iter()
        .filter(|(time, value)| time.is_finite() && *time <= now && inside(*value))
        .map(|&(time, value)| (time, value.clamp(0.0, 100.0)))
        .collect();
    if !sound.is_sorted_by(|one, two| one.0 <= two.0) {
        sound.sort_by(|one, two| one.0.total_cmp(&two.0));
    }
    sound
}
