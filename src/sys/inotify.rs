//! Linux's and Android's events of files and folders. Elsewhere there are
//! none, and [`Inotify::new`] says so.

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use elsewhere::Inotify;
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::Inotify;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::AsFd as _;
    use std::path::Path;

    use rustix::fd::{BorrowedFd, OwnedFd};
    use rustix::fs::inotify::{
        CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init, remove_watch,
    };

    /// Room for a few dozen events.
    const ROOM: usize = 4096;

    #[derive(Debug)]
    pub(in crate::sys) struct Inotify(OwnedFd);

    impl Inotify {
        /// `None` where a user has as many as they may (`max_user_instances`).
        pub(in crate::sys) fn new() -> Option<Self> {
            let flags = CreateFlags::CLOEXEC | CreateFlags::NONBLOCK;
            init(flags).ok().map(Self)
        }

        /// Readable when there is something to take.
        pub(in crate::sys) fn fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }

        /// From now on [`take`](Self::take) gives the number that comes back
        /// when `path` changes; the same number for the same folder or file.
        ///
        /// # Errors
        /// When it is not there, or as many are watched as may be.
        pub(in crate::sys) fn watch(&self, path: &Path, folder: bool) -> io::Result<i32> {
            let itself = WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
            let what = if folder {
                WatchFlags::CREATE
                    | WatchFlags::DELETE
                    | WatchFlags::MOVE
                    | WatchFlags::CLOSE_WRITE
                    | WatchFlags::ONLYDIR
            } else {
                WatchFlags::MODIFY | WatchFlags::ATTRIB
            };
            Ok(add_watch(&self.0, path, itself | what)?)
        }

        /// Nothing more of `number`.
        pub(in crate::sys) fn forget(&self, number: i32) {
            // What went away has been forgotten by itself.
            let _ = remove_watch(&self.0, number);
        }

        /// The numbers of what changed; `None`: so much did that it may be all.
        pub(in crate::sys) fn take(&self) -> Option<Vec<i32>> {
            let mut room = [MaybeUninit::uninit(); ROOM];
            let mut reader = Reader::new(&self.0, &mut room);
            let mut numbers = Vec::new();
            let mut lost = false;
            while let Ok(event) = reader.next() {
                lost |= event.events().contains(ReadFlags::QUEUE_OVERFLOW);
                numbers.push(event.wd());
            }
            (!lost).then_some(numbers)
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod elsewhere {
    use std::io;
    use std::path::Path;

    use rustix::fd::BorrowedFd;

    /// None of it can be.
    #[derive(Debug)]
    pub(in crate::sys) enum Inotify {}

    impl Inotify {
        pub(in crate::sys) fn new() -> Option<Self> {
            None
        }

        pub(in crate::sys) fn fd(&self) -> BorrowedFd<'_> {
            match *self {}
        }

        pub(in crate::sys) fn watch(&self, _: &Path, _: bool) -> io::Result<i32> {
            match *self {}
        }

        pub(in crate::sys) fn forget(&self, _: i32) {
            match *self {}
        }

        pub(in crate::sys) fn take(&self) -> Option<Vec<i32>> {
            match *self {}
        }
    }
}
