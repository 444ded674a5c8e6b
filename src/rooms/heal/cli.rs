//! The arguments of `mamori heal`, and its exit codes.

use std::path::Path;
use std::time::Duration;

use super::book::Book;
use super::show;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::healing::{Item, Part, Standing, Terms};
use crate::model::home::Home;
use crate::model::state::State;
use crate::rooms::guard::{self, Then};
use crate::rooms::logs;
use crate::rooms::recover as recovery;
use crate::rooms::recover::cli::{self as recover, SeenTo};
use crate::rooms::recover::guarded;
use crate::rooms::recover::run::Told;
use crate::rooms::recover::target::{Target, local_targets};
use crate::rooms::temp;
use crate::roster;
use crate::state::store::Store;
use crate::sys::flock::Wait;
use crate::sys::signals::Signals;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, output, rotation};
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
    let local = roster::local_name(&config);
    let mut book = Book::open(&store, &local, args.dry_run);
    if let Some(ours) = &ours {
        book.note(ours.clone());
    }
    let run = Run {
        around,
        config: &config,
        state: &state,
        terms: &terms,
    };
    let restarted = run.heal(&parts, &mut book);
    book.close(&parts);
    let mut items = book.items();
    if let Some(ours) = ours {
        // What was brought back is as it should be when it is looked at again.
        let again = |item: &Item| item.check() == ours.check() && item.change.is_none();
        items.retain(|item| !again(item));
    }
    let seen = Seen {
        dry_run: args.dry_run,
        processes: processes.as_ref(),
        restarted: &restarted,
        parts: &parts,
        items: &items,
    };
    seen.show(args, around)?;
    Ok(if seen.fine() { Exit::Fine } else { Exit::Found })
}

/// The configuration; one that is broken or gone is brought back first, where
/// configurations are to be healed. Nothing is done by the defaults in place of
/// one that is gone: they may name what it left out.
fn configuration(
    parts: &[Part],
    around: &Surroundings,
    terms: &Terms,
) -> Result<(Config, Option<Item>), Failure> {
    let loaded = config::load(around);
    let gone = !files::exists(&around.config);
    if loaded.is_ok() && !gone {
        return Ok((loaded?, None));
    }
    let path = around.shown(&around.config);
    let hint = format!("mamori vault restore {path}");
    let look = Terms {
        dry_run: terms.dry_run || !parts.contains(&Part::Config),
        ..terms.clone()
    };
    let ours = guard::own_config(around, &look);
    match (ours, loaded) {
        // There never was one.
        (None, loaded) => Ok((loaded?, None)),
        (Some(ours), _) if ours.standing == Standing::Healed => {
            Ok((config::load(around)?, Some(ours)))
        }
        (Some(_), Ok(_)) => {
            Err(Failure::usage(format!("the configuration `{path}` is gone")).hint(hint))
        }
        (Some(ours), Err(failure)) => {
            if parts.contains(&Part::Config) {
                let why = format!("{path} is not restored by itself: {}\n", ours.text);
                output::complain(&why);
            }
            Err(failure.hint(hint))
        }
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
    fn heal(&self, parts: &[Part], book: &mut Book<'_>) -> Vec<Told> {
        let mut restarted = Vec::new();
        for part in parts {
            match part {
                Part::Config => {
                    for outcome in guard::look_after(self.around, self.config, self.terms) {
                        book.note(outcome.item);
                        restarted.extend(outcome.then.and_then(|then| self.ready(&then)));
                    }
                }
                Part::Logs => {
                    // Nothing is started from here on that would be slow, too.
                    rotation::step_back();
                    let note = &mut |item| book.note(item);
                    logs::look_after(self.around, self.config, self.terms, note);
                }
                Part::Temp => {
                    rotation::step_back();
                    for item in temp::look_after(self.around, self.config, self.terms) {
                        book.note(item);
                    }
                }
            }
        }
        restarted
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
    dry_run: bool,
    processes: Option<&'a SeenTo>,
    restarted: &'a [Told],
    parts: &'a [Part],
    items: &'a [Item],
}

impl Seen<'_> {
    fn fine(&self) -> bool {
        // The first cleaning only says what it would do, and needs nobody.
        let fine = |item: &Item| match item.standing {
            Standing::Planned => !self.dry_run,
            Standing::Wrong => false,
            // What waits is not as it should be; old files can wait.
            Standing::Waits => item.part == Part::Temp,
            _ => true,
        };
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
