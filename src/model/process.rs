//! Processes as the system tells of them, and what Linux tells in `/proc/PID`,
//! read from bytes: a process may call itself anything.

use super::proc::number;

/// One process and no other: its id alone is given to somebody else one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Its process id, at least 1.
    pub pid: u32,
    /// When it started: clock ticks since boot on Linux and Android, Unix
    /// seconds on macOS. Compared; only `sys::processes::age` reads it as a time.
    pub started: u64,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It runs, or sleeps until something happens.
    Alive,
    /// It was stopped and waits to be continued (SIGSTOP, a debugger).
    Stopped,
    /// It has ended, and its parent has not asked how.
    Zombie,
}

/// What is known of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Which one it is.
    pub identity: Identity,
    /// The user who owns it, by real user id.
    pub uid: u32,
    /// What it does.
    pub condition: Condition,
    /// The name it goes by, which it may choose itself; Linux keeps 15 bytes.
    pub name: String,
    /// The file it runs, without its folder; `None` where we may not know.
    /// A file that was replaced since keeps its name.
    pub program: Option<String>,
    /// The arguments it was started with, or what it wrote over them.
    pub arguments: Vec<String>,
    /// Its parent's process id; 0 where that is not ours to see.
    pub parent: u32,
}

/// What `/proc/PID/stat` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// The process.
    pub identity: Identity,
    /// The name it goes by.
    pub name: String,
    /// What it does. A first thread that ended before the others is no zombie.
    pub condition: Condition,
    /// Its parent.
    pub parent: u32,
}

/// Reads `/proc/PID/stat`: `PID (NAME) STATE PPID …`, where NAME may hold
/// parentheses, spaces and newlines (`proc_pid_stat(5)`).
#[must_use]
pub fn stat(bytes: &[u8]) -> Option<Stat> {
    let text = String::from_utf8_lossy(bytes);
    let (pid, rest) = text.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    // Fields from the third on.
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let field = |number_of: usize| fields.get(number_of.checked_sub(3)?).copied();
    let threads = number(field(20)?)?;
    let condition = match field(3)? {
        "Z" | "X" | "x" if threads <= 1 => Condition::Zombie,
        "T" | "t" => Condition::Stopped,
        letter if letter.len() == 1 => Condition::Alive,
        _ => return None,
    };
    let pid = u32::try_from(number(pid)?).ok().filter(|pid| *pid > 0)?;
    Some(Stat {
        identity: Identity {
            pid,
            started: number(field(22)?)?,
        },
        name: name.to_owned(),
        condition,
        parent: u32::try_from(number(field(4)?)?).ok()?,
    })
}

/// The real user id in `/proc/PID/status`.
#[must_use]
pub fn real_uid(bytes: &[u8]) -> Option<u32> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    u32::try_from(number(line.split_ascii_whitespace().next()?)?).ok()
}

/// The arguments in `/proc/PID/cmdline`, each ended by a NUL; none of a zombie.
#[must_use]
pub fn arguments(bytes: &[u8]) -> Vec<String> {
    let whole = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    if whole.is_empty() {
        return Vec::new();
    }
    let words = whole.split(|byte| *byte == 0);
    words
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// The file's name in what `/proc/PID/exe` leads to: the kernel marks one
/// that was replaced or removed.
#[must_use]
pub fn program(exe: &str) -> Option<String> {
    let exe = exe.strip_suffix(" (deleted)").unwrap_or(exe);
    let name = exe.rsplit('/').next().filter(|name| !name.is_empty())?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(name: &str, state: &str, threads: u32) -> String {
        format!("42 ({name}) {state} 7 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 {threads} 0 9988 1 2\n")
    }

    #[test]
    fn a_name_that_looks_like_the_rest_of_the_line_is_only_a_name() {
        let name = "a) Z 1 (b\nc";
        let stat = stat(line(name, "S", 3).as_bytes()).unwrap();
        assert_eq!(stat.name, name);
        let identity = Identity {
            pid: 42,
            started: 9988,
        };
        assert_eq!((stat.identity, stat.parent), (identity, 7));
        assert_eq!(stat.condition, Condition::Alive);
    }

    #[test]
    fn only_the_last_threads_end_makes_a_zombie() {
        let condition =
            |state, threads| stat(line("x", state, threads).as_bytes()).map(|stat| stat.condition);
        assert_eq!(condition("Z", 1), Some(Condition::Zombie));
        assert_eq!(condition("Z", 2), Some(Condition::Alive));
        assert_eq!(condition("T", 1), Some(Condition::Stopped));
        assert_eq!(condition("ZZ", 1), None);
    }

    #[test]
    fn garbage_is_no_process() {
        for text in ["", "42", "42 (x", "42 (x) S 7", "-1 (x) S 7 1", "0 (x) S 7"] {
            assert_eq!(stat(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(
            stat(line("x", "S", 1).replace("42 ", "0 ").as_bytes()),
            None
        );
        assert_eq!(
            stat(line("x", "S", 1).replace("9988", "soon").as_bytes()),
            None
        );
    }

    #[test]
    fn owner_arguments_and_program_are_read() {
        let status = b"Name:\tUid: 5\nState:\tS\nUid:\t1000\t0\t0\t0\n";
        assert_eq!(real_uid(status), Some(1000));
        assert_eq!(real_uid(b"Uid:\t-1\n"), None);
        assert_eq!(real_uid(b"Gid:\t1\n"), None);
        assert_eq!(arguments(b"tmux\0\0-L\0x y\0"), ["tmux", "", "-L", "x y"]);
        assert_eq!(arguments(b"no end"), ["no end"]);
        assert_eq!(arguments(b""), [] as [&str; 0]);
        assert_eq!(program("/usr/bin/tmux (deleted)").as_deref(), Some("tmux"));
        assert_eq!(program("/"), None);
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (stat(&bytes), real_uid(&bytes), arguments(&bytes));
        }

        #[test]
        fn any_name_is_found_whole(name in "[ -~\n]{0,15}") {
            prop_assert_eq!(stat(line(&name, "R", 1).as_bytes()).map(|stat| stat.name), Some(name));
        }
    }
}
