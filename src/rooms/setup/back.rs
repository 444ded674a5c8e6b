//! Takes a set-up back, from its manifest and what stands alone.

use std::path::Path;

use super::carry::command;
use super::{effect, show};
use crate::failure::Failure;
use crate::model::setup::block::remains;
use crate::model::setup::manifest::{Kind, Manifest, Progress, Step};
use crate::model::setup::stands::{File, Stands};
use crate::model::setup::undo::{Undo, undo};
use crate::model::text::{clean, count};
use crate::sys::output;
use crate::sys::setup::{self, Dress, Records};
use crate::sys::surroundings::Surroundings;

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Steps that are as they were.
    pub steps: usize,
    /// What stays, and why.
    pub kept: Vec<String>,
    /// Whether something waits for a person.
    pub open: bool,
}

/// Takes every step back, the last one first.
///
/// # Errors
/// Exit 3 when the record cannot be written. What one step refuses stays in
/// the record, with the earlier steps that its command needs.
pub(super) fn take_back(
    mut manifest: Manifest,
    records: &Records,
    around: &Surroundings,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    let mut open: Vec<Step> = Vec::new();
    for at in (0..manifest.steps.len()).rev() {
        let Some(step) = manifest.steps.get(at).cloned() else {
            continue;
        };
        if step.progress == Progress::Undone {
            continue;
        }
        if open.iter().any(|later| needs(later, &step, around)) {
            continue;
        }
        match one(&step, records, around) {
            Ok(None) => outcome.steps += 1,
            Ok(Some(Stays { what, open: stays })) => {
                outcome.kept.push(what);
                if stays {
                    outcome.open = true;
                    continue;
                }
            }
            Err(failure) => {
                outcome.kept.push(failure.what);
                outcome.open = true;
                open.extend(step.is_command().then_some(step));
                continue;
            }
        }
        if let Some(step) = manifest.steps.get_mut(at) {
            step.progress = Progress::Undone;
        }
        records.save(&manifest)?;
    }
    if !outcome.open {
        records.forget(&manifest.target)?;
    }
    Ok(outcome)
}

/// What is not as it was.
struct Stays {
    what: String,
    open: bool,
}

/// Whether the command of `later` can only be taken back while `step` stands:
/// a service needs all that was done for it, a job the script that it names.
fn needs(later: &Step, step: &Step, around: &Surroundings) -> bool {
    if later.kind != Kind::Job {
        return true;
    }
    let path = step
        .path
        .as_ref()
        .and_then(|place| place.path(&around.home));
    let mut words = later.command.iter();
    path.is_some_and(|path| words.any(|word| Path::new(word).starts_with(&path)))
}

fn one(step: &Step, records: &Records, around: &Surroundings) -> Result<Option<Stays>, Failure> {
    if step.is_command() {
        // One that may never have been run may have nothing to take back.
        let lenient = step.lenient || step.progress == Progress::Planned;
        let step = &Step {
            lenient,
            ..step.clone()
        };
        return match command(&step.inverse, step, around) {
            Err(failure) => match effect::gone(&step.inverse, around) {
                Some(why) => {
                    output::complain(&format!("note: {}; {why}\n", failure.what));
                    Ok(None)
                }
                None => Err(failure),
            },
            Ok(()) => Ok(None),
        };
    }
    let path = step
        .path
        .as_ref()
        .and_then(|place| place.path(&around.home));
    let Some(path) = path else {
        let what = "a step of a newer mamori is not understood".to_owned();
        return Ok(Some(Stays { what, open: true }));
    };
    let seen = seen_at(&path, step, around);
    if step.progress == Progress::Planned {
        setup::sweep(&seen);
    }
    let before = step.before.as_ref();
    let backup = before.and_then(|before| records.kept(&before.sum));
    let stays = |why: &str, open: bool| {
        let what = format!("{}: {why}", show::place(step.path.as_ref()));
        Ok(Some(Stays { what, open }))
    };
    match undo(step, &seen, backup.as_deref()) {
        Undo::Nothing => {}
        Undo::Delete => setup::remove(&seen)?,
        Undo::Unlink => setup::unlink(&path)?,
        Undo::Rmdir => return rmdir(&path, step),
        Undo::Restore(bytes) => {
            let dress = Dress {
                mode: before.map_or(0o600, |before| before.mode),
                before,
                times: true,
            };
            setup::put(&seen, &bytes, dress)?;
        }
        Undo::Strip(bytes) => strip(&seen, &bytes)?,
        Undo::Keep(why) => return stays(&why, false),
        Undo::Leave(why) => return stays(&why, true),
    }
    Ok(None)
}

/// What stands at `path`; where its link was pointed elsewhere since, what
/// stands where it led, if that is still ours.
fn seen_at(path: &Path, step: &Step, around: &Surroundings) -> Stands {
    let seen = setup::look(path);
    let files = matches!(step.kind, Kind::Create | Kind::Edit);
    let real = step
        .real
        .as_ref()
        .and_then(|place| place.path(&around.home));
    let Some(real) = real.filter(|real| files && *real != seen.real) else {
        return seen;
    };
    let there = setup::look(&real);
    let holds = |file: &File| step.inserted.is_some() && remains(&file.bytes).is_some();
    let ours = there.file().is_some() && there.sum() == step.after;
    if ours || there.file().is_some_and(holds) {
        there
    } else {
        seen
    }
}

fn rmdir(path: &Path, step: &Step) -> Result<Option<Stays>, Failure> {
    if setup::rmdir(path, &step.leftovers)? {
        return Ok(None);
    }
    let shown = show::place(step.path.as_ref());
    Ok(Some(Stays {
        what: format!("{shown}: it is not empty"),
        open: false,
    }))
}

/// Theirs without ours, as it is dressed now.
fn strip(seen: &Stands, bytes: &[u8]) -> Result<(), Failure> {
    let facts = seen.file().map(|file| &file.facts);
    let dress = Dress {
        mode: facts.map_or(0o600, |facts| facts.mode),
        before: facts,
        times: false,
    };
    Ok(setup::put(seen, bytes, dress)?)
}

/// Says what was taken back.
///
/// # Errors
/// When it cannot be printed.
pub(super) fn tell(outcome: &Outcome) -> Result<(), Failure> {
    output::print(&format!(
        "undone: {}\n{}",
        count(outcome.steps, "step"),
        kept(outcome)
    ))
}

/// Several lines may tell why something stays.
fn kept(outcome: &Outcome) -> String {
    let lines = outcome
        .kept
        .iter()
        .flat_map(|what| what.lines().enumerate());
    let lines = lines.map(|(at, line)| {
        let mark = if at == 0 { "kept: " } else { "      " };
        [mark, &clean(line), "\n"].concat()
    });
    lines.collect()
}
