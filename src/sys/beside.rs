//! Two things at once: one that may take its time, beside one that looks now
//! and then whether it is done.

use std::cell::RefCell;
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// What is done beside, as seen from the other side.
#[derive(Debug)]
pub struct Aside<A> {
    done: Receiver<A>,
    came: RefCell<Option<A>>,
}

impl<A> Aside<A> {
    /// What came of it, once it is done.
    pub fn peek<B>(&self, look: impl FnOnce(&A) -> B) -> Option<B> {
        let mut came = self.came.borrow_mut();
        if came.is_none() {
            *came = self.done.try_recv().ok();
        }
        came.as_ref().map(look)
    }
}

/// Does `aside` on a thread of its own while it does `here`, and waits for
/// both; `None` where the thread could not be had or broke down.
pub fn beside<A: Send, B>(
    aside: impl FnOnce() -> A + Send,
    here: impl FnOnce(&Aside<A>) -> B,
) -> (Option<A>, B) {
    let (sender, done) = mpsc::channel();
    let watched = Aside {
        done,
        came: RefCell::new(None),
    };
    thread::scope(|scope| {
        // Whoever waits takes it from the channel; nobody may wait any more.
        scope.spawn(move || sender.send(aside()).is_ok());
        let here = here(&watched);
        let came = watched.came.take();
        (came.or_else(|| watched.done.recv().ok()), here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_and_one_can_see_the_other() {
        let (aside, here) = beside(
            || 7,
            |aside| {
                loop {
                    if let Some(seen) = aside.peek(|number| *number + 1) {
                        return seen;
                    }
                    thread::yield_now();
                }
            },
        );
        assert_eq!((aside, here), (Some(7), 8));
    }
}
