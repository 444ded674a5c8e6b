//! When the watcher has configurations, logs and temporary files healed: by a
//! program of its own, `mamori heal`, so that hours of compressing cost the
//! watcher neither memory nor time.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::PollFd;

use super::jobs::{Job, Jobs, run};
use crate::config::Config;
use crate::sys::file_events::FileEvents;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files};

/// The first run comes this long after the watcher's start, at most.
const FIRST_AFTER: Duration = Duration::from_secs(20);
/// While its node is paused, its turn is put off by so much.
const AFTER_PAUSE: Duration = Duration::from_secs(60);
/// A guarded file that changed is looked at so long after it did…
const SOON: Duration = Duration::from_secs(1);
/// …and once more when nobody can be editing it any more.
const SETTLED: Duration = Duration::from_secs(125);
/// While a run is under way, the next is looked for so often.
const WHILE_RUNNING: Duration = Duration::from_secs(5);
/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(6 * 3600);

/// What is to be healed, and when.
#[derive(Debug, Default)]
pub struct Healing {
    guarded: FileEvents,
    paths: BTreeSet<PathBuf>,
    /// When everything is due next.
    next: Option<Duration>,
    /// When guarded files are due next.
    config: Vec<Duration>,
    jobs: Jobs,
}

/// Each by a program of its own: what takes long, or hangs on a dead disk,
/// holds up none of the others.
const CONFIG: Job = Job {
    name: "healing config",
    arguments: &["heal", "config", "--by-watcher", "--json"],
    limit: LIMIT,
    ..Job::PLAIN
};
const LOGS: Job = Job {
    name: "healing logs",
    arguments: &["heal", "logs", "--by-watcher", "--json"],
    limit: LIMIT,
    ..Job::PLAIN
};
const TEMP: Job = Job {
    name: "healing temp",
    arguments: &["heal", "temp", "--by-watcher", "--json"],
    limit: LIMIT,
    ..Job::PLAIN
};
/// All of it at once, for who waits for it.
const ALL: Job = Job {
    name: "healing",
    arguments: &["heal", "--by-watcher", "--json"],
    limit: LIMIT,
    ..Job::PLAIN
};

impl Healing {
    /// Watches these files from now on; new ones are looked at soon, so that a
    /// good version is known of them. Our own configuration alone can wait.
    pub fn follow(&mut self, guarded: BTreeSet<PathBuf>, guards: bool) {
        if guards && !self.paths.is_superset(&guarded) {
            self.config = vec![clock::elapsed() + SOON];
        }
        self.paths = guarded;
        for path in &self.paths {
            // One that is missing is seen by the next run, and watched again then.
            self.guarded.watch(path);
        }
    }

    /// Takes in which guarded files changed; whether any did.
    pub fn listen(&mut self) -> bool {
        let changed = self.guarded.changed();
        // Of a folder it only matters that something guarded is missing there.
        let missing = |folder: &PathBuf| {
            let inside = self
                .paths
                .iter()
                .filter(|path| path.parent() == Some(folder));
            inside.into_iter().any(|path| !files::exists(path))
        };
        let folder = |path: &PathBuf| self.paths.iter().any(|one| one.parent() == Some(path));
        let tells = |path: &PathBuf| self.paths.contains(path) && (!folder(path) || missing(path));
        if changed.iter().any(tells) {
            let now = clock::elapsed();
            self.config = vec![now + SOON, now + SETTLED];
        }
        !changed.is_empty()
    }

    /// Begins what is due, unless a run is under way.
    pub fn turn(&mut self, around: &Surroundings, config: &Config, paused: bool) {
        let now = clock::elapsed();
        let every = config.watch.heal_every;
        let next = *self.next.get_or_insert(now + every.min(FIRST_AFTER));
        if paused {
            // Once it is not any more, a turn comes soon.
            self.next = Some(next.max(now + AFTER_PAUSE));
            self.config.clear();
            return;
        }
        if now >= next {
            self.next = Some(now + every);
            self.config.clear();
            for part in [CONFIG, LOGS, TEMP] {
                self.jobs.begin(part, around);
            }
        } else if self.config.first().is_some_and(|due| now >= *due) && !self.jobs.runs(&CONFIG) {
            self.config.retain(|due| now < *due);
            self.jobs.begin(CONFIG, around);
        }
    }

    /// How long until something is due.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let now = clock::elapsed();
        let due = self.config.first().into_iter().chain(&self.next).min();
        let due = due.map_or(Duration::MAX, |due| due.saturating_sub(now));
        let waits = self.guarded.wait().unwrap_or(Duration::MAX);
        if self.jobs.runs(&CONFIG) {
            // What changed meanwhile has its turn soon after.
            return due.max(WHILE_RUNNING).min(waits);
        }
        due.min(waits)
    }

    /// What wakes the watcher.
    #[must_use]
    pub fn interests(&self) -> Vec<PollFd<'_>> {
        self.guarded.interests()
    }
}

/// Everything once, to its end.
pub fn heal(around: &Surroundings) {
    run(&ALL, around);
}
