//! The arguments of `mamori watch`, and its loop.

use std::path::Path;
use std::time::Duration;

use super::round::Rounds;
use super::schedule::{Burst, Depth, LOCAL_EVERY, Schedule};
use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::moment::overslept;
use crate::model::segment::FRESH_SECONDS;
use crate::model::state::{Gap, GapCause};
use crate::model::text::count;
use crate::model::time::Timestamp;
use crate::roster;
use crate::state::store::Store;
use crate::sys::flock::{self, Lock, LockError, Wait};
use crate::sys::signals::{Signals, Stop};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, output, process};

/// Watch this machine and the remote nodes, and tell the tmux status lines, until stopped
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One round of everything, then end
    #[arg(long)]
    once: bool,
    /// Wait for the end of a watcher that runs: whoever keeps us running
    /// would else take our end for good
    #[arg(long, hide = true, conflicts_with = "once")]
    wait: bool,
}

/// How often one that waits looks whether the other one has ended.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a starting watcher waits for one that is just ending, or for a
/// reader that is just asking whether one runs.
const TAKEOVER: Wait = Wait::AtMost(Duration::from_secs(1));

/// The lock, or why it could not be had, and the last beat of who had it.
type Turn = (Result<Lock, LockError>, Option<Timestamp>);

/// Carries `watch` out.
///
/// # Errors
/// Exit 2 for a bad configuration, 3 when there is no place for its lock.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let exit = watch(args, around);
    // A check that hangs ends with the watcher.
    process::end_all();
    exit
}

fn watch(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let mut config = config::load(around)?;
    let home = Home::of(&around.mamori_home);
    // What is broken is mended without a home, too.
    let homeless = files::private_folder(home.folder()).err();
    let signals = Signals::listen()?;
    let lock_file = home.watch_lock();
    let Some((turn, last_beat)) = in_turn(&lock_file, args.wait, &signals)? else {
        return Ok(Exit::Fine);
    };
    if args.wait {
        // It may have been changed meanwhile.
        config = config::load(around)?;
    }
    let mut lock = match turn {
        Ok(lock) => Some(lock),
        Err(LockError::Held(holder)) => {
            output::print(&format!("already watching: {holder}\n"))?;
            return Ok(Exit::Fine);
        }
        Err(LockError::Unusable(error)) => {
            warn_of(&error, homeless, &lock_file, around);
            None
        }
    };
    let name = roster::local_name(&config);
    let full_every = config.watch.health_every;
    let liveness = humantime::format_duration(config.watch.liveness_every);
    let others = config.nodes.iter().filter(|node| node.name != name);
    let others = match others.count() {
        0 => String::new(),
        others => format!("; {} every {liveness}", count(others, "node")),
    };
    let mut rounds = Rounds::new(around, config, Store::new(home, "mamori watch"), args.once);
    let mut schedule = Schedule::new(full_every);
    note_absence(&mut rounds, last_beat);
    if !args.once {
        let every = humantime::format_duration(LOCAL_EVERY.min(full_every));
        let full = humantime::format_duration(full_every);
        output::print(&format!(
            "watching {name}: disks and memory every {every}, everything every {full}{others}\n"
        ))?;
    }
    let mut burst = Burst::default();
    loop {
        let elapsed = clock::elapsed();
        burst.heard(rounds.news());
        if schedule.due(elapsed) {
            if !stay_locked(&mut lock, &lock_file, &rounds) {
                return Ok(Exit::Fine);
            }
            schedule.follow(rounds.reconfigure());
            if args.once {
                rounds.recover_once();
                rounds.heal_once();
                // Before the round, which tells of them.
                rounds.report_once();
            }
            let full = schedule.begin(elapsed);
            rounds.round(if full { Depth::Full } else { Depth::Judged });
            if !args.once {
                rounds.look_after(full);
            }
            burst.looked(elapsed);
        } else if burst.due(elapsed) {
            rounds.round(burst.depth());
            rounds.look_after(false);
            burst.looked(elapsed);
        }
        if !args.once {
            rounds.heal();
            rounds.foresee();
            rounds.report();
        }
        let listening_from = clock::elapsed();
        if overslept(elapsed, Duration::ZERO, listening_from).is_some() {
            rounds.did_not_listen();
        }
        rounds.listen();
        rounds.tell();
        rounds.hand_over();
        if args.once && !rounds.waits_for_answers() {
            rounds.finish();
            // From what was just seen, too.
            rounds.foresee_once();
            return Ok(Exit::Fine);
        }
        let now = clock::elapsed();
        let wait = schedule.wait(now).min(rounds.wait()).min(burst.wait(now));
        let stop = signals.wait_for(rounds.interests(), wait);
        if let Some(stop) = stop {
            rounds.finish();
            rounds.say_goodbye();
            return Ok(if stop == Stop::Interrupted {
                Exit::Interrupted
            } else {
                Exit::Fine
            });
        }
        if let Some(slept) = overslept(listening_from, wait, clock::elapsed()) {
            rounds.slept(slept);
        }
    }
}

/// Says that nothing is recorded, for want of a lock.
fn warn_of(
    error: &std::io::Error,
    homeless: Option<files::FileError>,
    lock: &Path,
    around: &Surroundings,
) {
    let why = homeless.map_or_else(|| error.to_string(), |error| error.to_string());
    output::complain(&format!(
        "warning: could not lock `{}`, so nothing is recorded: {why}\n\
         hint: mamori doctor\n",
        around.shown(lock)
    ));
}

/// Takes the lock, if asked to only after its holder's end, and says when the
/// last watcher had beaten; `None` when a signal ended the waiting.
fn in_turn(file: &Path, wait: bool, signals: &Signals) -> Result<Option<Turn>, Failure> {
    let mut last_beat = files::modified(file);
    let mut lock = flock::lock(file, "mamori watch", TAKEOVER);
    if let (true, Err(LockError::Held(holder))) = (wait, &lock) {
        output::print(&format!("waiting for the end of {holder}\n"))?;
        while matches!(lock, Err(LockError::Held(_))) {
            if signals.wait(PATIENCE).is_some() {
                return Ok(None);
            }
            last_beat = files::modified(file);
            lock = flock::lock(file, "mamori watch", Wait::Never);
        }
    }
    Ok(Some((lock, last_beat)))
}

/// Notes how long no watcher ran.
fn note_absence(rounds: &mut Rounds<'_>, last_beat: Option<Timestamp>) {
    let now = clock::now();
    if let Some(from) = last_beat.filter(|beat| now.since(*beat) > FRESH_SECONDS) {
        rounds.note_gap(&Gap {
            from,
            to: now,
            why: GapCause::NotRunning,
        });
    }
}

/// Makes sure that our lock is still the one that others see, and beats;
/// `false` when somebody else has taken over.
fn stay_locked(lock: &mut Option<Lock>, file: &Path, rounds: &Rounds<'_>) -> bool {
    if !lock.as_ref().is_some_and(|lock| lock.stands_at(file)) {
        match flock::lock(file, "mamori watch", Wait::Never) {
            Ok(again) => *lock = Some(again),
            Err(error @ LockError::Held(_)) => {
                output::complain(&format!(
                    "warning: our lock was removed; now it is {error}\n"
                ));
                return false;
            }
            // A home that is gone or read-only: nobody else can have it either.
            Err(LockError::Unusable(_)) => {}
        }
    }
    // A beat vouches for what the state file says: no beat while it
    // cannot be written.
    if rounds.recorded()
        && let Some(Err(error)) = lock.as_ref().map(Lock::beat)
    {
        output::complain(&format!(
            "warning: could not touch the watcher's lock: {error}\n"
        ));
    }
    true
}
