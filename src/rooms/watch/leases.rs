//! Turns on other nodes, asked of the hub beside: whoever answers slowly holds
//! up nothing. Effects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::event::PollFd;

use crate::config::Config;
use crate::model::state::State;
use crate::rooms::recover::cli;
use crate::rooms::recover::lease::{self, Asks};
use crate::rooms::recover::target::remote_targets;
use crate::sys::bell::{Bell, Ringer, aside, bell};
use crate::sys::clock;
use crate::sys::hub::lease::Lease;
use crate::sys::surroundings::Surroundings;

/// An answer that nobody took for so long is given back.
const STALE: Duration = Duration::from_secs(10);
/// One who was told that it is another's turn asks again so much later.
const AGAIN: Duration = Duration::from_secs(5);

/// Whether it is our turn: with the lease, where there is one; else whose it is.
type Answer = Result<Option<Lease>, String>;

/// What was asked for, and what was answered.
#[derive(Debug)]
pub struct Leases {
    sender: Sender<(String, Answer)>,
    answers: Receiver<(String, Answer)>,
    bell: Option<(Ringer, Bell)>,
    /// When it was asked; and the answer, when that came.
    asked: BTreeMap<String, (Duration, Option<Answer>)>,
    /// What another one acted on since we last looked at it.
    late: BTreeSet<String>,
}

impl Default for Leases {
    fn default() -> Self {
        let (sender, answers) = channel();
        Self {
            sender,
            answers,
            bell: bell().ok(),
            asked: BTreeMap::new(),
            late: BTreeSet::new(),
        }
    }
}

impl Leases {
    /// Our turn on the target of that id, if it is ours; it is asked for, and
    /// the answer comes at one of the next calls. `None`: not now.
    pub fn turn(
        &mut self,
        around: &Surroundings,
        config: &Config,
        local: &str,
        id: &str,
    ) -> Option<Option<Lease>> {
        if config.hub.is_none() {
            return Some(None);
        }
        self.came();
        let now = clock::elapsed();
        match self.asked.remove(id) {
            Some((_, Some(Ok(lease)))) => return Some(lease),
            Some((at, answer)) if answer.is_none() || now.saturating_sub(at) < AGAIN => {
                self.asked.insert(id.to_owned(), (at, answer));
                return None;
            }
            _ => {}
        }
        let others = remote_targets(config, local, |_| true);
        let target = others.into_iter().find(|target| target.id() == id)?;
        let crew = cli::crew(around, config, local, &State::default(), false);
        let sender = self.sender.clone();
        let ringer = self.bell.as_ref().map(|(ringer, _)| ringer.clone());
        self.asked.insert(id.to_owned(), (now, None));
        let begun = aside("lease", move || {
            let answer = lease::turn(&target, &crew, Asks::Watcher);
            let _ = sender.send((target.id(), answer));
            ringer.iter().for_each(Ringer::ring);
        });
        if begun.is_err() {
            self.asked.remove(id);
        }
        None
    }

    /// Whether another one acted on it since it was found broken: it is to be
    /// looked at anew before anything is done.
    pub fn was_late(&mut self, id: &str) -> bool {
        self.late.remove(id)
    }

    /// Takes the answers that came; whether any did.
    pub fn came(&mut self) -> bool {
        if let Some((_, bell)) = &self.bell {
            bell.hush();
        }
        let now = clock::elapsed();
        self.asked.retain(|_, (at, answer)| {
            let taken = matches!(answer, Some(Ok(_)));
            !(taken && now.saturating_sub(*at) >= STALE)
        });
        let mut any = false;
        for (id, answer) in self.answers.try_iter() {
            any |= answer.is_ok();
            if answer.is_err() {
                self.late.insert(id.clone());
            }
            self.asked.insert(id, (now, Some(answer)));
        }
        any
    }

    /// Readable when an answer came.
    #[must_use]
    pub fn interest(&self) -> Option<PollFd<'_>> {
        self.bell.as_ref().map(|(_, bell)| bell.interest())
    }
}
