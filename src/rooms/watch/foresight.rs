//! When the watcher has it foreseen what will fill or break, and the folders
//! measured that grow: by programs of their own, every `predict_every`, and
//! sooner when a reading moves fast or a first run already says so.

use std::collections::BTreeMap;
use std::time::Duration;

use super::jobs::{Job, Jobs, run};
use crate::config::{Config, Limits};
use crate::model::foretold::Foretold;
use crate::model::node::Node;
use crate::model::state::State;
use crate::rooms::health::heard::{Heard, Word};
use crate::sys::clock;
use crate::sys::surroundings::Surroundings;

/// The first run comes this long after the watcher's start: then the history
/// has its first samples.
const FIRST_AFTER: Duration = Duration::from_secs(30);
/// Runs out of turn are so far apart.
const APART: Duration = Duration::from_secs(10 * 60);

/// Says what will be.
const FORESEE: Job = Job {
    name: "foresight",
    arguments: &["predict", "--by-watcher"],
    limit: Duration::from_secs(5 * 60),
    ..Job::PLAIN
};
/// Measures folders, if it is time for that.
const MEASURE: Job = Job {
    name: "measuring",
    arguments: &["predict", "measure", "--by-watcher"],
    limit: Duration::from_secs(30 * 60),
    ..Job::PLAIN
};

/// What is due, and what is under way.
#[derive(Debug, Default)]
pub struct Foresight {
    jobs: Jobs,
    /// When the next run is due.
    next: Option<Duration>,
    /// When the last one began.
    last: Option<Duration>,
    /// What each disk and memory was a while ago, used percent.
    anchors: BTreeMap<(String, String), Anchor>,
}

/// A reading that later ones are held against.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Anchor {
    at: Duration,
    percent: f64,
    /// Whether it came there fast.
    fast: bool,
}

/// How fast something moves before it is looked at out of turn.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// It would reach its limit within this time.
    within: Duration,
    /// It has moved so many points: what is less is noise.
    points: f64,
    /// Readings are held against one that is at most so old.
    window: Duration,
}

const DISK: Pace = Pace {
    within: Duration::from_secs(6 * 3600),
    points: 1.0,
    window: Duration::from_secs(30 * 60),
};
const MEMORY: Pace = Pace {
    within: Duration::from_secs(3600),
    points: 5.0,
    window: Duration::from_secs(10 * 60),
};

impl Foresight {
    /// Takes in what was measured.
    pub fn saw(&mut self, heard: &[Heard], state: &State, config: &Config, local: &str) {
        let now = clock::elapsed();
        let mut fast = false;
        let measured = heard
            .iter()
            .filter(|one| matches!(one.word, Word::Looked(..) | Word::Answered(..)));
        for node in measured.filter_map(|one| state.node(&one.node)) {
            let limits = match config.node(&node.name) {
                Some(configured) if node.name != local => configured.limits(&config.limits),
                _ => config.limits,
            };
            let readings: Vec<_> = readings(node, &limits).collect();
            // What a node does not tell of any more is forgotten.
            self.anchors.retain(|(of, what), _| {
                *of != node.name || readings.iter().any(|(there, ..)| there == what)
            });
            for (what, percent, limit, pace) in readings {
                let key = (node.name.clone(), what);
                fast |= moves(&mut self.anchors, key, (now, percent), limit, pace);
            }
        }
        if fast {
            self.sooner(now);
        }
    }

    /// A run comes as soon as it may.
    fn sooner(&mut self, now: Duration) {
        let soonest = self.last.map_or(now, |last| (last + APART).max(now));
        self.next = Some(self.next.map_or(soonest, |next| next.min(soonest)));
    }

    /// Begins what is due.
    pub fn turn(&mut self, around: &Surroundings, config: &Config, state: &State) {
        let now = clock::elapsed();
        let every = config.watch.predict_every;
        if self.last.is_some_and(|last| now >= last + APART) {
            // What one window says wants the next as soon as it counts as one.
            let open = state.forecasts.iter().filter(|one| one.is_open());
            let apart = open.map(Foretold::apart_s).min();
            let apart = apart.and_then(|apart| u64::try_from(apart).ok());
            if let (Some(apart), Some(last)) = (apart.map(Duration::from_secs), self.last) {
                let due = last + apart.max(APART);
                self.next = self.next.map(|next| next.min(due));
            }
        }
        let next = *self.next.get_or_insert(now + FIRST_AFTER.min(every));
        if now >= next {
            self.next = Some(now + every);
            self.last = Some(now);
            self.jobs.begin(FORESEE, around);
            self.jobs.begin(MEASURE, around);
        }
    }

    /// How long until something is due.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let now = clock::elapsed();
        self.next
            .map_or(Duration::MAX, |next| next.saturating_sub(now))
    }
}

/// One run, to its end.
pub fn foresee(around: &Surroundings) {
    run(&FORESEE, around);
}

/// Every disk and the memory of a node: what it is, used percent, limit.
fn readings<'a>(
    node: &'a Node,
    limits: &Limits,
) -> impl Iterator<Item = (String, f64, f64, Pace)> + 'a {
    let (disk, memory) = (limits.disk_used_max, 100.0 - limits.memory_available_min);
    let disks = node.readings.disks.value().map_or(&[][..], Vec::as_slice);
    let free = node.readings.memory_available_percent.value();
    let free = free.map(|free| ("memory".to_owned(), 100.0 - free, memory, MEMORY));
    let disks = disks
        .iter()
        .map(move |one| (one.mount.clone(), one.used_percent, disk, DISK));
    disks.chain(free)
}

/// Whether a reading moves so fast, for the second time in a row, that it would
/// reach `limit` soon.
fn moves(
    anchors: &mut BTreeMap<(String, String), Anchor>,
    what: (String, String),
    (at, percent): (Duration, f64),
    limit: f64,
    pace: Pace,
) -> bool {
    let calm = Anchor {
        at,
        percent,
        fast: false,
    };
    let anchor = anchors.entry(what).or_insert(calm);
    let span = at.saturating_sub(anchor.at);
    let risen = percent - anchor.percent;
    if risen >= pace.points && percent < limit && !span.is_zero() {
        let left = (limit - percent) / risen * span.as_secs_f64();
        let fast = left <= pace.within.as_secs_f64();
        let again = fast && anchor.fast;
        // From here on it is held against this.
        *anchor = Anchor { fast, ..calm };
        return again;
    }
    if risen < 0.0 || span >= pace.window {
        *anchor = calm;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the readings are fast for the second time.
    fn fast(readings: &[(u64, f64)], limit: f64, pace: Pace) -> Vec<bool> {
        let mut anchors = BTreeMap::new();
        let mut moves = |&(seconds, percent): &(u64, f64)| {
            let key = ("n".to_owned(), "x".to_owned());
            let reading = (Duration::from_secs(seconds), percent);
            moves(&mut anchors, key, reading, limit, pace)
        };
        readings.iter().map(&mut moves).collect()
    }

    #[test]
    fn a_runaway_log_is_fast_and_a_slow_fill_or_a_step_far_away_is_not() {
        // A point in ten minutes, ten below the limit: an hour and a half.
        assert_eq!(
            fast(
                &[(0, 79.0), (300, 79.5), (600, 80.0), (1200, 81.0)],
                90.0,
                DISK
            ),
            [false, false, false, true]
        );
        // A point in twelve hours.
        let slow: Vec<(u64, f64)> = (0..720)
            .map(|minute: u32| (u64::from(minute) * 60, 80.0 + f64::from(minute) / 720.0))
            .collect();
        assert!(!fast(&slow, 90.0, DISK).contains(&true));
        // Two points at once in half an hour, eighty below.
        assert_eq!(fast(&[(0, 5.0), (1800, 7.0)], 90.0, DISK), [false, false]);
        // Past the limit it is no forecast any more.
        assert_eq!(fast(&[(0, 80.0), (60, 92.0)], 90.0, DISK), [false, false]);
        // What falls is held against its lowest.
        assert_eq!(
            fast(
                &[(0, 80.0), (60, 60.0), (120, 62.0), (180, 64.0)],
                90.0,
                DISK
            ),
            [false, false, false, true]
        );
        // A program that is started is one step.
        assert_eq!(
            fast(
                &[(0, 50.0), (60, 56.0), (120, 57.0), (720, 57.0)],
                90.0,
                MEMORY
            ),
            [false; 4]
        );
        assert_eq!(
            fast(&[(0, 50.0), (60, 56.0), (120, 62.0)], 90.0, MEMORY),
            [false, false, true]
        );
    }
}
