//! Carries messages to their channels, each on a thread of its own, and
//! reports back: whoever sends goes on at once, and no channel waits for
//! another.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use rustix::event::PollFd;

use super::bell::{Bell, Ringer, bell};
use super::notify::{self, Way};
use super::surroundings::Surroundings;
use crate::model::message::{Delivery, Message};

/// A thread that waits for one process needs little.
const STACK: usize = 256 * 1024;

/// How one delivery ended.
#[derive(Debug)]
pub struct Report {
    /// The channel.
    pub name: String,
    /// What was delivered, or was not.
    pub message: Message,
    /// How it ended.
    pub how: Delivery,
}

/// All deliveries that are under way.
#[derive(Debug)]
pub struct Courier {
    sender: Sender<Report>,
    reports: Receiver<Report>,
    ringer: Ringer,
    bell: Bell,
    stop: Arc<AtomicBool>,
    under_way: Vec<Trip>,
}

#[derive(Debug)]
struct Trip {
    name: String,
    number: u64,
    thread: Option<JoinHandle<()>>,
}

impl Courier {
    /// One that carries nothing yet.
    ///
    /// # Errors
    /// When there are no more file descriptors.
    pub fn new() -> io::Result<Self> {
        let (sender, reports) = channel();
        let (ringer, bell) = bell()?;
        Ok(Self {
            sender,
            reports,
            ringer,
            bell,
            stop: Arc::default(),
            under_way: Vec::new(),
        })
    }

    /// Sends `message` on its way, unless its channel is busy.
    pub fn send(&mut self, name: &str, way: Way, message: &Message, around: &Surroundings) {
        if self.busy(name) {
            return;
        }
        let (around, stop) = (around.clone(), Arc::clone(&self.stop));
        let (sender, ringer) = (self.sender.clone(), self.ringer.clone());
        let report = |how| Report {
            name: name.to_owned(),
            message: message.clone(),
            how,
        };
        let mut done = report(Delivery::Failed(String::new()));
        let started = thread::Builder::new().stack_size(STACK).spawn(move || {
            done.how = notify::deliver(&way, &done.message, &around, &stop);
            let _ = sender.send(done);
            ringer.ring();
        });
        let thread = match started {
            Ok(thread) => Some(thread),
            Err(error) => {
                let _ = self
                    .sender
                    .send(report(Delivery::Failed(error.to_string())));
                self.ringer.ring();
                None
            }
        };
        self.under_way.push(Trip {
            name: name.to_owned(),
            number: message.number,
            thread,
        });
    }

    /// Whether something is on its way to this channel.
    #[must_use]
    pub fn busy(&self, name: &str) -> bool {
        self.under_way.iter().any(|trip| trip.name == name)
    }

    /// What came back since the last time.
    pub fn reports(&mut self) -> Vec<Report> {
        self.bell.hush();
        let reports: Vec<Report> = self.reports.try_iter().collect();
        for report in &reports {
            self.under_way.retain(|trip| trip.name != report.name);
        }
        reports
    }

    /// The numbers of the messages that are under way.
    #[must_use]
    pub fn under_way(&self) -> Vec<u64> {
        self.under_way.iter().map(|trip| trip.number).collect()
    }

    /// Readable when something came back.
    #[must_use]
    pub fn interest(&self) -> PollFd<'_> {
        self.bell.interest()
    }
}

impl Drop for Courier {
    /// What still hangs is ended with its children.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for trip in &mut self.under_way {
            if let Some(thread) = trip.thread.take() {
                let _ = thread.join();
            }
        }
    }
}
