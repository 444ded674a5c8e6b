//! Events, incidents, deeds and gaps into their tables.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::write::kept;
use crate::model::healing::Deed;
use crate::model::history::Batch;
use crate::model::incident::Incident;
use crate::model::layout::memory::Deed as Arranged;
use crate::model::state::{Event, Gap, GapCause};

/// Writes what happened.
pub(super) fn write(to: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    events(to, &batch.events)?;
    incidents(to, &batch.incidents)?;
    deeds(to, &batch.deeds)?;
    gaps(to, &batch.gaps)
}

/// How many the same came before, in one list: two that are alike in all are two.
fn nth<K: std::hash::Hash + Eq>(seen: &mut HashMap<K, i64>, key: K) -> i64 {
    let count = seen.entry(key).or_insert(-1);
    *count += 1;
    *count
}

fn events(to: &Connection, events: &[Event]) -> rusqlite::Result<()> {
    let mut insert = to.prepare("INSERT OR IGNORE INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut seen = HashMap::new();
    for event in events {
        let check = event.check.as_deref().unwrap_or_default();
        let n = nth(
            &mut seen,
            (event.at, &event.node, &event.what, check, &event.text),
        );
        insert.execute(params![
            event.at.0,
            kept(&event.node),
            kept(&event.what),
            kept(check),
            kept(&event.text),
            n
        ])?;
    }
    Ok(())
}

fn incidents(to: &Connection, incidents: &[Incident]) -> rusqlite::Result<()> {
    let mut insert = to.prepare(
        "INSERT INTO incidents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
         ON CONFLICT DO UPDATE SET cause = excluded.cause, why = excluded.why, \
         to_detect_ms = excluded.to_detect_ms, to_act_ms = excluded.to_act_ms, \
         recovered = excluded.recovered, to_recover_ms = excluded.to_recover_ms, \
         left_ = excluded.left_, tries = excluded.tries, by_ = excluded.by_ \
         WHERE recovered IS NULL AND (excluded.recovered IS NOT NULL OR excluded.tries >= tries)",
    )?;
    let whole = |span: u64| i64::try_from(span).unwrap_or(i64::MAX);
    for incident in incidents {
        insert.execute(params![
            incident.detected.0,
            whole(incident.detected_ms),
            kept(&incident.node),
            kept(&incident.check),
            kept(&incident.cause),
            kept(&incident.why),
            incident.to_detect_ms.map(whole),
            incident.to_act_ms.map(whole),
            incident.recovered.map(|at| at.0),
            incident.to_recover_ms.map(whole),
            incident.left,
            incident.tries,
            kept(&incident.by),
        ])?;
    }
    Ok(())
}

fn deeds(to: &Connection, deeds: &[Deed]) -> rusqlite::Result<()> {
    let mut insert =
        to.prepare("INSERT OR IGNORE INTO deeds VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let mut seen = HashMap::new();
    for deed in deeds {
        let change = &deed.change;
        let texts = (&deed.subject, &change.verb, &change.before, &change.after);
        let n = nth(&mut seen, (deed.at, deed.part.word(), texts));
        insert.execute(params![
            deed.at.0,
            deed.part.word(),
            kept(&deed.subject),
            kept(&change.verb),
            kept(&change.before),
            kept(&change.after),
            n
        ])?;
    }
    Ok(())
}

fn gaps(to: &Connection, gaps: &[Gap]) -> rusqlite::Result<()> {
    for gap in gaps {
        let why = match gap.why {
            GapCause::Slept => "slept",
            GapCause::NotRunning => "not_running",
        };
        to.execute(
            "INSERT INTO gaps VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET to_ = max(to_, excluded.to_)",
            params![gap.from.0, why, gap.to.0],
        )?;
    }
    Ok(())
}

/// What was done to the windows of a tmux server, whole or not at all.
pub(super) fn layouts(to: &Connection, server: &str, deeds: &[Arranged]) -> rusqlite::Result<()> {
    let transaction = to.unchecked_transaction()?;
    let mut insert = transaction
        .prepare("INSERT OR IGNORE INTO layouts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let mut seen = HashMap::new();
    // What is not known is less than nothing, for a key holds no NULL.
    let efficiency = |known: Option<u16>| known.map_or(-1, i64::from);
    for deed in deeds {
        let (before, after) = (efficiency(deed.before), efficiency(deed.after));
        let panes = i64::try_from(deed.panes).unwrap_or(i64::MAX);
        let key = (deed.at, &deed.window, &deed.verb, panes, before, after);
        let n = nth(&mut seen, key);
        insert.execute(params![
            deed.at,
            kept(server),
            kept(&deed.window),
            kept(&deed.verb),
            panes,
            before,
            after,
            n
        ])?;
    }
    drop(insert);
    transaction.commit()
}
