//! The sockets of tmux servers: whose they are, and how one that was deleted
//! under a live server comes back.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::io::{Errno, ioctl_fionbio};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, socket};
use rustix::process::Signal;

use super::{Server, TmuxError};
use crate::model::process::{Condition, Facts, Identity};
use crate::sys::clock;
use crate::sys::processes::{self, SignalError};
use crate::sys::surroundings::Surroundings;

/// How long a server has to create its socket anew; it takes half a
/// millisecond where nothing else happens.
const LIMIT: Duration = Duration::from_secs(2);
/// How often is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_micros(300);

/// The name that tmux gives its servers where a process may name itself.
const SERVER: &str = "tmux: server";

/// Why a socket did not come back.
#[derive(Debug, thiserror::Error)]
pub enum ReviveError {
    /// That process is gone, another one has its id, or it is no tmux server.
    #[error("process {0} is not a tmux server any more")]
    NoServer(u32),
    /// It is another user's.
    #[error("the tmux server {0} belongs to another user")]
    Foreign(u32),
    /// Another server listens there now: ours would take the socket from it.
    #[error("another tmux server listens on `{0}`")]
    Taken(String),
    /// The server did not create its socket, or does not answer there.
    #[error("the tmux server {0} did not come back to `{1}`")]
    Silent(u32, String),
    /// tmux itself.
    #[error(transparent)]
    Tmux(#[from] TmuxError),
    /// The signal could not be sent.
    #[error(transparent)]
    Signal(#[from] SignalError),
}

/// Makes a live server whose socket is gone create it again (`SIGUSR1`), and
/// sees that it answers there. Nothing is sent when it answers already. Its
/// folder is created again (0700) when that is gone, too.
///
/// # Errors
/// When `server` is not a live tmux server of ours, another one listens
/// there, or it does not come back within two seconds.
pub fn revive(socket: &Path, server: &Identity, around: &Surroundings) -> Result<(), ReviveError> {
    let shown = socket.display().to_string();
    let facts = processes::of(server.pid)
        .filter(|facts| facts.identity == *server && is_server(facts))
        .ok_or(ReviveError::NoServer(server.pid))?;
    if facts.uid != around.uid {
        return Err(ReviveError::Foreign(server.pid));
    }
    if answers(socket, around)? {
        return match Server::at(socket, around)?.identity()? {
            Some(other) if other == *server => Ok(()),
            _ => Err(ReviveError::Taken(shown)),
        };
    }
    safe_folder(socket, around)?;
    processes::signal(server, Signal::USR1)?;
    let deadline = clock::elapsed() + LIMIT;
    let silent = || ReviveError::Silent(server.pid, shown.clone());
    while !accepts(socket) {
        if clock::elapsed() >= deadline {
            return Err(silent());
        }
        thread::sleep(LOOK_EVERY);
    }
    let answered = Server::at(socket, around)?.identity()?;
    answered
        .filter(|id| id == server)
        .map(drop)
        .ok_or_else(silent)
}

/// The live servers of ours that listen on `socket`, deleted or not, the
/// newest last; none where the system does not say (Android).
#[must_use]
pub fn servers(socket: &Path, around: &Surroundings) -> Vec<Identity> {
    let at_socket = processes::at_socket(socket).unwrap_or_default();
    let facts = at_socket.into_iter().filter_map(processes::of);
    let ours: Vec<Facts> = facts
        .filter(|facts| facts.uid == around.uid && is_server(facts))
        .collect();
    // A pane's process looks like its server until it executes its program.
    let child = |facts: &&Facts| ours.iter().any(|other| other.identity.pid == facts.parent);
    let servers = ours.iter().filter(|facts| !child(facts));
    let mut servers: Vec<Identity> = servers.map(|facts| facts.identity).collect();
    servers.sort_by_key(|server| server.started);
    servers
}

/// Whether that very process is a live tmux server of ours: what a picture or
/// the state file remembers may be long gone.
#[must_use]
pub fn serves(server: &Identity, around: &Surroundings) -> bool {
    processes::of(server.pid).is_some_and(|facts| {
        facts.identity == *server && facts.uid == around.uid && is_server(&facts)
    })
}

pub(super) fn is_server(facts: &Facts) -> bool {
    // Where it may name itself, a client is `tmux: client`; elsewhere (macOS)
    // the two are told apart by whom we asked for the id.
    let named = [SERVER, "tmux"].contains(&&*facts.name);
    let program = facts.program.as_deref();
    named
        && program.is_none_or(|program| program.starts_with("tmux"))
        && facts.condition != Condition::Zombie
}

/// Whether some server listens on `socket`.
///
/// # Errors
/// When what is there is another user's.
pub(super) fn answers(socket: &Path, around: &Surroundings) -> Result<bool, TmuxError> {
    match std::fs::metadata(socket) {
        Ok(meta) if meta.uid() != around.uid => {
            Err(TmuxError::Foreign(socket.display().to_string()))
        }
        Ok(meta) => Ok(meta.file_type().is_socket() && accepts(socket)),
        Err(_) => Ok(false),
    }
}

/// Never waits: a server that was stopped leaves those who ask in a queue, and
/// when that is full, for ever.
fn accepts(path: &Path) -> bool {
    let connected = SocketAddrUnix::new(path).and_then(|address| {
        let handle = socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
        ioctl_fionbio(&handle, true)?;
        connect(&handle, &address)
    });
    matches!(connected, Ok(()) | Err(Errno::AGAIN | Errno::INPROGRESS))
}

/// Sees that nobody else can put a socket in the place of `socket`; creates
/// its folder as tmux does (0700) when it is not there.
///
/// # Errors
/// When the folder is not ours, or open to others and not sticky.
pub(super) fn safe_folder(socket: &Path, around: &Surroundings) -> Result<(), TmuxError> {
    let unsafe_folder = || TmuxError::UnsafeFolder(socket.display().to_string());
    let folder = socket.parent().ok_or_else(unsafe_folder)?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(_) => return Err(unsafe_folder()),
    }
    let meta = std::fs::metadata(folder).map_err(|_| unsafe_folder())?;
    let ours = meta.uid() == around.uid && meta.mode() & 0o022 == 0;
    // Such as /tmp itself, where each may only touch what is their own.
    let sticky = meta.uid() == 0 && meta.mode() & 0o1000 != 0;
    (meta.is_dir() && (ours || sticky))
        .then_some(())
        .ok_or_else(unsafe_folder)
}
