//! OpenSSH's own tools, asked and never told: nothing connects, nothing
//! prompts, nothing is changed.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::host::name;
use super::surroundings::Surroundings;
use super::{beside, clock, files, process, programs};
use crate::model::text::clean;

/// What one question may take.
const EACH: Duration = Duration::from_secs(2);
/// Questions asked at once: the programs are short and wait for little.
const AT_ONCE: usize = 8;
/// Characters kept of what a tool complains.
const LONGEST: usize = 300;

/// The tools that are installed, and until when they are asked.
#[derive(Debug)]
pub struct Tools<'a> {
    around: &'a Surroundings,
    ssh: Option<PathBuf>,
    keygen: Option<PathBuf>,
    add: Option<PathBuf>,
    deadline: Duration,
}

/// A private key's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// There is none.
    Missing,
    /// It can be used as it is.
    Open,
    /// Only an agent can use it: it has a passphrase, or is a public key.
    Locked {
        /// Its fingerprint as `ssh-add -l` prints it, where it can be known.
        fingerprint: Option<String>,
    },
    /// ssh will not use it, and says why.
    Refused(String),
}

/// The watcher as the kernel shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watcher {
    /// Its process id.
    pub pid: u32,
    /// Its `SSH_AUTH_SOCK`.
    pub agent: Option<String>,
    /// Whether systemd started it, whose environment it has then.
    pub by_systemd: bool,
}

impl<'a> Tools<'a> {
    /// The tools on `$PATH`, asked for no longer than `limit` from now; what
    /// is asked later gets no answer.
    #[must_use]
    pub fn find(around: &'a Surroundings, limit: Duration) -> Self {
        let find = |name| programs::find(name, around);
        Self {
            around,
            ssh: find("ssh"),
            keygen: find("ssh-keygen"),
            add: find("ssh-add"),
            deadline: clock::elapsed() + limit,
        }
    }

    /// Whether there is an ssh client.
    #[must_use]
    pub fn client(&self) -> bool {
        self.ssh.is_some()
    }

    /// What `ssh -G` says of `alias`.
    ///
    /// # Errors
    /// What ssh complains, made safe to show.
    pub fn configuration(&self, alias: &str) -> Result<String, String> {
        let said = self.run(self.ssh.as_deref(), &["-G", "--", alias], None)?;
        if said.status.success() {
            Ok(said.stdout)
        } else {
            Err(short(&said.stderr))
        }
    }

    /// Whether `file` knows the key of the host called `key_name`.
    #[must_use]
    pub fn knows(&self, key_name: &str, file: &Path) -> bool {
        let Some(file) = file.to_str().filter(|_| files::exists(file)) else {
            return false;
        };
        // As one word each: a name is never taken for an option.
        let (name, file) = (format!("-F{key_name}"), format!("-f{file}"));
        self.run(self.keygen.as_deref(), &[&name, &file], None)
            .is_ok_and(|said| said.status.success())
    }

    /// Looks at a private key's file. The passphrase tried is the empty one.
    #[must_use]
    pub fn key(&self, file: &Path) -> Key {
        let public = public(file);
        let Some(name) = file.to_str() else {
            return Key::Refused("its name is no text".to_owned());
        };
        let word = format!("-f{name}");
        let said = match files::exists(file) {
            true => self.run(self.keygen.as_deref(), &["-y", "-P", "", &word], None),
            // A public key alone serves those whose agent has the other half.
            false if files::exists(&public) => Err(String::new()),
            false => return Key::Missing,
        };
        let why = match said {
            Ok(said) if said.status.success() => return Key::Open,
            Ok(said) => said.stderr,
            Err(why) => why,
        };
        if why.contains("bad permissions") {
            return Key::Refused("others may read it".to_owned());
        }
        let fingerprint = self
            .run(self.keygen.as_deref(), &["-l", &word], None)
            .ok()
            .filter(|said| said.status.success())
            .and_then(|said| Some(said.stdout.split_whitespace().nth(1)?.to_owned()));
        if fingerprint.is_some() || why.contains("passphrase") {
            Key::Locked { fingerprint }
        } else {
            Key::Refused(short(&why))
        }
    }

    /// The fingerprints that the agent at `socket` holds; `None` when none
    /// answers there.
    #[must_use]
    pub fn agent(&self, socket: &str) -> Option<Vec<String>> {
        let said = self.run(self.add.as_deref(), &["-l"], Some(socket)).ok()?;
        // 1: it answers and holds nothing; 2: it does not answer (`ssh-add(1)`).
        let second = |line: &str| Some(line.split_whitespace().nth(1)?.to_owned());
        match said.status.code() {
            Some(0) => Some(said.stdout.lines().filter_map(second).collect()),
            Some(1) => Some(Vec::new()),
            _ => None,
        }
    }

    /// Whether the name service knows `host`, which may take two seconds.
    #[must_use]
    pub fn resolves(&self, host: &str) -> bool {
        let left = self.deadline.saturating_sub(clock::elapsed()).min(EACH);
        !name::resolved(&format!("{host}:22"), left).is_empty()
    }

    /// Asks about each of `items`, a few at once; the answers have their order.
    pub fn each<T: Sync, A: Send>(&self, items: &[T], ask: impl Fn(&T) -> A + Sync) -> Vec<A> {
        beside::each(items, AT_ONCE, ask)
    }

    fn run(
        &self,
        program: Option<&Path>,
        words: &[&str],
        agent: Option<&str>,
    ) -> Result<Said, String> {
        let program = program.ok_or("OpenSSH's client tools are not installed")?;
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let mut environment = self.around.environment.clone();
        if let Some(agent) = agent {
            environment.retain(|(name, _)| name != "SSH_AUTH_SOCK");
            environment.push(("SSH_AUTH_SOCK".into(), agent.into()));
        }
        let left = self.deadline.saturating_sub(clock::elapsed()).min(EACH);
        if left.is_zero() {
            return Err("not asked, because other answers took too long".to_owned());
        }
        let ended = process::run(program, &words, &environment, left)
            .map_err(|error| clean(&error.to_string()))?;
        let complaint = clean(String::from_utf8_lossy(&ended.stderr).trim());
        Ok(Said {
            status: ended.status,
            stdout: String::from_utf8_lossy(&ended.stdout).into_owned(),
            stderr: complaint,
        })
    }
}

struct Said {
    status: ExitStatus,
    stdout: String,
    stderr: String,
}

fn short(complaint: &str) -> String {
    complaint.chars().take(LONGEST).collect()
}

/// Where the public half of a key stands: `.pub` behind its name.
#[must_use]
pub fn public(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// The process `pid` with what its environment says of an agent; `None` where
/// that cannot be seen: another user's process, or not Linux.
#[must_use]
pub fn watcher(pid: u32) -> Option<Watcher> {
    // On macOS and elsewhere there is no such file.
    let bytes = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let value = |name: &str| {
        let mut entries = bytes.split(|byte| *byte == 0);
        let value = entries.find_map(|entry| {
            let value = entry.strip_prefix(name.as_bytes())?;
            value.strip_prefix(b"=")
        })?;
        Some(std::ffi::OsStr::from_bytes(value).to_str()?.to_owned())
    };
    Some(Watcher {
        pid,
        agent: value("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty()),
        // systemd names the process it started, so that its children, who
        // inherit this, are told from it (`systemd.exec(5)`).
        by_systemd: value("SYSTEMD_EXEC_PID") == Some(pid.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_their_order_and_questions_are_asked_at_once() {
        let around = Surroundings::read(None).unwrap();
        let tools = Tools::find(&around, EACH);
        // Both wait for the other: one after the other they would never end.
        let meet = std::sync::Barrier::new(2);
        let answers = tools.each(&[1, 2], |item| {
            meet.wait();
            item * 10
        });
        assert_eq!(answers, [10, 20]);
        assert!(tools.each(&[], |item: &u8| *item).is_empty());
    }
}
