//! What each shortcut runs, and how it came out. Pure.

/// The home screen's shortcuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Widget {
    /// How the machines are
    Status,
    /// Bring back what died
    Recover,
    /// Mend files
    Heal,
    /// Today's report
    Report,
    /// Arrange the panes
    Layout,
    /// Keep the phone awake
    WakeLock,
}

impl Widget {
    /// Its name, as in the state file and the results.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Recover => "recover",
            Self::Heal => "heal",
            Self::Report => "report",
            Self::Layout => "layout",
            Self::WakeLock => "wake-lock",
        }
    }

    /// What it says at once.
    pub(super) fn doing(self) -> &'static str {
        match self {
            Self::Status => "looking…",
            Self::Recover => "recovering…",
            Self::Heal => "healing…",
            Self::Report => "writing the report…",
            Self::Layout => "arranging the panes…",
            Self::WakeLock => "asking for the wake lock…",
        }
    }

    /// Our own words for it; `None`: a program of Termux. What a watcher keeps
    /// fresh is only told.
    pub(super) fn words(self, watching: bool) -> Option<&'static [&'static str]> {
        match self {
            Self::Status if watching => Some(&["status"]),
            Self::Status => Some(&["health"]),
            Self::Recover => Some(&["recover"]),
            Self::Heal => Some(&["heal"]),
            Self::Report => Some(&["report", "daily", "--open"]),
            Self::Layout => Some(&["layout", "auto"]),
            Self::WakeLock => None,
        }
    }

    /// What a person does next, where something is left.
    pub(super) fn next(self, verdict: Verdict) -> &'static str {
        match (verdict, self) {
            (Verdict::Ok, _) => "nothing to do on this phone",
            (_, Self::Status) => "tap recover",
            (_, Self::WakeLock) => "pkg install termux-tools",
            _ => "mamori doctor",
        }
    }
}

/// How a run came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All is fine.
    Ok,
    /// Something is left.
    Part,
    /// It could not do its work.
    Fail,
    /// An earlier one is at work.
    Busy,
}

impl Verdict {
    /// By a command's exit code; `None`: it was killed or hung.
    pub(super) fn of(code: Option<i32>) -> Self {
        match code {
            Some(0) => Self::Ok,
            Some(1) => Self::Part,
            _ => Self::Fail,
        }
    }

    /// The first word of a result.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Part => "PART",
            Self::Fail => "FAIL",
            Self::Busy => "BUSY",
        }
    }
}
