//! macOS's queue of events: ends of processes, changes of files and folders.
//! Elsewhere there is none, and [`Queue::new`] says so.

#[cfg(not(target_os = "macos"))]
pub(super) use elsewhere::Queue;
#[cfg(target_os = "macos")]
pub(super) use macos::Queue;

#[cfg(target_os = "macos")]
mod macos {
    use std::io;
    use std::os::fd::{AsFd as _, AsRawFd as _};

    use nix::errno::Errno;
    use nix::libc::timespec;
    use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};
    use rustix::fd::{BorrowedFd, OwnedFd};

    /// How many events are taken at once.
    const AT_ONCE: usize = 32;

    #[derive(Debug)]
    pub(in crate::sys) struct Queue(Kqueue);

    impl Queue {
        pub(in crate::sys) fn new() -> Option<Self> {
            Kqueue::new().ok().map(Self)
        }

        /// Readable when there is something to take.
        pub(in crate::sys) fn fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }

        /// From now on [`take`](Self::take) gives `pid` once when it ends.
        ///
        /// # Errors
        /// When it is not there any more (`NotFound`), or not ours to see.
        pub(in crate::sys) fn watch_end(&self, pid: u32) -> io::Result<()> {
            let once = EvFlags::EV_ADD | EvFlags::EV_ONESHOT;
            let end = FilterFlag::NOTE_EXIT;
            let pid = usize::try_from(pid).map_err(io::Error::other)?;
            match self.tell(pid, EventFilter::EVFILT_PROC, once, end) {
                Err(Errno::ESRCH) => Err(io::ErrorKind::NotFound.into()),
                told => Ok(told?),
            }
        }

        /// Nothing more of `pid`.
        pub(in crate::sys) fn forget_end(&self, pid: u32) {
            if let Ok(pid) = usize::try_from(pid) {
                let none = FilterFlag::empty();
                // One that has ended has gone from the queue by itself.
                let _ = self.tell(pid, EventFilter::EVFILT_PROC, EvFlags::EV_DELETE, none);
            }
        }

        /// From now on [`take`](Self::take) gives this handle's number when
        /// the file or folder changes; until the handle is closed.
        ///
        /// # Errors
        /// When the file system cannot tell of changes.
        pub(in crate::sys) fn watch_file(&self, handle: &OwnedFd, times: bool) -> io::Result<()> {
            let each = EvFlags::EV_ADD | EvFlags::EV_CLEAR;
            let mut changes = FilterFlag::NOTE_WRITE
                | FilterFlag::NOTE_EXTEND
                | FilterFlag::NOTE_DELETE
                | FilterFlag::NOTE_RENAME
                | FilterFlag::NOTE_REVOKE;
            if times {
                changes |= FilterFlag::NOTE_ATTRIB;
            }
            let number = usize::try_from(handle.as_raw_fd()).map_err(io::Error::other)?;
            Ok(self.tell(number, EventFilter::EVFILT_VNODE, each, changes)?)
        }

        fn tell(
            &self,
            of: usize,
            filter: EventFilter,
            flags: EvFlags,
            what: FilterFlag,
        ) -> Result<(), Errno> {
            let change = KEvent::new(of, filter, flags, what, 0, 0);
            self.0
                .kevent(&[change], &mut [], Some(AT_ONCE_NOT_LATER))
                .map(drop)
        }

        /// What there is to tell: process ids or handles' numbers.
        pub(in crate::sys) fn take(&self) -> Vec<usize> {
            let none = KEvent::new(
                0,
                EventFilter::EVFILT_PROC,
                EvFlags::empty(),
                FilterFlag::empty(),
                0,
                0,
            );
            let mut taken = Vec::new();
            loop {
                let mut events = [none; AT_ONCE];
                let count = self
                    .0
                    .kevent(&[], &mut events, Some(AT_ONCE_NOT_LATER))
                    .unwrap_or(0);
                taken.extend(events.iter().take(count).map(KEvent::ident));
                if count < AT_ONCE {
                    return taken;
                }
            }
        }
    }

    /// No waiting: `poll` waits.
    const AT_ONCE_NOT_LATER: timespec = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
}

#[cfg(not(target_os = "macos"))]
mod elsewhere {
    use std::io;

    use rustix::fd::{BorrowedFd, OwnedFd};

    /// None of it can be.
    #[derive(Debug)]
    pub(in crate::sys) enum Queue {}

    impl Queue {
        pub(in crate::sys) fn new() -> Option<Self> {
            None
        }

        pub(in crate::sys) fn fd(&self) -> BorrowedFd<'_> {
            match *self {}
        }

        pub(in crate::sys) fn watch_end(&self, _: u32) -> io::Result<()> {
            match *self {}
        }

        pub(in crate::sys) fn forget_end(&self, _: u32) {
            match *self {}
        }

        pub(in crate::sys) fn watch_file(&self, _: &OwnedFd, _: bool) -> io::Result<()> {
            match *self {}
        }

        pub(in crate::sys) fn take(&self) -> Vec<usize> {
            match *self {}
        }
    }
}
