//! What to do about a target, each step with its why. Plain data.

use std::time::Duration;

use crate::model::process::Identity;
use crate::model::text::quoted;

/// What was found of a target, and what to do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What is the matter; what is well, where nothing is.
    pub found: String,
    /// What to do.
    pub verdict: Verdict,
}

/// What to do about a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing: it is ready.
    Fine,
    /// These steps, in this order, until it is ready.
    Mend(Vec<Step>),
    /// Nothing: its owner stopped it, or nobody expects it.
    Leave,
    /// Nothing that we could do would help; what would, if that is known.
    Hopeless(Option<String>),
    /// Only with more rights than we have: the command to paste.
    NeedsRoot(String),
    /// Nothing yet: it needs these other targets first.
    Waits(Vec<String>),
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// Why.
    pub why: String,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Brings back the last good version of a guarded file.
    Restore(std::path::PathBuf),
    /// Runs a command that must succeed before anything is started.
    Validate(Vec<String>),
    /// Leaves its owner this long to bring it back.
    Await(Duration),
    /// Ends one process: asked first, killed when it does not listen.
    End(Identity),
    /// Starts a program that is to stay, or whatever starts it.
    Start(Vec<String>),
    /// Runs a command that ends by itself.
    Run(Vec<String>),
    /// Has a live tmux server make its socket anew.
    Socket(Identity, std::path::PathBuf),
    /// Creates a tmux session as configured, on the default server.
    Session(String),
    /// Has another node do this, in its own words.
    There(String),
    /// Creates the sessions of a picture that are missing, with shells only.
    Picture(std::path::PathBuf),
}

impl Step {
    /// A step.
    #[must_use]
    pub fn new(action: Action, why: impl Into<String>) -> Self {
        Self {
            action,
            why: why.into(),
        }
    }
}

impl Action {
    /// The words of its command line, where it has one.
    #[must_use]
    pub fn argv(&self) -> Option<&[String]> {
        match self {
            Self::Validate(argv) | Self::Start(argv) | Self::Run(argv) => Some(argv),
            _ => None,
        }
    }

    /// Its verb in the JSON.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Restore(_) => "restore",
            Self::Validate(_) => "validate",
            Self::Await(_) => "await",
            Self::End(_) => "end",
            Self::Start(_) => "start",
            Self::Run(_) => "run",
            Self::Socket(..) => "socket",
            Self::Session(_) => "session",
            Self::There(_) => "there",
            Self::Picture(_) => "picture",
        }
    }

    /// Whether it changes something, so that it counts among the hour's actions.
    #[must_use]
    pub fn acts(&self) -> bool {
        !matches!(self, Self::Validate(_) | Self::Await(_))
    }

    /// What a person reads: a command line to paste, or what is done.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Restore(path) => {
                format!("mamori vault restore {}", quoted(&path.to_string_lossy()))
            }
            Self::Validate(argv) | Self::Start(argv) | Self::Run(argv) => command_line(argv),
            Self::Await(span) => format!(
                "wait for its owner, {} at most",
                humantime::format_duration(*span)
            ),
            Self::End(identity) => format!("kill {0} || kill -9 {0}", identity.pid),
            Self::Socket(identity, _) => format!("kill -USR1 {}", identity.pid),
            Self::Session(name) => format!("tmux new-session -d -s {}", quoted(name)),
            Self::There(command) => command.clone(),
            Self::Picture(socket) => format!("restore the sessions of {}", socket.display()),
        }
    }
}

/// An argv as a line that a shell reads as these words.
#[must_use]
pub fn command_line(argv: &[String]) -> String {
    let words: Vec<String> = argv.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// Names in a row, each in backticks.
#[must_use]
pub fn ticked(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
