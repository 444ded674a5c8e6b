//! Which alerts are open, given what was judged: raised after enough bad
//! samples, gone with their problem.

use std::collections::{BTreeMap, HashSet};

use super::findings::is_found;
use super::grade::at_once;
use super::silence::NO_NETWORK;
use crate::config::Raise;
use crate::model::alert::{Alert, Severity, speakers};
use crate::model::incident::Incident;
use crate::model::moment::Moment;
use crate::model::node::{CheckMemory, Node, NodeState, Problem};
use crate::model::tally::{ACTIONS, Tally};

/// The open alerts after `node` was judged, and the next free serial number.
///
/// A paused node raises nothing; what was open before stays as it was.
#[must_use]
pub fn after(
    alerts: Vec<Alert>,
    node: &Node,
    repairs: Repairs<'_>,
    raise: &Raise,
    next_number: u64,
) -> (Vec<Alert>, u64) {
    let about = |alert: &Alert| {
        let rest = alert.id.strip_prefix(&node.name);
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let nothing = node.problems.is_empty() && !alerts.iter().any(about);
    if node.state == NodeState::Paused || nothing {
        return (alerts, next_number);
    }
    let prefix = format!("{}/", node.name);
    let (ours, mut open): (Vec<Alert>, Vec<Alert>) = alerts.into_iter().partition(|alert| {
        // What comes and goes is not judged here.
        let check = alert.id.strip_prefix(&prefix);
        check.is_some_and(|check| !check.starts_with("flapping:") && !is_found(check))
    });
    let mut next_number = next_number;
    for problem in &node.problems {
        // Not being let in is our own matter: one alert for all nodes.
        if problem.check == "auth" {
            continue;
        }
        let down = problem.check == "unreachable" && node.judged() == NodeState::Down;
        let id = format!("{prefix}{}", problem.check);
        let Some(memory) = node.checks.get(&problem.check) else {
            continue;
        };
        let text = if problem.check == "unreachable" {
            format!(
                "{} is {}: {}",
                node.name,
                node.judged().word(),
                problem.text
            )
        } else {
            format!("{} {}", node.name, problem.text)
        };
        let repair = repairs.of(node, &problem.check);
        let text = format!("{text}{}", repair.text);
        let critical = down || problem.check == "host-key" || repair.given_up;
        let severity = if critical {
            Severity::Critical
        } else {
            Severity::Warning
        };
        if let Some(alert) = ours.iter().find(|alert| alert.id == id) {
            open.push(Alert {
                text,
                // What was once critical is not muted while it lasts.
                severity: alert.severity.max(severity),
                ..alert.clone()
            });
        } else if critical || at_once(&problem.check) || bad(memory) >= raise.bad {
            open.push(Alert {
                id,
                number: next_number,
                severity,
                since: memory.since.unwrap_or(node.since),
                text,
                acked: false,
                snoozed_until: None,
            });
            next_number = next_number.saturating_add(1);
        }
    }
    if node.without_tmux() {
        together(node, &mut open);
    }
    open.sort_by_key(|alert| alert.number);
    (open, next_number)
}

/// Of the sessions that a server took with it, the one that is told says it for
/// all.
fn together(node: &Node, open: &mut [Alert]) {
    let mut lost: Vec<(Alert, &Problem)> = open
        .iter()
        .filter_map(|alert| {
            let check = alert.id.strip_prefix(&node.name)?.strip_prefix('/')?;
            let session = check.starts_with("tmux:");
            let problem = node.problems.iter().find(|one| one.check == check);
            Some((alert.clone(), problem.filter(|_| session)?))
        })
        .collect();
    lost.sort_by_key(|(alert, _)| alert.number);
    // Whoever is quiet for a reason of its own may not be told: another is, then.
    let flaps = |problem: &Problem| {
        let id = format!("{}/flapping:{}", node.name, problem.check);
        open.iter().any(|alert| alert.id == id)
    };
    let loud = lost
        .iter()
        .filter(|(alert, problem)| alert.snoozed_until.is_none() && !flaps(problem));
    let mut first = speakers(lost.iter().map(|(alert, _)| alert));
    first.extend(speakers(loud.map(|(alert, _)| alert)));
    for (alert, problem) in &lost {
        let covered = |(other, _): &&(Alert, &Problem)| other.id != alert.id && alert.covers(other);
        let others = lost.iter().filter(covered);
        let others: Vec<&str> = others.map(|(_, problem)| problem.text.as_str()).collect();
        let speaks = first.iter().any(|one| one.id == alert.id) && !others.is_empty();
        if let (true, Some(said)) = (speaks, open.iter_mut().find(|one| one.id == alert.id)) {
            let all = format!(", {}: no tmux server", others.join(", "));
            let own = node.name.len() + 1 + problem.text.len();
            said.text.insert_str(own, &all);
        }
    }
}

/// What became of the repairs.
#[derive(Debug, Clone, Copy)]
pub struct Repairs<'a> {
    /// The tries, by target.
    pub tallies: &'a BTreeMap<String, Tally>,
    /// What was broken and how it was repaired.
    pub incidents: &'a [Incident],
    /// Now, by which the tries are read; `None`: as they were written.
    pub now: Option<&'a Moment>,
}

/// What is to be said of one repair.
#[derive(Debug, Default)]
struct Repair {
    /// Why it is not mended, as the end of a sentence; may be empty.
    text: String,
    /// The breaker is open, or the hour's actions are used up.
    given_up: bool,
}

impl Repairs<'static> {
    /// Nothing was ever tried.
    pub const NONE: Self = {
        static NO_TRIES: BTreeMap<String, Tally> = BTreeMap::new();
        Self {
            tallies: &NO_TRIES,
            incidents: &[],
            now: None,
        }
    };
}

impl Repairs<'_> {
    fn of(self, node: &Node, check: &str) -> Repair {
        // The sessions are one target.
        let target = if check.starts_with("tmux:") {
            "tmux"
        } else {
            check
        };
        let of_it = |one: &&Incident| one.node == node.name && one.check == target;
        let incident = self.incidents.iter().rev().find(of_it);
        let why = incident.filter(|one| one.open() && !one.why.is_empty());
        let tally = self.tallies.get(&format!("{}/{target}", node.name));
        let tally = tally.map(|tally| self.now.map_or_else(|| tally.clone(), |now| tally.at(now)));
        let tally = tally.as_ref();
        let open = tally.is_some_and(Tally::open);
        let spent = tally.is_some_and(|tally| tally.actions.len() >= ACTIONS);
        let mut text = why.map(|one| format!(": {}", one.why)).unwrap_or_default();
        if open {
            text += "; it failed again and again, and is tried every 5m";
        } else if spent && incident.is_some_and(Incident::open) {
            text += "; too many actions within an hour";
        }
        Repair {
            text,
            given_up: open || (spent && incident.is_some_and(Incident::open)),
        }
    }
}

fn bad(memory: &CheckMemory) -> usize {
    memory.recent.iter().filter(|bad| **bad).count()
}

/// `open` with what is our own matter, whatever the number of nodes it shows
/// on: that we are not let in, and that our network is lost. `before` are the
/// alerts as they were, so that one keeps its number.
#[must_use]
pub fn about_us(
    before: &[Alert],
    mut open: Vec<Alert>,
    nodes: &[Node],
    local: &str,
    raise: &Raise,
    mut next_number: u64,
) -> (Vec<Alert>, u64) {
    let barred = |node: &&Node| node.problems.iter().any(|problem| problem.check == "auth");
    let barred: Vec<&Node> = nodes.iter().filter(barred).collect();
    let memories = barred.iter().filter_map(|node| node.checks.get("auth"));
    let lasting = memories.clone().any(|memory| bad(memory) >= raise.bad);
    let mut whys: Vec<&str> = Vec::new();
    for node in &barred {
        let why = node
            .problems
            .first()
            .map_or("", |problem| problem.text.as_str());
        if !whys.contains(&why) && whys.len() < 3 {
            whys.push(why);
        }
    }
    let whys = whys.join("; ");
    let auth = lasting.then(|| {
        let since = memories.filter_map(|memory| memory.since).min();
        let text = format!(
            "cannot log in to {}: {}; see `mamori doctor`",
            names(&barred),
            whys
        );
        ("auth", since, text)
    });
    let hidden = |node: &&Node| node.hidden.as_deref() == Some(NO_NETWORK);
    let hidden: Vec<&Node> = nodes.iter().filter(hidden).collect();
    let network = (!hidden.is_empty()).then(|| {
        let since = hidden.iter().map(|node| node.since).min();
        let text = format!("{local} has no network: {} cannot be seen", names(&hidden));
        ("network", since, text)
    });
    for (check, since, text) in auth.into_iter().chain(network) {
        let id = format!("{local}/{check}");
        if open.iter().any(|alert| alert.id == id) {
            continue;
        }
        let alert = match before.iter().find(|alert| alert.id == id) {
            Some(alert) => Alert {
                text,
                ..alert.clone()
            },
            None => {
                next_number = next_number.saturating_add(1);
                Alert {
                    id,
                    number: next_number - 1,
                    severity: Severity::Warning,
                    since: since.unwrap_or_default(),
                    text,
                    acked: false,
                    snoozed_until: None,
                }
            }
        };
        open.push(alert);
    }
    open.sort_by_key(|alert| alert.number);
    (open, next_number)
}

/// The first three names, and how many more.
fn names(nodes: &[&Node]) -> String {
    let first: Vec<&str> = nodes
        .iter()
        .take(3)
        .map(|node| node.name.as_str())
        .collect();
    match nodes.len().saturating_sub(3) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// `alerts` without those of nodes that are not there any more.
#[must_use]
pub fn of_nodes(alerts: Vec<Alert>, nodes: &[Node]) -> Vec<Alert> {
    if alerts.is_empty() {
        return alerts;
    }
    let names: HashSet<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    let there = |alert: &Alert| {
        let node = alert.id.split_once('/').map(|(name, _)| name);
        node.is_some_and(|name| names.contains(name))
    };
    alerts.into_iter().filter(there).collect()
}

#[cfg(test)]
#[path = "alerts_tests.rs"]
mod tests;
