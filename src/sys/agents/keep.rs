//! Taking over what was found in a part of a file, whole or not at all.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Statement, Transaction, params};

use crate::model::report::agents::{Agent, Found, Key, Request, Tokens};

/// How far after a request was first seen its answer may still grow, in
/// milliseconds.
const GROWS: i64 = 3_600_000;

/// What is known of a file that was read before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Its row; 0 before it has one.
    pub(super) id: i64,
    pub(super) device: i64,
    pub(super) inode: i64,
    /// As it was when its end was reached; -1 before that.
    pub(super) size: i64,
    pub(super) changed: i64,
    /// How far it was read.
    pub(super) read: i64,
    /// The bytes before that.
    pub(super) before: Vec<u8>,
    /// What its parser knows.
    pub(super) state: String,
    /// Until when all in it was a copy of what another file owns.
    pub(super) copied: i64,
    pub(super) unread: i64,
    /// Grows with each part, so that of two who read it one notices.
    pub(super) turn: i64,
}

/// The row of a file.
pub(super) fn known(from: &Connection, path: &[u8]) -> rusqlite::Result<Option<Known>> {
    let text = "SELECT id, device, inode, size, changed, read_, before, state, copied, unread, turn \
         FROM files WHERE path = ?1";
    let mut statement = from.prepare(text)?;
    let row = statement.query_row([path], |row| {
        Ok(Known {
            id: row.get(0)?,
            device: row.get(1)?,
            inode: row.get(2)?,
            size: row.get(3)?,
            changed: row.get(4)?,
            read: row.get(5)?,
            before: row.get(6)?,
            state: row.get(7)?,
            copied: row.get(8)?,
            unread: row.get(9)?,
            turn: row.get(10)?,
        })
    });
    row.optional()
}

/// What is asked and said for each request, prepared once for a part.
struct Statements<'a> {
    add_session: Statement<'a>,
    session: Statement<'a>,
    add_name: Statement<'a>,
    name: Statement<'a>,
    by_key: Statement<'a>,
    by_message: Statement<'a>,
    add: Statement<'a>,
    grow: Statement<'a>,
    main: Statement<'a>,
    work: Statement<'a>,
}

impl<'a> Statements<'a> {
    fn of(step: &'a Transaction<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            add_session: step
                .prepare("INSERT OR IGNORE INTO sessions (agent, name) VALUES (?1, ?2)")?,
            session: step.prepare("SELECT id FROM sessions WHERE agent = ?1 AND name = ?2")?,
            add_name: step.prepare("INSERT OR IGNORE INTO names (name) VALUES (?1)")?,
            name: step.prepare("SELECT id FROM names WHERE name = ?1")?,
            by_key: step.prepare(&format!("{ROW} WHERE key = ?1"))?,
            // A subagent's request may have a copy under another key.
            by_message: step.prepare(&format!(
                "{ROW} WHERE message = ?1 AND (side OR ?2) LIMIT 1"
            ))?,
            add: step.prepare(
                "INSERT INTO requests (key, message, at, session, file, run, side, dir, model, \
                 rate, input, cache_write, cache_write_hour, cache_read, output, told) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?,
            grow: step.prepare(
                "UPDATE requests SET input = ?2, cache_write = ?3, cache_write_hour = ?4, \
                 cache_read = ?5, output = ?6, told = coalesce(?7, told) WHERE key = ?1",
            )?,
            main: step.prepare("UPDATE requests SET side = 0 WHERE key = ?1")?,
            work: step.prepare(
                "INSERT INTO work (session, from_, dir, to_) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT DO UPDATE SET to_ = max(to_, excluded.to_)",
            )?,
        })
    }
}

/// Numbers of names that were looked up in this run.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    sessions: HashMap<(Agent, String), i64>,
    names: HashMap<String, i64>,
}

/// Names that are remembered, at most.
const NAMES: usize = 20_000;

impl Numbers {
    fn session(
        &mut self,
        to: &mut Statements<'_>,
        agent: Agent,
        name: &str,
    ) -> rusqlite::Result<i64> {
        let key = (agent, name.to_owned());
        if let Some(id) = self.sessions.get(&key) {
            return Ok(*id);
        }
        to.add_session.execute(params![agent.id(), name])?;
        let id = to
            .session
            .query_row(params![agent.id(), name], |row| row.get(0))?;
        if self.sessions.len() >= NAMES {
            self.sessions.clear();
        }
        self.sessions.insert(key, id);
        Ok(id)
    }

    fn name(
        &mut self,
        to: &mut Statements<'_>,
        name: Option<&str>,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(name) = name else { return Ok(None) };
        if let Some(id) = self.names.get(name) {
            return Ok(Some(*id));
        }
        to.add_name.execute([name])?;
        let id = to.name.query_row([name], |row| row.get(0))?;
        if self.names.len() >= NAMES {
            self.names.clear();
        }
        self.names.insert(name.to_owned(), id);
        Ok(Some(id))
    }

    /// Forgets what a step that was not taken may have numbered.
    pub(super) fn forget(&mut self) {
        self.sessions.clear();
        self.names.clear();
    }
}

/// A part of a file, to be taken over.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) agent: Agent,
    pub(super) path: &'a [u8],
    pub(super) found: &'a Found,
    /// The number of the run that first saw what is new in it.
    pub(super) run: i64,
    /// Whether it was read on from where it was left.
    pub(super) on: bool,
}

/// Takes a part over, and how far the file was read; `false` when somebody
/// else has read it meanwhile, and nothing was taken over.
pub(super) fn part(
    step: &Transaction<'_>,
    numbers: &mut Numbers,
    part: &Part<'_>,
    file: &mut Known,
) -> rusqlite::Result<bool> {
    if !claim(step, part, file)? {
        return Ok(false);
    }
    let to = &mut Statements::of(step)?;
    for request in &part.found.requests {
        if !put(to, numbers, part, file.id, request)? {
            file.copied = file.copied.max(request.at);
        }
    }
    for work in &part.found.work {
        let from = work.from.max(file.copied);
        if from >= work.to {
            continue;
        }
        let session = numbers.session(to, part.agent, &work.session)?;
        let dir = numbers.name(to, work.dir.as_deref())?.unwrap_or(0);
        to.work.execute(params![session, from, dir, work.to])?;
    }
    step.execute(
        "UPDATE files SET copied = ?2 WHERE id = ?1",
        [file.id, file.copied],
    )?;
    Ok(true)
}

/// Notes how far a file was read, if nobody else did since we looked.
fn claim(step: &Transaction<'_>, part: &Part<'_>, file: &mut Known) -> rusqlite::Result<bool> {
    let turn = file.turn.wrapping_add(1);
    let rows = if file.id == 0 {
        step.prepare(
            "INSERT OR IGNORE INTO files (path, agent, device, inode, size, changed, read_, before, \
             state, copied, unread, turn) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            part.path, part.agent.id(), file.device, file.inode, file.size, file.changed,
            file.read, file.before, file.state, file.copied, file.unread, turn,
        ])?
    } else {
        step.prepare(
            "UPDATE files SET device = ?3, inode = ?4, size = ?5, changed = ?6, read_ = ?7, \
             before = ?8, state = ?9, unread = ?10, turn = ?11 WHERE id = ?1 AND turn = ?2",
        )?
        .execute(params![
            file.id,
            file.turn,
            file.device,
            file.inode,
            file.size,
            file.changed,
            file.read,
            file.before,
            file.state,
            file.unread,
            turn,
        ])?
    };
    if rows == 1 && file.id == 0 {
        file.id = step.last_insert_rowid();
    }
    file.turn = turn;
    Ok(rows == 1)
}

/// What the ledger has of a request.
struct Row {
    key: Vec<u8>,
    file: i64,
    run: i64,
    at: i64,
    total: u64,
    side: bool,
}

const ROW: &str = "SELECT key, file, run, at, coalesce(input, 0) + coalesce(cache_write, 0) \
    + coalesce(cache_read, 0) + coalesce(output, 0), side FROM requests";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let total: i64 = row.get(4)?;
    Ok(Row {
        key: row.get(0)?,
        file: row.get(1)?,
        run: row.get(2)?,
        at: row.get(3)?,
        total: u64::try_from(total).unwrap_or_default(),
        side: row.get(5)?,
    })
}

/// Puts a request into the ledger, unless it is there; whether it is this
/// file's own.
fn put(
    to: &mut Statements<'_>,
    numbers: &mut Numbers,
    part: &Part<'_>,
    file: i64,
    request: &Request,
) -> rusqlite::Result<bool> {
    let there = to.by_key.query_row([&request.key.0], row).optional()?;
    let message = request.message.map(short);
    let there = match (there, message) {
        (None, Some(message)) => {
            let asked = params![message, request.sidechain];
            to.by_message.query_row(asked, row).optional()?
        }
        (there, _) => there,
    };
    if let Some(there) = there {
        let own = there.file == file;
        merge(to, part, own, &there, request)?;
        return Ok(own);
    }
    let session = numbers.session(to, part.agent, &request.session)?;
    let dir = numbers.name(to, request.dir.as_deref())?;
    let model = numbers.name(to, request.model.as_deref())?;
    let rate = numbers.name(to, request.rate.as_deref())?;
    let Tokens {
        input,
        cache_write,
        cache_write_hour,
        cache_read,
        output,
    } = request.tokens;
    to.add.execute(params![
        request.key.0,
        message,
        request.at,
        session,
        file,
        part.run,
        request.sidechain,
        dir,
        model,
        rate,
        input.map(whole),
        cache_write.map(whole),
        whole(cache_write_hour),
        cache_read.map(whole),
        output.map(whole),
        request.told.map(whole),
    ])?;
    Ok(true)
}

/// An answer that was still being written when it was first seen grows; what
/// an earlier run has counted stays as it is.
fn merge(
    to: &mut Statements<'_>,
    part: &Part<'_>,
    own: bool,
    there: &Row,
    request: &Request,
) -> rusqlite::Result<()> {
    let now = there.run == part.run;
    let soon = request.at.saturating_sub(there.at).saturating_abs() < GROWS;
    if request.tokens.total() > there.total && (now || (own && part.on && soon)) {
        let tokens = request.tokens;
        to.grow.execute(params![
            there.key,
            tokens.input.map(whole),
            tokens.cache_write.map(whole),
            whole(tokens.cache_write_hour),
            tokens.cache_read.map(whole),
            tokens.output.map(whole),
            request.told.map(whole),
        ])?;
    }
    if there.side && !request.sidechain {
        to.main.execute([&there.key])?;
    }
    Ok(())
}

/// The first half of a key, as a number.
#[expect(clippy::cast_possible_wrap, reason = "only its bits matter")]
fn short(key: Key) -> i64 {
    let (half, _) = key.0.split_at(8);
    half.iter()
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)) as i64
}

/// A count that SQLite can hold, and of which a billion rows can be added.
fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).min(1 << 40)
}
