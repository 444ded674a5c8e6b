//! Looks at one target: effects in, plain data out.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::network;
use super::run::Keepers;
use super::service::{Seen, Stranger, oversees};
use super::target::{Target, What};
use crate::config::{self, Check, Config, Host, Service};
use crate::model::owner::{Owner, Wanted};
use crate::model::process::{Condition, Facts, Identity};
use crate::model::whose::is_of;
use crate::remote::route::Route;
use crate::sys::host::reach::{self, Reached};
use crate::sys::host::service::{self, Unready};
use crate::sys::host::ssh;
use crate::sys::ssh_tools::Tools;
use crate::sys::surroundings::Surroundings;
use crate::sys::{files, owner, pid_file, processes, programs};

/// What all targets are recovered with.
#[derive(Debug, Clone)]
pub struct Crew {
    /// The environment.
    pub around: Surroundings,
    /// The configuration.
    pub config: Config,
    /// The local node's name.
    pub local: String,
    /// Sockets of the tmux servers that registered, and their processes.
    pub servers: Vec<(PathBuf, u32)>,
    /// Whether lost tmux sessions come back from the pictures, too.
    pub from_picture: bool,
    /// The machine's own ssh server, found once: its owner takes asking.
    pub own_sshd: Arc<OnceLock<Subject>>,
}

/// A service as it is to be recovered: configured, or the machine's own sshd.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The service.
    pub service: Service,
    /// Who looks after it.
    pub owner: Option<Owner>,
    /// Only root may start it.
    pub for_root: bool,
}

impl Crew {
    /// The target as a service; `None` for what is none.
    #[must_use]
    pub fn subject(&self, target: &Target) -> Option<Subject> {
        match &target.what {
            What::Service(service) => Some(Subject {
                owner: service.start.as_deref().and_then(Owner::of_command),
                service: (**service).clone(),
                for_root: false,
            }),
            What::Sshd => Some(self.own_sshd.get_or_init(|| own_sshd(&self.around)).clone()),
            What::Tmux | What::Network | What::Session(_) => None,
        }
    }

    /// Whether it is ready, at most after `limit`; else why not.
    ///
    /// # Errors
    /// Why it is not ready.
    pub fn ready(&self, subject: &Subject, limit: Duration) -> Result<(), Unready> {
        let limit = limit.min(self.config.watch.probe_timeout);
        service::ask(&check(&subject.service.check), &self.around, limit)
    }

    /// Everything that a plan for it needs. `keepers`: who looked after it.
    #[must_use]
    pub fn see(&self, subject: &Subject, keepers: &Keepers) -> Seen {
        let service = &subject.service;
        let ready = self.ready(subject, self.config.watch.probe_timeout);
        let fine = ready.is_ok();
        let start = service.start.clone().unwrap_or_default();
        let vacant = ready.as_ref().is_err_and(|unready| unready.vacant);
        let (process, other) = if fine {
            (None, None)
        } else {
            self.holder(service, &start, vacant)
        };
        // Who is started by its owner may run any program.
        let other = other.filter(|_| subject.owner.is_none());
        let owner = subject.owner.as_ref().or(keepers.owner.as_ref());
        Seen {
            name: service.name.clone(),
            program: self.program(&start),
            start: service.start.clone(),
            broken: self.broken(subject, fine),
            validate: service.validate.clone(),
            ready_within: service.ready_within,
            owner: owner.filter(|_| !fine).map(|owner| {
                let wanted = owner::wanted(owner, &self.around);
                (owner.clone(), wanted)
            }),
            overseer: keepers.overseer.clone(),
            waits_for: if fine {
                Vec::new()
            } else {
                self.missing(service)
            },
            first: Vec::new(),
            answers: ready.as_ref().is_err_and(|unready| unready.answers),
            process,
            taken: other,
            for_root: subject.for_root,
            uid: self.around.uid,
            ready: ready.map_err(|unready| unready.why),
        }
    }

    /// The process that is this service's, by its pid file or its port; and
    /// who is not and holds its port, unless that is `vacant`: who listens
    /// takes looking at every process.
    fn holder(
        &self,
        service: &Service,
        start: &[String],
        vacant: bool,
    ) -> (Option<Facts>, Option<Stranger>) {
        let ours = |facts: &Facts| is_of(facts, start, &service.name);
        if let Some(process) = self.named(service).filter(ours) {
            return (Some(process), None);
        }
        let port = port(&service.check).filter(|_| !vacant);
        let listeners = port.and_then(processes::listeners).unwrap_or_default();
        let listening: Vec<Facts> = listeners.pids.into_iter().filter_map(living).collect();
        let (mine, others): (Vec<Facts>, Vec<Facts>) = listening.into_iter().partition(ours);
        if let Some(process) = mine.into_iter().next() {
            return (Some(process), None);
        }
        let unseen = listeners.hidden.then_some(Stranger::Unseen);
        let other = others.into_iter().next().map(Stranger::Known);
        (None, other.or(unseen))
    }

    /// The process that a service's pid file names. A number that was written
    /// down before its process started was somebody else's then.
    fn named(&self, service: &Service) -> Option<Facts> {
        let file = service.pid_file.as_ref()?;
        let pid = self.names(service)?;
        living(pid).filter(|process| !pid_file::older(file, &process.identity))
    }

    /// The process whose end is this service's, once it is ready: the one of
    /// its pid file, else `started`, else the one that listens. A pid file
    /// that names a stranger is the last that is believed.
    #[must_use]
    pub fn alive(&self, service: &Service, started: Option<u32>) -> Option<Identity> {
        let start = service.start.as_deref().unwrap_or_default();
        let named = self.named(service);
        let ours = |facts: &Facts| is_of(facts, start, &service.name);
        let listening = || {
            let listeners = port(&service.check).and_then(processes::listeners)?;
            listeners.pids.into_iter().min().and_then(living)
        };
        let called = || match &service.check {
            Check::Process(name) => processes::named(name).into_iter().min().and_then(living),
            _ => None,
        };
        named
            .clone()
            .filter(ours)
            .or_else(|| started.and_then(living))
            .or_else(listening)
            .or_else(called)
            .or(named)
            .map(|process| process.identity)
    }

    /// Who looks after a process besides us.
    #[must_use]
    pub fn keepers(&self, identity: &Identity) -> Keepers {
        let parent = processes::of(identity.pid).map(|process| process.parent);
        let program = parent
            .and_then(processes::of)
            .and_then(|parent| parent.program);
        Keepers {
            owner: owner::of_process(identity),
            overseer: program.filter(|program| oversees(program)),
        }
    }

    /// The process id in a service's pid file.
    #[must_use]
    pub fn names(&self, service: &Service) -> Option<u32> {
        let file = service.pid_file.as_ref()?;
        pid_file::read(file, self.around.uid).ok().flatten()
    }

    fn program(&self, start: &[String]) -> Result<(), String> {
        let Some(program) = start.first() else {
            return Ok(());
        };
        if programs::resolve(program, &self.around).is_some() {
            return Ok(());
        }
        let there = program.starts_with('/') && files::exists(Path::new(program));
        let shown = self.around.shown(Path::new(program));
        Err(if there {
            format!("`{shown}` may not be run")
        } else {
            format!("`{shown}` is not there")
        })
    }

    /// The services it needs that are not ready.
    fn missing(&self, service: &Service) -> Vec<String> {
        let limit = self.config.watch.probe_timeout;
        let here = |name: &&String| {
            let mut all = self.config.services.iter();
            let needed = all.find(|other| other.host == Host::Local && other.name == **name);
            needed.is_some_and(|one| service::ask(&check(&one.check), &self.around, limit).is_err())
        };
        service.needs.iter().filter(here).cloned().collect()
    }
}

/// The process of that number, unless it has ended.
fn living(pid: u32) -> Option<Facts> {
    processes::of(pid).filter(|facts| facts.condition != Condition::Zombie)
}

/// The machine's own ssh server, as its owner or its package starts it.
fn own_sshd(around: &Surroundings) -> Subject {
    let address = ssh::address(None, around);
    let port = address
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    let owner = owner::of_sshd(around);
    let program = sshd_program(around);
    let start = match &owner {
        Some(owner) => owner.start(),
        None => vec![program.clone()],
    };
    let runtime = around
        .prefix
        .as_ref()
        .map_or_else(|| PathBuf::from("/run"), |prefix| prefix.join("var/run"));
    Subject {
        service: Service {
            name: "sshd".into(),
            host: Host::Local,
            start: Some(start),
            check: Check::SshBanner(config::Endpoint {
                host: "127.0.0.1".into(),
                port: port.unwrap_or(22),
            }),
            pid_file: Some(runtime.join("sshd.pid")),
            validate: Some(vec![program, "-t".into()]),
            ready_within: Duration::from_secs(10),
            needs: Vec::new(),
        },
        for_root: !around.termux() && !matches!(owner, Some(Owner::Runit(_))),
        owner,
    }
}

/// sshd wants to be called by its whole path.
fn sshd_program(around: &Surroundings) -> String {
    let found = programs::find("sshd", around);
    let usual = || {
        [
            "/usr/sbin/sshd",
            "/usr/local/sbin/sshd",
            "/opt/homebrew/sbin/sshd",
        ]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| files::exists(path))
    };
    let path = found
        .or_else(usual)
        .unwrap_or_else(|| PathBuf::from("/usr/sbin/sshd"));
    path.display().to_string()
}

fn port(check: &Check) -> Option<u16> {
    match check {
        Check::SshBanner(address) | Check::Tcp(address) => Some(address.port),
        Check::Command(_) | Check::Process(_) => None,
    }
}

/// The check as the system's side takes it.
#[must_use]
pub fn check(check: &Check) -> service::Check {
    match check {
        Check::SshBanner(address) => service::Check::SshBanner(address.to_string()),
        Check::Tcp(address) => service::Check::Tcp(address.to_string()),
        Check::Command(words) => service::Check::Command(words.clone()),
        Check::Process(name) => service::Check::Process(name.clone()),
    }
}

/// Whether its owner stopped it, so that nobody expects it.
#[must_use]
pub fn stopped(subject: &Subject, around: &Surroundings) -> bool {
    let wanted = subject
        .owner
        .as_ref()
        .map(|owner| owner::wanted(owner, around));
    matches!(wanted, Some(Wanted::Stopped(_)))
}

/// How long a place has to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// How long `ssh -G` may take for all nodes together.
const RESOLVED_WITHIN: Duration = Duration::from_secs(5);
/// Nodes beyond so many are not knocked at.
const NODES: usize = 16;

impl Crew {
    /// Looks at the network.
    #[must_use]
    pub fn see_network(&self) -> network::Seen {
        let addresses: Vec<String> = self
            .config
            .network
            .check
            .iter()
            .map(ToString::to_string)
            .collect();
        let others = self
            .config
            .nodes
            .iter()
            .filter(|node| node.name != self.local);
        let nodes: Vec<&config::Node> = others.take(NODES).collect();
        let tools = Tools::find(&self.around, RESOLVED_WITHIN);
        let route = |node: &&config::Node| {
            let text = tools.configuration(&node.ssh).ok()?;
            Route::parse(&text, &self.around.home)
        };
        let routes = tools.each(&nodes, route);
        // Behind a proxy only that one can tell.
        let direct: Vec<(&config::Node, Route)> = nodes
            .into_iter()
            .zip(routes)
            .filter_map(|(node, route)| Some((node, route.filter(|route| !route.proxied)?)))
            .collect();
        let places: Vec<String> = direct.iter().map(|(_, route)| route.endpoint()).collect();
        let reached = reach::reach(&places, ANSWERS_WITHIN);
        let ways = direct.iter().zip(places).zip(reached);
        let ways: Vec<network::Way> = ways
            .map(|(((node, route), place), reached)| network::Way {
                node: node.name.clone(),
                place,
                instead: if reached == Reached::Answers {
                    None
                } else {
                    other_way(node, route)
                },
                found: match reached {
                    Reached::Answers => network::Found::Answers,
                    Reached::Unfound => network::Found::Unfound,
                    Reached::Silent => network::Found::Silent,
                },
            })
            .collect();
        network::Seen {
            way_out: reach::way_out(),
            answers: reach::network(&addresses, ANSWERS_WITHIN),
            nodes: ways,
            termux: self.around.termux(),
        }
    }
}

/// The first of a node's other addresses that answers. Whether it is the same
/// machine its host key tells, when we log in.
fn other_way(node: &config::Node, route: &Route) -> Option<String> {
    let place = |address: &String| {
        if address.contains(':') {
            format!("[{address}]:{}", route.port)
        } else {
            format!("{address}:{}", route.port)
        }
    };
    let places: Vec<String> = node.addresses.iter().map(place).collect();
    let reached = reach::reach(&places, ANSWERS_WITHIN);
    let answering = node.addresses.iter().zip(reached);
    answering
        .into_iter()
        .find(|(_, reached)| *reached == Reached::Answers)
        .map(|(address, _)| address.clone())
}
