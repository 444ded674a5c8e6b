//! A program that stays: fed and heard through pipes that never block, in a
//! process group of its own.

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

use rustix::event::{PollFd, PollFlags};

/// Bytes taken from each pipe at a time: one talkative program does not keep
/// the others waiting.
const AT_A_TIME: usize = 64 << 10;

/// A running program and its pipes.
#[derive(Debug)]
pub struct Channel {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// What the program did not take yet.
    unsent: Vec<u8>,
}

/// What was there to be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Of its output.
    pub out: Vec<u8>,
    /// Of its complaints.
    pub err: Vec<u8>,
    /// It ended, or closed all it could say something with.
    pub over: bool,
}

impl Channel {
    /// Starts `program`, an absolute path, with this environment alone.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn open(
        program: &Path,
        arguments: &[OsString],
        environment: &[(OsString, OsString)],
    ) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let channel = Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            unsent: Vec::new(),
        };
        for fd in channel.ends() {
            rustix::io::ioctl_fionbio(fd, true)?;
        }
        Ok(channel)
    }

    fn ends(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let stdin = self.stdin.as_ref().map(AsFd::as_fd);
        let stdout = self.stdout.as_ref().map(AsFd::as_fd);
        let stderr = self.stderr.as_ref().map(AsFd::as_fd);
        [stdin, stdout, stderr].into_iter().flatten()
    }

    /// What to wait for: its words, and room for ours where some are left.
    pub fn interests(&self) -> impl Iterator<Item = PollFd<'_>> {
        let speaks = [
            self.stdout.as_ref().map(AsFd::as_fd),
            self.stderr.as_ref().map(AsFd::as_fd),
        ];
        let listens = self.stdin.as_ref().filter(|_| !self.unsent.is_empty());
        speaks
            .into_iter()
            .flatten()
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .chain(listens.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::OUT)))
    }

    /// Says `bytes` to it, now or as it takes them. A program that has closed
    /// its ears is noticed when it ends.
    pub fn say(&mut self, bytes: &[u8]) {
        self.unsent.extend_from_slice(bytes);
        self.send();
    }

    /// Sends what is left, as far as it is taken.
    pub fn send(&mut self) {
        while let Some(stdin) = self.stdin.as_mut().filter(|_| !self.unsent.is_empty()) {
            match stdin.write(&self.unsent) {
                Ok(sent) => drop(self.unsent.drain(..sent)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.stdin = None;
                    self.unsent.clear();
                }
            }
        }
    }

    /// Takes what it said.
    pub fn hear(&mut self) -> Said {
        let out = take(&mut self.stdout);
        let err = take(&mut self.stderr);
        let over = match (&self.stdout, &self.stderr) {
            (None, None) => true,
            // A child of its own may hold the other pipe.
            (None, _) => matches!(self.child.try_wait(), Ok(Some(_))),
            _ => false,
        };
        Said { out, err, over }
    }

    /// Ends it with everything it started. What is left is to be asked
    /// until it is gone.
    #[must_use]
    pub fn end(mut self) -> Remains {
        // Its ears first: the shell at the other end hears it.
        self.stdin = None;
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid.filter(|_| !matches!(self.child.try_wait(), Ok(Some(_)))) {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        Remains(self.child)
    }
}

/// An ended program that the system has not let go of yet.
#[derive(Debug)]
pub struct Remains(Child);

impl Remains {
    /// Whether it is gone.
    pub fn gone(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

/// What is in the pipe; the pipe itself is let go of at its end.
fn take(pipe: &mut Option<impl Read>) -> Vec<u8> {
    let mut taken = Vec::new();
    let mut buffer = [0; 8 << 10];
    while let Some(from) = pipe.as_mut().filter(|_| taken.len() < AT_A_TIME) {
        match from.read(&mut buffer) {
            Ok(0) => *pipe = None,
            Ok(count) => taken.extend(buffer.iter().take(count)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) => *pipe = None,
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::poll;

    fn cat() -> Channel {
        let words = ["-c", "cat; echo over >&2"].map(OsString::from);
        Channel::open(Path::new("/bin/sh"), &words, &[]).unwrap()
    }

    /// All it says until `enough`.
    fn listen(channel: &mut Channel, enough: impl Fn(&Said) -> bool) -> Said {
        let mut all = Said::default();
        while !enough(&all) {
            let mut fds: Vec<_> = channel.interests().collect();
            poll(&mut fds, None).unwrap();
            drop(fds);
            channel.send();
            let said = channel.hear();
            all.out.extend(said.out);
            all.err.extend(said.err);
            all.over = said.over;
        }
        all
    }

    #[test]
    fn more_than_a_pipe_holds_is_sent_as_it_is_taken() {
        let mut channel = cat();
        channel.say(&vec![b'x'; 1 << 20]);
        let all = listen(&mut channel, |all| all.out.len() >= 1 << 20);
        assert_eq!(all.out.len(), 1 << 20);
        channel.stdin = None;
        let all = listen(&mut channel, |all| all.over);
        assert_eq!(all.err, b"over\n");
    }

    #[test]
    fn it_ends_with_all_it_started() {
        let words = ["-c", "sleep 600 & echo $!; wait"].map(OsString::from);
        let path = [("PATH".into(), "/usr/bin:/bin".into())];
        let mut channel = Channel::open(Path::new("/bin/sh"), &words, &path).unwrap();
        let said = listen(&mut channel, |all| all.out.ends_with(b"\n"));
        let pid: u32 = String::from_utf8(said.out).unwrap().trim().parse().unwrap();
        let mut remains = channel.end();
        let deadline = crate::sys::clock::elapsed() + std::time::Duration::from_secs(30);
        let zombie = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(") ")
                .is_none_or(|(_, rest)| rest.starts_with('Z'))
        };
        while !remains.gone() || !zombie() {
            assert!(crate::sys::clock::elapsed() < deadline, "it still runs");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}
