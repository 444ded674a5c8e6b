//! Starts programs that are to stay, and waits until they do their work.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::surroundings::Surroundings;
use super::{clock, processes};
use crate::model::process::{Condition, Facts, Identity};
use crate::model::text::{clean, cut};

/// What a started program may have said before its words are thrown away, in bytes.
const SAID: u64 = 1 << 20;
/// The variable that tells one start from another, so that what a failed one
/// left behind can be ended.
const MARK: &str = "MAMORI_START";
/// What is left behind may start more while it is ended.
const SWEEPS: usize = 5;
/// Of what it said last, so much is read, in bytes.
const READ: u64 = 4 << 10;

/// A program to start.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// Its absolute path.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: &'a [OsString],
    /// Its environment.
    pub environment: &'a [(OsString, OsString)],
    /// The file that takes what it says.
    pub output: &'a Path,
}

/// A program that was started.
#[derive(Debug)]
pub struct Started {
    child: Child,
    /// What it was when it was last seen: a script is its interpreter's first.
    seen: Option<Facts>,
    output: PathBuf,
    /// What all that it started has in its environment.
    mark: String,
    /// How it ended, once that is known.
    ended: Option<ExitStatus>,
}

/// What became of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It does its work.
    Ready,
    /// It does not; why, in words.
    Not(String),
}

/// Starts it in a process group of its own, without stdin, in the home folder.
/// It lives on when we end. What it says goes to a file of ours, where that
/// can be written.
///
/// # Errors
/// When it cannot be started.
pub fn start(what: &Start<'_>, around: &Surroundings) -> std::io::Result<Started> {
    let (stdout, stderr) = match output(what.output) {
        Ok((one, other)) => (Stdio::from(one), Stdio::from(other)),
        Err(_) => (Stdio::null(), Stdio::null()),
    };
    let mark = format!("{:016x}", fastrand::u64(..));
    let child = Command::new(what.program)
        .args(what.arguments)
        .env_clear()
        .env(MARK, &mark)
        .envs(what.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&around.home)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0)
        .spawn()?;
    Ok(Started {
        seen: None,
        child,
        output: what.output.to_owned(),
        mark: format!("{MARK}={mark}"),
        ended: None,
    })
}

fn output(path: &Path) -> std::io::Result<(File, File)> {
    let mut options = OpenOptions::new();
    // Appended to: when we cut the file, its writer goes on at the start.
    options.append(true).create(true).mode(0o600);
    let file = options.custom_flags(super::files::NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    file.set_len(0)?;
    let other = file.try_clone()?;
    Ok((file, other))
}

/// Cuts what a started program said when that has become too much.
pub fn cut_output(path: &Path) {
    let long = std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > SAID);
    if long && let Ok(file) = OpenOptions::new().write(true).open(path) {
        let _ = file.set_len(0);
    }
}

impl Started {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the started process itself is still there.
    pub fn stays(&mut self) -> bool {
        self.look();
        self.ended.is_none()
    }

    fn look(&mut self) {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
    }

    /// Notes what it runs, for as long as that can be seen.
    fn note(&mut self) {
        let running = |facts: &Facts| !facts.arguments.is_empty();
        if let Some(facts) = processes::of(self.child.id()).filter(running) {
            self.seen = Some(facts);
        }
    }

    /// Asks `ready` again and again, at most for `within`, until it says yes.
    /// What starts wrongly is not waited for.
    pub fn wait(
        &mut self,
        within: Duration,
        mut ready: impl FnMut(Duration) -> Result<(), String>,
    ) -> Settled {
        let began = clock::elapsed();
        loop {
            self.look();
            if self.ended.is_none() {
                self.note();
            }
            let ended = self.ended;
            let left = within.saturating_sub(clock::elapsed().saturating_sub(began));
            let asked = clock::elapsed();
            let why = match ready(left) {
                Ok(()) => return Settled::Ready,
                Err(why) => why,
            };
            let took = clock::elapsed().saturating_sub(asked);
            if let Some(status) = ended.filter(|status| !status.success()) {
                return Settled::Not(self.told(&exit(status)));
            }
            let passed = clock::elapsed().saturating_sub(began);
            if passed >= within {
                let shown = humantime::format_duration(within);
                let what = match (ended, self.stopped()) {
                    (Some(_), _) => {
                        format!("it exited with 0, but was not ready within {shown}: {why}")
                    }
                    (None, true) => "it was stopped: it wants a terminal".to_owned(),
                    (None, false) => format!("not ready within {shown}: {why}"),
                };
                return Settled::Not(self.told(&what));
            }
            cut_output(&self.output);
            thread::sleep(pause(passed, took));
        }
    }

    /// Whether a signal stopped it, as one that reads from a terminal it may not have.
    fn stopped(&self) -> bool {
        processes::of(self.child.id()).is_some_and(|facts| facts.condition == Condition::Stopped)
    }

    /// Ends it with all that is left of its process group, and what left that
    /// group, where it can be told by its environment, or by its program and
    /// words: nobody else would, and the next start adds one more.
    pub fn end(mut self) {
        // Of one that was waited for, the number may be another group's by now;
        // what it left behind carries the mark, where marks can be seen.
        if self.ended.is_none() || cfg!(target_os = "macos") {
            super::process::kill_group(self.child.id());
        }
        for _ in 0..SWEEPS {
            let mut left = processes::marked(&self.mark);
            left.extend(self.away());
            let ended = left
                .iter()
                .filter(|identity| processes::signal(identity, Signal::KILL).is_ok());
            if ended.count() == 0 {
                break;
            }
        }
        // What it still said when it was ended is not kept either.
        cut_output(&self.output);
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            // One that is stuck in the kernel cannot be waited for.
            let _ = thread::Builder::new().spawn(move || self.child.wait());
        }
    }

    /// The processes that began after it did and are it by program and words,
    /// as a fork is: some write a title over their environment, before those.
    fn away(&self) -> Vec<Identity> {
        let Some(seen) = &self.seen else {
            return Vec::new();
        };
        let words = seen.arguments.join(" ");
        let forked = |facts: &Facts| {
            facts.program.is_some()
                && facts.program == seen.program
                && facts.arguments.join(" ").contains(&words)
        };
        let since = processes::since(&seen.identity);
        let others = since
            .into_iter()
            .filter(|facts| facts.identity != seen.identity);
        others.filter(forked).map(|facts| facts.identity).collect()
    }

    /// `what`, and the last line that the program said.
    fn told(&self, what: &str) -> String {
        match last_words(&self.output) {
            Some(words) => format!("{what}; it said: {words}"),
            None => what.to_owned(),
        }
    }
}

/// How long to wait between two looks: short at first, and never shorter than
/// the look itself took.
fn pause(passed: Duration, took: Duration) -> Duration {
    let milliseconds = match passed.as_millis() {
        0..300 => 4,
        300..2_000 => 25,
        _ => 100,
    };
    Duration::from_millis(milliseconds).max(took)
}

/// `it exited with 3`, `signal 9 ended it`.
fn exit(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("it exited with {code}"),
        (None, Some(signal)) => format!("signal {signal} ended it"),
        (None, None) => "it ended".to_owned(),
    }
}

/// Asks `ready` again and again, at most for `within`, until it says yes.
///
/// # Errors
/// Why it was not ready at the end.
pub fn until_ready(
    within: Duration,
    mut ready: impl FnMut(Duration) -> Result<(), String>,
) -> Result<(), String> {
    let began = clock::elapsed();
    loop {
        let passed = clock::elapsed().saturating_sub(began);
        let answer = ready(within.saturating_sub(passed));
        let now = clock::elapsed().saturating_sub(began);
        if answer.is_ok() || now >= within {
            return answer;
        }
        thread::sleep(pause(now, now.saturating_sub(passed)));
    }
}

/// Waits for the end of a process, at most for `limit`; whether it came.
#[must_use]
pub fn until_gone(identity: &Identity, limit: Duration) -> bool {
    let gone = |_| {
        if processes::lives(identity) {
            Err(String::new())
        } else {
            Ok(())
        }
    };
    until_ready(limit, gone).is_ok()
}

/// The last line in a file of words, clean and short.
fn last_words(path: &Path) -> Option<String> {
    let mut file = super::files::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(READ)))
        .ok()?;
    let mut bytes = Vec::new();
    file.take(READ).read_to_end(&mut bytes).ok()?;
    last_line(&bytes)
}

/// The last line of what a program said, clean and short.
#[must_use]
pub fn last_line(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    telling(&text)
        .next_back()
        .map(|line| cut(&clean(line), 120, "…"))
}

/// The first and the last line of what a program said, clean and short: one
/// that finds fault says at first with what, and at the end what that means.
#[must_use]
pub fn ends(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = telling(&text);
    let first = cut(&clean(lines.next()?), 80, "…");
    Some(match lines.next_back() {
        Some(last) => format!("{first} … {}", cut(&clean(last), 60, "…")),
        None => first,
    })
}

/// The lines that say something, not those that frame them.
fn telling(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| line.chars().any(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_tell_are_the_first_and_the_last_with_words() {
        let said = b"@@@@\n@ WARNING @\n@@@@\nmore\n sshd: exiting.\n\n";
        assert_eq!(ends(said).unwrap(), "@ WARNING @ … sshd: exiting.");
        assert_eq!(last_line(said).unwrap(), "sshd: exiting.");
        assert_eq!(ends(b"\nonce\n").unwrap(), "once");
        assert_eq!((ends(b"\n--\n"), last_line(b"")), (None, None));
    }
}
