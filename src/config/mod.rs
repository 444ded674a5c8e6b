//! The configuration: typed, checked, with every default in `default.toml`.
//!
//! `default.toml` is compiled in and is what `mamori config show --default`
//! prints. A key is looked up in the user's file, then in that one, so no
//! default is written twice. Reading is pure and tells of every problem it
//! finds, each with file, line, key, and what is allowed; an unknown key is a
//! problem too.

mod blueprints;
mod channel;
mod clean;
mod expand;
mod hub;
mod in_force;
mod layout;
mod load;
mod log;
mod names;
mod network;
mod node;
mod pattern;
mod place;
mod problem;
mod reader;
mod report;
mod scalar;
mod service;
mod session;
#[cfg(test)]
mod tests;
mod trust;
mod watch;
mod words;
mod wrong;
mod zone;

use toml::Spanned;
use toml::de::DeTable;

pub use crate::model::alert::Severity;
pub use crate::model::node::Platform;
pub use channel::{Channel, ChannelKind, Quiet, Secret};
pub use clean::Clean;
pub use expand::{Unexpandable, Variables, expand};
pub use hub::Hub;
pub use in_force::InForce;
pub use layout::Arranging;
pub use load::{Found, find, load};
pub use log::{Log, Reopen, Signal};
pub use names::Endpoint;
pub use network::Network;
pub use node::{Expect, Local, Node};
pub use place::Host;
pub use problem::{Problem, failure};
pub use report::{Language, Report};
pub use scalar::Choice;
pub use service::{Check, Guard, GuardPreset, Service, Validator};
pub use session::{Pane, Role, Session, Template, Window, WindowLayout};
pub use watch::{Channels, Judge, Limits, NodeLimits, Raise, Watch};
pub use words::nearest;

use reader::{Section, Source};

/// The default file: every key with its default and what it means.
pub const DEFAULT: &str = include_str!("default.toml");

/// What the user wants, every key decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The zone times are shown in; `None`: `$TZ`, then the system's.
    pub timezone: Option<chrono_tz::Tz>,
    /// When we look.
    pub watch: Watch,
    /// How many samples make an alert.
    pub judge: Judge,
    /// What is a problem.
    pub limits: Limits,
    /// The machine we run on.
    pub local: Local,
    /// The machines reached by ssh, in the file's order.
    pub nodes: Vec<Node>,
    /// How tmux sessions are rebuilt.
    pub sessions: Vec<Session>,
    /// How windows are arranged.
    pub arranging: Arranging,
    /// What is expected to run.
    pub services: Vec<Service>,
    /// The files brought back when they break.
    pub guards: Vec<Guard>,
    /// The logs that are rotated; empty: `*.log` in `$MAMORI_HOME/logs`, 100 MB, 7 kept.
    pub logs: Vec<Log>,
    /// The old files that may go; empty: `claude-*` in `$TMPDIR` and `/tmp` after 7 days,
    /// `~/.shortcuts/results/*.txt` after 30.
    pub cleans: Vec<Clean>,
    /// The reports.
    pub report: Report,
    /// The ways to people.
    pub channels: Vec<Channel>,
    /// What proves the network.
    pub network: Network,
    /// What coordinators share; `None`: the state file alone.
    pub hub: Option<Hub>,
    /// The live dashboard.
    pub dash: Dash,
    /// The doctor.
    pub doctor: Doctor,
}

/// `[dash]`: the live dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dash {
    /// Whether the keys are shown at the bottom.
    pub hints: bool,
}

/// `[doctor]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doctor {
    /// Checks it leaves out, by their id, e.g. `tmux.key`.
    pub ignore: Vec<String>,
}

/// Reads a configuration; `file` is its name as shown to people.
///
/// # Errors
/// Every problem found, in the order of their lines; of a file that is not
/// TOML only the first.
pub fn read(text: &str, file: &str, variables: &Variables) -> Result<Config, Vec<Problem>> {
    let given = table(text).map_err(|(line, why)| {
        let place = line.map(|line| format!(" line {line}")).unwrap_or_default();
        vec![Problem {
            file: file.to_owned(),
            line,
            what: format!("`{file}`{place} is not valid TOML: {why}"),
            hint: Some("`mamori config show --default` prints a valid file".into()),
        }]
    })?;
    let (config, problems) = interpret(text, file, variables, Some(given.get_ref()));
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(problems)
    }
}

impl Config {
    /// The configuration without any file.
    #[must_use]
    pub fn defaults(variables: &Variables) -> Self {
        interpret("", "", variables, None).0
    }

    /// The node of that name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == name)
    }
}

fn interpret(
    text: &str,
    file: &str,
    variables: &Variables,
    given: Option<&DeTable<'_>>,
) -> (Config, Vec<Problem>) {
    // A default file that does not parse is a fault of ours, which the tests find.
    let default = table(DEFAULT).map(Spanned::into_inner).unwrap_or_default();
    let source = Source {
        file,
        text,
        variables,
    };
    Section::whole(&source, given, &default, whole)
}

fn whole(section: &mut Section<'_, '_>) -> Config {
    let local = section.section("local", node::local);
    let nodes = node::nodes(section, local.name.as_deref());
    let services = service::services(section, &nodes);
    Config {
        timezone: section.text("timezone", zone::zone),
        watch: section.section("watch", watch::watch),
        judge: section.section("judge", watch::judge),
        limits: section
            .section("limits", watch::limits)
            .over(&watch::UNLIMITED),
        sessions: session::sessions(section, &nodes),
        arranging: layout::arranging(section),
        guards: service::guards(section, &services),
        logs: log::logs(section),
        cleans: clean::cleans(section),
        report: section.section("report", report::report),
        channels: channel::channels(section),
        network: section.section("network", network::network),
        hub: section.optional("hub", hub::hub),
        dash: section.section("dash", |dash| Dash {
            hints: dash.boolean("hints").unwrap_or_default(),
        }),
        doctor: section.section("doctor", |doctor| Doctor {
            ignore: doctor
                .texts("ignore", "checks", names::title)
                .unwrap_or_default(),
        }),
        local,
        nodes,
        services,
    }
}

/// The tables of a TOML text, or the line and the reason why it has none.
fn table(text: &str) -> Result<Spanned<DeTable<'_>>, (Option<usize>, String)> {
    DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| reader::line(text, span.start));
        (line, words::echoed(error.message()))
    })
}
