//! The arguments of `mamori vault`, and its exit codes.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::decide::Verdict;
use super::facts::shelf;
use super::hand::{self, Restored};
use super::list::{self, Row, State};
use super::show;
use super::validate::By;
use crate::config::{self, Config, Variables};
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::text::clean;
use crate::sys::guarded::{self, Stands};
use crate::sys::output::{self, print};
use crate::sys::surroundings::Surroundings;
use crate::sys::vault::{Shelf, Vault, Version};
use crate::sys::{clock, files};

/// Show and restore the last good versions of guarded files
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the guarded files and what is kept of them
    List {
        /// Print one JSON value
        #[arg(long)]
        json: bool,
    },
    /// Print a version of a file
    Show {
        /// The guarded file
        path: PathBuf,
        /// Its version, else the newest
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// Put a version in the file's place; what stands there is kept aside
    Restore {
        /// The guarded file
        path: PathBuf,
        /// Its version, else the newest
        #[arg(long, value_name = "N")]
        version: Option<u32>,
        /// Say what would be done and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// Carries the command out.
///
/// # Errors
/// Exit 2 when the path or the version is not known, 3 when the file cannot be
/// written.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    // The vault is needed most when the configuration is broken.
    let config = config::load(around).unwrap_or_else(|_| Config::defaults(&Variables::of(around)));
    match &args.verb {
        Verb::List { json } => {
            let rows = rows(around, &config);
            let now = clock::now();
            print(&if *json {
                list::json(&rows)
            } else {
                list::text(&rows, now, output::columns())
            })?;
            Ok(Exit::Fine)
        }
        Verb::Show { path, version } => {
            let shelf = known(path, around, &config)?;
            let (_, content) = chosen(&shelf, *version, around)?;
            output::print_content(&content)?;
            Ok(Exit::Fine)
        }
        Verb::Restore {
            path,
            version,
            dry_run,
        } => {
            let shelf = known(path, around, &config)?;
            let chosen = chosen(&shelf, *version, around)?;
            restore(&shelf, &chosen, *dry_run, around, &config)
        }
    }
}

fn vault(around: &Surroundings) -> Vault {
    Vault::at(Home::of(&around.mamori_home).vault())
}

/// The paths that are guarded or kept.
fn paths(around: &Surroundings, config: &Config) -> Vec<PathBuf> {
    let guards = config.guards.iter().map(|guard| guard.path.clone());
    let kept = vault(around).shelves().into_iter();
    let own = guarded::absolute(&around.config);
    let own = Some(own).filter(|own| files::exists(own));
    let kept = kept.map(|shelf| shelf.path().to_owned());
    let mut all: Vec<PathBuf> = guards.chain(own).chain(kept).collect();
    all.sort();
    all.dedup();
    all
}

fn rows(around: &Surroundings, config: &Config) -> Vec<Row> {
    let own = guarded::absolute(&around.config);
    let row = |path: PathBuf| {
        let shelf = shelf(&path, around);
        let versions = shelf.versions();
        let newest = shelf.newest();
        let guards = path == own || config.guards.iter().any(|guard| guard.path == path);
        let link = newest
            .as_ref()
            .and_then(|(version, _)| version.facts.link());
        let state = match (guarded::look(&path, link.as_deref()).stands, &newest) {
            (_, None) => State::NotKept,
            _ if !guards => State::Unguarded,
            (Stands::Missing | Stands::Nowhere, _) => State::Missing,
            (Stands::File(file), Some((_, good))) if file.bytes == *good => State::AsKept,
            (Stands::File(file), _) if file.bytes.is_empty() => State::Empty,
            (Stands::File(_) | Stands::Unfit(_), _) => State::Differs,
        };
        Row {
            shown: clean(&around.shown(&path)),
            path: path.to_string_lossy().into_owned(),
            versions: versions
                .iter()
                .map(|version| (version.number, version.facts.at))
                .collect(),
            state,
        }
    };
    paths(around, config).into_iter().map(row).collect()
}

/// The shelf of the file that `path` names, through links or not.
fn known(path: &Path, around: &Surroundings, config: &Config) -> Result<Shelf, Failure> {
    let given = guarded::absolute(path);
    let paths = paths(around, config);
    let plain = |path: &Path| {
        let folder = path.parent().map(files::resolved).unwrap_or_default();
        folder.join(path.file_name().unwrap_or_default())
    };
    let exact = paths.iter().find(|known| **known == given);
    let through = || {
        let same = |known: &&PathBuf| plain(known) == plain(&given);
        let real = |known: &&PathBuf| files::resolved(known) == files::resolved(&given);
        paths.iter().find(same).or_else(|| paths.iter().find(real))
    };
    if let Some(known) = exact.or_else(through) {
        return Ok(shelf(known, around));
    }
    let shown = clean(&around.shown(&given));
    let near = paths
        .iter()
        .map(|known| clean(&around.shown(known)))
        .map(|known| (strsim::jaro_winkler(&known, &shown), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    let failure = Failure::usage(match near {
        Some((_, near)) => format!("`{shown}` is not guarded; did you mean `{near}`?"),
        None => format!("`{shown}` is not guarded"),
    });
    Err(failure.hint("mamori vault list"))
}

fn chosen(
    shelf: &Shelf,
    version: Option<u32>,
    around: &Surroundings,
) -> Result<(Version, Vec<u8>), Failure> {
    let shown = clean(&around.shown(shelf.path()));
    let Some(number) = version else {
        let none = || {
            let what = format!("no good version of `{shown}` is known");
            Failure::usage(what).hint("mamori heal config")
        };
        return shelf.newest().ok_or_else(none);
    };
    let versions = shelf.versions();
    let found = versions.iter().find(|version| version.number == number);
    let Some(found) = found else {
        let numbers: Vec<String> = versions.iter().map(|one| one.number.to_string()).collect();
        let failure = Failure::usage(format!("`{shown}` has no version {number}"));
        return Err(failure.hint(format!("its versions: {}", numbers.join(", "))));
    };
    let content = shelf
        .content(found)
        .ok_or_else(|| Failure::unable(format!("version {number} of `{shown}` is damaged")))?;
    Ok((found.clone(), content))
}

fn restore(
    shelf: &Shelf,
    (version, content): &(Version, Vec<u8>),
    dry_run: bool,
    around: &Surroundings,
    config: &Config,
) -> Result<Exit, Failure> {
    let path = shelf.path();
    let shown = clean(&around.shown(path));
    let which = show::version(version.number, version.facts.at, clock::now());
    let guard = config.guards.iter().find(|guard| guard.path == path);
    if dry_run {
        print(&format!("`{shown}`: to do: restore {which}\n"))?;
        return Ok(Exit::Fine);
    }
    let done = hand::restore(shelf, version, content, around)
        .map_err(|why| Failure::unable(format!("`{shown}`: {why}")))?;
    let mut lines = vec![match &done {
        Restored::Already => format!("`{shown}` is {which} already"),
        Restored::Done(None) => format!("`{shown}`: restored {which}"),
        Restored::Done(Some(aside)) => {
            let aside = clean(&around.shown(aside));
            format!("`{shown}`: restored {which}; what stood there is `{aside}`")
        }
    }];
    let own = path == guarded::absolute(&around.config);
    let by = match guard {
        Some(guard) => Some(By::Config(&guard.validator)),
        None if own => Some(By::Own),
        None => None,
    };
    let verdict = by.map(|by| super::validate::ask(by, path, content, false, around));
    let mut exit = Exit::Fine;
    match verdict {
        Some(Verdict::Refuses(fault)) => {
            exit = Exit::Found;
            let what = show::matter(&super::decide::Broken::Refused(fault)).here;
            lines.push(format!("it {what}"));
        }
        Some(Verdict::Unable(why)) => {
            exit = Exit::Found;
            lines.push(format!("its validator gave no answer: {}", clean(&why)));
        }
        Some(Verdict::Accepts) | None => {}
    }
    if let Some(service) = guard.and_then(|guard| guard.then.as_deref()) {
        let service = clean(service);
        lines.push(format!("`{service}` reads it when it is started again"));
    }
    print(&(lines.join("\n") + "\n"))?;
    Ok(exit)
}
