//! The arguments of `mamori report`, and its exit codes.

use std::path::Path;

use chrono::NaiveDate;
use clap::{ArgAction, ValueEnum};

use super::date::{self, Wrong};
use super::gather::{self, Access};
use super::made::{self, Made};
use super::render::Templates;
use super::scheduled;
use super::shelf::Shelf;
use super::templates;
use super::words::Words;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::report::period::{Kind, Period};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, opener, output};

/// Write the daily, weekly or monthly report
///
/// Into the folder `reports` of the home, with a page that lists all of them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A day is told so far as it is over; of weeks and months the last that \
    is over. --date tells of the one with that day in it.\n\
    Templates: files of the same names in `templates` beside the configuration take the place \
    of report.md.jinja, report.html.jinja, index.html.jinja and style.css."
)]
pub struct Args {
    /// Which
    #[arg(value_enum, required_unless_present = "by_watcher")]
    kind: Option<Which>,
    /// The day, week or month with this date in it: 2026-11-20, `yesterday`,
    /// also 2026-W47 and 2026-11
    #[arg(long, value_name = "D")]
    date: Option<String>,
    /// As what
    #[arg(long, value_enum, value_delimiter = ',', value_name = "md,html,json",
          action = ArgAction::Append)]
    format: Vec<Format>,
    /// Print it (as Markdown unless --format says otherwise), write no file
    #[arg(long, conflicts_with = "open")]
    stdout: bool,
    /// Open it when it is written
    #[arg(long)]
    open: bool,
    /// For the watcher: write what is due and missing, say nothing
    #[arg(long, hide = true, conflicts_with_all = ["kind", "date", "format", "stdout", "open"])]
    by_watcher: bool,
}

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Of a day
    Daily,
    /// Of a week, Monday to Sunday
    Weekly,
    /// Of a month
    Monthly,
}

impl From<Which> for Kind {
    fn from(which: Which) -> Self {
        match which {
            Which::Daily => Self::Daily,
            Which::Weekly => Self::Weekly,
            Which::Monthly => Self::Monthly,
        }
    }
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Format {
    /// Markdown
    Md,
    /// One page without anything beside it
    Html,
    /// One JSON value
    Json,
}

impl Format {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Md, Self::Html, Self::Json];

    /// What the names of its files end with.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Html => "html",
            Self::Json => "json",
        }
    }
}

/// Carries the command out.
///
/// # Errors
/// Exit 2 for a bad date, configuration or template, 3 when the report cannot
/// be written.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let Some(kind) = args.kind.filter(|_| !args.by_watcher) else {
        return scheduled::write(&config, around);
    };
    let formats = formats(args)?;
    let period = period(kind.into(), args.date.as_deref(), &config)?;
    let templates = filled_by(&formats, args.stdout, around)?;
    output::progress("reading git, GitHub, agents' logs and the history …");
    let facts = gather::gather(&config, &period, clock::now(), around, &Access::of(around));
    output::progress("");
    let made = made::made(&facts, &config, around);
    if args.stdout {
        let first = formats.first().copied().unwrap_or(Format::Md);
        let text = made.written(first, &templates)?;
        output::print(&text)?;
        return Ok(Exit::Fine);
    }
    let shelf = Shelf::of(around);
    let files = shelf.put(&made, &formats, &templates)?;
    let listed = shelf.list(&config, &templates);
    let lines = files.iter().map(|file| format!("{}\n", around.shown(file)));
    output::print(&(format!("{}\n", told(&made)) + &lines.collect::<String>()))?;
    if let Err(wrong) = listed {
        // The report is there all the same.
        templates::warn(&wrong);
    }
    if args.open {
        open(&files, around)?;
    }
    Ok(Exit::Fine)
}

/// The templates of what is written: a mistake in one hinders no JSON.
fn filled_by(
    formats: &[Format],
    stdout: bool,
    around: &Surroundings,
) -> Result<Templates, Failure> {
    let pages = formats.iter().any(|format| *format != Format::Json);
    match (pages, stdout) {
        (true, _) => templates::read(around),
        // The list has a template, too.
        (false, false) => templates::read(around).or_else(|wrong| templates::without(&wrong)),
        (false, true) => templates::built_in(),
    }
}

/// What mattered most, on one line.
fn told(made: &Made) -> String {
    crate::model::text::clean(&made.sentence())
}

/// What is to be written: all of it, or what is named; to be printed one.
fn formats(args: &Args) -> Result<Vec<Format>, Failure> {
    let mut formats = args.format.clone();
    formats.sort_unstable();
    formats.dedup();
    match (args.stdout, formats.len()) {
        (true, 0) => Ok(vec![Format::Md]),
        (false, 0) => Ok(Format::ALL.into()),
        (true, 2..) => Err(
            Failure::usage("--stdout prints one format, and --format names more")
                .hint("mamori report daily --stdout --format json"),
        ),
        _ => Ok(formats),
    }
}

fn period(kind: Kind, named: Option<&str>, config: &Config) -> Result<Period, Failure> {
    let zone = config.timezone;
    let today = clock::day(clock::now(), zone);
    let period = |day: NaiveDate| clock::period(kind, day, zone);
    let Some(named) = named else {
        let running = period(today);
        return Ok(match kind {
            Kind::Daily => running,
            Kind::Weekly | Kind::Monthly => clock::previous(&running, zone),
        });
    };
    let word = match kind {
        Kind::Daily => "daily",
        Kind::Weekly => "weekly",
        Kind::Monthly => "monthly",
    };
    let day = date::of(named, kind, today).map_err(|wrong| {
        let named = crate::model::text::clean(named);
        let what = match wrong {
            Wrong::Unread => format!("`{named}` is no date"),
            Wrong::Future => format!("`{named}` is in the future"),
        };
        // As this kind is called.
        let stamp = Words::stamp(&period(today));
        Failure::usage(what).hint(format!("mamori report {word} --date {stamp}"))
    })?;
    Ok(period(day))
}

/// Opens the page, or what else there is.
fn open(files: &[std::path::PathBuf], around: &Surroundings) -> Result<(), Failure> {
    let is_page = |file: &&std::path::PathBuf| file.extension().is_some_and(|end| end == "html");
    let file = files.iter().find(is_page).or_else(|| files.first());
    let Some(file) = file else { return Ok(()) };
    opener::open(file, around).map_err(|why| {
        let shown = around.shown(file);
        Failure::unable(format!("could not open `{shown}`: {why}")).hint(hint(file))
    })
}

fn hint(file: &Path) -> String {
    let shown = file.to_string_lossy();
    format!("open it by hand: {}", crate::model::text::quoted(&shown))
}
