//! Being told by the kernel that programs stand still for want of memory,
//! where it tells that (Linux `psi.rst`): nobody looks every few seconds for it.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::event::{PollFd, PollFlags, poll};

use super::bell::{Bell, aside, bell};
use super::files;

/// One second of ten: the mean that is read then lags behind, and is asked for
/// again at the next ring, ten seconds later. A window of whole two seconds is
/// granted without privileges.
const TRIGGER: &[u8] = b"full 1000000 10000000\0";

/// What rings when memory runs short.
#[derive(Debug, Default)]
pub struct Pressure {
    bell: Option<Bell>,
}

impl Pressure {
    /// Asks the kernel to tell; where it does not, it never rings, and the
    /// looks see it by themselves.
    #[must_use]
    pub fn listen() -> Self {
        Self {
            bell: listen().ok(),
        }
    }

    /// What ends a wait.
    #[must_use]
    pub fn interest(&self) -> Option<PollFd<'_>> {
        self.bell.as_ref().map(Bell::interest)
    }

    /// Whether it rang since this was last asked.
    #[must_use]
    pub fn rang(&self) -> bool {
        self.bell.as_ref().is_some_and(Bell::rang)
    }
}

fn listen() -> io::Result<Bell> {
    let mut options = File::options();
    let options = options.read(true).write(true).custom_flags(files::NONBLOCK);
    let mut file = options.open("/proc/pressure/memory")?;
    file.write_all(TRIGGER)?;
    let (ringer, bell) = bell()?;
    // The event is taken by who waits for it, so that is one who does nothing else.
    aside("pressure", move || {
        loop {
            let mut fds = [PollFd::from_borrowed_fd(file.as_fd(), PollFlags::PRI)];
            match poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
                Ok(_) => {
                    let [fd] = &fds;
                    if fd.revents().contains(PollFlags::ERR) {
                        return;
                    }
                    ringer.ring();
                }
            }
        }
    })?;
    Ok(bell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_takes_the_trigger_where_it_counts_stalls() {
        let mut options = File::options();
        let there = options.read(true).write(true).open("/proc/pressure/memory");
        if there.is_err() {
            // This kernel counts none, or not for us.
            return;
        }
        let pressure = Pressure::listen();
        assert!(pressure.interest().is_some());
        assert!(!pressure.rang());
    }
}
