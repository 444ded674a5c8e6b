//! Is a service ready? What it does tells, not that a process is there, unless
//! that is what was asked.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use super::name::resolved;
use super::ssh;
use crate::model::reading::Reading;
use crate::sys::beside::each;
use crate::sys::surroundings::Surroundings;
use crate::sys::{process, processes, programs};

/// What tells that a service is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// An ssh server greets at `HOST:PORT`.
    SshBanner(String),
    /// A connection to `HOST:PORT` is accepted.
    Tcp(String),
    /// A command, an argv, exits with 0.
    Command(Vec<String>),
    /// A process of this name runs.
    Process(String),
}

/// Asks all services at once, each at most `limit`.
pub(super) fn ready(
    services: &[(String, Check)],
    around: &Surroundings,
    limit: Duration,
) -> Reading<BTreeMap<String, bool>> {
    let answer = |(name, check): &(String, Check)| {
        let ready = ask(check, around, limit).is_ok();
        (name.clone(), ready)
    };
    Reading::Value(each(services, services.len(), answer).into_iter().collect())
}

/// Why a service is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unready {
    /// In words.
    pub why: String,
    /// Whether its place is surely empty: nobody listens there.
    pub vacant: bool,
    /// Whether somebody there says something, or closes at once, as a server
    /// does that has too much to do.
    pub answers: bool,
}

impl From<String> for Unready {
    fn from(why: String) -> Self {
        Self {
            why,
            vacant: false,
            answers: false,
        }
    }
}

/// Asks one service.
///
/// # Errors
/// Why it is not ready.
pub fn ask(check: &Check, around: &Surroundings, limit: Duration) -> Result<(), Unready> {
    match check {
        Check::SshBanner(address) => greets(address, limit),
        Check::Tcp(address) => connected(address, limit).map(drop),
        Check::Command(words) => succeeds(words, around, limit),
        Check::Process(name) => {
            if processes::named(name).is_empty() {
                Err(format!("no process `{name}`").into())
            } else {
                Ok(())
            }
        }
    }
}

fn greets(address: &str, limit: Duration) -> Result<(), Unready> {
    let mut stream = connected(address, limit)?;
    match ssh::greeting(&mut stream, limit.min(ssh::LIMIT)) {
        ssh::Greeting::Ssh => Ok(()),
        ssh::Greeting::Other => Err(Unready {
            why: format!("{address} does not greet as ssh does"),
            vacant: false,
            answers: true,
        }),
        ssh::Greeting::None => {
            Err(format!("{address} accepts connections and says nothing").into())
        }
    }
}

fn connected(address: &str, limit: Duration) -> Result<TcpStream, Unready> {
    let mut failed = Unready::from(format!("{address} has no address"));
    for one in resolved(address, limit) {
        match TcpStream::connect_timeout(&one, limit.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                failed = Unready {
                    why: format!("{address}: {}", error.kind()),
                    vacant: error.kind() == ErrorKind::ConnectionRefused,
                    answers: false,
                }
            }
        }
    }
    Err(failed)
}

fn succeeds(words: &[String], around: &Surroundings, limit: Duration) -> Result<(), Unready> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| "there is no command".to_owned())?;
    let path =
        programs::resolve(program, around).ok_or_else(|| format!("`{program}` is not there"))?;
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let ended = process::run(&path, &arguments, &around.environment, limit)
        .map_err(|error| error.to_string())?;
    match ended.status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(format!("`{program}` exits with {code}").into()),
        None => Err(format!("`{program}` was ended by a signal").into()),
    }
}
