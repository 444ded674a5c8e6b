//! `mamori tmux`: hidden, called by `mamori.tmux` and by the hook it sets.

use std::path::Path;

use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::segment::Styles;
use crate::model::state::{State, TmuxServer};
use crate::state::store::{PATIENCE, Store};
use crate::sys::status_bar::{self, Texts};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::Server;
use crate::sys::{clock, poke};

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
    /// Show the segment in a server's bar
    Register {
        /// What the server says of itself: `MAMORI_SERVER` of `tmux/options.sh`
        server: String,
    },
    /// Tell the watcher that a session was closed
    Closed,
}

/// Carries the command out.
///
/// # Errors
/// Exit 2 when the description is not one, 3 when the server is not ours or
/// the state file cannot be written.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Register { server } => register(server, around),
        Verb::Closed => {
            poke::touch(&Home::of(&around.mamori_home))
                .map_err(|error| Failure::unable(error.to_string()))?;
            Ok(Exit::Fine)
        }
    }
}

fn register(server: &str, around: &Surroundings) -> Result<Exit, Failure> {
    let server = described(server).ok_or_else(|| {
        Failure::usage("this is not how a tmux server describes itself")
            .hint("tmux run-shell 'PLUGIN/mamori.tmux'")
    })?;
    let bar = Server::at(Path::new(&server.socket), around)
        .map_err(|error| Failure::unable(error.to_string()))?;
    let home = Home::of(&around.mamori_home);
    let store = Store::new(home.clone(), "mamori tmux register");
    let recorded = store.update(PATIENCE, clock::now(), |state| {
        let servers = with(&state.tmux_servers, server.clone());
        let changed = servers != state.tmux_servers;
        (
            (),
            changed.then(|| State {
                tmux_servers: servers,
                ..state.clone()
            }),
        )
    });
    // A bar that could not be recorded is told once all the same.
    let state = match &recorded {
        Ok(updated) => updated.state.clone(),
        Err(_) => store
            .read()
            .ok()
            .flatten()
            .map(|look| look.state)
            .unwrap_or_default(),
    };
    let until = status_bar::believed_until(&state, &home);
    // No redraw: the plugin sets the status line next, which draws it.
    // A configuration that is wrong is for people's commands to tell of.
    let programs = config::load(around).map(|config| config.arranging.programs.text());
    let (texts, programs) = (Texts::of(&state, &server), programs.ok());
    status_bar::introduce(&bar, (&texts, programs.as_deref()), until, around)
        .map_err(|error| Failure::unable(error.to_string()))?;
    recorded?;
    Ok(Exit::Fine)
}

/// `PID|START|VERSION|ICONS|OK|WARNING|CRITICAL|STALE|SOCKET`; an empty style
/// is our default.
fn described(text: &str) -> Option<TmuxServer> {
    let mut fields = text.splitn(9, '|');
    let (pid, start_time) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let (version, icons) = (fields.next()?.to_owned(), fields.next()?);
    let mut style = |default: String| {
        fields.next().map(|given| {
            if given.is_empty() {
                default
            } else {
                given.to_owned()
            }
        })
    };
    let default = Styles::default();
    let styles = Styles {
        ok: style(default.ok)?,
        warning: style(default.warning)?,
        critical: style(default.critical)?,
        stale: style(default.stale)?,
    };
    let socket = fields.next()?.to_owned();
    let ascii = icons == "ascii";
    Some(TmuxServer {
        socket,
        pid,
        start_time,
        version,
        ascii,
        styles,
    })
}

/// `servers` with `server` in the place of the one on its socket, or at the end.
fn with(servers: &[TmuxServer], server: TmuxServer) -> Vec<TmuxServer> {
    let mut servers = servers.to_vec();
    match servers
        .iter_mut()
        .find(|other| other.socket == server.socket)
    {
        Some(same) => *same = server,
        None => servers.push(server),
    }
    let beyond = servers.len().saturating_sub(SERVERS_KEPT);
    servers.drain(..beyond);
    servers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_read_and_its_socket_may_hold_anything() {
        let server = described("12|1700000000|3.3a|ascii|default||fg=red||/tmp/a|b").unwrap();
        assert_eq!(
            (server.pid, server.start_time, server.ascii),
            (12, 1_700_000_000, true)
        );
        assert_eq!(server.socket, "/tmp/a|b");
        let styles = [
            server.styles.ok,
            server.styles.warning,
            server.styles.critical,
        ];
        assert_eq!(styles, ["default", "fg=black,bg=yellow", "fg=red"]);
        assert_eq!(described("x|1"), None);
        assert_eq!(described(""), None);
    }

    #[test]
    fn a_server_that_came_back_takes_its_place_again() {
        let server = |pid, socket: &str| TmuxServer {
            socket: socket.to_owned(),
            pid,
            start_time: 0,
            version: String::new(),
            ascii: false,
            styles: Styles::default(),
        };
        let servers = with(&[server(1, "/a"), server(2, "/b")], server(3, "/a"));
        assert_eq!(
            servers.iter().map(|server| server.pid).collect::<Vec<_>>(),
            [3, 2]
        );
        let many = (0..40).fold(Vec::new(), |all, n| with(&all, server(n, &format!("/{n}"))));
        assert_eq!((many.len(), many[0].pid), (SERVERS_KEPT, 24));
    }
}
