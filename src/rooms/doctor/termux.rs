//! The traps of Termux and Android. Pure.

use super::decide::{Check, Found, Mend, Status, check, trouble};
use super::termux_facts::{Api, TermuxFacts, Widgets};
use crate::model::text::{clean, quoted};
use crate::model::time::{Timestamp, age};

/// Below this the phone is too full, in bytes: 1 GB.
const LITTLE_SPACE: u64 = 1_000_000_000;

pub(super) fn checks(facts: &TermuxFacts, now: Timestamp) -> Vec<Check> {
    let all = [
        (
            "termux.source",
            "apps of other signatures may not talk to Termux",
            source(facts),
        ),
        (
            "termux.api",
            "notifications, battery and jobs go through it",
            api(facts),
        ),
        (
            "termux.phantom",
            "Android kills programs of Termux beyond 32, with signal 9",
            phantom(facts),
        ),
        (
            "termux.battery",
            "Android stops what it takes for idle",
            battery(),
        ),
        (
            "termux.wakelock",
            "without it Android ends Termux, and ssh with it",
            wake_lock(facts, now),
        ),
        (
            "termux.boot",
            "without it nothing runs after the phone has started",
            boot(facts),
        ),
        (
            "termux.widgets",
            "Termux:Widget lists only private folders and regular files",
            widgets(&facts.widgets),
        ),
        (
            "termux.overlay",
            "without that right a tap on such a shortcut does nothing",
            overlay(&facts.widgets),
        ),
        (
            "termux.sv",
            "it starts the watcher and sshd again when they end",
            sv(facts),
        ),
        (
            "termux.sshd",
            "the second one cannot listen, and restarts without end",
            sshd(facts),
        ),
        (
            "termux.sockets",
            "Termux empties that folder when it ends",
            sockets(facts),
        ),
        (
            "termux.job",
            "it starts again what Android has ended",
            job(facts),
        ),
        (
            "termux.storage",
            "a full phone stops everything",
            storage(facts),
        ),
    ];
    all.into_iter()
        .map(|(id, why, found)| check(id, why, found))
        .collect()
}

fn source(facts: &TermuxFacts) -> Found {
    let version = clean(facts.version.as_deref().unwrap_or("unknown"));
    let release = facts
        .release
        .as_deref()
        .map(|release| format!(" ({})", clean(release)));
    let mut known: Vec<&str> = facts
        .installers
        .iter()
        .map(|(_, installer)| &**installer)
        .collect();
    known.sort_unstable();
    known.dedup();
    if known.len() > 1 {
        let apps = facts.installers.iter();
        let apps: Vec<String> = apps
            .map(|(app, from)| format!("{app} from {from}"))
            .collect();
        return trouble(
            Status::Fault,
            format!(
                "Termux's apps are of different sources: {}",
                clean(&apps.join(", "))
            ),
            Mend::by_hand("install all of them anew from one source: F-Droid or GitHub"),
        );
    }
    if version.starts_with("googleplay") {
        return trouble(
            Status::Warn,
            format!("Termux {version} is the experimental build of Google Play"),
            Mend::by_hand("install Termux and its apps from F-Droid or GitHub"),
        );
    }
    Ok(format!("Termux {version}{}", release.unwrap_or_default()))
}

fn api(facts: &TermuxFacts) -> Found {
    match facts.api {
        Some(Api::Answers) => Ok("Termux:API answers".to_owned()),
        None => trouble(
            Status::Note,
            "the package termux-api is not installed".to_owned(),
            Mend::run(&["pkg", "install", "-y", "termux-api"]),
        ),
        Some(how) => trouble(
            Status::Fault,
            match how {
                Api::Hangs => "Termux:API did not answer in 5 s".to_owned(),
                _ => "Termux:API fails".to_owned(),
            },
            Mend::by_hand(
                "install the app Termux:API from the same source as Termux, open it once, and exempt it from battery optimisation",
            ),
        ),
    }
}

fn phantom(facts: &TermuxFacts) -> Found {
    let (line, by_hand) = match facts.level {
        Some(level) if level < 31 => {
            return Ok(format!("API level {level} kills no phantom processes"));
        }
        Some(31) => (
            "API level 31 (Android 12)",
            "adb shell device_config put activity_manager max_phantom_processes 2147483647",
        ),
        Some(32 | 33) => (
            "API level 32 or 33 (Android 12L, 13)",
            "adb shell settings put global settings_enable_monitor_phantom_procs false",
        ),
        Some(_) => (
            "API level 34 or newer (Android 14)",
            "Developer options: switch on \"Disable child process restrictions\"",
        ),
        None => (
            "Android's API level is not known",
            "Android 12 and newer: see the phantom process killer in Termux's own README",
        ),
    };
    trouble(
        Status::Note,
        format!("{line}; whether its killer is off cannot be read here"),
        Mend::by_hand(by_hand),
    )
}

fn battery() -> Found {
    trouble(
        Status::Note,
        "whether Termux is exempt from battery optimisation cannot be read here".to_owned(),
        Mend::by_hand(
            "Settings, Apps, Termux, Battery: Unrestricted; the same for Termux:API and Termux:Boot",
        ),
    )
}

fn wake_lock(facts: &TermuxFacts, now: Timestamp) -> Found {
    match facts.wake_lock.filter(|at| *at >= facts.booted) {
        Some(at) => Ok(format!(
            "the wake lock was asked for {} ago",
            age(now.since(at).max(0))
        )),
        None => trouble(
            Status::Warn,
            "the wake lock was not asked for since the phone started".to_owned(),
            Mend::run(&["mamori", "widget", "wake-lock"]),
        ),
    }
}

fn boot(facts: &TermuxFacts) -> Found {
    if let Some((folder, moved)) = &facts.boot_folder {
        return trouble(
            Status::Fault,
            format!(
                "`{}` is a folder: Termux:Boot runs nothing that comes after it",
                clean(folder)
            ),
            Mend::run(&["mv", folder, moved]),
        );
    }
    if !facts.boot_file {
        return trouble(
            Status::Warn,
            "there is no boot file of ours".to_owned(),
            Mend::run(&["mamori", "setup", "termux", "--yes"]),
        );
    }
    match facts.boot_ran {
        Some(at) if at >= facts.booted => Ok("the boot file ran when the phone started".to_owned()),
        Some(_) => trouble(
            Status::Warn,
            "the boot file did not run since the phone started".to_owned(),
            Mend::by_hand("open the app Termux:Boot once, and exempt it from battery optimisation"),
        ),
        None => trouble(
            Status::Note,
            "the boot file has not run yet".to_owned(),
            Mend::by_hand("open the app Termux:Boot once; it runs when the phone starts"),
        ),
    }
}

fn widgets(widgets: &Widgets) -> Found {
    if let Some(folder) = widgets.open.first() {
        return trouble(
            Status::Warn,
            format!("others may look into `{}`", clean(folder)),
            Mend::run(&["chmod", "700", folder]),
        );
    }
    if let Some(link) = widgets.links.first() {
        return trouble(
            Status::Warn,
            format!(
                "`{}` is a link, which is not listed where it leads elsewhere",
                clean(link)
            ),
            Mend::by_hand(format!(
                "put a script in its place that runs {}",
                clean(&quoted(link))
            )),
        );
    }
    if let Some(script) = widgets.shells.first() {
        return trouble(
            Status::Warn,
            format!("`{}` names no shell that a widget finds", clean(script)),
            Mend::run(&["termux-fix-shebang", script]),
        );
    }
    if let Some((folder, moved)) = &widgets.results {
        return trouble(
            Status::Warn,
            format!(
                "every result in `{}` is listed as a shortcut",
                clean(folder)
            ),
            Mend::run(&["mv", folder, moved]),
        );
    }
    if !widgets.there {
        return trouble(
            Status::Note,
            "there are no shortcuts of ours".to_owned(),
            Mend::run(&["mamori", "setup", "termux", "--yes"]),
        );
    }
    let runs = widgets.runs.iter().map(|(name, run)| match run {
        Some((at, exit)) => {
            let time = at.rfc3339();
            let time = time.get(..16).unwrap_or(&time).replace('T', " ");
            let how = match exit {
                0 => "ok".to_owned(),
                -1 => "running or ended by Android".to_owned(),
                code => format!("exit {code}"),
            };
            format!("{name} {time} UTC {how}")
        }
        None => format!("{name} never"),
    });
    Ok(runs.collect::<Vec<_>>().join(", "))
}

fn overlay(widgets: &Widgets) -> Found {
    if widgets.foreground {
        return trouble(
            Status::Note,
            "some shortcuts open a terminal, for which Termux has to draw over other apps"
                .to_owned(),
            Mend::by_hand(
                "Settings, Apps, Termux: allow to display over other apps; or move them to ~/.shortcuts/tasks",
            ),
        );
    }
    Ok("no shortcut opens a terminal".to_owned())
}

fn sv(facts: &TermuxFacts) -> Found {
    match (facts.sv, facts.runsvdir) {
        (false, _) => trouble(
            Status::Note,
            "termux-services is not installed".to_owned(),
            Mend::run(&["pkg", "install", "-y", "termux-services"]),
        ),
        (true, false) => trouble(
            Status::Fault,
            "runit's runsvdir does not run, so no service does".to_owned(),
            Mend::run(&["service-daemon", "start"]),
        ),
        (true, true) => Ok("runit runs; SVDIR is set by us".to_owned()),
    }
}

fn sshd(facts: &TermuxFacts) -> Found {
    if facts.two_sshd {
        return trouble(
            Status::Fault,
            "runit shall run sshd, and another sshd runs that is not its".to_owned(),
            Mend::by_hand(
                "keep one: sv-disable sshd, or end the other and let runit start its own",
            ),
        );
    }
    Ok("sshd has one owner at most".to_owned())
}

fn sockets(facts: &TermuxFacts) -> Found {
    if let Some(socket) = &facts.lost_socket {
        return trouble(
            Status::Warn,
            format!(
                "the tmux socket `{}` is lost when Termux ends",
                clean(socket)
            ),
            Mend::by_hand("end that server, then: export TMUX_TMPDIR=$PREFIX/var/run"),
        );
    }
    Ok("no tmux socket lies where Termux wipes it".to_owned())
}

fn job(facts: &TermuxFacts) -> Found {
    let again = Mend::run(&["mamori", "setup", "termux", "--yes"]);
    match facts.job {
        Some(true) => Ok("job 8735 is pending".to_owned()),
        Some(false) => {
            let status = if facts.set_up {
                Status::Warn
            } else {
                Status::Note
            };
            trouble(status, "job 8735 is not pending".to_owned(), again)
        }
        None => trouble(
            Status::Note,
            "whether job 8735 is pending is not known: Termux:API does not answer".to_owned(),
            None,
        ),
    }
}

fn storage(facts: &TermuxFacts) -> Found {
    let free = facts.free_bytes.unwrap_or(u64::MAX);
    if free < LITTLE_SPACE {
        return trouble(
            Status::Warn,
            format!("the phone has {} MB left (limit 1000 MB)", free / 1_000_000),
            Mend::by_hand("make room: photos and apps share this disk"),
        );
    }
    Ok("the phone has room".to_owned())
}

#[cfg(test)]
#[path = "termux_tests.rs"]
mod tests;
