//! The arguments of `mamori predict`.

use std::io::{self, BufRead as _, Read as _};

use super::grew::View;
use super::keep;
use super::measure;
use super::show;
use super::stream::{self, Wrong};
use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::forecast::score;
use crate::model::home::Home;
use crate::sys::history::History;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, output};

/// The longest line that is read: some two million samples.
const LONGEST: u64 = 64 << 20;

/// Say which disks and memories will fill, and which services restart
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Print one JSON value
    #[arg(long)]
    json: bool,
    /// How right earlier forecasts were
    #[arg(long)]
    score: bool,
    /// For the watcher: say nothing, and have people told of what stays foreseen
    #[arg(long, hide = true)]
    by_watcher: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Answer questions on stdin, one JSON line each
    Eval,
    /// Print what the tables are fitted to, for the same questions
    #[command(hide = true)]
    Features,
    Measure(measure::Args),
}

/// Carries `mamori predict` out.
///
/// # Errors
/// Exit 2 for a bad configuration, 3 when the history or stdin cannot be read
/// or stdout not written.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    match &args.verb {
        Some(Verb::Measure(args)) => measure::run(args, around),
        Some(Verb::Eval) => lines(stream::answer),
        Some(Verb::Features) => lines(stream::features),
        None if args.by_watcher => keep::by_watcher(around),
        None if args.score => score(args.json, around),
        None => foresee(args.json, around),
    }
}

/// Says what is foreseen, keeps it, and judges what was foreseen before.
fn foresee(json: bool, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let now = clock::now();
    let foreseen =
        keep::foreseen(&Home::of(&around.mamori_home), &config, now)?.unwrap_or_default();
    let text = if json {
        show::json(&foreseen, now)
    } else {
        let view = View {
            home: &files::resolved(&around.home),
            now,
            day: &|at| clock::day(at, config.timezone),
        };
        show::text(&foreseen, output::columns(), &view)
    };
    output::print(&text)?;
    Ok(if foreseen.iter().any(|one| one.will_cross) {
        Exit::Found
    } else {
        Exit::Fine
    })
}

/// Says how right earlier forecasts were.
fn score(json: bool, around: &Surroundings) -> Result<Exit, Failure> {
    let home = Home::of(&around.mamori_home);
    let now = clock::now();
    let mut all = Vec::new();
    if let Some(history) = History::open(&home)? {
        keep::aloud(keep::judge(&home, &history, now));
        all = history.forecasts(i64::MIN, i64::MAX)?;
    }
    let open = all.iter().filter(|one| one.outcome.is_none()).count();
    let records = score::records(&all);
    output::print(&if json {
        show::score_json(&records, open, now)
    } else {
        show::score(&records, open, output::columns())
    })?;
    Ok(Exit::Fine)
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
