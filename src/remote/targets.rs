//! Which remote nodes are asked, and how. Pure.

use std::time::Duration;

use super::asking::{Manners, Target};
use super::deed::Deed;
use super::probe::Wishes;
use crate::config::{Channels, Config, Host};

use crate::model::node::Platform;
use crate::model::state::State;

/// Shells that stay open unless the configuration says otherwise.
const KEPT_OPEN: usize = 128;
/// How long an answer has at least that tells of services: one that hangs has a
/// second, and the answer a second besides.
const WITH_SERVICES: Duration = Duration::from_secs(2);
/// Handshakes at once.
const AT_ONCE: usize = 64;
/// The same on a phone, whose processes are counted (Android kills beyond 32).
const AT_ONCE_ON_A_PHONE: usize = 2;

/// The configured remote nodes, as they are to be asked.
#[must_use]
pub fn targets(config: &Config, state: &State, local: &str) -> Vec<Target> {
    let others = config.nodes.iter().filter(|node| node.name != local);
    others
        .map(|node| {
            let known = state.node(&node.name).and_then(|known| known.platform);
            let platform = node.platform.or(known);
            let termux = platform == Some(Platform::Termux);
            Target {
                name: node.name.clone(),
                alias: node.ssh.clone(),
                addresses: node.addresses.clone(),
                wishes: Wishes::of(config, node, termux),
                deeds: Deed::all(config, node, termux),
            }
        })
        .collect()
}

/// How they are asked on this machine; `staying`: we shall ask again.
#[must_use]
pub fn manners(config: &Config, termux: bool, staying: bool) -> Manners {
    let keep = match config.watch.channels {
        _ if !staying => 0,
        Channels::Count(count) => usize::from(count),
        Channels::Auto if termux => 0,
        Channels::Auto => KEPT_OPEN,
    };
    Manners {
        keep,
        at_once: if termux { AT_ONCE_ON_A_PHONE } else { AT_ONCE },
        aside: if termux { 0 } else { AT_ONCE },
        probe_timeout: if config.services.iter().any(|one| one.host != Host::Local) {
            config.watch.probe_timeout.max(WITH_SERVICES)
        } else {
            config.watch.probe_timeout
        },
        share_master: config.watch.share_master,
    }
}
