//! Taking the beginning of a file away under its writer's feet: Linux's
//! `FALLOC_FL_COLLAPSE_RANGE` (`fallocate(2)`), which ext4, xfs and f2fs have.

use std::io;
use std::path::Path;

use super::Log;

impl Log {
    /// Takes the first `len` bytes away, which must be whole blocks and not
    /// all there is. What others append meanwhile stays whole, and whoever
    /// writes at the end goes on there.
    ///
    /// # Errors
    /// When the file system cannot: nothing changed then. It outlasts a power
    /// cut once the file is synced.
    pub fn cut(&self, len: u64) -> io::Result<()> {
        system::collapse(&self.file, len)
    }
}

/// Whether files in `folder` can be cut so, tried with one that is thrown away.
#[must_use]
pub fn works_in(folder: &Path, block: u64) -> bool {
    system::works_in(folder, block)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::path::Path;

    use rustix::fs::{FallocateFlags, fallocate};

    pub(super) fn collapse(file: &File, len: u64) -> io::Result<()> {
        loop {
            match fallocate(file, FallocateFlags::COLLAPSE_RANGE, 0, len) {
                Err(rustix::io::Errno::INTR) => {}
                done => return done.map_err(Into::into),
            }
        }
    }

    pub(super) fn works_in(folder: &Path, block: u64) -> bool {
        let tried = || -> io::Result<bool> {
            let mut file = tempfile::tempfile_in(folder)?;
            let block = usize::try_from(block).map_err(io::Error::other)?;
            file.write_all(&vec![b'a'; block])?;
            file.write_all(&vec![b'b'; 2 * block])?;
            collapse(&file, block as u64)?;
            let left = file.metadata()?.len();
            Ok(left == 2 * block as u64)
        };
        tried().unwrap_or(false)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn collapse(_: &File, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn works_in(_: &Path, _: u64) -> bool {
        false
    }
}
