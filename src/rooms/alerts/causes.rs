//! What explains what: one cause, one message. Pure.

use super::flapping::{flapping_id, of_tmux};
use crate::model::alert::{Alert, Severity, speakers};
use crate::model::foretold::foretells;
use crate::model::node::Node;
use crate::model::state::State;

/// What an explanation rests on.
pub(super) struct Around<'a> {
    pub(super) state: &'a State,
    pub(super) alerts: &'a [Alert],
    /// The local node's name.
    pub(super) local: &'a str,
    /// Ids of alerts, each beside one without which it cannot be well.
    pub(super) needs: &'a [(String, String)],
    /// How the open alerts stand with the channel.
    pub(super) standing: &'a [Standing],
}

/// How an open alert stands with a channel.
pub(super) struct Standing {
    /// Its number.
    pub(super) number: u64,
    /// Whether it was told there.
    pub(super) heard: bool,
    /// Whether it is not told, for a reason that is not that of its kin.
    pub(super) mute: bool,
}

/// Whether something else that is open explains `alert`.
pub(super) fn explained(alert: &Alert, around: &Around<'_>) -> bool {
    let node = alert.id.split_once('/').map_or("", |(node, _)| node);
    let network = format!("{}/network", around.local);
    let lost = |other: &Alert| node != around.local && other.id == network;
    let down = |other: &Alert| {
        other.severity == Severity::Critical && other.id == format!("{node}/unreachable")
    };
    let needed = |other: &Alert| {
        let of_both = |(id, need): &(String, String)| *id == alert.id && *need == other.id;
        other.severity >= alert.severity && around.needs.iter().any(of_both)
    };
    let cause =
        |other: &Alert| other.id != alert.id && (down(other) || lost(other) || needed(other));
    around.alerts.iter().any(cause)
        || has_come(&alert.id, around.alerts)
        || spoken_for(alert, around)
}

/// Whether `id` is a forecast, and what it foretold is there, or comes and goes
/// already: that speaks for itself.
pub(super) fn has_come(id: &str, alerts: &[Alert]) -> bool {
    let Some((node, check)) = foretells(id) else {
        return false;
    };
    let now = [
        format!("{node}/{check}"),
        flapping_id(&format!("{node}/{check}")),
    ];
    alerts.iter().any(|alert| now.contains(&alert.id))
}

/// Whether another session's alert says that the server took this one with it.
/// One that was open before the server died says nothing of the kind.
fn spoken_for(alert: &Alert, around: &Around<'_>) -> bool {
    let Some(node) = of_tmux(&alert.id) else {
        return false;
    };
    if !around.state.node(node).is_some_and(Node::without_tmux) {
        return false;
    }
    let of = |alert: &Alert| {
        around
            .standing
            .iter()
            .find(|one| one.number == alert.number)
    };
    let lost = |other: &&Alert| {
        let mute = of(other).is_some_and(|one| one.mute) && other.number != alert.number;
        of_tmux(&other.id) == Some(node) && !mute
    };
    let mut lost: Vec<&Alert> = around.alerts.iter().filter(lost).collect();
    // Who was told goes on speaking.
    lost.sort_by_key(|alert| (!of(alert).is_some_and(|one| one.heard), alert.number));
    let speakers = speakers(lost);
    !speakers
        .iter()
        .any(|speaker| speaker.number == alert.number)
}
