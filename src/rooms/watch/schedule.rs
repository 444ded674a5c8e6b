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

/// What a round asks of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every question.
    Full,
    /// Those that are judged.
    Judged,
    /// The same, but of services it takes only what was answered late. If it
    /// asked them, too, slow checks would bring look after look for ever.
    Late,
}

/// What brings a look out of turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// Something was repaired or broke.
    pub any: bool,
    /// Somebody calls.
    pub called: bool,
    /// A check that took long has answered.
    pub late: bool,
}

/// What is repaired or breaks brings a look, but at most so often: looks in one
/// burst are one sample, not two that make an alert.
const NEWS_EVERY: Duration = Duration::from_secs(5);
/// Whoever touches the file by which we are called waits for the look; but a
/// server that dies touches it for each of its sessions.
const CALLS_EVERY: Duration = Duration::from_secs(1);

/// The looks out of turn: how near to the last one the next may come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burst {
    looked: Duration,
    news: News,
}

impl Burst {
    /// Takes in what there is to look at.
    pub fn heard(&mut self, news: News) {
        self.news.any |= news.any;
        self.news.called |= news.called;
        self.news.late |= news.late;
    }

    /// What the next look out of turn asks.
    #[must_use]
    pub fn depth(&self) -> Depth {
        if self.news.any || self.news.called {
            Depth::Judged
        } else {
            Depth::Late
        }
    }

    /// Whether a look out of turn is due at `elapsed`.
    #[must_use]
    pub fn due(&self, elapsed: Duration) -> bool {
        self.wait(elapsed) == Duration::ZERO
    }

    /// Takes in that there was a look at `elapsed`: it saw what there was to see.
    pub fn looked(&mut self, elapsed: Duration) {
        *self = Self {
            looked: elapsed,
            ..Self::default()
        };
    }

    /// How long to wait at `elapsed` for the next look out of turn.
    #[must_use]
    pub fn wait(&self, elapsed: Duration) -> Duration {
        let every = if self.news.called {
            CALLS_EVERY
        } else if self.news.any || self.news.late {
            NEWS_EVERY
        } else {
            return Duration::MAX;
        };
        (self.looked + every).saturating_sub(elapsed)
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

    #[test]
    fn looks_in_one_burst_are_one() {
        let at = Duration::from_millis;
        let mut burst = Burst::default();
        burst.looked(at(60_000));
        assert_eq!(burst.wait(at(60_000)), Duration::MAX);
        // Six repairs within a second: one look, five seconds after the last.
        let mut looks = Vec::new();
        for now in (60_000..70_000).step_by(10) {
            burst.heard(news(now < 61_000 && now % 150 == 0, false));
            if burst.due(at(now)) {
                burst.looked(at(now));
                looks.push(now);
            }
        }
        assert_eq!(looks, [65_000]);
        // After a while of quiet the first one is looked at without delay.
        burst.heard(news(true, false));
        assert!(burst.due(at(70_000)));
    }

    fn news(any: bool, called: bool) -> News {
        News {
            any,
            called,
            late: false,
        }
    }

    #[test]
    fn a_late_answer_is_taken_and_asks_for_no_other() {
        let mut burst = Burst::default();
        burst.looked(at(60));
        let late = News {
            late: true,
            ..News::default()
        };
        burst.heard(late);
        assert_eq!(burst.wait(at(62)), at(3));
        assert_eq!(burst.depth(), Depth::Late);
        // What happened besides is looked at as ever.
        burst.heard(news(true, false));
        burst.heard(late);
        assert_eq!(burst.depth(), Depth::Judged);
        burst.looked(at(65));
        assert_eq!(burst.wait(at(65)), Duration::MAX);
        assert_eq!(burst.depth(), Depth::Late);
    }

    #[test]
    fn who_calls_is_answered_at_once_but_a_crowd_once_a_second() {
        let at = Duration::from_millis;
        let mut burst = Burst::default();
        burst.looked(at(60_000));
        burst.heard(news(true, true));
        assert!(burst.due(at(61_000)));
        burst.looked(at(61_000));
        burst.heard(news(false, true));
        assert_eq!(burst.wait(at(61_300)), at(700));
        burst.looked(at(62_000));
        assert_eq!(burst.wait(at(62_000)), Duration::MAX);
    }

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
