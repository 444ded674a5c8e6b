//! What doctor looks at for the nodes reached by ssh: effects in, plain data
//! out. No node is connected to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::{Config, Node};
use crate::model::home::Home;
use crate::model::node::{NodeState, Problem};
use crate::remote::route::Route;
use crate::roster;
use crate::state::store::Store;
use crate::sys::ssh_tools::{self, Key, Tools, Watcher};
use crate::sys::surroundings::Surroundings;
use crate::sys::{flock, programs};

/// All of it together may take this long, however many nodes there are.
const LIMIT: Duration = Duration::from_secs(6);

/// Everything that the checks of ssh are decided from.
#[derive(Debug, Clone)]
pub struct SshFacts {
    /// Whether there is an ssh client.
    pub client: bool,
    /// The command that installs it here, where we know one.
    pub install: &'static [&'static str],
    /// `[watch] share_master`.
    pub share_master: bool,
    /// The nodes, in the configuration's order.
    pub nodes: Vec<NodeFacts>,
    /// Every file that may hold a private key for one of them.
    pub keys: BTreeMap<PathBuf, Key>,
    /// Every agent's socket, and the fingerprints of its keys if it answers.
    pub agents: BTreeMap<String, Option<Vec<String>>>,
    /// `SSH_AUTH_SOCK` of the person who asks.
    pub agent: Option<String>,
    /// The running watcher, where its environment can be seen.
    pub watcher: Option<Watcher>,
}

/// One node.
#[derive(Debug, Clone)]
pub struct NodeFacts {
    /// Its name.
    pub name: String,
    /// What ssh is told.
    pub alias: String,
    /// Whether other addresses are tried when the alias fails.
    pub addresses: bool,
    /// Where that leads, or what ssh complains.
    pub route: Result<Route, String>,
    /// Whether the name service knows its host, where nothing but the alias
    /// names it.
    pub resolves: bool,
    /// Whether a host key is known under its name.
    pub known: bool,
    /// What kept the last look out, other than silence.
    pub barred: Option<Problem>,
}

impl NodeFacts {
    /// Whether the alias itself is the host's name.
    #[must_use]
    pub fn bare(&self) -> bool {
        let host = self.alias.rsplit('@').next().unwrap_or_default();
        self.route
            .as_ref()
            .is_ok_and(|route| !route.proxied && route.host.eq_ignore_ascii_case(host))
    }
}

/// Looks at everything; `None` without remote nodes.
#[must_use]
pub fn gather(config: &Config, around: &Surroundings) -> Option<SshFacts> {
    let local = roster::local_name(config);
    let remote: Vec<&Node> = config.nodes.iter().filter(|n| n.name != local).collect();
    if remote.is_empty() {
        return None;
    }
    let tools = Tools::find(around, LIMIT);
    let state = Store::new(Home::of(&around.mamori_home), "mamori doctor").read();
    let state = state.ok().flatten().map(|look| look.state);
    let barred = |node: &Node| {
        let known = state.as_ref()?.node(&node.name)?;
        let kept_out = known.state == NodeState::Unknown && known.hidden.is_none();
        known.problems.first().filter(|_| kept_out).cloned()
    };
    let nodes = if tools.client() {
        tools.each(&remote, |node| NodeFacts {
            barred: barred(node),
            ..look(node, &tools, around)
        })
    } else {
        Vec::new()
    };
    let routes = || nodes.iter().filter_map(|node| node.route.as_ref().ok());
    let watch_lock = Home::of(&around.mamori_home).watch_lock();
    let watcher = flock::held(&watch_lock)
        .and_then(|_| flock::named_pid(&watch_lock))
        .and_then(ssh_tools::watcher);
    let agent = variable("SSH_AUTH_SOCK", around);
    let environments = [
        agent.as_deref(),
        watcher
            .as_ref()
            .and_then(|watcher| watcher.agent.as_deref()),
    ];
    let sockets = environments.into_iter();
    let sockets = sockets.flat_map(|socket| routes().filter_map(move |route| route.agent(socket)));
    Some(SshFacts {
        client: tools.client(),
        install: install(around),
        share_master: config.watch.share_master,
        keys: asked(
            routes().flat_map(|route| route.identity_files.clone()),
            &tools,
            |file| tools.key(file),
        ),
        agents: asked(sockets.map(ToOwned::to_owned), &tools, |socket| {
            tools.agent(socket)
        }),
        agent: agent.clone(),
        watcher: watcher.clone(),
        nodes: nodes.clone(),
    })
}

fn look(node: &Node, tools: &Tools<'_>, around: &Surroundings) -> NodeFacts {
    let route = tools.configuration(&node.ssh).and_then(|text| {
        Route::parse(&text, &around.home).ok_or_else(|| "`ssh -G` names no host".to_owned())
    });
    let known = route.as_ref().is_ok_and(|route| {
        let knows = |file: &Path| tools.knows(&route.key_name, file);
        route.known_hosts.iter().any(|file| knows(file))
    });
    let mut facts = NodeFacts {
        name: node.name.clone(),
        alias: node.ssh.clone(),
        addresses: !node.addresses.is_empty(),
        route,
        resolves: true,
        known,
        barred: None,
    };
    // A host that has a known key was reached before.
    if let (true, false, Ok(route)) = (facts.bare(), known, &facts.route) {
        facts.resolves = tools.resolves(&route.host);
    }
    facts
}

/// Asks about each of `items` once.
fn asked<T: Ord + Clone + Sync, A: Send>(
    items: impl Iterator<Item = T>,
    tools: &Tools<'_>,
    ask: impl Fn(&T) -> A + Sync,
) -> BTreeMap<T, A> {
    let items: BTreeSet<T> = items.collect();
    let items: Vec<T> = items.into_iter().collect();
    let answers = tools.each(&items, ask);
    items.into_iter().zip(answers).collect()
}

fn variable(name: &str, around: &Surroundings) -> Option<String> {
    let mut all = around.environment.iter();
    let (_, value) = all.find(|(known, _)| known == name)?;
    value.to_str().map(ToOwned::to_owned)
}

fn install(around: &Surroundings) -> &'static [&'static str] {
    if around.termux() {
        &["pkg", "install", "openssh"]
    } else if programs::find("apt", around).is_some() {
        &["apt", "install", "openssh-client"]
    } else {
        &[]
    }
}
