//! The arguments of `mamori history`, and its exit codes.

use std::io::{self, BufRead as _};
use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;

use super::show::{Format, Lines};
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::history::Batch;
use crate::model::history::cell::{Level, Table};
use crate::model::home::Home;
use crate::roster;
use crate::sys::history::{self, Care, History};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output, rotation};

/// Read what is remembered over months
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print a table as CSV or JSON lines
    Export {
        /// How
        #[arg(long, value_enum, default_value = "csv")]
        format: Format,
        /// Only from then on: `7d`, a date, or an instant as 2026-11-22T06:00:00Z
        #[arg(long, value_name = "D")]
        since: Option<String>,
        /// Only of this node, `local` for this machine
        #[arg(long, value_name = "N")]
        node: Option<String>,
        /// Which table
        #[arg(long, value_name = "TABLE", default_value = "samples",
              value_parser = PossibleValuesParser::new(Table::ALL.map(|(name, _)| name)))]
        table: String,
    },
    /// Look through the whole file; a broken one is moved aside and built anew
    Check,
    /// Keep the records on stdin
    #[command(hide = true)]
    Record,
}

/// Records that are written at once, at most.
const BATCH: usize = 5_000;
/// Bytes that are printed at once.
const PRINTED: usize = 64 << 10;

/// Carries the command out.
///
/// # Errors
/// Exit 2 for a bad time or an unknown node, 3 when the history cannot be read.
pub fn run(args: Args, around: &Surroundings) -> Result<Exit, Failure> {
    let home = Home::of(&around.mamori_home);
    match args.verb {
        Verb::Export {
            format,
            since,
            node,
            table,
        } => {
            let config = config::load(around)?;
            let known = History::open(&home)?;
            let node = node.map(|node| named(node, known.as_ref(), &config));
            let node = node.transpose()?;
            let since = since.map(|since| instant(&since, config.timezone));
            let since = since.transpose()?;
            export(known.as_ref(), format, &table, since, node.as_deref())
        }
        Verb::Check => check(&home),
        Verb::Record => record(&home),
    }
}

/// The node of that name: one that was kept, whatever the configuration says
/// now, or a known one.
fn named(node: String, kept: Option<&History>, config: &Config) -> Result<String, Failure> {
    let kept = kept.map(History::nodes).transpose()?.unwrap_or_default();
    if kept.contains(&node) {
        return Ok(node);
    }
    roster::resolve(&node, config)
}

fn export(
    history: Option<&History>,
    format: Format,
    table: &str,
    since: Option<i64>,
    node: Option<&str>,
) -> Result<Exit, Failure> {
    let table = Table::ALL.into_iter().find(|(name, _)| *name == table);
    let table = table.map_or(Table::Samples(Level::Each), |(_, table)| table);
    let mut lines = Lines::new(format, table.columns());
    let mut printed = Ok(());
    if let Some(history) = history {
        history.export(table, since, node, |cells| {
            lines.add(cells);
            if lines.len() >= PRINTED {
                printed = output::print(&lines.take());
            }
            printed.is_ok()
        })?;
    }
    printed?;
    output::print(&lines.take())?;
    Ok(Exit::Fine)
}

/// An instant as a person gives it: so long ago, a day in their zone, or exactly.
fn instant(text: &str, zone: Option<Tz>) -> Result<i64, Failure> {
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return Ok(exact.timestamp());
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(clock::beginning(day, zone).0);
    }
    let ago = humantime::parse_duration(text).map_err(|_| {
        Failure::usage(format!("`{}` is no time", crate::model::text::clean(text)))
            .hint("--since 7d, --since 2026-11-22 or --since 2026-11-22T06:00:00Z")
    })?;
    Ok(before(ago))
}

fn before(ago: Duration) -> i64 {
    let ago = i64::try_from(ago.as_secs()).unwrap_or(i64::MAX);
    clock::now().0.saturating_sub(ago)
}

fn check(home: &Home) -> Result<Exit, Failure> {
    if let Some(notice) = history::check(home, clock::now())? {
        output::print(&format!("{}\n", crate::model::text::clean(&notice)))?;
        return Ok(Exit::Found);
    }
    output::print(match History::open(home)? {
        Some(_) => "the history is sound\n",
        None => "nothing was kept yet\n",
    })?;
    Ok(Exit::Fine)
}

/// Keeps what the watcher hands over. What cannot be read is left out and
/// said: the rest is kept.
fn record(home: &Home) -> Result<Exit, Failure> {
    rotation::step_back();
    let mut batch = Batch::default();
    let mut odd = 0_usize;
    for line in io::stdin().lock().split(b'\n') {
        let line =
            line.map_err(|error| Failure::unable(format!("could not read stdin: {error}")))?;
        match serde_json::from_slice(&line) {
            Ok(record) => batch.take(record),
            Err(_) => odd += 1,
        }
        if batch.len() >= BATCH {
            let now = batch.now;
            keep(home, &std::mem::take(&mut batch))?;
            batch.now = now;
        }
    }
    keep(home, &batch)?;
    if odd > 0 {
        output::complain(&format!(
            "warning: {} could not be read\n",
            crate::model::text::count(odd, "record")
        ));
    }
    Ok(Exit::Fine)
}

fn keep(home: &Home, batch: &Batch) -> Result<(), Failure> {
    if let Some(notice) = history::record(home, batch, Care::Thorough)? {
        output::complain(&format!("warning: {notice}\n"));
    }
    Ok(())
}
