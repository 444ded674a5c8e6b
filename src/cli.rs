//! The front door of `mamori`: arguments in, a room's work, an exit code out.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::failure::{Exit, Failure};
use crate::rooms::{
    agents, alerts, config, dash, doctor, export, guard, heal, health, history, init, layout,
    pause, predict, recover, report, setup, tmux, watch, widget,
};
use crate::sys::deaths::trial;
use crate::sys::host::disks;
use crate::sys::output;
use crate::sys::surroundings::Surroundings;

/// Shows how your machines are, in tmux's status line and in one shared file
#[derive(Debug, Parser)]
#[command(name = "mamori", version, after_help = EXIT_CODES)]
struct Arguments {
    /// Read this configuration instead of ~/.config/mamori/config.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 all is fine, 1 something needs you, \
    2 usage or configuration, 3 mamori could not do its own work";

#[derive(Debug, Subcommand)]
enum Command {
    Status(health::cli::StatusArgs),
    Health(health::cli::HealthArgs),
    Watch(watch::cli::Args),
    Recover(recover::cli::Args),
    Heal(heal::cli::Args),
    Vault(guard::cli::Args),
    History(history::cli::Args),
    Layout(layout::cli::Args),
    Predict(predict::cli::Args),
    Report(report::cli::Args),
    Alerts(alerts::cli::Args),
    Ack(alerts::cli::AckArgs),
    Snooze(alerts::cli::SnoozeArgs),
    Pause(pause::cli::PauseArgs),
    Resume(pause::cli::ResumeArgs),
    Dash(dash::cli::Args),
    Doctor(doctor::cli::Args),
    Export(export::cli::Args),
    Init(init::cli::Args),
    Setup(setup::cli::Args),
    Config(config::cli::Args),
    #[command(hide = true)]
    Agents(agents::cli::Args),
    #[command(hide = true)]
    Tmux(tmux::cli::Args),
    #[command(hide = true)]
    Complete(init::cli::CompleteArgs),
    #[command(hide = true)]
    Widget(widget::cli::Args),
    /// Measure one path's file system
    #[command(hide = true, name = disks::MEASURE_COMMAND)]
    MeasurePath {
        path: PathBuf,
    },
    /// Ask for a handle of a process; who asks may be killed
    #[command(hide = true, name = trial::COMMAND)]
    TryPidfd {
        /// Find out the way as on Android, then wait for this process's end
        #[arg(long, value_name = "PID")]
        wait: Option<u32>,
    },
}

/// Runs the command that `words` (with the program's name first) ask for.
#[must_use]
pub fn main(words: &[OsString]) -> Exit {
    let wants_json = words
        .iter()
        .any(|word| word.to_string_lossy().starts_with("--json"));
    let result = match Arguments::try_parse_from(words) {
        Ok(arguments) => run(arguments),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                output::print(&error.render().to_string()).map(|()| Exit::Fine)
            }
            _ => Err(usage(&error, words)),
        },
    };
    match result {
        Ok(exit) => exit,
        // Nobody reads us any more.
        Err(failure) if failure.exit == Exit::Fine => Exit::Fine,
        Err(failure) => {
            output::complain(&failure.text());
            if wants_json {
                let _ = output::print(&format!("{}\n", failure.json()));
            }
            failure.exit
        }
    }
}

fn run(arguments: Arguments) -> Result<Exit, Failure> {
    // What we ask of children of ours needs no home and no configuration.
    match &arguments.command {
        Some(Command::MeasurePath { path }) => return measure(path),
        Some(Command::TryPidfd { wait }) => return try_pidfd(*wait),
        Some(Command::Init(args)) => return init::cli::run(args),
        _ => {}
    }
    let around = &Surroundings::read(arguments.config)?;
    match arguments.command {
        None => health::cli::status(&health::cli::StatusArgs::default(), around),
        Some(Command::Status(args)) => health::cli::status(&args, around),
        Some(Command::Health(args)) => health::cli::health(&args, around),
        Some(Command::Watch(args)) => watch::cli::run(&args, around),
        Some(Command::Recover(args)) => recover::cli::run(&args, around),
        Some(Command::Heal(args)) => heal::cli::run(&args, around),
        Some(Command::Vault(args)) => guard::cli::run(&args, around),
        Some(Command::History(args)) => history::cli::run(args, around),
        Some(Command::Layout(args)) => layout::cli::run(args, around),
        Some(Command::Predict(args)) => predict::cli::run(&args, around),
        Some(Command::Report(args)) => report::cli::run(&args, around),
        Some(Command::Alerts(args)) => alerts::cli::alerts(&args, around),
        Some(Command::Ack(args)) => alerts::cli::ack(&args, around),
        Some(Command::Snooze(args)) => alerts::cli::snooze(&args, around),
        Some(Command::Pause(args)) => pause::cli::pause(&args, around),
        Some(Command::Resume(args)) => pause::cli::resume(&args, around),
        Some(Command::Dash(args)) => dash::cli::run(&args, around),
        Some(Command::Doctor(args)) => doctor::cli::run(&args, around),
        Some(Command::Export(args)) => export::cli::run(args, around),
        Some(Command::Init(args)) => init::cli::run(&args),
        Some(Command::Complete(args)) => init::cli::complete(&args, command(), around),
        Some(Command::Setup(args)) => setup::cli::run(&args, around),
        Some(Command::Config(args)) => config::cli::run(&args, around),
        Some(Command::Agents(args)) => agents::cli::run(args, around),
        Some(Command::Tmux(args)) => tmux::cli::run(&args, around),
        Some(Command::Widget(args)) => widget::cli::run(&args, around),
        Some(Command::MeasurePath { path }) => measure(&path),
        Some(Command::TryPidfd { wait }) => try_pidfd(wait),
    }
}

/// The definition of the command line, which manual pages and completions are
/// made from.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// What [`trial`] asks a child of ours.
fn try_pidfd(wait: Option<u32>) -> Result<Exit, Failure> {
    let say = |what: &str| output::print(&format!("{what}\n"));
    trial::run(wait, say)?;
    Ok(Exit::Fine)
}

/// What [`disks`] asks a child of ours.
fn measure(path: &Path) -> Result<Exit, Failure> {
    let space = disks::space(path).map_err(|error| Failure::unable(error.to_string()))?;
    let json = serde_json::to_string(&space).map_err(|error| Failure::unable(error.to_string()))?;
    output::print(&json)?;
    Ok(Exit::Fine)
}

/// What may follow a command that needs one more word.
fn which(error: &clap::Error, command: &clap::Command, named: Option<&str>) -> Option<Failure> {
    let missing = [
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
        ErrorKind::MissingSubcommand,
    ];
    let named = named.filter(|_| missing.contains(&error.kind()))?;
    let known = command.find_subcommand(named)?.get_subcommands();
    let known = known.filter(|known| !known.is_hide_set() && known.get_name() != "help");
    let known: Vec<&str> = known.map(clap::Command::get_name).collect();
    let which = known.join("`, `");
    Some(
        Failure::usage(format!("`mamori {named}` needs one more word: `{which}`"))
            .hint(format!("mamori {named} --help")),
    )
}

/// clap's complaint in our words: its first line, without its `error: `.
fn usage(error: &clap::Error, words: &[OsString]) -> Failure {
    let text = error.render().to_string();
    let mut paragraphs = text.trim().split("\n\n");
    let what = paragraphs
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let what = what.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    // Not the one that tells how to give a flag as a value.
    let tips = paragraphs.filter_map(|paragraph| paragraph.trim().strip_prefix("tip: "));
    let tip = tips.into_iter().find(|tip| !tip.starts_with("to pass"));
    let command = Arguments::command();
    let named = words
        .iter()
        .skip(1)
        .filter_map(|word| word.to_str())
        .find(|word| {
            command
                .get_subcommands()
                .any(|known| known.get_name() == *word)
        });
    if let Some(which) = which(error, &command, named) {
        return which;
    }
    let failure = Failure::usage(crate::model::text::clean(&what));
    match tip {
        Some(tip) => failure.hint(crate::model::text::clean(tip)),
        None => failure.hint(match named {
            Some(named) => format!("mamori {named} --help"),
            None => "mamori --help".to_owned(),
        }),
    }
}
