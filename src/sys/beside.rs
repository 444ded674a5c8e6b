//! Two things at once: one that may take its time, beside one that looks now
//! and then whether it is done. And many things, a few at once.
//!
//! A system that has no more threads to give hinders nobody: then less is done
//! at once.

use std::cell::RefCell;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

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
        let work = move || sender.send(aside()).is_ok();
        let _ = Builder::new().spawn_scoped(scope, work);
        let here = here(&watched);
        let came = watched.came.take();
        (came.or_else(|| watched.done.recv().ok()), here)
    })
}

/// Asks about each of `items`, at most `at_once` at once; the answers have
/// their order.
pub fn each<T: Sync, A: Send>(items: &[T], at_once: usize, ask: impl Fn(&T) -> A + Sync) -> Vec<A> {
    let next = Mutex::new(items.iter().enumerate());
    let answers = Mutex::new(Vec::with_capacity(items.len()));
    let work = || {
        loop {
            // A statement of its own, so that nobody asks under the lock.
            let taken = lock(&next).next();
            let Some((index, item)) = taken else { break };
            let answer = ask(item);
            lock(&answers).push((index, answer));
        }
    };
    thread::scope(|scope| {
        for _ in 1..at_once.min(items.len()) {
            if Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        // Whoever waits for the others can as well do a part.
        work();
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_the_order_of_what_was_asked() {
        let slow = |item: &u64| {
            thread::sleep(std::time::Duration::from_millis(20 - item));
            item + 1
        };
        assert_eq!(each(&[3, 1, 2], 3, slow), [4, 2, 3]);
        assert_eq!(each(&[3, 1, 2], 1, slow), [4, 2, 3]);
        assert!(each(&[], 3, slow).is_empty());
    }

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
