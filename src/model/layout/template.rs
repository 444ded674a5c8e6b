//! Named arrangements: which roles a window's panes have, in their order.

use super::role::Role;

/// A named arrangement of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Editor and shell.
    Development,
    /// Logs, metrics, control.
    Monitoring,
    /// Status, logs, metrics, control.
    Dashboard,
    /// For writing code with an agent.
    Coding,
    /// For finding faults.
    Debugging,
    /// For watching over several agents.
    Coordination,
    /// For one agent.
    Agent,
}

impl Template {
    /// Every one by its name.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("development", Self::Development),
        ("monitoring", Self::Monitoring),
        ("dashboard", Self::Dashboard),
        ("coding", Self::Coding),
        ("debugging", Self::Debugging),
        ("coordination", Self::Coordination),
        ("agent", Self::Agent),
    ];

    /// The roles of its panes.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Development => &[Role::Editor, Role::Shell],
            Self::Monitoring => &[Role::Logs, Role::Metrics, Role::Control],
            Self::Dashboard => &[Role::Metrics, Role::Logs, Role::Metrics, Role::Control],
            Self::Coding => &[Role::Editor, Role::Agent, Role::Shell],
            Self::Debugging => &[Role::Editor, Role::Shell, Role::Logs],
            Self::Coordination => &[
                Role::Control,
                Role::Agent,
                Role::Agent,
                Role::Agent,
                Role::Agent,
            ],
            Self::Agent => &[Role::Agent, Role::Shell],
        }
    }

    /// What panes are for that say nothing of it themselves, by their number.
    #[must_use]
    pub fn usual(panes: usize) -> Option<Self> {
        match panes {
            2 => Some(Self::Development),
            3 => Some(Self::Monitoring),
            4 => Some(Self::Dashboard),
            _ => None,
        }
    }
}
