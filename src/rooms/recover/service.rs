//! What to do about a service that is not ready. Pure.

use std::path::Path;
use std::time::Duration;

use super::plan::{Action, Plan, Step, Verdict, command_line};
use crate::model::owner::{Owner, Wanted};
use crate::model::process::{Condition, Facts};

/// Everything a plan for a service is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// Whether its check passes, else why not.
    pub ready: Result<(), String>,
    /// How it is started; `None`: never.
    pub start: Option<Vec<String>>,
    /// Whether the program of `start` is there and may be run, else why not.
    pub program: Result<(), String>,
    /// What must succeed first.
    pub validate: Option<Vec<String>>,
    /// How long it may take.
    pub ready_within: Duration,
    /// Who looks after it, and what it wants.
    pub owner: Option<(Owner, Wanted)>,
    /// A supervisor whose child it was when it was last seen.
    pub overseer: Option<String>,
    /// The process that its pid file or its port names, when it is really of
    /// this service.
    pub process: Option<Facts>,
    /// Who is not of this service and has its port.
    pub taken: Option<Stranger>,
    /// The first service it needs that is not ready.
    pub waits_for: Option<String>,
    /// Only root may start it: it is the system's own.
    pub for_root: bool,
    /// Whose rights we have.
    pub uid: u32,
}

/// Who has a service's port.
#[derive(Debug, Clone, PartialEq)]
pub enum Stranger {
    /// A process that we may look at.
    Known(Facts),
    /// One that is not ours to see.
    Unseen,
}

/// Programs whose children come back by themselves.
const OVERSEERS: &[&str] = &[
    "runsv",
    "s6-supervise",
    "supervisord",
    "perpd",
    "immortal",
    "monit",
];

/// Whether a process of this program restarts its children.
#[must_use]
pub fn oversees(program: &str) -> bool {
    OVERSEERS.contains(&program)
}

/// What to do.
#[must_use]
pub fn plan(seen: &Seen) -> Plan {
    let why = match &seen.ready {
        Ok(()) => return plan_of("ready", Verdict::Fine),
        Err(why) => why,
    };
    let found = match &seen.process {
        Some(process) if process.condition == Condition::Stopped => {
            format!("a signal stopped process {}: {why}", process.identity.pid)
        }
        Some(process) => format!("process {} hangs: {why}", process.identity.pid),
        None => why.clone(),
    };
    if let Some(Wanted::Stopped(how)) = seen.owner.as_ref().map(|(_, wanted)| wanted) {
        return plan_of(format!("stopped by its owner: {how}"), Verdict::Leave);
    }
    if let Some(other) = &seen.waits_for {
        return plan_of(
            format!("{found}; it needs `{other}`"),
            Verdict::Waits(other.clone()),
        );
    }
    let Some(start) = &seen.start else {
        return plan_of(
            found,
            Verdict::Hopeless(Some(
                "its `[[service]]` has no `start`: nobody said how".into(),
            )),
        );
    };
    if let Some(other) = &seen.taken {
        let who = match other {
            Stranger::Known(other) => {
                let name = other.program.as_deref().unwrap_or(&other.name);
                format!("`{name}` (pid {})", other.identity.pid)
            }
            Stranger::Unseen => "a process of another user".to_owned(),
        };
        return plan_of(
            format!("{who} has its port: {why}"),
            Verdict::Hopeless(None),
        );
    }
    if let Err(missing) = &seen.program {
        return plan_of(format!("{found}; {missing}"), Verdict::Hopeless(None));
    }
    if seen.for_root && seen.uid != 0 {
        return plan_of(
            found,
            Verdict::NeedsRoot(format!("sudo {}", command_line(start))),
        );
    }
    let mut steps = Vec::new();
    if let Some(process) = &seen.process {
        let pid = process.identity.pid;
        if process.uid != seen.uid && seen.uid != 0 {
            return plan_of(found, Verdict::NeedsRoot(format!("sudo kill -9 {pid}")));
        }
        steps.push(Step::new(
            Action::End(process.identity),
            format!("it holds its place: {why}"),
        ));
    }
    let overseer = seen
        .owner
        .as_ref()
        .filter(|(_, wanted)| *wanted == Wanted::Up)
        .map(|(owner, _)| owner.name())
        .or(seen.overseer.as_deref());
    if let Some(overseer) = overseer {
        let why = format!("{overseer} restarts it itself");
        steps.push(Step::new(Action::Await(seen.ready_within), why));
    }
    if let Some(validate) = &seen.validate {
        let why = "what is broken is not started";
        steps.push(Step::new(Action::Validate(validate.clone()), why));
    }
    steps.push(Step::new(Action::Start(start.clone()), found.clone()));
    plan_of(found, Verdict::Mend(steps))
}

fn plan_of(found: impl Into<String>, verdict: Verdict) -> Plan {
    Plan {
        found: found.into(),
        verdict,
    }
}

/// Whether a process is one of a service that is started by `start`: the
/// program it runs, or one of its first words, is named in that command. A pid
/// file may name anybody.
#[must_use]
pub fn is_of(process: &Facts, start: &[String], name: &str) -> bool {
    let base = |word: &str| {
        Path::new(word)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    // Interpreters and doors to other rights say nothing of who runs in them.
    let common = [
        "sh",
        "bash",
        "dash",
        "zsh",
        "env",
        "sudo",
        "doas",
        "nohup",
        "setsid",
        "nice",
        "python3",
        "python",
        "perl",
        "ruby",
        "node",
        "sv",
        "systemctl",
    ];
    let telling: Vec<String> = start
        .iter()
        .filter(|word| !word.starts_with('-'))
        .flat_map(|word| programs(word))
        .filter_map(base)
        .filter(|word| !common.contains(&word.as_str()))
        .take(2)
        .chain([name.to_owned()])
        .collect();
    let words = process
        .arguments
        .iter()
        .take(3)
        .filter_map(|word| base(word));
    process
        .program
        .iter()
        .cloned()
        .chain([process.name.clone()])
        .chain(words)
        .any(|word| telling.contains(&word))
}

/// The words of a command's word that may be programs: itself, or of a shell
/// line those that are paths or stand behind an `exec`.
fn programs(word: &str) -> Vec<&str> {
    let words: Vec<&str> = word.split_whitespace().collect();
    if words.len() < 2 {
        return vec![word];
    }
    let before = std::iter::once(&"").chain(&words);
    words
        .iter()
        .zip(before)
        .filter(|(word, before)| word.contains('/') || **before == "exec")
        .map(|(word, _)| word.trim_matches(['"', '\'', ';', '(', ')', '&']))
        .collect()
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
