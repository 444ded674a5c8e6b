//! The arguments of `mamori layout`.

use std::io::{self, BufRead as _};

use super::act::Desk;
use super::order::Order;
use super::{apply, decide, show, stream};
use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::layout::memory::Way;
use crate::model::layout::seen::Seen;
use crate::sys::output;
use crate::sys::surroundings::Surroundings;

/// Arrange the panes of a tmux window for what runs in them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// A window, as tmux takes it for a target.
#[derive(Debug, clap::Args)]
struct Target {
    /// A tmux target, such as `%3` or `work:2`; without it the window we are in
    #[arg(short = 't', long, value_name = "TARGET", allow_hyphen_values = true)]
    target: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Arrange the window now, whatever was done to it by hand
    Auto(Target),
    /// Say what the window's panes are for, and arrange it
    Apply {
        /// A template: `mamori layout list` names them
        name: String,
        /// Add the panes that are missing
        #[arg(long)]
        create: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Say how windows would be arranged: JSON lines on stdin, or one of tmux
    Plan {
        /// Draw them, and say why
        #[arg(long)]
        explain: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Go back to the arrangement before
    Undo(Target),
    /// Take `undo` back
    Redo(Target),
    /// Leave the window alone from now on
    Off(Target),
    /// Arrange the window by itself again
    On(Target),
    /// Name the templates with the roles of their panes
    List,
    /// What the hooks of tmux report
    #[command(hide = true)]
    Event {
        /// The window's id
        window: String,
        /// The server's process and start time
        server: String,
    },
}

/// Carries `mamori layout` out.
///
/// # Errors
/// Exit 2 for what is not known, 3 when tmux does not do it.
pub fn run(args: Args, around: &Surroundings) -> Result<Exit, Failure> {
    let (order, target) = match args.verb {
        Verb::Event { window, server } => {
            // Whatever is wrong with the configuration, windows are arranged.
            Desk::of(around, None)?.on_event(&window, &server);
            return Ok(Exit::Fine);
        }
        Verb::List => {
            output::print(&show::templates(&config::load(around)?.arranging))?;
            return Ok(Exit::Fine);
        }
        Verb::Plan { explain, target } => return plan(explain, target.target.as_deref(), around),
        Verb::Apply {
            name,
            create,
            target,
        } => return apply(&name, create, target.target.as_deref(), around),
        Verb::Auto(target) => (Order::Auto, target),
        Verb::Undo(target) => (Order::Go(Way::Undo), target),
        Verb::Redo(target) => (Order::Go(Way::Redo), target),
        Verb::Off(target) => (Order::Switch(false), target),
        Verb::On(target) => (Order::Switch(true), target),
    };
    let desk = Desk::of(around, Some(config::load(around)?.arranging.programs))?;
    order.carry_out(&desk, target.target.as_deref())
}

fn apply(
    name: &str,
    create: bool,
    target: Option<&str>,
    around: &Surroundings,
) -> Result<Exit, Failure> {
    let arranging = config::load(around)?.arranging;
    let roles = apply::template(&arranging, name)?;
    let desk = Desk::of(around, Some(arranging.programs.clone()))?;
    let seen = desk.look(target)?;
    if seen.zoomed {
        // Another pane would end that.
        return Order::Auto.carry_out(&desk, Some(&seen.window));
    }
    apply::assign(&desk, &seen, (&roles, create), &arranging)?;
    Order::Auto.carry_out(&desk, Some(&seen.window))
}

fn plan(explain: bool, target: Option<&str>, around: &Surroundings) -> Result<Exit, Failure> {
    if target.is_none() && !output::stdin_is_terminal() {
        return lines(explain);
    }
    let programs = config::load(around)?.arranging.programs;
    let desk = Desk::of(around, Some(programs))?;
    one(&desk.look(target)?, explain)
}

/// The windows on stdin, a line each.
fn lines(explain: bool) -> Result<Exit, Failure> {
    let mut exit = Exit::Fine;
    for line in io::stdin().lock().split(b'\n') {
        let line =
            line.map_err(|error| Failure::unable(format!("could not read stdin: {error}")))?;
        let planned = match str::from_utf8(&line) {
            Ok(line) => stream::planned(line),
            Err(_) => Err("it is not UTF-8".to_owned()),
        };
        if planned.is_err() {
            exit = Exit::Usage;
        }
        match &planned {
            Ok((window, plan)) if explain => {
                output::print(&show::explained(window, plan, output::columns()))?;
            }
            _ => output::print(&(stream::answer(&planned) + "\n"))?,
        }
    }
    Ok(exit)
}

/// One window of tmux.
fn one(seen: &Seen, explain: bool) -> Result<Exit, Failure> {
    let arrangement = decide::arrangement(seen, None)
        .map_err(|cramped| Failure::unable(cramped.to_string()).hint("tmux resize-window -A"))?;
    let plan = show::as_plan(&arrangement);
    if explain {
        output::print(&show::explained(
            &arrangement.window,
            &plan,
            output::columns(),
        ))?;
    } else {
        output::print(&(stream::line(&plan) + "\n"))?;
    }
    Ok(Exit::Fine)
}
