//! Threads that do something beside, and the bell with which they wake who
//! waits in `poll`.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags};

/// The end that is waited at.
#[derive(Debug)]
pub struct Bell(UnixStream);

/// The end that is rung; every copy rings the same bell.
#[derive(Debug, Clone)]
pub struct Ringer(Arc<UnixStream>);

/// A bell and its ringer.
///
/// # Errors
/// When the system has no more sockets.
pub fn bell() -> io::Result<(Ringer, Bell)> {
    let (rings, hears) = UnixStream::pair()?;
    rings.set_nonblocking(true)?;
    hears.set_nonblocking(true)?;
    Ok((Ringer(Arc::new(rings)), Bell(hears)))
}

impl Bell {
    /// What ends a wait.
    #[must_use]
    pub fn interest(&self) -> PollFd<'_> {
        PollFd::from_borrowed_fd(self.0.as_fd(), PollFlags::IN)
    }

    /// Waits until it is rung or one of `interests` has something to say, at
    /// most for `limit`.
    pub fn wait<'a>(&'a self, mut interests: Vec<PollFd<'a>>, limit: std::time::Duration) {
        interests.push(self.interest());
        super::poll::wait(interests, limit);
        self.hush();
    }

    /// Makes it silent until it is rung again.
    pub fn hush(&self) {
        let _ = self.rang();
    }

    /// Whether it rang since it was last asked or hushed.
    #[must_use]
    pub fn rang(&self) -> bool {
        let mut bytes = [0; 64];
        let mut rang = false;
        while matches!((&self.0).read(&mut bytes), Ok(count) if count > 0) {
            rang = true;
        }
        rang
    }
}

impl Ringer {
    /// Rings. A bell that still rings, or that nobody waits at, is left alone.
    pub fn ring(&self) {
        let _ = (&*self.0).write(&[1]);
    }
}

/// Does `work` on a thread of its own, which nobody waits for.
///
/// # Errors
/// When the system has no more threads.
pub fn aside(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}

/// Does `work` on a thread of its own, or here and now where the system has no
/// more threads.
pub fn aside_or_here(name: &str, work: impl FnOnce() + Send + 'static) {
    let slot = Arc::new(Mutex::new(Some(work)));
    let theirs = Arc::clone(&slot);
    if aside(name, move || taken(&theirs)()).is_err() {
        taken(&slot)();
    }
}

/// What is in the slot, to be done once.
fn taken<'w>(slot: &Mutex<Option<impl FnOnce() + 'w>>) -> impl FnOnce() + 'w {
    let work = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    || work.into_iter().for_each(|work| work())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_ring_from_another_thread_ends_the_wait() {
        let (ringer, bell) = bell().unwrap();
        aside("test", move || ringer.ring()).unwrap();
        bell.wait(Vec::new(), Duration::from_secs(60));
        let (ringer, bell) = super::bell().unwrap();
        (0..100_000).for_each(|_| ringer.ring());
        bell.hush();
        let mut fds = [bell.interest()];
        let timeout = super::super::process::timespec(Duration::ZERO);
        assert_eq!(rustix::event::poll(&mut fds, Some(&timeout)), Ok(0));
    }
}
