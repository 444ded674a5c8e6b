//! The checks of the way to the remote nodes. Pure.

use std::path::Path;

use super::decide::{Check, Found, Mend, Status, check, trouble};
use super::ssh_facts::{NodeFacts, SshFacts};
use crate::model::node::Problem;
use crate::model::text::{clean, quoted};
use crate::remote::route::Route;
use crate::sys::ssh_tools::Key;

/// So many nodes are named.
const NAMED: usize = 5;

/// All of them; none without remote nodes.
pub(super) fn checks(facts: Option<&SshFacts>) -> Vec<Check> {
    let Some(facts) = facts else {
        return Vec::new();
    };
    let client = check(
        "ssh.client",
        "remote nodes are reached by it",
        client(facts),
    );
    if !facts.client {
        return vec![client];
    }
    let mut checks = vec![
        client,
        check(
            "ssh.config",
            "it decides where and as whom we connect",
            config(facts),
        ),
        check(
            "ssh.host",
            "ssh takes the alias itself for the host's name",
            host(facts),
        ),
        check(
            "ssh.host-key",
            "the watcher cannot answer ssh's question; compare the fingerprint before you do",
            host_key(facts),
        ),
        check(
            "ssh.key",
            "nobody is there to type a passphrase or a password",
            key(facts),
        ),
        check(
            "ssh.agent",
            "a key with a passphrase is used through it",
            agent(facts),
        ),
        check(
            "ssh.master",
            "a connection that you opened can carry the probe, too",
            master(facts),
        ),
    ];
    checks.extend(seen(facts));
    checks
}

/// What kept the last look out, by node: only it has knocked.
fn seen(facts: &SshFacts) -> Vec<Check> {
    let told = |(node, problem): (&NodeFacts, &Problem)| {
        let alias = clean(&quoted(&node.alias));
        let key_name = node
            .route
            .as_ref()
            .map_or(&node.alias, |route| &route.key_name);
        let mend = match problem.check.as_str() {
            "auth" => format!("ssh -o BatchMode=yes -- {alias} true"),
            "host-key" => format!("ssh-keygen -R {}", clean(&quoted(key_name))),
            _ => format!("ssh -v -o BatchMode=yes -- {alias} true"),
        };
        let why = match problem.check.as_str() {
            "auth" => "what ssh says there is what the watcher hears",
            "host-key" => "only once you know why: then ask its owner for the new fingerprint",
            _ => "its last line says where the way ends",
        };
        let what = format!("`{}`: {}", clean(&node.name), clean(&problem.text));
        check(
            "ssh.seen",
            why,
            trouble(Status::Warn, what, Mend::by_hand(mend)),
        )
    };
    let barred = facts
        .nodes
        .iter()
        .filter_map(|node| Some((node, node.barred.as_ref()?)));
    barred.map(told).collect()
}

/// `` `mugen`, `majin`, `pixel` and 2 more ``.
fn named(nodes: &[&NodeFacts]) -> String {
    let name = |node: &&NodeFacts| format!("`{}`", clean(&node.name));
    let first: Vec<String> = nodes.iter().take(NAMED).map(name).collect();
    match nodes.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn having(facts: &SshFacts, trouble: impl Fn(&NodeFacts) -> bool) -> Vec<&NodeFacts> {
    facts.nodes.iter().filter(|node| trouble(node)).collect()
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy())
}

fn client(facts: &SshFacts) -> Found {
    if facts.client {
        return Ok("there is an ssh client".to_owned());
    }
    let mend = match facts.install {
        [] => Mend::by_hand("install OpenSSH's client, or put its folder into PATH"),
        words => Mend::run(words),
    };
    trouble(Status::Fault, "there is no `ssh` on PATH".to_owned(), mend)
}

fn config(facts: &SshFacts) -> Found {
    let bad = having(facts, |node| node.route.is_err());
    let Some((first, Err(why))) = bad.first().map(|node| (node, &node.route)) else {
        return Ok("ssh's configuration is right".to_owned());
    };
    trouble(
        Status::Fault,
        format!("`ssh -G` fails for {}: {}", named(&bad), clean(why)),
        Mend::by_hand(format!(
            "correct what it names; this asks again: ssh -G -- {}",
            clean(&quoted(&first.alias))
        )),
    )
}

fn host(facts: &SshFacts) -> Found {
    let lost = having(facts, unresolved);
    let Some(first) = lost.first() else {
        return Ok("every node has a host name".to_owned());
    };
    trouble(
        Status::Warn,
        format!("no address is known for {}", named(&lost)),
        Mend::by_hand(format!(
            "add to ~/.ssh/config: `Host {}`, and below it `HostName …`",
            clean(&first.alias)
        )),
    )
}

/// A node with further addresses can be reached without its alias.
fn unresolved(node: &NodeFacts) -> bool {
    node.bare() && !node.resolves && !node.addresses
}

fn host_key(facts: &SshFacts) -> Found {
    let unknown = having(facts, |node| {
        let asks = |route: &Route| !route.proxied && route.refuses_unknown;
        node.route.as_ref().is_ok_and(asks) && !node.known && !unresolved(node)
    });
    let Some(first) = unknown.first() else {
        return Ok("every host key is known, or need not be".to_owned());
    };
    trouble(
        Status::Warn,
        format!("the host key of {} is not known yet", named(&unknown)),
        Mend::run(&["ssh", &first.alias, "true"]),
    )
}

/// How we would get in, by what can be seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access<'a> {
    /// With a key's file alone, or in a way that cannot be judged from here.
    Open,
    /// With a key that the agent holds.
    Held,
    /// Not: this key has a passphrase, and the agent does not hold it.
    Locked(&'a Path),
    /// Not: ssh will not use this key.
    Refused(&'a Path, &'a str),
    /// Not: there is no key at all.
    Nothing,
}

/// How we would get into `node` where `SSH_AUTH_SOCK` is `environment`.
fn access<'a>(node: &'a NodeFacts, facts: &'a SshFacts, environment: Option<&str>) -> Access<'a> {
    let Ok(route) = &node.route else {
        return Access::Open;
    };
    let unclear = |file: &Path| file.to_string_lossy().contains(['%', '$']);
    if route.key_provider || route.identity_files.iter().any(|file| unclear(file)) {
        return Access::Open;
    }
    let held = route
        .agent(environment)
        .and_then(|socket| facts.agents.get(socket)?.as_deref())
        .unwrap_or_default();
    let files = route.identity_files.iter();
    let keys: Vec<(&Path, &Key)> = files
        .filter_map(|file| Some((file.as_path(), facts.keys.get(file)?)))
        .collect();
    let mut locked = None;
    for (file, key) in &keys {
        match key {
            Key::Open => return Access::Open,
            Key::Locked {
                fingerprint: Some(print),
            } if held.contains(print) => return Access::Held,
            // Any of them may be this one.
            Key::Locked { fingerprint: None } if !held.is_empty() => return Access::Held,
            Key::Locked { .. } => locked = locked.or(Some(*file)),
            Key::Missing | Key::Refused(_) => {}
        }
    }
    // A key that the configuration names is the one that is meant.
    let others = !route.identities_only && (route.default_identities() || locked.is_none());
    if others && !held.is_empty() {
        return Access::Held;
    }
    let refused = keys.iter().find_map(|(file, key)| match key {
        Key::Refused(why) => Some(Access::Refused(file, why)),
        _ => None,
    });
    locked
        .map(Access::Locked)
        .or(refused)
        .unwrap_or(Access::Nothing)
}

/// How the person who asks would get in; where only the watcher would, how it would.
fn best<'a>(node: &'a NodeFacts, facts: &'a SshFacts) -> Access<'a> {
    let here = access(node, facts, facts.agent.as_deref());
    let watcher = facts.watcher.as_ref();
    let there = watcher.map(|watcher| access(node, facts, watcher.agent.as_deref()));
    match there {
        Some(Access::Held) if here != Access::Open => Access::Held,
        _ => here,
    }
}

/// Whether an agent answers the person who asks about `node`.
fn answered(node: &NodeFacts, facts: &SshFacts) -> bool {
    let route = node.route.as_ref().ok();
    route
        .and_then(|route| route.agent(facts.agent.as_deref()))
        .is_some_and(|socket| matches!(facts.agents.get(socket), Some(Some(_))))
}

fn key(facts: &SshFacts) -> Found {
    let missing = having(facts, |node| best(node, facts) == Access::Nothing);
    if let Some(first) = missing.first() {
        let alias = clean(&quoted(&first.alias));
        return trouble(
            Status::Warn,
            format!("there is no key for {}", named(&missing)),
            Mend::by_hand(format!(
                "ssh-keygen -t ed25519 -N ''{} && ssh-copy-id {alias}",
                wanted(first)
            )),
        );
    }
    let refused = facts.nodes.iter().find_map(|node| match best(node, facts) {
        Access::Refused(file, why) => Some((node, file, why)),
        _ => None,
    });
    if let Some((node, file, why)) = refused {
        let what = format!(
            "ssh will not use `{}` for {}: {}",
            shown(file),
            named(&[node]),
            clean(why)
        );
        let mend = Mend::run(&["chmod", "600", &file.to_string_lossy()]);
        return trouble(Status::Warn, what, mend);
    }
    let locked =
        |node: &NodeFacts| matches!(best(node, facts), Access::Locked(_)) && answered(node, facts);
    let locked = having(facts, locked);
    match locked.first().map(|node| best(node, facts)) {
        Some(Access::Locked(file)) => trouble(
            Status::Warn,
            format!(
                "`{}`, the key for {}, has a passphrase and is not in the agent",
                shown(file),
                named(&locked)
            ),
            Mend::run(&["ssh-add", &file.to_string_lossy()]),
        ),
        _ => Ok("every node has a key to try".to_owned()),
    }
}

/// ` -f FILE` where the configuration names a key that is not there.
fn wanted(node: &NodeFacts) -> String {
    let route = node.route.as_ref().ok();
    let named = route.filter(|route| !route.default_identities());
    let file = named.and_then(|route| route.identity_files.first());
    file.map(|file| format!(" -f {}", clean(&quoted(&file.to_string_lossy()))))
        .unwrap_or_default()
}

fn agent(facts: &SshFacts) -> Found {
    let alone =
        |node: &NodeFacts| matches!(best(node, facts), Access::Locked(_)) && !answered(node, facts);
    let alone = having(facts, alone);
    if let Some(Access::Locked(file)) = alone.first().map(|node| best(node, facts)) {
        let mend = format!(
            "eval \"$(ssh-agent)\" && ssh-add {} && mamori watch",
            clean(&quoted(&file.to_string_lossy()))
        );
        let what = format!(
            "the key for {} has a passphrase, and no ssh agent answers",
            named(&alone)
        );
        return trouble(Status::Warn, what, Mend::by_hand(mend));
    }
    let (Some(watcher), Some(socket)) = (&facts.watcher, &facts.agent) else {
        return Ok("no node waits for an agent".to_owned());
    };
    let without = having(facts, |node| {
        access(node, facts, Some(socket)) == Access::Held
            && !matches!(
                access(node, facts, watcher.agent.as_deref()),
                Access::Held | Access::Open
            )
    });
    if without.is_empty() {
        return Ok("the watcher has the same agent, or needs none".to_owned());
    }
    let what = match &watcher.agent {
        None => format!(
            "the watcher (pid {}) was started without your ssh agent, the way into {}",
            watcher.pid,
            named(&without)
        ),
        Some(other) => format!(
            "the watcher (pid {}) asks the agent at `{}`, which has no key for {}",
            watcher.pid,
            clean(other),
            named(&without)
        ),
    };
    let mend = if watcher.by_systemd {
        format!(
            "systemctl --user set-environment {} && systemctl --user restart mamori-watch",
            clean(&quoted(&format!("SSH_AUTH_SOCK={socket}")))
        )
    } else {
        format!("kill {} && sleep 1 && mamori watch", watcher.pid)
    };
    trouble(Status::Warn, what, Mend::by_hand(mend))
}

fn master(facts: &SshFacts) -> Found {
    let routes =
        |wanted: fn(&Route) -> bool| having(facts, |node| node.route.as_ref().is_ok_and(wanted));
    if facts.share_master {
        let without = routes(|route| route.control_path.is_none());
        if without.is_empty() {
            return Ok("master connections are shared where you opened them".to_owned());
        }
        return trouble(
            Status::Note,
            format!(
                "`watch.share_master` has no effect for {}: there is no ControlPath",
                named(&without)
            ),
            Mend::by_hand("add ControlPath ~/.ssh/master-%C to its Host in ~/.ssh/config"),
        );
    }
    let with = routes(|route| route.control_master);
    if with.is_empty() {
        return Ok("no connection is shared".to_owned());
    }
    Ok(format!(
        "the master connection of {} is left alone; `watch.share_master = true` would use it",
        named(&with)
    ))
}

#[cfg(test)]
#[path = "ssh_tests.rs"]
mod tests;
