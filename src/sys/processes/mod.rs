//! Facts about processes, and signals to exactly the one that was meant.

use std::io;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

#[cfg(any(target_os = "linux", target_os = "android"))]
use self::proc as system;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use self::sysctl as system;
use crate::model::process::{Condition, Facts, Identity};

#[cfg(any(target_os = "linux", target_os = "android"))]
mod proc;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod sysctl;

/// Who listens on a port of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listeners {
    /// The processes, by id, each once.
    pub pids: Vec<u32>,
    /// Whether somebody listens whose process is not ours to see.
    pub hidden: bool,
}

/// Why a process got no signal.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// It has ended; its id may be somebody else's by now.
    #[error("process {0} has ended")]
    Gone(u32),
    /// It belongs to somebody else.
    #[error("process {0} is not ours to signal")]
    NotOurs(u32),
    /// The system refused.
    #[error("could not signal process {0}: {1}")]
    Refused(u32, io::Error),
}

/// Which process has the id `pid` now; also one that has ended and was not
/// yet collected. `None`: none, or not ours to see.
#[must_use]
pub fn identity(pid: u32) -> Option<Identity> {
    system::state(pid).map(|(identity, _)| identity)
}

/// Whether that very process is still there and has not ended.
#[must_use]
pub fn lives(identity: &Identity) -> bool {
    system::state(identity.pid)
        .is_some_and(|(now, condition)| now == *identity && condition != Condition::Zombie)
}

/// How long ago that process started, by the clock that counts sleep.
#[must_use]
pub fn age(identity: &Identity) -> Option<std::time::Duration> {
    system::age(identity)
}

/// What is known of the process that has the id `pid` now.
#[must_use]
pub fn of(pid: u32) -> Option<Facts> {
    system::facts(pid)
}

/// The folder that process works in; `None` where we may not know (macOS).
#[must_use]
pub fn folder(pid: u32) -> Option<std::path::PathBuf> {
    system::cwd(pid)
}

/// Who listens on the TCP port `port` of this machine, at any address; `None`
/// where the system does not say (Android hides it).
#[must_use]
pub fn listeners(port: u16) -> Option<Listeners> {
    system::listeners(port)
}

/// Who listens on the local socket at `path`, whether its file is still there
/// or was deleted; `None` where the system does not say (macOS; Android
/// hides it).
#[must_use]
pub fn at_socket(path: &Path) -> Option<Vec<u32>> {
    system::at_socket(path)
}

/// The processes that go by `name`, of which Linux keeps 15 bytes; those that
/// have ended do not count.
#[must_use]
pub fn named(name: &str) -> Vec<u32> {
    system::named(name)
}

/// What is known of our own processes that started with this one or later.
#[must_use]
pub fn since(identity: &Identity) -> Vec<Facts> {
    let ours = rustix::process::getuid().as_raw();
    let mut all = system::since(identity.started);
    all.retain(|facts| facts.uid == ours && facts.condition != Condition::Zombie);
    all
}

/// The processes that were started with this in their environment, written
/// `NAME=VALUE`; none where environments are hidden (macOS).
#[must_use]
pub fn marked(mark: &str) -> Vec<Identity> {
    let marked = system::marked(mark.as_bytes());
    marked.into_iter().filter_map(identity).collect()
}

/// Sends `signal` to that very process; where the system has handles of
/// processes, nobody else can get it.
///
/// # Errors
/// When it has ended, or is not ours to signal.
pub fn signal(identity: &Identity, signal: Signal) -> Result<(), SignalError> {
    let pid = identity.pid;
    // Held first, then looked at: the handle means the process that was seen.
    let handle = handle(pid);
    if !lives(identity) {
        return Err(SignalError::Gone(pid));
    }
    let sent = match &handle {
        Some(handle) => send(handle, signal),
        None => i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or(rustix::io::Errno::SRCH)
            .and_then(|pid| kill_process(pid, signal)),
    };
    sent.map_err(|error| match error {
        rustix::io::Errno::SRCH => SignalError::Gone(pid),
        rustix::io::Errno::PERM => SignalError::NotOurs(pid),
        error => SignalError::Refused(pid, error.into()),
    })
}

#[cfg(target_os = "linux")]
use rustix::process::pidfd_send_signal as send;

/// A handle to signal by, where asking for it is safe.
#[cfg(target_os = "linux")]
fn handle(pid: u32) -> Option<rustix::fd::OwnedFd> {
    let safe = !super::surroundings::on_android();
    safe.then(|| super::pidfd::open(pid).ok()).flatten()
}

/// There are none to signal by.
#[cfg(not(target_os = "linux"))]
fn handle(_: u32) -> Option<std::convert::Infallible> {
    None
}

#[cfg(not(target_os = "linux"))]
fn send(handle: &std::convert::Infallible, _: Signal) -> rustix::io::Result<()> {
    match *handle {}
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::process::{Command, Stdio, id};

    use super::*;

    #[test]
    fn of_ourselves_all_is_known() {
        let facts = of(id()).unwrap();
        assert_eq!(facts.identity, identity(id()).unwrap());
        assert_eq!(facts.uid, rustix::process::getuid().as_raw());
        assert_eq!(facts.condition, Condition::Alive);
        let arguments: Vec<String> = std::env::args().collect();
        assert_eq!(facts.arguments, arguments);
        assert!(facts.program.unwrap().starts_with("mamori"));
        assert_eq!(facts.parent, std::os::unix::process::parent_id());
        assert!(lives(&facts.identity));
    }

    #[test]
    fn nobody_has_no_facts() {
        assert_eq!((of(0), identity(u32::MAX)), (None, None));
    }

    #[test]
    fn a_signal_reaches_the_one_that_was_meant_and_nobody_else() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let identity = identity(child.id()).unwrap();
        let earlier = Identity {
            started: identity.started.saturating_sub(1),
            ..identity
        };
        let refused = signal(&earlier, Signal::KILL).unwrap_err();
        assert!(matches!(refused, SignalError::Gone(_)), "{refused}");
        signal(&identity, Signal::STOP).unwrap();
        while of(child.id()).unwrap().condition != Condition::Stopped {
            std::thread::yield_now();
        }
        signal(&identity, Signal::KILL).unwrap();
        while lives(&identity) {
            std::thread::yield_now();
        }
        let zombie = of(child.id()).unwrap();
        assert_eq!(zombie.condition, Condition::Zombie);
        let refused = signal(&identity, Signal::KILL).unwrap_err();
        assert!(matches!(refused, SignalError::Gone(_)), "{refused}");
        child.wait().unwrap();
    }

    #[test]
    fn a_process_is_found_by_the_name_it_goes_by() {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("m{}-with-a-long-name", id());
        let program = folder.path().join(&name);
        std::fs::copy("/bin/sleep", &program).unwrap();
        let mut child = loop {
            // A copy may still be open for writing in a process just forked elsewhere.
            match Command::new(&program)
                .arg("600")
                .stdout(Stdio::null())
                .spawn()
            {
                Ok(child) => break child,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ExecutableFileBusy),
            }
        };
        // A program goes by its name a moment after it was started.
        while named(&name) != [child.id()] {
            std::thread::yield_now();
        }
        assert_eq!(of(child.id()).unwrap().program, Some(name.clone()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(named(&name), [] as [u32; 0]);
    }

    #[test]
    fn who_listens_is_told_by_port() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ours = Listeners {
            pids: vec![id()],
            hidden: false,
        };
        assert_eq!(listeners(port), Some(ours));
        drop(listener);
        assert_eq!(listeners(port), Some(Listeners::default()));
        let Ok(listener) = TcpListener::bind("[::1]:0") else {
            return;
        };
        let port = listener.local_addr().unwrap().port();
        assert_eq!(listeners(port).unwrap().pids, [id()]);
    }
}
