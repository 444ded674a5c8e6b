//! The arguments of `mamori agents`, and its exit codes.

use std::time::Duration;

use chrono::DateTime;
use clap::Subcommand;
use serde_json::json;

use super::show;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::report::agents::figures::All;
use crate::model::time::Timestamp;
use crate::sys::agents::{self, Ledger, Places};
use crate::sys::flock::Wait;
use crate::sys::output;
use crate::sys::surroundings::Surroundings;

/// Count what coding agents do
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Read what they wrote since the last time
    Collect,
    /// Print what a span comes to
    Figures {
        /// From this instant on, as 2026-11-22T06:00:00Z
        #[arg(long)]
        since: String,
        /// Until before this one
        #[arg(long)]
        until: String,
    },
}

/// How long another one may be at it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Carries the command out.
///
/// # Errors
/// Exit 2 for a bad time, 3 when the ledger cannot be used.
pub fn run(args: Args, around: &Surroundings) -> Result<Exit, Failure> {
    let home = Home::of(&around.mamori_home);
    let said = match args.verb {
        Verb::Collect => {
            let done = agents::collect(&home, &Places::of(around), Wait::AtMost(PATIENCE))?;
            if let Some(aside) = &done.rescued {
                let aside = around.shown(aside);
                output::complain(&format!(
                    "warning: the agents' ledger was damaged, and is kept as `{aside}`\n"
                ));
            }
            let refused = done.refused.iter();
            let refused: Vec<String> = refused.map(|(_, path)| around.shown(path)).collect();
            json!({
                "files": done.files, "bytes": done.bytes, "refused": refused,
            })
        }
        Verb::Figures { since, until } => {
            let (since, until) = (instant(&since)?, instant(&until)?);
            let (prices, wrong) = agents::prices(around);
            if let Some(wrong) = wrong {
                output::complain(&format!("warning: {wrong}\n"));
            }
            let all = match Ledger::open(&home)? {
                Some(ledger) => ledger.figures(since, until, &prices)?,
                None => All::default(),
            };
            show::figures(&all)
        }
    };
    output::print(&format!("{said}\n"))?;
    Ok(Exit::Fine)
}

fn instant(text: &str) -> Result<Timestamp, Failure> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| {
        Failure::usage("an instant is written as 2026-11-22T06:00:00Z".to_owned())
            .hint("mamori agents figures --help")
    })?;
    Ok(Timestamp(time.timestamp()))
}
