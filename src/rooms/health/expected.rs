//! What should be true of a node: only that is judged.

use crate::config::{Config, Expect, Host, Limits, Service};

/// Everything a sample of one node is held against.
#[derive(Debug, Clone, PartialEq)]
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
