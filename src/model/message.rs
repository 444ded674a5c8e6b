//! What people are sent, and what came of it.

use serde::{Deserialize, Serialize};

use super::alert::{Alert, Severity};
use super::time::Timestamp;

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something needs somebody.
    Raise,
    /// It still does.
    Remind,
    /// It does no more.
    Resolve,
    /// It comes and goes.
    Flapping,
    /// Somebody asks whether messages come through.
    Test,
    /// Worth knowing, and nothing to do.
    Info,
    /// Several in one; also what a newer version calls by another word.
    #[serde(other)]
    Digest,
}

impl Kind {
    /// The word that programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Raise => "raise",
            Self::Remind => "remind",
            Self::Resolve => "resolve",
            Self::Flapping => "flapping",
            Self::Test => "test",
            Self::Info => "info",
            Self::Digest => "digest",
        }
    }
}

/// One message to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number, never used again.
    pub number: u64,
    /// Why it is sent.
    pub kind: Kind,
    /// The alert it is about; empty for one about several.
    pub about: String,
    /// That alert's serial number.
    #[serde(default)]
    pub alert: Option<u64>,
    /// How much it matters.
    pub severity: Severity,
    /// What and where, short.
    pub title: String,
    /// All of it, on a few lines.
    pub text: String,
    /// Since when its problem stands or stood.
    pub since: Timestamp,
    /// When it was written.
    pub at: Timestamp,
    /// The alerts that a digest tells for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tells: Vec<String>,
    /// The alerts whose end a digest tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<String>,
    /// What an Alertmanager is told that stands, or stands no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
}

/// An alert as an Alertmanager is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The alert, as it stands or last stood.
    pub alert: Alert,
    /// Whether it is over.
    pub over: bool,
}

impl Message {
    /// The node it is about; empty when it is about several.
    #[must_use]
    pub fn node(&self) -> &str {
        self.about.split_once('/').map_or("", |(node, _)| node)
    }

    /// What of the node it is about.
    #[must_use]
    pub fn check(&self) -> &str {
        self.about.split_once('/').map_or("", |(_, check)| check)
    }

    /// The alerts of which it tells that they are open.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        let asks = matches!(self.kind, Kind::Raise | Kind::Remind | Kind::Flapping);
        let own = asks.then(|| self.about.clone());
        own.into_iter().chain(self.tells.iter().cloned()).collect()
    }

    /// Whether it tells of `id` that it is open.
    #[must_use]
    pub fn opens(&self, id: &str) -> bool {
        self.opened().iter().any(|opened| opened == id)
    }

    /// A short name in letters that every system takes, the same for all
    /// messages about one thing, so that one takes the place of the other.
    #[must_use]
    pub fn slug(&self) -> String {
        slug(&self.about)
    }

    /// All of it that matters on one line.
    #[must_use]
    pub fn line(&self) -> String {
        let symbol = self.title.chars().next().unwrap_or(' ');
        let said = self.text.lines().next().unwrap_or_default();
        if self.kind == Kind::Digest {
            return self.title.clone();
        }
        format!("{symbol} {said}")
    }

    /// What its title does not say.
    #[must_use]
    pub fn body(&self) -> String {
        let said = self.text.split_once('\n');
        match said {
            Some((first, rest)) if self.title.ends_with(first) => rest.to_owned(),
            _ => self.text.clone(),
        }
    }
}

/// The short name of what is said about the alert `about`; see [`Message::slug`].
#[must_use]
pub fn slug(about: &str) -> String {
    if about.is_empty() {
        return "mamori-summary".to_owned();
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let plain = |text: &str| -> String {
        let plain = text.chars().map(|c| if allowed(c) { c } else { '-' });
        plain.take(24).collect()
    };
    // FNV-1a: ids that differ in other characters stay apart.
    let hash = about.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let (node, check) = about.split_once('/').unwrap_or((about, ""));
    let (node, check) = (plain(node), plain(check));
    let hash = (hash >> 16) ^ (hash & 0xffff);
    format!("mamori-{node}-{check}-{hash:04x}")
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It reached the channel.
    Sent,
    /// Nobody is there to read it, which is nobody's fault.
    Nobody(String),
    /// It did not come through.
    Failed(String),
    /// Nothing answered in time.
    TimedOut(String),
}
