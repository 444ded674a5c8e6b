//! Which mounted file systems count: local, writable, each device once.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

/// A line of the mount table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted: equal for two mounts of the same device.
    pub device: String,
    /// Where.
    pub point: PathBuf,
    /// Type of the file system.
    pub kind: String,
    /// Whether nothing can be written.
    pub read_only: bool,
}

/// Types whose server can be away, so that asking about them can hang.
pub const NETWORK: &[&str] = &[
    "9p",
    "acfs",
    "afpfs",
    "afs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "fuse",
    "gfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "macfuse",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "osxfuse",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
    "webdav",
];

/// Types that hold no data of anybody: views of the kernel, and images that
/// are always full.
pub const PSEUDO: &[&str] = &[
    "autofs",
    "binder",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "cramfs",
    "debugfs",
    "devfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "erofs",
    "functionfs",
    "fusectl",
    "hugetlbfs",
    "iso9660",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "ramfs",
    "romfs",
    "rootfs",
    "rpc_pipefs",
    "sdcardfs",
    "securityfs",
    "selinuxfs",
    "squashfs",
    "sysfs",
    "tracefs",
    "udf",
];

impl Mount {
    /// Whether its server can be away. All of FUSE counts: it is a program
    /// that may hang; `fuseblk` is a disk.
    #[must_use]
    pub fn network(&self) -> bool {
        NETWORK.contains(&self.kind.as_str()) || self.kind.starts_with("fuse.")
    }

    /// Whether people's data can be written there, on this machine's own storage.
    ///
    /// What is mounted inside the kernel's views belongs to them. An overlay shows its upper file system's space, so it counts
    /// only as a machine's root (a container).
    fn counts(&self) -> bool {
        let nested_overlay = self.kind == "overlay" && self.point != Path::new("/");
        let kernels = ["/proc", "/sys"]
            .iter()
            .any(|folder| self.point.starts_with(folder));
        !self.read_only
            && !self.network()
            && !PSEUDO.contains(&self.kind.as_str())
            && !nested_overlay
            && !kernels
    }
}

/// The mounts that count, each device once at its shortest mount point, in
/// the order of their mount points. `folder` tells whether a local mount
/// point is one: containers mount single files.
#[must_use]
pub fn local(mounts: &[Mount], folder: impl Fn(&Path) -> bool) -> Vec<&Mount> {
    let mut kept: Vec<&Mount> = Vec::new();
    for mount in mounts
        .iter()
        .filter(|mount| mount.counts() && visible(mount, mounts) && folder(&mount.point))
    {
        match kept.iter_mut().find(|other| other.device == mount.device) {
            Some(other) if length(mount) < length(other) => *other = mount,
            Some(_) => {}
            None => kept.push(mount),
        }
    }
    kept.sort_by(|a, b| a.point.cmp(&b.point));
    kept
}

/// `mounts` with a root: where `/` is no mount point of its own (chroot,
/// proot) the table leaves it out, and the home lies there all the same.
#[must_use]
pub fn with_root(mut mounts: Vec<Mount>) -> Vec<Mount> {
    let root = Path::new("/");
    if mounts.iter().all(|mount| mount.point != root) {
        let (device, kind) = ("root".to_owned(), "unknown".to_owned());
        mounts.insert(
            0,
            Mount {
                device,
                point: root.to_owned(),
                kind,
                read_only: false,
            },
        );
    }
    mounts
}

/// Whether no later mount covers the same point.
fn visible(mount: &Mount, mounts: &[Mount]) -> bool {
    mounts
        .iter()
        .rfind(|other| other.point == mount.point)
        .is_some_and(|last| last == mount)
}

/// The points within `mount` at which its device is mounted once more, without
/// those that lie beneath something else, and those at which something else is.
#[must_use]
pub fn within(mount: &Mount, mounts: &[Mount]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let within = mounts.iter().filter(|one| {
        one.point != mount.point && one.point.starts_with(&mount.point) && visible(one, mounts)
    });
    let (mut own, others): (Vec<&Mount>, Vec<&Mount>) =
        within.partition(|one| one.device == mount.device);
    own.retain(|one| {
        let above = |other: &&Mount| one.point.starts_with(&other.point);
        !others.iter().any(above)
    });
    let points = |mounts: Vec<&Mount>| mounts.into_iter().map(|one| one.point.clone()).collect();
    (points(own), points(others))
}

/// Whether the way to `point` leads through a mount whose server can be away,
/// other than the root.
#[must_use]
pub fn beyond_network(point: &Path, mounts: &[Mount]) -> bool {
    mounts.iter().any(|mount| {
        let above = mount.point != point && point.starts_with(&mount.point);
        above && mount.network() && mount.point != Path::new("/")
    })
}

fn length(mount: &Mount) -> usize {
    mount.point.as_os_str().len()
}

/// The mount that `path` (absolute, links resolved) lies on.
#[must_use]
pub fn of<'a>(path: &Path, mounts: &'a [Mount]) -> Option<&'a Mount> {
    // Of mounts on the same point the last one is on top; max_by_key keeps the last.
    mounts
        .iter()
        .filter(|mount| path.starts_with(&mount.point))
        .max_by_key(|mount| length(mount))
}

/// Where `mount` is shown: a device is listed under its shortest mount point,
/// which need not be the one in question.
#[must_use]
pub fn shown<'a>(mount: &'a Mount, listed: impl IntoIterator<Item = &'a Mount>) -> &'a Path {
    listed
        .into_iter()
        .find(|other| other.device == mount.device)
        .map_or(&mount.point, |other| &other.point)
}

/// What the volumes of one APFS container have in common: they share its
/// space, so `disk3s1` and `disk3s5` are the same device.
#[must_use]
pub fn container(device: &str) -> String {
    let Some((before, after)) = device.split_once("disk") else {
        return device.to_owned();
    };
    let digits = after
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(after.len());
    format!("{before}disk{}", after.get(..digits).unwrap_or(after))
}

/// Reads `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`):
///
/// ```text
/// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
/// ```
/// Lines that do not look so are skipped.
#[must_use]
pub fn parse_mountinfo(table: &[u8]) -> Vec<Mount> {
    table
        .split(|byte| *byte == b'\n')
        .filter_map(parse_line)
        .collect()
}

fn parse_line(line: &[u8]) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let dash = fields.iter().position(|field| *field == b"-")?;
    let text = |at: usize| {
        fields
            .get(at)
            .map(|field| String::from_utf8_lossy(field).into_owned())
    };
    let source = text(dash + 2)?;
    let read_only = |options: String| options.split(',').any(|option| option == "ro");
    // btrfs gives each subvolume a number of its own: there the source names the device.
    let device = if source.starts_with("/dev/") {
        source
    } else {
        text(2)?
    };
    Some(Mount {
        device,
        point: PathBuf::from(OsString::from_vec(unescape(fields.get(4)?))),
        kind: text(dash + 1)?,
        read_only: read_only(text(5)?) || read_only(text(dash + 3).unwrap_or_default()),
    })
}

/// Undoes the kernel's `\040` for a space, and the like.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        let octal = (byte == b'\\')
            .then(|| after.get(..3))
            .flatten()
            .and_then(octal);
        match octal {
            Some(value) => {
                bytes.push(value);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    bytes
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLE: &[u8] = b"22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=1k
25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw
26 24 0:24 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
28 27 0:25 / /snap/x ro,nosuid - squashfs /dev/loop1 ro
29 27 254:0 /data /srv/data rw - ext4 /dev/vda rw
31 27 0:40 / /mnt/my\\040disk rw master:1 - xfs /dev/sdb1 rw
32 27 0:41 / /net/home rw - nfs4 server:/home rw
33 27 0:42 / /var/lib/docker/overlay2/a/merged rw - overlay overlay rw
34 27 0:44 / /backup rw - ext4 /dev/sdc1 ro,errors=remount-ro
35 27 0:50 /@home /home rw - btrfs /dev/sdd1 rw
36 27 0:51 /@var /var rw - btrfs /dev/sdd1 rw
not a mount line
";

    #[test]
    fn only_local_writable_file_systems_count_each_device_once() {
        let mounts = parse_mountinfo(TABLE);
        let points: Vec<_> = local(&mounts, |_| true)
            .iter()
            .map(|mount| mount.point.display().to_string())
            .collect();
        assert_eq!(points, ["/", "/dev/shm", "/mnt/my disk", "/var"]);
    }

    #[test]
    fn a_path_lies_on_the_longest_mount_that_holds_it() {
        let mounts = parse_mountinfo(TABLE);
        let point = |path: &str| of(Path::new(path), &mounts).map(|mount| mount.point.clone());
        assert_eq!(point("/net/home/me"), Some(PathBuf::from("/net/home")));
        assert_eq!(point("/net/homely"), Some(PathBuf::from("/")));
        assert!(of(Path::new("/net/home/me"), &mounts).is_some_and(Mount::network));
        assert_eq!(of(Path::new("/x"), &[]), None);
    }

    #[test]
    fn a_table_without_a_root_gets_one() {
        let rooted = with_root(parse_mountinfo(TABLE));
        assert_eq!(rooted, parse_mountinfo(TABLE));
        let chroot = with_root(parse_mountinfo(b"1 1 0:5 / /proc rw - proc proc rw\n"));
        assert_eq!(local(&chroot, |_| true).len(), 1);
    }

    #[test]
    fn a_mount_that_another_covers_is_not_there() {
        let table = b"1 1 8:1 / /a rw - ext4 /dev/sda1 rw\n2 1 0:9 / /a rw - tmpfs t rw\n";
        let mounts = parse_mountinfo(table);
        let kinds: Vec<_> = local(&mounts, |_| true)
            .iter()
            .map(|mount| mount.kind.as_str())
            .collect();
        assert_eq!(kinds, ["tmpfs"]);
    }

    #[test]
    fn what_is_mounted_within_is_its_own_or_something_else() {
        let table = b"1 0 8:1 / / rw - btrfs /dev/sda1 rw
2 1 0:9 /@home /home rw - btrfs /dev/sda1 rw
3 1 0:8 / /net rw - nfs4 server:/ rw
4 3 0:7 / /net/bound rw - btrfs /dev/sda1 rw
5 3 8:2 / /net/disk rw - ext4 /dev/sdb1 rw
6 1 0:9 /@home /twice rw - btrfs /dev/sda1 rw
7 6 0:5 / /twice rw - fuse x rw
8 1 0:9 /@home /network rw - btrfs /dev/sda1 rw
";
        let mounts = parse_mountinfo(table);
        let words = |points: &[PathBuf]| {
            let words = points.iter().map(|point| point.display().to_string());
            words.collect::<Vec<_>>()
        };
        let (own, others) = within(&mounts[0], &mounts);
        assert_eq!(words(&own), ["/home", "/network"]);
        assert_eq!(words(&others), ["/net", "/net/disk", "/twice"]);
        assert_eq!(within(&mounts[1], &mounts), (Vec::new(), Vec::new()));
        let beyond = |point: &str| beyond_network(Path::new(point), &mounts);
        assert!(beyond("/net/disk") && !beyond("/net") && !beyond("/network") && !beyond("/home"));
        let root = parse_mountinfo(b"1 0 0:1 / / rw - virtiofs root rw\n");
        assert!(!beyond_network(Path::new("/data"), &root));
    }

    #[test]
    fn volumes_of_one_container_are_one_device() {
        assert_eq!(container("/dev/disk3s1s1"), "/dev/disk3");
        assert_eq!(container("/dev/disk3"), "/dev/disk3");
        assert_eq!(container("devfs"), "devfs");
    }

    proptest! {
        #[test]
        fn any_table_is_survived(table: Vec<u8>) {
            let mounts = parse_mountinfo(&table);
            prop_assert!(local(&mounts, |_| true).len() <= mounts.len());
        }

        #[test]
        fn an_escaped_name_comes_back(name in "[ -~]{1,20}") {
            let escaped = name.bytes().fold(String::new(), |all, byte| format!("{all}\\{byte:03o}"));
            prop_assert_eq!(unescape(escaped.as_bytes()), name.into_bytes());
        }
    }
}
