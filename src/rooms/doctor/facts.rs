//! What doctor looks at: effects in, plain data out.

use std::path::{Path, PathBuf};

use super::hub::HubFacts;
use super::setup_facts::{self, SetupFacts};
use super::ssh_facts::{self, SshFacts};
use super::termux_facts::{self, TermuxFacts};
use crate::config;
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::state::TmuxServer;
use crate::model::time::Timestamp;
use crate::state::store::{Look, Store};
use crate::sys::history::{self, HistoryError};
use crate::sys::host::disks;
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::hook::Hooks;
use crate::sys::tmux::menu::Key;
use crate::sys::tmux::{self, Server, TmuxError};
use crate::sys::{clock, files, flock, hub, programs};

/// Everything that the checks are decided from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Now.
    pub now: Timestamp,
    /// The configuration's failure, if it has one.
    pub config: Option<Failure>,
    /// Checks the user does not want to hear of.
    pub ignored: Vec<String>,
    /// Our folder.
    pub home: HomeFacts,
    /// The state file: what was read, or why it could not be.
    pub state: Result<Option<Look>, String>,
    /// The history's size in bytes, or what is the matter with it.
    pub history: Result<Option<u64>, HistoryTrouble>,
    /// Whether a watcher runs.
    pub watching: bool,
    /// Its last beat.
    pub beat: Option<Timestamp>,
    /// Our binaries on `$PATH`: name and place.
    pub binaries: Vec<(&'static str, Option<PathBuf>)>,
    /// The installed tmux's version; `None` without one.
    pub tmux: Option<String>,
    /// The server we run in, else the user's default server if it runs.
    pub own_server: Option<PathBuf>,
    /// Every registered server and what it answered.
    pub servers: Vec<ServerFacts>,
    /// The way to the remote nodes; `None` without any.
    pub ssh: Option<SshFacts>,
    /// The hub; `None` without one.
    pub hub: Option<HubFacts>,
    /// What `mamori setup` did.
    pub setup: SetupFacts,
    /// A phone's own; `None` elsewhere.
    pub termux: Option<TermuxFacts>,
}

/// What is the matter with the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryTrouble {
    /// It is damaged: it can be built anew.
    Broken(String),
    /// A newer build wrote it.
    Newer(String),
    /// It cannot be used as it stands.
    Other(String),
}

/// The state of `$MAMORI_HOME/mamori`.
#[derive(Debug, Clone)]
pub struct HomeFacts {
    /// As shown to people.
    pub shown: String,
    /// As a command takes it.
    pub folder: String,
    /// Its permission bits; `None` when it is not there yet.
    pub mode: Option<u32>,
    /// Whether we may write there (or make it).
    pub writable: bool,
    /// Bytes that are free.
    pub free_bytes: Option<u64>,
    /// The network file system it lies on, if it does.
    pub network: Option<String>,
}

/// A registered tmux server.
#[derive(Debug, Clone)]
pub struct ServerFacts {
    /// Its socket, for people.
    pub socket: String,
    /// What its bar is made of; or why it did not answer.
    pub bar: Result<Bar, String>,
    /// Whether it is simply not running any more.
    pub gone: bool,
    /// Whether our hooks are there; or why that cannot be told.
    pub hooks: Result<Hooks, String>,
    /// The key of our menu and who has it, where that can be told.
    pub key: Option<Key>,
}

/// A bar's options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Seconds between two refreshes; 0: never.
    pub interval: u64,
    /// Whether the segment stands in it.
    pub shows_us: bool,
    /// Whether `@mamori-layout` is off for all windows.
    pub layouts_off: bool,
}

/// Looks at everything. Nothing is written.
#[must_use]
pub fn gather(around: &Surroundings) -> Facts {
    let home = Home::of(&around.mamori_home);
    let state = Store::new(home.clone(), "mamori doctor")
        .read()
        .map_err(|error| error.to_string());
    let registered = state.as_ref().ok().and_then(Option::as_ref);
    let registered = registered
        .map(|look| look.state.tmux_servers.clone())
        .unwrap_or_default();
    let config = config::load(around);
    let socket = around
        .tmux_socket
        .clone()
        .unwrap_or_else(|| tmux::default_socket(around));
    let alive = Server::at(&socket, around).is_ok_and(|server| server.sessions().is_ok());
    Facts {
        now: clock::now(),
        ignored: config
            .as_ref()
            .map(|config| config.doctor.ignore.clone())
            .unwrap_or_default(),
        ssh: config
            .as_ref()
            .ok()
            .and_then(|config| ssh_facts::gather(config, around)),
        hub: config
            .as_ref()
            .ok()
            .and_then(|config| hub_facts(config, state.as_ref().ok().and_then(Option::as_ref))),
        config: config.err(),
        setup: setup_facts::gather(around),
        termux: termux_facts::gather(
            state
                .as_ref()
                .ok()
                .and_then(Option::as_ref)
                .map(|look| &look.state),
            around,
        ),
        home: home_facts(&home, around),
        history: history::look(&home).map_err(|error| {
            let what = error.to_string();
            match error {
                HistoryError::Broken { .. } => HistoryTrouble::Broken(what),
                HistoryError::Newer { .. } => HistoryTrouble::Newer(what),
                _ => HistoryTrouble::Other(what),
            }
        }),
        watching: flock::held(&home.watch_lock()).is_some(),
        beat: files::modified(&home.watch_lock()),
        state,
        binaries: ["mamori", "mamori-status", "mamori-layout"]
            .map(|name| (name, programs::find(name, around)))
            .to_vec(),
        tmux: tmux::client_version(around),
        own_server: alive.then_some(socket),
        servers: registered
            .iter()
            .map(|server| server_facts(server, around))
            .collect(),
    }
}

fn hub_facts(config: &config::Config, look: Option<&Look>) -> Option<HubFacts> {
    let wanted = config.hub.as_ref()?;
    let seen = hub::Seen::look(&wanted.address(), &wanted.prefix);
    let state = look.map(|look| look.state.clone()).unwrap_or_default();
    Some(HubFacts::of(
        seen,
        &wanted.prefix,
        wanted.coordinate,
        &state,
    ))
}

fn home_facts(home: &Home, around: &Surroundings) -> HomeFacts {
    let folder = home.folder();
    let existing = nearest(folder);
    HomeFacts {
        shown: around.shown(folder),
        folder: folder.to_string_lossy().into_owned(),
        mode: files::mode(folder),
        writable: files::writable(existing),
        free_bytes: disks::free_bytes(existing),
        network: disks::network_kind(existing),
    }
}

/// The path itself, or the nearest folder above it that is there.
fn nearest(path: &Path) -> &Path {
    path.ancestors()
        .find(|path| files::mode(path).is_some())
        .unwrap_or(Path::new("/"))
}

fn server_facts(server: &TmuxServer, around: &Surroundings) -> ServerFacts {
    let way = Server::at(Path::new(&server.socket), around);
    let hooks = match &way {
        Ok(way) => way.hooks().map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let key = way.as_ref().ok().and_then(|way| way.menu_key().ok());
    let bar = way.and_then(|way| {
        way.show("#{status-interval}|#{@mamori-layout}|#{status-left}#{status-right}")
    });
    let gone = matches!(bar, Err(TmuxError::NoServer(_)));
    let bar = bar.map_err(|error| error.to_string()).map(|text| {
        let (interval, rest) = text.split_once('|').unwrap_or_default();
        let (layouts, formats) = rest.split_once('|').unwrap_or_default();
        Bar {
            interval: interval.parse().unwrap_or(0),
            layouts_off: layouts == "off",
            shows_us: formats.contains("MAMORI_UNTIL") || formats.contains("mamori-status"),
        }
    });
    ServerFacts {
        socket: server.socket.clone(),
        bar,
        gone,
        hooks,
        key,
    }
}
