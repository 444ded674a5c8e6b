//! The arguments of `mamori recover`, and its exit codes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::book::{Before, Entry, enter, entry, open};
use super::facts::Crew;
use super::run::{self, Condition, Keepers, Told};
use super::target::{Target, What, chosen, local_targets, remote_targets, with_needed};
use super::work::Done;
use super::{remote, show};
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::history::Batch;
use crate::model::home::Home;
use crate::model::incident;
use crate::model::node::Platform;
use crate::model::state::State;
use crate::model::tally::{ACTIONS, Next, decide};
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::flock::Wait;
use crate::sys::signals::Signals;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, history, host, output, poke};

/// Bring back what died: sshd, tmux, the network, services
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `sshd`, `tmux`, `network`, a service, `NODE/TARGET`, a node; all that is expected without
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Say what would be done and why, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON value
    #[arg(long)]
    pub json: bool,
    /// Also restore lost tmux sessions from the last picture, with shells only
    #[arg(long)]
    from_picture: bool,
}

/// How long to wait for somebody else who acts on a target, besides the time
/// that its start may take.
const OTHERS: Duration = Duration::from_secs(15);

/// Carries `recover` out.
///
/// # Errors
/// Exit 2 for an unknown target or a bad configuration.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    // Whoever is asked to stop leaves no check, validator or question behind.
    Signals::listen()?.obey(|_| Exit::Interrupted)?;
    let config = config::load(around)?;
    let seen = see_to(args, &config, around)?;
    let text = if args.json {
        format!("{}\n", seen.json(args.dry_run))
    } else {
        show::text(&seen.told, &seen.local)
    };
    output::print(&text)?;
    Ok(if seen.fine() { Exit::Fine } else { Exit::Found })
}

/// What came of everything that was asked for.
#[derive(Debug)]
pub struct SeenTo {
    /// Each target.
    pub told: Vec<Told>,
    /// The local node's name.
    pub local: String,
    means: incident::Means,
}

impl SeenTo {
    /// Whether nothing is left to repair.
    #[must_use]
    pub fn fine(&self) -> bool {
        self.told.iter().all(Told::fine)
    }

    /// The one JSON value.
    #[must_use]
    pub fn json(&self, dry_run: bool) -> serde_json::Value {
        show::json(&self.told, &self.local, clock::now(), dry_run, self.means)
    }
}

impl Args {
    /// Everything that is expected.
    #[must_use]
    pub fn everything(dry_run: bool, json: bool) -> Self {
        Self {
            targets: Vec::new(),
            dry_run,
            json,
            from_picture: false,
        }
    }
}

/// Sees to what is asked for, and records it.
///
/// # Errors
/// Exit 2 for an unknown target.
pub fn see_to(args: &Args, config: &Config, around: &Surroundings) -> Result<SeenTo, Failure> {
    let local = roster::local_name(config);
    let store = Store::new(Home::of(&around.mamori_home), "mamori recover");
    let state = store
        .read()
        .ok()
        .flatten()
        .map(|look| look.state)
        .unwrap_or_default();
    let mut all = local_targets(config, &local, around.termux());
    all.extend(remote_targets(config, &local, |node| {
        phone(config, &state, node)
    }));
    let asked = chosen(&args.targets, &all, &local)?;
    let targets = with_needed(&asked, &all);
    let crew = crew(around, config, &local, &state, args.from_picture);
    let (here, there): (Vec<Target>, Vec<Target>) =
        targets.into_iter().partition(|target| target.node == local);
    let mut told: Vec<Told> = Vec::new();
    for target in &here {
        if !args.dry_run && here.len() > 1 && !args.json {
            output::progress(&format!("looking at {}", target.name(&local)));
        }
        told.push(if args.dry_run {
            let first = planned(&told);
            run::look_after(target, &crew, &keepers(target, &state), &first)
        } else {
            act(target, &crew, &state)
        });
    }
    told.extend(remote::see_to(&there, &crew, &state, args.dry_run));
    // What only others need is named where something is the matter with it.
    let said = |told: &Told| told.condition != Condition::Ready || asked.contains(&told.target);
    told.retain(said);
    output::progress("");
    let means = if args.dry_run {
        incident::means(&state.incidents)
    } else {
        record(&store, &told, &crew, &state)
    };
    Ok(SeenTo { told, local, means })
}

/// The services that the plans made so far bring back.
fn planned(told: &[Told]) -> Vec<String> {
    let planned = told
        .iter()
        .filter(|told| told.condition == Condition::Planned);
    let services = planned.filter_map(|told| match &told.target.what {
        What::Service(service) => Some(service.name.clone()),
        _ => None,
    });
    services.collect()
}

/// Whether a node is known to be a phone.
fn phone(config: &Config, state: &State, node: &str) -> bool {
    let configured = config.node(node).and_then(|node| node.platform);
    let known = state.node(node).and_then(|node| node.platform);
    configured.or(known) == Some(Platform::Termux)
}

/// What all targets are recovered with.
#[must_use]
pub fn crew(
    around: &Surroundings,
    config: &Config,
    local: &str,
    state: &State,
    from_picture: bool,
) -> Crew {
    Crew {
        around: around.clone(),
        config: config.clone(),
        local: local.to_owned(),
        servers: state
            .tmux_servers
            .iter()
            .map(|server| (PathBuf::from(&server.socket), server.pid))
            .collect(),
        from_picture,
        own_sshd: Arc::default(),
    }
}

/// Who looked after it when it was last seen.
fn keepers(target: &Target, state: &State) -> Keepers {
    let tally = state.tallies.get(&target.id());
    Keepers {
        owner: tally.and_then(|tally| tally.owner.clone()),
        overseer: None,
    }
}

/// That the hour's actions at a target are used up, in words.
pub(super) fn spent(target: &Target, state: &State) -> Option<String> {
    let tally = state.tallies.get(&target.id())?;
    let Next::Spent(wait) = decide(tally, &host::moment()) else {
        return None;
    };
    let minutes = wait.as_secs().div_ceil(60);
    Some(format!(
        "{ACTIONS} actions within an hour; the next in {minutes}m"
    ))
}

/// A person who asks does not wait for a back-off; but beyond the hour's
/// actions nothing is done.
#[must_use]
pub fn act(target: &Target, crew: &Crew, state: &State) -> Told {
    if let Some(why) = spent(target, state) {
        let mut told = run::look(target, crew, &keepers(target, state));
        if told.condition == Condition::Planned {
            told.condition = Condition::NotNow(format!("{why}: {}", told.plan.found));
        }
        return told;
    }
    let within = crew
        .subject(target)
        .map_or(Duration::ZERO, |subject| subject.service.ready_within);
    let keepers = keepers(target, state);
    run::see_to(target, crew, &keepers, Wait::AtMost(within + OTHERS))
}

/// Takes what was done into the state file; when that cannot be, it is said
/// and the result stands all the same.
fn record(store: &Store, told: &[Told], crew: &Crew, before: &State) -> incident::Means {
    if !told
        .iter()
        .any(|told| told.done.as_ref().is_some_and(Done::acted))
    {
        return incident::means(&before.incidents);
    }
    let booked = |state: &State| {
        let mut state = state.clone();
        for told in told {
            let entry = entry_of(&state, told, &crew.local, "recover");
            enter(&mut state, &entry);
        }
        state
    };
    match store.update(PATIENCE, clock::now(), |state| ((), Some(booked(state)))) {
        Ok(updated) => {
            for notice in &updated.notices {
                output::complain(&format!("warning: {notice}\n"));
            }
            // A watcher sees it at once; without one nothing is lost.
            let _ = poke::touch(store.home());
            let batch = Batch::of(&updated.state, clock::now());
            history::note_aloud(store.home(), &batch);
            incident::means(&updated.state.incidents)
        }
        Err(error) => {
            output::complain(&format!("warning: not recorded: {error}\n"));
            incident::means(&booked(before).incidents)
        }
    }
}

/// What is to be written down of it; `by`: who saw to it.
#[must_use]
pub fn entry_of(state: &State, told: &Told, local: &str, by: &str) -> Entry {
    let now = &host::moment();
    let tally = state
        .tallies
        .get(&told.target.id())
        .cloned()
        .unwrap_or_default();
    let open = open(state, &told.target.node, &told.target.check());
    let began = now.before(clock::elapsed().saturating_sub(told.began));
    let ago = open.map(|open| {
        let seconds = began.at.since(open.detected);
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    });
    let before = Before {
        tally: &tally,
        incident: open,
        ago,
        by,
    };
    entry(
        told,
        &told.target.name(local),
        before,
        &began,
        now,
        fastrand::f64(),
    )
}
