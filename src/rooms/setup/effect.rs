//! Whether what a command did still stands, when the one that would take it
//! back fails.

use std::time::Duration;

use super::wish::words;
use crate::sys::setup;
use crate::sys::surroundings::Surroundings;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Why nothing is left to take back by `inverse`; `None` when something is, or
/// when nobody says.
pub(super) fn gone(inverse: &[String], around: &Surroundings) -> Option<&'static str> {
    if setup::program(inverse, around).is_none() {
        return Some("its program is gone");
    }
    let all: Vec<&str> = inverse.iter().map(String::as_str).collect();
    let over = match *all.as_slice() {
        // Whoever should hear of it asks anew when it starts.
        ["systemctl", "--user", "daemon-reload"] => true,
        ["systemctl", "--user", verb, .., unit] => {
            let shown = said(
                &[
                    "systemctl",
                    "--user",
                    "show",
                    "--property=LoadState,FragmentPath,UnitFileState,ActiveState",
                    unit,
                ],
                around,
            )?;
            let has = |line: &str| shown.lines().any(|found| found.trim_end() == line);
            let enabled = verb == "disable" && has("UnitFileState=enabled");
            let stops = verb == "stop" || all.contains(&"--now");
            let active = ["active", "activating", "reloading"];
            let runs = active
                .iter()
                .any(|state| has(&format!("ActiveState={state}")));
            !(enabled || stops && runs)
        }
        ["launchctl", "bootout", target] => {
            let domain = target.rsplit_once('/')?.0;
            // A domain that does not answer says nothing of what is in it.
            said(&["launchctl", "print", target], around).is_none()
                && said(&["launchctl", "print", domain], around).is_some()
        }
        ["termux-job-scheduler", "--cancel", "--job-id", job] => {
            let pending = said(&["termux-job-scheduler", "--pending"], around)?;
            !pending.contains(job)
        }
        _ => false,
    };
    over.then_some("its effect is gone already")
}

fn said(ask: &[&str], around: &Surroundings) -> Option<String> {
    let ended = setup::run(&words(ask), LIMIT, around).ok()??;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    ended.status.success().then_some(text)
}
