//! Keeps the last good version of each guarded file, and brings it back when
//! the file is broken and nobody is at work on it.
//!
//! ```text
//! $ mamori vault list
//! PATH               VERSIONS  NEWEST  STATE
//! ~/.tmux.conf              3      2h  as kept
//! /etc/ssh/sshd_config      1      9d  differs
//! ```
//! A file is broken when it is missing, empty, holds NUL bytes or fails its
//! validator. It is replaced only if the same validator accepts the vault's
//! copy now; otherwise the validator, or what it needs, is what is broken.
//! `decide` says what to do (pure), `facts` looks, `validate` asks, `mend` carries out, `show`
//! tells, `diff` says how the broken version differs.

pub mod cli;
pub mod decide;
pub mod diff;
pub mod facts;
pub mod hand;
pub mod list;
pub mod mend;
pub mod show;
pub mod validate;

use std::path::{Path, PathBuf};

use self::facts::Guarded;
use self::validate::By;
use crate::config::{Config, Guard, GuardPreset, Variables};
use crate::model::healing::{Item, Standing, Terms};
use crate::model::layout::role::Role;
use crate::model::time::Timestamp;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files, guarded};

/// What became of a guarded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it stands, and what was done.
    pub item: Item,
    /// What is to be ready now that it was brought back.
    pub then: Option<Then>,
}

/// The service of a file that was brought back. It is to be started where it
/// is down; where it runs it is to be started again if that was after the file
/// broke, or if it is not ready. What runs from before read a good file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Then {
    /// The local service's name.
    pub service: String,
    /// When the file broke, if that is known.
    pub broke: Option<Timestamp>,
}

/// Looks after every guarded file, and our own configuration, on these terms.
#[must_use]
pub fn look_after(around: &Surroundings, config: &Config, terms: &Terms) -> Vec<Outcome> {
    look_after_at(around, config, terms, clock::now())
}

/// The same at `now`.
#[must_use]
pub fn look_after_at(
    around: &Surroundings,
    config: &Config,
    terms: &Terms,
    now: Timestamp,
) -> Vec<Outcome> {
    let guards = config.guards.iter();
    let outcomes = guards.map(|guard| look_after_one(guard, around, config, terms, now));
    let ours = guarded::absolute(&around.config);
    let named = config.guards.iter().any(|guard| guard.path == ours);
    let own = || own(around, &editors(config), terms, now);
    let own = if named { None } else { own() };
    outcomes.chain(own).collect()
}

/// Looks after one guarded file.
#[must_use]
pub fn look_after_one(
    guard: &Guard,
    around: &Surroundings,
    config: &Config,
    terms: &Terms,
    now: Timestamp,
) -> Outcome {
    let guarded = Guarded {
        path: guard.path.clone(),
        by: By::Config(&guard.validator),
        then: guard.then.as_deref(),
        editors: &editors(config),
        around,
        now,
    };
    guarded.see_to(terms)
}

/// Looks after our own configuration, which may be what is broken; `None`
/// where there is none.
#[must_use]
pub fn own_config(around: &Surroundings, terms: &Terms) -> Option<Item> {
    own_config_at(around, terms, clock::now())
}

/// The same at `now`.
#[must_use]
pub fn own_config_at(around: &Surroundings, terms: &Terms, now: Timestamp) -> Option<Item> {
    let defaults = Config::defaults(&Variables::of(around));
    own(around, &editors(&defaults), terms, now).map(|outcome| outcome.item)
}

fn own(
    around: &Surroundings,
    editors: &[String],
    terms: &Terms,
    now: Timestamp,
) -> Option<Outcome> {
    let path = guarded::absolute(&around.config);
    // Where there never was one, the defaults are what is wanted.
    if !files::exists(&path) && facts::shelf(&path, around).newest().is_none() {
        return None;
    }
    let guarded = Guarded {
        path,
        by: By::Own,
        then: None,
        editors,
        around,
        now,
    };
    Some(guarded.see_to(terms))
}

/// What is the matter with a guarded file that would be brought back now;
/// nothing is changed.
#[must_use]
pub fn broken(
    guard: &Guard,
    around: &Surroundings,
    config: &Config,
    now: Timestamp,
) -> Option<String> {
    let terms = Terms {
        dry_run: true,
        ..Terms::default()
    };
    let item = look_after_one(guard, around, config, &terms, now).item;
    let matter = item.public.split("; to do").next().unwrap_or_default();
    (item.standing == Standing::Planned).then(|| matter.to_owned())
}

/// The guarded files that `service` needs; `sshd`: it is the machine's own
/// ssh server.
pub fn of_service<'a>(
    config: &'a Config,
    service: &'a str,
    sshd: bool,
) -> impl Iterator<Item = &'a Guard> {
    let preset = crate::config::Validator::Preset(GuardPreset::SshdConfig);
    config.guards.iter().filter(move |guard| {
        guard.then.as_deref() == Some(service) || (sshd && guard.validator == preset)
    })
}

/// The paths whose change should bring a look: each file and what its link
/// leads to; of a link also its folder, because nothing else tells that it
/// went. For a linked dotfile that is all of the home, whose every change
/// brings a look: that is cheap, and few things change right in a home.
#[must_use]
pub fn watched(around: &Surroundings, config: &Config) -> Vec<PathBuf> {
    let guards = config.guards.iter().map(|guard| guard.path.clone());
    let mut paths = Vec::new();
    for path in guards.chain([guarded::absolute(&around.config)]) {
        let target = guarded::look(&path, None).target;
        if target != path {
            paths.extend(path.parent().map(Path::to_owned));
        }
        paths.extend([path, target]);
    }
    paths.sort();
    paths.dedup();
    paths
}

/// The names of programs that edit.
fn editors(config: &Config) -> Vec<String> {
    let roles = config.arranging.programs.0.iter();
    let editors = roles.filter(|(role, _)| *role == Role::Editor);
    editors.flat_map(|(_, names)| names.clone()).collect()
}
