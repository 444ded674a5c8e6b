//! Which nodes there are, and what they are called.

use std::collections::{BTreeSet, HashMap};

use crate::config::Config;
use crate::failure::Failure;
use crate::model::node::Node;
use crate::model::state::State;
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::sys::host;

/// The local node's name: the configured one, else the short host name in the
/// characters that node names have.
#[must_use]
pub fn local_name(config: &Config) -> String {
    let configured = config.local.name.clone();
    configured.unwrap_or_else(|| node_name(&host::name()))
}

fn node_name(host: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name = clean(host)
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(64)
        .collect();
    let name: String = name;
    match name {
        name if name == "local" || name.is_empty() => "localhost".to_owned(),
        name => name,
    }
}

/// The name in full of the node that a person calls `name`: this machine, or a
/// configured one.
///
/// # Errors
/// Exit 2 when there is none.
pub fn resolve(name: &str, config: &Config) -> Result<String, Failure> {
    resolve_among(name, config, &[])
}

/// The same, where nodes count that speak for themselves through the hub.
///
/// # Errors
/// Exit 2 when there is none.
pub fn resolve_known(name: &str, config: &Config, state: &State) -> Result<String, Failure> {
    let published = state.nodes.iter().filter(|node| node.published.is_some());
    let published: Vec<&str> = published.map(|node| node.name.as_str()).collect();
    resolve_among(name, config, &published)
}

fn resolve_among(name: &str, config: &Config, published: &[&str]) -> Result<String, Failure> {
    let local = local_name(config);
    let configured = config.nodes.iter().map(|node| node.name.as_str());
    let others = published
        .iter()
        .copied()
        .filter(|name| config.node(name).is_none());
    let mut known = std::iter::once(local.as_str())
        .chain(configured)
        .chain(others);
    if name == "local" || known.clone().any(|known| known == name) {
        return Ok(if name == "local" {
            local
        } else {
            name.to_owned()
        });
    }
    let known: Vec<String> = known.by_ref().map(|name| format!("`{name}`")).collect();
    Err(Failure::usage(format!(
        "there is no node `{}`; there is {}",
        clean(name),
        known.join(", ")
    ))
    .hint("mamori config show"))
}

/// The local node, those of the configuration in its order, and those that
/// speak for themselves through the hub, as they are known so far. A configured node of the local node's name is the local node:
/// one configuration may serve all machines.
#[must_use]
pub fn roster(state: &State, config: &Config, local: &str, now: Timestamp) -> Vec<Node> {
    let all: HashMap<&str, &Node> = by_name(state);
    let known = |name: &str, why: &str| {
        let known = all.get(name).copied().cloned();
        known.unwrap_or_else(|| Node::unseen(name, why, now))
    };
    let others = config.nodes.iter().filter(|node| node.name != local);
    let named: BTreeSet<&str> = others.clone().map(|node| node.name.as_str()).collect();
    let only_the_hub = |node: &&Node| {
        node.published.is_some() && node.name != local && !named.contains(node.name.as_str())
    };
    let hub = config.hub.is_some();
    std::iter::once(known(local, "not looked at yet"))
        .chain(others.map(|node| known(&node.name, "not looked at yet")))
        .chain(
            state
                .nodes
                .iter()
                .filter(|_| hub)
                .filter(only_the_hub)
                .cloned(),
        )
        .collect()
}

fn by_name(state: &State) -> HashMap<&str, &Node> {
    // Of two of one name the first counts.
    let all = state.nodes.iter().rev();
    all.map(|node| (node.name.as_str(), node)).collect()
}

/// Whether `state` has just these nodes, in this order.
#[must_use]
pub fn complete(state: &State, config: &Config, local: &str) -> bool {
    let others = config.nodes.iter().filter(|node| node.name != local);
    let configured: Vec<&str> = std::iter::once(local)
        .chain(others.map(|node| node.name.as_str()))
        .collect();
    let mut known: BTreeSet<&str> = configured.iter().copied().collect();
    let names = state.nodes.iter().map(|node| node.name.as_str());
    let (first, rest) = state
        .nodes
        .split_at(configured.len().min(state.nodes.len()));
    let hub = config.hub.is_some();
    names.take(configured.len()).eq(configured.iter().copied())
        && first.len() == configured.len()
        && rest
            .iter()
            .all(|node| hub && node.published.is_some() && known.insert(&node.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_host_name_becomes_a_node_name() {
        let names = ["laptop", "a b", "#(touch X)", "", "local", "日本"].map(node_name);
        assert_eq!(
            names,
            [
                "laptop",
                "a-b",
                "--touch-X-",
                "localhost",
                "localhost",
                "--"
            ]
        );
    }
}
