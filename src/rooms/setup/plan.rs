//! From what is wished and what stands to what is to be done. Pure: who looks
//! is given.

use std::path::{Path, PathBuf};

use super::wish::{Order, Wish};
use crate::failure::Failure;
use crate::model::setup::block::{self, remains};
use crate::model::setup::manifest::{Before, Inserted, Kind, Manifest, Progress, Step};
use crate::model::setup::place::Place;
use crate::model::setup::stands::{Stands, What};
use crate::model::setup::undo::origin;
use crate::model::sum::sum;
use crate::model::text::clean;

/// One step, with what is needed to do it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Deed {
    /// What the manifest says of it.
    pub step: Step,
    /// What was seen where it is to be done; `None` for commands.
    pub seen: Option<Stands>,
    /// The content afterwards.
    pub new: Vec<u8>,
    /// Permission bits of what is made.
    pub mode: u32,
    /// What has to be kept so that it can come back.
    pub keep: Option<Vec<u8>>,
}

/// All that is to be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Plan {
    pub deeds: Vec<Deed>,
    /// What is left as it is, and why.
    pub left: Vec<String>,
    /// Steps of an earlier run that was killed are done by now.
    pub settles: bool,
}

/// What is to be done so that every wish is fulfilled.
///
/// # Errors
/// Exit 3 for what cannot be written where a wish wants it.
pub(super) fn plan(
    wishes: &[Wish],
    look: &dyn Fn(&Path) -> Stands,
    old: Option<&Manifest>,
    home: &Path,
) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let steps = old.map_or(&[][..], |old| &old.steps);
    let unfinished = steps.iter().any(|step| step.progress == Progress::Planned);
    let mut made: Vec<&Path> = Vec::new();
    for wish in wishes {
        let Some(path) = wish.path() else { continue };
        if !path.is_absolute() {
            let shown = clean(&path.display().to_string());
            return Err(Failure::unable(format!(
                "could not use `{shown}`: it is not an absolute path"
            )));
        }
        let seen = look(path);
        let place = Place::of(path, home);
        let known = steps.iter().find(|step| step.path.as_ref() == Some(&place));
        if let Some(mut deed) = deed(wish, &seen, known, &mut plan.left)? {
            folder_stands(&seen, &made, look)?;
            deed.step = Step {
                path: Some(place),
                real: Some(Place::of(&seen.real, home)),
                links: seen
                    .links
                    .iter()
                    .map(|link| Place::of(link, home))
                    .collect(),
                ..deed.step
            };
            deed.seen = Some(seen);
            plan.deeds.push(deed);
        }
        made.push(path);
    }
    let files = !plan.deeds.is_empty() || unfinished;
    let mut all = Vec::new();
    let mut deeds = std::mem::take(&mut plan.deeds).into_iter().peekable();
    // Commands stand between the files in the order they were wished for.
    for wish in wishes {
        match wish {
            Wish::Command(order) if files || !order.with_files => all.push(command(order)),
            Wish::Command(_) => {}
            wish => {
                let of_wish =
                    |deed: &Deed| deed.seen.as_ref().map(|seen| &*seen.path) == wish.path();
                all.extend(deeds.next_if(of_wish));
            }
        }
    }
    plan.settles = unfinished && all.is_empty();
    plan.deeds = all;
    Ok(plan)
}

/// What has to be done for one wish; `None` when it is fulfilled, or when what
/// stands there is not ours to change, which `left` is told.
fn deed(
    wish: &Wish,
    seen: &Stands,
    known: Option<&Step>,
    left: &mut Vec<String>,
) -> Result<Option<Deed>, Failure> {
    let shown = || clean(&seen.path.display().to_string());
    if let What::Unfit(why) = &seen.what {
        return Err(Failure::unable(format!(
            "could not use `{}`: {why}",
            shown()
        )));
    }
    let none = |kind| Step {
        kind,
        ..Step::default()
    };
    Ok(match wish {
        Wish::Folder {
            mode, leftovers, ..
        } => match seen.what {
            What::Folder(_) => None,
            What::Missing if seen.links.is_empty() => Some(bare(
                Step {
                    leftovers: leftovers.clone(),
                    ..none(Kind::Mkdir)
                },
                *mode,
            )),
            _ => {
                let what = format!(
                    "could not make the folder `{}`: something else stands there",
                    shown()
                );
                return Err(Failure::unable(what));
            }
        },
        Wish::Link { to, .. } => match (seen.link(), &seen.what) {
            (Some(link), _) if link == to => None,
            (None, What::Missing) => {
                let after = Some(to.to_string_lossy().into_owned());
                Some(bare(
                    Step {
                        after,
                        ..none(Kind::Link)
                    },
                    0,
                ))
            }
            _ => {
                left.push(format!("`{}` is none of ours, and stays as it is", shown()));
                None
            }
        },
        Wish::Absent { .. } => seen.file().map(|file| {
            let (before, keep) = (Some(file.facts.clone()), Some(file.bytes.clone()));
            Deed {
                keep,
                ..bare(
                    Step {
                        before,
                        ..none(Kind::Remove)
                    },
                    0,
                )
            }
        }),
        Wish::Whole { bytes, mode, .. } => whole(seen, known, bytes, *mode, left)?,
        Wish::Block { block, before, .. } => block_in(seen, known, block, *before, left)?,
        Wish::Command(_) => None,
    })
}

fn bare(step: Step, mode: u32) -> Deed {
    Deed {
        step,
        seen: None,
        new: Vec::new(),
        mode,
        keep: None,
    }
}

fn whole(
    seen: &Stands,
    known: Option<&Step>,
    bytes: &[u8],
    mode: u32,
    left: &mut Vec<String>,
) -> Result<Option<Deed>, Failure> {
    let ours = known.is_some_and(|step| step.after == seen.sum());
    let mode = match &seen.what {
        What::Folder(_) => return Err(is_folder(seen)),
        What::File(file) if file.bytes == bytes => return Ok(None),
        What::File(_) if !ours => {
            left.push(format!(
                "`{}` was changed, or is none of ours, and stays as it is",
                clean(&seen.path.display().to_string())
            ));
            return Ok(None);
        }
        What::File(file) => file.facts.mode,
        _ => mode,
    };
    let (before, _) = origin(known, seen);
    Ok(Some(changed(
        seen,
        Kind::Create,
        before,
        bytes.to_vec(),
        None,
        None,
        mode,
    )))
}

fn block_in(
    seen: &Stands,
    known: Option<&Step>,
    block: &str,
    before: fn(&[u8]) -> Option<usize>,
    left: &mut Vec<String>,
) -> Result<Option<Deed>, Failure> {
    if matches!(seen.what, What::Folder(_)) {
        return Err(is_folder(seen));
    }
    let (facts, bytes) = origin(known, seen);
    let stands = seen
        .file()
        .map(|file| file.bytes.clone())
        .unwrap_or_default();
    let untouched = known.filter(|step| step.after == seen.sum());
    let known_block = untouched.and_then(|step| step.inserted.as_ref());
    let base = match bytes {
        Some(rest) => rest,
        // Ours, untouched: what is beneath it.
        None => known_block
            .and_then(|inserted| block::without(&stands, inserted))
            .unwrap_or_else(|| stands.clone()),
    };
    let at = before(&base);
    let (new, inserted) = block::insert(&base, block, at);
    let inside = |whole: &[u8], part: &[u8]| whole.windows(part.len()).any(|window| window == part);
    if inside(&stands, inserted.block.as_bytes()) {
        return Ok(None);
    }
    if remains(&base).is_some() {
        left.push(format!(
            "`{}` holds a block of ours that was changed, or that another machine's mamori wrote; it stays as it is",
            clean(&seen.path.display().to_string())
        ));
        return Ok(None);
    }
    // What the umask takes of it goes when it is made.
    let mode = seen.file().map_or(0o666, |file| file.facts.mode);
    let keep = facts.is_some().then_some(base);
    Ok(Some(changed(
        seen,
        Kind::Edit,
        facts,
        new,
        Some(inserted),
        keep,
        mode,
    )))
}

fn changed(
    seen: &Stands,
    kind: Kind,
    before: Option<Before>,
    new: Vec<u8>,
    inserted: Option<Inserted>,
    keep: Option<Vec<u8>>,
    mode: u32,
) -> Deed {
    // What stands is what comes back, unless an older copy of it is.
    let stands = seen.file().filter(|file| {
        before
            .as_ref()
            .is_some_and(|before| before.sum == file.facts.sum)
    });
    let keep = keep.or_else(|| stands.map(|file| file.bytes.clone()));
    Deed {
        step: Step {
            kind,
            before,
            after: Some(sum(&new)),
            inserted,
            ..Step::default()
        },
        seen: None,
        new,
        mode,
        keep,
    }
}

fn is_folder(seen: &Stands) -> Failure {
    let shown = clean(&seen.path.display().to_string());
    Failure::unable(format!("could not write `{shown}`: it is a folder"))
}

/// The folder of what is to be made has to be there, or made before.
fn folder_stands(
    seen: &Stands,
    made: &[&Path],
    look: &dyn Fn(&Path) -> Stands,
) -> Result<(), Failure> {
    let parent = |path: &PathBuf| path.parent().map(Path::to_owned);
    if seen.what != What::Missing || made.iter().any(|made| seen.path.parent() == Some(made)) {
        return Ok(());
    }
    match parent(&seen.real).map(|folder| look(&folder).what) {
        Some(What::Folder(_)) | None => Ok(()),
        _ => Err(Failure::unable(format!(
            "could not write `{}`: it leads to `{}`, whose folder is missing",
            clean(&seen.path.display().to_string()),
            clean(&seen.real.display().to_string())
        ))),
    }
}

fn command(order: &Order) -> Deed {
    bare(
        Step {
            kind: order.kind,
            command: order.words.clone(),
            inverse: order.inverse.clone(),
            lenient: order.lenient,
            ..Step::default()
        },
        0,
    )
}

/// The old manifest's steps with the new ones in their places or behind.
pub(super) fn merged(old: Option<Manifest>, deeds: &[Deed]) -> Vec<Step> {
    let mut steps = old.map(|old| old.steps).unwrap_or_default();
    for Deed { step, .. } in deeds {
        let same = |other: &Step| {
            if step.is_command() {
                other.command == step.command && other.inverse == step.inverse
            } else {
                other.path == step.path
            }
        };
        match steps.iter_mut().find(|other| same(other)) {
            Some(other) => *other = step.clone(),
            None => steps.push(step.clone()),
        }
    }
    steps
}
