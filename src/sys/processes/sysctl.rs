//! macOS: its own tables, through sysinfo, and `lsof` for ports.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use sysinfo::{
    Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind,
};

use super::Listeners;
use crate::model::process::{Condition, Facts, Identity};
use crate::sys::{clock, process};

/// How long `lsof` may take; it looks at every process we own.
const LIMIT: Duration = Duration::from_secs(5);

fn with<T>(pid: u32, what: ProcessRefreshKind, read: impl Fn(&Process) -> T) -> Option<T> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
    system.process(pid).map(read)
}

fn identity(process: &Process) -> Identity {
    Identity {
        pid: process.pid().as_u32(),
        started: process.start_time(),
    }
}

fn condition(process: &Process) -> Condition {
    match process.status() {
        ProcessStatus::Zombie | ProcessStatus::Dead => Condition::Zombie,
        ProcessStatus::Stop | ProcessStatus::Tracing => Condition::Stopped,
        _ => Condition::Alive,
    }
}

pub(super) fn state(pid: u32) -> Option<(Identity, Condition)> {
    with(pid, ProcessRefreshKind::nothing(), |process| {
        (identity(process), condition(process))
    })
}

pub(super) fn cwd(_: u32) -> Option<std::path::PathBuf> {
    None
}

pub(super) fn age(identity: &Identity) -> Option<Duration> {
    let now = u64::try_from(clock::now().0).ok()?;
    Some(Duration::from_secs(now.checked_sub(identity.started)?))
}

pub(super) fn facts(pid: u32) -> Option<Facts> {
    let what = ProcessRefreshKind::nothing()
        .with_cmd(UpdateKind::Always)
        .with_exe(UpdateKind::Always)
        .with_user(UpdateKind::Always);
    with(pid, what, |process| {
        let program = process.exe().and_then(Path::file_name);
        Some(Facts {
            identity: identity(process),
            uid: **process.user_id()?,
            condition: condition(process),
            name: process.name().to_string_lossy().into_owned(),
            program: program.map(|name| name.to_string_lossy().into_owned()),
            arguments: process
                .cmd()
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
            parent: process.parent().map_or(0, Pid::as_u32),
        })
    })
    .flatten()
}

pub(super) fn since(started: u64) -> Vec<Facts> {
    let Ok(mut system) = System::new() else {
        return Vec::new();
    };
    let what = ProcessRefreshKind::nothing();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let later = |process: &&Process| process.start_time() >= started;
    let found = system.processes().values().filter(later);
    found
        .filter_map(|process| facts(process.pid().as_u32()))
        .collect()
}

/// macOS shows the environment of no other process.
pub(super) fn marked(_: &[u8]) -> Vec<u32> {
    Vec::new()
}

pub(super) fn named(name: &str) -> Vec<u32> {
    let Ok(mut system) = System::new() else {
        return Vec::new();
    };
    let what = ProcessRefreshKind::nothing();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let called = |process: &&Process| {
        process.name().to_string_lossy() == name && condition(process) != Condition::Zombie
    };
    let found = system.processes().values().filter(called);
    let mut pids: Vec<u32> = found.map(|process| process.pid().as_u32()).collect();
    pids.sort_unstable();
    pids
}

/// Nothing tells of a socket whose file is gone.
pub(super) fn at_socket(_: &Path) -> Option<Vec<u32>> {
    None
}

/// Without root, `lsof` sees our own processes only: nobody is not said of others.
pub(super) fn listeners(port: u16) -> Option<Listeners> {
    let arguments = [
        "-nP".to_owned(),
        format!("-iTCP:{port}"),
        "-sTCP:LISTEN".to_owned(),
        "-t".to_owned(),
    ];
    let arguments = arguments.map(OsString::from);
    let ended = process::run(Path::new("/usr/sbin/lsof"), &arguments, &[], LIMIT).ok()?;
    // It ends with 1 when it finds nobody.
    let found = String::from_utf8_lossy(&ended.stdout).into_owned();
    let pids: BTreeSet<u32> = found
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect();
    Some(Listeners {
        pids: pids.into_iter().collect(),
        hidden: false,
    })
}
