//! What an answer says of file systems.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::facts::{Facts, TOO_MANY, name};
use super::macos;
use crate::model::mount::{self, Mount, local, of, shown};
use crate::model::node::Platform;
use crate::model::proc::number;
use crate::model::reading::{Disk, Reading, percent_used};

/// File systems that are listed at most.
const MOST_DISKS: usize = 256;

/// What a hung program ends with: by `timeout`, by KILL, by perl's alarm.
const HUNG: [&str; 3] = ["124", "137", "142"];

/// The readings about file systems.
pub(super) struct Disks {
    pub(super) home_used_percent: Reading<f64>,
    pub(super) home_mount: Reading<String>,
    pub(super) all: Reading<Vec<Disk>>,
}

/// One file system's space, in range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Space {
    pub(super) used_bytes: u64,
    pub(super) total_bytes: u64,
    pub(super) used_percent: f64,
    pub(super) inodes_used_percent: Option<f64>,
}

/// Counts as they were told, in blocks of `block` bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) block: u64,
    pub(super) blocks: u64,
    pub(super) free: u64,
    pub(super) available: u64,
    pub(super) inodes: u64,
    pub(super) inodes_free: u64,
}

impl Counts {
    /// `None` when it has no size, or its parts are larger than the whole.
    pub(super) fn space(self) -> Option<Space> {
        let used = self.blocks.checked_sub(self.free)?;
        self.blocks.checked_sub(self.available)?;
        let total_bytes = self.blocks.checked_mul(self.block)?;
        let inodes_used = self.inodes.checked_sub(self.inodes_free);
        Some(Space {
            used_bytes: used.checked_mul(self.block)?,
            total_bytes: Some(total_bytes).filter(|bytes| (1..TOO_MANY).contains(bytes))?,
            used_percent: percent_used(used, self.available)?,
            inodes_used_percent: inodes_used.and_then(|used| percent_used(used, self.inodes_free)),
        })
    }
}

/// The readings of an answer about file systems.
pub(super) fn disks(facts: &Facts<'_>, platform: Platform) -> Disks {
    let (mounts, spaces) = if platform == Platform::Macos {
        (macos::mounts(facts), macos::spaces(facts))
    } else {
        let table: Vec<&[u8]> = facts.all("mount").collect();
        let mounts = mount::with_root(mount::parse_mountinfo(&table.join(&b'\n')));
        (mounts, facts.all("space").filter_map(counted).collect())
    };
    let space = |point: &Path| {
        let found = spaces.iter().find(|(path, _)| path == point);
        found.map(|(_, space)| *space)
    };
    let counted: Vec<(&Mount, Space)> = local(&mounts, |point| space(point).is_some())
        .into_iter()
        .filter_map(|mount| Some((mount, space(&mount.point)?)))
        .collect();
    let home = facts.first("home").filter(|home| home.starts_with(b"/"));
    let home = home.map(|home| Path::new(OsStr::from_bytes(home)));
    let measured = match platform {
        Platform::Macos => macos::home_space(facts),
        Platform::Linux | Platform::Termux => home.and_then(space),
    };
    // What came before the sessions was not cut off.
    let over = facts.complete() || facts.first("tmux").is_some();
    Disks {
        home_used_percent: measured.map_or_else(
            || home_failure(facts),
            |space| Reading::Value(space.used_percent),
        ),
        home_mount: match home.map(|home| of(home, &mounts)) {
            Some(Some(mount)) => {
                let listed = counted.iter().map(|(mount, _)| *mount);
                Reading::Value(shown_name(shown(mount, listed)))
            }
            Some(None) => Reading::failed("the home lies on no known mount"),
            None => home_failure(facts),
        },
        all: if over && !spaces.is_empty() {
            Reading::Value(counted.iter().take(MOST_DISKS).map(disk).collect())
        } else {
            facts.missing()
        },
    }
}

fn home_failure<T>(facts: &Facts<'_>) -> Reading<T> {
    match facts.text("home_failed") {
        Some(code) if HUNG.contains(&code.as_str()) => Reading::failed("hung"),
        Some(_) => Reading::failed("the home cannot be entered"),
        None => facts.missing(),
    }
}

fn shown_name(point: &Path) -> String {
    name(point.as_os_str().as_bytes())
}

fn disk((mount, space): &(&Mount, Space)) -> Disk {
    Disk {
        mount: shown_name(&mount.point),
        used_bytes: space.used_bytes,
        total_bytes: space.total_bytes,
        used_percent: space.used_percent,
        inodes_used_percent: space.inodes_used_percent,
    }
}

/// A line of `stat -f -c '%s %S %b %f %a %c %d %n'`.
fn counted(line: &[u8]) -> Option<(PathBuf, Space)> {
    let mut fields = line.splitn(8, |byte| *byte == b' ');
    let mut next = || number(std::str::from_utf8(fields.next()?).ok()?);
    // Toybox names the two sizes the other way round than GNU and busybox;
    // the one that blocks are counted in is never the larger.
    let (one, other) = (next()?, next()?);
    let block = [one, other].into_iter().filter(|size| *size > 0).min()?;
    let counts = Counts {
        block,
        blocks: next()?,
        free: next()?,
        available: next()?,
        inodes: next()?,
        inodes_free: next()?,
    };
    let point = PathBuf::from(OsStr::from_bytes(fields.next()?));
    Some((point, counts.space()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_stat_is_read_by_its_smaller_block() {
        let expected = Space {
            used_bytes: 60 * 4096,
            total_bytes: 100 * 4096,
            used_percent: 66.7,
            inodes_used_percent: Some(50.0),
        };
        for line in [
            "4096 1048576 100 40 30 10 5 /a b",
            "1048576 4096 100 40 30 10 5 /a b",
        ] {
            let found = counted(line.as_bytes());
            assert_eq!(found, Some((PathBuf::from("/a b"), expected)));
        }
    }

    #[test]
    fn impossible_counts_are_none() {
        for line in [
            "",
            "4096 4096 100 40 30 10 5",
            "4096 4096 100 101 30 10 5 /",
            "4096 4096 100 40 101 10 5 /",
            "4096 4096 -100 40 30 10 5 /",
            "4096 4096 +100 40 30 10 5 /",
            "0 0 100 40 30 10 5 /",
            "4096 4096 0 0 0 0 0 /",
            "4096 4096 18446744073709551615 0 0 0 0 /",
            "1048576 1048576 1125899906842624 0 0 0 0 /",
        ] {
            assert_eq!(counted(line.as_bytes()), None, "{line}");
        }
    }
}
