//! `mamori tmux register`: hidden, called by `mamori.tmux`.

use std::path::PathBuf;

use crate::failure::{Exit, Failure};
use crate::model::segment::Level;
use crate::state::home::Home;
use crate::state::schema::{State, TmuxServer};
use crate::state::store::{PATIENCE, Store};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::Server;
use crate::sys::{clock, status_bar};

/// How many servers are remembered; the oldest are forgotten beyond that.
const SERVERS_KEPT: usize = 16;

/// What `mamori.tmux` asks of us
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Show the segment in the bar of the server on SOCKET
    Register {
        /// The server's socket
        #[arg(long)]
        socket: PathBuf,
    },
}

/// Carries the command out.
///
/// # Errors
/// Exit 3 when the server does not answer or the state file cannot be written.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let Verb::Register { socket } = &args.verb;
    let server = Server::at(socket, around)
        .and_then(|server| server.describe())
        .map_err(|error| Failure::unable(error.to_string()).hint("tmux -V"))?;
    let home = Home::of(&around.mamori_home);
    let store = Store::new(home.clone(), "mamori tmux register");
    let updated = store.update(PATIENCE, clock::now(), |state| {
        let servers = with(&state.tmux_servers, server.clone());
        let changed = servers != state.tmux_servers;
        ((), changed.then(|| State { tmux_servers: servers, ..state.clone() }))
    })?;
    // The bar is new: whatever it showed before was not ours.
    let only_this = State { tmux_servers: vec![server], ..updated.state };
    status_bar::show_everywhere(around, &home, Level::Stale, &only_this);
    Ok(Exit::Fine)
}

/// `servers` with `server` in the place of the one on its socket, or at the end.
fn with(servers: &[TmuxServer], server: TmuxServer) -> Vec<TmuxServer> {
    let mut servers = servers.to_vec();
    match servers.iter_mut().find(|other| other.socket == server.socket) {
        Some(same) => *same = server,
        None => servers.push(server),
    }
    let beyond = servers.len().saturating_sub(SERVERS_KEPT);
    servers.drain(..beyond);
    servers
}
