//! Is a service ready? What it does tells, not that a process is there, unless
//! that is what was asked.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::name::resolved;
use super::ssh;
use crate::model::reading::Reading;
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
    let answers = thread::scope(|scope| {
        let ask = |check| scope.spawn(move || answers(check, around, limit));
        let asked: Vec<_> = services
            .iter()
            .map(|(name, check)| (name, ask(check)))
            .collect();
        let answer = |(name, thread): (&String, thread::ScopedJoinHandle<'_, bool>)| {
            (name.clone(), thread.join().unwrap_or(false))
        };
        asked.into_iter().map(answer).collect()
    });
    Reading::Value(answers)
}

fn answers(check: &Check, around: &Surroundings, limit: Duration) -> bool {
    match check {
        Check::SshBanner(address) => ssh::banner(address).value() == Some(&true),
        Check::Tcp(address) => accepts(address, limit),
        Check::Command(words) => succeeds(words, around, limit),
        Check::Process(name) => !processes::named(name).is_empty(),
    }
}

fn accepts(address: &str, limit: Duration) -> bool {
    let found = resolved(address, limit);
    found
        .iter()
        .any(|one| TcpStream::connect_timeout(one, limit).is_ok())
}

fn succeeds(words: &[String], around: &Surroundings, limit: Duration) -> bool {
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    let program = if Path::new(program).is_absolute() {
        Some(PathBuf::from(program))
    } else {
        programs::find(program, around)
    };
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    program.is_some_and(|program| {
        process::run(&program, &arguments, &around.environment, limit)
            .is_ok_and(|ended| ended.status.success())
    })
}
