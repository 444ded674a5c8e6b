//! Who looks after a service besides us, and what they want of it. Pure.

use std::path::Path;

use serde::{Deserialize, Serialize};

mod launcher;

/// A service manager's name for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// runit or termux-services: `sv`, with its service's folder or name.
    Runit(String),
    /// systemd: the unit, and whether it is the user's own manager.
    Systemd {
        /// The unit.
        unit: String,
        /// `systemctl --user`.
        user: bool,
    },
    /// launchd: the service target, such as `system/com.openssh.sshd`.
    Launchd(String),
    /// supervisord: the whole command by which it is told to start it.
    Supervisord(Vec<String>),
    /// monit: likewise.
    Monit(Vec<String>),
}

/// What the owner wants of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// It shall run: the owner starts it itself, or failed to.
    Up,
    /// Its owner stopped it; how, in words.
    Stopped(String),
    /// The owner does not answer for it; why, in words.
    Unknown(String),
}

impl Owner {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Runit(_) => "runit",
            Self::Systemd { .. } => "systemd",
            Self::Launchd(_) => "launchd",
            Self::Supervisord(_) => "supervisord",
            Self::Monit(_) => "monit",
        }
    }

    /// Whose service a start command starts: `sv up X`, `systemctl [--user]
    /// start X`, `launchctl kickstart X`, `supervisorctl start X`, `monit start
    /// X`; also behind `sudo -n` and the like.
    #[must_use]
    pub fn of_command(argv: &[String]) -> Option<Self> {
        let (program, rest) = launcher::launched(argv).split_first()?;
        if let [.., verb, _] = rest
            && verb == "start"
        {
            match base(program) {
                "supervisorctl" => return Some(Self::Supervisord(argv.to_vec())),
                "monit" => return Some(Self::Monit(argv.to_vec())),
                _ => {}
            }
        }
        let user = rest.iter().any(|word| word == "--user");
        // `sv -w 5 up web`: the only option of these that takes a word.
        let waits = rest.first().is_some_and(|word| word == "-w");
        let rest = rest.get(2..).filter(|_| waits).unwrap_or(rest);
        let mut words = rest.iter().filter(|word| !word.starts_with('-'));
        let verb = words.next()?.as_str();
        let subject = words.next_back()?.clone();
        match (base(program), verb) {
            ("sv", "up" | "start" | "restart" | "once" | "force-restart") => {
                Some(Self::Runit(subject))
            }
            ("systemctl", "start" | "restart" | "reload-or-restart") => Some(Self::Systemd {
                unit: subject,
                user,
            }),
            ("launchctl", "kickstart" | "start") => Some(Self::Launchd(subject)),
            _ => None,
        }
    }

    /// The systemd service in which a process runs, by its `/proc/PID/cgroup`
    /// (cgroups(7)): the last name that is one. `None` for sessions and scopes.
    #[must_use]
    pub fn of_cgroup(text: &str) -> Option<Self> {
        let paths = text.lines().filter_map(|line| {
            let mut fields = line.splitn(3, ':');
            let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
            (number == "0" || controllers == "name=systemd").then_some(path)
        });
        let path = paths.into_iter().find(|path| *path != "/")?;
        let unit = path.rsplit('/').next()?;
        let user = path.contains("/user@");
        let service = unit.ends_with(".service") && !unit.starts_with("user@");
        service.then(|| Self::Systemd {
            unit: unit.to_owned(),
            user,
        })
    }

    /// The command whose answer [`Owner::wanted`] reads.
    #[must_use]
    pub fn question(&self) -> Vec<String> {
        let words: Vec<&str> = match self {
            Self::Runit(service) => vec!["sv", "status", service],
            Self::Systemd { unit, user } => {
                let manager = if *user { "--user" } else { "--system" };
                let properties =
                    "--property=LoadState,ActiveState,UnitFileState,Result,TriggeredBy";
                vec!["systemctl", manager, "show", properties, "--", unit]
            }
            Self::Launchd(target) => {
                let domain = target
                    .rsplit_once('/')
                    .map_or("system", |(domain, _)| domain);
                vec!["launchctl", "print-disabled", domain]
            }
            Self::Supervisord(argv) | Self::Monit(argv) => asked(argv),
        };
        words.into_iter().map(ToOwned::to_owned).collect()
    }

    /// The command that has it started.
    #[must_use]
    pub fn start(&self) -> Vec<String> {
        let words: Vec<&str> = match self {
            Self::Runit(service) => vec!["sv", "up", service],
            Self::Systemd { unit, user: true } => vec!["systemctl", "--user", "start", "--", unit],
            Self::Systemd { unit, .. } => vec!["systemctl", "start", "--", unit],
            Self::Launchd(target) => vec!["launchctl", "kickstart", target],
            Self::Supervisord(argv) | Self::Monit(argv) => {
                argv.iter().map(String::as_str).collect()
            }
        };
        words.into_iter().map(ToOwned::to_owned).collect()
    }

    /// What the owner wants, by its answer to [`Owner::question`].
    #[must_use]
    pub fn wanted(&self, answer: &str) -> Wanted {
        match self {
            Self::Runit(_) => runit(answer),
            Self::Systemd { .. } => systemd(answer),
            Self::Launchd(target) => launchd(answer, target),
            Self::Supervisord(_) => supervisord(answer),
            Self::Monit(_) => monit(answer),
        }
    }
}

/// The command that asks where `argv` starts, by the same way.
fn asked(argv: &[String]) -> Vec<&str> {
    let verb = argv.len().saturating_sub(2);
    let word = |(at, word)| if at == verb { "status" } else { word };
    let words = argv.iter().map(String::as_str).enumerate();
    words.map(word).collect()
}

/// `web  RUNNING  pid 12, uptime 0:00:05`, `web  STOPPED  Nov 28 04:00 PM`; what was
/// never started (`STOPPED  Not started`) nobody stopped.
fn supervisord(answer: &str) -> Wanted {
    let line = answer.lines().next().unwrap_or_default();
    let mut words = line.split_whitespace().skip(1);
    match words.next() {
        Some("STOPPED") if line.contains("Not started") => {
            Wanted::Unknown("supervisord has not started it yet".into())
        }
        Some("STOPPED" | "STOPPING") => Wanted::Stopped("`supervisorctl stop`".into()),
        Some("RUNNING" | "STARTING" | "BACKOFF" | "EXITED" | "FATAL") => Wanted::Up,
        _ => Wanted::Unknown(format!(
            "`supervisorctl status` says: {}",
            super::text::clean(line)
        )),
    }
}

/// `monitoring status   Monitored`. What is `Not monitored` nobody need have
/// stopped: so monit leaves what it gave up itself, and says no more of what a
/// person stopped. Only a stop that is on its way is surely one (`status  Not
/// monitored - stop pending`).
fn monit(answer: &str) -> Wanted {
    let field = |name: &str| {
        let mut lines = answer.lines();
        lines.find_map(|line| line.trim().strip_prefix(name).map(str::trim))
    };
    if field("status").is_some_and(|status| status.ends_with("stop pending")) {
        return Wanted::Stopped("`monit stop`".into());
    }
    match field("monitoring status") {
        Some("Not monitored") => Wanted::Unknown("monit does not monitor it".into()),
        Some(_) => Wanted::Up,
        None => Wanted::Unknown("`monit status` does not know it".into()),
    }
}

fn base(word: &str) -> &str {
    Path::new(word)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

/// `run: web: (pid 12) 34s`, `down: web: 5s, normally up, want up` (sv(8)).
fn runit(answer: &str) -> Wanted {
    let line = answer.lines().next().unwrap_or_default();
    let ours = line.split(';').next().unwrap_or_default();
    let (state, rest) = ours.split_once(": ").unwrap_or(("", ours));
    if rest.contains("want down") || (state == "down" && !rest.contains("want up")) {
        return Wanted::Stopped("`sv down`".into());
    }
    match state {
        "run" | "down" | "finish" => Wanted::Up,
        _ => Wanted::Unknown(format!("`sv status` says: {}", super::text::clean(line))),
    }
}

fn systemd(answer: &str) -> Wanted {
    let property = |name: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .unwrap_or_default()
    };
    let stopped = |how: &str| Wanted::Stopped(format!("`systemctl {how}`"));
    match (property("LoadState"), property("UnitFileState")) {
        ("masked", _) | (_, "masked" | "masked-runtime") => stopped("mask"),
        // What a socket starts needs not be enabled itself.
        (_, "disabled") if property("TriggeredBy").is_empty() => stopped("disable"),
        ("loaded", _)
            if property("ActiveState") == "inactive" && property("Result") == "success" =>
        {
            stopped("stop")
        }
        ("loaded", _) => Wanted::Up,
        (other, _) => Wanted::Unknown(format!(
            "systemd has no such unit ({})",
            super::text::clean(other)
        )),
    }
}

/// `"com.openssh.sshd" => disabled` (older ones: `=> true`).
fn launchd(answer: &str, target: &str) -> Wanted {
    let label = target.rsplit('/').next().unwrap_or(target);
    let name = format!("\"{label}\"");
    let line = answer.lines().find(|line| line.trim().starts_with(&name));
    let disabled = line.is_some_and(|line| {
        let value = line.rsplit("=>").next().unwrap_or_default().trim();
        value == "disabled" || value == "true"
    });
    if disabled {
        Wanted::Stopped("`launchctl disable`".into())
    } else {
        Wanted::Up
    }
}

#[cfg(test)]
#[path = "owner_tests.rs"]
mod tests;
