//! `[[channel]]`: the ways alerts reach people.

use std::fmt;

use chrono::NaiveTime;

use super::names;
use super::place::Host;
use super::reader::Section;
use super::scalar::Choice;
use super::wrong::Wrong;
use crate::model::alert::Severity;

/// `[[channel]]`: one way to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Where it goes.
    pub kind: ChannelKind,
    /// The least severity that is sent.
    pub min_severity: Severity,
    /// When all but critical alerts wait.
    pub quiet: Option<Quiet>,
}

impl Channel {
    /// Whether its address holds a password or a token.
    #[must_use]
    pub fn secret(&self) -> bool {
        match &self.kind {
            ChannelKind::Ntfy(url) | ChannelKind::Webhook(url) | ChannelKind::Alertmanager(url) => {
                let rest = url.expose().split_once("://").map_or("", |(_, rest)| rest);
                let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
                authority.contains('@') || rest.contains('?')
            }
            _ => false,
        }
    }
}

/// Where alerts go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelKind {
    /// A message to the attached tmux clients.
    Tmux,
    /// `termux-notification`.
    Termux,
    /// `notify-send` or `osascript`.
    Desktop,
    /// A topic of an ntfy server.
    Ntfy(Secret),
    /// An HTTP POST to this address.
    Webhook(Secret),
    /// A Prometheus Alertmanager, which groups, silences and repeats itself.
    Alertmanager(Secret),
    /// A command, an argv.
    Command(Vec<String>),
}

impl ChannelKind {
    /// The word of the configuration file.
    #[must_use]
    pub fn word(&self) -> &'static str {
        let kind = match self {
            Self::Tmux => Kind::Tmux,
            Self::Termux => Kind::Termux,
            Self::Desktop => Kind::Desktop,
            Self::Ntfy(_) => Kind::Ntfy,
            Self::Webhook(_) => Kind::Webhook,
            Self::Alertmanager(_) => Kind::Alertmanager,
            Self::Command(_) => Kind::Command,
        };
        kind.word()
    }
}

/// An address that may hold a password or a token: never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The address, for the one who connects to it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Hours of the day, in the configured zone, in which alerts wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// The first minute of it.
    pub from: NaiveTime,
    /// The first minute after it; before `from` when it spans midnight.
    pub until: NaiveTime,
}

impl Quiet {
    /// Whether `time` falls into it.
    #[must_use]
    pub fn holds(self, time: NaiveTime) -> bool {
        if self.from < self.until {
            (self.from..self.until).contains(&time)
        } else {
            time >= self.from || time < self.until
        }
    }
}

/// The word of `kind`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tmux,
    Termux,
    Desktop,
    Ntfy,
    Webhook,
    Alertmanager,
    Command,
}

impl Choice for Kind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("tmux", Self::Tmux),
        ("termux", Self::Termux),
        ("desktop", Self::Desktop),
        ("ntfy", Self::Ntfy),
        ("webhook", Self::Webhook),
        ("alertmanager", Self::Alertmanager),
        ("command", Self::Command),
    ];
}

impl Choice for Severity {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("info", Self::Info),
        ("warning", Self::Warning),
        ("critical", Self::Critical),
    ];
}

/// Reads the `[[channel]]`s.
pub(super) fn channels(section: &mut Section<'_, '_>) -> Vec<Channel> {
    section
        .entries("channel", channel)
        .into_iter()
        .flatten()
        .collect()
}

fn channel(section: &mut Section<'_, '_>) -> Option<Channel> {
    let chosen = section.choice("kind");
    if chosen.is_none() {
        section.needed::<String>("kind", None);
    }
    let min_severity = section.choice("min_severity").unwrap_or(Severity::Warning);
    let quiet = section.text("quiet", quiet);
    let url = section.text("url", |text| names::url(text, &["https://", "http://"]));
    let command = section.argv("command", &Host::Local);
    let kind = match chosen? {
        Kind::Tmux => ChannelKind::Tmux,
        Kind::Termux => ChannelKind::Termux,
        Kind::Desktop => ChannelKind::Desktop,
        Kind::Ntfy => ChannelKind::Ntfy(Secret::new(section.needed("url", url))),
        Kind::Webhook => ChannelKind::Webhook(Secret::new(section.needed("url", url))),
        Kind::Alertmanager => ChannelKind::Alertmanager(Secret::new(section.needed("url", url))),
        Kind::Command => ChannelKind::Command(section.needed("command", command)),
    };
    let word = chosen.map_or("", Choice::word);
    let fits = |key| match kind {
        ChannelKind::Ntfy(_) | ChannelKind::Webhook(_) | ChannelKind::Alertmanager(_) => {
            key == "url"
        }
        ChannelKind::Command(_) => key == "command",
        _ => false,
    };
    for key in ["url", "command"] {
        if section.has(key) && !fits(key) {
            section.refuse(
                key,
                Wrong::that(format!("has no use for the kind `{word}`")),
            );
        }
    }
    if matches!(kind, ChannelKind::Alertmanager(_)) && section.has("quiet") {
        section.refuse(
            "quiet",
            Wrong::that(
                "has no use for the kind `alertmanager`: its routes have mute_time_intervals",
            ),
        );
    }
    Some(Channel {
        kind,
        min_severity,
        quiet,
    })
}

fn quiet(text: &str) -> Result<Quiet, Wrong> {
    let time = |text: &str| {
        let exact = text.len() == 5 && text.bytes().filter(u8::is_ascii_digit).count() == 4;
        NaiveTime::parse_from_str(text, "%H:%M")
            .ok()
            .filter(|_| exact)
    };
    let hours = text
        .split_once('-')
        .and_then(|(from, until)| Some((time(from)?, time(until)?)));
    match hours {
        Some((from, until)) if from != until => Ok(Quiet { from, until }),
        _ => Err(Wrong::must(
            "two different times of day such as \"22:00-07:00\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_span_midnight() {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let night = quiet("22:00-07:00").unwrap();
        assert!(night.holds(at(23, 0)) && night.holds(at(0, 0)) && night.holds(at(22, 0)));
        assert!(!night.holds(at(7, 0)) && !night.holds(at(12, 0)));
        let noon = quiet("12:00-13:00").unwrap();
        assert!(noon.holds(at(12, 59)) && !noon.holds(at(13, 0)) && !noon.holds(at(0, 0)));
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for bad in [
            "",
            "22:00",
            "22:00-",
            "24:00-07:00",
            "7:00-8:00",
            "07:00-07:00",
            "+7:00-08:00",
        ] {
            assert!(quiet(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(
            format!("{:?}", Secret::new("https://x/token".into())),
            "Secret(…)"
        );
    }
}
