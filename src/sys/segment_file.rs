//! What `mamori-status` reads: the start of the state file and the time of
//! the watcher's last beat. Nothing else may be done on this path.

use std::fs::File;
use std::io::Read as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::surroundings::mamori_home;
use crate::model::segment::Summary;
use crate::model::time::Timestamp;
use crate::rooms::segment::summary::{HEAD, from_head, from_whole};
use crate::state::home::Home;

/// What there is to show.
#[derive(Debug)]
pub struct SegmentFile {
    /// The state file's summary; `None` without a readable one.
    pub summary: Option<Summary>,
    /// The last sign of life: a sample, or a beat of the watcher.
    pub alive: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Reads it.
#[must_use]
pub fn read() -> SegmentFile {
    let home = mamori_home(None).map(|home| Home::of(&home));
    let summary = home.as_ref().and_then(summary);
    let beat = home
        .as_ref()
        .and_then(|home| std::fs::metadata(home.watch_lock()).ok()?.modified().ok());
    let beat = beat.map_or(0, seconds);
    let observed = summary.as_ref().map_or(0, |summary| summary.observed);
    SegmentFile {
        summary,
        alive: Timestamp(beat.max(observed)),
        now: Timestamp(seconds(SystemTime::now())),
    }
}

fn summary(home: &Home) -> Option<Summary> {
    summary_in(File::open(home.state())).or_else(|| {
        home.backups()
            .into_iter()
            .find_map(|backup| summary_in(File::open(backup)))
    })
}

fn summary_in(file: std::io::Result<File>) -> Option<Summary> {
    let mut file = file.ok()?;
    let mut head = [0; HEAD];
    let mut filled = 0;
    // A regular file fills the buffer at once; the loop is for those that do not.
    while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room).ok()? {
            0 => break,
            count => filled += count,
        }
    }
    let head = head.get(..filled)?;
    from_head(head).or_else(|| {
        let mut whole = head.to_vec();
        file.read_to_end(&mut whole).ok()?;
        from_whole(&whole)
    })
}

fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
