//! One HTTP request, made by a process of its own. No word of an address that
//! may hold a secret leaves this file but its scheme and host.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ureq::http::{StatusCode, header};

/// The time all of it may take, redirects included.
const LIMIT: Duration = Duration::from_secs(10);
/// Redirects that are followed: within the same server only.
const REDIRECTS: usize = 3;
/// Bytes of the answer's head; its body is never read.
const HEAD: usize = 16 * 1024;

/// Posts a JSON text.
///
/// # Errors
/// Why it was not taken, in words that may be shown.
pub fn post(url: &str, body: &str) -> Result<(), String> {
    let mut at = Address::read(url).ok_or("the address is not valid")?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(LIMIT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_response_header_size(HEAD)
        .user_agent(concat!("mamori/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    for _ in 0..=REDIRECTS {
        let mut request = agent
            .post(&at.url())
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = &at.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = request.send(body).map_err(|error| at.words(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let target = answer.headers().get(header::LOCATION);
        let target = target.and_then(|target| target.to_str().ok());
        match target {
            Some(target) if repeats(status) => at = at.redirected(target)?,
            _ => return Err(format!("{} answered {}", at.shown(), status.as_u16())),
        }
    }
    Err(format!("{} redirects again and again", at.shown()))
}

/// Whether a redirect asks for the same request elsewhere.
fn repeats(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 307 | 308)
}

/// An address in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    scheme: String,
    /// Host and port.
    server: String,
    /// From the first slash on.
    path: String,
    authorization: Option<String>,
}

impl Address {
    fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (server, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, server) = match server.rsplit_once('@') {
            Some((user, server)) => (Some(user), server),
            None => (None, server),
        };
        let path = path.split('#').next().unwrap_or_default();
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            server: server.to_ascii_lowercase(),
            path: if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            },
            authorization: user.map(authorization),
        })
    }

    fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.server, self.path)
    }

    /// All of it that anybody may see.
    fn shown(&self) -> String {
        format!("{}://{}", self.scheme, self.server)
    }

    /// Where a redirect leads, if that is the same server.
    fn redirected(&self, target: &str) -> Result<Self, String> {
        let elsewhere = || format!("{} redirects to another server", self.shown());
        if let Some(path) = target.strip_prefix('/') {
            if path.starts_with(['/', '\\']) {
                return Err(elsewhere());
            }
            return Ok(Self {
                path: target.to_owned(),
                ..self.clone()
            });
        }
        let there = Self::read(target).ok_or_else(elsewhere)?;
        let same = there.scheme == self.scheme && there.port() == self.port();
        if !same || there.authorization.is_some() {
            return Err(elsewhere());
        }
        Ok(Self {
            authorization: self.authorization.clone(),
            ..there
        })
    }

    /// The host with its port, written out.
    fn port(&self) -> String {
        let written = self
            .server
            .rsplit(']')
            .next()
            .is_some_and(|end| end.contains(':'));
        let usual = if self.scheme == "https" { "443" } else { "80" };
        if written {
            self.server.clone()
        } else {
            format!("{}:{usual}", self.server)
        }
    }

    /// What went wrong, without what the library says of the address.
    fn words(&self, error: &ureq::Error) -> String {
        let why = match error {
            ureq::Error::Timeout(_) => format!("gave no answer in {}s", LIMIT.as_secs()),
            ureq::Error::HostNotFound => "has no address".to_owned(),
            ureq::Error::ConnectionFailed => "cannot be reached".to_owned(),
            ureq::Error::Io(error) if error.to_string().contains("lookup") => {
                "has no address".to_owned()
            }
            ureq::Error::Io(error) => format!("cannot be reached: {}", error.kind()),
            ureq::Error::Tls(why) => format!("has no safe connection: {why}"),
            ureq::Error::Rustls(error) => format!("has no safe connection: {error}"),
            ureq::Error::Protocol(_) => "does not speak HTTP".to_owned(),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => "is no valid address".to_owned(),
            _ => "did not take the request".to_owned(),
        };
        format!("{} {why}", self.shown())
    }
}

/// `user:password` is told as such; a token stands alone, or as the password
/// of nobody.
fn authorization(user: &str) -> String {
    let (name, password) = user.split_once(':').unwrap_or(("", user));
    let (name, password) = (decoded(name), decoded(password));
    if name.is_empty() {
        format!("Bearer {password}")
    } else {
        let both = BASE64_STANDARD.encode(format!("{name}:{password}"));
        format!("Basic {both}")
    }
}

/// A part of an address without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(from: &str, to: &str) -> Result<String, String> {
        let from = Address::read(from).unwrap();
        from.redirected(to).map(|there| there.url())
    }

    #[test]
    fn a_redirect_stays_on_its_server() {
        let from = "https://user:secret@hook.example/a?t=secret";
        assert_eq!(led(from, "/b").unwrap(), "https://hook.example/b");
        assert_eq!(
            led(from, "https://HOOK.example:443/c").unwrap(),
            "https://hook.example:443/c"
        );
        for bad in [
            "http://hook.example/b",
            "https://other.example/b",
            "https://hook.example:8443/b",
            "https://hook.example@other.example/",
            "//other.example/b",
            "/\\other.example",
            "b",
            "javascript:x",
        ] {
            let why = led(from, bad).unwrap_err();
            assert_eq!(why, "https://hook.example redirects to another server");
        }
    }

    #[test]
    fn who_asks_is_told_in_a_header_and_nowhere_else() {
        let basic = Address::read("https://me:p%40ss@h.example").unwrap();
        assert_eq!(basic.url(), "https://h.example/");
        assert_eq!(basic.authorization.unwrap(), "Basic bWU6cEBzcw==");
        let token = Address::read("https://tk_abc@h.example/t").unwrap();
        assert_eq!(token.authorization.unwrap(), "Bearer tk_abc");
    }
}
