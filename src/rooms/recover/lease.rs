//! Whose turn it is to act on a target, where several coordinators could:
//! the hub's lease, as long as the hub answers. Effects.

use std::time::Duration;

use super::facts::Crew;
use super::target::{Target, What};
use crate::config::Config;
use crate::model::text::clean;
use crate::sys::hub::lease::{self, Lease, Turn};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A person, who means it.
    Person,
    /// A watcher: of other nodes it leaves those alone that name another
    /// coordinator, or none, while the hub does not answer.
    Watcher,
}

/// Everything that can be done to a service within, besides its getting ready.
const AROUND: Duration = Duration::from_secs(60);

/// How long the hub is waited for: what is our own does not wait for a hub that
/// is slow, or whose name cannot be looked up while the network is lost.
const OWN: Duration = Duration::from_millis(300);
const OTHERS: Duration = Duration::from_secs(5);

/// How long acting on a target may take, at most.
#[must_use]
pub fn limit(target: &Target) -> Duration {
    match &target.what {
        What::Service(service) => 2 * service.ready_within + AROUND,
        What::Sshd | What::Tmux | What::Network | What::Session(_) => AROUND,
    }
}

/// What its lease is called: the sessions of a server are one target.
fn name(target: &Target) -> String {
    match &target.what {
        What::Session(_) => format!("{}/tmux", target.node),
        _ => target.id(),
    }
}

/// Asks for the turn; `None`: nobody has to be asked.
///
/// # Errors
/// Who acts on it, or why nobody may say so.
pub fn turn(target: &Target, crew: &Crew, asks: Asks) -> Result<Option<Lease>, String> {
    let Some(hub) = &crew.config.hub else {
        return Ok(None);
    };
    // Nobody else can see to our own network.
    if target.what == What::Network {
        return Ok(None);
    }
    let address = hub.address();
    let (name, limit) = (name(target), limit(target));
    let own = target.node == crew.local;
    let patience = if own { OWN } else { OTHERS };
    match lease::take_within(patience, &address, &hub.prefix, &name, &crew.local, limit) {
        Turn::Ours(lease) => Ok(Some(lease)),
        Turn::Theirs(holder) => Err(clean(&holder)),
        Turn::NoHub(_) if own || asks == Asks::Person => Ok(None),
        Turn::NoHub(_) => without(target, &crew.config, &crew.local).map(|()| None),
    }
}

/// Whether this coordinator looks after another node although the hub is gone.
///
/// # Errors
/// Who does, if anybody.
fn without(target: &Target, config: &Config, local: &str) -> Result<(), String> {
    let named = config
        .node(&target.node)
        .and_then(|node| node.coordinator.as_deref());
    match named {
        Some(named) if named == local => Ok(()),
        Some(other) => Err(format!("the hub is gone, and {other}")),
        None => Err("the hub is gone, and nobody".to_owned()),
    }
}
