//! Reading what is new, part by part.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use rusqlite::TransactionBehavior;
use serde::de::IgnoredAny;

use super::find::{self, Form, Log, Stands};
use super::keep::{self, Known, Numbers, Part};
use super::ledger::{AgentsError, Ledger};
use super::lines::Lines;
use super::opencode;
use super::parser::Parser;
use super::places::Places;
use super::rescue;
use crate::model::home::Home;
use crate::model::report::agents::{Agent, Found, Request};
use crate::sys::flock::{self, LockError, Wait};
use crate::sys::{clock, files};

/// Bytes and requests that are taken over at once.
const PART: u64 = 8 << 20;
const REQUESTS: usize = 4_000;
/// The largest file that is one object.
const WHOLE: u64 = 64 << 20;
/// Bytes by which it is known that a file was only added to.
const BEFORE: u64 = 256;

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files that were read, at least in part.
    pub files: u64,
    /// Bytes that were new.
    pub bytes: u64,
    /// Files and folders that could not be read.
    pub refused: Vec<(Agent, PathBuf)>,
    /// Files that somebody else was reading.
    pub elsewhere: u64,
    /// Where a damaged ledger was put; what could be read of it was kept.
    pub rescued: Option<PathBuf>,
}

/// Reads what agents wrote since the last time, and keeps what it comes to.
/// Nothing of theirs is changed. One at a time does it; who comes second waits
/// as long as `wait` says.
///
/// # Errors
/// When somebody else is at it all the time, or the ledger cannot be written;
/// what was taken over until then is kept.
pub fn collect(home: &Home, places: &Places, wait: Wait) -> Result<Collected, AgentsError> {
    files::private_folder(&home.locks())?;
    let lock = match flock::lock(&home.agents_lock(), "mamori agents", wait) {
        Ok(lock) => Some(lock),
        Err(LockError::Held(who)) => return Err(AgentsError::Busy(format!("by {who}"))),
        // Where no lock can be had two read the same, and one of them keeps it.
        Err(LockError::Unusable(_)) => None,
    };
    match read(home, places) {
        Err(AgentsError::Broken { .. }) if lock.is_some() => {
            let aside = rescue::rescue(home, clock::now())?;
            let done = read(home, places)?;
            Ok(Collected {
                rescued: Some(aside),
                ..done
            })
        }
        outcome => outcome,
    }
}

/// Looks through the whole ledger, and builds it anew where it is damaged:
/// where the damaged one is kept then.
///
/// # Errors
/// When somebody else is at it all the time, or it can be neither read nor
/// mended.
pub fn mend(home: &Home, wait: Wait) -> Result<Option<PathBuf>, AgentsError> {
    files::private_folder(&home.locks())?;
    let _lock = flock::lock(&home.agents_lock(), "mamori agents", wait)
        .map_err(|error| AgentsError::Busy(error.to_string()))?;
    let looked = match Ledger::open(home) {
        Ok(None) => return Ok(None),
        Ok(Some(ledger)) => ledger.check(),
        Err(error) => Err(error),
    };
    match looked {
        Err(AgentsError::Broken { .. }) => rescue::rescue(home, clock::now()).map(Some),
        other => other.map(|()| None),
    }
}

fn read(home: &Home, places: &Places) -> Result<Collected, AgentsError> {
    let found = find::find(places);
    let mut work = Work {
        run: 0,
        ledger: Ledger::to_write(home)?,
        numbers: Numbers::default(),
        uid: places.uid,
        done: Collected {
            refused: found.refused,
            ..Collected::default()
        },
    };
    work.run = work.ledger.number("run")?.unwrap_or(1);
    for log in &found.logs {
        work.log(log)?;
    }
    if work.done.files > 0 {
        // What this run has counted stands from now on.
        work.ledger.set_number("run", work.run.saturating_add(1))?;
    }
    Ok(work.done)
}

pub(super) struct Work {
    run: i64,
    ledger: Ledger,
    numbers: Numbers,
    uid: u32,
    done: Collected,
}

/// A file on its way.
pub(super) struct Reading<'a> {
    pub(super) log: &'a Log,
    pub(super) path: Vec<u8>,
    pub(super) known: Known,
    pub(super) found: Found,
    /// Whether it is read on from where it was left.
    pub(super) on: bool,
}

impl Work {
    fn log(&mut self, log: &Log) -> Result<(), AgentsError> {
        let path = find::bytes(log.path());
        let known = keep::known(&self.ledger.connection, &path);
        let known = known
            .map_err(|error| self.ledger.of(&error))?
            .unwrap_or_default();
        let same = |stands: Stands| {
            known.id != 0
                && (known.device, known.inode) == (stands.device, stands.inode)
                && (known.size, known.changed) == (stands.size, stands.changed)
        };
        if same(log.stands) {
            return Ok(());
        }
        let file = match log.open(self.uid) {
            Ok(file) => file,
            // It went away meanwhile.
            Err(rustix::io::Errno::NOENT) => return Ok(()),
            Err(_) => return self.refused(log),
        };
        let reading = Reading {
            log,
            path,
            known,
            found: Found::default(),
            on: false,
        };
        let outcome = match log.form {
            Form::Lines => self.lines(reading, file),
            Form::Whole => self.whole(reading, file),
            Form::Database => opencode::read(self, reading, &file),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(Trouble::Ledger(error)) => Err(error),
            // Somebody else has read it meanwhile.
            Err(Trouble::Elsewhere) => {
                self.done.elsewhere += 1;
                Ok(())
            }
            Err(Trouble::File) => self.refused(log),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the end of a look at a file")]
    fn refused(&mut self, log: &Log) -> Result<(), AgentsError> {
        self.done.refused.push((log.agent, log.path()));
        Ok(())
    }

    fn lines(&mut self, mut reading: Reading<'_>, mut file: File) -> Result<(), Trouble> {
        let stands = Stands::of_file(&file)?;
        let log = reading.log;
        let known = &mut reading.known;
        let kept = (known.id != 0 && goes_on(known, stands, &file)?)
            .then(|| Parser::knowing(log.agent, &known.state))
            .flatten();
        reading.on = kept.is_some();
        let mut parser = match kept {
            Some(parser) => parser,
            None => {
                (known.read, known.copied, known.unread) = (0, 0, 0);
                known.before.clear();
                Parser::new(log.agent, &log.session).ok_or(Trouble::File)?
            }
        };
        (known.device, known.inode) = (stands.device, stands.inode);
        let mut read = u64::try_from(known.read).unwrap_or_default();
        file.seek(SeekFrom::Start(read))?;
        let other = file.try_clone()?;
        let mut lines = Lines::new(file, read);
        let mut taken = read;
        self.done.files += 1;
        while let Some(line) = lines.next()? {
            // The last one may still be being written.
            if !line.ended && !whole(line.bytes) {
                break;
            }
            read = line.next;
            if !line.bytes.iter().all(u8::is_ascii_whitespace) {
                parser.line(line.bytes, &mut reading.found);
            }
            if read - taken >= PART || reading.found.requests.len() >= REQUESTS {
                reading.known.size = -1;
                self.take(&mut reading, &parser, &other, read)?;
                self.done.bytes += read - taken;
                taken = read;
            }
        }
        parser.settle(&mut reading.found);
        (reading.known.size, reading.known.changed) = (stands.size, stands.changed);
        self.take(&mut reading, &parser, &other, read)?;
        self.done.bytes += read - taken;
        Ok(())
    }

    fn take(
        &mut self,
        reading: &mut Reading<'_>,
        parser: &Parser,
        file: &File,
        read: u64,
    ) -> Result<(), Trouble> {
        reading.known.state = parser.state();
        reading.known.read = i64::try_from(read).unwrap_or(i64::MAX);
        reading.known.before = before(file, read)?;
        self.keep(reading)
    }

    fn whole(&mut self, mut reading: Reading<'_>, file: File) -> Result<(), Trouble> {
        let stands = Stands::of_file(&file)?;
        let mut bytes = Vec::new();
        let size = file.take(WHOLE + 1).read_to_end(&mut bytes)? as u64;
        if size > WHOLE {
            return Err(Trouble::File);
        }
        let log = reading.log;
        let mut parser = Parser::new(log.agent, &log.session).ok_or(Trouble::File)?;
        parser.whole(&bytes, &mut reading.found);
        // What it says of an answer grows while that is written.
        reading.on = reading.known.id != 0;
        reading.known = Known {
            device: stands.device,
            inode: stands.inode,
            size: stands.size,
            changed: stands.changed,
            copied: 0,
            unread: 0,
            ..reading.known
        };
        self.keep(&mut reading)?;
        self.done.files += 1;
        self.done.bytes += size;
        Ok(())
    }

    /// Keeps what was found until now.
    pub(super) fn keep(&mut self, reading: &mut Reading<'_>) -> Result<(), Trouble> {
        let known = &mut reading.known;
        known.unread += i64::try_from(reading.found.unread).unwrap_or(i64::MAX);
        compact(&mut reading.found.requests);
        let part = Part {
            agent: reading.log.agent,
            path: &reading.path,
            found: &reading.found,
            run: self.run,
            on: reading.on,
        };
        let numbers = &mut self.numbers;
        let connection = &mut self.ledger.connection;
        let kept = || -> rusqlite::Result<bool> {
            let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let kept = keep::part(&step, numbers, &part, known)?;
            if kept {
                step.commit()?;
            }
            Ok(kept)
        };
        let mut kept = kept;
        let kept = kept();
        if !matches!(kept, Ok(true)) {
            self.numbers.forget();
        }
        let kept = kept.map_err(|error| Trouble::Ledger(self.ledger.of(&error)))?;
        reading.found = Found::default();
        if kept {
            Ok(())
        } else {
            Err(Trouble::Elsewhere)
        }
    }

    pub(super) fn read_one(&mut self, bytes: u64) {
        self.done.files += 1;
        self.done.bytes += bytes;
    }
}

/// Why a file is left.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The ledger cannot be written.
    Ledger(AgentsError),
    /// Somebody else has read it.
    Elsewhere,
    /// It cannot be read.
    File,
}

impl From<io::Error> for Trouble {
    fn from(_: io::Error) -> Self {
        Self::File
    }
}

impl From<rustix::io::Errno> for Trouble {
    fn from(_: rustix::io::Errno) -> Self {
        Self::File
    }
}

/// Whether a file was only added to since it was read.
fn goes_on(known: &Known, stands: Stands, file: &File) -> io::Result<bool> {
    let same = (known.device, known.inode) == (stands.device, stands.inode);
    let read = u64::try_from(known.read).unwrap_or_default();
    Ok(same && stands.size >= known.read && before(file, read)? == known.before)
}

/// The bytes before a place in a file.
fn before(file: &File, place: u64) -> io::Result<Vec<u8>> {
    let from = place.saturating_sub(BEFORE);
    let mut bytes = vec![0; usize::try_from(place - from).unwrap_or_default()];
    match file.read_exact_at(&mut bytes, from) {
        // It is shorter now.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Vec::new()),
        other => other.map(|()| bytes),
    }
}

/// Whether bytes are a whole object, to which nothing more can belong.
fn whole(bytes: &[u8]) -> bool {
    let ends = bytes.trim_ascii_end().last() == Some(&b'}');
    ends && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Makes one of the copies of a request that follow each other: the time of
/// the first, the tokens of the one that has most.
fn compact(requests: &mut Vec<Request>) {
    requests.dedup_by(|next, first| {
        let same = next.key == first.key;
        if same && next.tokens.total() > first.tokens.total() {
            first.tokens = next.tokens;
            first.told = next.told.or(first.told);
        }
        if same {
            first.sidechain &= next.sidechain;
        }
        same
    });
}
