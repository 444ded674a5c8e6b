//! The arguments of `mamori heal`, and its exit codes.

use std::path::Path;
use std::time::Duration;

use super::show;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::healing::{Healing, Item, Part, Standing, Terms};
use crate::model::history::Batch;
use crate::model::home::Home;
use crate::model::state::{Event, State};
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::rooms::guard::{self, Then};
use crate::rooms::logs;
use crate::rooms::recover as recovery;
use crate::rooms::recover::cli::{self as recover, SeenTo};
use crate::rooms::recover::guarded;
use crate::rooms::recover::run::Told;
use crate::rooms::recover::target::{Target, local_targets};
use crate::rooms::temp;
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::flock::Wait;
use crate::sys::signals::Signals;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, history, output, poke, rotation};
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

/// How long somebody else may act on a service whose file was brought back.
const OTHERS: Duration = Duration::from_secs(15);
/// A run that found nothing new is written down so many seconds after the last.
const AGED: u64 = 6 * 3600;

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
    let parts = args.parts();
    let terms = state.healing.terms(args.dry_run, clock::now());
    let (config, ours) = configuration(&parts, around, &terms)?;
    let everything = recover::Args::everything(args.dry_run, args.json);
    let processes = args
        .processes()
        .then(|| recover::see_to(&everything, &config, around))
        .transpose()?;
    let run = Run {
        around,
        config: &config,
        state: &state,
        terms: &terms,
    };
    let (mut items, restarted) = run.heal(&parts);
    if let Some(ours) = ours {
        // What was brought back is as it should be when it is looked at again.
        items.retain(|item| item.check() != ours.check());
        items.insert(0, ours);
    }
    if !args.dry_run && !parts.is_empty() {
        record(&store, &parts, &items, &roster::local_name(&config));
    }
    let seen = Seen {
        processes: processes.as_ref(),
        restarted: &restarted,
        parts: &parts,
        items: &items,
    };
    seen.show(args, around)?;
    Ok(if seen.fine() { Exit::Fine } else { Exit::Found })
}

/// The configuration; one that is broken is brought back first, where
/// configurations are to be healed.
fn configuration(
    parts: &[Part],
    around: &Surroundings,
    terms: &Terms,
) -> Result<(Config, Option<Item>), Failure> {
    let failure = match config::load(around) {
        Ok(config) => return Ok((config, None)),
        Err(failure) => failure,
    };
    let ours = parts
        .contains(&Part::Config)
        .then(|| guard::own_config(around, terms))
        .flatten();
    match ours {
        Some(ours) if ours.standing == Standing::Healed => Ok((config::load(around)?, Some(ours))),
        Some(ours) => {
            output::complain(&format!("it is not restored: {}\n", ours.text));
            Err(failure)
        }
        None => Err(failure),
    }
}

/// What a run works with.
struct Run<'a> {
    around: &'a Surroundings,
    config: &'a Config,
    state: &'a State,
    terms: &'a Terms,
}

impl Run<'_> {
    fn heal(&self, parts: &[Part]) -> (Vec<Item>, Vec<Told>) {
        let mut items = Vec::new();
        let mut restarted = Vec::new();
        for part in parts {
            match part {
                Part::Config => {
                    for outcome in guard::look_after(self.around, self.config, self.terms) {
                        restarted.extend(outcome.then.and_then(|then| self.ready(&then)));
                        items.push(outcome.item);
                    }
                }
                Part::Logs => {
                    // Nothing is started from here on that would be slow, too.
                    rotation::step_back();
                    items.extend(logs::look_after(self.around, self.config, self.terms));
                }
                Part::Temp => {
                    rotation::step_back();
                    items.extend(temp::look_after(self.around, self.config, self.terms));
                }
            }
        }
        (items, restarted)
    }

    /// Has a service ready whose file was brought back.
    fn ready(&self, then: &Then) -> Option<Told> {
        let local = roster::local_name(self.config);
        let targets = local_targets(self.config, &local, self.around.termux());
        let called = |target: &&Target| target.name(&local) == then.service;
        let target = targets.iter().find(called)?;
        let crew = recover::crew(self.around, self.config, &local, self.state, false);
        let wait = Wait::AtMost(OTHERS);
        Some(guarded::after_restore(target, &crew, then.broke, wait))
    }
}

/// What came of a run.
struct Seen<'a> {
    processes: Option<&'a SeenTo>,
    restarted: &'a [Told],
    parts: &'a [Part],
    items: &'a [Item],
}

impl Seen<'_> {
    fn fine(&self) -> bool {
        let fine = |item: &Item| !matches!(item.standing, Standing::Wrong | Standing::Planned);
        self.items.iter().all(fine)
            && self.restarted.iter().all(Told::fine)
            && self.processes.is_none_or(SeenTo::fine)
    }

    fn show(&self, args: &Args, around: &Surroundings) -> Result<(), Failure> {
        if args.json {
            let processes = self.processes.map(|seen| seen.json(args.dry_run));
            let json = show::json(processes.as_ref(), self.items, clock::now(), args.dry_run);
            return output::print(&format!("{json}\n"));
        }
        let columns = output::columns();
        let mut text = self
            .processes
            .map_or_else(String::new, |seen| processes(seen, columns));
        for part in self.parts {
            let shown = |subject: &str| around.shown(Path::new(subject));
            text.push_str(&show::part(*part, self.items, columns, shown));
            if *part == Part::Config && !self.restarted.is_empty() {
                text.push_str(&recovery::show::text(self.restarted, ""));
            }
        }
        output::print(&text)
    }
}

/// The lines about processes: all of them where anything was the matter.
fn processes(seen: &SeenTo, columns: usize) -> String {
    let ready = seen.told.iter().filter(|told| told.fine()).count();
    let all = seen.told.len();
    let (role, said) = match (all, seen.fine()) {
        (0, _) => (Role::Ok, "none is expected on this machine".to_owned()),
        (_, true) => (Role::Ok, format!("{ready} of {all} ready")),
        (_, false) => (Role::Critical, format!("{ready} of {all} ready")),
    };
    let mut text = show::heading("processes", role, &said, columns);
    let acted = |told: &Told| told.done.as_ref().is_some_and(recovery::work::Done::acted);
    if !seen.fine() || seen.told.iter().any(acted) {
        text.push_str(&recovery::show::text(&seen.told, &seen.local));
    }
    text
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
            if items.iter().any(|item| item.change.is_some()) {
                let batch = Batch::of(&updated.state, now);
                history::note_aloud(store.home(), &batch);
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
    let beyond = events.len().saturating_sub(state.events_kept());
    events.drain(..beyond);
    State {
        healing: state.healing.after(parts, items, now),
        events,
        ..state.clone()
    }
}
