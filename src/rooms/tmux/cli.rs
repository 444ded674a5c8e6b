//! `mamori tmux`: hidden, called by `mamori.tmux` and by the hook it sets.

use std::path::Path;

use super::menus::{self, Client};
use super::popup;
use crate::config;
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::segment::Styles;
use crate::model::state::{State, TmuxServer};
use crate::state::store::{PATIENCE, Store};
use crate::sys::programs::called_as;
use crate::sys::status_bar::{self, Texts};
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::Server;
use crate::sys::tmux::menu::bindings;
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
    /// Open a menu on a client
    Menu {
        /// The client's name
        client: String,
        /// Its size, such as 80x24
        size: String,
        /// Which menu, and of what
        #[arg(required = true, num_args = 1..=2)]
        which: Vec<String>,
    },
    /// Run a command in a popup that waits for a key
    Show(Words),
    /// Show what a command prints page by page
    Pages(Words),
    /// Show what a command would do, and do it on a yes
    Ask(Words),
    /// Run a command, and show its word as a message
    Run {
        /// The client that is told
        client: String,
        #[command(flatten)]
        words: Words,
    },
}

/// The words of a `mamori` command.
#[derive(Debug, clap::Args)]
struct Words {
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
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
        Verb::Menu {
            client,
            size,
            which,
        } => menu(client, size, which, around),
        Verb::Show(words) => popup::show(&words.words),
        Verb::Pages(words) => popup::pages(&words.words, around),
        Verb::Ask(words) => popup::ask(&words.words),
        Verb::Run { client, words } => popup::quietly(client, &words.words, around),
    }
}

/// Opens the menu that `which` names, with what the state file says now.
fn menu(
    client: &str,
    size: &str,
    which: &[String],
    around: &Surroundings,
) -> Result<Exit, Failure> {
    let which: Vec<&str> = which.iter().map(String::as_str).collect();
    let size =
        Client::read(size).ok_or_else(|| Failure::usage("a client's size is such as `80x24`"))?;
    let store = Store::new(Home::of(&around.mamori_home), "mamori tmux menu");
    let state = store.read().ok().flatten().map(|look| look.state);
    let state = state.unwrap_or_default();
    let now = clock::now();
    let found = match which.as_slice() {
        ["alerts"] => Some(menus::alerts(&state, size, now)),
        ["nodes"] => Some(menus::nodes(&state, size)),
        ["layout"] => Some(menus::layout()),
        ["reports"] => Some(menus::reports()),
        ["alert", number] => {
            let number = number.parse().ok();
            let alert = state
                .alerts
                .iter()
                .find(|alert| Some(alert.number) == number);
            alert.map(|alert| menus::alert(alert, size))
        }
        ["node", name] => {
            let node = state.nodes.iter().find(|node| node.name == **name);
            node.and_then(|node| menus::node(node, size))
        }
        _ => return Err(Failure::usage("there is no such menu")),
    };
    let server = popup::server(around)?;
    let menu = found.filter(|menu| menu.items().next().is_some());
    let told = match (&menu, called_as()) {
        // tmux hides without a word what is taller than its client.
        (Some(menu), Some(program)) if menu.entries.len() + 2 <= size.height => {
            let error = server.open_menu(client, menu, &program);
            return Err(Failure::unable(format!("tmux could not be run: {error}")));
        }
        (Some(_), _) => "mamori: this screen is too small for that menu",
        (None, _) => "mamori: there is nothing to choose from now",
    };
    let told = server.tell_client(client, told);
    told.map_err(|error| Failure::unable(error.to_string()))?;
    Ok(Exit::Fine)
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
    // A server that does not say which keys it has gets none of ours.
    let keys = bar.menu_key().ok().zip(called_as());
    let keys = keys.map(|(key, program)| bindings(&key, &menus::main(), &program));
    let told = (&texts, programs.as_deref(), keys.unwrap_or_default());
    status_bar::introduce(&bar, told, until, around)
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
