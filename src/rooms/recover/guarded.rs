//! The guarded files that services need: brought back before these are started.

use std::path::{Path, PathBuf};

use super::facts::{Crew, Subject};
use super::plan::{Plan, Verdict};
use super::run::{self, Condition, Keepers, Told};
use super::service::Seen;
use super::target::Target;
use crate::model::healed::booked;
use crate::model::healing::Standing;
use crate::model::home::Home;
use crate::model::process::Identity;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::rooms::guard;
use crate::state::store::{PATIENCE, Store};
use crate::sys::flock::Wait;
use crate::sys::{clock, output, owner, poke, processes};

/// Sees to a service whose guarded file was brought back: it is started where
/// it is down, and anew where it runs since after the file `broke`. What runs
/// from before read a good file, and keeps running.
#[must_use]
pub fn after_restore(target: &Target, crew: &Crew, broke: Option<Timestamp>, wait: Wait) -> Told {
    let subject = crew.subject(target);
    let limit = crew.config.watch.probe_timeout;
    let subject = subject.filter(|subject| crew.ready(subject, limit).is_ok());
    let Some(subject) = subject else {
        return run::see_to(target, crew, &Keepers::default(), wait);
    };
    let process = crew.alive(&subject.service, None);
    let age = process.and_then(|process| processes::age(&process));
    let started = age.and_then(|age| i64::try_from(age.as_secs()).ok());
    let started = started.map(|age| clock::now().0.saturating_sub(age));
    match (process, started, broke) {
        (Some(process), Some(started), Some(broke)) if started >= broke.0 => {
            let why = "it was started while its file was broken";
            run::start_anew(target, crew, process, why)
        }
        (_, Some(started), Some(broke)) if started < broke.0 => ready(
            target,
            "ready: it runs since before its file broke, and keeps running",
        ),
        _ => ready(
            target,
            "ready: whether it runs since before its file broke cannot be told",
        ),
    }
}

fn ready(target: &Target, found: &str) -> Told {
    Told {
        target: target.clone(),
        plan: Plan {
            found: found.to_owned(),
            verdict: Verdict::Fine,
        },
        done: None,
        condition: Condition::Ready,
        alive: Vec::new(),
        began: clock::elapsed(),
    }
}

impl Crew {
    /// The files that this service needs, are broken and can be brought back
    /// now, each with what is the matter; none while it is `ready`.
    #[must_use]
    pub fn broken(&self, subject: &Subject, ready: bool) -> Vec<(PathBuf, String)> {
        if ready {
            return Vec::new();
        }
        let own_sshd = self.own_sshd.get() == Some(subject);
        let guards = guard::of_service(&self.config, &subject.service.name, own_sshd);
        let broken = guards.filter_map(|one| {
            let matter = guard::broken(one, &self.around, &self.config, clock::now())?;
            Some((one.path.clone(), matter))
        });
        broken.collect()
    }

    /// What is seen of a service that is ready, for starting it anew.
    #[must_use]
    pub fn see_anew(&self, subject: &Subject, keepers: &Keepers, identity: Identity) -> Seen {
        let seen = self.see(subject, keepers);
        let owner = subject.owner.as_ref().or(keepers.owner.as_ref());
        Seen {
            process: processes::of(identity.pid).filter(|facts| facts.identity == identity),
            owner: owner.map(|owner| (owner.clone(), owner::wanted(owner, &self.around))),
            ..seen
        }
    }

    /// Brings such a file back.
    ///
    /// # Errors
    /// Why it does not stand there again.
    pub fn restore(&self, path: &Path) -> Result<(), String> {
        let mut guards = self.config.guards.iter();
        let guard = guards.find(|guard| guard.path == path);
        let guard = guard.ok_or("it is not guarded any more")?;
        // It counts among the hour's actions, and is told of, as what `heal` does.
        let store = Store::new(Home::of(&self.around.mamori_home), "mamori recover");
        let state = store.read().ok().flatten();
        let healing = state.map(|look| look.state.healing).unwrap_or_default();
        let now = clock::now();
        let terms = healing.terms(false, now);
        let item = guard::look_after_one(guard, &self.around, &self.config, &terms, now).item;
        if item.change.is_some() {
            let items = [item.clone()];
            let booked = |state: &State| booked(state, &items, &self.local, now);
            match store.update(PATIENCE, now, |state| ((), Some(booked(state)))) {
                // A watcher tells of it at once; without one nothing is lost.
                Ok(_) => {
                    let _ = poke::touch(store.home());
                }
                Err(error) => output::complain(&format!("warning: not recorded: {error}\n")),
            }
        }
        match item.standing {
            Standing::Healed | Standing::Fine => Ok(()),
            _ => Err(format!("`{}`: {}", self.around.shown(path), item.public)),
        }
    }
}
