//! The arguments of `mamori dash`, and its exit codes.

use clap::ValueEnum;

use super::model::View;
use super::run;
use crate::config;
use crate::failure::{Exit, Failure};
use crate::sys::screen::{Colours, about};
use crate::sys::surroundings::Surroundings;

/// Show a live dashboard in this terminal
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    /// Begin with this view
    #[arg(long, value_name = "VIEW", default_value = "nodes")]
    view: First,
    /// Colours: the terminal's own 16, those of xterm, all, or none; without
    /// it 16, and none where `NO_COLOR` is set
    #[arg(long, value_name = "HOW")]
    colours: Option<Palette>,
}

/// How many colours, by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Palette {
    None,
    #[value(name = "16")]
    Sixteen,
    #[value(name = "256")]
    Many,
    All,
}

impl From<Palette> for Colours {
    fn from(palette: Palette) -> Self {
        match palette {
            Palette::None => Self::None,
            Palette::Sixteen => Self::Sixteen,
            Palette::Many => Self::Many,
            Palette::All => Self::All,
        }
    }
}

/// The views by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum First {
    Nodes,
    Alerts,
    Trends,
    Log,
    Watcher,
}

impl From<First> for View {
    fn from(first: First) -> Self {
        match first {
            First::Nodes => Self::Nodes,
            First::Alerts => Self::Alerts,
            First::Trends => Self::Trends,
            First::Log => Self::Log,
            First::Watcher => Self::Watcher,
        }
    }
}

/// Carries `dash` out.
///
/// # Errors
/// Exit 2 where nothing can be drawn or the configuration is wrong, 3 when the
/// terminal refuses.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let mut terminal = about();
    if let Some(wanted) = args.colours {
        terminal.colours = wanted.into();
    }
    if let Some(why) = terminal.unfit {
        return Err(Failure::usage(format!(
            "no dashboard can be drawn here ({why}): `mamori status` shows the same in lines"
        )));
    }
    let config = config::load(around)?;
    run::run(around, config, terminal, args.ascii, args.view.into())
}
