//! `mamori predict measure`: what the folders of each local disk hold, kept so
//! that a forecast can say what grew. The watcher has it done at night.

use std::path::PathBuf;
use std::time::Duration;

use chrono::Timelike as _;

use super::grew;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::history::Measurement;
use crate::model::history::folders;
use crate::model::home::Home;
use crate::model::text::clean;
use crate::roster;
use crate::state::store::Store;
use crate::sys::flock::{self, LockError, Wait};
use crate::sys::growth::{self, Bounds, Walked};
use crate::sys::history::History;
use crate::sys::host::disks::{self, Place};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, output};

/// Measure what the folders of the local disks hold
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print nothing, and only when it is time for it
    #[arg(long, hide = true)]
    by_watcher: bool,
    /// Only what is mounted there
    #[arg(long, value_name = "MOUNT")]
    only: Vec<PathBuf>,
    /// Stop after so long, over all disks
    #[arg(long, hide = true, value_name = "SECONDS", default_value_t = 600)]
    seconds: u64,
    /// Stop after so many files and folders, over all disks
    #[arg(long, hide = true, value_name = "N", default_value_t = 3_000_000)]
    entries: u64,
}

/// Carries the command out.
///
/// # Errors
/// Exit 2 for a bad configuration or where no disk is mounted, 3 when the
/// history cannot be written.
pub(super) fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let places = places(args)?;
    let node = roster::local_name(&config);
    let home = Home::of(&around.mamori_home);
    files::private_folder(&home.locks()).map_err(|error| Failure::unable(error.to_string()))?;
    let lock = home.measure_lock();
    let _lock = match flock::lock(&lock, "mamori predict measure", Wait::Never) {
        Ok(lock) => lock,
        Err(LockError::Held(by)) => {
            output::complain(&format!("warning: not measured: {by} does it already\n"));
            return Ok(Exit::Fine);
        }
        Err(LockError::Unusable(error)) => {
            let path = lock.display();
            return Err(Failure::unable(format!("could not use `{path}`: {error}")));
        }
    };
    if args.by_watcher && !is_due(&home, &config, &node)? {
        return Ok(Exit::Fine);
    }
    // Before minutes are spent on what cannot be kept.
    drop(History::writable(&home)?);
    growth::give_way();
    let mut bounds = Bounds {
        until: clock::elapsed().saturating_add(Duration::from_secs(args.seconds)),
        entries: args.entries,
    };
    for place in places {
        let at = clock::now().0;
        let least = folders::least(place.total_bytes);
        let walked = growth::walk(&place, least, &mut bounds);
        if let Err(error) = &walked {
            let mount = clean(&place.point.to_string_lossy());
            output::complain(&format!("warning: `{mount}` not measured: {error}\n"));
        }
        let told = walked.is_ok() && !args.by_watcher;
        // That one was tried counts, too, or it would be tried for ever.
        let walked = walked.unwrap_or_else(|_| Walked::none(least));
        let entries = walked.entries;
        let one = measurement(&node, &place, at, walked);
        History::writable(&home)?.add_measurement(&one)?;
        if told {
            output::print(&grew::measured(&one, entries))?;
        }
    }
    Ok(Exit::Fine)
}

/// Whether it is time to measure.
fn is_due(home: &Home, config: &Config, node: &str) -> Result<bool, Failure> {
    let Some(history) = History::open(home)? else {
        return Ok(false);
    };
    let mut measured = Vec::new();
    for mount in history.mounts(node)? {
        let taken = history.measured(node, &mount, i64::MIN, i64::MAX)?;
        measured.extend(taken.iter().map(|one| one.at));
    }
    let state = Store::new(home.clone(), "mamori predict measure").read();
    let state = state.ok().flatten().map(|look| look.state);
    let foretold = state.is_some_and(|state| {
        let ours = state.forecasts.iter().filter(|one| one.node == node);
        ours.into_iter()
            .any(|one| one.what == "disk" && one.will_cross && !one.is_over())
    });
    let now = clock::now();
    Ok(folders::is_due(
        &measured,
        history.reach(node)?.map(|(first, _)| first),
        now.0,
        clock::time_of_day(now, config.timezone).hour(),
        foretold,
    ))
}

/// The disks to measure: those with few files first, so that a large one takes
/// nothing from them.
fn places(args: &Args) -> Result<Vec<Place>, Failure> {
    let mut places = disks::places().map_err(Failure::unable)?;
    let is_there = |only: &&PathBuf| places.iter().any(|place| place.point == **only);
    if let Some(only) = args.only.iter().find(|only| !is_there(only)) {
        let only = clean(&only.to_string_lossy());
        let what = format!("nothing to measure at `{only}`: no local disk is mounted there");
        return Err(Failure::usage(what).hint("mamori predict measure"));
    }
    places.retain(|place| args.only.is_empty() || args.only.contains(&place.point));
    // Some file systems do not count them.
    places.sort_by_key(|place| (place.entries == 0, place.entries));
    Ok(places)
}

fn measurement(node: &str, place: &Place, at: i64, walked: Walked) -> Measurement {
    Measurement {
        at,
        node: node.to_owned(),
        mount: place.point.to_string_lossy().into_owned(),
        volume: place.volume,
        least: walked.least,
        bytes: walked.bytes,
        unread: walked.unread,
        complete: walked.complete,
        folders: walked.folders,
    }
}
