//! The roles colours play. Symbol and word always say the same as the colour.

use anstyle::{AnsiColor, Style};

use crate::model::node::NodeState;
use crate::model::segment::Level;
use crate::model::text::clean;

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Fine.
    Ok,
    /// Will hurt.
    Warning,
    /// Hurts now.
    Critical,
    /// Not known, or not now.
    Stale,
}

impl Role {
    /// The role of a node's state.
    #[must_use]
    pub fn of_state(state: NodeState) -> Self {
        match state {
            NodeState::Ok | NodeState::Dozing => Self::Ok,
            NodeState::Degraded => Self::Warning,
            NodeState::Down => Self::Critical,
            NodeState::Paused | NodeState::Unknown => Self::Stale,
        }
    }

    /// The role of a segment.
    #[must_use]
    pub fn of_level(level: Level) -> Self {
        match level {
            Level::Ok => Self::Ok,
            Level::Warning => Self::Warning,
            Level::Critical => Self::Critical,
            Level::Stale => Self::Stale,
        }
    }

    /// Its symbol.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Self::Ok => '●',
            Self::Warning => '▲',
            Self::Critical => '✖',
            Self::Stale => '◌',
        }
    }

    /// The terminal's own palette, no background but for what hurts, so that
    /// it is readable on dark and light; told apart without red and green.
    fn style(self) -> Style {
        match self {
            Self::Ok => AnsiColor::Cyan.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Critical => AnsiColor::Red.on_default().bold().invert(),
            Self::Stale => Style::new(),
        }
    }
}

/// `text`, made harmless, in the role's style.
#[must_use]
pub fn painted(role: Role, text: &str) -> String {
    let (style, text) = (role.style(), clean(text));
    format!("{style}{text}{style:#}")
}
