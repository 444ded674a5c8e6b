//! What the dashboard knows and where the person stands in it. Plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;

pub use super::choice::{Range, Sort, View};
use crate::config::Limits;
use crate::model::alert::{Alert, Pause};
use crate::model::node::Node;
use crate::model::segment::FRESH_SECONDS;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::sys::footprint::Footprint;
use crate::sys::screen::{About, Colours};

/// Everything on the screen.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four things that are so or not, whatever the others are"
)]
pub struct Model {
    /// What stays as it is while the dashboard runs.
    pub fixed: Arc<Fixed>,
    /// What the state file and the watcher say.
    pub seen: Arc<Seen>,
    /// What the history says.
    pub past: Arc<Past>,
    /// Which view is open.
    pub view: View,
    /// Whether the selected node has the screen to itself.
    pub open: bool,
    /// The selected node.
    pub node: Option<String>,
    /// The selected alert, by its number.
    pub alert: Option<u64>,
    /// How many lines of the log are above the screen.
    pub log: usize,
    /// How many lines of the open page are above the screen.
    pub page: usize,
    /// The nodes in the order they are shown in.
    pub order: Vec<String>,
    /// By what they are sorted.
    pub sort: Sort,
    /// Until when the order stays, because somebody moves in it.
    pub still_until: Timestamp,
    /// How far back is shown.
    pub range: Range,
    /// Whether the log shows the newest as it comes.
    pub follow: bool,
    /// Whether taps are ours.
    pub mouse: bool,
    /// What is looked for in names and texts.
    pub find: String,
    /// What has the keys instead of the view.
    pub over: Over,
    /// What is said at the bottom, for a while.
    pub said: Option<Said>,
    /// What can be undone, and until when.
    pub undo: Option<(Undo, Timestamp)>,
    /// What is under way, in words.
    pub under_way: Vec<String>,
    /// Columns and rows of the screen.
    pub size: (u16, u16),
    /// Another one is another screen, but for what time alone changes.
    pub version: u64,
    /// Whether the order is to be made anew once nobody moves in it.
    pub unsettled: bool,
}

/// What stays as it is.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The terminal.
    pub terminal: About,
    /// Whether only ASCII is drawn.
    pub ascii: bool,
    /// Whether the keys are shown at the bottom.
    pub hints: bool,
    /// The zone times are shown in; `None`: the system's.
    pub zone: Option<Tz>,
    /// The limits of every node without its own.
    pub limits: Limits,
    /// The limits of those that have their own.
    pub own_limits: BTreeMap<String, Limits>,
}

impl Fixed {
    /// What a node is held against.
    #[must_use]
    pub fn limits(&self, node: &str) -> Limits {
        self.own_limits.get(node).copied().unwrap_or(self.limits)
    }

    /// The colours that are drawn.
    #[must_use]
    pub fn colours(&self) -> Colours {
        self.terminal.colours
    }
}

/// What the state file and the watcher say.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The state; empty before there is one.
    pub state: State,
    /// Why there is no state, or which backup it is from.
    pub notice: Option<String>,
    /// Whether a newer build wrote it: only to be looked at.
    pub newer: bool,
    /// When the file was last written.
    pub written: Option<Timestamp>,
    /// Whether the watcher's lock is held.
    pub running: bool,
    /// The watcher's process.
    pub pid: Option<u32>,
    /// Its last beat.
    pub beat: Option<Timestamp>,
    /// What it costs.
    pub cost: Option<Footprint>,
    /// What the dashboard costs.
    pub own: Option<Footprint>,
    /// The history file, in bytes.
    pub history_bytes: Option<u64>,
}

impl Seen {
    /// Whether nobody has measured anything yet.
    #[must_use]
    pub fn empty(&self) -> bool {
        self.state
            .nodes
            .iter()
            .all(|node| node.observed_at.is_none())
    }

    /// The last sign of life: a sample, or a living watcher's beat.
    #[must_use]
    pub fn alive(&self) -> Timestamp {
        let observed = self.state.nodes.iter().filter_map(|node| node.observed_at);
        let beat = self.beat.filter(|_| self.running);
        observed.chain(beat).max().unwrap_or_default()
    }

    /// Whether what is known may not be so any more: nobody looks.
    #[must_use]
    pub fn stale(&self, now: Timestamp) -> bool {
        !self.running || now.since(self.alive()).abs() > FRESH_SECONDS
    }
}

/// What the history says of the last while.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Why it says nothing.
    pub problem: Option<String>,
    /// How far back.
    pub range: Range,
    /// The worst used percent of each node's home disk.
    pub disks: BTreeMap<String, Vec<Option<f64>>>,
    /// The node that is told of in full.
    pub node: String,
    /// Its series.
    pub series: Vec<Series>,
    /// Which parts of the stretch it booted anew in, 0 to 1.
    pub boots: Vec<f64>,
    /// From which data each forecast is, and what grew: by id of the forecast.
    pub bases: BTreeMap<String, String>,
    /// Forecasts of the last month whose time has come, and those that were right.
    pub judged: (u64, u64),
}

/// One series of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name: `disk /`, `memory free`.
    pub name: String,
    /// The mount, of a disk.
    pub mount: Option<String>,
    /// What its values are.
    pub unit: Unit,
    /// The limit, where there is one.
    pub limit: Option<f64>,
    /// The worst of each part, oldest first.
    pub parts: Vec<Option<f64>>,
}

/// What a series' values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 100.
    Percent,
    /// Milliseconds.
    Milliseconds,
    /// A plain number.
    Plain,
}

/// What has the keys instead of the view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    #[default]
    Nothing,
    /// The help, scrolled by so many lines.
    Help(usize),
    /// Words are typed to look for.
    Finding,
    /// How long an alert shall be quiet.
    Snooze {
        /// The alert's number.
        number: u64,
        /// Its id.
        id: String,
        /// What was typed of another time; `None` while it is chosen.
        typed: Option<String>,
    },
    /// Why something is as it is, scrolled by so many lines.
    Why(Vec<String>, usize),
    /// What recovering a node would do.
    Plan {
        /// The node.
        node: String,
        /// The plan; `None` while it is made.
        lines: Option<Vec<String>>,
        /// Whether there is something that can be done.
        works: bool,
        /// Scrolled by so many lines.
        at: usize,
    },
}

/// Something said for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// In words.
    pub text: String,
    /// Whether it went wrong.
    pub wrong: bool,
    /// Until when it stands.
    pub until: Timestamp,
}

/// What puts things back as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// An alert, by its number.
    Alert(Box<Alert>),
    /// A node's pause, or that there was none.
    Pause(String, Option<Pause>),
}

impl Model {
    /// A screen of that size, with nothing known yet.
    #[must_use]
    pub fn new(fixed: Fixed, view: View, size: (u16, u16)) -> Self {
        Self {
            fixed: Arc::new(fixed),
            seen: Arc::default(),
            past: Arc::default(),
            view,
            open: false,
            node: None,
            alert: None,
            log: 0,
            page: 0,
            order: Vec::new(),
            sort: Sort::default(),
            still_until: Timestamp(i64::MIN),
            range: Range::default(),
            follow: true,
            mouse: true,
            find: String::new(),
            over: Over::Nothing,
            said: None,
            undo: None,
            under_way: Vec::new(),
            size,
            version: 0,
            unsettled: false,
        }
    }

    /// The nodes in their order.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let known = |name: &String| self.seen.state.node(name);
        self.order.iter().filter_map(known)
    }

    /// The selected node.
    #[must_use]
    pub fn selected(&self) -> Option<&Node> {
        self.seen.state.node(self.node.as_deref()?)
    }

    /// The selected alert; in other views than theirs the selected node's first
    /// that nobody has acknowledged.
    #[must_use]
    pub fn selected_alert(&self) -> Option<&Alert> {
        let alerts = &self.seen.state.alerts;
        if self.view == View::Alerts {
            let number = self.alert?;
            return alerts.iter().find(|alert| alert.number == number);
        }
        let node = self.node.as_deref()?;
        let of = |alert: &&Alert| alert.id.split_once('/').is_some_and(|(of, _)| of == node);
        let loud = alerts.iter().filter(of).find(|alert| !alert.acked);
        loud.or_else(|| alerts.iter().find(of))
    }
}
