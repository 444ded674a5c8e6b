//! Linux and Android: `/proc`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Listeners;
use crate::model::proc_net::{listening, listening_at, socket};
use crate::model::process::{self, Condition, Facts, Identity, Stat};
use crate::sys::clock;

fn folder(pid: u32) -> PathBuf {
    Path::new("/proc").join(pid.to_string())
}

fn stat(pid: u32) -> Option<Stat> {
    let stat = process::stat(&fs::read(folder(pid).join("stat")).ok()?)?;
    Some(stat).filter(|stat| stat.identity.pid == pid)
}

pub(super) fn state(pid: u32) -> Option<(Identity, Condition)> {
    stat(pid).map(|stat| (stat.identity, stat.condition))
}

pub(super) fn facts(pid: u32) -> Option<Facts> {
    let folder = folder(pid);
    let uid = process::real_uid(&fs::read(folder.join("status")).ok()?)?;
    let exe = fs::read_link(folder.join("exe")).ok();
    let program = exe.and_then(|exe| process::program(&exe.to_string_lossy()));
    let arguments = fs::read(folder.join("cmdline")).unwrap_or_default();
    // Read last, so that it vouches for what was read before it only if the
    // process is the same: ids come again, but not within one reading.
    let stat = stat(pid)?;
    Some(Facts {
        identity: stat.identity,
        uid,
        condition: stat.condition,
        name: stat.name,
        program,
        arguments: process::arguments(&arguments),
        parent: stat.parent,
    })
}

pub(super) fn cwd(pid: u32) -> Option<PathBuf> {
    fs::read_link(folder(pid).join("cwd")).ok()
}

pub(super) fn age(identity: &Identity) -> Option<Duration> {
    // The kernel tells it in ticks of 10 ms, whatever its own are.
    let started = Duration::from_millis(identity.started.checked_mul(10)?);
    clock::elapsed().checked_sub(started)
}

/// The ids of all processes that we may see.
fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

pub(super) fn since(started: u64) -> Vec<Facts> {
    let later = |pid: &u32| state(*pid).is_some_and(|(one, _)| one.started >= started);
    all().filter(later).filter_map(facts).collect()
}

pub(super) fn named(name: &str) -> Vec<u32> {
    let wanted = name.as_bytes().get(..15).unwrap_or(name.as_bytes());
    let called = |pid: &u32| {
        let comm = fs::read(folder(*pid).join("comm")).unwrap_or_default();
        comm.strip_suffix(b"\n").unwrap_or(&comm) == wanted
    };
    let alive =
        |pid: &u32| state(*pid).is_some_and(|(_, condition)| condition != Condition::Zombie);
    all().filter(called).filter(alive).collect()
}

pub(super) fn marked(mark: &[u8]) -> Vec<u32> {
    let carries = |pid: &u32| {
        let environment = fs::read(folder(*pid).join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|one| one == mark)
    };
    all().filter(carries).collect()
}

pub(super) fn listeners(port: u16) -> Option<Listeners> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    let mut inodes = listening(&table, port);
    // Absent where the kernel has no IPv6.
    if let Ok(table) = fs::read_to_string("/proc/net/tcp6") {
        inodes.append(&mut listening(&table, port));
    }
    Some(holders(&inodes))
}

pub(super) fn at_socket(path: &Path) -> Option<Vec<u32>> {
    let table = fs::read_to_string("/proc/net/unix").ok()?;
    Some(holders(&listening_at(&table, path.to_str()?)).pids)
}

/// Who has these sockets open.
fn holders(inodes: &BTreeSet<u64>) -> Listeners {
    if inodes.is_empty() {
        return Listeners::default();
    }
    let mut found = BTreeSet::new();
    let mut pids = Vec::new();
    for pid in all() {
        let held: BTreeSet<u64> = sockets(pid)
            .filter(|inode| inodes.contains(inode))
            .collect();
        if !held.is_empty() {
            pids.push(pid);
            found.extend(held);
        }
    }
    let hidden = found != *inodes;
    pids.sort_unstable();
    Listeners { pids, hidden }
}

/// The inodes of the sockets that `pid` has open; none where we may not see them.
fn sockets(pid: u32) -> impl Iterator<Item = u64> {
    let entries = fs::read_dir(folder(pid).join("fd"))
        .into_iter()
        .flatten()
        .flatten();
    entries.filter_map(|entry| socket(fs::read_link(entry.path()).ok()?.to_str()?))
}
