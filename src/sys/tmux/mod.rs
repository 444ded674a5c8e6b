//! Every tmux command line that `mamori` sends.
//!
//! Only the user's own servers are spoken to: the default one and those that
//! `mamori.tmux` registered. Data goes into variables by argument, never into
//! a format, an option or a shell line.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tmux_interface::{
    DisplayMessage, ListClients, ListSessions, RefreshClient, SetEnvironment, Tmux, TmuxCommand,
};

use super::process::{self, RunError};
use super::surroundings::Surroundings;
use super::{processes, programs};
use crate::model::process::Identity;
use crate::model::reading::Reading;
use crate::model::text::tmux_argument as argument;

pub mod build;
pub mod built;
pub mod check;
pub mod hook;
pub mod menu;
pub mod pictures;
pub mod socket;
pub mod window;
mod words;

/// How long a server has to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// Why tmux gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum TmuxError {
    /// There is no tmux.
    #[error("tmux is not installed")]
    Missing,
    /// No server listens on the socket.
    #[error("no tmux server on `{0}`")]
    NoServer(String),
    /// The socket is somebody else's.
    #[error("the tmux socket `{0}` belongs to another user")]
    Foreign(String),
    /// Others could put a socket of theirs there, or take ours.
    #[error(
        "the folder of the tmux socket `{0}` is not safe: it must be ours, and nobody else may write to it"
    )]
    UnsafeFolder(String),
    /// A session was created and is gone: its commands ended at once, or its
    /// server ends sessions that nobody is attached to.
    #[error("session `{0}` ended as soon as it was created")]
    Vanished(String),
    /// An earlier step got no answer, so the server was not asked again.
    #[error("the tmux server gave no answer before")]
    NotTried,
    /// The server complained.
    #[error("tmux: {0}")]
    Refused(String),
    /// The client did not start or did not end.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A way to one tmux server.
#[derive(Debug)]
pub struct Server<'a> {
    program: PathBuf,
    socket: PathBuf,
    around: &'a Surroundings,
}

impl<'a> Server<'a> {
    /// The server on `socket`, if it is ours to speak to.
    ///
    /// # Errors
    /// When there is no tmux, no such socket, or it is another user's.
    pub fn at(socket: &Path, around: &'a Surroundings) -> Result<Self, TmuxError> {
        let program = programs::find("tmux", around).ok_or(TmuxError::Missing)?;
        let shown = socket.display().to_string();
        let Ok(meta) = std::fs::metadata(socket) else {
            return Err(TmuxError::NoServer(shown));
        };
        if meta.uid() != around.uid {
            return Err(TmuxError::Foreign(shown));
        }
        Ok(Self {
            program,
            socket: socket.to_owned(),
            around,
        })
    }

    /// Sets hidden global environment variables: what `#{NAME}` in a status
    /// line shows, without a redraw and unseen by panes.
    ///
    /// # Errors
    /// When the server does not take them.
    pub fn set_hidden(&self, variables: &[(&str, &str)]) -> Result<(), TmuxError> {
        self.call(variables.iter().map(hidden)).map(drop)
    }

    /// Draws the status line of every attached client now.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn redraw_status(&self) -> Result<(), TmuxError> {
        let redraw = |name: &String| {
            let refresh = RefreshClient::new().status_line();
            refresh.target_client(name.clone()).build()
        };
        self.to_clients(redraw).map(drop)
    }

    /// Shows `text`, which [`crate::model::text::tmux_message`] made harmless,
    /// to every attached client; gives how many there are.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn show_message(&self, text: &str, span: Duration) -> Result<usize, TmuxError> {
        let delay = usize::try_from(span.as_millis()).unwrap_or(usize::MAX);
        self.to_clients(|name| {
            let message = DisplayMessage::new().delay(delay).message(argument(text));
            message.target_client(name.clone()).build()
        })
    }

    /// Sends one command for every attached client that a person looks at.
    fn to_clients<'c>(
        &self,
        command: impl Fn(&String) -> TmuxCommand<'c>,
    ) -> Result<usize, TmuxError> {
        let format = "#{client_control_mode} #{client_name}";
        let clients = self.ask(ListClients::new().format(format).build())?;
        let people = clients.lines().filter_map(|line| line.strip_prefix("0 "));
        let names: Vec<String> = people.map(ToOwned::to_owned).collect();
        if !names.is_empty() {
            self.call(names.iter().map(command))?;
        }
        Ok(names.len())
    }

    /// The names of its sessions.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn sessions(&self) -> Result<Vec<String>, TmuxError> {
        let names = self.ask(ListSessions::new().format("#{session_name}").build())?;
        Ok(names.lines().map(ToOwned::to_owned).collect())
    }

    /// The names of its sessions, and its process.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn roll(&self) -> Result<(Vec<String>, Option<Identity>), TmuxError> {
        let format = "#{pid} #{session_name}";
        let lines = self.ask(ListSessions::new().format(format).build())?;
        let mut names = Vec::new();
        let mut process = None;
        for (pid, name) in lines.lines().filter_map(|line| line.split_once(' ')) {
            process = process.or_else(|| processes::identity(pid.parse().ok()?));
            names.push(name.to_owned());
        }
        Ok((names, process))
    }

    /// The text that `format` expands to in the server.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn show(&self, format: &'static str) -> Result<String, TmuxError> {
        let answer = self.ask(DisplayMessage::new().print().message(format).build())?;
        Ok(answer.trim_end_matches('\n').to_owned())
    }

    fn ask(&self, command: TmuxCommand) -> Result<String, TmuxError> {
        self.call([command])
    }

    fn call<'c>(
        &self,
        commands: impl IntoIterator<Item = TmuxCommand<'c>>,
    ) -> Result<String, TmuxError> {
        let environment = &self.around.environment;
        send(&self.program, &self.socket, commands, environment, LIMIT)
    }

    /// Its process; `None` in between when it has just ended.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn identity(&self) -> Result<Option<Identity>, TmuxError> {
        let pid = self.show("#{pid}")?;
        Ok(pid.parse().ok().and_then(processes::identity))
    }
}

fn hidden<'c>((name, value): &(&str, &str)) -> TmuxCommand<'c> {
    SetEnvironment::new()
        .global()
        .hidden()
        .name(name.to_string())
        .value(argument(value))
        .build()
}

/// The words with which a tmux client sends `commands`.
fn words<'c>(socket: &Path, commands: impl IntoIterator<Item = TmuxCommand<'c>>) -> Vec<OsString> {
    let socket = socket.to_string_lossy().into_owned();
    let tmux = Tmux::new().force_utf8().socket_path(socket);
    let whole = commands.into_iter().fold(tmux, Tmux::add_command).build();
    let all = whole.to_vec();
    let words = all.iter().skip(1);
    words.map(|word| OsString::from(word.as_ref())).collect()
}

/// Runs a tmux client with `commands`, and gives what it printed.
fn send<'c>(
    program: &Path,
    socket: &Path,
    commands: impl IntoIterator<Item = TmuxCommand<'c>>,
    environment: &[(OsString, OsString)],
    limit: Duration,
) -> Result<String, TmuxError> {
    let arguments = words(socket, commands);
    let socket = socket.to_string_lossy().into_owned();
    let ended = process::run(program, &arguments, environment, limit)?;
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    if no_server(&complaint) {
        Err(TmuxError::NoServer(socket))
    } else {
        Err(TmuxError::Refused(complaint))
    }
}

/// Whether a client's complaint means that no server runs.
#[must_use]
pub fn no_server(complaint: &str) -> bool {
    [
        "no server running",
        "error connecting",
        "server exited",
        "lost server",
    ]
    .iter()
    .any(|words| complaint.contains(words))
}

/// Where the user's default server listens: `$TMUX_TMPDIR`, on Termux
/// `$PREFIX/var/run`, else `/tmp`.
#[must_use]
pub fn default_socket(around: &Surroundings) -> PathBuf {
    let folder = around.tmux_tmpdir.clone().unwrap_or_else(|| {
        around
            .prefix
            .as_ref()
            .map_or_else(|| PathBuf::from("/tmp"), |prefix| prefix.join("var/run"))
    });
    folder.join(format!("tmux-{}/default", around.uid))
}

/// The sessions of the default server and of those registered, by name. No
/// server at all is no session; no tmux cannot be known.
pub(super) fn sessions(around: &Surroundings, registered: &[PathBuf]) -> Reading<Vec<String>> {
    let default = default_socket(around);
    let sockets =
        std::iter::once(&default).chain(registered.iter().filter(|other| **other != default));
    let (mut names, mut failed) = (Vec::new(), None);
    for socket in sockets {
        match Server::at(socket, around).and_then(|server| server.sessions()) {
            Ok(more) => names.extend(more),
            Err(TmuxError::Missing) => return Reading::unavailable("tmux is not installed"),
            Err(TmuxError::NoServer(_) | TmuxError::Foreign(_)) => {}
            Err(error) => failed = failed.or(Some(error.to_string())),
        }
    }
    names.sort();
    names.dedup();
    // What one server does not say hides nothing that the others said.
    match failed {
        Some(error) if names.is_empty() => Reading::Failed(error),
        _ => Reading::Value(names),
    }
}

/// The version of the installed client, such as `3.3a` or `next-3.8`.
#[must_use]
pub fn client_version(around: &Surroundings) -> Option<String> {
    let program = programs::find("tmux", around)?;
    let ended = process::run(
        &program,
        &[OsString::from("-V")],
        &around.environment,
        LIMIT,
    )
    .ok()?;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    Some(text.trim().trim_start_matches("tmux ").to_owned())
}
