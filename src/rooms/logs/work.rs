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
use std::time::Duration;

use super::archives::{Beside, Place};
use super::decide::{Became, became, furthest};
use super::facts::{self, Rule};
use crate::model::size::bytes;
use crate::sys::rotation::journal::{self, Note};
use crate::sys::rotation::{self, Log, Stands, writers};
use crate::sys::{clock, files, output, processes};

/// How long a writer that was told has to open its log again before it is left
/// for the next run.
const REOPENS_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Places that are tried for a cut that can be told from none.
const PLACES: u64 = 64;

/// One log and where it lies.
pub struct Work<'a> {
    path: &'a Path,
    folder: &'a Path,
    name: &'a OsStr,
    shown: String,
    rule: &'a Rule,
    uid: u32,
}

/// What a step came to, in words; `Err` is for somebody to look at.
type Said = Result<String, String>;

/// What became of an archive that was to be compressed.
pub enum Packed {
    /// It is, in words.
    Whole(String),
    /// Somebody still writes it, in words.
    Written(String),
}

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

    fn beside(&self, name: impl AsRef<Path>) -> PathBuf {
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

    /// Ends what a run that was killed had begun.
    ///
    /// # Errors
    /// What somebody has to look at, in words.
    pub fn settle(&self, beside: &Beside) -> Result<(), String> {
        // What a kill left of a note that was not in its place yet.
        let note_name = journal::place(self.path);
        let note_name = note_name.file_name().unwrap_or_default().to_string_lossy();
        files::sweep_temporaries(self.folder, &note_name);
        let settled = match journal::read(self.path)? {
            Some(note) => self.settle_cut(&note),
            None => Ok(()),
        };
        for half in &beside.leftovers {
            // Never one that was given its name: those are whole.
            let _ = rotation::remove(&self.beside(half));
        }
        settled
    }

    fn settle_cut(&self, note: &Note) -> Result<(), String> {
        let log = Log::open(self.path, false).ok();
        let now = log.as_ref().and_then(|log| {
            let first = log.read_block(0, note.block).ok()?;
            let facts = log.facts();
            Some((facts.which.inode, facts.len, journal::crc(&first)))
        });
        let archive = journal::name(&note.archive).map(|name| self.beside(name));
        let said = match (became(note, now), archive, log) {
            (Became::NotMade, Some(archive), Some(log)) if files::exists(&archive) => {
                self.take_back(&archive, note, &log)
            }
            (Became::Unknown, Some(archive), _) if files::exists(&archive) => Err(format!(
                "a run was killed while it cut this log, whose blocks are all alike: \
                 `{}` may hold what the log still holds",
                note.archive
            )),
            _ => Ok(()),
        };
        if let Some(half) = journal::name(&note.half) {
            let _ = rotation::remove(&self.beside(half));
        }
        let _ = journal::forget(self.path);
        said
    }

    /// Removes an archive of what the log still holds.
    fn take_back(&self, archive: &Path, note: &Note, log: &Log) -> Result<(), String> {
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
        let note = self.note(&log, place).map_err(|error| error.to_string())?;
        let (half, whole) = (
            self.beside(place.half(self.name)),
            self.beside(place.whole(self.name)),
        );
        let size = self.compress(&log, note.cut, &half)?;
        let ready = self.still_cuttable(&log).and_then(|()| {
            journal::write(self.path, &note).map_err(|error| error.to_string())?;
            files::rename(&half, &whole).map_err(|error| error.to_string())?;
            rotation::settle(self.folder);
            self.still_cuttable(&log)?;
            let cut = log.cut(note.cut);
            cut.map_err(|error| format!("its beginning could not be taken away: {error}"))
        });
        if let Err(why) = ready {
            self.undo(&half, &whole, &log, &note);
            return Err(why);
        }
        let _ = journal::forget(self.path);
        let left = log.length().unwrap_or_default();
        Ok(format!(
            "{}; {}, {}",
            bytes(left),
            shown(&whole),
            bytes(size)
        ))
    }

    /// What is to be cut, and how that is told from a cut that was not made.
    fn note(&self, log: &Log, place: Place) -> std::io::Result<Note> {
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
        Ok(Note {
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

    /// Whether the log still stands where it stood, and nobody would write at a
    /// place of their own after the cut.
    fn still_cuttable(&self, log: &Log) -> Result<(), String> {
        if !log.stands() {
            return Err("another file took its place meanwhile".to_owned());
        }
        let writers = writers::seen(self.path, log.facts().which);
        let writers = writers.ok_or("who writes it cannot be known")?;
        match writers.iter().find(|writer| !writer.appends) {
            Some(_) => Err("somebody opened it without O_APPEND meanwhile".to_owned()),
            None => Ok(()),
        }
    }

    /// The archive goes that was not needed: the log still holds it all.
    fn undo(&self, half: &Path, whole: &Path, log: &Log, note: &Note) {
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
    fn compress(&self, log: &Log, len: u64, half: &Path) -> Result<u64, String> {
        let _ = rotation::remove(half);
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

    /// Gives the log another name and, with `signal`, has its writer open it
    /// again; compressed as soon as the last one let go.
    ///
    /// # Errors
    /// Why it was not done, in words; then the log stands where it stood.
    pub fn rename(&self, place: Place, signal: bool) -> Said {
        let pending = self.beside(place.pending(self.name));
        let writer = match self.rule.reopen.as_ref().filter(|_| signal) {
            Some(reopen) => Some((facts::writer(reopen, self.uid)?, reopen.signal)),
            None => None,
        };
        if files::exists(&pending) {
            return Err(format!("`{}` is in the way", shown(&pending)));
        }
        files::rename(self.path, &pending).map_err(|error| error.to_string())?;
        rotation::settle(self.folder);
        if let Some((writer, signal)) = writer
            && let Err(error) = processes::signal(&writer, facts::kernel(signal))
        {
            // Nobody was told, so nobody opens a new one.
            if !files::exists(self.path) {
                let _ = files::rename(&pending, self.path);
            }
            return Err(error.to_string());
        }
        let until = clock::elapsed() + REOPENS_WITHIN;
        while signal && written(&pending) != Some(false) && clock::elapsed() < until {
            clock::rest(LOOK_EVERY);
        }
        match self.pack(&pending, place)? {
            Packed::Whole(text) => Ok(text),
            Packed::Written(_) => Ok(format!(
                "{}, compressed when its writer lets go of it",
                shown(&pending)
            )),
        }
    }

    /// Compresses what a log became, if nobody writes it any more.
    ///
    /// # Errors
    /// Why it stays as it is, in words.
    pub fn pack(&self, pending: &Path, place: Place) -> Result<Packed, String> {
        match written(pending) {
            Some(false) => {}
            Some(true) => return Ok(still_written(pending)),
            None => return Err("who writes it cannot be known".to_owned()),
        }
        let log = Log::open(pending, false);
        let log = log.map_err(|error| format!("`{}` cannot be opened: {error}", shown(pending)))?;
        let len = log.facts().len;
        let whole = self.beside(place.whole(self.name));
        let size = if files::exists(&whole) {
            // A run was killed just before the last step.
            let same = log.holds(&whole, len, &mut |_| {});
            if !matches!(same, Ok(true)) {
                return Err(format!(
                    "`{}` is not what `{}` holds: both are kept",
                    shown(&whole),
                    shown(pending)
                ));
            }
            None
        } else {
            let half = self.beside(place.half(self.name));
            let size = self.compress(&log, len, &half)?;
            let unchanged = log.length().is_ok_and(|now| now == len);
            if !unchanged || written(pending) != Some(false) {
                let _ = rotation::remove(&half);
                return Ok(still_written(pending));
            }
            files::rename(&half, &whole).map_err(|error| error.to_string())?;
            rotation::settle(self.folder);
            Some(size)
        };
        let _ = rotation::remove(pending);
        rotation::settle(self.folder);
        let size = size.map_or_else(String::new, |size| format!(", {}", bytes(size)));
        Ok(Packed::Whole(format!("{}{size}", shown(&whole))))
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

/// Whether somebody may still write into what a log became.
fn written(pending: &Path) -> Option<bool> {
    let Stands::File(facts) = rotation::at(pending) else {
        return Some(false);
    };
    writers::of(pending, facts.which).map(|writers| !writers.is_empty())
}

fn still_written(pending: &Path) -> Packed {
    Packed::Written(format!("{} is still written", shown(pending)))
}

fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    crate::model::text::clean(&name.to_string_lossy())
}

#[cfg(test)]
#[path = "work_tests.rs"]
mod tests;
