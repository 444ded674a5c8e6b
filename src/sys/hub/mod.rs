//! The Redis or Valkey that coordinators share. It is spoken to on threads of
//! its own: whatever it does, the watcher goes on.
//!
//! | key, after `PREFIX:1:` | holds |
//! |---|---|
//! | `nodes` | every node's name, by when it last spoke (sorted set) |
//! | `node:NAME` | how it is ([`Snapshot`]), for a day |
//! | `claim:NAME` | whose name that is, as long as it speaks |
//! | `events:NAME` | what happened to it (stream, capped) |
//! | `changed` | names of nodes that changed, `people` when those spoke (stream, capped) |
//! | `people` | pauses, acknowledgements, snoozes ([`Register`], hash) |
//! | `alert:ID` | who tells of it, and what was told (hash) |
//! | `lease:TARGET` | who recovers it |

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::event::PollFd;

use super::bell::{Bell, Ringer, bell};
use crate::model::hub::Ahead;
use crate::model::hub::people::Register;
use crate::model::hub::snapshot::{Published, Refused, Snapshot};
use crate::model::hub::token::Token;
use crate::model::state::Event;

pub mod address;
#[cfg(feature = "hub")]
mod ear;
pub mod lease;
#[cfg(feature = "hub")]
mod link;
#[cfg(feature = "hub")]
mod reading;
#[cfg(feature = "hub")]
mod scripts;
#[cfg(feature = "hub")]
mod telling;
#[cfg(feature = "hub")]
mod worker;

pub use address::Address;

/// Who speaks to the hub, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// This machine's name.
    pub name: String,
    /// Tells this home from every other.
    pub instance: String,
    /// What keys begin with.
    pub prefix: String,
    /// How often to speak, at least.
    pub every: Duration,
    /// Whether to hear of others.
    pub coordinate: bool,
}

impl About {
    /// The name of a key.
    #[must_use]
    pub fn key(&self, rest: &str) -> String {
        key(&self.prefix, rest)
    }
}

fn key(prefix: &str, rest: &str) -> String {
    format!("{prefix}:{}:{rest}", crate::model::hub::FORM)
}

/// What the watcher wants of the hub.
#[derive(Debug)]
pub enum Order {
    /// To say that this machine is so.
    Publish(Box<Published>),
    /// To say that this happened to it.
    Happened(Vec<Event>),
    /// To say what people said.
    People(Vec<(String, Register)>),
    /// To ask whether it is ours to say that.
    Claim(Token),
    /// That it was said.
    Told(Token),
    /// That it could not be said: another may.
    Untold(Token),
    /// From which events on to read those of others.
    Read(BTreeMap<String, String>),
    /// Some nodes changed, or people spoke; what nobody else may ask for.
    Changed {
        /// Which nodes.
        names: Vec<String>,
        /// Whether people spoke.
        people: bool,
        /// Whether all may have changed.
        all: bool,
    },
    /// To say that the watcher ends, and to end.
    Stop,
}

/// What the watcher hears from the hub.
#[derive(Debug)]
pub enum News {
    /// It answers, and how far its clock is ahead of ours.
    There(Ahead),
    /// It does not answer or takes nothing, and why.
    Gone(String),
    /// How nodes are.
    Nodes(Vec<Snapshot>),
    /// What a node says counts for nothing, and why.
    Refused(String, Refused),
    /// What happened to a node, and the last event's place in its stream;
    /// without events: where its stream begins for us.
    Happened(String, String, Vec<Event>),
    /// What people said.
    People(BTreeMap<String, Register>),
    /// Events of ours up to this one are in the hub.
    Published(Event),
    /// Whether it is ours to say that, and when that was asked.
    Claimed(Token, Claim, Duration),
    /// Another machine has our name, and which.
    NameTaken(String),
    /// Our name is ours.
    NameOurs,
    /// The access list denies us that.
    Denied(String),
}

/// Whose it is to say something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Ours, for far longer than any delivery takes.
    Ours,
    /// Another's, who has not said it yet.
    Theirs(String),
    /// Another has said it.
    Told(String),
}

/// The watcher's end.
#[derive(Debug)]
pub struct Hub {
    orders: Sender<Order>,
    news: Receiver<News>,
    bell: Bell,
    done: Receiver<()>,
}

/// What there is to see of a hub, for `mamori doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its round trip.
    pub took: Duration,
    /// How far its clock is ahead.
    pub ahead: Ahead,
    /// What it does when its memory is full, if it says so: anything but
    /// `noeviction` forgets.
    pub full: Option<String>,
    /// What is denied to us, if anything.
    pub denied: Option<String>,
}

#[cfg(not(feature = "hub"))]
impl Seen {
    /// Nothing can be seen.
    ///
    /// # Errors
    /// Always.
    pub fn look(_: &Address, _: &str) -> Result<Self, String> {
        Err("this mamori was built without it (cargo feature `hub`)".to_owned())
    }
}

/// How long the watcher waits for its last word.
const FAREWELL: Duration = Duration::from_secs(2);

impl Hub {
    /// Begins to speak to it.
    ///
    /// # Errors
    /// When the system has no more threads or sockets.
    pub fn start(address: Address, about: About) -> io::Result<Self> {
        let (orders, received) = channel();
        let (tells, news) = channel();
        let (ringer, bell) = bell()?;
        let (ends, done) = channel();
        let voice = Voice { tells, ringer };
        #[cfg(feature = "hub")]
        worker::start(address, about, (orders.clone(), received), voice, ends)?;
        #[cfg(not(feature = "hub"))]
        {
            let why = "this mamori was built without it (cargo feature `hub`)";
            voice.say(News::Gone(why.to_owned()));
            drop((address, about, received, ends));
        }
        Ok(Self {
            orders,
            news,
            bell,
            done,
        })
    }

    /// Wants something of it.
    pub fn order(&self, order: Order) {
        // Threads that broke down hear nothing; it reads as a hub that is gone.
        let _ = self.orders.send(order);
    }

    /// What was heard since this was last asked.
    #[must_use]
    pub fn news(&self) -> Vec<News> {
        self.bell.hush();
        self.news.try_iter().collect()
    }

    /// Readable when there are news.
    #[must_use]
    pub fn interest(&self) -> PollFd<'_> {
        self.bell.interest()
    }

    /// Says that the watcher ends, and waits a little for that to be heard.
    pub fn farewell(&self) {
        self.order(Order::Stop);
        let _ = self.done.recv_timeout(FAREWELL);
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.order(Order::Stop);
    }
}

/// The threads' way to the watcher.
#[derive(Debug)]
struct Voice {
    tells: Sender<News>,
    ringer: Ringer,
}

impl Voice {
    fn say(&self, news: News) {
        let _ = self.tells.send(news);
        self.ringer.ring();
    }
}
