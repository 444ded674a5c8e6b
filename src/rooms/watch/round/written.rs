//! What of it all is written into the state file, and when.

use std::path::Path;
use std::time::Duration;

use super::{A_DAY, A_NODE_WRITTEN, PENDING, Rounds};
use crate::model::desk::Desk;
use crate::model::history::lines;
use crate::model::kept;
use crate::model::process::Condition;
use crate::model::state::{State, TmuxServer};
use crate::rooms::health::expected::Expected;
use crate::rooms::health::heard::Heard;
use crate::rooms::health::record::{Rules, record};
use crate::rooms::watch::change::{compacted, worth_writing};
use crate::rooms::watch::schedule::with_gap;
use crate::state::store::StateError;
use crate::sys::flock::Wait;
use crate::sys::{clock, files, processes};

/// Readings are written at most so often.
const WRITE_EVERY: Duration = Duration::from_secs(2);
/// What people see is written so soon after the last time,
const SHOWN_EVERY: Duration = Duration::from_millis(250);
/// and so often before it has to wait as readings do: a node that comes and
/// goes all the time wears out no disk.
const SHOWN_AT_ONCE: u32 = 10;

/// When the state file may be written.
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    /// When that was last tried.
    tried: Duration,
    /// Until when the usual rhythm would have taken for the writes so far.
    paid_until: Duration,
    /// Whether people would see what is due.
    pub(super) shows: bool,
}

impl Rhythm {
    /// When what is due may be written. What people see does not wait, unless
    /// there was much of it lately.
    pub(super) fn next(&self) -> Duration {
        let usual = self.tried + WRITE_EVERY;
        if !self.shows {
            return usual;
        }
        let credit = self.paid_until.saturating_sub(WRITE_EVERY * SHOWN_AT_ONCE);
        usual.min(credit.max(self.tried + SHOWN_EVERY))
    }

    fn wrote(&mut self, now: Duration) {
        self.paid_until = self.paid_until.max(now) + WRITE_EVERY;
        self.tried = now;
    }
}

impl Rounds<'_> {
    /// From which age on readings that say nothing new are worth a write:
    /// nodes are looked at one after the other, one write takes in all, and
    /// many nodes make a large file.
    pub(super) fn oldest(&self) -> Duration {
        let nodes = u32::try_from(self.state.nodes.len()).unwrap_or(u32::MAX);
        // As large as it was the last time, or as it may become.
        let share = self.bytes.map_or(A_NODE_WRITTEN * nodes, |bytes| {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            Duration::from_secs(86_400) / (A_DAY / bytes.max(1)).max(1)
        });
        let every = self.config.watch.health_every.max(share);
        let since = |at| clock::elapsed().saturating_sub(at);
        if self.written.is_some_and(|at| since(at) < every) {
            Duration::MAX
        } else {
            every
        }
    }

    pub(super) fn may_write(&self, now: Duration) -> bool {
        now >= self.rhythm.next()
    }

    /// `state`, as it stands in the file, with all that waits to be written.
    pub(super) fn taken_over(&self, state: &State, expected: &Expected) -> State {
        let state = self.repairs.entered(state.clone());
        self.with(state, &self.pending, &self.state.desk, expected)
    }

    /// The same of the file as it was last seen. What is in our own state
    /// already is not taken in once more: of many nodes much waits.
    pub(super) fn caught_up(&self, expected: &Expected) -> State {
        if self.repairs.waiting() || !self.gaps.is_empty() {
            return self.taken_over(&self.base, expected);
        }
        let new = self.pending.get(self.taken..).unwrap_or_default();
        let state = self.repairs.entered(self.state.clone());
        self.with(state, new, &self.state.desk, expected)
    }

    /// Our own state is this now, with all that waits.
    pub(super) fn know(&mut self, state: State) {
        self.state = state;
        self.taken = self.pending.len();
    }

    /// What waits without what says nothing new.
    pub(super) fn compact(&mut self) {
        self.pending = compacted(std::mem::take(&mut self.pending));
        self.taken = self.pending.len();
    }

    fn with(&self, state: State, heard: &[Heard], desk: &Desk, expected: &Expected) -> State {
        let rules = Rules {
            name: &self.name,
            expected,
            judge: &self.config.judge,
            config: &self.config,
        };
        let mut new = record(state, heard, rules);
        new.gaps = self.gaps.iter().fold(new.gaps, |all, gap| {
            with_gap(&all, gap.from, gap.to, gap.why)
        });
        self.shared.enter(&mut new, &self.name, &self.config);
        self.telling
            .decide(&mut new, desk, &self.name, &self.config);
        new
    }

    /// Brings the state file up to date if that is worth a write. When it is
    /// locked or the disk is full, what was heard waits and our own copy goes on.
    pub(super) fn write(&mut self, expected: &Expected) {
        (self.due, self.rhythm.shows) = (false, false);
        let oldest = self.oldest();
        let gone = self.gone_servers();
        let updated = self.store.update(Wait::Never, clock::now(), |state| {
            // Nobody else wrote since we last did.
            let ours = state.revision == self.base.revision;
            let whole = if ours {
                self.base.clone()
            } else {
                self.filled(state)
            };
            let mut new = if ours {
                self.caught_up(expected)
            } else {
                self.taken_over(&whole, expected)
            };
            new.tmux_servers.retain(|server| !gone.contains(server));
            let worth = worth_writing(&whole, &new, oldest);
            let begun = if worth {
                lines::begun(&whole, &new)
            } else {
                String::new()
            };
            ((new.clone(), worth, begun), worth.then_some(new))
        });
        match updated {
            Ok(updated) => {
                let (state, worth, begun) = updated.outcome;
                self.recording.errors(&begun, self.around);
                if worth {
                    self.base = updated.state;
                    let now = clock::elapsed();
                    self.rhythm.wrote(now);
                    self.written = Some(now);
                    self.bytes = Some(updated.bytes);
                    self.pending.clear();
                    self.gaps.clear();
                } else if self.base.revision != updated.state.revision {
                    self.base = self.filled(&updated.state);
                }
                self.repairs.recorded();
                self.shared.recorded();
                self.know(state);
                self.compact();
                self.recorded = true;
                self.complaints.remove("state");
                for notice in updated.notices {
                    self.complain("state", notice);
                }
            }
            Err(error) => {
                // Whoever holds the lock lets go of it soon; a disk may stay full.
                self.recorded = matches!(error, StateError::Locked { .. });
                (self.rhythm.tried, self.due) = (clock::elapsed(), self.recorded);
                // People's commands may have changed the file meanwhile.
                if let Ok(Some(look)) = self.store.read() {
                    self.base = self.filled(&look.state);
                }
                let state = self.taken_over(&self.base, expected);
                let beyond = self
                    .pending
                    .len()
                    .saturating_sub(PENDING * self.state.nodes.len().max(1));
                self.pending.drain(..beyond);
                self.know(state);
                self.complain("state", format!("not recorded: {error}"));
            }
        }
    }

    /// What the file says, with the readings that it leaves out.
    pub(super) fn filled(&self, state: &State) -> State {
        let mut state = state.clone();
        kept::fill(&mut state, &self.state);
        state
    }

    /// Registered servers whose socket and process are both gone.
    pub(super) fn gone_servers(&self) -> Vec<TmuxServer> {
        let gone = |server: &&TmuxServer| {
            !files::exists(Path::new(&server.socket))
                && processes::of(server.pid)
                    .is_none_or(|facts| facts.condition == Condition::Zombie)
        };
        self.state
            .tmux_servers
            .iter()
            .filter(gone)
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_see_is_written_soon_but_not_more_often_in_the_long_run() {
        let mut rhythm = Rhythm::default();
        let (mut now, end) = (Duration::from_secs(100), Duration::from_secs(700));
        rhythm.wrote(now);
        assert_eq!(rhythm.next(), now + WRITE_EVERY);
        rhythm.shows = true;
        assert_eq!(rhythm.next(), now + SHOWN_EVERY);
        let mut writes = 0;
        while now < end {
            now = rhythm.next();
            rhythm.wrote(now);
            writes += 1;
        }
        // One every two seconds, and those that came before their time.
        assert!(
            (300..=300 + SHOWN_AT_ONCE + 1).contains(&writes),
            "{writes}"
        );
    }
}
