//! Sees to one target under its lock: looks, plans, carries out.

use std::time::Duration;

use super::facts::{Crew, Subject};
use super::lease::{self, Asks};
use super::plan::{Plan, Verdict};
use super::servers::mend;
use super::service;
use super::target::{Target, What};
use super::work::{self, Done};
use super::{network, tmux};
use crate::model::owner::Owner;
use crate::model::process::Identity;
use crate::sys::flock::{self, Lock, LockError, Wait};
use crate::sys::hub::lease::Lease;
use crate::sys::{clock, files, processes};

/// What became of a target.
#[derive(Debug)]
pub struct Told {
    /// The target.
    pub target: Target,
    /// What was found and planned.
    pub plan: Plan,
    /// What was done; `None` where nothing was, as in a dry run.
    pub done: Option<Done>,
    /// How it stands now.
    pub condition: Condition,
    /// The processes whose end it would feel.
    pub alive: Vec<Alive>,
    /// When it was looked at, on the clock that counts sleep.
    pub began: Duration,
}

/// A process that a target lives by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alive {
    /// Which one.
    pub identity: Identity,
    /// Who looks after it besides us.
    pub keepers: Keepers,
}

/// Who looks after a process besides us, as far as it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keepers {
    /// One who can be asked what it wants.
    pub owner: Option<Owner>,
    /// A supervisor whose child it is, which brings it back itself.
    pub overseer: Option<String>,
}

/// How a target stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It was ready.
    Ready,
    /// It is ready again, by us or by its owner.
    Recovered,
    /// It is not, although everything was tried; why.
    Failed(String),
    /// Its owner stopped it, or nobody expects it.
    Left,
    /// Nothing we could do would help.
    Hopeless,
    /// Only with more rights: the command to paste.
    NeedsRoot(String),
    /// It waits for other targets.
    Waits(Vec<String>),
    /// Somebody else acts on it now.
    Busy(String),
    /// A dry run: this is what would be done.
    Planned,
    /// It was tried too often: not now.
    NotNow(String),
}

impl Condition {
    /// Its word in the JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Recovered => "recovered",
            Self::Failed(_) => "failed",
            Self::Left => "left",
            Self::Hopeless => "unrepairable",
            Self::NeedsRoot(_) => "needs_root",
            Self::Waits(_) => "waits",
            Self::Busy(_) => "busy",
            Self::Planned => "planned",
            Self::NotNow(_) => "not_now",
        }
    }

    /// Whether nothing is left to repair, if what was done is whole.
    fn fine(&self) -> bool {
        matches!(self, Self::Ready | Self::Recovered | Self::Left)
    }
}

impl Told {
    /// Whether nothing is left to repair: what is back only in part is not whole.
    #[must_use]
    pub fn fine(&self) -> bool {
        let whole = |done: &Done| done.lacks().is_empty();
        self.condition.fine() && self.done.as_ref().is_none_or(whole)
    }
}

/// Looks and plans; nothing is changed.
#[must_use]
pub fn look(target: &Target, crew: &Crew, keepers: &Keepers) -> Told {
    look_after(target, crew, keepers, &[])
}

/// The same, where the services of the names `first` are brought back first.
#[must_use]
pub fn look_after(target: &Target, crew: &Crew, keepers: &Keepers, first: &[String]) -> Told {
    let began = clock::elapsed();
    let mut alive = Vec::new();
    let plan = match crew.subject(target) {
        Some(subject) => {
            let mut seen = crew.see(&subject, keepers);
            let (first, waits_for) = seen
                .waits_for
                .into_iter()
                .partition(|name| first.contains(name));
            (seen.first, seen.waits_for) = (first, waits_for);
            service::plan(&seen)
        }
        None if target.what == What::Network => network::plan(&crew.see_network()),
        None => {
            let seen = crew.see_tmux();
            alive = servers(&seen);
            tmux::plan(&seen)
        }
    };
    let plan = unexpected(plan, target);
    let condition = standing(&plan, Condition::Planned);
    Told {
        target: target.clone(),
        plan,
        done: None,
        condition,
        alive,
        began,
    }
}

/// A look at what is ready, with the processes whose end is to be waited for;
/// `known`: those of before.
#[must_use]
pub fn watched(mut told: Told, crew: &Crew, known: &[Alive]) -> Told {
    if told.condition != Condition::Ready || told.target.what == What::Tmux {
        return told;
    }
    let Some(subject) = crew.subject(&told.target) else {
        return told;
    };
    // Who it is takes looking at many: not while it is the same, and its pid
    // file does not name another.
    let named = crew.names(&subject.service);
    told.alive = known
        .iter()
        .filter(|alive| processes::lives(&alive.identity))
        .filter(|alive| named.is_none_or(|pid| pid == alive.identity.pid))
        .cloned()
        .collect();
    if told.alive.is_empty() {
        told.alive = alive(&subject, crew, None);
    }
    told
}

fn alive(subject: &Subject, crew: &Crew, started: Option<u32>) -> Vec<Alive> {
    let identity = crew.alive(&subject.service, started);
    let alive = identity.map(|identity| Alive {
        identity,
        keepers: crew.keepers(&identity),
    });
    alive.into_iter().collect()
}

/// The servers that a look at tmux found.
fn servers(seen: &tmux::Seen) -> Vec<Alive> {
    let identities = seen.servers.iter().filter_map(|server| server.process);
    let alive = |identity| Alive {
        identity,
        keepers: Keepers::default(),
    };
    identities.map(alive).collect()
}

/// Looks, and does what is to be done. `keepers`: who looked after it
/// when it was last seen. `wait`: for somebody else who acts on it.
#[must_use]
pub fn see_to(target: &Target, crew: &Crew, keepers: &Keepers, wait: Wait) -> Told {
    let began = clock::elapsed();
    let held = match lock(target, crew, wait) {
        Ok(lock) => lock,
        Err(holder) => return busy(target, holder, began),
    };
    let (plan, done, alive) = match crew.subject(target) {
        Some(subject) => {
            let plan = unexpected(service::plan(&crew.see(&subject, keepers)), target);
            let turn = match Turn::of(&plan, target, crew) {
                Ok(turn) => turn,
                Err(holder) => return busy(target, holder, began),
            };
            let (done, alive) = carry_out(&plan, &subject, crew);
            turn.over();
            (plan, done, alive)
        }
        None if target.what == What::Network => {
            let plan = network::plan(&crew.see_network());
            let done = work::network(&plan, crew);
            (plan, done, Vec::new())
        }
        None => {
            let seen = crew.see_tmux();
            let plan = unexpected(tmux::plan(&seen), target);
            let turn = match Turn::of(&plan, target, crew) {
                Ok(turn) => turn,
                Err(holder) => return busy(target, holder, began),
            };
            let done = mend(&plan, crew);
            turn.over();
            let alive = if done.acted() {
                servers(&crew.see_tmux())
            } else {
                servers(&seen)
            };
            (plan, done, alive)
        }
    };
    drop(held);
    told(target, plan, done, alive, began)
}

/// Starts a service anew that is ready but was started while its file was
/// broken: `why`. The same precautions hold as where it hangs.
#[must_use]
pub fn start_anew(target: &Target, crew: &Crew, identity: Identity, why: &str) -> Told {
    let began = clock::elapsed();
    let keepers = crew.keepers(&identity);
    let Some(subject) = crew.subject(target) else {
        return see_to(target, crew, &keepers, Wait::Never);
    };
    let held = match lock(target, crew, Wait::Never) {
        Ok(lock) => lock,
        Err(holder) => return busy(target, holder, began),
    };
    let plan = service::anew(crew.see_anew(&subject, &keepers, identity), why);
    let plan = unexpected(plan, target);
    let turn = match Turn::of(&plan, target, crew) {
        Ok(turn) => turn,
        Err(holder) => return busy(target, holder, began),
    };
    let (done, alive) = carry_out(&plan, &subject, crew);
    turn.over();
    drop(held);
    told(target, plan, done, alive, began)
}

/// Our turn among coordinators, while we act.
struct Turn(Option<Lease>);

impl Turn {
    /// Asks for it where the plan is to act; right before that it is seen
    /// whether it lasts for as long as acting may take.
    fn of(plan: &Plan, target: &Target, crew: &Crew) -> Result<Self, String> {
        if !matches!(plan.verdict, Verdict::Mend(_)) {
            return Ok(Self(None));
        }
        let mut lease = lease::turn(target, crew, Asks::Watcher)?;
        let limit = lease::limit(target);
        if lease.as_mut().is_none_or(|lease| lease.covers(limit)) {
            return Ok(Self(lease));
        }
        Err("another coordinator".to_owned())
    }

    fn over(self) {
        self.0.into_iter().for_each(Lease::give_back);
    }
}

fn carry_out(plan: &Plan, subject: &Subject, crew: &Crew) -> (Done, Vec<Alive>) {
    let mut done = work::service(plan, subject, crew);
    let started = done.started.as_mut();
    let pid = started.and_then(|started| started.stays().then(|| started.pid()));
    let alive = match &done.ready {
        Ok(()) => alive(subject, crew, pid),
        Err(_) => Vec::new(),
    };
    (done, alive)
}

fn busy(target: &Target, holder: String, began: Duration) -> Told {
    let plan = Plan {
        found: format!("{holder} acts on it"),
        verdict: Verdict::Leave,
    };
    Told {
        target: target.clone(),
        plan,
        done: None,
        condition: Condition::Busy(holder),
        alive: Vec::new(),
        began,
    }
}

fn told(target: &Target, plan: Plan, done: Done, alive: Vec<Alive>, began: Duration) -> Told {
    let tried = match &done.ready {
        Ok(()) => Condition::Recovered,
        Err(why) => Condition::Failed(why.clone()),
    };
    let condition = standing(&plan, tried);
    Told {
        target: target.clone(),
        plan,
        done: Some(done),
        condition,
        alive,
        began,
    }
}

/// What the plan makes of it; `tried`, where there was something to do.
fn standing(plan: &Plan, tried: Condition) -> Condition {
    match &plan.verdict {
        Verdict::Fine => Condition::Ready,
        Verdict::Mend(_) => tried,
        Verdict::Leave => Condition::Left,
        Verdict::Hopeless(_) => Condition::Hopeless,
        Verdict::NeedsRoot(command) => Condition::NeedsRoot(command.clone()),
        Verdict::Waits(others) => Condition::Waits(others.clone()),
    }
}

/// What nobody expects is looked at and left alone. In tmux nothing is started
/// but expected sessions anyway, and what a person asks back from a picture.
fn unexpected(plan: Plan, target: &Target) -> Plan {
    let harmless = matches!(target.what, What::Network | What::Tmux);
    if target.expected || plan.verdict == Verdict::Fine || harmless {
        return plan;
    }
    Plan {
        found: format!("{}; nobody expects it here", plan.found),
        verdict: Verdict::Leave,
    }
}

/// The lock of a target; `None` where there is no place for it: what is broken
/// is mended all the same.
///
/// # Errors
/// Who holds it, all the time that we may wait.
pub fn lock(target: &Target, crew: &Crew, wait: Wait) -> Result<Option<Lock>, String> {
    let folder = crew.around.own().join("locks");
    if files::private_folder(&folder).is_err() {
        return Ok(None);
    }
    match flock::lock(
        &folder.join(target.lock(&crew.local)),
        "mamori recover",
        wait,
    ) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held(holder)) => Err(holder),
        Err(LockError::Unusable(_)) => Ok(None),
    }
}
