//! "Something changed in this folder", and "this file changed", as events.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags};

use super::inotify::Inotify;
use super::kqueue::Queue;

/// How often is looked where nothing tells of changes.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Folders and files of which changes are told.
///
/// Of a folder: entries that came, went or got another name, and that the
/// folder itself went away; with inotify also a file in it that was closed
/// after writing. Of a file: that it was written, touched, replaced or
/// removed. What went away is told of once and then forgotten:
/// [`watch`](Self::watch) it again when it is back.
#[derive(Debug, Default)]
pub struct FileEvents {
    /// Asked for with the first path.
    source: Option<Source>,
    watched: BTreeMap<PathBuf, Watched>,
}

/// Where the events come from.
#[derive(Debug)]
enum Source {
    Inotify(Inotify),
    Queue(Queue),
    None,
}

/// How one path is watched, and how it looked last.
#[derive(Debug)]
struct Watched {
    by: By,
    look: Look,
}

#[derive(Debug)]
enum By {
    /// inotify's number of it.
    Number(i32),
    /// Its handle in macOS's queue.
    Handle(OwnedFd),
    /// Nothing tells: it is looked at.
    Looking,
}

/// What changes when something in a folder, or a file, does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    place: (u64, u64),
    size: u64,
    changed: (i64, i64),
    written: (i64, i64),
    folder: bool,
    /// A folder's entries, where it is only looked at: two changes within one
    /// tick of the file system's clock leave the same times.
    entries: BTreeSet<OsString>,
}

fn look(path: &Path) -> Option<Look> {
    let meta = std::fs::metadata(path).ok()?;
    Some(Look {
        place: (meta.dev(), meta.ino()),
        size: meta.size(),
        changed: (meta.ctime(), meta.ctime_nsec()),
        written: (meta.mtime(), meta.mtime_nsec()),
        folder: meta.is_dir(),
        entries: BTreeSet::new(),
    })
}

/// A look that has to find everything by itself.
fn close_look(path: &Path) -> Option<Look> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let entries = entries.map(|entry| entry.file_name()).collect();
    look(path).map(|look| Look { entries, ..look })
}

impl FileEvents {
    /// Watches nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Watches nothing yet, and will look once a second instead of being told.
    #[must_use]
    pub fn by_looking() -> Self {
        Self {
            source: Some(Source::None),
            watched: BTreeMap::new(),
        }
    }

    /// From now on changes of `path`, a folder or a file, are told. Nothing
    /// new when it is watched already and still the same one. `false`: it is
    /// not there.
    pub fn watch(&mut self, path: &Path) -> bool {
        let Some(before) = look(path) else {
            self.forget(path);
            return false;
        };
        let known = self.watched.get(path).map(|watched| watched.look.place);
        if known == Some(before.place) {
            return true;
        }
        self.forget(path);
        let by = self.way_to(path, before.folder).unwrap_or(By::Looking);
        // Looked at again: a change since is told of.
        let look = match by {
            By::Looking => close_look(path),
            By::Number(_) | By::Handle(_) => look(path),
        };
        let Some(look) = look else {
            return false;
        };
        self.watched.insert(path.to_owned(), Watched { by, look });
        true
    }

    /// Nothing more is told of `path`.
    pub fn forget(&mut self, path: &Path) {
        let Some(gone) = self.watched.remove(path) else {
            return;
        };
        if let (By::Number(number), Some(Source::Inotify(inotify))) = (gone.by, &self.source) {
            // Two paths may lead to one folder.
            let same = |by: &By| matches!(by, By::Number(other) if *other == number);
            if !self.watched.values().any(|other| same(&other.by)) {
                inotify.forget(number);
            }
        }
    }

    fn way_to(&mut self, path: &Path, folder: bool) -> Option<By> {
        match self.source.get_or_insert_with(source) {
            Source::Inotify(inotify) => inotify.watch(path, folder).ok().map(By::Number),
            Source::Queue(queue) => {
                let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
                let handle = rustix::fs::open(path, flags, Mode::empty()).ok()?;
                queue.watch_file(&handle, !folder).ok()?;
                Some(By::Handle(handle))
            }
            Source::None => None,
        }
    }

    /// What to wait for: ready when [`changed`](Self::changed) has something to say.
    #[must_use]
    pub fn interests(&self) -> Vec<PollFd<'_>> {
        let fd = match &self.source {
            Some(Source::Inotify(inotify)) => inotify.fd(),
            Some(Source::Queue(queue)) => queue.fd(),
            Some(Source::None) | None => return Vec::new(),
        };
        vec![PollFd::from_borrowed_fd(fd, PollFlags::IN)]
    }

    /// How long to wait at most before [`changed`](Self::changed) is asked
    /// again: a second, where something is watched of which nothing tells.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let looked_at = |watched: &Watched| matches!(watched.by, By::Looking);
        self.watched.values().any(looked_at).then_some(LOOK_EVERY)
    }

    /// The paths that changed since the last time, each once.
    #[must_use]
    pub fn changed(&mut self) -> Vec<PathBuf> {
        let told = self.told();
        let mut changed = Vec::new();
        let mut gone = Vec::new();
        for (path, watched) in &mut self.watched {
            let (news, now) = match &watched.by {
                By::Looking => {
                    let now = close_look(path);
                    (now.as_ref() != Some(&watched.look), now)
                }
                By::Number(number) if !told.covers(i64::from(*number)) => continue,
                By::Handle(handle) if !told.covers(i64::from(handle.as_raw_fd())) => continue,
                By::Number(_) | By::Handle(_) => (true, look(path)),
            };
            if !news {
                continue;
            }
            changed.push(path.clone());
            match now {
                Some(now) if now.place == watched.look.place => watched.look = now,
                // Gone, or another one in its place.
                _ => gone.push(path.clone()),
            }
        }
        for path in gone {
            self.forget(&path);
        }
        changed
    }

    fn told(&self) -> Told {
        match &self.source {
            Some(Source::Inotify(inotify)) => inotify.take().map_or(Told::Perhaps, |numbers| {
                Told::Of(numbers.into_iter().map(i64::from).collect())
            }),
            Some(Source::Queue(queue)) => {
                let numbers = queue.take().into_iter();
                let numbers = numbers.filter_map(|number| i64::try_from(number).ok());
                Told::Of(numbers.collect())
            }
            Some(Source::None) | None => Told::Of(Vec::new()),
        }
    }
}

/// Of what something was told.
#[derive(Debug)]
enum Told {
    /// Of these numbers.
    Of(Vec<i64>),
    /// Too much happened: it may be all.
    Perhaps,
}

impl Told {
    fn covers(&self, number: i64) -> bool {
        match self {
            Self::Of(numbers) => numbers.contains(&number),
            Self::Perhaps => true,
        }
    }
}

/// What this machine has; a user may have only a few of them.
fn source() -> Source {
    let inotify = Inotify::new().map(Source::Inotify);
    let queue = || Queue::new().map(Source::Queue);
    inotify.or_else(queue).unwrap_or(Source::None)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;

    use rustix::event::poll;

    use super::*;
    use crate::sys::clock;
    use crate::sys::process::timespec;

    fn each_way(test: impl Fn(FileEvents, &Path)) {
        for events in [FileEvents::new(), FileEvents::by_looking()] {
            let folder = tempfile::tempdir().unwrap();
            test(events, folder.path());
        }
    }

    /// Waits as a watcher does, and gives what changed.
    fn wait(events: &mut FileEvents) -> Vec<PathBuf> {
        let deadline = clock::elapsed() + Duration::from_secs(60);
        loop {
            let changed = events.changed();
            if !changed.is_empty() {
                return changed;
            }
            let limit = events.wait().unwrap_or(Duration::from_secs(60));
            let _ = poll(&mut events.interests(), Some(&timespec(limit)));
            assert!(clock::elapsed() < deadline, "waited in vain");
        }
    }

    #[test]
    fn a_socket_that_comes_and_goes_is_told() {
        each_way(|mut events, folder| {
            let (sockets, other) = (folder.join("tmux-0"), folder.join("other"));
            fs::create_dir(&sockets).unwrap();
            fs::create_dir(&other).unwrap();
            assert!(events.watch(&sockets) && events.watch(&other) && events.watch(&sockets));
            assert_eq!(events.changed(), [] as [PathBuf; 0]);
            let listener = UnixListener::bind(sockets.join("default")).unwrap();
            assert_eq!(wait(&mut events), [&*sockets]);
            drop(listener);
            fs::remove_file(sockets.join("default")).unwrap();
            assert_eq!(wait(&mut events), [&*sockets]);
            fs::write(other.join("a"), "").unwrap();
            assert_eq!(wait(&mut events), [&*other]);
            while events.wait().is_none() && !events.changed().is_empty() {}
            events.forget(&other);
            fs::write(other.join("b"), "").unwrap();
            assert_eq!(events.changed(), [] as [PathBuf; 0]);
        });
    }

    #[test]
    fn a_folder_that_goes_away_is_told_once_and_can_be_watched_again() {
        each_way(|mut events, folder| {
            let sockets = folder.join("tmux-0");
            assert!(!events.watch(&sockets));
            fs::create_dir(&sockets).unwrap();
            assert!(events.watch(&sockets));
            fs::remove_dir(&sockets).unwrap();
            assert_eq!(wait(&mut events), [&*sockets]);
            assert!(!events.watch(&sockets) && events.wait().is_none());
            fs::create_dir(&sockets).unwrap();
            assert_eq!(events.changed(), [] as [PathBuf; 0]);
            assert!(events.watch(&sockets));
            fs::write(sockets.join("a"), "").unwrap();
            assert_eq!(wait(&mut events), [&*sockets]);
        });
    }

    #[test]
    fn a_file_that_is_written_touched_or_replaced_is_told() {
        each_way(|mut events, folder| {
            let file = folder.join("poke");
            fs::write(&file, "a").unwrap();
            assert!(events.watch(&file));
            fs::write(&file, "longer").unwrap();
            assert_eq!(wait(&mut events), [&*file]);
            let epoch = std::time::SystemTime::UNIX_EPOCH;
            let handle = fs::File::options().write(true).open(&file).unwrap();
            handle.set_modified(epoch).unwrap();
            assert_eq!(wait(&mut events), [&*file]);
            fs::write(folder.join("new"), "").unwrap();
            fs::rename(folder.join("new"), &file).unwrap();
            assert_eq!(wait(&mut events), [&*file]);
            assert!(events.watch(&file), "the new one, from now on");
            fs::write(&file, "again").unwrap();
            assert_eq!(wait(&mut events), [&*file]);
        });
    }

    #[test]
    fn two_names_of_one_folder_are_both_told() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut events = FileEvents::new();
        assert!(events.watch(&real) && events.watch(&link));
        fs::create_dir(real.join("new")).unwrap();
        assert_eq!(wait(&mut events), [&*real, &*link]);
        events.forget(&link);
        fs::create_dir(real.join("newer")).unwrap();
        assert_eq!(wait(&mut events), [&*real]);
    }

    #[test]
    fn after_too_much_at_once_everything_may_have_changed() {
        assert!(Told::Perhaps.covers(7) && !Told::Of(vec![1]).covers(7));
    }
}
