//! What is wrong, given the facts? Pure.

use serde::Serialize;

use super::facts::{Facts, HistoryTrouble};
use super::{hub, setup, ssh, termux, tmux};
use crate::model::segment::FRESH_SECONDS;
use crate::model::size::bytes;
use crate::model::text::{clean, quoted};
use crate::model::time::{Timestamp, age};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Fine.
    Ok,
    /// Something optional is absent.
    Note,
    /// It will hurt.
    Warn,
    /// It does not work.
    Fault,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable name.
    pub id: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was seen.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it.
    pub mend: Option<Mend>,
}

/// What mends a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mend {
    /// The command's words; empty where a person has to do it by hand.
    pub command: Vec<String>,
    /// The same as one line to paste, or what to do.
    pub text: String,
}

impl Mend {
    pub(super) fn run(words: &[&str]) -> Self {
        let command: Vec<String> = words.iter().map(ToString::to_string).collect();
        // What cannot be shown as it is cannot be pasted.
        let text = if words.iter().all(|word| clean(word) == **word) {
            words
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" ")
        } else {
            "`mamori doctor --json` holds the words of the command".to_owned()
        };
        Self { command, text }
    }

    pub(super) fn by_hand(text: impl Into<String>) -> Self {
        Self {
            command: Vec::new(),
            text: text.into(),
        }
    }
}

/// Below this our home is too full, in bytes: 100 MB.
const LITTLE_SPACE: u64 = 100_000_000;
/// The day this version was written: no honest clock shows less.
const BUILT: Timestamp = Timestamp(1_795_305_600);

/// All checks, but for those the user silenced.
#[must_use]
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![
        config(facts),
        home(facts),
        state(facts),
        history(facts),
        watch(facts),
        clock(facts),
    ];
    checks.push(binaries(facts));
    checks.extend(tmux::checks(facts));
    checks.extend(ssh::checks(facts.ssh.as_ref()));
    checks.extend(hub::checks(facts.hub.as_ref()));
    checks.extend(setup::checks(&facts.setup));
    let phone = facts.termux.as_ref();
    checks.extend(
        phone
            .into_iter()
            .flat_map(|phone| termux::checks(phone, facts.now)),
    );
    checks.retain(|check| !facts.ignored.iter().any(|ignored| ignored == check.id));
    checks
}

/// What a check saw: fine, or how bad it is and what mends it.
pub(super) type Found = Result<String, (Status, String, Option<Mend>)>;

pub(super) fn trouble(status: Status, what: String, mend: impl Into<Option<Mend>>) -> Found {
    Err((status, what, mend.into()))
}

pub(super) fn check(id: &'static str, why: &'static str, found: Found) -> Check {
    match found {
        Ok(what) => Check {
            id,
            status: Status::Ok,
            what,
            why,
            mend: None,
        },
        Err((status, what, mend)) => Check {
            id,
            status,
            what,
            why,
            mend,
        },
    }
}

fn config(facts: &Facts) -> Check {
    let found = match &facts.config {
        None => Ok("the configuration is right".to_owned()),
        Some(failure) => trouble(
            Status::Fault,
            match failure.further.len() {
                0 => failure.what.clone(),
                more => format!("{} (and {more} more: `mamori config check`)", failure.what),
            },
            failure.hint.clone().map(Mend::by_hand),
        ),
    };
    check("config", "no command works without it", found)
}

fn home(facts: &Facts) -> Check {
    let home = &facts.home;
    let shown = clean(&home.shown);
    let found = if !home.writable {
        trouble(
            Status::Fault,
            format!("`{shown}` cannot be written"),
            Mend::by_hand("make it yours, or set MAMORI_HOME to a folder that is"),
        )
    } else if let Some(mode) = home.mode.filter(|mode| mode & 0o077 != 0) {
        trouble(
            Status::Warn,
            format!("`{shown}` has mode {mode:o}: others can read it"),
            Mend::run(&["chmod", "700", &home.folder]),
        )
    } else if let Some(kind) = &home.network {
        trouble(
            Status::Warn,
            format!("`{shown}` lies on a network file system ({})", clean(kind)),
            Mend::by_hand("set MAMORI_HOME to a local folder"),
        )
    } else if home.free_bytes.is_some_and(|free| free < LITTLE_SPACE) {
        let free = home.free_bytes.unwrap_or(0) / 1_000_000;
        trouble(
            Status::Fault,
            format!("`{shown}` has {free} MB left (limit 100 MB)"),
            Mend::by_hand("make room on that disk"),
        )
    } else {
        Ok(format!("`{shown}` is ours and has room"))
    };
    check(
        "home",
        "the state file, its locks and its backups live there",
        found,
    )
}

fn state(facts: &Facts) -> Check {
    let found = match &facts.state {
        Ok(None) => Ok("nothing was measured yet".to_owned()),
        Ok(Some(look)) if look.state.schema > crate::model::state::SCHEMA => trouble(
            Status::Fault,
            format!(
                "the state file has schema {}, newer than this build knows ({})",
                look.state.schema,
                crate::model::state::SCHEMA
            ),
            Mend::by_hand("upgrade every mamori binary together: make install"),
        ),
        Ok(Some(look)) => match &look.notice {
            None => Ok(format!("revision {}", look.state.revision)),
            Some(notice) => trouble(
                Status::Warn,
                clean(notice),
                Mend::run(&["mamori", "health"]),
            ),
        },
        Err(error) => trouble(
            Status::Fault,
            clean(error),
            Mend::run(&["mamori", "health"]),
        ),
    };
    check(
        "state",
        "all tools know what they know from this file",
        found,
    )
}

fn history(facts: &Facts) -> Check {
    let found = match &facts.history {
        Ok(None) => Ok("nothing was kept yet".to_owned()),
        Ok(Some(size)) => Ok(format!("{}, and sound", bytes(*size))),
        Err(HistoryTrouble::Broken(what)) => trouble(
            Status::Fault,
            clean(what),
            Mend::run(&["mamori", "history", "check"]),
        ),
        Err(HistoryTrouble::Newer(what)) => trouble(
            Status::Fault,
            clean(what),
            Mend::by_hand("upgrade every mamori binary together: make install"),
        ),
        Err(HistoryTrouble::Other(what)) => trouble(
            Status::Warn,
            clean(what),
            Mend::by_hand("nothing else stops; move the file away if it is none of ours"),
        ),
    };
    check("history", "forecasts and reports are made from it", found)
}

fn watch(facts: &Facts) -> Check {
    let old = facts
        .beat
        .map(|beat| facts.now.since(beat))
        .filter(|old| old.abs() > FRESH_SECONDS);
    let found = match (facts.watching, old) {
        (false, _) => trouble(
            Status::Warn,
            "no watcher runs".to_owned(),
            Mend::run(&["mamori", "watch"]),
        ),
        (true, Some(old)) => trouble(
            Status::Fault,
            format!(
                "the watcher hangs or cannot write: its last beat is {} old (limit {FRESH_SECONDS}s)",
                age(old)
            ),
            Mend::by_hand("end it and start it again: mamori watch"),
        ),
        (true, None) => Ok("a watcher runs".to_owned()),
    };
    check(
        "watch",
        "without it the status line turns stale and nothing is noticed",
        found,
    )
}

fn clock(facts: &Facts) -> Check {
    let seen = facts
        .state
        .as_ref()
        .ok()
        .and_then(Option::as_ref)
        .and_then(|look| look.state.summary.observed);
    let ahead = seen.map_or(0, |seen| seen.saturating_sub(facts.now.0));
    let found = if facts.now < BUILT {
        trouble(
            Status::Fault,
            format!("the clock says {}", facts.now.rfc3339()),
            Mend::by_hand("set the clock"),
        )
    } else if ahead > FRESH_SECONDS {
        trouble(
            Status::Warn,
            format!(
                "the last sample lies {} in the future: the clock was set back",
                age(ahead)
            ),
            Mend::run(&["mamori", "health"]),
        )
    } else {
        Ok("the clock is sane".to_owned())
    };
    check(
        "clock",
        "ages, uptimes and reports are counted with it",
        found,
    )
}

fn binaries(facts: &Facts) -> Check {
    let missing: Vec<&str> = facts
        .binaries
        .iter()
        .filter(|(_, place)| place.is_none())
        .map(|(name, _)| *name)
        .collect();
    let found = if missing.is_empty() {
        Ok("all binaries are on PATH".to_owned())
    } else {
        trouble(
            Status::Note,
            format!("not on PATH: {}", missing.join(", ")),
            Mend::by_hand("make install, or add their folder to PATH"),
        )
    };
    check("path", "tmux and scripts look for them there", found)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
