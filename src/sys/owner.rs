//! Asks service managers about a service.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::surroundings::Surroundings;
use super::{process, processes, programs};
use crate::model::owner::{Owner, Wanted};
use crate::model::process::Identity;

/// How long a service manager has to answer.
const LIMIT: Duration = Duration::from_secs(3);

/// What `owner` wants of its service.
#[must_use]
pub fn wanted(owner: &Owner, around: &Surroundings) -> Wanted {
    let question = owner.question();
    let Some((program, arguments)) = question.split_first() else {
        return Wanted::Unknown("nobody to ask".into());
    };
    let Some(path) = programs::find(program, around) else {
        return Wanted::Unknown(format!("`{program}` is not on the PATH"));
    };
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    match process::run(&path, &arguments, &environment(around), LIMIT) {
        Ok(ended) => {
            // `sv` says what it could not do on its output, others on stderr.
            let answer = String::from_utf8_lossy(&ended.stdout).into_owned();
            owner.wanted(&answer)
        }
        Err(error) => Wanted::Unknown(error.to_string()),
    }
}

/// Who looks after a running process, by the supervisor whose child it is or
/// the unit it runs in; `None`: nobody that we know, or the one who looks
/// after ourselves.
#[must_use]
pub fn of_process(identity: &Identity) -> Option<Owner> {
    let parent = processes::of(identity.pid)?.parent;
    let program = processes::of(parent).and_then(|parent| parent.program);
    if program.as_deref() == Some("runsv") {
        // runsv works in its service's folder.
        let folder = std::fs::read_link(format!("/proc/{parent}/cwd")).ok()?;
        return Some(Owner::Runit(folder.display().to_string()));
    }
    let unit_of = |pid: &str| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        Owner::of_cgroup(&text)
    };
    let unit = unit_of(&identity.pid.to_string())?;
    // What we started runs in our own unit.
    Some(unit).filter(|unit| unit_of("self").as_ref() != Some(unit))
}

/// Who looks after this machine's own ssh server: a runit service, a systemd
/// unit, launchd; `None`: nobody that we know.
#[must_use]
pub fn of_sshd(around: &Surroundings) -> Option<Owner> {
    let runit = service_folders(around).into_iter().find_map(|folder| {
        ["sshd", "ssh", "openssh"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|service| service.join("run").exists() && service.join("supervise/ok").exists())
    });
    if let Some(service) = runit {
        return Some(Owner::Runit(service.display().to_string()));
    }
    if cfg!(target_os = "macos") {
        return Some(Owner::Launchd("system/com.openssh.sshd".into()));
    }
    if !Path::new("/run/systemd/system").exists() {
        return None;
    }
    let units = ["ssh.service", "sshd.service"].map(|unit| Owner::Systemd {
        unit: unit.into(),
        user: false,
    });
    units
        .into_iter()
        .find(|unit| !matches!(wanted(unit, around), Wanted::Unknown(_)))
}

/// Where runit's services are.
fn service_folders(around: &Surroundings) -> Vec<PathBuf> {
    match &around.prefix {
        Some(prefix) => vec![prefix.join("var/service")],
        None => ["/etc/service", "/var/service", "/service"]
            .map(PathBuf::from)
            .to_vec(),
    }
}

/// The environment in which a service manager's program finds its services:
/// widgets and boot scripts on Termux lack `SVDIR`.
#[must_use]
pub fn environment(around: &Surroundings) -> Vec<(OsString, OsString)> {
    let mut environment = around.environment.clone();
    if let Some(prefix) = &around.prefix {
        let folders = [("SVDIR", "var/service"), ("LOGDIR", "var/log")];
        environment.extend(folders.map(|(name, folder)| (name.into(), prefix.join(folder).into())));
    }
    environment
}
