//! What coding agents leave behind, and what it comes to: requests, tokens,
//! work, and what that would cost by list price.
//!
//! A parser takes one line or file after another and tells of the *requests*
//! and the *work* it finds. It counts requests, not lines: each has a [`Key`],
//! and whoever keeps them keeps each key once, whichever file shows it first.
//! What is not known stays unknown and is no zero; what an agent adds to its
//! formats is passed over.

pub mod aider;
pub mod budget;
pub mod claude;
pub mod codex;
pub mod figures;
pub mod gemini;
mod key;
mod loose;
pub mod observed;
pub mod opencode;
pub mod price;
mod turns;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

pub use super::agent::Agent;
pub use key::Key;

use super::super::text::{clean, cut};

/// The tokens of a request; `None` where its agent does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Read without any cache.
    pub input: Option<u64>,
    /// Written into a cache, for however long.
    pub cache_write: Option<u64>,
    /// The part of these that is kept for an hour, which has its own price.
    pub cache_write_hour: u64,
    /// Read from a cache.
    pub cache_read: Option<u64>,
    /// Written, thoughts included.
    pub output: Option<u64>,
}

impl Tokens {
    /// All of them, as far as they are known.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.input, self.cache_write, self.cache_read, self.output]
            .into_iter()
            .flatten()
            .fold(0, u64::saturating_add)
    }

    /// What was read, as far as it is known.
    #[must_use]
    pub fn read(&self) -> u64 {
        [self.input, self.cache_write, self.cache_read]
            .into_iter()
            .flatten()
            .fold(0, u64::saturating_add)
    }
}

/// One request to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The same in every copy of it.
    pub key: Key,
    /// What copies of it share that differ in the rest of the key, as the
    /// copies of a subagent's request may.
    pub message: Option<Key>,
    /// Whether a subagent made it.
    pub sidechain: bool,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The session.
    pub session: String,
    /// The folder that the session was working in.
    pub dir: Option<String>,
    /// The model, as the agent calls it.
    pub model: Option<String>,
    /// Its tokens.
    pub tokens: Tokens,
    /// What changes its price besides: `fast`, `batch`; nothing as a rule.
    pub rate: Option<String>,
    /// What the agent itself says that it cost, in millionths of a dollar.
    pub told: Option<u64>,
}

/// Time in which a session worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The session.
    pub session: String,
    /// The folder.
    pub dir: Option<String>,
    /// From when, in milliseconds since 1970.
    pub from: i64,
    /// Until when.
    pub to: i64,
}

/// What a parser found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Requests, in the order of the file, copies included.
    pub requests: Vec<Request>,
    /// Work.
    pub work: Vec<Work>,
    /// Lines that could not be read, or that told of a request whose time or
    /// tokens could not be.
    pub unread: u64,
}

impl Found {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.work.is_empty() && self.unread == 0
    }
}

/// How long work stands still for its gap not to count, in milliseconds.
pub const PAUSE: i64 = 600_000;

/// Instants that are believed, in milliseconds: the years 2015 to 2099.
const BELIEVED: std::ops::Range<i64> = 1_420_070_400_000..4_102_444_800_000;

/// An instant as agents write it: RFC 3339, in milliseconds.
fn instant(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_millis()).filter(|at| BELIEVED.contains(at))
}

/// Milliseconds since 1970 as a number.
fn moment(number: u64) -> Option<i64> {
    i64::try_from(number)
        .ok()
        .filter(|at| BELIEVED.contains(at))
}

/// A session's name, a model's: on one line, and not without end.
fn named(text: &str) -> Option<String> {
    let name = cut(&clean(text), 120, "…");
    (!name.trim().is_empty()).then_some(name)
}

/// A folder as it was written, unless no file system has such names.
fn folder(text: &str) -> Option<String> {
    let real = text.starts_with('/') && text.len() < 4_096 && !text.contains('\0');
    real.then(|| text.to_owned())
}

#[cfg(test)]
mod claude_tests;
#[cfg(test)]
mod codex_tests;
#[cfg(test)]
mod other_tests;
