//! `mamori setup service`: the watcher runs by itself, kept by the service
//! manager that is there.

mod launchd;
mod runit;
mod systemd;
mod text;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

pub(super) use runit::on_termux;

use super::wish::{Wish, Wishes};
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::setup::manifest::Kind;
use crate::sys::surroundings::Surroundings;
use crate::sys::{files, flock, programs};

/// Who keeps services running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Manager {
    /// A unit of the user's own systemd
    Systemd,
    /// An agent of launchd (macOS)
    Launchd,
    /// A folder of runit's services (Termux; elsewhere in $SVDIR)
    Runit,
}

/// What the watcher needs so that it runs by itself.
///
/// # Errors
/// Exit 3 without a service manager, and when it does not answer.
pub(super) fn wishes(manager: Option<Manager>, around: &Surroundings) -> Result<Wishes, Failure> {
    let found = manager.or_else(|| usual(around)).ok_or_else(|| {
        Failure::unable("could not find a service manager: neither systemd's `systemctl` nor runit's `sv` with `SVDIR` set")
            .hint("mamori watch &")
    })?;
    let service = Service::here(around)?;
    let mut wishes = match found {
        Manager::Systemd => systemd::wishes(&service, around),
        Manager::Launchd => launchd::wishes(&service, around),
        Manager::Runit => runit::wishes(&service, around),
    }?;
    let running = flock::held(&Home::of(&around.mamori_home).watch_lock());
    if let Some(holder) = running.filter(|_| starts(&wishes)) {
        wishes.notes.push(format!(
            "a watcher runs already, and the service's own waits for its end: {holder}"
        ));
    }
    Ok(wishes)
}

fn usual(around: &Surroundings) -> Option<Manager> {
    let there = |name: &str| programs::find(name, around).is_some();
    if around.termux() {
        Some(Manager::Runit)
    } else if cfg!(target_os = "macos") {
        Some(Manager::Launchd)
    } else if there("systemctl") {
        Some(Manager::Systemd)
    } else {
        (there("sv") && crate::sys::surroundings::service_folder().is_some())
            .then_some(Manager::Runit)
    }
}

/// What a service's file says of us.
struct Service {
    /// The program.
    mamori: String,
    /// What it is told before its verb.
    options: Vec<String>,
    /// What it finds in its environment.
    environment: Vec<(&'static str, String)>,
}

impl Service {
    fn here(around: &Surroundings) -> Result<Self, Failure> {
        let program =
            programs::lasting(around).and_then(|path| path.to_str().map(ToOwned::to_owned));
        let mamori = program.filter(|path| writable(path)).ok_or_else(|| {
            Failure::unable("could not name our own program in a service's file")
                .hint("make install")
        })?;
        let mut environment = vec![("PATH", path(around))];
        environment.extend(homes(around));
        let sockets = around.tmux_tmpdir.iter();
        environment
            .extend(sockets.map(|path| ("TMUX_TMPDIR", path.to_string_lossy().into_owned())));
        let mut options = Vec::new();
        if around.config_named {
            let file = files::absolute(&around.config);
            let file = file.to_str().filter(|file| writable(file)).ok_or_else(|| {
                Failure::unable("the configuration's path cannot stand in a service's file")
            })?;
            options = vec!["--config".to_owned(), file.to_owned()];
        }
        if let Some((name, _)) = environment.iter().find(|(_, value)| !writable(value)) {
            return Err(Failure::unable(format!(
                "`{name}` cannot stand in a service's file"
            )));
        }
        Ok(Self {
            mamori,
            options,
            environment,
        })
    }
}

/// Where our files and our configuration are, if not in the usual places: who
/// is started by somebody else has to be told.
pub(super) fn homes(around: &Surroundings) -> Vec<(&'static str, String)> {
    let mut homes = Vec::new();
    if around.mamori_home != around.home.join(".miyabi") {
        let home = around.mamori_home.to_string_lossy().into_owned();
        homes.push(("MAMORI_HOME", home));
    }
    let config = around.session_environment.iter();
    let config =
        config.filter(|(name, path)| name == "XDG_CONFIG_HOME" && Path::new(path).is_absolute());
    homes
        .extend(config.map(|(_, value)| ("XDG_CONFIG_HOME", value.to_string_lossy().into_owned())));
    homes
}

/// Whether a service is put to work.
fn starts(wishes: &Wishes) -> bool {
    let enables = |wish: &Wish| matches!(wish, Wish::Command(order) if order.kind == Kind::Enable);
    wishes.all.iter().any(enables)
}

/// One line of text, and nothing that steers.
fn writable(text: &str) -> bool {
    crate::model::text::clean(text) == text
}

/// The folders of the programs that we use, then the usual ones: the same
/// whoever sets the service up, and from where.
fn path(around: &Surroundings) -> String {
    let used = ["mamori", "tmux", "ssh", "git", "gh"];
    let used = used.iter().filter_map(|name| programs::find(name, around));
    let mut folders: Vec<PathBuf> = used
        .filter_map(|path| path.parent().map(Into::into))
        .collect();
    let usual: &[&str] = if around.termux() {
        &[]
    } else if cfg!(target_os = "macos") {
        &[
            "/opt/homebrew/bin",
            "/usr/local/bin",
            "/usr/bin",
            "/bin",
            "/usr/sbin",
            "/sbin",
        ]
    } else {
        &["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    };
    folders.extend(around.prefix.iter().map(|prefix| prefix.join("bin")));
    folders.extend(usual.iter().map(PathBuf::from));
    let mut once: Vec<String> = Vec::new();
    for folder in folders {
        let folder = folder.to_string_lossy().into_owned();
        if !once.contains(&folder) && !folder.contains(':') {
            once.push(folder);
        }
    }
    once.join(":")
}
