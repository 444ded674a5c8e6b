//! Waiting until one of many has something to say.

use std::time::Duration;

use rustix::event::PollFd;

use super::process::timespec;

/// Waits until one of `interests` has something to say, at most for `limit`.
pub fn wait(mut interests: Vec<PollFd<'_>>, limit: Duration) {
    // Interrupted or not: who waits looks at everything anyhow.
    let _ = rustix::event::poll(&mut interests, Some(&timespec(limit)));
}
