//! What to do about a lost network: no link, no names, or no way to the nodes.
//! Pure.

use super::plan::{Action, Plan, Step, Verdict};
use crate::model::reading::Reading;

/// Everything a plan for the network is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Whether there is a way out of this machine.
    pub way_out: Reading<bool>,
    /// Whether something beyond this machine answered.
    pub answers: Reading<bool>,
    /// The nodes that were knocked at.
    pub nodes: Vec<Way>,
    /// Whether this is Termux, where the system may have let the radio sleep.
    pub termux: bool,
}

/// The way to one node.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The node.
    pub node: String,
    /// Where its alias leads, as `HOST:PORT`.
    pub place: String,
    /// What came of it.
    pub found: Found,
    /// Another of its addresses that answers.
    pub instead: Option<String>,
}

/// What came of a knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Somebody is there.
    Answers,
    /// Its name has no address.
    Unfound,
    /// Nobody answered.
    Silent,
}

/// What to do.
#[must_use]
pub fn plan(seen: &Seen) -> Plan {
    let reached = seen
        .nodes
        .iter()
        .any(|way| way.found == Found::Answers || way.instead.is_some());
    let answers = seen.answers.value() == Some(&true) || reached;
    let (found, help) = if seen.way_out.value() == Some(&false) && !answers {
        (
            "no link: there is no default route".to_owned(),
            "connect the cable or the Wi-Fi",
        )
    } else if !answers && seen.answers.value().is_some() {
        (
            "the link is there, but nothing beyond this machine answers".to_owned(),
            "look at the router, the VPN and the firewall",
        )
    } else if let Some(way) = unfound(seen) {
        (
            format!(
                "no names: `{}` has no address, and no other either",
                host(&way.place)
            ),
            "look at /etc/resolv.conf and at the VPN",
        )
    } else if let (false, Some(way)) = (reached, seen.nodes.first()) {
        (
            format!(
                "the network is there, but no way leads to {}: {} does not answer",
                names(seen),
                way.place
            ),
            "look at the VPN, and whether the nodes are on",
        )
    } else {
        return Plan {
            found: ready(seen),
            verdict: Verdict::Fine,
        };
    };
    let verdict = if seen.termux {
        let why = "a phone lets its radio sleep; the lock asks it not to";
        Verdict::Mend(vec![Step::new(
            Action::Run(vec!["termux-wake-lock".into()]),
            why,
        )])
    } else {
        Verdict::Hopeless(Some(help.to_owned()))
    };
    Plan { found, verdict }
}

/// The first way whose name has no address, when no name has one.
fn unfound(seen: &Seen) -> Option<&Way> {
    let named = || {
        seen.nodes
            .iter()
            .filter(|way| host(&way.place).parse::<std::net::IpAddr>().is_err())
    };
    let none = named().all(|way| way.found == Found::Unfound && way.instead.is_none());
    named().next().filter(|_| none)
}

fn host(place: &str) -> &str {
    place
        .rsplit_once(':')
        .map_or(place, |(host, _)| host)
        .trim_matches(['[', ']'])
}

fn names(seen: &Seen) -> String {
    let names: Vec<&str> = seen
        .nodes
        .iter()
        .take(3)
        .map(|way| way.node.as_str())
        .collect();
    match seen.nodes.len().saturating_sub(3) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `ready`, and which nodes are reached by another way or not at all.
fn ready(seen: &Seen) -> String {
    let told = seen.nodes.iter().filter_map(|way| {
        let Way { node, place, .. } = way;
        match (&way.instead, way.found) {
            (Some(address), _) => Some(format!("{node} answers at {address} instead of {place}")),
            (None, Found::Silent) => Some(format!("{node} does not answer ({place})")),
            (None, Found::Unfound) => Some(format!("{node} has no address ({place})")),
            (None, Found::Answers) => None,
        }
    });
    let all: Vec<String> = std::iter::once("ready".to_owned()).chain(told).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(node: &str, place: &str, found: Found) -> Way {
        Way {
            node: node.into(),
            place: place.into(),
            found,
            instead: None,
        }
    }

    fn seen(way_out: bool, answers: bool, nodes: Vec<Way>) -> Seen {
        Seen {
            way_out: Reading::Value(way_out),
            answers: Reading::Value(answers),
            nodes,
            termux: false,
        }
    }

    fn found(seen: &Seen) -> String {
        plan(seen).found
    }

    #[test]
    fn no_link_no_names_and_no_way_are_told_apart() {
        use Found::{Answers, Silent, Unfound};
        assert_eq!(
            found(&seen(false, false, vec![])),
            "no link: there is no default route"
        );
        assert_eq!(
            found(&seen(true, false, vec![way("a", "10.0.0.7:22", Silent)])),
            "the link is there, but nothing beyond this machine answers"
        );
        assert_eq!(
            found(&seen(
                true,
                true,
                vec![
                    way("a", "a.lan:22", Unfound),
                    way("b", "10.0.0.7:22", Silent)
                ]
            )),
            "no names: `a.lan` has no address, and no other either"
        );
        assert_eq!(
            found(&seen(true, true, vec![way("a", "10.0.0.7:22", Silent)])),
            "the network is there, but no way leads to a: 10.0.0.7:22 does not answer"
        );
        let mixed = vec![
            way("a", "10.0.0.7:22", Silent),
            way("b", "b.lan:22", Answers),
        ];
        assert_eq!(
            found(&seen(true, true, mixed)),
            "ready; a does not answer (10.0.0.7:22)"
        );
        assert_eq!(found(&seen(true, true, vec![])), "ready");
    }

    #[test]
    fn another_address_that_answers_is_told() {
        let mut moved = way("a", "a.lan:22", Found::Unfound);
        moved.instead = Some("10.0.0.8".into());
        assert_eq!(
            found(&seen(true, true, vec![moved])),
            "ready; a answers at 10.0.0.8 instead of a.lan:22"
        );
    }

    #[test]
    fn only_a_phone_has_something_to_try() {
        let lost = seen(false, false, vec![]);
        assert!(matches!(plan(&lost).verdict, Verdict::Hopeless(Some(_))));
        let phone = Seen {
            termux: true,
            ..lost
        };
        assert!(matches!(plan(&phone).verdict, Verdict::Mend(steps) if steps.len() == 1));
    }
}
