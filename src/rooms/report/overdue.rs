//! The reports that are due, by what is known and what was written. Effects.

use chrono::Local;
use serde::Deserialize;

use super::due::{Known, Written, due};
use crate::config::Config;
use crate::model::home::Home;
use crate::model::report::period::Period;
use crate::model::time::Timestamp;
use crate::sys::files;
use crate::sys::history::History;
use crate::sys::surroundings::Surroundings;

/// What is read of a report that is there.
#[derive(Debug, Deserialize)]
struct Report {
    period: Told,
}

#[derive(Debug, Deserialize)]
struct Told {
    complete: bool,
}

/// The periods whose reports are to be written now. A report is there when its
/// JSON says that its period was over.
#[must_use]
pub fn overdue(config: &Config, now: Timestamp, around: &Surroundings) -> Vec<Period> {
    let first = first(&Home::of(&around.mamori_home));
    let asked = |written: &[Written]| {
        let known = Known {
            now,
            daily: config.report.daily,
            first,
            written,
        };
        match config.timezone {
            Some(zone) => due(&known, &zone),
            None => due(&known, &Local),
        }
    };
    let folder = around.mamori_home.join("reports");
    let written = asked(&[]).into_iter().filter_map(|period| {
        let stem = period.stem();
        let bytes = files::read(&folder.join(format!("{stem}.json"))).ok()??;
        let report: Report = serde_json::from_slice(&bytes).ok()?;
        let complete = report.period.complete;
        Some(Written { stem, complete })
    });
    asked(&written.collect::<Vec<_>>())
}

/// The first instant of which the history tells. What agents did before that
/// is no reason for a report: nobody watched the machines then.
fn first(home: &Home) -> Option<Timestamp> {
    let history = History::open(home).ok().flatten()?;
    history.oldest().ok().flatten().map(Timestamp)
}
