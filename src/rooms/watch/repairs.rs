//! What is repaired on this machine while it is watched: the keeper, and what
//! it did that does not stand in the state file yet. Effects.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::PollFd;

use super::keeper::{Charge, Keeper};
use crate::config::Config;
use crate::model::home::Home;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::rooms::recover::book::{Entry, enter, forget};
use crate::rooms::recover::cli;
use crate::rooms::recover::facts::Crew;
use crate::rooms::recover::run;
use crate::rooms::recover::target::{Target, What, local_targets, remote_targets};
use crate::sys::file_events::FileEvents;
use crate::sys::flock::{Lock, Wait};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::{self, pictures};
use crate::sys::{clock, poke};

/// Entries that wait for the state file's lock, at most.
const PENDING: usize = 200;

/// The keeper and its news.
#[derive(Debug, Default)]
pub struct Repairs {
    /// Others touch a file when we shall look at once.
    poked: FileEvents,
    keeper: Option<Keeper>,
    /// What the keeper was last given.
    charged: Option<Charged>,
    pending: Vec<Entry>,
    /// The ids of all targets there are; what is remembered of others is
    /// forgotten.
    known: BTreeSet<String>,
}

/// What decides what there is to be looked after: the configuration, the
/// targets, and the tmux servers.
type Charged = (Config, Vec<Target>, Vec<(PathBuf, u32)>);

impl Repairs {
    /// Has the targets of `config` looked after; none while the node is paused.
    /// A keeper is only there while there is something to keep.
    ///
    /// # Errors
    /// Why nothing can be looked after, in words.
    pub fn follow(
        &mut self,
        around: &Surroundings,
        config: &Config,
        local: &str,
        state: &State,
    ) -> Result<(), String> {
        let crew = cli::crew(around, config, local, state, false);
        let termux = around.termux();
        let all = local_targets(config, local, termux);
        let others = remote_targets(config, local, |_| true);
        self.known = all.iter().chain(&others).map(Target::id).collect();
        let targets = targets(&crew, state, clock::now());
        let charge = (config.clone(), targets.clone(), crew.servers.clone());
        if self.charged.as_ref() == Some(&charge) || (self.keeper.is_none() && targets.is_empty()) {
            return Ok(());
        }
        let keeper = match self.keeper.take() {
            Some(keeper) => keeper,
            None => Keeper::start().map_err(|error| format!("nothing is recovered: {error}"))?,
        };
        let state = self.entered(state.clone());
        keeper.follow(Charge::new(crew, targets, &state));
        self.keeper = Some(keeper);
        self.charged = Some(charge);
        Ok(())
    }

    /// Sees to every target once.
    pub fn once(&mut self, around: &Surroundings, config: &Config, local: &str, state: &State) {
        let crew = cli::crew(around, config, local, state, false);
        for target in targets(&crew, state, clock::now()) {
            let told = cli::act(&target, &crew, state);
            self.pending
                .push(cli::entry_of(state, &told, local, "watch"));
        }
    }

    /// Has the keeper look at everything now.
    pub fn look(&self) {
        if let Some(keeper) = &self.keeper {
            keeper.look();
        }
    }

    /// Watches the file that others touch when we shall look at once.
    pub fn listen(&mut self, around: &Surroundings) {
        let home = Home::of(&around.mamori_home);
        // Without it nothing is lost but haste.
        if !self.poked.watch(&home.poke()) && poke::touch(&home).is_ok() {
            self.poked.watch(&home.poke());
        }
    }

    /// Takes what the keeper did; whether it did anything or somebody wants us
    /// to look, and whether it was somebody.
    pub fn news(&mut self) -> (bool, bool) {
        let poked = !self.poked.changed().is_empty();
        if poked {
            self.look();
        }
        let news = self.keeper.as_ref().map(Keeper::news).unwrap_or_default();
        let any = poked || !news.is_empty();
        self.pending.extend(news);
        let beyond = self.pending.len().saturating_sub(PENDING);
        self.pending.drain(..beyond);
        (any, poked)
    }

    /// Takes a picture of every tmux server that is ours, for when it dies.
    pub fn take_pictures(
        &self,
        around: &Surroundings,
        config: &Config,
        local: &str,
        state: &State,
    ) {
        let home = Home::of(&around.mamori_home);
        for socket in cli::crew(around, config, local, state, false).sockets() {
            let picture = tmux::Server::at(&socket, around).and_then(|server| server.picture());
            if let Ok(picture) = picture {
                // On a full disk the last one stays.
                let _ = pictures::keep(&home, picture, clock::now());
            }
        }
    }

    /// The lock of a target on another node, unless somebody acts on it;
    /// `Some(None)`, where there is no place for locks.
    #[must_use]
    pub fn lock(
        &self,
        around: &Surroundings,
        config: &Config,
        local: &str,
        id: &str,
    ) -> Option<Option<Lock>> {
        let crew = cli::crew(around, config, local, &State::default(), false);
        let others = remote_targets(config, local, |_| true);
        let target = others.iter().find(|target| target.id() == id)?;
        run::lock(target, &crew, Wait::Never).ok()
    }

    /// Takes what was done elsewhere.
    pub fn push(&mut self, entry: Option<Entry>) {
        self.pending.extend(entry);
    }

    /// Whether something waits to be written.
    #[must_use]
    pub fn waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// What wakes the watcher.
    pub fn interests(&self) -> Vec<PollFd<'_>> {
        let mut interests = self.poked.interests();
        interests.extend(self.keeper.as_ref().map(Keeper::interest));
        interests
    }

    /// How long to wait for them at most.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.poked.wait().unwrap_or(Duration::MAX)
    }

    /// `state` with what waits to be written.
    #[must_use]
    pub fn entered(&self, mut state: State) -> State {
        for entry in &self.pending {
            enter(&mut state, entry);
        }
        if !self.known.is_empty() {
            forget(&mut state, &self.known, clock::now());
        }
        state
    }

    /// It stands in the state file now.
    pub fn recorded(&mut self) {
        self.pending.clear();
    }
}

/// What is expected of this machine, unless it is paused.
fn targets(crew: &Crew, state: &State, now: Timestamp) -> Vec<Target> {
    let paused = state
        .pauses
        .get(&crew.local)
        .is_some_and(|pause| pause.holds(now));
    let all = local_targets(&crew.config, &crew.local, crew.around.termux());
    // A server that shows us in its bar is looked after, whatever is in it.
    let shown = |target: &Target| target.what == What::Tmux && !crew.servers.is_empty();
    all.into_iter()
        .filter(|target| !paused && (target.expected || shown(target)))
        .collect()
}
