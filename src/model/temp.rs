//! Temporary files: what stands at a name, why something is left alone, and
//! what is in use by the system's own lists, read from bytes.

use std::collections::HashSet;

/// One file of one file system, whatever it is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inode {
    /// The file system's device.
    pub device: u64,
    /// Its number there.
    pub number: u64,
}

/// What kind of thing stands at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A socket, FIFO or device.
    Special,
}

/// What stands at a name, its links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Which one it is.
    pub inode: Inode,
    /// Its owner.
    pub uid: u32,
    /// Its kind.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// When it last changed, Unix seconds.
    pub modified: i64,
    /// When it was last read.
    pub read: i64,
    /// When anything about it last changed, its name included.
    pub changed: i64,
    /// Bytes that it takes.
    pub bytes: u64,
    /// Its names.
    pub links: u64,
}

impl Entry {
    /// The newest of the times that tell its age. A folder's reading time is
    /// moved by our own looking; the time of its last change of state is moved
    /// by renames and by archives that bring old files back.
    #[must_use]
    pub fn newest(&self) -> i64 {
        match self.kind {
            Kind::File => self.modified.max(self.read),
            _ => self.modified,
        }
    }
}

/// Why something old is left where it is, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// A home, `/`, the working folder or Mamori's own files, or what holds them.
    Ours,
    /// Another file system or another mount.
    Mount,
    /// Somebody else's.
    Foreign,
    /// A socket, FIFO or device.
    Special,
    /// A process has it open or mapped, or works in it.
    InUse,
    /// Somebody holds a lock on it, or it names a process that lives.
    Locked,
    /// Folders in folders beyond what is gone into.
    Deep,
    /// More entries than are looked at.
    Many,
    /// It may not be looked into.
    Unreadable,
    /// It changed while it was looked at.
    Changing,
    /// It was written to after it had been moved to the trash.
    Written,
    /// A person brought it back from the trash.
    BroughtBack,
}

impl Obstacle {
    /// In the words of `2 left: 1 in use, 1 another user's`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ours => "with Mamori's own files, a home or the working folder in it",
            Self::Mount => "on another mount",
            Self::Foreign => "another user's",
            Self::Special => "with a socket, pipe or device",
            Self::InUse => "in use",
            Self::Locked => "locked",
            Self::Deep => "too deep",
            Self::Many => "too large to look through",
            Self::Unreadable => "not ours to read",
            Self::Changing => "changing right now",
            Self::Written => "written to since",
            Self::BroughtBack => "brought back from the trash",
        }
    }
}

/// A file, or a folder with everything in it: what goes or stays as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// What stands at its name.
    pub entry: Entry,
    /// What is in it that is no folder; 1 for a file.
    pub files: u64,
    /// The same with the folders.
    pub entries: u64,
    /// Bytes that it takes.
    pub bytes: u64,
    /// Why it is left alone, if it is.
    pub obstacle: Option<Obstacle>,
}

/// What came of a look at a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Something in it is not old yet.
    Young,
    /// Everything in it is old.
    Old(Unit),
}

/// The files that `lsof -F Di` lists: `D0x1000004` names the device of the
/// `i` that follows, and a new `p` or `f` begins another file.
#[must_use]
pub fn listed(bytes: &[u8]) -> HashSet<Inode> {
    let mut found = HashSet::new();
    let mut device = None;
    for line in bytes.split(|&byte| byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let mut characters = line.chars();
        let field = characters.next();
        let value = characters.as_str();
        match field {
            Some('D') => {
                let digits = value.strip_prefix("0x").unwrap_or(value);
                device = u64::from_str_radix(digits, 16).ok();
            }
            Some('i') => {
                if let (Some(device), Ok(number)) = (device, value.parse()) {
                    found.insert(Inode { device, number });
                }
            }
            _ => device = None,
        }
    }
    found
}

/// A file by the kernel's own numbers: major, minor, inode.
pub type Numbered = (u32, u32, u64);

/// The files with locks in `/proc/locks`, those of waiters included:
///
/// ```text
/// 1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF
/// 1: -> FLOCK  ADVISORY  WRITE 1235 fe:00:5678 0 EOF
/// ```
#[must_use]
pub fn locked(text: &str) -> HashSet<Numbered> {
    let files = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.find_map(|word| {
            let (device, number) = word.rsplit_once(':')?;
            numbered(device, number)
        })
    });
    files.collect()
}

/// A line of `/proc/PID/maps`: its file and the file's path.
///
/// ```text
/// 7f0e8c000000-7f0e8c021000 r--p 00000000 fe:00 5678    /usr/lib/libc.so.6
/// ```
#[must_use]
pub fn mapped(line: &[u8]) -> Option<(Numbered, &[u8])> {
    let mut fields = line.split(|&byte| byte == b' ');
    let device = str::from_utf8(fields.nth(3)?).ok()?;
    let number = str::from_utf8(fields.next()?).ok()?;
    let file = numbered(device, number).filter(|(_, _, number)| *number != 0)?;
    let at = line.iter().position(|&byte| byte == b'/')?;
    Some((file, line.get(at..)?))
}

fn numbered(device: &str, number: &str) -> Option<Numbered> {
    let (major, minor) = device.split_once(':')?;
    Some((
        u32::from_str_radix(major, 16).ok()?,
        u32::from_str_radix(minor, 16).ok()?,
        number.parse().ok()?,
    ))
}

/// The process that a lock or pid file's content or a lock link's target
/// names: the first number of a file (`123\n`, `pid=123`), the last of a link
/// (`host-123`, `127.0.1.1:+123`, `ann@host.123:1700000000` all try theirs).
#[must_use]
pub fn named_pids(text: &str) -> Vec<u32> {
    const MOST: u32 = 1 << 22;
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let pids = numbers.filter_map(|number| number.parse().ok());
    pids.filter(|pid| (2..=MOST).contains(pid))
        .take(8)
        .collect()
}

/// Whether a name is that of a lock or pid file.
#[must_use]
pub fn names_a_process(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("lock")
        || name.contains("pid")
        || name.starts_with("lck")
        || name.starts_with(".#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lsof_names_device_and_inode() {
        let text = b"p12\nfcwd\nD0x1000004\ni77\nf3\ni9\nftxt\nD0x1000004\ni78\np13\nf1\nD0x5\n";
        let inode = |number| Inode {
            device: 0x0100_0004,
            number,
        };
        assert_eq!(listed(text), HashSet::from([inode(77), inode(78)]));
    }

    #[test]
    fn every_kind_of_lock_counts() {
        let text = "1: POSIX  ADVISORY  WRITE 7 fe:00:55 0 EOF\n\
            1: -> FLOCK  ADVISORY  WRITE 8 fe:00:55 0 EOF\n\
            2: OFDLCK ADVISORY  READ -1 00:1f:9 0 EOF\n3: LEASE  ACTIVE    READ 4 08:0a:3 0 EOF\nbroken\n";
        let expected = HashSet::from([(0xfe, 0, 55), (0, 0x1f, 9), (8, 10, 3)]);
        assert_eq!(locked(text), expected);
    }

    #[test]
    fn a_mapping_without_a_file_is_none() {
        let line = b"7f-8f r--p 00000000 fe:00 5678    /usr/a b (deleted)";
        let path = &b"/usr/a b (deleted)"[..];
        assert_eq!(mapped(line), Some(((0xfe, 0, 5678), path)));
        assert_eq!(mapped(b"7f-8f rw-p 00000000 00:00 0    [heap]"), None);
        assert_eq!(mapped(b""), None);
    }

    #[test]
    fn a_lock_names_its_process() {
        assert_eq!(named_pids("      1234\n"), [1234]);
        assert_eq!(named_pids("127.0.1.1:+4321"), [127, 4321]);
        assert!(named_pids("0 1 99999999999").is_empty());
        assert!(names_a_process("SingletonLock") && names_a_process("app.PID"));
        assert!(!names_a_process("claude-1"));
    }

    #[test]
    fn a_folders_reading_time_does_not_make_it_young() {
        let mut entry = Entry {
            inode: Inode::default(),
            uid: 0,
            kind: Kind::File,
            mode: 0,
            modified: 5,
            read: 9,
            changed: 9,
            bytes: 0,
            links: 1,
        };
        assert_eq!(entry.newest(), 9);
        entry.kind = Kind::Folder;
        assert_eq!(entry.newest(), 5);
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = listed(&bytes);
            let _ = mapped(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            let _ = (locked(&text), named_pids(&text));
        }
    }
}
