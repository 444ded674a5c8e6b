//! Space and inodes of the local file systems and of the home.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::mount::{self, Mount, local, of, shown};
use crate::model::reading::{Disk, Reading, percent_used};
use crate::sys::{files, process, programs};

/// How long a network file system has to answer.
const NETWORK_LIMIT: Duration = Duration::from_secs(3);

/// The hidden subcommand that measures one path in a process of its own.
pub const MEASURE_COMMAND: &str = "measure-path";

/// What was measured.
pub(super) struct Disks {
    pub(super) home_used_percent: Reading<f64>,
    pub(super) home_mount: Reading<String>,
    pub(super) all: Reading<Vec<Disk>>,
}

/// One path's file system, as the hidden subcommand prints it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Space {
    /// The path with its links resolved.
    path: PathBuf,
    used_bytes: u64,
    total_bytes: u64,
    used_percent: f64,
    inodes_used_percent: Option<f64>,
}

/// Measures every local file system, and the home's whatever it is.
pub(super) fn measure(home: &Path) -> Disks {
    let mounts = match table() {
        Ok(mounts) => mounts,
        Err(error) => {
            return Disks {
                home_used_percent: home_space(home, false).map(|space| space.used_percent),
                home_mount: Reading::failed(error.clone()),
                all: Reading::failed(error),
            };
        }
    };
    let counted: Vec<(&Mount, Disk)> = local(&mounts, Path::is_dir)
        .into_iter()
        .filter_map(|mount| Some((mount, disk(&mount.point, &space(&mount.point).ok()??))))
        .collect();
    // A link in the home's path may lead onto a server that hangs: where
    // there is any, a child asks.
    let careful = mounts.iter().any(Mount::network);
    let home_space = home_space(home, careful);
    let home = home_space.value().map_or(home, |space| &space.path);
    let home_mount = match of(home, &mounts) {
        Some(mount) => {
            let listed = counted.iter().map(|(mount, _)| *mount);
            Reading::Value(shown(mount, listed).to_string_lossy().into_owned())
        }
        None => Reading::failed("the home lies on no known mount"),
    };
    Disks {
        home_used_percent: home_space.map(|space| space.used_percent),
        home_mount,
        all: Reading::Value(counted.into_iter().map(|(_, disk)| disk).collect()),
    }
}

fn disk(point: &Path, space: &Space) -> Disk {
    Disk {
        mount: point.to_string_lossy().into_owned(),
        used_bytes: space.used_bytes,
        total_bytes: space.total_bytes,
        used_percent: space.used_percent,
        inodes_used_percent: space.inodes_used_percent,
    }
}

fn home_space(home: &Path, careful: bool) -> Reading<Space> {
    let measured = if careful {
        space_in_child(home)
    } else {
        space(home).map_err(|e| e.to_string())
    };
    match measured {
        Ok(Some(space)) => Reading::Value(space),
        Ok(None) => Reading::unavailable("its file system has no size"),
        Err(error) => Reading::failed(error),
    }
}

/// The space of the file system that `path` lies on; `None` where it has no blocks.
///
/// # Errors
/// What the system call says.
pub fn space(path: &Path) -> std::io::Result<Option<Space>> {
    let stat = rustix::fs::statvfs(path)?;
    let block = if stat.f_frsize == 0 {
        stat.f_bsize
    } else {
        stat.f_frsize
    };
    let used = stat.f_blocks.saturating_sub(stat.f_bfree);
    let inodes_used = stat.f_files.saturating_sub(stat.f_ffree);
    let inodes = (stat.f_files > 0)
        .then(|| percent_used(inodes_used, stat.f_ffree))
        .flatten();
    Ok(percent_used(used, stat.f_bavail).map(|used_percent| Space {
        path: files::resolved(path),
        used_bytes: used.saturating_mul(block),
        total_bytes: stat.f_blocks.saturating_mul(block),
        used_percent,
        inodes_used_percent: inodes,
    }))
}

/// A local file system that may be walked.
#[derive(Debug)]
pub struct Place {
    /// Where it is mounted.
    pub point: PathBuf,
    /// Points within it at which the same device is mounted once more.
    pub others: Vec<PathBuf>,
    /// Points within it at which something else is mounted.
    pub covered: Vec<PathBuf>,
    /// Its size.
    pub total_bytes: u64,
    /// How many files and folders it holds, as it says.
    pub entries: u64,
    /// Which file system it is.
    pub volume: u64,
}

/// The local file systems, those that are among a sample's disks.
///
/// # Errors
/// When the table of mounts cannot be read.
pub fn places() -> Result<Vec<Place>, String> {
    let mounts = table()?;
    let near = |point: &Path| !mount::beyond_network(point, &mounts);
    let local = local(&mounts, |point| near(point) && point.is_dir());
    let places = local.into_iter().filter_map(|mount| {
        let stat = rustix::fs::statvfs(&mount.point).ok()?;
        let total_bytes = space(&mount.point).ok()??.total_bytes;
        let (others, covered) = mount::within(mount, &mounts);
        Some(Place {
            point: mount.point.clone(),
            others,
            covered,
            total_bytes,
            entries: stat.f_files.saturating_sub(stat.f_ffree),
            volume: stat.f_fsid,
        })
    });
    Ok(places.collect())
}

/// Bytes that we may still write on the file system of `path`.
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(if stat.f_frsize == 0 {
        stat.f_bsize
    } else {
        stat.f_frsize
    }))
}

/// The type of the network file system that `path` lies on, if it does.
#[must_use]
pub fn network_kind(path: &Path) -> Option<String> {
    let mounts = table().ok()?;
    of(path, &mounts)
        .filter(|mount| mount.network())
        .map(|mount| mount.kind.clone())
}

/// [`space`] in a process of its own: one that hangs on a dead server cannot
/// even be killed, but it can be left behind.
fn space_in_child(path: &Path) -> Result<Option<Space>, String> {
    let ourselves = programs::ourselves().ok_or("our own program is not to be found")?;
    let arguments = [OsString::from(MEASURE_COMMAND), path.as_os_str().to_owned()];
    match process::run(&ourselves, &arguments, &[], NETWORK_LIMIT) {
        Ok(ended) if ended.status.success() => {
            serde_json::from_slice(&ended.stdout).map_err(|error| error.to_string())
        }
        Ok(ended) => Err(String::from_utf8_lossy(&ended.stderr).trim().to_owned()),
        Err(process::RunError::TimedOut(..)) => Err("hung".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn table() -> Result<Vec<Mount>, String> {
    let table = std::fs::read("/proc/self/mountinfo")
        .map_err(|error| format!("/proc/self/mountinfo: {error}"))?;
    Ok(mount::with_root(mount::parse_mountinfo(&table)))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn table() -> Result<Vec<Mount>, String> {
    let nothing = sysinfo::DiskRefreshKind::nothing();
    let disks = sysinfo::Disks::new_with_refreshed_list_specifics(nothing)
        .map_err(|error| error.to_string())?;
    let mount = |disk: &sysinfo::Disk| Mount {
        // The volumes of one APFS container share its space: `disk3s1` and
        // `disk3s5` are the same device.
        device: mount::container(&disk.name().to_string_lossy()),
        point: disk.mount_point().to_owned(),
        kind: disk.file_system().to_string_lossy().into_owned(),
        read_only: disk.is_read_only(),
    };
    Ok(disks.iter().map(mount).collect())
}
