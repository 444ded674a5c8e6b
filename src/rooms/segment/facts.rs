//! What `mamori-status` reads: the start of the state file and the time of
//! the watcher's last beat. Nothing else may be done on this path.

use std::path::PathBuf;

use super::summary::{HEAD, from_head, from_whole};
use crate::model::home::Home;
use crate::model::segment::Summary;
use crate::model::time::Timestamp;
use crate::sys::{clock, files, surroundings};

/// What there is to show.
#[derive(Debug)]
pub struct Facts {
    /// The state file's summary; `None` without a readable one.
    pub summary: Option<Summary>,
    /// The last sign of life: a sample, or a beat of the watcher.
    pub alive: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Reads it.
#[must_use]
pub fn gather() -> Facts {
    let home = surroundings::mamori_home(None).map(|home| Home::of(&home));
    let found = home.as_ref().and_then(summary);
    let beat = home
        .as_ref()
        .and_then(|home| files::modified(&home.watch_lock()));
    let observed = found.as_ref().and_then(|(summary, path)| {
        summary
            .observed
            .map(Timestamp)
            .or_else(|| files::modified(path))
    });
    let alive = observed.max(beat).unwrap_or(Timestamp(0));
    Facts {
        summary: found.map(|(summary, _)| summary),
        alive,
        now: clock::now(),
    }
}

/// The summary and the file it was found in.
fn summary(home: &Home) -> Option<(Summary, PathBuf)> {
    let places = std::iter::once(home.state()).chain(home.backups());
    places.into_iter().find_map(|path| {
        let head = files::head(&path, HEAD)?;
        let summary = from_head(&head).or_else(|| from_whole(&files::read(&path).ok()??))?;
        Some((summary, path))
    })
}
