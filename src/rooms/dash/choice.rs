//! What people choose: a view, how far back, in which order. Plain data.

/// The views, by their keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    /// The machines.
    #[default]
    Nodes,
    /// What needs somebody.
    Alerts,
    /// What was and will be.
    Trends,
    /// What happened.
    Log,
    /// Who looks after all this.
    Watcher,
}

impl View {
    /// All, in the order of their keys `1` to `5`.
    pub const ALL: [Self; 5] = [
        Self::Nodes,
        Self::Alerts,
        Self::Trends,
        Self::Log,
        Self::Watcher,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nodes => "Nodes",
            Self::Alerts => "Alerts",
            Self::Trends => "Trends",
            Self::Log => "Log",
            Self::Watcher => "Watcher",
        }
    }

    /// The one so many further, round and round.
    #[must_use]
    pub fn further(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|one| *one == self).unwrap_or(0);
        let next = (at + by) % Self::ALL.len();
        Self::ALL.get(next).copied().unwrap_or_default()
    }
}

/// How far back is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Range {
    /// An hour.
    Hour,
    /// A day.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

impl Range {
    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::Month => 30 * 86_400,
        }
    }

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::Day => "24 h",
            Self::Week => "7 d",
            Self::Month => "30 d",
        }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Hour => Self::Day,
            Self::Day => Self::Week,
            Self::Week => Self::Month,
            Self::Month => Self::Hour,
        }
    }
}

/// By what nodes are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// The worst first.
    #[default]
    Worst,
    /// By name.
    Name,
    /// The fullest disk first.
    Disk,
    /// The least free memory first.
    Memory,
}
