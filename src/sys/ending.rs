//! The end of our own program, which nothing that it runs outlives.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::bell::{Bell, Ringer};
use super::clock;

/// Whether our own program ends: nothing that it runs goes on without it.
static ENDING: AtomicBool = AtomicBool::new(false);
/// Whether nobody shall hear what came of a program that was ended: our own end
/// is no answer.
static UNHEARD: AtomicBool = AtomicBool::new(false);
/// Programs that run, each waited for on its thread.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// What ends their waits when our own program ends: nobody hushes it.
static END: OnceLock<Option<(Ringer, Bell)>> = OnceLock::new();
/// How long those have to be ended.
const ENDED_WITHIN: Duration = Duration::from_secs(2);

/// Ends whatever was run and is still waited for, on whichever thread. Nothing
/// is run any more after that.
pub fn end_all() {
    ENDING.store(true, Ordering::SeqCst);
    if let Some((ringer, _)) = the_end() {
        ringer.ring();
    }
    let until = clock::elapsed() + ENDED_WITHIN;
    while RUNNING.load(Ordering::SeqCst) > 0 && clock::elapsed() < until {
        thread::sleep(Duration::from_millis(5));
    }
}

/// The bell of the end; `None` where there is none, and who waits looks now
/// and then.
fn the_end() -> Option<&'static (Ringer, Bell)> {
    END.get_or_init(|| super::bell::bell().ok()).as_ref()
}

/// Whether our own program ends.
pub(super) fn has_begun() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// What ends a wait when our own program ends.
pub(super) fn bell() -> Option<&'static Bell> {
    the_end().map(|(_, bell)| bell)
}

/// The same, and whoever waited for a program that was ended waits on: nobody
/// shall take our own end for its answer. The caller ends the whole program.
pub fn end_all_unheard() {
    UNHEARD.store(true, Ordering::SeqCst);
    end_all();
}

/// One program that runs.
pub(super) struct Running;

impl Running {
    pub(super) fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }

    /// It did not end by itself.
    pub(super) fn ended(self) {
        drop(self);
        while UNHEARD.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}
