//! `[hub]`: the Redis or Valkey that coordinators share.

use std::path::PathBuf;
use std::time::Duration;

use super::channel::Secret;
use super::names;
use super::reader::Section;
use super::scalar::seconds;
use super::wrong::Wrong;
use crate::sys::hub::Address;

/// `[hub]`: where it is, and what this machine does there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// `redis://…`, `rediss://…` or `unix:///…`; may hold a password.
    pub url: Secret,
    /// A file of ours alone that holds the password; the environment's
    /// `MAMORI_HUB_PASSWORD` goes before it.
    pub password_file: Option<PathBuf>,
    /// The certificates that vouch for the hub, in PEM; `None`: the system's.
    pub ca: Option<PathBuf>,
    /// What all keys begin with.
    pub prefix: String,
    /// How often this machine says how it is, at least; 1 s to 10 min.
    pub every: Duration,
    /// Whether this machine looks after others: shows them, tells of them and
    /// recovers them. One that does not says how it is, and no more.
    pub coordinate: bool,
}

/// The longest prefix, in bytes.
const PREFIX: usize = 64;

pub(super) fn hub(section: &mut Section<'_, '_>) -> Hub {
    let url = section.text("url", |text| {
        // The slash belongs to the scheme: a socket has a path and no host.
        names::url(text, &["redis://", "rediss://", "unix:///"])
    });
    Hub {
        url: Secret::new(section.needed("url", url)),
        password_file: section.path("password_file", &super::Host::Local),
        ca: section.path("ca", &super::Host::Local),
        prefix: section
            .text("prefix", prefix)
            .unwrap_or_else(|| "mamori".to_owned()),
        every: section
            .duration("every", seconds(1)..=seconds(600))
            .unwrap_or(Duration::from_secs(15)),
        coordinate: section.boolean("coordinate").unwrap_or(true),
    }
}

/// Letters that are plain in a pattern of an access list, too.
fn prefix(text: &str) -> Result<String, Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    if !text.is_empty() && text.len() <= PREFIX && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Wrong::must(format!(
        "1 to {PREFIX} letters, digits, and `-`, `_`, `.`, `:`"
    )))
}

impl Hub {
    /// Where it is, and where what lets us in stands.
    #[must_use]
    pub fn address(&self) -> Address {
        let (password, ca) = (self.password_file.as_deref(), self.ca.as_deref());
        Address::new(self.url.expose(), password, ca)
    }

    /// Whether its address holds a password.
    #[must_use]
    pub fn secret(&self) -> bool {
        let rest = self
            .url
            .expose()
            .split_once("://")
            .map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        user.contains(':') || rest.contains("pass=")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_address_is_noticed() {
        for (url, secret) in [
            ("redis://:pw@h:1/0", true),
            ("rediss://me:pw@h", true),
            ("redis://me@h:6379", false),
            ("redis://h:6379/0", false),
            ("unix:///run/redis.sock?pass=x", true),
        ] {
            let hub = Hub {
                url: Secret::new(url.to_owned()),
                password_file: None,
                ca: None,
                prefix: String::new(),
                every: Duration::ZERO,
                coordinate: true,
            };
            assert_eq!(hub.secret(), secret, "{url}");
        }
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        assert!(prefix("team-a:mamori").is_ok());
        for bad in ["", "a*", "a b", "a\n", &"x".repeat(65)] {
            assert!(prefix(bad).is_err(), "{bad:?}");
        }
    }
}
