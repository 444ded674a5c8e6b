//! What undoing a step does to what stands there now. Pure.

use super::block::{remains, remove};
use super::manifest::{Before, Kind, Progress, Step};
use super::stands::{Stands, What};
use super::torn::torn;
use crate::model::sum::sum;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// Nothing: it is as it was.
    Nothing,
    /// The file of ours goes.
    Delete,
    /// The link of ours goes.
    Unlink,
    /// The folder of ours goes if it is empty.
    Rmdir,
    /// These bytes, dressed as before.
    Restore(Vec<u8>),
    /// These bytes: theirs without ours, changed now.
    Strip(Vec<u8>),
    /// It is theirs by now, and stays; nothing more is to be done about it.
    Keep(String),
    /// It is to be looked at by a person first.
    Leave(String),
}

/// What to do about a step of files, given what stands and the bytes that
/// stood before.
#[must_use]
pub fn undo(step: &Step, stands: &Stands, backup: Option<&[u8]>) -> Undo {
    if step.progress == Progress::Undone {
        return Undo::Nothing;
    }
    match step.kind {
        Kind::Mkdir => match (&step.before, &stands.what, stands.link()) {
            (None, What::Folder(_), None) => Undo::Rmdir,
            _ => Undo::Nothing,
        },
        Kind::Link => match stands.link() {
            Some(link) if Some(link.to_string_lossy().as_ref()) == step.after.as_deref() => {
                Undo::Unlink
            }
            None if stands.what == What::Missing => Undo::Nothing,
            _ => Undo::Keep("something else stands there now".to_owned()),
        },
        Kind::Create | Kind::Edit | Kind::Remove => file(step, stands, backup),
        Kind::Unknown => Undo::Leave("a newer mamori did this".to_owned()),
        Kind::Enable | Kind::Job | Kind::Tell => Undo::Nothing,
    }
}

fn file(step: &Step, stands: &Stands, backup: Option<&[u8]>) -> Undo {
    let found = match &stands.what {
        What::File(found) => found,
        What::Missing if step.kind == Kind::Remove => return restored(step, backup),
        // Who took it away wants it away.
        What::Missing => return Undo::Nothing,
        What::Folder(_) => return Undo::Keep("a folder stands there now".to_owned()),
        What::Unfit(why) => return Undo::Leave(why.clone()),
    };
    let is = sum(&found.bytes);
    if step.before.as_ref().is_some_and(|before| before.sum == is) {
        return Undo::Nothing;
    }
    if step.after.as_deref() == Some(&is) {
        return match &step.before {
            Some(_) => restored(step, backup),
            None => Undo::Delete,
        };
    }
    if let (Progress::Planned, Some(old), Some(inserted)) = (step.progress, backup, &step.inserted)
        && let Some(new) = spliced(old, inserted)
        && (torn(&found.bytes, old, &new) || torn(&found.bytes, &new, old))
    {
        return restored(step, backup);
    }
    let Some(inserted) = &step.inserted else {
        return Undo::Keep("it was changed since".to_owned());
    };
    match remove(&found.bytes, inserted) {
        Some(rest) if backup == Some(&rest) => restored(step, backup),
        Some(rest) if rest.is_empty() && step.before.is_none() => Undo::Delete,
        Some(rest) => Undo::Strip(rest),
        None => match remains(&found.bytes) {
            Some(lines) => Undo::Leave(format!("the block in it was changed:\n{lines}")),
            None => Undo::Nothing,
        },
    }
}

/// The bytes after the block was put in.
fn spliced(old: &[u8], inserted: &super::manifest::Inserted) -> Option<Vec<u8>> {
    let at = usize::try_from(inserted.at).ok()?;
    let (start, end) = old.split_at_checked(at)?;
    let (lead, block) = (inserted.lead.as_bytes(), inserted.block.as_bytes());
    Some([start, lead, block, end].concat())
}

fn restored(step: &Step, backup: Option<&[u8]>) -> Undo {
    let Some(before) = &step.before else {
        return Undo::Nothing;
    };
    match backup {
        Some(bytes) if sum(bytes) == before.sum => Undo::Restore(bytes.to_vec()),
        _ => Undo::Leave("the copy of what stood there is gone or damaged".to_owned()),
    }
}

/// What stood before our first change, given what the last manifest says and
/// what stands now; the bytes where they are not what stands.
#[must_use]
pub fn origin(old: Option<&Step>, stands: &Stands) -> (Option<Before>, Option<Vec<u8>>) {
    let found = stands.file();
    let as_found = || (found.map(|file| file.facts.clone()), None);
    let Some((old, found)) = old
        .filter(|old| old.progress != Progress::Undone)
        .zip(found)
    else {
        return as_found();
    };
    if old.after == stands.sum() {
        return (old.before.clone(), None);
    }
    let rest = old.inserted.as_ref();
    let rest = rest.and_then(|inserted| remove(&found.bytes, inserted));
    match rest {
        Some(rest) => {
            let facts = Before {
                sum: sum(&rest),
                length: rest.len() as u64,
                ..found.facts.clone()
            };
            (Some(facts), Some(rest))
        }
        None => as_found(),
    }
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
