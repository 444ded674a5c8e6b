//! `[network]`: what proves the network.

use super::names::{self, Endpoint};
use super::reader::Section;

/// `[network]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Addresses that prove the network besides the nodes; nobody else is asked.
    pub check: Vec<Endpoint>,
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
