//! What was: problems, restarts, forecasts and what came of them.

/// A problem from first sight to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The node.
    pub node: String,
    /// `disk`, `disk:/mnt`, `memory`, `unreachable` …
    pub check: String,
    /// When it began, in Unix seconds: the edge, or the first failure.
    pub began: i64,
    /// The sample that made it known.
    pub seen: i64,
    /// When it was over; `None` while it stands.
    pub ended: Option<i64>,
    /// Whether it ended by a pause.
    pub paused: bool,
    /// In words, as it began.
    pub text: String,
}

/// Something that died and came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// The node.
    pub node: String,
    /// `sshd`, `service:web`, `tmux` …
    pub check: String,
    /// When its death was detected, in Unix seconds.
    pub at: i64,
    /// What was the matter.
    pub cause: String,
    /// Who brought it back: `watch`, `recover`, `itself`, `its owner`.
    pub by: String,
}

/// A prediction, as it is kept until its time has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecast {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// When it was made, in Unix seconds.
    pub made: i64,
    /// The node.
    pub node: String,
    /// `disk`, `memory`, `service`.
    pub kind: String,
    /// The mount or the service; empty where there is only one.
    pub subject: String,
    /// How far it looks, in seconds.
    pub horizon_s: i64,
    /// The limit it is about, in the reading's unit.
    pub threshold: Option<f64>,
    /// How likely it is, 0 to 1; `None`: not enough data.
    pub probability: Option<f64>,
    /// Whether it says that it will happen.
    pub will_cross: Option<bool>,
    /// Seconds from then to the crossing: early, likely, late.
    pub eta_s: [Option<i64>; 3],
    /// Which method made it.
    pub method: String,
    /// From which data, and what grew, in words.
    pub basis: String,
    /// What came of it.
    pub outcome: Option<Outcome>,
}

/// What came of a forecast.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    /// When it was scored, in Unix seconds.
    pub scored: i64,
    /// Whether it happened.
    pub crossed: bool,
    /// When, in Unix seconds.
    pub crossed_at: Option<i64>,
}

/// How many samples there were, for the share of those with problems.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// All samples.
    pub samples: i64,
    /// Those of nodes that were neither paused nor unknown.
    pub known: i64,
    /// Those of them with at least one problem.
    pub with_problems: i64,
}
