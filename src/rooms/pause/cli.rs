//! The arguments of `mamori pause` and `mamori resume`.

use std::time::Duration;

use super::hold::hold;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::alert::Pause;
use crate::model::home::Home;
use crate::model::text::clean;
use crate::model::time::{Timestamp, span};
use crate::roster;
use crate::state::store::Store;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output};

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
    let node = named(&args.node, around, &config)?;
    let until = pause.until;
    held(&node, Some(pause), around, &config, now)?;
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
    let node = named(&args.node, around, &config)?;
    let was = held(&node, None, around, &config, clock::now())?;
    let text = if was.is_some() {
        "is watched again"
    } else {
        "was not paused"
    };
    output::print(&format!("{node} {text}\n"))?;
    Ok(Exit::Fine)
}

/// The node's name in full; those count that only the hub knows.
fn named(name: &str, around: &Surroundings, config: &Config) -> Result<String, Failure> {
    let store = Store::new(Home::of(&around.mamori_home), "mamori pause");
    let state = store.read().ok().flatten().map(|look| look.state);
    roster::resolve_known(name, config, &state.unwrap_or_default())
}

fn held(
    node: &str,
    pause: Option<Pause>,
    around: &Surroundings,
    config: &Config,
    now: Timestamp,
) -> Result<Option<Pause>, Failure> {
    let held = hold(node, pause, around, config, now)?;
    for notice in &held.notices {
        output::complain(&format!("warning: {notice}\n"));
    }
    Ok(held.before)
}
