//! What the watcher has repaired on this machine between two rounds.

use super::Rounds;
use crate::rooms::guard;
use crate::rooms::health::facts;
use crate::rooms::watch::schedule::News;
use crate::rooms::watch::{foresight, healing, reporting};
use crate::sys::clock;

impl Rounds<'_> {
    /// Has this machine's targets looked after, as they stand now.
    pub fn look_after(&mut self, full: bool) {
        self.repairs.listen(self.around);
        if full {
            self.repairs
                .take_pictures(self.around, &self.config, &self.name, &self.state);
        }
        let followed = self
            .repairs
            .follow(self.around, &self.config, &self.name, &self.state);
        if let Err(complaint) = followed {
            self.complain("recover", complaint);
        }
    }

    /// Has what is due healed.
    pub fn heal(&mut self) {
        let paused = self.state.pauses.get(&self.name);
        let paused = paused.is_some_and(|pause| pause.holds(clock::now()));
        // Before they are watched anew: one that went away is told of once.
        let changed = self.healing.listen();
        if std::mem::take(&mut self.looked) || changed {
            let guarded = guard::watched(self.around, &self.config);
            let guards = !self.config.guards.is_empty();
            self.healing.follow(guarded.into_iter().collect(), guards);
        }
        self.healing.turn(self.around, &self.config, paused);
    }

    /// Has it foreseen what will come, when that is due.
    pub fn foresee(&mut self) {
        self.foresight.turn(self.around, &self.config, &self.state);
    }

    /// Has the reports written that are due.
    pub fn report(&mut self) {
        self.reporting.turn(self.around, self.config.timezone);
    }

    /// Has it foreseen now, and waits for it.
    pub fn foresee_once(&self) {
        foresight::foresee(self.around);
    }

    /// Has the reports written that are due, and waits for it.
    pub fn report_once(&self) {
        reporting::report(self.around);
    }

    /// Has everything healed, and waits for it.
    pub fn heal_once(&self) {
        healing::heal(self.around);
    }

    /// Sees to every target once, and waits for what comes of it.
    pub fn recover_once(&mut self) {
        self.repairs
            .once(self.around, &self.config, &self.name, &self.state);
    }

    /// Whether something was repaired or broke, or somebody changed the state
    /// file and said so: a look should see it; and whether it was
    /// somebody, who waits for it. And whether a check that took long has
    /// answered: that is for a look to take.
    #[must_use]
    pub fn news(&mut self) -> News {
        let (news, poked) = self.repairs.news();
        let stalls = self.pressure.rang() | self.shared.is_news();
        // What people paused counts from this look on.
        if news && let Ok(Some(look)) = self.store.read() {
            self.base = self.filled(&look.state);
            let expected = facts::expected(self.around, &self.config);
            let state = self.taken_over(&self.base, &expected);
            self.know(state);
            self.nodes.follow(&self.config, &self.state, &self.name);
        }
        News {
            any: news || stalls,
            called: poked,
            late: self.checks.late(),
        }
    }
}
