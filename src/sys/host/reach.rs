//! Which places answer, asked all at once.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use super::name::resolved;
use super::network;
use crate::model::reading::Reading;
use crate::sys::beside::each;

/// What became of a knock at a `HOST:PORT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It accepted or refused: somebody is there.
    Answers,
    /// Its name has no address.
    Unfound,
    /// Nobody answered in time.
    Silent,
}

/// Knocks at each of `places`, each for at most `limit`.
#[must_use]
pub fn reach(places: &[String], limit: Duration) -> Vec<Reached> {
    each(places, places.len(), |place| one(place, limit))
}

fn one(place: &str, limit: Duration) -> Reached {
    let found = resolved(place, limit);
    if found.is_empty() {
        return Reached::Unfound;
    }
    let answers = found
        .iter()
        .any(|one| match TcpStream::connect_timeout(one, limit) {
            Ok(_) => true,
            Err(error) => error.kind() == ErrorKind::ConnectionRefused,
        });
    if answers {
        Reached::Answers
    } else {
        Reached::Silent
    }
}

/// Whether one of `addresses`, or without any the default gateway, answers
/// within `limit`.
#[must_use]
pub fn network(addresses: &[String], limit: Duration) -> Reading<bool> {
    network::answers(addresses, limit)
}

/// Whether there is a way out of this machine at all: a default route.
#[must_use]
pub fn way_out() -> Reading<bool> {
    network::gateway().map(|gateway| gateway.is_some())
}
