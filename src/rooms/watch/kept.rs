//! One target as the keeper knows it: when it is looked at, and when that may
//! become an act. Pure.

use std::time::Duration;

use crate::model::incident::Incident;
use crate::model::moment::Moment;
use crate::model::tally::{Next, Tally, decide};
use crate::rooms::recover::book::{Before, Entry};
use crate::rooms::recover::plan::{Action, Verdict};
use crate::rooms::recover::run::{Alive, Condition, Keepers, Told};
use crate::rooms::recover::target::{Target, What};

/// Between two looks while a verdict is open.
const OPEN_EVERY: Duration = Duration::from_secs(1);
/// What hangs is ended after so many looks that found it hanging.
const HANGS: u32 = 3;
/// And not before it hung for so long: who is busy comes back.
const HANGS_FOR: Duration = Duration::from_secs(5);
/// What only a person can change is looked at so often.
const OTHERS_EVERY: Duration = Duration::from_secs(60);

/// What is done when a target's turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is seen to at once.
    Act {
        /// Because its process died; else because it hangs.
        died: bool,
    },
    /// It is looked at; what is found missing may be mended at once.
    Look {
        /// Whether the record of tries allows it.
        may_act: bool,
    },
}

/// One target.
#[derive(Debug)]
pub struct Kept {
    /// The target.
    pub target: Target,
    /// The processes it lived by when it was last seen.
    pub alive: Vec<Alive>,
    tally: Tally,
    incident: Option<Incident>,
    /// When that was detected, on the clock that counts sleep.
    incident_at: Option<Moment>,
    /// When it was last known to be ready.
    good: Option<Moment>,
    /// Looks in a row that found it hanging, and when the first of them was.
    hangs: u32,
    hangs_since: Option<Moment>,
    /// How it stood when it was last told of.
    last: Option<(&'static str, String)>,
    every: Duration,
    state: Waiting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// Until then.
    Until(Duration, bool),
    /// For a job; whether it died meanwhile.
    Job(bool),
}

impl Kept {
    /// A target that is looked at now for the first time, and every `every`.
    #[must_use]
    pub fn new(
        target: Target,
        tally: Tally,
        incident: Option<Incident>,
        every: Duration,
        now: &Moment,
    ) -> Self {
        let incident_at = incident.as_ref().map(|incident| {
            let ago = u64::try_from(now.at.since(incident.detected)).unwrap_or(0);
            now.before(Duration::from_secs(ago))
        });
        Self {
            target,
            alive: Vec::new(),
            tally,
            incident,
            incident_at,
            good: None,
            hangs: 0,
            hangs_since: None,
            last: None,
            every,
            state: Waiting::Until(Duration::ZERO, false),
        }
    }

    /// It is configured so from now on. A job that is under way goes on with
    /// what was; then it is its turn at once.
    pub fn follow(&mut self, target: &Target, every: Duration) {
        self.every = every;
        if self.target != *target {
            self.target = target.clone();
            self.died();
        }
    }

    /// Who looked after it besides us when it was last seen, by an earlier
    /// watcher, too.
    #[must_use]
    pub fn keepers(&self) -> Keepers {
        let seen = self.alive.first().map(|alive| alive.keepers.clone());
        seen.unwrap_or_else(|| Keepers {
            owner: self.tally.owner.clone(),
            overseer: None,
        })
    }

    /// Takes over which processes were seen; whether that of a service which
    /// was just ready could not be found any more: then it died since. Of what
    /// is not ready, whose child it was counts until it is back.
    pub fn seen(&mut self, told: &Told) -> bool {
        let ready = matches!(told.condition, Condition::Ready | Condition::Recovered);
        if told.alive.is_empty() && !ready {
            return false;
        }
        let service = matches!(told.target.what, What::Service(_) | What::Sshd);
        let began = told.condition == Condition::Recovered || !self.alive.is_empty();
        self.alive.clone_from(&told.alive);
        service && began && self.alive.is_empty()
    }

    /// Its process died.
    pub fn died(&mut self) {
        self.state = match self.state {
            Waiting::Until(..) => Waiting::Until(Duration::ZERO, true),
            Waiting::Job(_) => Waiting::Job(true),
        };
    }

    /// Somebody says that it may have changed: it is looked at now.
    pub fn poked(&mut self) {
        if let Waiting::Until(_, died) = self.state {
            self.state = Waiting::Until(Duration::ZERO, died);
        }
    }

    /// Whether a job is under way.
    #[must_use]
    pub fn busy(&self) -> bool {
        matches!(self.state, Waiting::Job(_))
    }

    /// Whether its turn has come at `now`.
    #[must_use]
    pub fn due(&self, now: Duration) -> bool {
        self.wait(now) == Some(Duration::ZERO)
    }

    /// How long until its turn; `None` while a job is under way.
    #[must_use]
    pub fn wait(&self, now: Duration) -> Option<Duration> {
        match self.state {
            Waiting::Until(until, _) => Some(until.saturating_sub(now)),
            Waiting::Job(_) => None,
        }
    }

    /// Begins its turn.
    pub fn begin(&mut self, now: &Moment) -> Turn {
        let died = matches!(self.state, Waiting::Until(_, true));
        self.state = Waiting::Job(false);
        let record = if died {
            self.tally.fell(now, "it died", 1.0)
        } else {
            self.tally.clone()
        };
        let allowed = decide(&record, now) == Next::Try;
        let since = self.hangs_since.as_ref().map(|since| now.since(since));
        let hangs = self.hangs + 1 >= HANGS && since.is_some_and(|since| since >= HANGS_FOR);
        if allowed && (died || hangs) {
            Turn::Act { died }
        } else {
            Turn::Look { may_act: allowed }
        }
    }

    /// What was known before a turn that began at `began`.
    #[must_use]
    pub fn before(&self, turn: Turn, began: &Moment) -> Before<'_> {
        let ago = match (&self.incident_at, turn) {
            (Some(at), _) => Some(began.since(at)),
            // An event: what the system told us at once.
            (None, Turn::Act { died: true }) => Some(Duration::ZERO),
            // At most since it was last seen ready.
            (None, _) => self.good.as_ref().map(|good| began.since(good)),
        };
        Before {
            tally: &self.tally,
            incident: self.incident.as_ref(),
            ago,
            by: "watch",
        }
    }

    /// Takes what came of a turn; whether that is news.
    pub fn took(&mut self, told: &Told, entry: &Entry, began: &Moment, now: &Moment) -> bool {
        let hangs = told.condition == Condition::Planned && ends(told);
        (self.hangs, self.hangs_since) = if hangs {
            let since = self.hangs_since.take().unwrap_or_else(|| began.clone());
            (self.hangs.saturating_add(1), Some(since))
        } else {
            (0, None)
        };
        let ready = matches!(told.condition, Condition::Ready | Condition::Recovered);
        let standing = (told.condition.word(), told.plan.found.clone());
        // One who waits for its next try, or for more looks, stands as before.
        let waiting = matches!(
            told.condition,
            Condition::Planned | Condition::Busy(_) | Condition::NotNow(_)
        );
        let record = (entry.tally.in_a_row, entry.tally.open());
        let was = (self.tally.in_a_row, self.tally.open());
        let changed = !waiting && self.last.as_ref() != Some(&standing);
        let acted = told
            .done
            .as_ref()
            .is_some_and(crate::rooms::recover::work::Done::acted);
        let news = changed || acted || record != was || entry.incident != self.incident;
        if !waiting {
            self.last = Some(standing);
        }
        self.tally = entry.tally.clone();
        self.incident = entry.incident.clone().filter(Incident::open);
        match (&self.incident, &self.incident_at) {
            (None, _) => self.incident_at = None,
            (Some(_), None) => self.incident_at = Some(began.clone()),
            (Some(_), Some(_)) => {}
        }
        if ready {
            self.good = Some(now.clone());
        }
        let died = self.state == Waiting::Job(true);
        let elapsed = Duration::from_millis(now.elapsed_ms);
        let wait = match &told.condition {
            _ if died => Duration::ZERO,
            Condition::Ready | Condition::Recovered | Condition::Hopeless => self.every,
            Condition::Waits(_) => self.every.min(5 * OPEN_EVERY),
            Condition::Left | Condition::NeedsRoot(_) => self.every.max(OTHERS_EVERY),
            _ => {
                let wait = decide(&self.tally, now).wait();
                if wait.is_zero() {
                    OPEN_EVERY
                } else {
                    wait.min(self.every)
                }
            }
        };
        self.state = Waiting::Until(elapsed + wait, died);
        news
    }
}

/// Whether what a look found may be mended at once: nothing has to be ended.
#[must_use]
pub fn at_once(told: &Told) -> bool {
    told.condition == Condition::Planned && !ends(told)
}

fn ends(told: &Told) -> bool {
    let Verdict::Mend(steps) = &told.plan.verdict else {
        return false;
    };
    steps
        .iter()
        .any(|step| matches!(step.action, Action::End(_)))
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
