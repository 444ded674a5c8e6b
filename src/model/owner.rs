//! Who looks after a service besides us, and what they want of it. Pure.

use std::path::Path;

/// A service manager's name for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// A supervisor whose child a service is, whatever command starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overseer {
    /// Its program.
    pub program: String,
    /// As one who can be asked what it wants, where that is known.
    pub owner: Option<Owner>,
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
        }
    }

    /// Whose service a start command starts: `sv up X`, `systemctl [--user]
    /// start X`, `launchctl kickstart X`; also behind `sudo -n` and the like.
    #[must_use]
    pub fn of_command(argv: &[String]) -> Option<Self> {
        let at = argv
            .iter()
            .position(|word| matches!(base(word), "sv" | "systemctl" | "launchctl"))?;
        let (program, rest) = argv.get(at..)?.split_first()?;
        let user = rest.iter().any(|word| word == "--user");
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

    /// The command whose answer [`Owner::wanted`] reads.
    #[must_use]
    pub fn question(&self) -> Vec<String> {
        let words: Vec<&str> = match self {
            Self::Runit(service) => vec!["sv", "status", service],
            Self::Systemd { unit, user } => {
                let manager = if *user { "--user" } else { "--system" };
                let properties = "--property=LoadState,ActiveState,UnitFileState,Result";
                vec!["systemctl", manager, "show", properties, "--", unit]
            }
            Self::Launchd(target) => {
                let domain = target
                    .rsplit_once('/')
                    .map_or("system", |(domain, _)| domain);
                vec!["launchctl", "print-disabled", domain]
            }
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
        }
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
        (_, "disabled") => stopped("disable"),
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
mod tests {
    use super::*;

    fn argv(words: &str) -> Vec<String> {
        words.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_start_command_names_its_owner() {
        let unit = |user| Owner::Systemd {
            unit: "web.service".into(),
            user,
        };
        assert_eq!(
            Owner::of_command(&argv("/usr/bin/sv up web")),
            Some(Owner::Runit("web".into()))
        );
        assert_eq!(
            Owner::of_command(&argv("sudo -n systemctl restart web.service")),
            Some(unit(false))
        );
        assert_eq!(
            Owner::of_command(&argv("systemctl --user start -- web.service")),
            Some(unit(true))
        );
        assert_eq!(
            Owner::of_command(&argv("launchctl kickstart -k gui/501/x.y")),
            Some(Owner::Launchd("gui/501/x.y".into()))
        );
        for other in [
            "/usr/sbin/sshd -f x",
            "sv down web",
            "sv",
            "systemctl stop web",
        ] {
            assert_eq!(Owner::of_command(&argv(other)), None, "{other}");
        }
    }

    #[test]
    fn what_its_owner_stopped_is_told_from_what_died() {
        let sv = |answer| Owner::Runit("x".into()).wanted(answer);
        let stopped = |how: &str| Wanted::Stopped(how.into());
        assert_eq!(
            sv("run: web: (pid 12) 34s; run: log: (pid 9) 50s\n"),
            Wanted::Up
        );
        assert_eq!(sv("down: web: 0s, normally up, want up\n"), Wanted::Up);
        assert_eq!(sv("finish: web: (pid 3) 1s\n"), Wanted::Up);
        assert_eq!(sv("down: web: 5s, normally up\n"), stopped("`sv down`"));
        assert_eq!(
            sv("run: web: (pid 12) 34s, want down\n"),
            stopped("`sv down`")
        );
        assert!(matches!(
            sv("fail: web: unable to change to service directory\n"),
            Wanted::Unknown(_)
        ));

        let unit = Owner::Systemd {
            unit: "web".into(),
            user: false,
        };
        let systemd = |load, file, active, result| {
            unit.wanted(&format!(
                "LoadState={load}\nActiveState={active}\nUnitFileState={file}\nResult={result}\n"
            ))
        };
        assert_eq!(systemd("loaded", "enabled", "failed", "signal"), Wanted::Up);
        assert_eq!(
            systemd("loaded", "enabled", "activating", "signal"),
            Wanted::Up
        );
        assert_eq!(
            systemd("loaded", "enabled", "inactive", "success"),
            stopped("`systemctl stop`")
        );
        assert_eq!(
            systemd("loaded", "disabled", "failed", "signal"),
            stopped("`systemctl disable`")
        );
        assert_eq!(
            systemd("masked", "masked", "inactive", "success"),
            stopped("`systemctl mask`")
        );
        assert!(matches!(
            systemd("not-found", "", "inactive", "success"),
            Wanted::Unknown(_)
        ));

        let launchd = Owner::Launchd("system/com.openssh.sshd".into());
        let list = "disabled services = {\n\t\"com.apple.x\" => enabled\n\t\"com.openssh.sshd\" => disabled\n}";
        assert_eq!(launchd.wanted(list), stopped("`launchctl disable`"));
        assert_eq!(launchd.wanted("disabled services = {\n}"), Wanted::Up);
    }
}
