//! From a channel of the configuration to the way its messages go. Effects.

use std::path::PathBuf;

use super::post;
use super::routes::{Has, Route, routes};
use crate::config::{ChannelKind, Config};
use crate::failure::Failure;
use crate::model::state::TmuxServer;
use crate::sys::notify::{self, Way};
use crate::sys::programs;
use crate::sys::surroundings::Surroundings;

/// The channels there are: the configured ones, or what this machine has.
#[must_use]
pub fn routes_of(config: &Config, around: &Surroundings) -> Vec<Route> {
    let configured = !config.channels.is_empty();
    let has = |program| !configured && programs::find(program, around).is_some();
    let has = Has {
        tmux: has("tmux"),
        termux: around.termux() && has("termux-notification"),
    };
    routes(&config.channels, has)
}

/// How the messages of a channel go.
#[must_use]
pub fn way(route: &Route, servers: &[TmuxServer]) -> Way {
    match &route.kind {
        ChannelKind::Tmux => Way::Tmux(
            servers
                .iter()
                .map(|server| PathBuf::from(&server.socket))
                .collect(),
        ),
        ChannelKind::Termux => Way::Termux,
        ChannelKind::Desktop => Way::Desktop,
        ChannelKind::Ntfy(_) | ChannelKind::Webhook(_) => Way::Request(route.name.clone()),
        ChannelKind::Command(words) => Way::Command(words.clone()),
    }
}

/// Makes the request of the channel `name` with the message that stands in our
/// environment: what [`Way::Request`] starts.
///
/// # Errors
/// Why it was not taken, without what is secret in the address.
pub(super) fn deliver(name: &str, config: &Config) -> Result<(), Failure> {
    let routes = routes(
        &config.channels,
        Has {
            tmux: false,
            termux: false,
        },
    );
    let route = routes.into_iter().find(|route| route.name == name);
    let unable = |what: String| Failure::unable(what);
    let kind = route.map(|route| route.kind);
    let message = notify::given().ok_or_else(|| Failure::usage("no message was given"))?;
    let (url, body) = match &kind {
        Some(ChannelKind::Ntfy(secret)) => post::ntfy(secret.expose(), &message).map_err(unable)?,
        Some(ChannelKind::Webhook(secret)) => (secret.expose().to_owned(), post::webhook(&message)),
        _ => return Err(Failure::usage(format!("there is no address for `{name}`"))),
    };
    request(&url, &body.to_string()).map_err(unable)
}

#[cfg(feature = "http")]
fn request(url: &str, body: &str) -> Result<(), String> {
    notify::http::post(url, body)
}

#[cfg(not(feature = "http"))]
fn request(_: &str, _: &str) -> Result<(), String> {
    Err("this mamori was built without HTTP (cargo feature `http`)".to_owned())
}
