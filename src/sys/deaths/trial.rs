//! May handles of processes be asked for? A process of our own tries first:
//! a process, because what kills on Android kills the whole of it.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use rustix::event::poll;

use super::{Deaths, Way};
use crate::failure::Failure;
use crate::sys::process::{self, timespec};
use crate::sys::{pidfd, processes, programs};

/// The hidden command that asks for a handle of itself, and may die of it.
pub const COMMAND: &str = "try-pidfd";

/// How long a trial may take: a killed program may be dumped first.
const LIMIT: Duration = Duration::from_secs(5);

/// How long a handle is waited for at once.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// [`Way::Pidfd`], if `program` (a `mamori`) tried a handle and lived; else
/// [`Way::Poll`].
#[must_use]
pub fn outcome(program: &Path) -> Way {
    match process::run(program, &[OsString::from(COMMAND)], &[], LIMIT) {
        Ok(ended) if ended.status.success() => Way::Pidfd,
        _ => Way::Poll,
    }
}

/// What `mamori try-pidfd` does: asks for a handle of itself. With `wait_for`
/// a process id, it finds out the way as on Android, says which, and then
/// waits for that process's end.
///
/// # Errors
/// Where there are no handles, or no such process (exit 3).
pub fn run(
    wait_for: Option<u32>,
    say: impl Fn(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(pid) = wait_for else {
        return pidfd::open(std::process::id())
            .map(drop)
            .map_err(|error| Failure::unable(format!("no handle of a process: {error}")));
    };
    let identity = processes::identity(pid)
        .ok_or_else(|| Failure::unable(format!("there is no process {pid}")))?;
    let way = programs::ourselves().map_or(Way::Poll, |program| outcome(&program));
    let mut deaths = Deaths::by(way);
    if deaths.watch((), &identity) {
        say(&format!("{way:?}"))?;
        while deaths.gone().is_empty() {
            let limit = deaths.wait().unwrap_or(LONGEST_WAIT);
            // Interrupted or not: the next look tells.
            let _ = poll(&mut deaths.interests(), Some(&timespec(limit)));
        }
    }
    say("gone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_that_dies_or_is_none_leads_to_looking() {
        assert_eq!(outcome(Path::new("/nowhere/mamori")), Way::Poll);
        assert_eq!(outcome(Path::new("/bin/false")), Way::Poll);
        assert_eq!(outcome(Path::new("/bin/true")), Way::Pidfd);
    }
}
