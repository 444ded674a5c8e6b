//! What may happen, and what is to be done then. Plain data.

use std::sync::Arc;
use std::time::Duration;

use super::model::{Past, Seen, Undo, View};
use crate::sys::screen::Key;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A key.
    Key(Key),
    /// A tap on something.
    Tap(Target),
    /// The wheel, by so many lines.
    Wheel(isize),
    /// The screen has another size.
    Size(u16, u16),
    /// Time passed.
    Tick,
    /// The state was read anew.
    Seen(Arc<Seen>),
    /// The history was read anew.
    Past(Arc<Past>),
    /// Something that was to be done is done.
    Done(Done),
}

/// What can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A node.
    Node(String),
    /// An alert.
    Alert(u64),
    /// A view's name.
    Tab(View),
    /// A hint: as if its key was pressed.
    Key(Key),
}

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Stop until somebody says to go on.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Take taps, or leave them to the terminal.
    Mouse(bool),
    /// Put it into the clipboard.
    Copy(String),
    /// Ask the history anew.
    LookBack,
    /// What takes its time, and is answered by [`Input::Done`].
    Do(Deed),
}

/// Something that takes its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Acknowledge an alert, by its number.
    Acknowledge(u64),
    /// Let an alert be quiet.
    Snooze(u64, Quiet),
    /// Leave a node alone.
    Pause(String),
    /// Watch it again.
    Resume(String),
    /// Put something back.
    Undo(Undo),
    /// Probe a node, or all.
    Probe(Option<String>),
    /// Find out what recovering a node would do.
    Plan(String),
    /// Recover it.
    Recover(String),
}

/// How long an alert shall be quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// For so long.
    For(Duration),
    /// Until eight in the morning.
    Morning,
}

impl Deed {
    /// What is said while it is under way; nothing of what is done at once.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Probe(Some(node)) => Some(format!("probing {node}")),
            Self::Probe(None) => Some("probing all nodes".to_owned()),
            Self::Recover(node) => Some(format!("recovering {node}")),
            _ => None,
        }
    }
}

/// What came of a deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Which one.
    pub deed: Deed,
    /// In words; of a plan its lines.
    pub text: String,
    /// Whether it went wrong; of a plan, whether nothing can be done.
    pub wrong: bool,
    /// What puts it back.
    pub undo: Option<Undo>,
}
