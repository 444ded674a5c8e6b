//! `[network]` and `[hub]`: what proves the network, and what coordinators share.

use super::channel::Secret;
use super::names::{self, Endpoint};
use super::reader::Section;

/// `[network]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Addresses that prove the network besides the nodes; nobody else is asked.
    pub check: Vec<Endpoint>,
}

/// `[hub]`: the Redis or Valkey that coordinators share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// `redis://…`, `rediss://…` or `unix:///…`; may hold a password.
    pub url: Secret,
}

pub(super) fn network(section: &mut Section<'_, '_>) -> Network {
    let check = section.texts(
        "check",
        "addresses such as \"example.org:443\"",
        names::endpoint,
    );
    Network {
        check: check.unwrap_or_default(),
    }
}

pub(super) fn hub(section: &mut Section<'_, '_>) -> Hub {
    let url = section.text("url", |text| {
        // The slash belongs to the scheme: a socket has a path and no host.
        names::url(text, &["redis://", "rediss://", "unix:///"])
    });
    Hub {
        url: Secret::new(section.needed("url", url)),
    }
}
