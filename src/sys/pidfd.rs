//! Handles of processes (`pidfd_open(2)`, Linux 5.3), which cannot come to
//! mean another process as an id can, and which `poll` finds ready at the end.
//!
//! On Android the call may kill the caller. [`Way::here`](super::deaths::Way::here)
//! finds out; until then nobody there asks.

use std::io;

use rustix::fd::OwnedFd;

/// A handle of the process that has the id `pid` now.
///
/// # Errors
/// [`io::ErrorKind::Unsupported`] where there are none: an old kernel, and
/// Android and macOS, for which rustix offers none. Else what the system says.
#[cfg(target_os = "linux")]
pub(super) fn open(pid: u32) -> io::Result<OwnedFd> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(rustix::io::Errno::SRCH)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// There are none.
#[cfg(not(target_os = "linux"))]
pub(super) fn open(_: u32) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}
