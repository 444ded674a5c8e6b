//! From a channel of the configuration to the way its messages go. Effects.

use std::path::PathBuf;

use super::routes::{Has, Route, routes};
use super::{alertmanager, post};
use crate::config::{ChannelKind, Config};
use crate::failure::Failure;
use crate::model::state::TmuxServer;
use crate::model::text::quoted;
use crate::sys::config_file::{self, Owned, Part};
use crate::sys::notify::{self, Address, Way};
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

/// What to do when others can read the addresses in the configuration, which
/// may hold passwords.
#[must_use]
pub(super) fn exposed(routes: &[Route], around: &Surroundings) -> Option<String> {
    let secret = |kind: &ChannelKind| {
        matches!(
            kind,
            ChannelKind::Ntfy(_) | ChannelKind::Webhook(_) | ChannelKind::Alertmanager(_)
        )
    };
    if !routes.iter().any(|route| secret(&route.kind)) {
        return None;
    }
    let look = config_file::read(&around.config).ok().flatten()?;
    let open = |part: &Owned| part.part == Part::File && part.mode & 0o044 != 0;
    let file = look.parts.iter().find(|part| open(part))?;
    Some(format!(
        "warning: others can read the addresses of your channels\n\
         hint: chmod 600 {}\n",
        quoted(&file.path.display().to_string())
    ))
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
        ChannelKind::Ntfy(secret)
        | ChannelKind::Webhook(secret)
        | ChannelKind::Alertmanager(secret) => {
            Way::Request(route.kind.word(), Address(secret.expose().to_owned()))
        }
        ChannelKind::Command(words) => Way::Command(words.clone()),
    }
}

/// Makes a request of this kind with the message and the address that stand
/// in our environment: what [`Way::Request`] starts.
///
/// # Errors
/// Why it was not taken, without what is secret in the address.
pub(super) fn deliver(kind: &str) -> Result<(), Failure> {
    let given = notify::given().ok_or_else(|| Failure::usage("no message was given"))?;
    let (message, Address(address)) = given;
    let (url, body) = match kind {
        "ntfy" => post::ntfy(&address, &message).map_err(Failure::unable)?,
        "alertmanager" => alertmanager::post(&address, &message),
        _ => (address, post::webhook(&message)),
    };
    request(&url, &body.to_string()).map_err(Failure::unable)
}

#[cfg(feature = "http")]
fn request(url: &str, body: &str) -> Result<(), String> {
    notify::http::post(url, body)
}

#[cfg(not(feature = "http"))]
fn request(_: &str, _: &str) -> Result<(), String> {
    Err("this mamori was built without HTTP (cargo feature `http`)".to_owned())
}
