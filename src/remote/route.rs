//! Where an alias leads, as `ssh -G -- ALIAS` says. Pure.
//!
//! `~/.ssh/config` decides where we connect; this is its answer, so that
//! nobody has to read that file a second time.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// What `ssh` would do for one alias.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent settings")]
pub struct Route {
    /// The host it connects to: a name or an address, in lower case.
    pub host: String,
    /// The port there.
    pub port: u16,
    /// The user it logs in as.
    pub user: String,
    /// Whether it goes through another host or a command (`ProxyJump`,
    /// `ProxyCommand`).
    pub proxied: bool,
    /// That host or command, as the configuration has it.
    pub proxy: Option<String>,
    /// The name under which `known_hosts` has the host's key.
    pub key_name: String,
    /// The files with private keys that are tried, in their order.
    pub identity_files: Vec<PathBuf>,
    /// Whether keys of the agent are tried only when a file names them.
    pub identities_only: bool,
    /// The agent's socket, `SSH_AUTH_SOCK`, `$VARIABLE` or `none`; `None`: that
    /// of the environment.
    pub identity_agent: Option<String>,
    /// Whether keys come from elsewhere, too: a smart card's library.
    pub key_provider: bool,
    /// The files with known host keys, the user's before those of the machine.
    pub known_hosts: Vec<PathBuf>,
    /// Whether a host whose key is not known is refused when nobody can be
    /// asked. Not so where the configuration takes new keys, or knows them by
    /// a command, by DNS, or not at all.
    pub refuses_unknown: bool,
    /// Whether `ssh` would be or use a master connection (`ControlMaster`).
    pub control_master: bool,
    /// The master's socket.
    pub control_path: Option<String>,
}

impl Route {
    /// Reads the output of `ssh -G`; `~` stands for `home`. `None` when it is
    /// none: without a host name, a port or a user.
    #[must_use]
    pub fn parse(text: &str, home: &Path) -> Option<Self> {
        let settings = Settings(text);
        let host = settings.one("hostname")?.to_owned();
        let port = settings.one("port")?.parse().ok()?;
        let user = settings.one("user")?.to_owned();
        let proxy = settings
            .one("proxyjump")
            .or_else(|| settings.one("proxycommand"))
            .map(ToOwned::to_owned);
        let file = |text: &str| file(text, home, &host, port, &user);
        let lists = ["userknownhostsfile", "globalknownhostsfile"];
        let lists = lists.iter().filter_map(|key| settings.one(key));
        let known_hosts = lists.flat_map(str::split_whitespace).map(file).collect();
        let identity_files = settings.all("identityfile").map(file).collect();
        let is = |key: &str, words: &[&str]| {
            let value = settings.one(key);
            value.is_some_and(|value| words.contains(&value))
        };
        let mut route = Self {
            proxied: proxy.is_some(),
            proxy,
            key_name: match settings.one("hostkeyalias") {
                Some(alias) => alias.to_owned(),
                None if port == 22 => host.clone(),
                None => format!("[{host}]:{port}"),
            },
            identity_files,
            identities_only: is("identitiesonly", &["yes", "true"]),
            // Said as a word besides, so that `none` is not taken for silence.
            identity_agent: settings.raw("identityagent").map(ToOwned::to_owned),
            key_provider: settings.one("pkcs11provider").is_some(),
            known_hosts,
            refuses_unknown: !is(
                "stricthostkeychecking",
                &["no", "off", "false", "accept-new"],
            ) && !is("verifyhostkeydns", &["yes", "true"])
                && settings.one("knownhostscommand").is_none(),
            control_master: is("controlmaster", &["auto", "autoask", "ask", "yes", "true"]),
            control_path: settings.one("controlpath").map(ToOwned::to_owned),
            host,
            port,
            user,
        };
        let unchecked = is("nohostauthenticationforlocalhost", &["yes", "true"]);
        route.refuses_unknown &= !(unchecked && route.loopback());
        Some(route)
    }

    /// Equal for two aliases that reach the same ssh server: its host and
    /// port, and the way there.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let host = bare(&self.host);
        let place = if host.contains(':') {
            format!("[{host}]:{}", self.port)
        } else {
            format!("{host}:{}", self.port)
        };
        match &self.proxy {
            Some(proxy) => format!("{place} by {proxy}"),
            None => place,
        }
    }

    /// Whether it is the machine we run on: what is called `localhost` beyond
    /// a proxy is another one.
    #[must_use]
    pub fn loopback(&self) -> bool {
        let host = bare(&self.host);
        let name = host.trim_end_matches('.').eq_ignore_ascii_case("localhost");
        !self.proxied
            && (name
                || host
                    .parse()
                    .is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback()))
    }

    /// The socket of the agent it asks, where the environment's
    /// `SSH_AUTH_SOCK` is `environment`.
    #[must_use]
    pub fn agent<'a>(&'a self, environment: Option<&'a str>) -> Option<&'a str> {
        match self.identity_agent.as_deref() {
            None | Some("SSH_AUTH_SOCK" | "$SSH_AUTH_SOCK" | "${SSH_AUTH_SOCK}") => environment,
            Some("none") => None,
            named => named,
        }
    }

    /// Whether the key files are those that `ssh` tries when the configuration
    /// names none.
    #[must_use]
    pub fn default_identities(&self) -> bool {
        // Every OpenSSH since 6.5 tries these two, and nobody names both.
        let has = |name: &str| self.identity_files.iter().any(|file| file.ends_with(name));
        has(".ssh/id_rsa") && has(".ssh/id_ed25519")
    }
}

/// The lines `key value` of `ssh -G`.
struct Settings<'a>(&'a str);

impl<'a> Settings<'a> {
    /// Every value of `key`.
    fn all(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter(move |(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The first value of `key`, `none` and all.
    fn raw(&self, key: &str) -> Option<&'a str> {
        self.all(key).next()
    }

    /// The first value of `key`; nothing where it says `none`.
    fn one(&self, key: &str) -> Option<&'a str> {
        self.raw(key).filter(|value| *value != "none")
    }
}

/// `[::1]` without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// A file name as `ssh -G` prints it: `~` and the tokens of `ssh_config(5)`
/// that we know are expanded; others stay, and name no file.
fn file(text: &str, home: &Path, host: &str, port: u16, user: &str) -> PathBuf {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        expanded.push_str(before);
        let mut letters = after.chars();
        match letters.next() {
            Some('%') | None => expanded.push('%'),
            Some('d') => expanded.push_str(&home.to_string_lossy()),
            Some('h') => expanded.push_str(host),
            Some('p') => expanded.push_str(&port.to_string()),
            Some('r') => expanded.push_str(user),
            Some(other) => expanded.extend(['%', other]),
        }
        rest = letters.as_str();
    }
    expanded.push_str(rest);
    match expanded.strip_prefix("~/") {
        Some(below) => home.join(below),
        None => PathBuf::from(expanded),
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
