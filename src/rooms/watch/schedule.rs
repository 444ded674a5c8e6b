//! When to look at what, and whether we slept. Pure.

use std::time::Duration;

use crate::model::state::{GAPS_KEPT, Gap, GapCause};
use crate::model::time::Timestamp;

/// The local disks and memory are looked at least so often.
pub const LOCAL_EVERY: Duration = Duration::from_secs(60);

/// What the watcher has done, in time since some fixed moment with the time
/// asleep counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    every: Duration,
    full_every: Duration,
    last: Option<Duration>,
    last_full: Option<Duration>,
}

impl Schedule {
    /// A schedule that looks at everything every `full_every`, and at the
    /// local disks and memory every [`LOCAL_EVERY`] at least.
    #[must_use]
    pub fn new(full_every: Duration) -> Self {
        Self {
            every: LOCAL_EVERY.min(full_every),
            full_every,
            last: None,
            last_full: None,
        }
    }

    /// Keeps to another interval from now on.
    pub fn follow(&mut self, full_every: Duration) {
        (self.every, self.full_every) = (LOCAL_EVERY.min(full_every), full_every);
    }

    /// Whether a round is due at `elapsed`.
    #[must_use]
    pub fn due(&self, elapsed: Duration) -> bool {
        self.wait(elapsed) == Duration::ZERO
    }

    /// Begins a round at `elapsed`; says whether it looks at everything.
    pub fn begin(&mut self, elapsed: Duration) -> bool {
        let full = self
            .last_full
            .is_none_or(|last| elapsed.saturating_sub(last) >= self.full_every);
        self.last = Some(elapsed);
        if full {
            self.last_full = Some(elapsed);
        }
        full
    }

    /// How long to wait at `elapsed` for the next round.
    #[must_use]
    pub fn wait(&self, elapsed: Duration) -> Duration {
        match self.last {
            None => Duration::ZERO,
            Some(last) => (last + self.every).saturating_sub(elapsed),
        }
    }
}

/// `gaps` with one more that ends at `now`; the oldest are forgotten.
#[must_use]
pub fn with_gap(gaps: &[Gap], from: Timestamp, now: Timestamp, why: GapCause) -> Vec<Gap> {
    let mut gaps = gaps.to_vec();
    gaps.push(Gap { from, to: now, why });
    let beyond = gaps.len().saturating_sub(GAPS_KEPT);
    gaps.drain(..beyond);
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn everything_is_looked_at_every_five_minutes_and_disks_every_minute() {
        let mut schedule = Schedule::new(at(300));
        let full: Vec<u64> = (0..11)
            .filter(|minute| schedule.begin(at(1_000 + 60 * minute)))
            .collect();
        assert_eq!(full, [0, 5, 10]);
        assert_eq!(schedule.wait(at(1_610)), at(50));
        assert_eq!(schedule.wait(at(9_999)), at(0));
    }

    #[test]
    fn a_short_health_interval_shortens_every_round() {
        let mut schedule = Schedule::new(at(10));
        assert!(schedule.begin(at(0)));
        assert_eq!(schedule.wait(at(0)), at(10));
        assert!(schedule.begin(at(10)));
    }

    #[test]
    fn only_the_newest_gaps_are_kept() {
        let gap = |gaps: &[Gap], n| with_gap(gaps, Timestamp(n), Timestamp(n + 1), GapCause::Slept);
        let gaps = (0..60).fold(Vec::new(), |gaps, n| gap(&gaps, n));
        assert_eq!(gaps.len(), GAPS_KEPT);
        assert_eq!(gaps.first().map(|gap| gap.from), Some(Timestamp(10)));
    }
}
