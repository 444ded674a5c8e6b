//! The arguments of `mamori watch`, and its loop.

use super::round::Rounds;
use super::schedule::{LOCAL_EVERY, Schedule};
use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::segment::FRESH_SECONDS;
use crate::model::state::{Gap, GapCause};
use crate::model::time::Timestamp;
use crate::roster;
use crate::state::store::Store;
use crate::sys::flock::{self, LockError, Wait};
use crate::sys::signals::{Signals, Stop};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, output};

/// Watch this machine and tell the tmux status lines, until stopped
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One round of everything, then end
    #[arg(long)]
    once: bool,
}

/// How long a starting watcher waits for one that is just ending, or for a
/// reader that is just asking whether one runs.
const TAKEOVER: Wait = Wait::AtMost(std::time::Duration::from_secs(1));

/// Carries `watch` out.
///
/// # Errors
/// Exit 2 for a bad configuration, 3 when there is no place for its lock.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let home = Home::of(&around.mamori_home);
    files::private_folder(home.folder()).map_err(|error| Failure::unable(error.to_string()))?;
    let last_beat = files::modified(&home.watch_lock());
    let lock_file = home.watch_lock();
    let mut lock = match flock::lock(&lock_file, "mamori watch", TAKEOVER) {
        Ok(lock) => lock,
        Err(LockError::Held(holder)) => {
            output::print(&format!("already watching: {holder}\n"))?;
            return Ok(Exit::Fine);
        }
        Err(LockError::Unusable(error)) => {
            let path = around.shown(&home.watch_lock());
            return Err(
                Failure::unable(format!("could not lock `{path}`: {error}")).hint("mamori doctor")
            );
        }
    };
    let signals = Signals::listen()?;
    let name = roster::local_name(&config);
    let full_every = config.watch.health_every;
    let mut rounds = Rounds::new(around, config, Store::new(home, "mamori watch"));
    let mut schedule = Schedule::new(full_every);
    let now = clock::now();
    if let Some(from) = last_beat.filter(|beat| now.since(*beat) > FRESH_SECONDS) {
        rounds.note_gap(&Gap {
            from,
            to: now,
            why: GapCause::NotRunning,
        });
    }
    if !args.once {
        let every = humantime::format_duration(LOCAL_EVERY.min(full_every));
        let full = humantime::format_duration(full_every);
        output::print(&format!(
            "watching {name}: disks and memory every {every}, everything every {full}\n"
        ))?;
    }
    loop {
        let elapsed = clock::elapsed();
        if let Some(slept) = schedule.slept(elapsed) {
            let now = clock::now();
            let seconds = i64::try_from(slept.as_secs()).unwrap_or(i64::MAX);
            let from = Timestamp(now.0.saturating_sub(seconds));
            rounds.note_gap(&Gap {
                from,
                to: now,
                why: GapCause::Slept,
            });
        }
        if !lock.stands_at(&lock_file) {
            match flock::lock(&lock_file, "mamori watch", Wait::Never) {
                Ok(again) => lock = again,
                Err(error) => {
                    output::complain(&format!(
                        "warning: our lock was removed; now it is {error}\n"
                    ));
                    return Ok(Exit::Fine);
                }
            }
        }
        // A beat vouches for what the state file says: no beat while it
        // cannot be written.
        if rounds.recorded()
            && let Err(error) = lock.beat()
        {
            output::complain(&format!(
                "warning: could not touch the watcher's lock: {error}\n"
            ));
        }
        schedule.follow(rounds.reconfigure());
        rounds.round(schedule.begin(elapsed));
        if args.once {
            return Ok(Exit::Fine);
        }
        match signals.wait(schedule.wait(clock::elapsed())) {
            None => {}
            Some(stop) => {
                rounds.say_goodbye();
                return Ok(if stop == Stop::Interrupted {
                    Exit::Interrupted
                } else {
                    Exit::Fine
                });
            }
        }
    }
}
