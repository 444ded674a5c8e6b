//! How long a node was up, down, unknown and paused: four spans that add up
//! to the time that passed.
//!
//! A node is looked at now and then. Between two looks that agree it was what
//! they say; between two that do not, the edge is placed half-way. A look
//! vouches for a limited time on either side: what lies beyond is unknown. The
//! time is this machine's own, so a step of the wall clock adds nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::time::Timestamp;

/// What a node is in the sense of uptime.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It answers.
    Up,
    /// It does not.
    Down,
    /// Somebody said not to look.
    Paused,
    /// Nobody could look; also what a newer version calls by another word.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Class {
    /// The word that people and JSON read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
        }
    }
}

/// A node's time by class since it was first looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uptime {
    /// The first look.
    pub since: Timestamp,
    /// Milliseconds it was up.
    pub up_ms: u64,
    /// Milliseconds it was down.
    pub down_ms: u64,
    /// Milliseconds nobody knows of.
    pub unknown_ms: u64,
    /// Milliseconds it was paused.
    pub paused_ms: u64,
    /// What the last look said.
    pub class: Class,
    /// When that was.
    pub last: Moment,
}

impl Uptime {
    /// The first look, at `now`.
    #[must_use]
    pub fn begin(now: &Moment, class: Class) -> Self {
        Self {
            since: now.at,
            up_ms: 0,
            down_ms: 0,
            unknown_ms: 0,
            paused_ms: 0,
            class,
            last: now.clone(),
        }
    }

    /// One more look. Each vouches for `reach` on either side. News from
    /// before the last look come too late.
    pub fn observe(&mut self, now: &Moment, class: Class, reach: Duration) {
        if now.precedes(&self.last) {
            return;
        }
        let span = milliseconds(now.since(&self.last));
        let (before, after) = (span / 2, span - span / 2);
        let reach = milliseconds(reach);
        self.add(self.class, before, reach);
        self.add(class, after, reach);
        (self.class, self.last) = (class, now.clone());
    }

    /// Nobody looked from the last look until `now`.
    pub fn skip(&mut self, now: &Moment) {
        if now.precedes(&self.last) {
            return;
        }
        self.unknown_ms += milliseconds(now.since(&self.last));
        (self.class, self.last) = (Class::Unknown, now.clone());
    }

    /// It was of `class` from exactly `since` on, which is known better than
    /// by looks.
    pub fn turned(&mut self, since: &Moment, class: Class, reach: Duration) {
        self.observe(since, self.class, reach);
        self.class = class;
    }

    fn add(&mut self, class: Class, span: u64, reach: u64) {
        let known = if class == Class::Unknown {
            span
        } else {
            span.min(reach)
        };
        self.unknown_ms += span - known;
        match class {
            Class::Up => self.up_ms += known,
            Class::Down => self.down_ms += known,
            Class::Paused => self.paused_ms += known,
            Class::Unknown => self.unknown_ms += known,
        }
    }

    /// All of it, in milliseconds.
    #[must_use]
    pub fn wall_ms(&self) -> u64 {
        self.up_ms + self.down_ms + self.unknown_ms + self.paused_ms
    }

    /// `100 · up / (up + down)`; `None` while neither is known.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        ratio(self.up_ms, self.up_ms + self.down_ms)
    }

    /// `100 · (up + down) / wall`: how much of the time the percentage rests on.
    #[must_use]
    pub fn coverage_percent(&self) -> Option<f64> {
        ratio(self.up_ms + self.down_ms, self.wall_ms())
    }
}

/// `100 · part / whole` to three decimals, rounded down: 100 means always.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of 285 000 years fit"
)]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (100_000.0 * part as f64 / whole as f64).floor() / 1_000.0)
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REACH: Duration = Duration::from_secs(660);

    fn at(seconds: u64) -> Moment {
        Moment {
            at: Timestamp(i64::try_from(seconds).unwrap()),
            elapsed_ms: seconds * 1_000,
            boot: "boot".to_owned(),
        }
    }

    fn parts(uptime: &Uptime) -> [u64; 4] {
        [
            uptime.up_ms,
            uptime.down_ms,
            uptime.unknown_ms,
            uptime.paused_ms,
        ]
        .map(|part| part / 1_000)
    }

    #[test]
    fn an_edge_lies_half_way_between_two_looks() {
        let mut uptime = Uptime::begin(&at(0), Class::Up);
        uptime.observe(&at(15), Class::Up, REACH);
        uptime.observe(&at(25), Class::Down, REACH);
        uptime.observe(&at(35), Class::Up, REACH);
        assert_eq!(parts(&uptime), [25, 10, 0, 0]);
        assert_eq!(uptime.percent(), Some(71.428));
        assert_eq!(uptime.coverage_percent(), Some(100.0));
    }

    #[test]
    fn a_look_vouches_only_so_far() {
        let mut uptime = Uptime::begin(&at(0), Class::Up);
        uptime.observe(&at(3_600), Class::Up, REACH);
        assert_eq!(parts(&uptime), [1_320, 0, 2_280, 0]);
        uptime.skip(&at(4_000));
        assert_eq!(parts(&uptime), [1_320, 0, 2_680, 0]);
        assert_eq!(uptime.coverage_percent(), Some(33.0));
    }

    #[test]
    fn what_a_person_said_has_an_exact_edge() {
        let mut uptime = Uptime::begin(&at(0), Class::Up);
        uptime.turned(&at(10), Class::Paused, REACH);
        uptime.observe(&at(100), Class::Paused, REACH);
        assert_eq!(parts(&uptime), [10, 0, 0, 90]);
    }

    proptest! {
        #[test]
        fn the_four_add_up_to_the_time_that_passed(
            looks in prop::collection::vec((0_u64..5_000, 0_u8..5, -9_000_i64..9_000), 1..60)
        ) {
            let mut uptime = Uptime::begin(&at(0), Class::Unknown);
            let mut now = 0;
            for (wait, class, step) in looks {
                now += wait;
                let moment = Moment { at: Timestamp(step), ..at(now) };
                match class {
                    0 => uptime.observe(&moment, Class::Up, REACH),
                    1 => uptime.observe(&moment, Class::Down, REACH),
                    2 => uptime.observe(&moment, Class::Unknown, REACH),
                    3 => uptime.turned(&moment, Class::Paused, REACH),
                    _ => uptime.skip(&moment),
                }
                prop_assert_eq!(uptime.wall_ms(), now * 1_000);
            }
        }
    }
}
