//! Problems from first sight to their end, told by the samples.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::write::kept;
use crate::model::history::Sample;
use crate::model::node::NodeState;

/// So many seconds ahead of the time it is a sample is from a wrong clock.
const AHEAD: i64 = 86_400;

/// The problems that stand, by node: each begins with the first sample that
/// has it, and ends with the first that has it no more.
pub(super) struct Standing<'c> {
    to: &'c Connection,
    now: i64,
    nodes: HashMap<i64, Seen>,
}

struct Seen {
    last: i64,
    open: BTreeMap<String, i64>,
}

impl<'c> Standing<'c> {
    pub(super) fn new(to: &'c Connection, now: i64) -> Self {
        Self {
            to,
            now,
            nodes: HashMap::new(),
        }
    }

    pub(super) fn see(&mut self, node: i64, sample: &Sample) -> rusqlite::Result<()> {
        let Self { to, now, nodes } = self;
        let seen = match nodes.entry(node) {
            std::collections::hash_map::Entry::Occupied(seen) => seen.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(open_problems(to, node, sample.at)?)
            }
        };
        // What comes late tells nothing of now; a clock that ran ahead does not count.
        if sample.at < seen.last && seen.last <= now.saturating_add(AHEAD) {
            return Ok(());
        }
        seen.last = sample.at;
        let paused = sample.state == NodeState::Paused;
        let stands = |check: &str| {
            let mut problems = sample.problems.iter();
            !paused && problems.any(|problem| problem.check == check)
        };
        let over: Vec<String> = seen
            .open
            .keys()
            .filter(|check| !stands(check))
            .cloned()
            .collect();
        for check in over {
            if let Some(id) = seen.open.remove(&check) {
                to.execute(
                    "UPDATE problems SET ended = max(?2, began), paused = ?3 WHERE id = ?1",
                    params![id, sample.at, paused],
                )?;
            }
        }
        for problem in sample.problems.iter().filter(|_| !paused) {
            if seen.open.contains_key(&problem.check) {
                continue;
            }
            to.execute(
                "INSERT INTO problems (node, check_, began, seen, text) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    node,
                    kept(&problem.check),
                    problem.since,
                    sample.at,
                    kept(&problem.text)
                ],
            )?;
            seen.open
                .insert(problem.check.clone(), to.last_insert_rowid());
        }
        Ok(())
    }
}

/// What stood open before the sample at `at`, and the latest sample before it.
fn open_problems(to: &Connection, node: i64, at: i64) -> rusqlite::Result<Seen> {
    let mut open =
        to.prepare("SELECT check_, id FROM problems WHERE node = ?1 AND ended IS NULL")?;
    let open = open.query_map([node], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let open = open.collect::<rusqlite::Result<BTreeMap<String, i64>>>()?;
    // The sample itself stands there already.
    let last: Option<i64> = to.query_row(
        "SELECT max(at) FROM samples WHERE node = ?1 AND at <> ?2",
        [node, at],
        |row| row.get(0),
    )?;
    Ok(Seen {
        last: last.unwrap_or(i64::MIN),
        open,
    })
}
