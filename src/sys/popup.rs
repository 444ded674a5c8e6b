//! What a popup of tmux holds: a command of ours with the popup's terminal,
//! its words page by page, and a key that a person presses.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

use super::process::{self, Ended, RunError};
use super::programs;
use super::surroundings::Surroundings;

/// What shows text page by page, with its arguments.
const PAGERS: [(&str, &[&str]); 2] = [("less", &["-R", "-~"]), ("more", &[])];

/// Runs `mamori` with these words on our own terminal, to its end.
///
/// # Errors
/// When it cannot be started.
pub fn run(words: &[String]) -> io::Result<ExitStatus> {
    let program = programs::called_as().ok_or(io::ErrorKind::NotFound)?;
    Command::new(program).args(words).status()
}

/// Runs `mamori` with these words and our environment, without a terminal.
///
/// # Errors
/// When it cannot be started, or has not ended after `limit`.
pub fn quietly(words: &[String], limit: Duration) -> Result<Ended, RunError> {
    let program = programs::called_as().unwrap_or_default();
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let environment: Vec<_> = std::env::vars_os().collect();
    process::run(&program, &words, &environment, limit)
}

/// Shows `text` page by page; `false` where there is no pager, and then
/// nothing was shown.
#[must_use]
pub fn page(text: &str, around: &Surroundings) -> bool {
    let found = PAGERS
        .iter()
        .find_map(|(name, words)| Some((programs::find(name, around)?, words)));
    let Some((pager, words)) = found else {
        return false;
    };
    let started = Command::new(pager)
        .args(*words)
        // Nothing else is begun from there.
        .env("LESSSECURE", "1")
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        return false;
    };
    if let Some(mut stdin) = child.stdin.take() {
        // Who has read enough closes it.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}

/// Waits for any key, where somebody can press one: the first byte of it.
#[must_use]
pub fn any_key() -> Option<u8> {
    let stdin = io::stdin();
    let before = tcgetattr(&stdin).ok()?;
    let mut each = before.clone();
    each.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
    each.special_codes[SpecialCodeIndex::VMIN] = 1;
    each.special_codes[SpecialCodeIndex::VTIME] = 0;
    // What was typed before the question is no answer to it.
    let _ = tcsetattr(&stdin, OptionalActions::Flush, &each);
    let mut key = [0; 16];
    let read = stdin.lock().read(&mut key);
    let _ = tcsetattr(&stdin, OptionalActions::Now, &before);
    key.first()
        .copied()
        .filter(|_| read.is_ok_and(|read| read > 0))
}
