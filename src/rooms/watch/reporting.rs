//! When the watcher has reports written: by a program of its own, at 00:10 by
//! the wall clock, and a minute after the watcher's start and after a sleep, so
//! that what was missed is made up for; and every four hours, so that what
//! failed is tried again. That program knows which are due.

use std::ffi::OsString;
use std::time::Duration;

use chrono::Local;
use chrono_tz::Tz;

use super::jobs::{Job, Jobs, run};
use crate::model::time::Timestamp;
use crate::rooms::report::due;
use crate::sys::surroundings::{self, Surroundings};
use crate::sys::{agents, clock};

/// What was missed is made up for when the network and the nodes are there.
const SOON: Duration = Duration::from_secs(60);
/// While a run is under way, the next is put off by so much.
const WHILE_RUNNING: Duration = Duration::from_secs(30);
/// What failed, or lacked a source, is tried again so long after a run.
const AGAIN: Duration = Duration::from_secs(4 * 60 * 60);

/// Writes what is due.
const REPORT: Job = Job {
    name: "reporting",
    arguments: &["report", "--by-watcher"],
    limit: Duration::from_secs(60 * 60),
    besides: of_sources,
    warns: true,
};

/// What leads to sources of reports: GitHub's token, agents' folders.
fn of_sources() -> Vec<(OsString, OsString)> {
    let mut all = surroundings::of_gh();
    all.extend(agents::variables());
    all
}

/// What is due, to its end.
pub fn report(around: &Surroundings) {
    run(&REPORT, around);
}

/// What is due, and what is under way.
#[derive(Debug)]
pub struct Reporting {
    jobs: Jobs,
    times: Times,
}

impl Default for Reporting {
    fn default() -> Self {
        Self {
            jobs: Jobs::default(),
            times: Times {
                seen: clock::now(),
                next: clock::now(),
                soon: Some(clock::elapsed() + SOON),
                again: clock::elapsed() + AGAIN,
            },
        }
    }
}

impl Reporting {
    /// We slept: what was missed is made up for soon.
    pub fn slept(&mut self) {
        self.times.soon = Some(clock::elapsed() + SOON);
    }

    /// Begins what is due.
    pub fn turn(&mut self, around: &Surroundings, zone: Option<Tz>) {
        let (now, elapsed) = (clock::now(), clock::elapsed());
        let due = self.times.turn(now, elapsed, |after| next(after, zone));
        if due && self.jobs.runs(&REPORT) {
            // It may have begun before that was due.
            self.times.soon = Some(elapsed + WHILE_RUNNING);
        } else if due {
            self.jobs.begin(REPORT, around);
        }
    }

    /// How long until something is due.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.times.wait(clock::now(), clock::elapsed())
    }
}

fn next(after: Timestamp, zone: Option<Tz>) -> Timestamp {
    match zone {
        Some(zone) => due::next(after, &zone),
        None => due::next(after, &Local),
    }
}

/// Up to when nothing is due any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    /// The wall clock as it was last seen.
    seen: Timestamp,
    /// When, by the wall clock, the next one is due; none before the first turn.
    next: Timestamp,
    /// A run that is due by the clock that never stands still.
    soon: Option<Duration>,
    /// A run that is due by that clock if no other comes before.
    again: Duration,
}

impl Times {
    /// Whether a run is due now. A nightly one that comes while one is due soon
    /// is that one.
    fn turn(
        &mut self,
        now: Timestamp,
        elapsed: Duration,
        next: impl Fn(Timestamp) -> Timestamp,
    ) -> bool {
        // A clock that is set back asks again for what it passes again.
        let nightly = self.seen < now && next(self.seen) <= now;
        (self.seen, self.next) = (now, next(now));
        let due = match self.soon {
            Some(soon) => soon <= elapsed,
            None => nightly || self.again <= elapsed,
        };
        if due {
            (self.soon, self.again) = (None, elapsed + AGAIN);
        }
        due
    }

    /// How long until something is due, after a turn.
    fn wait(&self, now: Timestamp, elapsed: Duration) -> Duration {
        match self.soon {
            Some(soon) => soon.saturating_sub(elapsed),
            None => {
                let left = self.next.since(now);
                let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
                left.min(self.again.saturating_sub(elapsed))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use chrono_tz::Europe;

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp())
    }

    fn berlin(after: Timestamp) -> Timestamp {
        due::next(after, &Europe::Berlin)
    }

    fn seen(now: &str) -> Times {
        Times {
            seen: at(now),
            next: at(now),
            soon: None,
            again: LATER + AGAIN,
        }
    }

    const LATER: Duration = Duration::from_secs(1_000);

    #[test]
    fn a_night_has_one_run_and_it_is_slept_until_then() {
        let mut times = seen("2026-11-20T23:00:00+01:00");
        let mut due = |now: &str| times.turn(at(now), LATER, berlin);
        assert!(!due("2026-11-21T00:09:59+01:00"));
        assert!(due("2026-11-21T00:10:00+01:00"));
        assert!(!due("2026-11-21T00:10:01+01:00"));
        assert!(!due("2026-11-21T23:59:59+01:00"));
        assert!(due("2026-11-22T08:00:00+01:00"));
        assert_eq!(times.wait(at("2026-11-22T08:00:00+01:00"), LATER), AGAIN);
        let wait = times.wait(at("2026-11-22T23:00:00+01:00"), LATER);
        assert_eq!(wait, Duration::from_secs(3_600 + 600));
    }

    #[test]
    fn four_hours_after_any_run_there_is_another() {
        let mut times = seen("2026-11-21T00:09:59+01:00");
        assert!(times.turn(at("2026-11-21T00:10:00+01:00"), LATER, berlin));
        let mut due = |now: &str, after| times.turn(at(now), LATER + after, berlin);
        let second = Duration::from_secs(1);
        assert!(!due(
            "2026-11-21T04:09:59+01:00",
            AGAIN.saturating_sub(second)
        ));
        assert!(due("2026-11-21T04:10:00+01:00", AGAIN));
        assert!(!due("2026-11-21T04:10:01+01:00", AGAIN + second));
        assert!(!due(
            "2026-11-21T08:09:59+01:00",
            (2 * AGAIN).saturating_sub(second)
        ));
        assert!(due("2026-11-21T08:10:00+01:00", 2 * AGAIN));
    }

    #[test]
    fn a_clock_that_is_set_back_neither_loses_a_night_nor_runs_again_and_again() {
        let mut times = seen("2027-06-01T12:00:00+02:00");
        let mut due = |now: &str| times.turn(at(now), LATER, berlin);
        assert!(!due("2026-11-20T23:00:00+01:00"));
        assert!(!due("2026-11-20T23:00:01+01:00"));
        assert!(due("2026-11-21T00:10:05+01:00"));
        // Set back by ten minutes: the same night once more, and no third time.
        assert!(!due("2026-11-21T00:00:05+01:00"));
        assert!(due("2026-11-21T00:10:00+01:00"));
        assert!(!due("2026-11-21T00:11:00+01:00"));
    }

    #[test]
    fn a_start_and_a_sleep_have_one_run_soon_that_is_the_nights_too() {
        let second = Duration::from_secs(1);
        let before = Duration::from_secs(999);
        let mut times = Times {
            soon: Some(LATER),
            ..seen("2026-11-20T23:59:00+01:00")
        };
        let night = at("2026-11-21T00:10:00+01:00");
        assert_eq!(times.wait(night, before), second);
        assert!(!times.turn(night, before, berlin));
        assert!(times.turn(night, LATER, berlin));
        assert!(!times.turn(night, LATER + second, berlin));
        assert!(!times.turn(Timestamp(night.0 + 1), LATER + second, berlin));
    }
}
