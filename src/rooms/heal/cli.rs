//! The arguments of `mamori heal`, and its exit codes.

use std::path::Path;

use super::show;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::healing::{Healing, Item, Part, Standing};
use crate::model::home::Home;
use crate::model::state::{EVENTS_KEPT, Event, State};
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::rooms::logs;
use crate::rooms::recover as recovery;
use crate::rooms::recover::cli::{self as recover, SeenTo};
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::signals::Signals;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output, poke, rotation};
use crate::ui::style::Role;

/// Heal everything once: processes, configurations, logs, temporary files
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this; everything without
    #[arg(value_enum, value_name = "PART")]
    part: Option<Which>,
    /// Say what would be done and why, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON value
    #[arg(long)]
    pub json: bool,
    /// As the watcher does it: not the processes, which it looks after itself
    #[arg(long, hide = true)]
    by_watcher: bool,
}

/// What is healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// What died
    Processes,
    /// Guarded files, from the vault
    Config,
    /// Logs that are too large
    Logs,
    /// Temporary files that are old
    Temp,
}

/// A run that found nothing new is written down so many seconds after the last.
const AGED: u64 = 600;

impl Args {
    fn processes(&self) -> bool {
        !self.by_watcher && self.part.is_none_or(|part| part == Which::Processes)
    }

    fn parts(&self) -> Vec<Part> {
        let all = [
            (Which::Config, Part::Config),
            (Which::Logs, Part::Logs),
            (Which::Temp, Part::Temp),
        ];
        all.into_iter()
            .filter(|(which, _)| self.part.is_none_or(|part| part == *which))
            .map(|(_, part)| part)
            .collect()
    }
}

/// Carries `heal` out.
///
/// # Errors
/// Exit 2 for a bad configuration that could not be healed either.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    // Whoever is asked to stop leaves no validator behind.
    Signals::listen()?.obey(|_| Exit::Interrupted)?;
    let store = Store::new(Home::of(&around.mamori_home), "mamori heal");
    let state = store.read().ok().flatten();
    let state = state.map(|look| look.state).unwrap_or_default();
    let config = config::load(around)?;
    let everything = recover::Args::everything(args.dry_run, args.json);
    let processes = args
        .processes()
        .then(|| recover::see_to(&everything, &config, around))
        .transpose()?;
    let parts = args.parts();
    let items = heal(args, &parts, around, &config, &state.healing);
    if !args.dry_run && !parts.is_empty() {
        record(&store, &parts, &items, &roster::local_name(&config));
    }
    show(args, processes.as_ref(), &parts, &items, around)?;
    let fine = |item: &Item| !matches!(item.standing, Standing::Wrong | Standing::Planned);
    let fine = items.iter().all(fine) && processes.as_ref().is_none_or(SeenTo::fine);
    Ok(if fine { Exit::Fine } else { Exit::Found })
}

fn heal(
    args: &Args,
    parts: &[Part],
    around: &Surroundings,
    config: &Config,
    before: &Healing,
) -> Vec<Item> {
    let terms = before.terms(args.dry_run, clock::now());
    let mut items = Vec::new();
    for part in parts {
        match part {
            Part::Config => {}
            Part::Logs => {
                // Whatever is started from here on would be slow, too; nothing is.
                rotation::step_back();
                items.extend(logs::look_after(around, config, &terms));
            }
            Part::Temp => rotation::step_back(),
        }
    }
    items
}

fn show(
    args: &Args,
    processes: Option<&SeenTo>,
    parts: &[Part],
    items: &[Item],
    around: &Surroundings,
) -> Result<(), Failure> {
    if args.json {
        let processes = processes.map(|seen| seen.json(args.dry_run));
        let json = show::json(processes.as_ref(), items, clock::now(), args.dry_run);
        return output::print(&format!("{json}\n"));
    }
    let columns = output::columns();
    let mut text = String::new();
    if let Some(seen) = processes {
        let ready = seen.told.iter().filter(|told| told.fine()).count();
        let (role, said) = match (seen.told.len(), seen.fine()) {
            (0, _) => (Role::Ok, "none is expected on this machine".to_owned()),
            (all, true) => (Role::Ok, format!("{ready} of {all} ready")),
            (all, false) => (Role::Critical, format!("{ready} of {all} ready")),
        };
        text.push_str(&show::heading("processes", role, &said, columns));
        let acted = |told: &recovery::run::Told| {
            told.done.as_ref().is_some_and(recovery::work::Done::acted)
        };
        if !seen.fine() || seen.told.iter().any(acted) {
            text.push_str(&recovery::show::text(&seen.told, &seen.local));
        }
    }
    for part in parts {
        let shown = |subject: &str| around.shown(Path::new(subject));
        text.push_str(&show::part(*part, items, columns, shown));
    }
    output::print(&text)
}

/// Writes down what was found and done; when that cannot be, it is said and
/// the result stands all the same.
fn record(store: &Store, parts: &[Part], items: &[Item], local: &str) {
    let now = clock::now();
    let booked = |state: &State| {
        let new = after(state, parts, items, local, now);
        worth_writing(&state.healing, &new.healing).then_some(new)
    };
    match store.update(PATIENCE, now, |state| ((), booked(state))) {
        Ok(updated) => {
            for notice in &updated.notices {
                output::complain(&format!("warning: {notice}\n"));
            }
            // A watcher tells of it at once; without one nothing is lost.
            if items.iter().any(|item| item.standing != Standing::Fine) {
                let _ = poke::touch(store.home());
            }
        }
        Err(error) => output::complain(&format!("warning: not recorded: {error}\n")),
    }
}

/// Whether `new` says more than that it ran again a moment later.
fn worth_writing(old: &Healing, new: &Healing) -> bool {
    let aged = new.ran.iter().any(|(part, now)| {
        let before = old.ran.get(part);
        before.is_none_or(|before| now.since(*before).unsigned_abs() >= AGED)
    });
    let ran = new.ran.clone();
    aged || *new != Healing { ran, ..old.clone() }
}

/// `state` with what came of a run.
fn after(state: &State, parts: &[Part], items: &[Item], local: &str, now: Timestamp) -> State {
    let healed = items.iter().filter_map(|item| {
        let change = item.change.as_ref()?;
        let (subject, said) = (clean(&item.subject), clean(&item.public));
        Some(Event {
            at: now,
            node: local.to_owned(),
            what: "healed".to_owned(),
            check: Some(item.check()),
            text: format!("{} {subject}: {said}", change.verb),
        })
    });
    let mut events = state.events.clone();
    events.extend(healed);
    let beyond = events.len().saturating_sub(EVENTS_KEPT);
    events.drain(..beyond);
    State {
        healing: state.healing.after(parts, items, now),
        events,
        ..state.clone()
    }
}
