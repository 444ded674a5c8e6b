//! The arguments of `mamori doctor`, and its exit codes.

use super::decide::{Status, checks};
use super::{facts, show};
use crate::failure::{Exit, Failure};
use crate::sys::surroundings::Surroundings;
use crate::sys::{host, output};

/// Say what is missing or wrong, and the command that mends it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON value
    #[arg(long)]
    json: bool,
    /// Show what is fine, too
    #[arg(long, short)]
    verbose: bool,
}

/// Carries `doctor` out.
///
/// # Errors
/// Only when its result cannot be printed: what is wrong is its result.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let checks = checks(&facts::gather(around));
    if args.json {
        output::print(&format!("{}\n", show::json(&checks, &host::kernel_name())))?;
    } else {
        output::print(&show::text(&checks, args.verbose))?;
    }
    let fault = checks.iter().any(|check| check.status == Status::Fault);
    Ok(if fault { Exit::Found } else { Exit::Fine })
}
