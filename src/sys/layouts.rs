//! The files in `mamori/layout/`: what is remembered of each tmux server's
//! windows, and whose turn it is to arrange one. None of them is worth a wait
//! for the disk: they go with their server.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::FlockOperation;

use super::files::{self, FileError};
use super::{clock, processes};
use crate::model::home::Home;
use crate::model::layout::memory::{Deed, Memory, SCHEMA};

/// How long after an arrangement further events are gathered into one.
const BURST: Duration = Duration::from_millis(100);

/// How long another may take to write its line.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often is looked whether it has.
const PAUSE: Duration = Duration::from_millis(2);

/// The files of one tmux server.
#[derive(Debug)]
pub struct Layouts {
    folder: PathBuf,
    name: String,
}

impl Layouts {
    /// Those of the server with this process and start time.
    #[must_use]
    pub fn of(home: &Home, pid: u32, start_time: i64) -> Self {
        Self {
            folder: home.layouts(),
            name: format!("{pid}-{start_time}"),
        }
    }

    /// Those of the server whose process and start time are `PID-START`.
    #[must_use]
    pub fn named(home: &Home, server: &str) -> Option<Self> {
        let (pid, start_time) = server.split_once('-')?;
        Some(Self::of(home, pid.parse().ok()?, start_time.parse().ok()?))
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.name))
    }

    /// What is remembered; nothing where nothing readable is.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let bytes = files::read(&self.file("")).ok().flatten();
        let memory = bytes.and_then(|bytes| serde_json::from_slice::<Memory>(&bytes).ok());
        memory
            .filter(|memory| memory.schema == SCHEMA)
            .unwrap_or_default()
    }

    /// Changes what is remembered; gives what `change` gives.
    ///
    /// # Errors
    /// When it cannot be written; what was remembered stands then.
    pub fn change<T>(&self, change: impl FnOnce(&mut Memory) -> T) -> Result<T, FileError> {
        files::private_folder(&self.folder)?;
        // Without the lock a line of somebody else's may be lost, no more.
        let _lock = self.lock();
        let mut memory = self.memory();
        let given = change(&mut memory);
        if !files::exists(&self.file("")) {
            self.forget_others();
        }
        // A memory of plain data can always be written as text.
        let bytes = serde_json::to_vec(&memory).unwrap_or_default();
        files::replace_soon(&self.file(""), &bytes)?;
        Ok(given)
    }

    fn lock(&self) -> Option<File> {
        let file = file(&self.file(".lock")).ok()?;
        let deadline = clock::elapsed() + PATIENCE;
        // Whoever holds it is done in a moment: a thread that waits in the
        // kernel's queue would cost more.
        while rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            if clock::elapsed() > deadline {
                return None;
            }
            thread::sleep(PAUSE);
        }
        Some(file)
    }

    /// Removes the files of servers that are gone.
    fn forget_others(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // Temporary files begin with a dot.
            let pid = name
                .trim_start_matches('.')
                .split('-')
                .next()
                .and_then(|pid| pid.parse().ok());
            let ours = name.starts_with(&self.name);
            if pid.is_some_and(|pid| !ours && processes::identity(pid).is_none()) {
                // One that stays hinders nothing.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Calls `arrange` for what just happened to a window: at once when nothing
    /// was arranged there within the last tenth of a second, else when it is
    /// over. While one waits or arranges, others only leave a mark and go: it
    /// looks again when it has done. So a burst of events costs one arrangement
    /// at once and one each tenth of a second, the last after the last event.
    pub fn in_turn(&self, window: &str, mut arrange: impl FnMut()) {
        let number = window.trim_start_matches('@');
        let mark = self.file(&format!(".{number}.again"));
        let turn = self.file(&format!(".{number}.turn"));
        // Where no file can be made, everyone comes at once.
        if files::private_folder(&self.folder).is_err() || leave(&mark).is_err() {
            return arrange();
        }
        while mark.exists() {
            let Ok(mut held) = Turn::take(&turn) else {
                return;
            };
            while mark.exists() {
                thread::sleep(held.left());
                let _ = fs::remove_file(&mark);
                arrange();
                held.done();
            }
            // Who came between the last look and here found the turn taken.
        }
    }
}

/// What was done to windows and nobody has taken over yet, by the server's name.
#[must_use]
pub fn deeds(home: &Home) -> Vec<(String, Vec<Deed>)> {
    let entries = fs::read_dir(home.layouts()).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    // Locks and marks have names that are none of a server.
    let servers = names.filter_map(|name| Some((Layouts::named(home, &name)?, name)));
    servers
        .map(|(layouts, name)| (name, layouts.memory().deeds))
        .filter(|(_, deeds)| !deeds.is_empty())
        .collect()
}

/// Forgets the deeds of a server that were taken over; what came since stays.
///
/// # Errors
/// When that cannot be written.
pub fn cut(home: &Home, server: &str, taken: &[Deed]) -> Result<(), FileError> {
    let Some(layouts) = Layouts::named(home, server) else {
        return Ok(());
    };
    layouts.change(|memory| {
        for deed in taken {
            if let Some(at) = memory.deeds.iter().position(|one| one == deed) {
                memory.deeds.remove(at);
            }
        }
    })
}

fn leave(mark: &Path) -> std::io::Result<()> {
    file(mark).map(drop)
}

/// A file of ours, made where it is not there.
fn file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).open(path)
}

/// The right to arrange a window.
struct Turn(File);

impl Turn {
    fn take(path: &Path) -> std::io::Result<Self> {
        let file = file(path)?;
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self(file))
    }

    /// What is left of the tenth of a second after the last arrangement.
    fn left(&mut self) -> Duration {
        let mut text = String::new();
        let _ = self.0.rewind();
        let _ = (&self.0).take(32).read_to_string(&mut text);
        let last = text.trim().parse().map(Duration::from_millis);
        let Ok(last) = last else {
            return Duration::ZERO;
        };
        // A clock of an earlier boot shows more: then it is long over.
        let since = clock::elapsed().checked_sub(last);
        since.map_or(Duration::ZERO, |since| BURST.saturating_sub(since))
    }

    fn done(&mut self) {
        let line = format!("{:31}\n", clock::elapsed().as_millis());
        let _ = self.0.rewind();
        let _ = self.0.write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_burst_is_arranged_once_at_once_and_once_after_it() {
        let home = tempfile::tempdir().unwrap();
        let layouts = Layouts::of(&Home::of(home.path()), 1, 2);
        let (done, events) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let seen = AtomicUsize::new(0);
        // All come while the first one arranges.
        layouts.in_turn("@3", || {
            if done.fetch_add(1, Ordering::SeqCst) == 0 {
                for _ in 0..50 {
                    events.fetch_add(1, Ordering::SeqCst);
                    layouts.in_turn("@3", || panic!("two at once"));
                }
            }
            seen.store(events.load(Ordering::SeqCst), Ordering::SeqCst);
        });
        assert_eq!(done.load(Ordering::SeqCst), 2);
        assert_eq!(seen.load(Ordering::SeqCst), 50, "what came last was seen");
    }

    #[test]
    fn windows_do_not_wait_for_each_other() {
        let home = tempfile::tempdir().unwrap();
        let layouts = Layouts::of(&Home::of(home.path()), 1, 2);
        let mut inner = 0;
        layouts.in_turn("@3", || layouts.in_turn("@4", || inner += 1));
        assert_eq!(inner, 1);
    }

    #[test]
    fn without_a_place_for_files_everyone_comes_at_once() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("mamori"), "no folder").unwrap();
        let layouts = Layouts::of(&Home::of(home.path()), 1, 2);
        let mut times = 0;
        layouts.in_turn("@3", || times += 1);
        layouts.in_turn("@3", || times += 1);
        assert_eq!(times, 2);
        assert!(layouts.change(|_| ()).is_err());
        assert_eq!(layouts.memory(), Memory::default());
    }

    #[test]
    fn the_memory_of_servers_that_are_gone_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let home = Home::of(home.path());
        let gone = Layouts::of(&home, 4_000_000, 2);
        gone.change(|memory| memory.schema).unwrap();
        let alive = Layouts::of(&home, std::process::id(), 2);
        alive.change(|_| ()).unwrap();
        assert!(!files::exists(&gone.file("")));
        assert!(files::exists(&alive.file("")));
        Layouts::of(&home, std::process::id(), 3)
            .change(|_| ())
            .unwrap();
        assert!(files::exists(&alive.file("")), "its process lives");
    }
}
