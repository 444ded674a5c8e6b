//! What fills within minutes: a grid of hours sees it too late.
//!
//! Of the last half hour's samples, not of the grid: they rise one after the
//! other, fast enough to be there within the hour, and their later half no
//! slower than half as fast as the earlier one, so that a step that is over is
//! none.

use super::num::{logit, real};

/// Samples of the last so many seconds are looked at…
const WINDOW: f64 = 1_800.0;
/// …of which so many at least must be there, over so many seconds.
const LEAST: usize = 4;
const SPAN: f64 = 120.0;
/// It rises by so many points at least.
const POINTS: f64 = 4.0;
/// It would be there within so many seconds.
const SOON: f64 = 3_600.0;
/// How likely that is then, at least.
const LIKELY: f64 = 0.9;

/// Something that fills within minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rush {
    /// Seconds to the threshold as it goes now.
    pub(super) eta_s: f64,
}

impl Rush {
    /// The log odds that it gets there.
    pub(super) fn odds(self) -> f64 {
        logit(LIKELY)
    }

    /// Between which times, with 80 % certainty.
    pub(super) fn range_s(self) -> (f64, f64) {
        (self.eta_s / 2.0, self.eta_s * 3.0)
    }
}

/// Whether sound samples, in the order of time, rush to the threshold.
pub(super) fn rush(points: &[(f64, f64)], now: f64, threshold: f64) -> Option<Rush> {
    let first = points.partition_point(|(at, _)| *at < now - WINDOW);
    let recent = points.get(first..)?;
    // A fall begins anew.
    let rising = recent.windows(2).rposition(|two| match two {
        [(_, before), (_, after)] => after < before,
        _ => false,
    });
    let run = recent.get(rising.map_or(0, |at| at + 1)..)?;
    let (begun, last) = (run.first()?, run.last()?);
    let middle = run.get(run.len() / 2)?;
    let span = last.0 - begun.0;
    let between = span / real(run.len().saturating_sub(1).max(1));
    let stale = now - last.0 > 2.0 * between + 60.0;
    if run.len() < LEAST || span < SPAN || last.1 - begun.1 < POINTS || stale {
        return None;
    }
    let pace = |from: &(f64, f64), to: &(f64, f64)| (to.1 - from.1) / (to.0 - from.0).max(1.0);
    let (early, late) = (pace(begun, middle), pace(middle, last));
    if late < early / 2.0 || late <= 0.0 {
        return None;
    }
    let eta_s = ((threshold - last.1) / late - (now - last.0)).max(1.0);
    (eta_s <= SOON).then_some(Rush { eta_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample a minute, up to now.
    fn minutes(values: &[f64]) -> Option<Rush> {
        let count = real(values.len());
        let points: Vec<(f64, f64)> = values
            .iter()
            .enumerate()
            .map(|(n, value)| (1e6 - (count - 1.0 - real(n)) * 60.0, *value))
            .collect();
        rush(&points, 1e6, 90.0)
    }

    #[test]
    fn what_fills_within_minutes_is_seen() {
        let fills: Vec<f64> = (0..12).map(|n| 37.0 + 4.0 * real(n)).collect();
        let eta = minutes(&fills).unwrap().eta_s;
        assert!((120.0..=140.0).contains(&eta), "{eta}");
        // Cleaned a moment ago, and filling again.
        let again: Vec<f64> = [88.0, 89.0, 20.0]
            .into_iter()
            .chain((0..8).map(|n| 24.0 + 4.0 * real(n)))
            .collect();
        assert!(minutes(&again).is_some());
    }

    #[test]
    fn steps_noise_and_slow_fills_are_not() {
        assert_eq!(minutes(&[40.0; 30]), None);
        // A step that is over.
        assert_eq!(
            minutes(&[40.0, 60.0, 70.0, 70.0, 70.0, 70.0, 70.0, 70.0]),
            None
        );
        // A point an hour.
        let slow: Vec<f64> = (0..30).map(|n| 80.0 + real(n) / 60.0).collect();
        assert_eq!(minutes(&slow), None);
        assert_eq!(minutes(&[40.0, 60.0, 80.0]), None);
        assert_eq!(minutes(&[]), None);
        // The last sample is long ago.
        let old: Vec<(f64, f64)> = (0..6)
            .map(|n| (1e6 - 1_500.0 + 60.0 * real(n), 50.0 + 6.0 * real(n)))
            .collect();
        assert_eq!(rush(&old, 1e6, 90.0), None);
    }
}
