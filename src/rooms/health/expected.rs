//! What should be true of a node: only that is judged.

use std::time::Duration;

use crate::config::{self, Config, Expect, Host, Limits, Service};
use crate::model::node::Platform;

/// Everything a sample of one node is held against.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is expected or not, whatever the others are"
)]
pub struct Expected {
    /// Limits of disks, inodes, memory and battery.
    pub limits: Limits,
    /// An ssh server must answer.
    pub sshd: bool,
    /// Something beyond the machine must answer.
    pub network: bool,
    /// The battery must not run low while it is drained.
    pub battery: bool,
    /// tmux sessions that must exist.
    pub sessions: Vec<String>,
    /// Services that must be ready.
    pub services: Vec<String>,
    /// The hub that coordinators share must answer.
    pub hub: bool,
}

impl Expected {
    /// What `config` expects of the local node. `sshd_stopped`: its owner
    /// stopped it (a `down` file on Termux), so that nobody expects it.
    #[must_use]
    pub fn of_local(config: &Config, termux: bool, sshd_stopped: bool) -> Self {
        let expect = config.local.expected(termux);
        Self {
            limits: config.limits,
            sshd: expect.contains(&Expect::Sshd) && !sshd_stopped,
            network: expect.contains(&Expect::Network),
            battery: expect.contains(&Expect::Battery),
            sessions: config.local.expected_sessions(termux),
            services: local_services(config)
                .map(|service| service.name.clone())
                .collect(),
            hub: config.hub.is_some(),
        }
    }
}

impl Expected {
    /// What `config` expects of a remote node that runs `platform`, as far as
    /// that is known. We come in through its ssh server, so that one always is.
    #[must_use]
    pub fn of_node(config: &Config, node: &config::Node, platform: Option<Platform>) -> Self {
        let termux = platform == Some(Platform::Termux);
        let expect = node.expected(termux);
        Self {
            limits: node.limits(&config.limits),
            sshd: true,
            network: expect.contains(&Expect::Network),
            battery: expect.contains(&Expect::Battery),
            sessions: node.expected_sessions(termux),
            services: services_of(config, &node.name)
                .map(|service| service.name.clone())
                .collect(),
            hub: false,
        }
    }
}

/// The services of this machine.
pub fn local_services(config: &Config) -> impl Iterator<Item = &Service> {
    config
        .services
        .iter()
        .filter(|service| service.host == Host::Local)
}

/// The services of a remote node.
pub fn services_of<'c>(config: &'c Config, node: &str) -> impl Iterator<Item = &'c Service> {
    let node = node.to_owned();
    config
        .services
        .iter()
        .filter(move |service| matches!(&service.host, Host::Node(name) if *name == node))
}

/// How long a remote node's silence is borne.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// After which it is down.
    pub down_after: Duration,
    /// Whether it is a phone, which sleeps: one failure never makes it down.
    pub phone: bool,
}

impl Patience {
    /// Silence of a machine that does not sleep.
    const AWAKE: Duration = Duration::from_secs(10);
    /// Silence of a phone, and of what may be one.
    pub const ASLEEP: Duration = Duration::from_secs(90);

    /// With a node that runs `platform`; `None` while it never answered.
    #[must_use]
    pub fn with(node: &config::Node, platform: Option<Platform>) -> Self {
        let phone = platform == Some(Platform::Termux);
        let known_awake = platform.is_some() && !phone;
        let default = if known_awake {
            Self::AWAKE
        } else {
            Self::ASLEEP
        };
        Self {
            down_after: node.down_after.unwrap_or(default),
            phone,
        }
    }
}
