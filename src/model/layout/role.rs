//! What a pane is for, and how much room that wants.

/// What a pane is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// An editor.
    Editor,
    /// A coding agent.
    Agent,
    /// A shell; also written `terminal`.
    #[default]
    Shell,
    /// Logs.
    Logs,
    /// Figures; also written `status`.
    Metrics,
    /// Commands given to other machines.
    Control,
}

/// How much room a role wants, and how much that counts beside the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Want {
    /// Columns beyond which nothing is gained.
    pub width: u32,
    /// Rows beyond which nothing is gained.
    pub height: u32,
    /// Its weight, above 0.
    pub weight: f64,
}

impl Role {
    /// Every word for a role; the first of each is the one we write.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("editor", Self::Editor),
        ("agent", Self::Agent),
        ("shell", Self::Shell),
        ("terminal", Self::Shell),
        ("logs", Self::Logs),
        ("metrics", Self::Metrics),
        ("status", Self::Metrics),
        ("control", Self::Control),
    ];

    /// The role that `word` names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let mut known = Self::WORDS.iter();
        known.find(|(name, _)| *name == word).map(|(_, role)| *role)
    }

    /// The word that we write for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        let mut known = Self::WORDS.iter();
        known
            .find(|(_, role)| *role == self)
            .map_or("", |(name, _)| name)
    }

    /// What it wants.
    #[must_use]
    pub fn want(self) -> Want {
        let (width, height, weight) = match self {
            Self::Editor => (100, 45, 3.0),
            Self::Agent => (90, 35, 3.0),
            Self::Shell => (80, 24, 2.0),
            Self::Logs => (120, 15, 1.0),
            Self::Metrics => (60, 12, 1.0),
            Self::Control => (80, 10, 1.0),
        };
        Want {
            width,
            height,
            weight,
        }
    }
}
