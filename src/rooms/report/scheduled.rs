//! What the watcher has written: the reports that are due and missing, and a
//! word to people of each kind's newest. Effects.

use super::cli::Format;
use super::gather::{self, Access};
use super::made;
use super::overdue::overdue;
use super::render::Templates;
use super::shelf::Shelf;
use super::templates;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::model::history::Batch;
use crate::model::home::Home;
use crate::model::report::period::Period;
use crate::model::state::{Event, State};
use crate::roster;
use crate::state::store::{PATIENCE, Store};
use crate::sys::history;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output, poke};

/// Writes what is due.
///
/// # Errors
/// Exit 3 when a report cannot be written; those before it are.
pub(super) fn write(config: &Config, around: &Surroundings) -> Result<Exit, Failure> {
    let shelf = Shelf::of(around);
    let due = overdue(config, clock::now(), around);
    if due.is_empty() {
        return Ok(Exit::Fine);
    }
    // A mistake in a template must not cost the report of the night.
    let templates = templates::read(around).or_else(|wrong| {
        output::complain(&wrong.text());
        Templates::with(Vec::new()).map_err(|wrong| templates::failure(&wrong))
    })?;
    let access = Access::of(around);
    let mut told: Vec<(Period, String)> = Vec::new();
    for period in &due {
        let facts = gather::gather(config, period, clock::now(), around, &access);
        let made = made::made(&facts, config, around);
        let put = shelf.put(&made, &Format::ALL, &templates).or_else(|wrong| {
            // Filled with what is there a template may fail, too.
            output::complain(&wrong.text());
            let built_in = Templates::with(Vec::new());
            let built_in = built_in.map_err(|wrong| templates::failure(&wrong))?;
            shelf.put(&made, &Format::ALL, &built_in)
        });
        put?;
        // Of several that were made up for the newest is news.
        told.retain(|(other, _)| other.kind != period.kind);
        told.push((*period, made.sentence()));
    }
    shelf.list(config, &templates)?;
    tell(&told, &shelf, config, around);
    Ok(Exit::Fine)
}

/// Puts a word of each into the state file, from where the watcher sends it.
fn tell(told: &[(Period, String)], shelf: &Shelf<'_>, config: &Config, around: &Surroundings) {
    let now = clock::now();
    let node = roster::local_name(config);
    let events = told.iter().map(|(period, sentence)| {
        let stem = period.stem();
        let page = shelf.shown(&stem);
        Event {
            at: now,
            node: node.clone(),
            what: "report".into(),
            check: Some(stem),
            text: format!("{sentence} {page}#needs-you"),
        }
    });
    let events: Vec<Event> = events.collect();
    let home = Home::of(&around.mamori_home);
    let store = Store::new(home.clone(), "mamori report");
    let updated = store.update(PATIENCE, now, |state| {
        let mut all = state.events.clone();
        all.extend(events.iter().cloned());
        let beyond = all.len().saturating_sub(state.events_kept());
        all.drain(..beyond);
        let state = State {
            events: all,
            ..state.clone()
        };
        ((), Some(state))
    });
    match updated {
        Ok(updated) => {
            let batch = Batch {
                now,
                events,
                ..Batch::default()
            };
            history::note_aloud(&home, &batch);
            for notice in &updated.notices {
                output::complain(&format!("warning: {notice}\n"));
            }
            let _ = poke::touch(&home);
        }
        Err(error) => output::complain(&format!("warning: nobody is told of it: {error}\n")),
    }
}
