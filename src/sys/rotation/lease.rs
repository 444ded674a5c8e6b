//! Whether anybody at all has a file open for writing, whoever may see whom:
//! the kernel grants a read lease (`F_SETLEASE`, `fcntl(2)`) only where nobody
//! has. Linux alone has leases.
#![cfg(any(target_os = "linux", target_os = "android"))]
#![expect(
    unsafe_code,
    reason = "no crate offers leases; one call that takes two numbers"
)]

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Whether somebody has the file at `path` open for writing, ourselves
/// counted; `None` where leases are not to be had: on the disks of others, and
/// for files that are not ours.
pub(super) fn written(path: &Path) -> Option<bool> {
    let file = super::super::files::open(path).ok()?;
    // Who opens it while we hold the lease has us told by this signal, whose
    // default is our end.
    signal_hook::flag::register(libc::SIGIO, Arc::new(AtomicBool::new(false))).ok()?;
    let granted = lease(&file, libc::F_RDLCK);
    // Closing the file gives it back, too; but nobody shall wait for that.
    let _ = lease(&file, libc::F_UNLCK);
    match granted {
        Ok(()) => Some(false),
        Err(Some(libc::EAGAIN)) => Some(true),
        Err(_) => None,
    }
}

fn lease(file: &File, kind: i32) -> Result<(), Option<i32>> {
    // SAFETY: the descriptor is open for as long as `file` is borrowed, and
    // F_SETLEASE takes a number: no memory of ours is read or written.
    let done = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) };
    if done == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error().raw_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_writes_is_noticed_and_readers_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let writer = File::create(&path).unwrap();
        let Some(busy) = written(&path) else {
            return; // No leases here.
        };
        assert!(busy);
        drop(writer);
        let _reader = File::open(&path).unwrap();
        assert_eq!(written(&path), Some(false));
        // It is given back: who opens it for writing does not wait.
        File::options().append(true).open(&path).unwrap();
    }
}
