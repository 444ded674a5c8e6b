//! The channels by name, as they are decided about. Pure.

use crate::config::{Channel, ChannelKind, Quiet};
use crate::model::alert::Severity;

/// One way to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its kind, and from the second of a kind on its place: `webhook`, `webhook:2`.
    pub name: String,
    /// Where it goes.
    pub kind: ChannelKind,
    /// The least severity that is sent.
    pub min_severity: Severity,
    /// When all but critical alerts wait.
    pub quiet: Option<Quiet>,
}

/// What this machine has, for when no channel is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Has {
    /// tmux.
    pub tmux: bool,
    /// `termux-notification`.
    pub termux: bool,
}

/// The configured channels in their order. Without any: the tmux clients, and
/// on a phone its notifications.
#[must_use]
pub fn routes(channels: &[Channel], has: Has) -> Vec<Route> {
    let default = |kind| Channel {
        kind,
        min_severity: Severity::Warning,
        quiet: None,
    };
    let defaults = [
        has.tmux.then(|| default(ChannelKind::Tmux)),
        has.termux.then(|| default(ChannelKind::Termux)),
    ];
    let defaults: Vec<Channel> = defaults.into_iter().flatten().collect();
    let channels = if channels.is_empty() {
        &defaults
    } else {
        channels
    };
    let mut routes: Vec<Route> = Vec::new();
    for channel in channels {
        let word = channel.kind.word();
        let before = routes.iter().filter(|route| route.kind.word() == word);
        let name = match before.count() {
            0 => word.to_owned(),
            others => format!("{word}:{}", others + 1),
        };
        routes.push(Route {
            name,
            kind: channel.kind.clone(),
            min_severity: channel.min_severity,
            quiet: channel.quiet,
        });
    }
    routes
}

impl Route {
    /// Whether an Alertmanager decides who hears of what, and how often.
    #[must_use]
    pub fn is_alertmanager(&self) -> bool {
        matches!(self.kind, ChannelKind::Alertmanager(_))
    }

    /// How long the next message waits after one that was sent, in seconds: a
    /// message in a status line takes the place of the one before.
    #[must_use]
    pub fn rest(&self) -> i64 {
        match self.kind {
            ChannelKind::Tmux => 6,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_called_by_their_kind_and_their_place_in_it() {
        let channel = |kind| Channel {
            kind,
            min_severity: Severity::Warning,
            quiet: None,
        };
        let command = || channel(ChannelKind::Command(vec!["x".into()]));
        let channels = [command(), channel(ChannelKind::Desktop), command()];
        let has = Has {
            tmux: true,
            termux: true,
        };
        let names = |channels| -> Vec<String> {
            let routes = routes(channels, has).into_iter();
            routes.map(|route| route.name).collect()
        };
        assert_eq!(names(&channels), ["command", "desktop", "command:2"]);
        assert_eq!(names(&[]), ["tmux", "termux"]);
    }
}
