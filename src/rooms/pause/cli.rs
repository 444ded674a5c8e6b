//! The arguments of `mamori pause` and `mamori resume`.

use std::time::Duration;

use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::alert::Pause;
use crate::model::home::Home;
use crate::model::state::State;
use crate::model::text::clean;
use crate::model::time::{Timestamp, span};
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output, poke, status_bar};

/// Longest reason kept, in characters.
const LONGEST_REASON: usize = 200;

/// Leave a node alone, for a while or until it is resumed
#[derive(Debug, clap::Args)]
pub struct PauseArgs {
    /// The node's name, or `local` for this machine
    node: String,
    /// How long, such as `2h` or `1h 30m`; without it until `mamori resume`
    #[arg(long = "for", value_name = "DUR", value_parser = span)]
    span: Option<Duration>,
    /// Why, for whoever looks later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Watch a paused node again
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The node's name, or `local` for this machine
    node: String,
}

/// Carries `pause` out.
///
/// # Errors
/// Exit 2 for an unknown node, 3 when the state file cannot be written.
pub fn pause(args: &PauseArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let now = clock::now();
    let pause = Pause {
        since: now,
        until: args.span.map(|span| now.after(span)),
        reason: args
            .reason
            .as_deref()
            .map(|text| clean(text).chars().take(LONGEST_REASON).collect()),
    };
    let config = config::load(around)?;
    let node = roster::resolve(&args.node, &config)?;
    let until = pause.until;
    change(around, &config, now, |state| {
        state.pauses.insert(node.clone(), pause);
    })?;
    let until = match until {
        Some(until) => format!("until {}", clock::zoned(until, now, config.timezone)),
        None => format!("until `mamori resume {node}`"),
    };
    output::print(&format!("{node} is paused {until}\n"))?;
    Ok(Exit::Fine)
}

/// Carries `resume` out.
///
/// # Errors
/// Exit 2 for an unknown node, 3 when the state file cannot be written.
pub fn resume(args: &ResumeArgs, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let node = roster::resolve(&args.node, &config)?;
    let was = change(around, &config, clock::now(), |state| {
        state.pauses.remove(&node)
    })?;
    let text = if was.is_some() {
        "is watched again"
    } else {
        "was not paused"
    };
    output::print(&format!("{node} {text}\n"))?;
    Ok(Exit::Fine)
}

fn change<T>(
    around: &Surroundings,
    config: &Config,
    now: Timestamp,
    change: impl FnOnce(&mut State) -> T,
) -> Result<T, Failure> {
    let store = Store::new(Home::of(&around.mamori_home), "mamori pause");
    let local = roster::local_name(config);
    let updated = store.update(PATIENCE, now, |state| {
        let mut state = state.clone();
        // Before the first probe no node is there yet, and can still be paused.
        state.nodes = roster::roster(&state, config, &local, now);
        let outcome = change(&mut state);
        state.settle(now);
        (outcome, Some(state))
    })?;
    for notice in &updated.notices {
        output::complain(&format!("warning: {notice}\n"));
    }
    status_bar::show_everywhere(around, store.home(), None, &updated.state);
    // A watcher need not wait for its next round; without one nothing is lost.
    let _ = poke::touch(store.home());
    Ok(updated.outcome)
}
