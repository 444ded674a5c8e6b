//! Messages to people, over what there is. Each delivery is a process group of
//! its own with nothing on stdin and a time limit, so that one that hangs, or
//! a server that never answers, holds up nobody.

mod command;
mod desktop;
#[cfg(feature = "http")]
pub mod http;
mod termux;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::process::{self, Ended, RunError};
use super::programs;
use super::surroundings::Surroundings;
use super::tmux::{Server, TmuxError, default_socket};
use crate::model::message::{Delivery, Message};
use crate::model::text::{clean, cut, tmux_message};

/// How long a program has to take a message.
const LIMIT: Duration = Duration::from_secs(10);
/// How long our own program has, whose requests end after ten seconds.
const REQUEST_LIMIT: Duration = Duration::from_secs(15);
/// How long a message stands in a status line.
const SHOWN: Duration = Duration::from_secs(10);
/// Columns of a message in a status line.
const COLUMNS: usize = 200;
/// Characters of a complaint that is kept.
const COMPLAINT: usize = 200;
/// The variables in which our own program gets the message and the address:
/// others cannot read them, as they could a command line.
const MESSAGE: &str = "MAMORI_MESSAGE";
const ADDRESS: &str = "MAMORI_ADDRESS";

/// One way to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The clients of the default tmux server and of those on these sockets.
    Tmux(Vec<PathBuf>),
    /// Android's notifications.
    Termux,
    /// The desktop's notifications.
    Desktop,
    /// A request to an `ntfy` server or a `webhook`, which `mamori alerts
    /// deliver` makes.
    Request(&'static str, Address),
    /// A program that is given the message in its environment.
    Command(Vec<String>),
}

/// An address that may hold a password or a token: never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(pub String);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// Delivers `message`; ends early, and its program with it, on `stop`.
#[must_use]
pub fn deliver(way: &Way, message: &Message, around: &Surroundings, stop: &AtomicBool) -> Delivery {
    let desk = Counter { around, stop };
    match way {
        Way::Tmux(sockets) => tmux(sockets, message, around),
        Way::Termux => termux::notify(message, &desk),
        Way::Desktop => desktop::notify(message, &desk),
        Way::Request(kind, address) => request(kind, address, message, &desk),
        Way::Command(words) => command::tell(words, message, &desk),
    }
}

/// Where programs are started for a delivery.
struct Counter<'a> {
    around: &'a Surroundings,
    stop: &'a AtomicBool,
}

impl Counter<'_> {
    /// The program `name`, or that it is not there.
    fn find(&self, name: &str) -> Result<PathBuf, Delivery> {
        let missing = || Delivery::Failed(format!("{name} is not installed"));
        programs::find(name, self.around).ok_or_else(missing)
    }

    /// Runs a program with `more` in its environment.
    fn run(
        &self,
        program: &Path,
        arguments: &[OsString],
        more: &[(OsString, OsString)],
        limit: Duration,
    ) -> Delivery {
        let environment: Vec<(OsString, OsString)> = self
            .around
            .environment
            .iter()
            .chain(more)
            .cloned()
            .collect();
        match process::run_unless(self.stop, program, arguments, &environment, limit) {
            Ok(ended) if ended.status.success() => Delivery::Sent,
            Ok(ended) => Delivery::Failed(complaint(program, &ended)),
            Err(error @ RunError::TimedOut(..)) => Delivery::TimedOut(error.to_string()),
            Err(error) => Delivery::Failed(error.to_string()),
        }
    }
}

/// The first thing a program complained of, else how it ended.
fn complaint(program: &Path, ended: &Ended) -> String {
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let first = said.lines().map(clean).find(|line| !line.trim().is_empty());
    let first = first.map(|line| line.trim_start_matches("error: ").to_owned());
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let ending = || match ended.status.code() {
        Some(code) => format!("{name} ended with {code}"),
        None => format!("{name} was killed"),
    };
    cut(&first.unwrap_or_else(ending), COMPLAINT, "…")
}

fn tmux(sockets: &[PathBuf], message: &Message, around: &Surroundings) -> Delivery {
    let number = message
        .alert
        .map_or_else(String::new, |number| format!("  (#{number})"));
    let text = tmux_message(&cut(&format!("{}{number}", message.line()), COLUMNS, "…"));
    let default = default_socket(around);
    let others = sockets.iter().filter(|other| **other != default);
    let (mut clients, mut failed) = (0, None);
    for socket in std::iter::once(&default).chain(others) {
        let shown = Server::at(socket, around).and_then(|server| server.show_message(&text, SHOWN));
        match shown {
            Ok(more) => clients += more,
            Err(TmuxError::NoServer(_) | TmuxError::Foreign(_)) => {}
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        _ if clients > 0 => Delivery::Sent,
        Some(TmuxError::Run(error @ RunError::TimedOut(..))) => {
            Delivery::TimedOut(error.to_string())
        }
        Some(error) => Delivery::Failed(error.to_string()),
        None => Delivery::Nobody("no tmux client is attached".to_owned()),
    }
}

/// Lets our own program make the request: whatever a name service or a server
/// does to it, the watcher goes on.
fn request(kind: &str, address: &Address, message: &Message, counter: &Counter<'_>) -> Delivery {
    let around = counter.around;
    let found = programs::ourselves().filter(|path| path.exists());
    let Some(program) = found.or_else(|| programs::find("mamori", around)) else {
        return Delivery::Failed("our own program is gone".to_owned());
    };
    let text = match serde_json::to_string(message) {
        Ok(text) => text,
        Err(error) => return Delivery::Failed(error.to_string()),
    };
    let arguments = ["alerts", "deliver", kind].map(OsString::from);
    let more = [
        (MESSAGE.into(), text.into()),
        (ADDRESS.into(), address.0.clone().into()),
    ];
    counter.run(&program, &arguments, &more, REQUEST_LIMIT)
}

/// The message and the address that our own program was given.
#[must_use]
pub fn given() -> Option<(Message, Address)> {
    let text = std::env::var_os(MESSAGE)?;
    let message = serde_json::from_slice(text.as_encoded_bytes()).ok()?;
    Some((message, Address(std::env::var(ADDRESS).ok()?)))
}
