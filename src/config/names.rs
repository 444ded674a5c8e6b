//! The names, hosts and addresses a configuration may hold, each checked by a
//! function from text.

use std::fmt;

use super::wrong::Wrong;
use crate::model::text::clean;

/// Characters a name may have.
const LONGEST: usize = 64;

/// A host and a port, `host:port`; an IPv6 address stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Name or address, without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The name of a node.
pub(super) fn node(text: &str) -> Result<String, Wrong> {
    name(text, "letters, digits, `-`, `_` and `.`", "-_.")
}

/// The name of a service.
pub(super) fn service(text: &str) -> Result<String, Wrong> {
    name(text, "letters, digits, `-`, `_`, `.` and `@`", "-_.@")
}

fn name(text: &str, allowed: &str, besides: &str) -> Result<String, Wrong> {
    let fits = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || besides.contains(c));
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if fits && begins && text.len() <= LONGEST {
        return Ok(text.to_owned());
    }
    Err(Wrong::must(format!(
        "1 to {LONGEST} of {allowed}, beginning with a letter, a digit or `_`"
    )))
}

/// A host or alias as `ssh` takes it.
pub(super) fn host(text: &str) -> Result<String, Wrong> {
    let printable = !text.is_empty() && clean(text) == text && !text.contains(char::is_whitespace);
    if printable && !text.starts_with('-') && text.len() <= 255 {
        return Ok(text.to_owned());
    }
    Err(Wrong::must(
        "a host or alias as `ssh` takes it: no spaces, and never beginning with `-`",
    ))
}

/// The name of a tmux session, as tmux keeps it and finds it again.
pub(super) fn session(text: &str) -> Result<String, Wrong> {
    // tmux turns `:` and `.` into `_`, and doubles `\`. Whatever else a name
    // holds is compared, and escaped where it is shown or sent.
    if !text.contains([':', '.', '\\']) && printable(text) && text.chars().count() <= LONGEST {
        return Ok(text.to_owned());
    }
    Err(Wrong::must(
        "a name that tmux keeps: printable, without `:`, `.` and `\\`",
    ))
}

/// A line of text for people.
pub(super) fn title(text: &str) -> Result<String, Wrong> {
    if printable(text) && text.chars().count() <= 2 * LONGEST {
        return Ok(text.to_owned());
    }
    Err(Wrong::must(format!(
        "1 to {} printable characters",
        2 * LONGEST
    )))
}

fn printable(text: &str) -> bool {
    !text.trim().is_empty() && clean(text) == text
}

/// A repository on GitHub, `owner/name`.
pub(super) fn github(text: &str) -> Result<String, Wrong> {
    let word = |word: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !matches!(word, "" | "." | "..") && word.chars().all(fits) && !word.starts_with('-')
    };
    match text.split_once('/') {
        Some((owner, name)) if word(owner) && word(name) => Ok(text.to_owned()),
        _ => Err(Wrong::must("a repository such as \"owner/name\"")),
    }
}

/// `host:port`.
pub(super) fn endpoint(text: &str) -> Result<Endpoint, Wrong> {
    let wrong = || Wrong::must("a host and a port such as \"127.0.0.1:22\" or \"[::1]:22\"");
    let (named, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let inner = named
        .strip_prefix('[')
        .and_then(|named| named.strip_suffix(']'));
    if inner.is_none() && named.contains([':', '[', ']']) {
        return Err(wrong());
    }
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port
        .parse()
        .ok()
        .filter(|&port| digits && port > 0)
        .ok_or_else(wrong)?;
    Ok(Endpoint {
        host: host(inner.unwrap_or(named)).map_err(|_| wrong())?,
        port,
    })
}

/// An address that begins with one of `schemes`; never echoed, for it may
/// hold a secret.
pub(super) fn url(text: &str, schemes: &[&str]) -> Result<String, Wrong> {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let sound = clean(text) == text && !text.contains(char::is_whitespace);
    if sound && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', '@']))
    {
        return Ok(text.to_owned());
    }
    let ticked: Vec<String> = schemes.iter().map(|scheme| format!("`{scheme}`")).collect();
    let begin = super::words::alternatives(&ticked);
    Err(Wrong::that(format!(
        "must begin with {begin}, name a host and hold no spaces"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_host_is_ever_an_option() {
        for bad in ["", "-oProxyCommand=x", "a b", "a\nb", "a\u{202e}b"] {
            assert!(host(bad).is_err(), "{bad:?}");
        }
        for good in ["mugen", "ubuntu@mugen.lan", "fe80::1%eth0"] {
            assert!(host(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn names_have_their_letters_and_their_length() {
        assert!(node("mugen-1.lan_x").is_ok() && node("9").is_ok());
        assert!(service("getty@tty1").is_ok());
        for bad in ["", "a@b", "無限", "-a", ".", "..", "a/b", &"x".repeat(65)] {
            assert!(node(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_session_name_is_one_that_tmux_keeps() {
        for good in [
            "監視 main",
            "#(touch x)",
            "#[fg=red]",
            "%H",
            "a'b",
            "-d",
            "=a",
        ] {
            assert!(session(good).is_ok(), "{good:?}");
        }
        for bad in ["", " ", "a:b", "a.b", "a\tb", "a\u{202e}b"] {
            assert!(session(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_endpoint_has_a_host_and_a_port() {
        assert_eq!(endpoint("[::1]:22").unwrap().to_string(), "[::1]:22");
        assert_eq!(endpoint("a.b:65535").unwrap().to_string(), "a.b:65535");
        for bad in [
            "", "a", "a:", ":22", "a:0", "a:65536", "a:+1", "::1:22", "-x:1", "[]:1", "[a:1",
        ] {
            assert!(endpoint(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_url_has_its_scheme_and_a_host() {
        let web = ["https://", "http://"];
        assert!(url("https://ntfy.example/mamori", &web).is_ok());
        for bad in [
            "",
            "ftp://x",
            "https://",
            "https:///x",
            "https://a b",
            "HTTPS//x",
        ] {
            assert!(url(bad, &web).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_repository_has_an_owner_and_a_name() {
        assert!(github("owner/app.rs").is_ok() && github("owner/.github").is_ok());
        for bad in [
            "", "app", "/app", "owner/", "a/b/c", "a/..", "-a/b", "a b/c",
        ] {
            assert!(github(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn an_endpoint_reads_back_as_itself(host in "[a-z][a-z0-9.]{0,20}", port in 1u16..) {
            let endpoint = Endpoint { host, port };
            prop_assert_eq!(super::endpoint(&endpoint.to_string()).unwrap(), endpoint);
        }
    }
}
