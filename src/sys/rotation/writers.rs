//! Who has a file open for writing, and how.

use std::path::Path;

use super::Which;

/// A process that may write into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    /// The process; `None`: one that is not ours to see.
    pub pid: Option<u32>,
    /// Whether all it writes goes to the end, wherever that is then.
    pub appends: bool,
}

/// Who may write into a file, ourselves not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writers {
    /// Those that are known of.
    pub known: Vec<Writer>,
    /// Whether there is certainly nobody else, where nobody is known of.
    pub sure: bool,
}

/// Who may write into the file `which` that is called `path`; `None` where that
/// cannot be known. Of those of other users only root sees who they are, and
/// we notice at least that there are some, where nobody else writes. Not for
/// who has the file open for writing.
#[must_use]
pub fn of(path: &Path, which: Which) -> Option<Writers> {
    let mut known = system::writers(path, which)?;
    let hidden = if known.is_empty() {
        system::hidden(path)
    } else {
        Some(false)
    };
    if hidden == Some(true) {
        known.push(Writer {
            pid: None,
            appends: false,
        });
    }
    Some(Writers {
        known,
        sure: hidden.is_some(),
    })
}

/// The same, as far as processes are seen: for who has it open for writing.
#[must_use]
pub fn seen(path: &Path, which: Which) -> Option<Vec<Writer>> {
    system::writers(path, which)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use super::{Which, Writer};

    pub(super) fn hidden(path: &Path) -> Option<bool> {
        super::super::lease::written(path)
    }

    pub(super) fn writers(path: &Path, which: Which) -> Option<Vec<Writer>> {
        let name = path.file_name()?;
        let processes = fs::read_dir("/proc").ok()?;
        let mut writers = Vec::new();
        let here = fs::read_link("/proc/self/ns/mnt").ok();
        for process in processes.flatten() {
            let pid = process
                .file_name()
                .to_str()
                .and_then(|pid| pid.parse().ok());
            let Some(pid) = pid.filter(|pid| *pid != std::process::id()) else {
                continue;
            };
            let folder = process.path();
            // In a container the same file may have another name.
            let elsewhere = fs::read_link(folder.join("ns/mnt"))
                .is_ok_and(|there| here.as_ref() != Some(&there));
            for entry in fs::read_dir(folder.join("fd"))
                .into_iter()
                .flatten()
                .flatten()
            {
                let file = entry.path();
                // Asked by name first: looking at a file on a dead network disk
                // would hang, and what is elsewhere has another name.
                let link = fs::read_link(&file).unwrap_or_default();
                let leads = |link: &Path| link.file_name().is_some_and(|last| same(last, name));
                let may_be = leads(&link) || (elsewhere && link.is_absolute());
                if !may_be {
                    continue;
                }
                let it = fs::metadata(&file)
                    .is_ok_and(|meta| (meta.dev(), meta.ino()) == (which.dev, which.inode));
                let flags = || flags(&folder.join("fdinfo").join(entry.file_name()));
                if it && let Some(appends) = flags().and_then(super::appends) {
                    writers.push(Writer {
                        pid: Some(pid),
                        appends,
                    });
                }
            }
            if maps(&folder, name, which) {
                writers.push(Writer {
                    pid: Some(pid),
                    appends: false,
                });
            }
        }
        Some(writers)
    }

    fn same(last: &OsStr, name: &OsStr) -> bool {
        last == name
            || last
                .as_bytes()
                .strip_suffix(b" (deleted)")
                .is_some_and(|last| last == name.as_bytes())
    }

    fn flags(fdinfo: &Path) -> Option<u32> {
        super::flags(&fs::read_to_string(fdinfo).ok()?)
    }

    /// Whether the process writes into the file by memory that it shares.
    fn maps(folder: &Path, name: &OsStr, which: Which) -> bool {
        let maps = fs::read(folder.join("maps")).unwrap_or_default();
        super::maps_for_writing(&maps, name.as_bytes(), which.inode)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::ffi::OsString;
    use std::path::Path;
    use std::time::Duration;

    use super::{Which, Writer};
    use crate::sys::process;

    /// It is in the system's own folder on macOS.
    const LSOF: &[&str] = &["/usr/sbin/lsof", "/usr/bin/lsof"];
    const LIMIT: Duration = Duration::from_secs(20);

    /// Nothing tells of those we do not see.
    pub(super) fn hidden(_: &Path) -> Option<bool> {
        None
    }

    pub(super) fn writers(path: &Path, _: Which) -> Option<Vec<Writer>> {
        let lsof = LSOF.iter().map(Path::new).find(|path| path.exists())?;
        let mut arguments: Vec<OsString> = ["-w", "-n", "-P", "-F", "pfa", "--"]
            .map(OsString::from)
            .to_vec();
        arguments.push(path.into());
        let ended = process::run(lsof, &arguments, &[], LIMIT).ok()?;
        Some(super::lsof(
            &String::from_utf8_lossy(&ended.stdout),
            std::process::id(),
        ))
    }
}

/// The flags of an open file, from its `fdinfo` (`proc_pid_fdinfo(5)`): octal.
#[cfg(any(target_os = "linux", target_os = "android", test))]
fn flags(fdinfo: &str) -> Option<u32> {
    let flags = fdinfo
        .lines()
        .find_map(|line| line.strip_prefix("flags:"))?;
    u32::from_str_radix(flags.trim(), 8).ok()
}

/// Whether what was opened with `flags` is written at its end; `None`: it is
/// not written at all.
#[cfg(any(target_os = "linux", target_os = "android", test))]
fn appends(flags: u32) -> Option<bool> {
    let flags = rustix::fs::OFlags::from_bits_retain(flags);
    let mode = flags & rustix::fs::OFlags::RWMODE;
    (mode != rustix::fs::OFlags::RDONLY).then(|| flags.contains(rustix::fs::OFlags::APPEND))
}

/// Whether a process with these `maps` (`proc_pid_maps(5)`) shares memory with
/// the file of that name and inode, and may write to it:
///
/// ```text
/// 7f00-7f10 rw-s 00000000 fe:00 1234    /var/log/app.log
/// ```
#[cfg(any(target_os = "linux", target_os = "android", test))]
fn maps_for_writing(maps: &[u8], name: &[u8], inode: u64) -> bool {
    maps.split(|byte| *byte == b'\n').any(|line| {
        if !line.windows(name.len().max(1)).any(|part| part == name) {
            return false;
        }
        let line = String::from_utf8_lossy(line);
        let mut fields = line.split_ascii_whitespace().skip(1);
        let rights = fields.next().unwrap_or_default();
        let shared = rights.contains('w') && rights.ends_with('s');
        shared && fields.nth(2).and_then(|text| text.parse().ok()) == Some(inode)
    })
}

/// Who writes by `lsof -F pfa`: `p` a process, then for each of its files `f`
/// and `a`, which is `r`, `w` or `u` (both).
#[cfg(any(not(any(target_os = "linux", target_os = "android")), test))]
fn lsof(text: &str, ourselves: u32) -> Vec<Writer> {
    let mut writers = Vec::new();
    let mut process = None;
    for line in text.lines() {
        if let Some(pid) = line.strip_prefix('p') {
            process = pid.parse().ok().filter(|pid| *pid != ourselves);
        } else if let (Some(pid), "aw" | "au") = (process, line) {
            writers.push(Writer {
                pid: Some(pid),
                appends: false,
            });
        }
    }
    writers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_tell_who_writes_and_where() {
        let fdinfo = "pos:\t0\nflags:\t0102001\nmnt_id:\t25\n";
        assert_eq!(flags(fdinfo).and_then(appends), Some(true));
        assert_eq!(flags("flags:\t0100002\n").and_then(appends), Some(false));
        assert_eq!(flags("flags:\t0102000\n").and_then(appends), None);
        assert_eq!(flags("pos: 1\n"), None);
    }

    #[test]
    fn shared_memory_writes_too() {
        let line = |rights: &str, inode: &str| {
            format!("7f00-7f10 {rights} 00000000 fe:00 {inode} /x/app.log\n").into_bytes()
        };
        assert!(maps_for_writing(&line("rw-s", "12"), b"app.log", 12));
        assert!(!maps_for_writing(&line("rw-p", "12"), b"app.log", 12));
        assert!(!maps_for_writing(&line("r--s", "12"), b"app.log", 12));
        assert!(!maps_for_writing(&line("rw-s", "13"), b"app.log", 12));
    }

    #[test]
    fn lsof_names_processes_and_how_they_opened_it() {
        let said = "p12\nf3\naw\np13\nf4\nar\np14\nf5\nau\np15\nf1\naw\n";
        let pids: Vec<u32> = lsof(said, 15)
            .iter()
            .filter_map(|writer| writer.pid)
            .collect();
        assert_eq!(pids, [12, 14]);
        assert_eq!(lsof("", 1), []);
    }
}
