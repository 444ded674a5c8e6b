//! Looks at the local node: effects in, plain data out.

use std::path::PathBuf;
use std::time::Duration;

use super::expected::{Expected, local_services};
use crate::config::{Check, Config};
use crate::model::reading::Reading;
use crate::model::state::State;
use crate::sys::host::checks::Checks;
use crate::sys::host::{self, Ask, Look, Questions, service};
use crate::sys::surroundings::Surroundings;

/// Looks at this machine, asking the dear questions of `ask`.
#[must_use]
pub fn look(around: &Surroundings, config: &Config, state: &State, ask: Ask) -> Look {
    host::look(
        around,
        &Questions {
            ssh_address: ssh_address(config),
            network: config
                .network
                .check
                .iter()
                .map(ToString::to_string)
                .collect(),
            services: services(config),
            service_limit: config.watch.probe_timeout,
            tmux_sockets: state
                .tmux_servers
                .iter()
                .map(|server| PathBuf::from(&server.socket))
                .collect(),
            ask,
        },
    )
}

/// The same, where a service has `grace` to answer beside all the rest; a later
/// answer is taken by a later look. Without `grace` only what has come is taken,
/// and no service is asked.
#[must_use]
pub fn look_beside(
    around: &Surroundings,
    config: &Config,
    state: &State,
    ask: Ask,
    checks: &mut Checks,
    grace: Option<Duration>,
) -> Look {
    let services = services(config);
    if ask.services && grace.is_some() {
        checks.begin(&services, around, config.watch.probe_timeout);
    }
    let others = Ask {
        services: false,
        ..ask
    };
    let mut look = look(around, config, state, others);
    if ask.services {
        let answers = match grace {
            Some(grace) => checks.take(grace),
            None => checks.come(&services),
        };
        look.readings.services = Reading::Value(answers.ready);
        look.asking = answers.asking;
    }
    look
}

fn services(config: &Config) -> Vec<(String, service::Check)> {
    local_services(config)
        .map(|service| (service.name.clone(), check(&service.check)))
        .collect()
}

/// What is expected of this machine. On Termux a `down` file in its service's
/// folder says that the user stopped sshd.
#[must_use]
pub fn expected(around: &Surroundings, config: &Config) -> Expected {
    let down_file = around
        .prefix
        .as_ref()
        .map(|prefix| prefix.join("var/service/sshd/down"));
    let stopped = down_file.is_some_and(|path| crate::sys::files::modified(&path).is_some());
    Expected::of_local(config, around.termux(), stopped)
}

/// The questions that the judge needs answered at every look.
#[must_use]
pub fn needed(expected: &Expected) -> Ask {
    Ask {
        sshd: expected.sshd,
        network: expected.network,
        sessions: !expected.sessions.is_empty(),
        battery: expected.battery,
        services: !expected.services.is_empty(),
    }
}

fn ssh_address(config: &Config) -> Option<String> {
    local_services(config)
        .filter(|service| service.name == "sshd")
        .find_map(|service| match &service.check {
            Check::SshBanner(address) => Some(address.to_string()),
            _ => None,
        })
}

fn check(check: &Check) -> service::Check {
    match check {
        Check::SshBanner(address) => service::Check::SshBanner(address.to_string()),
        Check::Tcp(address) => service::Check::Tcp(address.to_string()),
        Check::Command(words) => service::Check::Command(words.clone()),
        Check::Process(name) => service::Check::Process(name.clone()),
    }
}
