//! A shell at the other end of one `ssh`, and the question put to it.

use std::path::Path;
use std::time::Duration;

use rustix::event::PollFd;

use super::cause::{Cause, Progress, Trouble};
use super::fleet::Question;
use super::frame::{Frame, Frames, NOISE_CAP};
use crate::sys::channel::{Channel, Remains};
use crate::sys::surroundings::Surroundings;

/// What a look at a shell brought.
#[derive(Debug)]
pub(super) enum Heard {
    /// Nothing that decides anything.
    Nothing,
    /// The answer to the open question, or as much of it as came in time.
    Answer { lines: Vec<u8>, complete: bool },
    /// It is there, and what it added.
    Alive(String),
    /// It is lost, or there is nothing to be had from it.
    Broken(Trouble),
}

/// The question that waits for its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) at: Duration,
    pub(super) until: Duration,
}

/// One `ssh` and the shell behind it.
#[derive(Debug)]
pub(super) struct Shell {
    channel: Channel,
    frames: Frames,
    progress: Progress,
    complaint: Vec<u8>,
    /// Bytes of complaints since the last question.
    cried: usize,
    pub(super) began: Duration,
    pub(super) asked: Option<Asked>,
}

/// Who would be asked for a passphrase by the `ssh` to a jump host, which
/// hears nothing of our `BatchMode`: a program that knows none.
const UNASKED: [(&str, &str); 2] = [
    ("SSH_ASKPASS", "/usr/bin/false"),
    ("SSH_ASKPASS_REQUIRE", "force"),
];

/// Bytes of a line of ssh's complaints that are kept.
const COMPLAINT: usize = 4 << 10;

impl Shell {
    /// Starts `ssh`, and says `definitions` and a first question to the shell
    /// that it shall become.
    pub(super) fn open(
        ssh: &Path,
        arguments: &[std::ffi::OsString],
        around: &Surroundings,
        definitions: &str,
        now: Duration,
    ) -> Result<Self, Trouble> {
        let mut environment = around.environment.clone();
        environment.extend(UNASKED.map(|(name, value)| (name.into(), value.into())));
        let channel = Channel::open(ssh, arguments, &environment)
            .map_err(|error| Trouble::new(Cause::NoClient, format!("ssh: {error}")))?;
        let mut shell = Self {
            channel,
            frames: Frames::default(),
            progress: Progress::default(),
            complaint: Vec::new(),
            cried: 0,
            began: now,
            asked: None,
        };
        shell.channel.say(definitions.as_bytes());
        // Whether it came in time is for whoever waits for the handshake.
        shell.ask(Question::Alive, now, Duration::MAX);
        Ok(shell)
    }

    /// Puts a question, to be answered before `until`.
    pub(super) fn ask(&mut self, question: Question, now: Duration, until: Duration) {
        let token = format!("{:016x}", fastrand::u64(..));
        self.frames.expect(&token);
        self.cried = 0;
        let line = match question {
            Question::Alive => format!("mamori_alive {token}\n"),
            Question::Full => format!("mamori_probe {token}\n"),
            Question::Deed { number, insist } => {
                let insist = if insist { " insist" } else { "" };
                format!("mamori_recover {token} {number}{insist}\n")
            }
        };
        self.channel.say(line.as_bytes());
        self.asked = Some(Asked {
            question,
            at: now,
            until,
        });
    }

    /// Drops what was asked: an answer that comes later is noise.
    pub(super) fn forget(&mut self) {
        self.frames.forget();
        self.asked = None;
    }

    pub(super) fn greeted(&self) -> bool {
        self.progress.greeted
    }

    pub(super) fn let_in(&self) -> bool {
        self.progress.let_in
    }

    pub(super) fn interests(&self) -> impl Iterator<Item = PollFd<'_>> {
        self.channel.interests()
    }

    pub(super) fn end(self) -> Remains {
        self.channel.end()
    }

    /// Takes what it said meanwhile.
    pub(super) fn hear(&mut self, now: Duration) -> Heard {
        self.channel.send();
        let said = self.channel.hear();
        self.complain(&said.err);
        if self.progress.key_changed {
            return Heard::Broken(self.progress.trouble());
        }
        if self.cried > NOISE_CAP {
            return flood();
        }
        match self.frames.take(&said.out) {
            Some(Frame::Answer(lines)) => {
                return Heard::Answer {
                    lines,
                    complete: true,
                };
            }
            Some(Frame::Alive { note }) => return Heard::Alive(note),
            Some(Frame::Flood) => return flood(),
            None => {}
        }
        if said.over {
            return Heard::Broken(self.progress.trouble());
        }
        match self.asked {
            Some(asked) if now >= asked.until => self.late(asked, now),
            _ => Heard::Nothing,
        }
    }

    /// What to make of a question whose time is over: what came of the answer
    /// is worth something.
    fn late(&mut self, asked: Asked, now: Duration) -> Heard {
        if let Some(lines) = self.frames.so_far().filter(|lines| !lines.is_empty()) {
            let lines = lines.to_vec();
            return Heard::Answer {
                lines,
                complete: false,
            };
        }
        let waited = now.saturating_sub(asked.at).as_secs();
        let text = format!("it let us in, and gives no answer in {waited}s");
        Heard::Broken(Trouble::new(Cause::NoAnswer, text))
    }

    fn complain(&mut self, bytes: &[u8]) {
        self.cried = self.cried.saturating_add(bytes.len());
        for &byte in bytes {
            if byte != b'\n' {
                if self.complaint.len() < COMPLAINT {
                    self.complaint.push(byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.complaint);
            self.progress.hear(&String::from_utf8_lossy(&line));
        }
    }
}

fn flood() -> Heard {
    let text = "it floods us instead of answering";
    Heard::Broken(Trouble::new(Cause::NoProbe, text))
}
