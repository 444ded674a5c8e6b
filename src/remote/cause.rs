//! Why a node did not answer, told from what `ssh -v` said. Pure.

use crate::model::node::Means;
use crate::model::text::{clean, cut};

/// What was the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The machine is there and nothing listens.
    Refused,
    /// Nothing came back in time.
    TimedOut,
    /// There is no way there.
    NoRoute,
    /// The server hung up before we were in.
    Closed,
    /// The connection broke after we were in.
    Lost,
    /// We were let in, and the probe gave no answer in time.
    NoAnswer,
    /// The name has no address.
    Name,
    /// It does not let us in.
    Auth,
    /// It shows another host key than the known one.
    HostKeyChanged,
    /// Its host key is not known yet.
    HostKeyUnknown,
    /// ssh does not take its own configuration, or the two cannot agree.
    Unusable,
    /// It let us in and ended the session, or said what no probe says.
    NoProbe,
    /// ssh could not be started here.
    NoClient,
}

impl Cause {
    /// What it means.
    #[must_use]
    pub fn means(self) -> Means {
        match self {
            Self::Refused
            | Self::TimedOut
            | Self::NoRoute
            | Self::Closed
            | Self::Lost
            | Self::NoAnswer => Means::Silent,
            Self::Name => Means::Unfound,
            Self::NoProbe => Means::Odd,
            Self::HostKeyChanged | Self::HostKeyUnknown | Self::Unusable | Self::NoClient => {
                Means::Barred
            }
            Self::Auth => Means::Denied,
        }
    }

    /// The check it is a problem of.
    #[must_use]
    pub fn check(self) -> &'static str {
        match self {
            // A key that nobody has said yes to yet bars us, and alarms nobody.
            Self::Auth | Self::HostKeyUnknown => "auth",
            Self::HostKeyChanged => "host-key",
            _ => "unreachable",
        }
    }

    /// Whether our own lost network would look the same.
    #[must_use]
    pub fn may_be_ours(self) -> bool {
        matches!(
            self,
            Self::TimedOut | Self::NoRoute | Self::Name | Self::Lost | Self::NoAnswer
        )
    }

    /// Whether another address of the same node is worth a try.
    #[must_use]
    pub fn elsewhere_helps(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::TimedOut | Self::NoRoute | Self::Closed | Self::Name
        )
    }
}

/// A failure: its cause, and words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What was the matter.
    pub cause: Cause,
    /// In few words, clean: `refused (10.0.0.5 port 22)`.
    pub text: String,
}

impl Trouble {
    /// A failure in words of our own.
    #[must_use]
    pub fn new(cause: Cause, text: impl Into<String>) -> Self {
        Self {
            cause,
            text: text.into(),
        }
    }
}

/// How far ssh came, told from its messages line by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five facts, each by itself")]
pub struct Progress {
    /// The server showed its banner.
    pub greeted: bool,
    /// It let us in.
    pub let_in: bool,
    /// The server shows another key than the known one. ssh goes on when the
    /// user's configuration says so; we do not.
    pub key_changed: bool,
    /// It goes through another host or a command, which speaks here, too.
    proxied: bool,
    /// The server's key was taken: from here on it can speak through ssh.
    keyed: bool,
    /// Its messages that are no mere trace, newest last; bounded.
    said: Vec<String>,
}

/// Messages that are kept: the telling ones stand at the end.
const KEPT: usize = 24;
/// Columns of a message that are kept.
const WIDEST: usize = 300;

impl Progress {
    /// Takes one line of ssh's stderr.
    pub fn hear(&mut self, line: &str) {
        let line = line.trim();
        // Once its key was taken, a server writes here what it likes.
        let its_own = self.let_in || self.keyed && !self.proxied;
        if !its_own && line.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
            self.key_changed = true;
        }
        let Some(trace) = line.strip_prefix("debug1: ") else {
            self.said.push(cut(&clean(line), WIDEST, "…"));
            let beyond = self.said.len().saturating_sub(KEPT);
            self.said.drain(..beyond);
            return;
        };
        self.greeted |= trace.starts_with("Remote protocol version");
        self.proxied |= trace.starts_with("Executing proxy command");
        self.keyed |= trace.starts_with("SSH2_MSG_NEWKEYS");
        // A jump host lets us in before, and says all but this.
        self.let_in |=
            trace == "Sending command: sh -s" || trace.starts_with("mux_client_request_session");
        self.greeted |= self.let_in;
    }

    /// Why ssh ended, given that it did.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        if self.key_changed {
            let text = "the host key has changed: another machine, or somebody in between";
            return Trouble::new(Cause::HostKeyChanged, text);
        }
        if let Some((cause, text)) = self.telling() {
            return Trouble::new(cause, text);
        }
        let last = self
            .said
            .iter()
            .rfind(|line| !line.is_empty() && !line.starts_with("Authenticated to "));
        match (self.let_in, self.greeted, last) {
            (true, ..) => Trouble::new(Cause::NoProbe, "it lets us in and ends the session"),
            (_, _, Some(line)) => Trouble::new(Cause::Closed, cut(line, 120, "…")),
            (_, _, None) => Trouble::new(Cause::Closed, "ssh ended without a word"),
        }
    }
}

impl Progress {
    /// The cause that its messages name. A server that can speak through ssh
    /// does so before ssh has its last word; until then the most telling
    /// message counts, wherever it stands.
    fn telling(&self) -> Option<(Cause, String)> {
        let fits = |line: &str, words: &[&str], cause: Cause| {
            words.iter().all(|word| line.contains(word)) && (!self.let_in || cause.after_login())
        };
        let told = |line: &str, cause: Cause, text: &str| {
            (cause, text.replace("{}", &place(line)).trim().to_owned())
        };
        let mut newest = self.said.iter().rev();
        if self.keyed && !self.proxied {
            return newest.find_map(|line| {
                let mut entries = TELLING.iter();
                let (_, cause, text) =
                    entries.find(|(words, cause, _)| fits(line, words, *cause))?;
                Some(told(line, *cause, text))
            });
        }
        TELLING.iter().find_map(|(words, cause, text)| {
            let line = self
                .said
                .iter()
                .rev()
                .find(|line| fits(line, words, *cause))?;
            Some(told(line, *cause, text))
        })
    }
}

impl Cause {
    /// Whether it can happen once we are in.
    fn after_login(self) -> bool {
        matches!(self, Self::Lost)
    }
}

/// Words of OpenSSH's messages (8.0 to 10), what they mean, and ours; `{}`
/// stands for the place they name. The first that fits counts.
const TELLING: &[(&[&str], Cause, &str)] = &[
    (
        &["closed by remote host."],
        Cause::Lost,
        "the connection broke",
    ),
    (&["not responding."], Cause::Lost, "the connection broke"),
    (&["client_loop:"], Cause::Lost, "the connection broke"),
    (
        &["host key is known for"],
        Cause::HostKeyUnknown,
        "its host key is not known here yet",
    ),
    (
        &["Host key verification failed"],
        Cause::HostKeyUnknown,
        "its host key is not known here yet",
    ),
    (
        &["Permission denied ("],
        Cause::Auth,
        "it does not let us in",
    ),
    (
        &["Too many authentication failures"],
        Cause::Auth,
        "it does not let us in: too many keys were offered",
    ),
    (
        &["Could not resolve hostname"],
        Cause::Name,
        "the name {} has no address",
    ),
    (
        &["open failed", "Connection refused"],
        Cause::Refused,
        "refused, says the jump host",
    ),
    (
        &["open failed", "timed out"],
        Cause::TimedOut,
        "no answer, says the jump host",
    ),
    (
        &["open failed", "route to host"],
        Cause::NoRoute,
        "no route, says the jump host",
    ),
    (
        &["open failed", "unreachable"],
        Cause::NoRoute,
        "no route, says the jump host",
    ),
    (
        &["open failed", "prohibited"],
        Cause::Unusable,
        "the jump host does not let us through",
    ),
    (
        &["open failed", "not known"],
        Cause::Name,
        "its name has no address, says the jump host",
    ),
    (
        &["open failed"],
        Cause::Closed,
        "the jump host cannot reach it",
    ),
    (
        &["connect to", "Connection refused"],
        Cause::Refused,
        "refused {}",
    ),
    (
        &["connect to", "timed out"],
        Cause::TimedOut,
        "no answer {}",
    ),
    (
        &["connect to", "No route to host"],
        Cause::NoRoute,
        "no route {}",
    ),
    (
        &["connect to", "unreachable"],
        Cause::NoRoute,
        "no route {}",
    ),
    (&["connect to", "is down"], Cause::NoRoute, "no route {}"),
    (
        &["timed out during banner exchange"],
        Cause::TimedOut,
        "it accepts and does not greet",
    ),
    (
        &["timed out"],
        Cause::TimedOut,
        "it greets and does not go on",
    ),
    (
        &["Bad configuration option"],
        Cause::Unusable,
        "ssh does not take its configuration",
    ),
    (
        &["Bad owner or permissions"],
        Cause::Unusable,
        "ssh does not take its configuration: bad owner or permissions",
    ),
    (
        &["bad configuration options"],
        Cause::Unusable,
        "ssh does not take its configuration",
    ),
    (
        &["Unable to negotiate"],
        Cause::Unusable,
        "it and our ssh have no method in common",
    ),
    (&["reset by"], Cause::Closed, "it hung up before greeting"),
    (&["closed by"], Cause::Closed, "it hung up before greeting"),
    (
        &["kex_exchange_identification"],
        Cause::Closed,
        "what answers is no ssh server",
    ),
];

/// `(10.0.0.5 port 22)` of `connect to host 10.0.0.5 port 22: …`, or the name
/// of `Could not resolve hostname NAME: …`.
fn place(line: &str) -> String {
    if let Some((_, rest)) = line.split_once("connect to host ") {
        let place = rest.split_once(": ").map_or(rest, |(place, _)| place);
        return format!("({})", cut(place, 80, "…"));
    }
    if let Some((_, rest)) = line.split_once("resolve hostname ") {
        let name = rest.split_once(':').map_or(rest, |(name, _)| name);
        return format!("`{}`", cut(name, 80, "…"));
    }
    String::new()
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;
