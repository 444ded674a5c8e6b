//! What happened: events, incidents, problems, restarts, gaps.

use rusqlite::{Row, params};

use super::{History, HistoryError};
use crate::model::history::{Problem, Restart};
use crate::model::incident::Incident;
use crate::model::state::{Event, Gap, GapCause};
use crate::model::time::Timestamp;

impl History {
    /// What happened in `[since, until)`, oldest first; of all nodes
    /// without one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn events(
        &self,
        node: Option<&str>,
        since: i64,
        until: i64,
    ) -> Result<Vec<Event>, HistoryError> {
        self.all(
            "SELECT at, node, what, check_, text FROM events \
             WHERE at >= ?2 AND at < ?3 AND (?1 IS NULL OR node = ?1) ORDER BY at, node",
            params![node, since, until],
            |row| {
                let check: String = row.get(3)?;
                Ok(Event {
                    at: Timestamp(row.get(0)?),
                    node: row.get(1)?,
                    what: row.get(2)?,
                    check: Some(check).filter(|check| !check.is_empty()),
                    text: row.get(4)?,
                })
            },
        )
    }

    /// Faults of targets and their repairs that touch `[since, until)`, by
    /// their detection.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn incidents(&self, since: i64, until: i64) -> Result<Vec<Incident>, HistoryError> {
        let whole = |row: &Row<'_>, at| -> rusqlite::Result<Option<u64>> {
            let span: Option<i64> = row.get(at)?;
            Ok(span.and_then(|span| u64::try_from(span).ok()))
        };
        self.all(
            "SELECT detected, detected_ms, node, check_, cause, why, to_detect_ms, to_act_ms, \
             recovered, to_recover_ms, left_, tries, by_ FROM incidents \
             WHERE detected < ?2 AND coalesce(recovered, ?1) >= ?1 ORDER BY detected, detected_ms",
            [since, until],
            |row| {
                Ok(Incident {
                    detected: Timestamp(row.get(0)?),
                    detected_ms: whole(row, 1)?.unwrap_or(0),
                    node: row.get(2)?,
                    check: row.get(3)?,
                    cause: row.get(4)?,
                    why: row.get(5)?,
                    to_detect_ms: whole(row, 6)?,
                    to_act_ms: whole(row, 7)?,
                    recovered: row.get::<_, Option<i64>>(8)?.map(Timestamp),
                    to_recover_ms: whole(row, 9)?,
                    left: row.get(10)?,
                    tries: row.get(11)?,
                    by: row.get(12)?,
                })
            },
        )
    }

    /// Problems of nodes that touch `[since, until)`, by their beginning. What
    /// was also repaired stands among the incidents, too.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn problems(&self, since: i64, until: i64) -> Result<Vec<Problem>, HistoryError> {
        self.all(
            "SELECT name, check_, began, seen, ended, paused, text FROM problems \
             JOIN nodes ON nodes.id = node \
             WHERE began < ?2 AND coalesce(ended, ?1) >= ?1 ORDER BY began, name, check_",
            [since, until],
            |row| {
                Ok(Problem {
                    node: row.get(0)?,
                    check: row.get(1)?,
                    began: row.get(2)?,
                    seen: row.get(3)?,
                    ended: row.get(4)?,
                    paused: row.get(5)?,
                    text: row.get(6)?,
                })
            },
        )
    }

    /// When a target (`sshd`, `service:web` …) of a node died and came back, in
    /// `[since, until)`, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn restarts(
        &self,
        node: &str,
        check: &str,
        since: i64,
        until: i64,
    ) -> Result<Vec<Restart>, HistoryError> {
        self.all(
            "SELECT node, check_, at, cause, by_ FROM restarts \
             WHERE node = ?1 AND check_ = ?2 AND at >= ?3 AND at < ?4 ORDER BY at",
            params![node, check, since, until],
            |row| {
                Ok(Restart {
                    node: row.get(0)?,
                    check: row.get(1)?,
                    at: row.get(2)?,
                    cause: row.get(3)?,
                    by: row.get(4)?,
                })
            },
        )
    }

    /// Every target that ever was restarted: its node and check.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn restarted(&self) -> Result<Vec<(String, String)>, HistoryError> {
        self.all(
            "SELECT DISTINCT node, check_ FROM restarts ORDER BY node, check_",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Times in which nobody looked that touch `[since, until)`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn gaps(&self, since: i64, until: i64) -> Result<Vec<Gap>, HistoryError> {
        self.all(
            "SELECT from_, to_, why FROM gaps WHERE from_ < ?2 AND to_ >= ?1 ORDER BY from_",
            [since, until],
            |row| {
                let why: String = row.get(2)?;
                Ok(Gap {
                    from: Timestamp(row.get(0)?),
                    to: Timestamp(row.get(1)?),
                    why: if why == "slept" {
                        GapCause::Slept
                    } else {
                        GapCause::NotRunning
                    },
                })
            },
        )
    }
}
