//! How what `mamori setup` put in its places stands now, and the service.

use std::time::Duration;

use crate::model::home::Home;
use crate::model::setup::block::remove;
use crate::model::setup::manifest::{Kind, Manifest, Progress, Step};
use crate::sys::setup::{self, Records};
use crate::sys::surroundings::Surroundings;

/// How long a service manager has to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// What was set up, and how it stands.
#[derive(Debug, Clone, Default)]
pub struct SetupFacts {
    /// Each target that was set up.
    pub targets: Vec<TargetFacts>,
    /// The systemd unit, where one was set up.
    pub unit: Option<Unit>,
    /// The launchd agent's target and file, where one was set up, and whether
    /// it is loaded.
    pub agent: Option<(String, String, bool)>,
}

/// One target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetFacts {
    /// `tmux`, `service` or `termux`.
    pub name: String,
    /// Files of ours that are gone, as shown to people.
    pub gone: Vec<String>,
    /// Files of theirs in which our block is no more.
    pub taken: Vec<String>,
    /// Those that somebody changed.
    pub changed: Vec<String>,
    /// Whether a set-up was killed in its middle.
    pub unfinished: bool,
}

/// What systemd says of the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// It did not answer.
    Silent,
    /// How the unit stands.
    Says(UnitFacts),
}

/// The systemd unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UnitFacts {
    /// Whether it starts with the login.
    pub enabled: bool,
    /// Whether it runs.
    pub active: bool,
    /// Whether it outlives the login; `None`: nobody says.
    pub lingers: Option<bool>,
}

/// Looks at it.
#[must_use]
pub fn gather(around: &Surroundings) -> SetupFacts {
    let manifests = Records::of(Home::of(&around.mamori_home)).all();
    let enables = |words: &[&str]| {
        let steps = manifests.iter().flat_map(|manifest| &manifest.steps);
        let begins = |command: &[String]| {
            command.len() >= words.len()
                && words.iter().zip(command).all(|(word, said)| word == said)
        };
        steps
            .filter(|step| step.kind == Kind::Enable)
            .find(|step| begins(&step.command))
    };
    // An agent that was disabled is enabled by a step of its own before.
    let agent = enables(&["launchctl", "bootstrap"]).and_then(|step| {
        let (domain, file) = (step.command.get(2)?, step.command.get(3)?);
        let target = format!("{domain}/dev.mamori.watch");
        let loaded = said(&["launchctl", "print", &target], around).is_some();
        Some((domain.clone(), file.clone(), loaded))
    });
    SetupFacts {
        unit: enables(&["systemctl"]).map(|_| unit(around).map_or(Unit::Silent, Unit::Says)),
        agent,
        targets: manifests
            .iter()
            .map(|manifest| target(manifest, around))
            .collect(),
    }
}

fn target(manifest: &Manifest, around: &Surroundings) -> TargetFacts {
    let mut facts = TargetFacts {
        name: manifest.target.clone(),
        ..TargetFacts::default()
    };
    for step in &manifest.steps {
        facts.unfinished |= step.progress == Progress::Planned;
        let path = step
            .path
            .as_ref()
            .and_then(|place| place.path(&around.home));
        let (Some(path), Progress::Done) = (path, step.progress) else {
            continue;
        };
        let seen = setup::look(&path);
        let shown = around.shown(&path);
        match (step.kind, seen.file()) {
            (Kind::Create, None) => facts.gone.push(shown),
            (Kind::Edit, None) => facts.taken.push(shown),
            (Kind::Create, Some(_)) if seen.sum() != step.after => facts.changed.push(shown),
            (Kind::Edit, Some(file)) if !holds(&file.bytes, step) => {
                if crate::model::setup::block::remains(&file.bytes).is_some() {
                    facts.changed.push(shown);
                } else {
                    facts.taken.push(shown);
                }
            }
            (Kind::Link, _) if seen.link().is_none() => facts.gone.push(shown),
            _ => {}
        }
    }
    facts
}

/// Whether our block is there, whole and once.
fn holds(bytes: &[u8], step: &Step) -> bool {
    let inserted = step.inserted.as_ref();
    inserted.is_some_and(|inserted| remove(bytes, inserted).is_some())
}

fn unit(around: &Surroundings) -> Option<UnitFacts> {
    let ask = [
        "systemctl",
        "--user",
        "show",
        "--property=LoadState,FragmentPath,UnitFileState,ActiveState",
        "mamori-watch.service",
    ];
    let text = said(&ask, around)?;
    let has = |line: &str| text.lines().any(|found| found == line);
    let uid = around.uid.to_string();
    let linger = said(
        &["loginctl", "show-user", &uid, "--property=Linger"],
        around,
    );
    Some(UnitFacts {
        enabled: has("UnitFileState=enabled"),
        active: has("ActiveState=active") || has("ActiveState=activating"),
        lingers: linger.map(|text| text.trim() == "Linger=yes"),
    })
}

fn said(words: &[&str], around: &Surroundings) -> Option<String> {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    let ended = setup::run(&words, LIMIT, around).ok()??;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    ended.status.success().then_some(text)
}
