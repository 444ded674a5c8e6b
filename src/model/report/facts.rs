//! Everything a report is made from, gathered and not yet put into words.

use chrono::NaiveDate;

use super::agents::budget::{Budget, Logged};
use super::agents::figures::All;
use super::code::Code;
use super::forge::Forge;
use super::machines::{Known, Outage, Response};
use super::period::{Period, Span};
use super::source::Source;
use crate::model::history::{Forecast, Judged};
use crate::model::state::{Event, Gap};
use crate::model::time::Timestamp;

/// A figure of the period, and of the one it is compared with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Both<T> {
    /// Of the period.
    pub now: T,
    /// Of the one before, as much of it as there is of this one.
    pub before: T,
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What the report speaks of.
    pub period: Period,
    /// What of it was over when it was made.
    pub span: Span,
    /// Whether that is all of it.
    pub complete: bool,
    /// What it is compared with.
    pub compared: Span,
    /// The latest instant of anything used; `None`: nothing was.
    pub newest: Option<Timestamp>,
    /// Where all this comes from.
    pub sources: Vec<Source>,
    /// What was committed; `None`: no repositories are configured, or none
    /// could be read.
    pub code: Option<Both<Code>>,
    /// What GitHub says; `None`: no repositories of it are configured.
    pub forge: Option<Forge>,
    /// What agents did; `None`: nothing of any is known.
    pub agents: Option<Both<All>>,
    /// The first request of any agent that is known: what is from before is not.
    pub agents_since: Option<Timestamp>,
    /// Their cost a day of the period, by agent's name, in dollars,
    /// API-equivalent.
    pub cost: Vec<DayCost>,
    /// When the list of prices was last gone through.
    pub prices_checked: NaiveDate,
    /// What people keep of money.
    pub money: Money,
    /// The machines; `None`: no history, or none of that time.
    pub machines: Option<Machines>,
    /// How often is looked.
    pub every: Every,
}

/// How often nodes are looked at, as it is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Every {
    /// The local node's name.
    pub local: String,
    /// `watch.health_every`, in seconds.
    pub health_s: u64,
    /// `watch.liveness_every`, in seconds.
    pub liveness_s: u64,
}

/// The local disks and memory are looked at so often at least, in seconds.
const LOCAL_S: u64 = 60;

impl Every {
    /// The key that says how often a check of a node is looked at, and how
    /// often that is, in seconds.
    #[must_use]
    pub fn of(&self, node: &str, check: &str) -> (&'static str, u64) {
        match check {
            "unreachable" => ("watch.liveness_every", self.liveness_s),
            _ if node == self.local => ("watch.health_every", self.health_s.min(LOCAL_S)),
            _ => ("watch.health_every", self.health_s),
        }
    }
}

/// What agents cost on one day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DayCost {
    /// The first instant of the day.
    pub day: Timestamp,
    /// By agent's name, in dollars.
    pub by_agent: Vec<(String, f64)>,
}

/// Files of people about money.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Money {
    /// A budget, if there is one.
    pub budget: Option<Budget>,
    /// A log of costs, if there is one: in the period.
    pub logged: Option<Logged>,
}

/// What the history knows of the machines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Machines {
    /// Each node that is configured or known, by name, the local one first.
    pub nodes: Vec<Machine>,
    /// Lines of `errors.log`; `None`: it could not be read, or nothing was kept
    /// then. A period of which only a part was kept is nothing to compare with.
    pub errors: Both<Option<u64>>,
    /// Lines of it for each day of the period.
    pub errors_by_day: Vec<(Timestamp, u64)>,
    /// The newest lines of it in the period, the newest first, at most ten:
    /// instant, node, check, text, from outside.
    pub newest_errors: Vec<ErrorLine>,
    /// Judged samples over all nodes; of the one before none unless all of it
    /// was kept.
    pub judged: Both<Judged>,
    /// Response times over all remote nodes; of the one before none unless all of
    /// it was kept.
    pub response: Both<Response>,
    /// Response times of all remote nodes together, in buckets of the period; of
    /// one from long ago the lowest, the mean and the highest of each.
    pub response_course: Vec<Course>,
    /// What was not as it should be, as far as it touches the period.
    pub outages: Vec<Outage>,
    /// Repairs that did not come to an end within ten minutes though they were
    /// tried five times or more.
    pub given_up: Vec<GivenUp>,
    /// What was healed in the period: events `healed`.
    pub healed: Vec<Event>,
    /// When nobody looked.
    pub gaps: Vec<Gap>,
    /// The forecasts in force at the end of the period, the newest of each
    /// thing, the likeliest first.
    pub forecasts: Vec<Forecast>,
    /// How right the forecasts were that were judged in the ninety days up to the
    /// end of the period.
    pub scores: Vec<Score>,
}

/// A line of `errors.log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLine {
    /// When.
    pub at: Timestamp,
    /// The node.
    pub node: String,
    /// The check.
    pub check: String,
    /// From outside, clean.
    pub text: String,
}

/// One machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Machine {
    /// What it was when.
    pub known: Known,
    /// Load of the last minute, in buckets of the period.
    pub load: Vec<Course>,
    /// Samples of available memory in the period: all, and those at the limit or
    /// under it; none where it is no longer known how many those were.
    pub memory: (u64, u64),
    /// The limit of available memory, in percent.
    pub memory_limit: f64,
    /// Its file systems, the home's first.
    pub disks: Vec<Disk>,
}

/// A file system of a machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Disk {
    /// Its mount point.
    pub mount: String,
    /// The limit in percent used.
    pub limit: f64,
    /// Bytes in all, as last seen in the period.
    pub total: Option<u64>,
    /// Percent used by its last sample before the end of the period.
    pub used: Option<f64>,
    /// Percent used, a value a day or finer, at most 180, up to the end of the
    /// period and thirty days back at least: oldest first.
    pub past: Vec<Course>,
    /// Points a day by which it grew over the last week.
    pub growth: Option<f64>,
    /// The folder that grew most, and by how many bytes a day, where that was
    /// measured.
    pub grew: Option<(String, f64)>,
    /// What is foreseen for the next seven days (daily), thirty (weekly) or
    /// ninety (monthly).
    pub outlook: Outlook,
    /// What is foreseen for the next thirty days, or for as many as three times
    /// its history if that is fewer.
    pub outlook_month: Outlook,
}

/// What is foreseen of a disk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outlook {
    /// Days looked ahead.
    pub days: i64,
    /// Days of history there are, and how many are needed for that.
    pub have_days: i64,
    /// See `have_days`.
    pub need_days: i64,
    /// How likely the limit is reached in that time; `None`: not enough data.
    pub probability: Option<f64>,
    /// Whether that is to be said.
    pub will_cross: bool,
    /// When: the early, likely and late instant, where it is.
    pub crossing: Option<[Timestamp; 3]>,
}

/// Values of a stretch of time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Course {
    /// The beginning of the stretch.
    pub at: Timestamp,
    /// How many values.
    pub n: u64,
    /// The lowest; of response times what a twentieth do not exceed.
    pub low: f64,
    /// The mean; of response times the median.
    pub middle: f64,
    /// The highest; of response times what nineteen of twenty do not exceed.
    pub high: f64,
}

/// A repair that did not come to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// The node.
    pub node: String,
    /// The target.
    pub check: String,
    /// How often it was tried.
    pub tries: u32,
    /// From when.
    pub from: Timestamp,
    /// Until when; `None`: it went on at the end of the period.
    pub until: Option<Timestamp>,
    /// What is needed, clean.
    pub needed: String,
}

/// How right forecasts of a kind were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// `disk`, `memory`, `service`.
    pub what: String,
    /// How many were right.
    pub right: u64,
    /// Of how many.
    pub judged: u64,
}
