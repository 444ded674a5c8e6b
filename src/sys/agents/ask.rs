//! What the ledger says of a span.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::Row;

use super::ledger::{AgentsError, Ledger};
use crate::model::report::agents::figures::{All, Counted, Counter};
use crate::model::report::agents::observed::Interval;
use crate::model::report::agents::price::Prices;
use crate::model::report::agents::{Agent, Tokens};
use crate::model::time::Timestamp;

/// How far what is known of an agent can be believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files that were read, those that are gone now, too.
    pub files: u64,
    /// Lines in them that could not be read.
    pub unread: u64,
    /// The first request that is known.
    pub oldest: Option<Timestamp>,
    /// The last one.
    pub newest: Option<Timestamp>,
}

impl Ledger {
    /// What each agent did in `[since, until)`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn figures(
        &self,
        since: Timestamp,
        until: Timestamp,
        prices: &Prices,
    ) -> Result<All, AgentsError> {
        let mut counter = Counter::new(since, until, prices);
        self.count(since, until, &mut counter)
            .map_err(|error| self.of(&error))?;
        Ok(counter.done())
    }

    fn count(
        &self,
        since: Timestamp,
        until: Timestamp,
        into: &mut Counter<'_>,
    ) -> rusqlite::Result<()> {
        // Both questions are answered from one state of the file.
        let step = self.connection.unchecked_transaction()?;
        let mut statement = step.prepare(
            "SELECT s.agent, s.name, r.at, m.name, w.name, r.input, r.cache_write, \
             r.cache_write_hour, r.cache_read, r.output, r.told \
             FROM requests r JOIN sessions s ON s.id = r.session \
             LEFT JOIN names m ON m.id = r.model LEFT JOIN names w ON w.id = r.rate \
             WHERE r.at >= ?1 AND r.at < ?2 ORDER BY r.at, r.key",
        )?;
        let span = [milliseconds(since), milliseconds(until)];
        let mut rows = statement.query(span)?;
        while let Some(row) = rows.next()? {
            let Some(agent) = Agent::of_id(row.get_ref(0)?.as_str()?) else {
                continue;
            };
            into.request(&Counted {
                agent,
                session: row.get_ref(1)?.as_str()?,
                at: row.get(2)?,
                model: row.get_ref(3)?.as_str_or_null()?,
                rate: row.get_ref(4)?.as_str_or_null()?,
                tokens: Tokens {
                    input: number(row, 5)?,
                    cache_write: number(row, 6)?,
                    cache_write_hour: number(row, 7)?.unwrap_or_default(),
                    cache_read: number(row, 8)?,
                    output: number(row, 9)?,
                },
                told: number(row, 10)?,
            });
        }
        let mut statement = step.prepare(
            "SELECT s.agent, s.name, w.from_, w.to_ FROM work w \
             JOIN sessions s ON s.id = w.session WHERE w.to_ > ?1 AND w.from_ < ?2 \
             ORDER BY w.session, w.from_",
        )?;
        let mut rows = statement.query(span)?;
        while let Some(row) = rows.next()? {
            if let Some(agent) = Agent::of_id(row.get_ref(0)?.as_str()?) {
                into.work(agent, row.get_ref(1)?.as_str()?, row.get(2)?, row.get(3)?);
            }
        }
        Ok(())
    }

    /// When which agent was seen at work in which folder, as far as that
    /// touches `[since, until)`: by time, those without a folder left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn observed(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Interval>, AgentsError> {
        let asked = || -> rusqlite::Result<Vec<Interval>> {
            let mut statement = self.connection.prepare(
                "SELECT s.agent, s.name, n.name, w.from_, w.to_ FROM work w \
                 JOIN sessions s ON s.id = w.session JOIN names n ON n.id = w.dir \
                 WHERE w.to_ > ?1 AND w.from_ < ?2 ORDER BY w.session, w.dir, w.from_",
            )?;
            let mut rows = statement.query([milliseconds(since), milliseconds(until)])?;
            let mut all: Vec<Interval> = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(agent) = Agent::of_id(row.get_ref(0)?.as_str()?) else {
                    continue;
                };
                let (from, to): (i64, i64) = (row.get(3)?, row.get(4)?);
                let next = Interval {
                    from: Timestamp(from.div_euclid(1_000)),
                    to: Timestamp(to.div_euclid(1_000)),
                    agent,
                    session: row.get(1)?,
                    dir: PathBuf::from(row.get::<_, String>(2)?),
                };
                match all.last_mut() {
                    Some(last) if goes_on(last, &next) => last.to = last.to.max(next.to),
                    _ => all.push(next),
                }
            }
            all.sort();
            Ok(all)
        };
        asked().map_err(|error| self.of(&error))
    }

    /// How much is known of each agent, whenever it was.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn kept(&self) -> Result<BTreeMap<Agent, Kept>, AgentsError> {
        let asked = || -> rusqlite::Result<BTreeMap<Agent, Kept>> {
            let mut all: BTreeMap<Agent, Kept> = BTreeMap::new();
            let mut statement = self
                .connection
                .prepare("SELECT agent, count(*), sum(unread) FROM files GROUP BY agent")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(agent) = Agent::of_id(row.get_ref(0)?.as_str()?) {
                    let kept = all.entry(agent).or_default();
                    kept.files = number(row, 1)?.unwrap_or_default();
                    kept.unread = number(row, 2)?.unwrap_or_default();
                }
            }
            let mut statement = self.connection.prepare(
                "SELECT s.agent, min(r.at), max(r.at) FROM requests r \
                 JOIN sessions s ON s.id = r.session GROUP BY s.agent",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(agent) = Agent::of_id(row.get_ref(0)?.as_str()?) {
                    let kept = all.entry(agent).or_default();
                    let seconds = |at: i64| Timestamp(at.div_euclid(1_000));
                    kept.oldest = row.get::<_, Option<i64>>(1)?.map(seconds);
                    kept.newest = row.get::<_, Option<i64>>(2)?.map(seconds);
                }
            }
            Ok(all)
        };
        asked().map_err(|error| self.of(&error))
    }
}

fn goes_on(last: &Interval, next: &Interval) -> bool {
    (last.agent, &last.session, &last.dir) == (next.agent, &next.session, &next.dir)
        && next.from <= last.to
}

fn milliseconds(at: Timestamp) -> i64 {
    at.0.saturating_mul(1_000)
}

fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(at)?;
    Ok(value.and_then(|value| u64::try_from(value).ok()))
}
