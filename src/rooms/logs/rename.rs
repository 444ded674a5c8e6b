//! The other way to rotate a log: it gets another name, its writer is told to
//! open it again, and it is compressed when the last writer let go of it.
//! Effects.
//!
//! A note says that before it is done, so that a run after a kill knows whose
//! the renamed file is and tells the writer again.

use std::path::Path;
use std::time::Duration;

use super::archives::Place;
use super::facts;
use super::work::{Said, Work, shown};
use crate::model::size::bytes;
use crate::sys::rotation::journal::{self, Note, Rename};
use crate::sys::rotation::writers::{self, Writers};
use crate::sys::rotation::{self, Log, Stands};
use crate::sys::{clock, files, processes};

/// How long a writer that was told has to open its log again before it is left
/// for the next run.
const REOPENS_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Where nobody can tell whether somebody unseen writes, a file that was not
/// written for so long is taken for one that is not.
const QUIET: Duration = Duration::from_secs(600);

/// What became of an archive that was to be compressed.
pub enum Packed {
    /// It is, in words.
    Whole(String),
    /// Somebody still writes it, in words.
    Written(String),
    /// Its writer was told again and again and has not opened a new one.
    Deaf(String),
}

impl Work<'_> {
    /// Gives the log another name and, with `signal`, has its writer open it
    /// again; compressed as soon as the last one let go.
    ///
    /// # Errors
    /// Why it was not done, in words; then the log stands where it stood.
    pub fn rename(&self, place: Place, signal: bool) -> Said {
        let pending = self.beside(place.pending(self.name));
        if signal {
            // Nothing is begun that nobody would hear of.
            self.writer()?;
        }
        let Stands::File(stands) = rotation::at(self.path) else {
            return Err("it is gone".to_owned());
        };
        let note = Note::Rename(Rename {
            inode: stands.which.inode,
            pending: journal::written(&place.pending(self.name)),
        });
        journal::write(self.path, &note).map_err(|error| error.to_string())?;
        if let Err(error) = rotation::name_new(self.path, &pending) {
            let _ = journal::forget(self.path);
            return Err(format!("it could not get another name: {error}"));
        }
        rotation::settle(self.folder);
        if signal && let Err(why) = self.tell() {
            // Nobody was told, so nobody opens a new one.
            if rotation::name_new(&pending, self.path).is_ok() {
                let _ = journal::forget(self.path);
            }
            return Err(why);
        }
        let until = clock::elapsed() + REOPENS_WITHIN;
        while signal && written(&pending) != Some(false) && clock::elapsed() < until {
            clock::rest(LOOK_EVERY);
        }
        match self.pack(&pending, place)? {
            Packed::Whole(text) => Ok(format!("a new file; {text}")),
            Packed::Written(_) | Packed::Deaf(_) => Ok(format!(
                "a new file; {}, compressed when its writer lets go of it",
                shown(&pending)
            )),
        }
    }

    fn writer(&self) -> Result<crate::model::process::Identity, String> {
        let reopen = self.rule.reopen.as_ref();
        facts::writer(reopen.ok_or("it has no `reopen`")?, self.uid)
    }

    /// Tells its writer to open it again.
    fn tell(&self) -> Result<(), String> {
        let (writer, reopen) = (self.writer()?, self.rule.reopen.as_ref());
        let signal = reopen.map(|reopen| facts::kernel(reopen.signal));
        let signal = signal.ok_or("it has no `reopen`")?;
        processes::signal(&writer, signal).map_err(|error| error.to_string())
    }

    /// Ends what a run began that was killed around the renaming: whose note it
    /// left, and what is not there, is over.
    ///
    /// # Errors
    /// Why its writer could not be told, in words.
    pub(super) fn settle_rename(&self, note: &Rename) -> Result<(), String> {
        let pending = journal::name(&note.pending).map(|name| self.beside(name));
        let there = pending.filter(|pending| {
            matches!(rotation::at(pending), Stands::File(facts) if facts.which.inode == note.inode)
        });
        let Some(pending) = there else {
            let _ = journal::forget(self.path);
            return Ok(());
        };
        // Not told, or deaf: a second time does no harm, where it has no log. A writer that
        // ended meanwhile need not hear of it.
        let untold = self.rule.reopen.is_some() && !files::exists(self.path);
        if untold && written(&pending) != Some(false) {
            self.tell()?;
        }
        Ok(())
    }

    /// Whether the file called `pending` is one that we renamed.
    #[must_use]
    pub fn renamed(&self, pending: &Path) -> bool {
        let Ok(Some(Note::Rename(note))) = journal::read(self.path) else {
            return false;
        };
        let name = journal::name(&note.pending);
        name.as_deref() == pending.file_name()
            && matches!(rotation::at(pending), Stands::File(facts) if facts.which.inode == note.inode)
    }

    /// Compresses what a log became, if nobody writes it any more.
    ///
    /// # Errors
    /// Why it stays as it is, in words.
    pub fn pack(&self, pending: &Path, place: Place) -> Result<Packed, String> {
        match written(pending) {
            Some(false) => {}
            Some(true) if files::exists(self.path) => return Ok(still_written(pending)),
            Some(true) => {
                return Ok(Packed::Deaf(format!(
                    "{} is still written, because its writer does not open a new one",
                    shown(pending)
                )));
            }
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
            rotation::name_new(&half, &whole).map_err(|error| error.to_string())?;
            rotation::settle(self.folder);
            Some(size)
        };
        let _ = rotation::remove(pending);
        rotation::settle(self.folder);
        let _ = journal::forget(self.path);
        let size = size.map_or_else(String::new, |size| format!(", {}", bytes(size)));
        Ok(Packed::Whole(format!("{}{size}", shown(&whole))))
    }
}

/// Whether somebody may still write into what a log became.
fn written(pending: &Path) -> Option<bool> {
    let Stands::File(facts) = rotation::at(pending) else {
        return Some(false);
    };
    let Writers { known, sure } = writers::of(pending, facts.which)?;
    Some(!known.is_empty() || (!sure && !quiet(pending)))
}

/// Whether it was not written for so long that nobody does.
fn quiet(pending: &Path) -> bool {
    let quiet = i64::try_from(QUIET.as_secs()).unwrap_or(i64::MAX);
    files::modified(pending).is_some_and(|at| clock::now().since(at) >= quiet)
}

fn still_written(pending: &Path) -> Packed {
    Packed::Written(format!("{} is still written", shown(pending)))
}
