//! An instant by two clocks: the wall's, which may jump, and the machine's
//! own, which only goes forth and counts the time asleep.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Waking so much later than planned means that we slept or were stopped, not
/// that the machine was busy.
const OVERSLEPT: Duration = Duration::from_secs(10);

/// How long nobody looked, when what should have taken `wait` from `from` on
/// ended only at `now`: so late that we must have been asleep.
#[must_use]
pub fn overslept(from: Duration, wait: Duration, now: Duration) -> Option<Duration> {
    let late = now.saturating_sub(from.saturating_add(wait));
    (late >= OVERSLEPT).then(|| now.saturating_sub(from))
}

/// When something was seen by this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moment {
    /// By the wall clock.
    pub at: Timestamp,
    /// Milliseconds since this machine's boot, time asleep included.
    pub elapsed_ms: u64,
    /// Names that boot; empty where the system does not.
    pub boot: String,
}

impl Moment {
    /// The time from `earlier` to here, by the machine's own clock within one
    /// boot and by the wall clock across boots; never negative.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Duration {
        let same_boot = self.boot == earlier.boot && self.elapsed_ms >= earlier.elapsed_ms;
        if same_boot {
            return Duration::from_millis(self.elapsed_ms - earlier.elapsed_ms);
        }
        Duration::from_secs(u64::try_from(self.at.since(earlier.at)).unwrap_or(0))
    }

    /// Whether it lies before `other` within the same boot.
    #[must_use]
    pub fn precedes(&self, other: &Self) -> bool {
        self.boot == other.boot && self.elapsed_ms < other.elapsed_ms
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn before(&self, span: Duration) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let milliseconds = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            at: Timestamp(self.at.0.saturating_sub(seconds)),
            elapsed_ms: self.elapsed_ms.saturating_sub(milliseconds),
            boot: self.boot.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: i64, elapsed_ms: u64, boot: &str) -> Moment {
        Moment {
            at: Timestamp(at),
            elapsed_ms,
            boot: boot.to_owned(),
        }
    }

    #[test]
    fn waking_a_little_late_is_no_sleep() {
        assert_eq!(overslept(seconds(5_000), seconds(60), seconds(5_030)), None);
        assert_eq!(overslept(seconds(5_000), seconds(60), seconds(5_069)), None);
        assert_eq!(
            overslept(seconds(5_000), seconds(60), seconds(5_070)),
            Some(seconds(70))
        );
        assert_eq!(
            overslept(seconds(0), seconds(1), seconds(30_000)),
            Some(seconds(30_000))
        );
        assert_eq!(overslept(seconds(9), Duration::MAX, seconds(30_000)), None);
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_step_of_the_wall_clock_is_no_time() {
        let before = moment(1_000, 5_000, "a");
        assert_eq!(
            moment(90_000, 6_500, "a").since(&before),
            Duration::from_millis(1_500)
        );
        assert_eq!(moment(0, 5_000, "a").since(&before), Duration::ZERO);
    }

    #[test]
    fn across_a_boot_the_wall_clock_has_to_do() {
        let before = moment(1_000, 5_000, "a");
        assert_eq!(
            moment(1_060, 9_000, "b").since(&before),
            Duration::from_secs(60)
        );
        assert_eq!(moment(10, 9_000, "b").since(&before), Duration::ZERO);
        // A boot without a name, and a clock that began anew.
        assert_eq!(
            moment(1_060, 9, "").since(&moment(1_000, 5_000, "")),
            Duration::from_secs(60)
        );
    }
}
