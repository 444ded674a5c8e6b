//! What became of sessions that were to be built.

use std::fmt;
use std::path::PathBuf;

use super::TmuxError;
use crate::model::layout::LayoutError;
use crate::model::text::{cut, quoted};

/// What became of one session.
#[derive(Debug)]
pub struct Built {
    /// Its name.
    pub name: String,
    /// What was done, or why it is not there.
    pub result: Result<Outcome, TmuxError>,
}

/// A session that is there now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether we created it; else somebody was faster (a tmux.conf may create
    /// sessions itself), and it was left as it is.
    pub created: bool,
    /// What is not as it was to be.
    pub notes: Vec<Note>,
}

/// Something that is not as it was to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// This folder is not there: the pane started in the home.
    NoFolder(PathBuf),
    /// The layout string of the window of this place (from 1) was not sent.
    Layout(usize, LayoutError),
    /// These panes of the window of this place (from 1) were gone when all was
    /// built: what ran in them had ended.
    Ended(usize, Vec<Gone>),
    /// tmux refused a part of the window of this place (from 1).
    Refused(usize, String),
}

/// What had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its command line; empty for a shell.
    pub command: Vec<String>,
    /// Whether its program is nowhere to be found.
    pub missing: bool,
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(program) = self.command.first() else {
            return write!(f, "its shell");
        };
        let words: Vec<String> = self.command.iter().map(|word| quoted(word)).collect();
        write!(f, "`{}`", cut(&words.join(" "), COMMAND, "…"))?;
        if self.missing {
            write!(f, " (`{program}` is not there)")?;
        }
        Ok(())
    }
}

/// Columns of a command line that are shown.
const COMMAND: usize = 60;

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder(path) => {
                write!(
                    f,
                    "`{}` is not there, so it starts in the home",
                    path.display()
                )
            }
            Self::Layout(window, why) => {
                write!(f, "the layout of window {window} was not applied: {why}")
            }
            Self::Ended(window, gone) => {
                let what: Vec<String> = gone.iter().map(ToString::to_string).collect();
                let what = what.join(", ");
                match gone.len() {
                    1 => write!(f, "a pane of window {window} ended at once: {what}"),
                    panes => write!(f, "{panes} panes of window {window} ended at once: {what}"),
                }
            }
            Self::Refused(window, why) => write!(f, "window {window} is not complete: {why}"),
        }
    }
}
