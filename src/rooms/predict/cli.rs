//! The arguments of `mamori predict`.

use std::io::{self, BufRead as _, Read as _};

use super::stream::{self, Wrong};
use crate::failure::{Exit, Failure};
use crate::sys::output;

/// The longest line that is read: some two million samples.
const LONGEST: u64 = 64 << 20;

/// Say which disks and memories will fill, and which services restart
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Answer questions on stdin, one JSON line each
    Eval,
    /// Print what the tables are fitted to, for the same questions
    #[command(hide = true)]
    Features,
}

/// Carries `mamori predict` out.
///
/// # Errors
/// Exit 3 when stdin cannot be read or stdout not written.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    match args.verb {
        Verb::Eval => lines(stream::answer),
        Verb::Features => lines(stream::features),
    }
}

/// Answers every line at once; exit 2 at the end if one was bad.
fn lines(answer: fn(&[u8]) -> Result<String, Wrong>) -> Result<Exit, Failure> {
    let mut exit = Exit::Fine;
    let mut stdin = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let unread = |error| Failure::unable(format!("could not read stdin: {error}"));
        let mut most = stdin.by_ref().take(LONGEST);
        if most.read_until(b'\n', &mut line).map_err(unread)? == 0 {
            return Ok(exit);
        }
        let answered = if most.limit() == 0 && line.last() != Some(&b'\n') {
            stdin.skip_until(b'\n').map_err(unread)?;
            Err(Wrong::unnamed("the line is longer than 64 MiB"))
        } else if stream::is_blank(&line) {
            continue;
        } else {
            answer(&line)
        };
        let text = answered.unwrap_or_else(|wrong| {
            exit = Exit::Usage;
            wrong.line()
        });
        output::print(&(text + "\n"))?;
        // What one long line took is not kept for the others.
        line.shrink_to(1 << 20);
    }
}
