//! What macOS's own programs say in an answer.

use std::path::{Path, PathBuf};

use super::facts::{Facts, load, seconds};
use super::space::{Counts, Space};
use crate::model::mount::{Mount, container};
use crate::model::proc::number;
use crate::model::vm_stat;

/// The volume that people's data lies on; Finder hides it as it hides the
/// system's own volumes.
const DATA: &str = "/System/Volumes/Data";

/// A line `NAME: VALUE` of `sysctl`.
fn sysctl(facts: &Facts<'_>, name: &str) -> Option<String> {
    let text = facts.joined("sysctl")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.strip_prefix(": ")?.trim().to_owned())
}

/// The id of this boot's session, else the second of the boot.
pub(super) fn boot_id(facts: &Facts<'_>) -> Option<String> {
    sysctl(facts, "kern.bootsessionuuid").or_else(|| boot_second(facts).map(|at| at.to_string()))
}

/// `{ sec = 1700000000, usec = 0 } Tue Nov 14 …`.
fn boot_second(facts: &Facts<'_>) -> Option<u64> {
    let text = sysctl(facts, "kern.boottime")?;
    let (_, after) = text.split_once("sec = ")?;
    number(after.split(',').next()?)
}

/// Seconds since boot, by the clock of the machine itself.
pub(super) fn uptime(facts: &Facts<'_>) -> Option<u64> {
    let now = number(&facts.text("now")?)?;
    seconds(&now.checked_sub(boot_second(facts)?)?.to_string())
}

/// `{ 1.52 1.61 1.70 }`.
pub(super) fn load_average(facts: &Facts<'_>) -> Option<f64> {
    let text = sysctl(facts, "vm.loadavg")?;
    load(text.trim_start_matches(['{', ' ']).split(' ').next()?)
}

/// Memory in all and available, in bytes.
pub(super) fn memory(facts: &Facts<'_>) -> Option<(u64, u64)> {
    let total = number(&sysctl(facts, "hw.memsize")?)?;
    let available = vm_stat::available(&facts.joined("vm_stat")?)?;
    Some((total, available))
}

/// Lines of `mount`, such as
/// `/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)`.
pub(super) fn mounts(facts: &Facts<'_>) -> Vec<Mount> {
    facts
        .all("mounted")
        .filter_map(|line| mounted(&String::from_utf8_lossy(line)))
        .collect()
}

fn mounted(line: &str) -> Option<Mount> {
    let (named, options) = line.strip_suffix(')')?.rsplit_once(" (")?;
    let at = named.find(" on /")?;
    let (device, point) = (named.get(..at)?, named.get(at + " on ".len()..)?);
    let mut words = options.split(", ");
    let kind = words.next()?.to_owned();
    let options: Vec<&str> = words.collect();
    if options.contains(&"nobrowse") && point != DATA {
        return None;
    }
    Some(Mount {
        device: container(device),
        point: PathBuf::from(point),
        kind,
        read_only: options.contains(&"read-only"),
    })
}

/// Lines of `df -kl`.
pub(super) fn spaces(facts: &Facts<'_>) -> Vec<(PathBuf, Space)> {
    facts
        .all("df")
        .filter_map(|line| counted(&String::from_utf8_lossy(line)))
        .collect()
}

/// The line of `df -k` about the home.
pub(super) fn home_space(facts: &Facts<'_>) -> Option<Space> {
    Some(counted(&facts.text("home_df")?)?.1)
}

/// ```text
/// Filesystem 1024-blocks Used Available Capacity iused ifree %iused Mounted on
/// ```
/// The first and the last column may hold spaces; some versions leave the
/// three columns of inodes out.
fn counted(line: &str) -> Option<(PathBuf, Space)> {
    let (sizes, rest) = line.split_once('%')?;
    let mut sizes = sizes.split_whitespace().rev();
    number(sizes.next()?)?;
    let available = number(sizes.next()?)?;
    number(sizes.next()?)?;
    let blocks = number(sizes.next()?)?;
    let (inodes, point) = match inodes(rest) {
        Some((used, free, point)) => ((used.checked_add(free)?, free), point),
        None => ((0, 0), rest.trim_start()),
    };
    let counts = Counts {
        block: 1024,
        blocks,
        // The column "used" is one volume's alone; all volumes of a container
        // share its space, and what is not available is used.
        free: available,
        available,
        inodes: inodes.0,
        inodes_free: inodes.1,
    };
    let point = Path::new(point);
    point
        .is_absolute()
        .then_some((point.to_owned(), counts.space()?))
}

/// Inodes used and free, and what stands behind their columns.
fn inodes(text: &str) -> Option<(u64, u64, &str)> {
    let (used, rest) = text.trim_start().split_once(' ')?;
    let (free, rest) = rest.trim_start().split_once(' ')?;
    let (share, rest) = rest.trim_start().split_once(' ')?;
    share.strip_suffix('%')?;
    Some((number(used)?, number(free)?, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn df_is_read_with_and_without_inodes() {
        let (point, space) =
            counted("/dev/disk3s5 1000 300 400 43% 10 30 25%   /Volumes/My Disk").unwrap();
        assert_eq!(point, Path::new("/Volumes/My Disk"));
        assert_eq!((space.used_bytes, space.total_bytes), (614_400, 1_024_000));
        assert_eq!(
            (space.used_percent, space.inodes_used_percent),
            (60.0, Some(25.0))
        );
        let (point, space) = counted("map x 1000 300 400 43% /a").unwrap();
        assert_eq!(
            (point.to_str(), space.inodes_used_percent),
            (Some("/a"), None)
        );
        for bad in [
            "",
            "Filesystem 1024-blocks Used Available Capacity iused ifree %iused  Mounted on",
            "devfs 0 0 0 100% 690 0 100% /dev",
            "/dev/x 10 5 11 1% /a",
            "/dev/x 10 5 5 50% a",
        ] {
            assert_eq!(counted(bad), None, "{bad}");
        }
    }

    #[test]
    fn mount_is_read_and_hidden_volumes_are_left_out_but_for_the_data() {
        let root = mounted("/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)");
        assert!(root.is_some_and(|root| root.read_only && root.device == "/dev/disk3"));
        let data = "/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)";
        assert_eq!(mounted(data).unwrap().device, "/dev/disk3");
        let hidden = "/dev/disk3s6 on /System/Volumes/VM (apfs, local, nobrowse)";
        assert_eq!(mounted(hidden), None);
        assert_eq!(
            mounted("//me@nas/a on /Volumes/a b (smbfs, nodev)")
                .unwrap()
                .kind,
            "smbfs"
        );
        assert_eq!(mounted("map x on"), None);
    }
}
