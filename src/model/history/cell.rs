//! The tables of the history as programs read them.

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is none.
    Nothing,
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A text, as it came.
    Text(String),
    /// An instant, in Unix milliseconds.
    Time(i64),
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Samples, each with the home's file system.
    Samples(Level),
    /// The same of every file system.
    Disks(Level),
    /// Time by class.
    Uptime,
    /// What happened to nodes.
    Events,
    /// Problems from first sight to their end.
    Problems,
    /// Faults and their repairs.
    Incidents,
    /// What died and came back.
    Restarts,
    /// What self-healing did.
    Deeds,
    /// Windows arranged.
    Layouts,
    /// Times in which nobody looked.
    Gaps,
    /// Forecasts and what came of them.
    Forecasts,
}

/// How finely samples are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Each.
    Each,
    /// Means over five minutes.
    FiveMinutes,
    /// Means over an hour.
    Hour,
}

impl Table {
    /// All, with the names by which they are asked for.
    pub const ALL: [(&'static str, Self); 15] = [
        ("samples", Self::Samples(Level::Each)),
        ("samples-5m", Self::Samples(Level::FiveMinutes)),
        ("samples-1h", Self::Samples(Level::Hour)),
        ("disks", Self::Disks(Level::Each)),
        ("disks-5m", Self::Disks(Level::FiveMinutes)),
        ("disks-1h", Self::Disks(Level::Hour)),
        ("uptime", Self::Uptime),
        ("events", Self::Events),
        ("problems", Self::Problems),
        ("incidents", Self::Incidents),
        ("restarts", Self::Restarts),
        ("deeds", Self::Deeds),
        ("layouts", Self::Layouts),
        ("gaps", Self::Gaps),
        ("forecasts", Self::Forecasts),
    ];

    /// Its columns: names are never changed, new ones come last.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Samples(Level::Each) => &SAMPLES,
            Self::Samples(_) => &SAMPLES_ROLLED_UP,
            Self::Disks(Level::Each) => &DISKS,
            Self::Disks(_) => &DISKS_ROLLED_UP,
            Self::Uptime => &["from", "to", "node", "class"],
            Self::Events => &["time", "node", "event", "check", "text"],
            Self::Problems => &["began", "seen", "ended", "node", "check", "paused", "text"],
            Self::Incidents => &INCIDENTS,
            Self::Restarts => &["time", "node", "check", "cause", "by"],
            Self::Deeds => &["time", "part", "subject", "verb", "before", "after"],
            Self::Layouts => &[
                "time", "server", "window", "verb", "panes", "before", "after",
            ],
            Self::Gaps => &["from", "to", "why"],
            Self::Forecasts => &FORECASTS,
        }
    }
}

const SAMPLES: [&str; 15] = [
    "time",
    "node",
    "state",
    "problems",
    "disk_mount",
    "disk_used_percent",
    "disk_used_bytes",
    "disk_total_bytes",
    "memory_available_percent",
    "memory_available_bytes",
    "memory_total_bytes",
    "load_1m",
    "cpu_percent",
    "latency_ms",
    "battery_percent",
];

const SAMPLES_ROLLED_UP: [&str; 29] = [
    "time",
    "node",
    "samples",
    "judged",
    "with_problems",
    "disk_mount",
    "disk_used_percent_min",
    "disk_used_percent_mean",
    "disk_used_percent_max",
    "disk_used_bytes_mean",
    "disk_total_bytes",
    "memory_available_percent_min",
    "memory_available_percent_mean",
    "memory_available_percent_max",
    "memory_available_bytes_mean",
    "memory_total_bytes",
    "load_1m_min",
    "load_1m_mean",
    "load_1m_max",
    "cpu_percent_min",
    "cpu_percent_mean",
    "cpu_percent_max",
    "latency_probes",
    "latency_ms_min",
    "latency_ms_mean",
    "latency_ms_max",
    "battery_percent_min",
    "battery_percent_mean",
    "battery_percent_max",
];

const DISKS: [&str; 7] = [
    "time",
    "node",
    "mount",
    "used_bytes",
    "total_bytes",
    "used_percent",
    "inodes_used_percent",
];

const DISKS_ROLLED_UP: [&str; 12] = [
    "time",
    "node",
    "mount",
    "samples",
    "used_bytes_min",
    "used_bytes_mean",
    "used_bytes_max",
    "total_bytes",
    "used_percent_min",
    "used_percent_mean",
    "used_percent_max",
    "inodes_used_percent_mean",
];

const INCIDENTS: [&str; 12] = [
    "detected",
    "recovered",
    "node",
    "check",
    "cause",
    "why",
    "to_detect_ms",
    "to_act_ms",
    "to_recover_ms",
    "tries",
    "left",
    "by",
];

const FORECASTS: [&str; 16] = [
    "time",
    "node",
    "kind",
    "subject",
    "horizon_s",
    "threshold",
    "probability",
    "will_cross",
    "eta_s",
    "eta_early_s",
    "eta_late_s",
    "method",
    "basis",
    "scored",
    "crossed",
    "crossed_at",
];

/// Text for a cell of a spreadsheet: one that a program could take for a
/// formula gets a `'` before it, as those programs themselves mark text.
#[must_use]
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
