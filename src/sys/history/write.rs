//! One batch into the tables. Everything has a key of its own, so that what
//! comes twice, from one writer or from several, is kept once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::happened;
use super::rolled::Rolled;
use super::standing::Standing;
use crate::model::history::batch::Ledger;
use crate::model::history::metric::{DISK_GAUGES, GAUGES, bytes};
use crate::model::history::sample::TEXT;
use crate::model::history::span::{Growth, growth};
use crate::model::history::{Batch, Sample, keep};
use crate::model::node::NodeState;
use crate::model::text::{clean, cut};
use crate::model::uptime::{Class, Uptime};

/// Mounts that are known of one node, at most: what a node calls its file
/// systems is its own affair.
const MOUNTS: i64 = 256;
/// The latest instant that is kept: the year 9999.
const LATEST: i64 = 253_402_300_799;
/// Edges of spans that lie so near to each other, in milliseconds, are one:
/// books are in milliseconds, their clock in seconds.
const TOUCHING: i64 = 2_000;

/// Writes a batch within a transaction of the caller's.
pub(super) fn write(to: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut names = Names::new(to);
    samples(to, &mut names, batch)?;
    for ledger in &batch.ledgers {
        spans(to, &mut names, ledger)?;
    }
    happened::write(to, batch)
}

/// A state as it is kept, and back.
pub(super) const STATES: [NodeState; 6] = [
    NodeState::Ok,
    NodeState::Degraded,
    NodeState::Down,
    NodeState::Dozing,
    NodeState::Paused,
    NodeState::Unknown,
];
/// The same of classes.
pub(super) const CLASSES: [Class; 4] = [Class::Up, Class::Down, Class::Unknown, Class::Paused];

/// The class of that number.
pub(super) fn class_of(number: i64) -> Class {
    let class = usize::try_from(number).ok().and_then(|at| CLASSES.get(at));
    class.copied().unwrap_or(Class::Unknown)
}

fn place<T: PartialEq>(all: &[T], one: &T) -> i64 {
    let at = all.iter().position(|other| other == one);
    at.and_then(|at| i64::try_from(at).ok()).unwrap_or(0)
}

/// A name or text as it is kept.
pub(super) fn kept(text: &str) -> String {
    cut(&clean(text), TEXT, "…")
}

/// The numbers of nodes and mounts.
struct Names<'c> {
    to: &'c Connection,
    nodes: HashMap<String, i64>,
    mounts: HashMap<(i64, String), Option<i64>>,
}

impl<'c> Names<'c> {
    fn new(to: &'c Connection) -> Self {
        Self {
            to,
            nodes: HashMap::new(),
            mounts: HashMap::new(),
        }
    }

    fn node(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.nodes.get(name) {
            return Ok(*id);
        }
        let kept = kept(name);
        self.to
            .execute("INSERT OR IGNORE INTO nodes (name) VALUES (?1)", [&kept])?;
        let id = self
            .to
            .query_row("SELECT id FROM nodes WHERE name = ?1", [&kept], |row| {
                row.get(0)
            })?;
        self.nodes.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The mount's number; `None` when too many are known of the node.
    fn mount(&mut self, node: i64, path: &str) -> rusqlite::Result<Option<i64>> {
        let key = (node, path.to_owned());
        if let Some(id) = self.mounts.get(&key) {
            return Ok(*id);
        }
        self.to.execute(
            "INSERT OR IGNORE INTO mounts (node, path) SELECT ?1, ?2 \
             WHERE (SELECT count(*) FROM mounts WHERE node = ?1) < ?3",
            params![node, path, MOUNTS],
        )?;
        let id = self
            .to
            .query_row(
                "SELECT id FROM mounts WHERE node = ?1 AND path = ?2",
                params![node, path],
                |row| row.get(0),
            )
            .optional()?;
        self.mounts.insert(key, id);
        Ok(id)
    }

    /// Notes which mount is that of the node's home.
    fn home(&self, node: i64, mount: i64) -> rusqlite::Result<()> {
        self.to.execute(
            "UPDATE mounts SET home = (id = ?2) WHERE node = ?1 AND home <> (id = ?2)",
            [node, mount],
        )?;
        Ok(())
    }
}

fn samples(to: &Connection, names: &mut Names<'_>, batch: &Batch) -> rusqlite::Result<()> {
    let mut insert = to.prepare(
        "INSERT OR IGNORE INTO samples VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let mut insert_disk =
        to.prepare("INSERT OR IGNORE INTO disks VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut rolled = Rolled::default();
    let mut standing = Standing::new(to, batch.now.0);
    let mut days = BTreeSet::new();
    let mut homes: BTreeMap<i64, i64> = BTreeMap::new();
    for sample in &batch.samples {
        if !(0..=LATEST).contains(&sample.at) {
            continue;
        }
        let node = names.node(&sample.node)?;
        let gauges = gauges(sample);
        let [memory_percent, memory_bytes, load, cpu, latency, battery] = gauges;
        let memory_total = bytes(sample.memory_total);
        let new = insert.execute(params![
            node,
            sample.at,
            place(&STATES, &sample.state),
            i64::try_from(sample.problems.len()).unwrap_or(i64::MAX),
            memory_percent,
            memory_bytes,
            memory_total,
            load,
            cpu,
            latency,
            battery,
        ])?;
        if new == 0 {
            continue;
        }
        days.insert(keep::day(sample.at));
        let judged = sample.judged();
        let bad = judged && !sample.problems.is_empty();
        rolled.sample(node, sample.at, [judged, bad], memory_total, &gauges);
        standing.see(node, sample)?;
        for disk in &sample.disks {
            let Some(mount) = names.mount(node, &disk.mount)? else {
                continue;
            };
            if sample.home.as_deref() == Some(disk.mount.as_str()) {
                homes.insert(node, mount);
            }
            let values = [
                bytes(Some(disk.used_bytes)),
                kept_percent(disk.used_percent),
                disk.inodes_used_percent.and_then(kept_percent),
            ];
            let [used, percent, inodes] = values;
            let total = bytes(Some(disk.total_bytes));
            if insert_disk.execute(params![mount, sample.at, used, total, percent, inodes])? > 0 {
                rolled.disk(mount, sample.at, total, &values);
            }
        }
    }
    for (node, mount) in homes {
        names.home(node, mount)?;
    }
    let mut insert_day = to.prepare("INSERT OR IGNORE INTO days VALUES (?1)")?;
    for day in days {
        insert_day.execute([day])?;
    }
    rolled.write(to)
}

fn kept_percent(percent: f64) -> Option<i64> {
    let [_, gauge, _] = DISK_GAUGES;
    gauge.kept(Some(percent))
}

/// The numbers of a sample, in the order of [`GAUGES`].
fn gauges(sample: &Sample) -> [Option<i64>; 6] {
    let [memory_percent, _, load, cpu, latency, battery] = GAUGES;
    [
        memory_percent.kept(sample.memory_percent),
        bytes(sample.memory_bytes),
        load.kept(sample.load),
        cpu.kept(sample.cpu),
        latency.kept(sample.latency_ms),
        battery.kept(sample.battery),
    ]
}

fn spans(to: &Connection, names: &mut Names<'_>, ledger: &Ledger) -> rusqlite::Result<()> {
    let node = names.node(&ledger.node)?;
    let before: Option<String> = to
        .query_row("SELECT books FROM ledgers WHERE node = ?1", [node], |row| {
            row.get(0)
        })
        .optional()?;
    let before = before.and_then(|books| serde_json::from_str::<Uptime>(&books).ok());
    let spans = match growth(before.as_ref(), &ledger.uptime) {
        Growth::Nothing => return Ok(()),
        Growth::Anew => Vec::new(),
        Growth::By(spans) => spans,
    };
    let books = serde_json::to_string(&ledger.uptime).unwrap_or_default();
    to.execute(
        "INSERT OR REPLACE INTO ledgers VALUES (?1, ?2)",
        params![node, books],
    )?;
    for span in spans {
        let class = place(&CLASSES, &span.class);
        let last: Option<(i64, i64, i64)> = to
            .query_row(
                "SELECT id, to_, class FROM spans WHERE node = ?1 ORDER BY id DESC LIMIT 1",
                [node],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let touches = |end: i64| (span.from - end).abs() <= TOUCHING;
        match last {
            Some((id, end, was)) if was == class && touches(end) => {
                to.execute(
                    "UPDATE spans SET to_ = max(to_, ?2) WHERE id = ?1",
                    [id, span.to],
                )?;
            }
            last => {
                let from = last.filter(|(_, end, _)| touches(*end));
                let from = from.map_or(span.from, |(_, end, _)| end);
                to.execute(
                    "INSERT INTO spans (node, from_, to_, class) VALUES (?1, ?2, ?3, ?4)",
                    [node, from, span.to.max(from), class],
                )?;
            }
        }
    }
    Ok(())
}
