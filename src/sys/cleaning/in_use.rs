//! What processes have open or mapped, run, or work in.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::model::temp::Inode;
use crate::sys::surroundings::Surroundings;

/// What was in use when it was asked.
#[derive(Debug, Default)]
pub struct InUse(HashSet<Inode>);

impl InUse {
    /// Whether that file was.
    #[must_use]
    pub fn holds(&self, inode: Inode) -> bool {
        self.0.contains(&inode)
    }
}

/// Asks the system; `folders` are those that are cleaned: other network disks,
/// whose server may be away, are not asked.
///
/// # Errors
/// Why it cannot be known.
pub fn in_use(around: &Surroundings, folders: &[PathBuf]) -> Result<InUse, String> {
    system::in_use(around, folders).map(InUse)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::collections::HashSet;
    use std::fs;
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::path::{Path, PathBuf};

    use rustix::fs::makedev;

    use crate::model::mount::{self, Mount};
    use crate::model::temp::{Inode, Numbered, mapped};
    use crate::sys::cleaning::folder::entry;
    use crate::sys::surroundings::Surroundings;

    pub(super) fn in_use(_: &Surroundings, folders: &[PathBuf]) -> Result<HashSet<Inode>, String> {
        let processes = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
        let mut asked = Asked {
            distant: distant(folders),
            inodes: HashSet::new(),
            mapped: HashSet::new(),
            processes: 0,
        };
        for process in processes.flatten() {
            let name = process.file_name();
            if name.as_bytes().iter().all(u8::is_ascii_digit) {
                asked.process(&process.path());
            }
        }
        // At least our own can be seen where /proc is one.
        if asked.processes == 0 {
            return Err("/proc lists no process".to_owned());
        }
        Ok(asked.inodes)
    }

    /// Network disks on which nothing is cleaned.
    fn distant(folders: &[PathBuf]) -> Vec<PathBuf> {
        let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
        let mounts = mount::parse_mountinfo(&table);
        let cleaned: Vec<&Mount> = folders
            .iter()
            .filter_map(|folder| mount::of(folder, &mounts))
            .collect();
        let distant = mounts
            .iter()
            .filter(|mount| mount.network() && !cleaned.contains(mount));
        distant.map(|mount| mount.point.clone()).collect()
    }

    struct Asked {
        distant: Vec<PathBuf>,
        inodes: HashSet<Inode>,
        mapped: HashSet<Numbered>,
        processes: usize,
    }

    impl Asked {
        fn process(&mut self, folder: &Path) {
            for link in ["cwd", "root", "exe"] {
                self.link(&folder.join(link));
            }
            // Others' processes are not ours to look into.
            if let Ok(open) = fs::read_dir(folder.join("fd")) {
                self.processes += 1;
                for fd in open.flatten() {
                    self.link(&fd.path());
                }
            }
            let Ok(maps) = fs::File::open(folder.join("maps")) else {
                return;
            };
            for line in BufReader::new(maps).split(b'\n').map_while(Result::ok) {
                if let Some((file, path)) = mapped(&line) {
                    self.mapping(file, path);
                }
            }
        }

        fn link(&mut self, link: &Path) {
            let Ok(target) = fs::read_link(link) else {
                return;
            };
            // Sockets, pipes and the like have no path.
            if target.is_absolute() && !target.starts_with("/dev") {
                self.file(link, &target);
            }
        }

        /// Asks which file `path` is, unless its disk may hang.
        fn file(&mut self, path: &Path, lies_at: &Path) {
            if self.distant.iter().any(|point| lies_at.starts_with(point)) {
                return;
            }
            if let Ok(stat) = rustix::fs::stat(path) {
                self.inodes.insert(entry(&stat).inode);
            }
        }

        /// The kernel's own device of a mapping is not everywhere the one that
        /// `stat` tells (btrfs): its path is asked, too.
        fn mapping(&mut self, file: Numbered, path: &[u8]) {
            if !self.mapped.insert(file) {
                return;
            }
            let (major, minor, number) = file;
            #[allow(
                clippy::useless_conversion,
                reason = "the number has another type on each system"
            )]
            let device = u64::from(makedev(major, minor));
            self.inodes.insert(Inode { device, number });
            let path = PathBuf::from(std::ffi::OsString::from_vec(path.to_vec()));
            self.file(&path, &path);
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::collections::HashSet;
    use std::path::PathBuf;
    use std::time::Duration;

    use crate::model::temp::{Inode, listed};
    use crate::sys::surroundings::Surroundings;
    use crate::sys::{process, programs};

    /// `lsof` takes a second or two on a busy machine.
    const LIMIT: Duration = Duration::from_secs(30);
    /// What is kept of what a program prints; what fills that was cut.
    const CUT: usize = 1 << 20;

    pub(super) fn in_use(around: &Surroundings, _: &[PathBuf]) -> Result<HashSet<Inode>, String> {
        let Some(lsof) = programs::find("lsof", around) else {
            return Err("there is no `lsof`".to_owned());
        };
        let arguments = ["-w", "-n", "-P", "-F", "Di"].map(Into::into);
        let ended = process::run(&lsof, &arguments, &around.environment, LIMIT)
            .map_err(|error| error.to_string())?;
        if ended.stdout.len() >= CUT {
            return Err("`lsof` says more than is read".to_owned());
        }
        let found = listed(&ended.stdout);
        // It lists at least itself.
        if found.is_empty() {
            return Err("`lsof` lists nothing".to_owned());
        }
        Ok(found)
    }
}
