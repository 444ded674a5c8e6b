//! The reports that are due, by what is known and what was written. Effects.

use chrono::Local;
use serde::Deserialize;

use super::cli::Format;
use super::due::{Known, Written, due};
use crate::config::Config;
use crate::model::home::Home;
use crate::model::report::period::Period;
use crate::model::report::source::Standing;
use crate::model::time::Timestamp;
use crate::sys::files;
use crate::sys::history::History;
use crate::sys::surroundings::Surroundings;

/// What is read of a report that is there.
#[derive(Debug, Deserialize)]
struct Report {
    period: Told,
    #[serde(default)]
    sources: Vec<Origin>,
}

/// One without a standing was written by another build.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Origin {
    name: String,
    state: Standing,
}

#[derive(Debug, Deserialize)]
struct Told {
    complete: bool,
}

/// What is to be done now.
#[derive(Debug, Default)]
pub struct Overdue {
    /// The periods whose reports are to be written, the earliest of each kind
    /// first.
    pub write: Vec<Period>,
    /// The newest of each kind, written or not: of these people are told.
    pub news: Vec<Period>,
}

impl Overdue {
    /// All of these periods, each once: first those that are written already.
    pub fn all(&self) -> impl Iterator<Item = &Period> {
        let there = |period: &&Period| !self.write.contains(period);
        self.news.iter().filter(there).chain(&self.write)
    }
}

/// What is to be written and told now.
#[must_use]
pub fn overdue(config: &Config, now: Timestamp, around: &Surroundings) -> Overdue {
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
    let all = asked(&[]);
    let written = all
        .iter()
        .filter_map(|period| written(period, config, around));
    let write = asked(&written.collect::<Vec<_>>());
    let mut news = all;
    // The newest of a kind stands last.
    news.reverse();
    let mut kinds = Vec::new();
    news.retain(|period| {
        let new = !kinds.contains(&period.kind);
        kinds.push(period.kind);
        new
    });
    news.reverse();
    Overdue { write, news }
}

/// What is there of a report; nothing of one without its JSON, which is written
/// last.
fn written(period: &Period, config: &Config, around: &Surroundings) -> Option<Written> {
    let stem = period.stem();
    let file = |format: Format| {
        let name = format!("{stem}.{}", format.ending());
        around.mamori_home.join("reports").join(name)
    };
    let json = file(Format::Json);
    let report: Report = serde_json::from_slice(&files::read(&json).ok()??).ok()?;
    let there = Format::ALL
        .iter()
        .all(|format| files::exists(&file(*format)));
    // The network may be there later; what is on this machine is as it is.
    let asked = |name: &String| name == "gh" || config.report.github.contains(name);
    let mut sources = report.sources.iter();
    Some(Written {
        whole: there && report.period.complete,
        at: files::modified(&json)?,
        lacking: sources.any(|one| one.state != Standing::Ok && asked(&one.name)),
        stem,
    })
}

/// The first instant of which the history tells. What agents did before that
/// is no reason for a report: nobody watched the machines then.
fn first(home: &Home) -> Option<Timestamp> {
    let history = History::open(home).ok().flatten()?;
    history.oldest().ok().flatten().map(Timestamp)
}
