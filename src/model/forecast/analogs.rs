//! What came after past moments: did the series rise, within a horizon, as far
//! as it would have to rise now? (The method of analogues, Lorenz 1969.)

use super::grid::Grid;
use super::num::{at, quantile, real};

/// A past moment and what came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// How long ago, in horizons.
    pub age: f64,
    /// Percent at that moment.
    pub level: f64,
    /// Percent that it had risen in the quarter of a horizon before.
    pub trend: f64,
    /// The most that it rose within the horizon after it.
    pub rise: f64,
    /// When it first rose by the margin, in horizons, if it did.
    pub crossed: Option<f64>,
    /// When the threshold itself was reached, in horizons, if it was.
    pub reached: Option<f64>,
    /// Whether a whole horizon followed.
    pub whole: bool,
}

/// Past moments, some 56 in each horizon, the newest with at least a quarter
/// of a horizon after them.
pub(super) fn starts(grid: &Grid, margin: f64, threshold: f64) -> Vec<Start> {
    let horizon = grid.horizon;
    let stride = (horizon / 56).max(1);
    let end = grid.len().saturating_sub((horizon / 4).max(2));
    let before = (horizon / 4).max(1);
    let moments = (0..end).step_by(stride).filter_map(|place| {
        if grid.seen.get(place) != Some(&true) {
            return None;
        }
        let level = at(&grid.mean, place);
        let (mut rise, mut crossed, mut reached, mut seen) = (f64::NEG_INFINITY, None, None, 0);
        let after = grid
            .peak
            .iter()
            .zip(&grid.seen)
            .skip(place + 1)
            .take(horizon);
        let mut length = 0;
        for (peak, is_seen) in after {
            length += 1;
            if !is_seen {
                continue;
            }
            seen += 1;
            rise = rise.max(peak - level);
            if crossed.is_none() && peak - level >= margin {
                crossed = Some(real(length) * grid.step);
            }
            if reached.is_none() && *peak >= threshold {
                reached = Some(real(length) * grid.step);
            }
        }
        (seen >= (horizon / 5).max(2)).then(|| Start {
            age: real(grid.len() - 1 - place) * grid.step,
            level,
            trend: level - at(&grid.mean, place.saturating_sub(before)),
            rise,
            crossed,
            reached,
            whole: length == horizon,
        })
    });
    moments.collect()
}

/// The share of past moments after which the series rose by the margin, each
/// weighing half at `half_life` horizons, with a quarter of half a moment before
/// any was seen; and the median time of those that did.
pub(super) fn rose(starts: &[Start], half_life: f64) -> (f64, Option<f64>) {
    let used = starts
        .iter()
        .filter(|start| start.whole || start.crossed.is_some());
    let weighed = used.map(|start| {
        let weight = (-start.age / half_life).exp2();
        (weight, start.crossed)
    });
    share(weighed)
}

/// The share of past moments like this one (in level, and in the trend into
/// them) after which the series reached the threshold itself.
pub(super) fn alike(starts: &[Start], level: f64, trend: f64, width: f64) -> (f64, Option<f64>) {
    let used = starts
        .iter()
        .filter(|start| start.whole || start.reached.is_some());
    let weighed = used.map(|start| {
        let (away, turned) = ((start.level - level) / width, (start.trend - trend) / width);
        let weight = (-(away * away + turned * turned) / 2.0 - start.age * 0.1).exp();
        (weight, start.reached)
    });
    share(weighed)
}

/// The weighed share of those with a time, and the median of their times.
fn share(weighed: impl Iterator<Item = (f64, Option<f64>)>) -> (f64, Option<f64>) {
    let (mut hits, mut all, mut times) = (0.0, 0.0, Vec::new());
    for (weight, time) in weighed {
        all += weight;
        if let Some(time) = time {
            hits += weight;
            times.push(time);
        }
    }
    times.sort_by(f64::total_cmp);
    ((hits + 0.125) / (all + 0.5), quantile(&times, 0.5))
}
