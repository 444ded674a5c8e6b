//! What the small program does itself, and how each ends for a person.

use super::act::{Desk, Outcome};
use super::words;
use crate::failure::{Exit, Failure};
use crate::model::layout::efficiency::shown;
use crate::model::layout::memory::Way;
use crate::sys::output;

/// What to do with a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Arrange it now.
    Auto,
    /// Go back to the arrangement before, or forth again.
    Go(Way),
    /// Leave it alone from now on, or no longer.
    Switch(bool),
}

impl Order {
    /// The order that `verb` is.
    #[must_use]
    pub fn of(verb: &str) -> Option<Self> {
        match verb {
            "auto" => Some(Self::Auto),
            "undo" => Some(Self::Go(Way::Undo)),
            "redo" => Some(Self::Go(Way::Redo)),
            "off" => Some(Self::Switch(false)),
            "on" => Some(Self::Switch(true)),
            _ => None,
        }
    }

    /// Carries it out on the window of `target`.
    ///
    /// # Errors
    /// Exit 2 for an unknown target, 3 when tmux does not do it.
    pub fn carry_out(&self, desk: &Desk<'_>, target: Option<&str>) -> Result<Exit, Failure> {
        let seen = desk.look(target)?;
        let window = &seen.window;
        let (exit, line) = match self {
            Self::Auto => (
                Exit::Fine,
                words::outcome(&seen, &desk.on_request(&seen, "auto")?),
            ),
            Self::Switch(on) => {
                desk.switch(&seen, *on)?;
                let now = if *on {
                    "is arranged by itself"
                } else {
                    "is left alone"
                };
                (Exit::Fine, format!("{window}: {now}"))
            }
            Self::Go(way) => match (desk.go(&seen, *way)?, way) {
                (Some(Outcome::Best(efficiency)), Way::Undo) => {
                    let efficiency = shown(efficiency);
                    let line = format!("{window}: as it was before, efficiency {efficiency}");
                    (Exit::Fine, line)
                }
                (Some(Outcome::Best(efficiency)), Way::Redo) => {
                    let efficiency = shown(efficiency);
                    let line = format!("{window}: as it was then, efficiency {efficiency}");
                    (Exit::Fine, line)
                }
                (Some(outcome), _) => (Exit::Fine, words::outcome(&seen, &outcome)),
                (None, Way::Undo) => (Exit::Found, format!("{window}: nothing to undo")),
                (None, Way::Redo) => (Exit::Found, format!("{window}: nothing to redo")),
            },
        };
        output::print(&(line + "\n"))?;
        Ok(exit)
    }
}
