//! Deaths of processes as events, whoever's children they are.
//!
//! Who waits with `poll` wakes when a watched process ends: a daemonised
//! `sshd` as well as a child. Nothing is reaped here: a child's end stays its
//! parent's to collect.

use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::OwnedFd;

use super::kqueue::Queue;
use super::process::timespec;
use super::surroundings::on_android;
use super::{pidfd, processes, programs};
use crate::model::process::Identity;

pub mod trial;

/// How often processes are looked at where nothing tells of their end.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How the end of a process is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a handle that becomes readable (Linux).
    Pidfd,
    /// By macOS's queue of events.
    Kqueue,
    /// By looking once a second.
    Poll,
}

impl Way {
    /// The way on this machine, found out once.
    ///
    /// Where the kernel may be Android's, a process of our own program tries
    /// first: a process, because what kills there kills the whole process.
    #[must_use]
    pub fn here() -> Self {
        static WAY: OnceLock<Way> = OnceLock::new();
        *WAY.get_or_init(|| {
            if cfg!(target_os = "macos") {
                Self::Kqueue
            } else if on_android() {
                programs::ourselves().map_or(Self::Poll, |program| trial::outcome(&program))
            } else {
                Self::Pidfd
            }
        })
    }
}

/// Processes whose end is waited for, each by a key.
#[derive(Debug)]
pub struct Deaths<K> {
    way: Way,
    queue: Option<Queue>,
    watched: BTreeMap<K, Watched>,
}

#[derive(Debug)]
struct Watched {
    identity: Identity,
    by: By,
}

/// How one process is watched: its handle may be refused although others were given.
#[derive(Debug)]
enum By {
    Handle(OwnedFd),
    Queue,
    Looking,
}

impl<K: Ord + Clone> Deaths<K> {
    /// Watches nothing yet; in this machine's [`Way`].
    #[must_use]
    pub fn new() -> Self {
        Self::by(Way::here())
    }

    /// Watches nothing yet; in a given way. Who names [`Way::Pidfd`] on
    /// Android without a trial may be killed.
    #[must_use]
    pub fn by(way: Way) -> Self {
        Self {
            way,
            queue: None,
            watched: BTreeMap::new(),
        }
    }

    /// From now on `key` stands for the end of this process, and for nothing
    /// else. `false`: it has ended already, and nothing is watched.
    pub fn watch(&mut self, key: K, identity: &Identity) -> bool {
        self.forget(&key);
        let Ok(by) = self.way_to(identity.pid) else {
            return false;
        };
        let watched = Watched {
            identity: *identity,
            by,
        };
        // Asked last: what is held now is the process that was meant, or its
        // end is seen here.
        let lives = processes::lives(identity);
        if lives {
            self.watched.insert(key, watched);
        } else {
            self.let_go(&watched);
        }
        lives
    }

    /// # Errors
    /// When there is no such process.
    fn way_to(&mut self, pid: u32) -> io::Result<By> {
        let gone = |error: &io::Error| {
            error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error())
        };
        match self.way {
            Way::Pidfd => match pidfd::open(pid) {
                Ok(handle) => Ok(By::Handle(handle)),
                Err(error) if gone(&error) => Err(error),
                Err(_) => Ok(By::Looking),
            },
            Way::Kqueue => {
                if self.queue.is_none() {
                    self.queue = Queue::new();
                }
                match self.queue.as_ref().map(|queue| queue.watch_end(pid)) {
                    Some(Ok(())) => Ok(By::Queue),
                    Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(error),
                    _ => Ok(By::Looking),
                }
            }
            Way::Poll => Ok(By::Looking),
        }
    }

    /// Nothing more is said of `key`.
    pub fn forget(&mut self, key: &K) {
        if let Some(watched) = self.watched.remove(key) {
            self.let_go(&watched);
        }
    }

    fn let_go(&self, watched: &Watched) {
        let pid = watched.identity.pid;
        let shared = self.watched.values().any(|other| other.identity.pid == pid);
        if let (By::Queue, Some(queue), false) = (&watched.by, &self.queue, shared) {
            queue.forget_end(pid);
        }
    }

    /// What to wait for: ready when [`gone`](Self::gone) has something to say.
    #[must_use]
    pub fn interests(&self) -> Vec<PollFd<'_>> {
        let queue = self.queue.iter().map(Queue::fd);
        let queue = queue.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        let handles = self
            .handles()
            .map(|(_, handle)| PollFd::new(handle, PollFlags::IN));
        queue.chain(handles).collect()
    }

    fn handles(&self) -> impl Iterator<Item = (&K, &OwnedFd)> {
        self.watched
            .iter()
            .filter_map(|(key, watched)| match &watched.by {
                By::Handle(handle) => Some((key, handle)),
                By::Queue | By::Looking => None,
            })
    }

    /// How long to wait at most before [`gone`](Self::gone) is asked again: a
    /// second, where something is watched whose end nothing tells.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let looked_at = |watched: &Watched| matches!(watched.by, By::Looking);
        self.watched.values().any(looked_at).then_some(LOOK_EVERY)
    }

    /// The keys whose processes have ended, each said once and then forgotten.
    #[must_use]
    pub fn gone(&mut self) -> Vec<K> {
        let told = self.queue.as_ref().map_or_else(Vec::new, Queue::take);
        let told = |pid| usize::try_from(pid).is_ok_and(|pid| told.contains(&pid));
        let mut keys = self.ready();
        keys.extend(self.watched.iter().filter_map(|(key, watched)| {
            let gone = match watched.by {
                By::Handle(_) => false,
                By::Queue => told(watched.identity.pid),
                By::Looking => !processes::lives(&watched.identity),
            };
            gone.then(|| key.clone())
        }));
        for key in &keys {
            self.watched.remove(key);
        }
        keys
    }

    /// The keys whose handles are readable.
    fn ready(&self) -> Vec<K> {
        let (keys, mut fds): (Vec<_>, Vec<_>) = self
            .handles()
            .map(|(key, handle)| (key, PollFd::new(handle, PollFlags::IN)))
            .unzip();
        // Interrupted: they are still readable at the next look.
        if fds.is_empty() || poll(&mut fds, Some(&timespec(Duration::ZERO))).is_err() {
            return Vec::new();
        }
        let ended = keys
            .iter()
            .zip(&fds)
            .filter(|(_, fd)| !fd.revents().is_empty());
        ended.map(|(key, _)| (*key).clone()).collect()
    }

    /// How many are watched.
    #[must_use]
    pub fn len(&self) -> usize {
        self.watched.len()
    }

    /// Whether none is watched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }
}

impl<K: Ord + Clone> Default for Deaths<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
