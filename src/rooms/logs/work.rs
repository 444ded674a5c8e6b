//! Rotates one log, step by step, so that a stop between any two of them loses
//! and doubles nothing. Effects.
//!
//! A cut: the archive is written beside the log under a name that says it is
//! half, synced, and compared byte for byte with what it was made from; a note
//! says what is about to be cut; the archive gets its name; the log's
//! beginning is taken away; the note goes. Killed before the last but one
//! step, the note tells that the log still holds everything, and the archive
//! goes; killed after it, that the archive counts.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::archives::{Beside, Place};
use super::decide::{Became, became, furthest};
use super::facts::Rule;
use crate::model::size::bytes;
use crate::sys::rotation::journal::{self, Cut, Note};
use crate::sys::rotation::{self, Log, Stands, archive, writers};
use crate::sys::{files, output};

/// Places that are tried for a cut that can be told from none.
const PLACES: u64 = 64;

/// One log and where it lies.
pub struct Work<'a> {
    pub(super) path: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) name: &'a OsStr,
    shown: String,
    pub(super) rule: &'a Rule,
    pub(super) uid: u32,
}

/// What a step came to, in words; `Err` is for somebody to look at.
pub(super) type Said = Result<String, String>;

impl<'a> Work<'a> {
    /// The log at `path`, called `shown`.
    #[must_use]
    pub fn new(path: &'a Path, shown: String, rule: &'a Rule, uid: u32) -> Self {
        Self {
            path,
            folder: path.parent().unwrap_or(Path::new("/")),
            name: path.file_name().unwrap_or_default(),
            shown,
            rule,
            uid,
        }
    }

    pub(super) fn beside(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    fn progress(&self, doing: &str, len: u64) -> impl FnMut(u64) {
        let said = format!("{doing} {}", self.shown);
        let mut last = u64::MAX;
        move |at| {
            let percent = at.saturating_mul(100).checked_div(len).unwrap_or(100);
            if percent != last {
                last = percent;
                output::progress(&format!("{said}: {percent}%"));
            }
        }
    }

    /// Ends what a run that was killed had begun; only under the log's lock.
    ///
    /// # Errors
    /// What somebody has to look at, in words.
    pub fn settle(&self, beside: &Beside) -> Result<(), String> {
        // What a kill left of a note that was not in its place yet.
        let note_name = journal::place(self.path);
        let note_name = note_name.file_name().unwrap_or_default().to_string_lossy();
        files::sweep_temporaries(self.folder, &note_name);
        let settled = match journal::read(self.path)? {
            Some(Note::Cut(note)) => self.settle_cut(&note),
            Some(Note::Rename(note)) => self.settle_rename(&note),
            None => Ok(()),
        };
        for half in &beside.leftovers {
            let half = self.beside(half);
            // Empty, it was killed before it could say whose it is.
            let empty = matches!(rotation::at(&half), Stands::File(facts) if facts.len == 0);
            if empty || archive::ours(&half) {
                let _ = rotation::remove(&half);
            }
        }
        settled
    }

    fn settle_cut(&self, note: &Cut) -> Result<(), String> {
        let log = Log::open(self.path, false).ok();
        let now = log.as_ref().and_then(|log| {
            let first = log.read_block(0, note.block).ok()?;
            let facts = log.facts();
            Some((facts.which.inode, facts.len, journal::crc(&first)))
        });
        let archive = journal::name(&note.archive).map(|name| self.beside(name));
        let archive = archive.filter(|archive| archive::ours(archive));
        let said = match (became(note, now), archive, log) {
            (Became::NotMade, Some(archive), Some(log)) => self.take_back(&archive, note, &log),
            (Became::Unknown, Some(_), _) => Err(format!(
                "a run was killed while it cut this log, whose blocks are all alike: \
                 `{}` may hold what the log still holds",
                note.archive
            )),
            _ => Ok(()),
        };
        let _ = journal::forget(self.path);
        said
    }

    /// Removes an archive of what the log still holds.
    fn take_back(&self, archive: &Path, note: &Cut, log: &Log) -> Result<(), String> {
        let holds = log.holds(archive, note.cut, &mut |_| {});
        if matches!(holds, Ok(true)) {
            let _ = rotation::remove(archive);
            rotation::settle(self.folder);
            return Ok(());
        }
        Err(format!(
            "a run was killed while it cut this log, and `{}` is not what the log begins with: \
             both are kept",
            note.archive
        ))
    }

    /// Archives the beginning of the log and takes it away.
    ///
    /// # Errors
    /// Why it was not done, in words; then nothing changed.
    pub fn cut(&self, place: Place) -> Said {
        let log = Log::open(self.path, true);
        let log = log.map_err(|error| format!("it cannot be opened: {error}"))?;
        // What the archive is made from shall outlast a power cut as the
        // archive does: else it would be shorter than it was.
        log.settle().map_err(|error| error.to_string())?;
        let note = self.note(&log, place).map_err(|error| error.to_string())?;
        let (half, whole) = (
            self.beside(place.half(self.name)),
            self.beside(place.whole(self.name)),
        );
        let size = self.compress(&log, note.cut, &half)?;
        let ready = self.still_cuttable(&log, &note).and_then(|()| {
            journal::write(self.path, &Note::Cut(note.clone()))
                .map_err(|error| error.to_string())?;
            rotation::name_new(&half, &whole).map_err(|error| error.to_string())?;
            rotation::settle(self.folder);
            self.still_cuttable(&log, &note)?;
            let cut = log.cut(note.cut);
            cut.map_err(|error| format!("its beginning could not be taken away: {error}"))
        });
        if let Err(why) = ready {
            self.undo(&half, &whole, &log, &note);
            return Err(why);
        }
        let left = log.length().unwrap_or_default();
        // While it is not sure to outlast a power cut, the note stands: then it
        // tells what became of it.
        log.settle()
            .map_err(|error| format!("it was cut, but not synced: {error}"))?;
        let _ = journal::forget(self.path);
        Ok(format!(
            "{}; {}, {}",
            bytes(left),
            shown(&whole),
            bytes(size)
        ))
    }

    /// What is to be cut, and how that is told from a cut that was not made.
    fn note(&self, log: &Log, place: Place) -> std::io::Result<Cut> {
        let (len, block) = (log.length()?, log.block()?);
        let furthest = furthest(len, block)
            .ok_or_else(|| std::io::Error::other("it is too short to be cut"))?;
        let first = log.read_block(0, block)?;
        let places = (0..PLACES)
            .map_while(|back| furthest.checked_sub(back * block))
            .filter(|cut| *cut > 0);
        let mut chosen = (furthest, log.read_block(furthest, block)?);
        for cut in places {
            let next = log.read_block(cut, block)?;
            if journal::crc(&next) != journal::crc(&first) {
                chosen = (cut, next);
                break;
            }
        }
        let (cut, next) = chosen;
        Ok(Cut {
            inode: log.facts().which.inode,
            len,
            cut,
            block,
            first: journal::crc(&first),
            next: journal::crc(&next),
            archive: journal::written(&place.whole(self.name)),
            half: journal::written(&place.half(self.name)),
        })
    }

    /// Whether the log still stands where it stood and begins as it did, and
    /// nobody would write at a place of their own after the cut.
    fn still_cuttable(&self, log: &Log, note: &Cut) -> Result<(), String> {
        if !log.stands() {
            return Err("another file took its place meanwhile".to_owned());
        }
        let same = |at, crc| {
            let block = log.read_block(at, note.block);
            block.is_ok_and(|block| journal::crc(&block) == crc)
        };
        let grown = log.length().is_ok_and(|len| len >= note.len);
        if !grown || !same(0, note.first) || !same(note.cut, note.next) {
            return Err("somebody emptied or rewrote it meanwhile".to_owned());
        }
        let writers = writers::seen(self.path, log.facts().which);
        let writers = writers.ok_or("who writes it cannot be known")?;
        if writers.iter().any(|writer| !writer.appends) {
            return Err("somebody opened it without O_APPEND meanwhile".to_owned());
        }
        Ok(())
    }

    /// The archive goes that was not needed: the log still holds it all.
    fn undo(&self, half: &Path, whole: &Path, log: &Log, note: &Cut) {
        let _ = rotation::remove(half);
        let unneeded = !files::exists(whole)
            || matches!(log.holds(whole, note.cut, &mut |_| {}), Ok(true))
                && rotation::remove(whole);
        // Else the note stands, and the next run looks at it again.
        if unneeded {
            let _ = journal::forget(self.path);
        }
    }

    /// Writes the archive of the first `len` bytes, and reads it back; its size.
    pub(super) fn compress(&self, log: &Log, len: u64, half: &Path) -> Result<u64, String> {
        let size = log
            .compress(len, half, &mut self.progress("archiving", len))
            .map_err(|error| format!("its archive could not be written: {error}"))?;
        let holds = log.holds(half, len, &mut self.progress("comparing", len));
        output::progress("");
        match holds {
            Ok(true) => Ok(size),
            Ok(false) => {
                let _ = rotation::remove(half);
                Err("its archive, read back, was not what was written".to_owned())
            }
            Err(error) => {
                let _ = rotation::remove(half);
                Err(format!("its archive could not be read back: {error}"))
            }
        }
    }

    /// Removes the archives that are too many; how many went.
    #[must_use]
    pub fn prune(&self, beside: &Beside) -> usize {
        let too_many = beside.beyond(self.rule.keep);
        let gone = too_many
            .iter()
            .filter(|name| rotation::remove(&self.beside(name)));
        gone.count()
    }
}

pub(super) fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    crate::model::text::clean(&name.to_string_lossy())
}

#[cfg(test)]
#[path = "work_tests.rs"]
mod tests;
