//! What a person can do where we cannot. Pure.

use crate::model::node::Platform;
use crate::model::text::quoted;
use crate::remote::cause::Cause;

/// What root may do there about its ssh server; our words, never the node's.
pub const SSHD_BY_ROOT: &str = "sudo systemctl start ssh || sudo service ssh start || \
    sudo launchctl kickstart -k system/com.openssh.sshd";

/// What a person can do when ssh itself is the victim.
#[must_use]
pub fn help(node: &str, platform: Option<Platform>, cause: Cause) -> Option<String> {
    let start = match platform {
        Some(Platform::Termux) => "open Termux there and run: sv up sshd || sshd",
        Some(Platform::Macos) => "there: sudo launchctl kickstart -k system/com.openssh.sshd",
        Some(Platform::Linux) | None => {
            "at its console: sudo systemctl start ssh || sudo service ssh start"
        }
    };
    match cause {
        Cause::Refused => Some(format!("it is there, its ssh server is not; {start}")),
        Cause::Auth | Cause::HostKeyChanged | Cause::HostKeyUnknown => {
            Some(format!("mamori doctor; ssh {} true", quoted(node)))
        }
        _ if cause.may_be_ours() => Some(format!("mamori recover network; then {start}")),
        _ => Some(start.to_owned()),
    }
}
