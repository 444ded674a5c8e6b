//! What the watcher has written: the reports that are due and missing, and a
//! word to people of each kind's newest. Effects.
//!
//! A report was told of when its event stands in the state file or in the
//! history, whoever wrote the report. So a run that is killed between the two
//! is made up for by the next, and a report that is made again is not told
//! again: once at least, and twice only where a crash or a loss takes both.

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
use crate::sys::history::{self, History};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output, poke};

/// What an event of a report is called.
const REPORT: &str = "report";

/// A run: what it needs for each report.
struct Run<'a> {
    config: &'a Config,
    around: &'a Surroundings,
    shelf: Shelf<'a>,
    access: Access,
    templates: Templates,
}

/// Writes what is due, and tells of it.
///
/// # Errors
/// The first failure, exit 3, when a report or the list cannot be written; the
/// others are written and told of all the same.
pub(super) fn write(config: &Config, around: &Surroundings) -> Result<Exit, Failure> {
    let overdue = overdue(config, clock::now(), around);
    if overdue.news.is_empty() {
        return Ok(Exit::Fine);
    }
    let run = Run {
        config,
        around,
        shelf: Shelf::of(around),
        access: Access::of(around),
        // A mistake in a template must not cost the report of the night, and is
        // said when there is something to be filled.
        templates: if overdue.write.is_empty() {
            templates::built_in()?
        } else {
            templates::read(around).or_else(|wrong| templates::without(&wrong))?
        },
    };
    let mut failures = Vec::new();
    for period in overdue.all() {
        if overdue.write.contains(period)
            && let Err(failure) = run.put(period)
        {
            failures.push(failure);
            continue;
        }
        // At once: what comes after it may fail or be killed.
        if overdue.news.contains(period) {
            run.tell(period);
        }
    }
    if !overdue.write.is_empty()
        && let Err(failure) = run.shelf.list(config, &run.templates)
    {
        failures.push(failure);
    }
    let mut failures = failures.into_iter();
    match failures.next() {
        None => Ok(Exit::Fine),
        Some(first) => Err(Failure {
            further: failures.collect(),
            ..first
        }),
    }
}

impl Run<'_> {
    /// Writes the report of a period.
    fn put(&self, period: &Period) -> Result<(), Failure> {
        let (config, around) = (self.config, self.around);
        let facts = gather::gather(config, period, clock::now(), around, &self.access);
        let made = made::made(&facts, config, around);
        let put = |by: &Templates| self.shelf.put(&made, &Format::ALL, by);
        let put = put(&self.templates).or_else(|wrong| match wrong.exit {
            // Filled with what is there a template may fail, too.
            Exit::Usage => put(&templates::without(&wrong)?),
            _ => Err(wrong),
        });
        put.map(drop)
    }

    /// Puts a word of a report into the state file, from where the watcher
    /// sends it, unless that was done.
    fn tell(&self, period: &Period) {
        let now = clock::now();
        let home = Home::of(&self.around.mamori_home);
        let stem = period.stem();
        if noted(&home, period, &stem) {
            return;
        }
        let sentence = self.shelf.sentence(&stem);
        let page = self.shelf.shown(&stem);
        let event = Event {
            at: now,
            node: roster::local_name(self.config),
            what: REPORT.into(),
            check: Some(stem.clone()),
            text: format!("{sentence} {page}#needs-you"),
        };
        let store = Store::new(home.clone(), "mamori report");
        let updated = store.update(PATIENCE, now, |state| {
            if state.events.iter().any(|event| is_of(event, &stem)) {
                return (false, None);
            }
            let mut events = state.events.clone();
            events.push(event.clone());
            let beyond = events.len().saturating_sub(state.events_kept());
            events.drain(..beyond);
            let state = State {
                events,
                ..state.clone()
            };
            (true, Some(state))
        });
        match updated {
            Ok(updated) => {
                for notice in &updated.notices {
                    output::complain(&format!("warning: {notice}\n"));
                }
                if updated.outcome {
                    let batch = Batch {
                        now,
                        events: vec![event],
                        ..Batch::default()
                    };
                    history::note_aloud(&home, &batch);
                    let _ = poke::touch(&home);
                }
            }
            Err(error) => output::complain(&format!("warning: nobody is told of it: {error}\n")),
        }
    }
}

/// Whether the history knows that people were told.
fn noted(home: &Home, period: &Period, stem: &str) -> bool {
    let Ok(Some(history)) = History::open(home) else {
        return false;
    };
    let events = history.events(None, period.span.end.0, i64::MAX);
    events.is_ok_and(|events| events.iter().any(|event| is_of(event, stem)))
}

fn is_of(event: &Event, stem: &str) -> bool {
    event.what == REPORT && event.check.as_deref() == Some(stem)
}
