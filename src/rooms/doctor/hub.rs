//! What is wrong with the hub that coordinators share. Pure.

use super::decide::{Check, Mend, Status, check, trouble};
use crate::model::node::Node;
use crate::model::reading::Reading;
use crate::model::state::State;
use crate::model::text::{clean, count};
use crate::sys::hub::Seen;

/// What is known of the hub.
#[derive(Debug, Clone)]
pub struct HubFacts {
    /// What was seen of it, or why it does not answer.
    pub seen: Result<Seen, String>,
    /// What keys begin with.
    pub prefix: String,
    /// Whether this machine looks after others.
    pub coordinates: bool,
    /// Whether another machine has this one's name there.
    pub name_taken: bool,
    /// Nodes that speak through it.
    pub nodes: usize,
}

impl HubFacts {
    /// Counts what the state file knows of it.
    #[must_use]
    pub fn of(seen: Result<Seen, String>, prefix: &str, coordinates: bool, state: &State) -> Self {
        let taken = |node: &Node| matches!(node.readings.hub, Reading::Failed(_));
        Self {
            seen,
            prefix: prefix.to_owned(),
            coordinates,
            name_taken: state.nodes.first().is_some_and(taken),
            nodes: state
                .nodes
                .iter()
                .filter(|node| node.published.is_some())
                .count(),
        }
    }
}

/// An answer that takes longer delays leases and alerts, in milliseconds.
const SLOW_MS: u128 = 500;
/// Clocks further apart than this confuse people, in milliseconds.
const APART_MS: u64 = 30_000;

/// The check, where a hub is configured.
#[must_use]
pub fn checks(facts: Option<&HubFacts>) -> Vec<Check> {
    let Some(facts) = facts else {
        return Vec::new();
    };
    let why = "coordinators share nodes, pauses, acknowledgements and turns through it";
    vec![check("hub", why, found(facts))]
}

fn found(facts: &HubFacts) -> super::decide::Found {
    let seen = match &facts.seen {
        Ok(seen) => seen,
        Err(why) => {
            let what = format!("the hub does not answer: {}", clean(why));
            let mend = Mend::by_hand("see that it runs and `[hub]` in the configuration is right");
            return trouble(Status::Fault, what, mend);
        }
    };
    if facts.name_taken {
        let what = "another machine speaks on the hub under this name";
        let mend = Mend::by_hand("give this one another: `[local] name` in the configuration");
        return trouble(Status::Fault, what.to_owned(), mend);
    }
    if let Some(why) = seen.denied.as_ref().filter(|_| facts.coordinates) {
        let what = format!(
            "its access list does not let this coordinator in: {}",
            clean(why)
        );
        let mend = Mend::by_hand(format!(
            "allow it the keys `{}:*`, or set `coordinate = false`",
            facts.prefix
        ));
        return trouble(Status::Fault, what, mend);
    }
    if let Some(policy) = seen.full.as_ref().filter(|policy| *policy != "noeviction") {
        let what = format!(
            "once it is full it forgets (maxmemory-policy {})",
            clean(policy)
        );
        let mend =
            Mend::by_hand("set `maxmemory-policy noeviction` in the hub's own configuration");
        return trouble(Status::Warn, what, mend);
    }
    let apart = seen.ahead.0.unsigned_abs();
    if apart > APART_MS {
        let what = format!("this clock and the hub's are {}s apart", apart / 1_000);
        return trouble(
            Status::Warn,
            what,
            Mend::by_hand("set this machine's clock by NTP"),
        );
    }
    let ms = seen.took.as_millis();
    if ms > SLOW_MS {
        let what = format!("the hub takes {ms}ms to answer");
        return trouble(Status::Warn, what, None);
    }
    Ok(format!(
        "the hub answers in {ms}ms: {} through it",
        count(facts.nodes, "node")
    ))
}
