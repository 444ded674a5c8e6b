//! The folder of the reports: what is in it, and how something gets there, by
//! one writer at a time. Effects.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::cli::Format;
use super::date;
use super::made::Made;
use super::render::{Entry, Templates};
use super::templates;
use super::words::Words;
use crate::config::Config;
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::report::period::Kind;
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::sys::flock::{self, Lock, Wait};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, files};

/// The page that lists all reports.
const INDEX: &str = "index.html";
/// Another writer is waited for so long: one that hangs hinders no report.
const PATIENCE: Wait = Wait::AtMost(Duration::from_secs(30));

/// Where the reports are.
pub(super) struct Shelf<'a> {
    folder: PathBuf,
    around: &'a Surroundings,
}

/// What a report's JSON says of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    title: String,
    period: Option<PeriodHead>,
    summary: SummaryHead,
}

#[derive(Debug, Deserialize)]
struct PeriodHead {
    complete: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SummaryHead {
    sentence: String,
}

impl<'a> Shelf<'a> {
    /// `reports` in the Mamori home.
    pub(super) fn of(around: &'a Surroundings) -> Self {
        Self {
            folder: around.mamori_home.join("reports"),
            around,
        }
    }

    /// Writes a report as each of the formats; where it is then.
    ///
    /// # Errors
    /// Exit 2 for a template with a mistake, 3 when the folder cannot be
    /// written: the old files stand then.
    pub(super) fn put(
        &self,
        made: &Made,
        formats: &[Format],
        templates: &Templates,
    ) -> Result<Vec<PathBuf>, Failure> {
        // All of it is made before any of it is written.
        let mut texts = Vec::new();
        for format in formats {
            texts.push((*format, made.written(*format, templates)?));
        }
        let unable = |error: files::FileError| {
            Failure::unable(error.to_string()).hint("to read it anyway: add --stdout")
        };
        files::private_folder(&self.folder).map_err(unable)?;
        let _lock = self.alone();
        let mut written = Vec::new();
        for (format, text) in texts {
            let name = format!("{}.{}", made.stem, format.ending());
            let file = self.folder.join(name);
            files::replace(&file, text.as_bytes()).map_err(unable)?;
            written.push(file);
        }
        Ok(written)
    }

    /// Writes the page that lists all reports; by our own template where that
    /// of a person cannot be filled.
    ///
    /// # Errors
    /// Exit 3 when it cannot be written: the old one stands then.
    pub(super) fn list(&self, config: &Config, by: &Templates) -> Result<(), Failure> {
        let zone = config.timezone;
        let local = |at: Timestamp| clock::local(at, zone);
        let words = Words::new(config.report.language, &local);
        let _lock = self.alone();
        let mut entries = Vec::new();
        for (stem, kind, day) in self.stems() {
            let head = self.head(&stem);
            let there = |ending| files::exists(&self.file(&stem, ending));
            let title = Some(head.title).filter(|title| !title.is_empty());
            entries.push(Entry {
                kind,
                title: title.unwrap_or_else(|| stem.clone()),
                period: {
                    let period = words.period(&clock::period(kind, day, zone));
                    if head.period.is_some_and(|period| !period.complete) {
                        words.say("index-so-far", [("period", period.into())])
                    } else {
                        period
                    }
                },
                sentence: head.summary.sentence,
                html: there("html"),
                md: there("md"),
                json: there("json"),
                stem,
            });
        }
        let own = words.for_templates(&config.report.title);
        let filled = |by: &Templates| {
            let page = by.index(&entries, words.tag(), &own);
            page.map_err(|wrong| templates::failure(&wrong))
        };
        let page = filled(by).or_else(|wrong| filled(&templates::without(&wrong)?))?;
        let file = self.folder.join(INDEX);
        files::replace_soon(&file, page.as_bytes())
            .map_err(|error| Failure::unable(error.to_string()))
    }

    /// The page of a report, as people are told of it.
    pub(super) fn shown(&self, stem: &str) -> String {
        self.around.shown(&self.file(stem, "html"))
    }

    /// What mattered most, by a report that is there.
    pub(super) fn sentence(&self, stem: &str) -> String {
        self.head(stem).summary.sentence
    }

    /// Keeps other writers out; without a lock the report is written all the same.
    fn alone(&self) -> Option<Lock> {
        let home = Home::of(&self.around.mamori_home);
        files::private_folder(&home.locks()).ok()?;
        flock::lock(&home.report_lock(), "mamori report", PATIENCE).ok()
    }

    fn file(&self, stem: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{stem}.{ending}"))
    }

    /// The names of reports in the folder, each once; other files are passed over.
    fn stems(&self) -> Vec<(String, Kind, chrono::NaiveDate)> {
        let mut stems: Vec<(String, Kind, chrono::NaiveDate)> = Vec::new();
        for name in files::names(&self.folder).unwrap_or_default() {
            let name = Path::new(&name);
            let ending = name.extension().and_then(|end| end.to_str());
            let ours = ending.is_some_and(|end| Format::ALL.iter().any(|one| one.ending() == end));
            let stem = name.file_stem().and_then(|stem| stem.to_str());
            if let (true, Some(stem)) = (ours, stem)
                && let Some((kind, day)) = date::of_stem(stem)
            {
                stems.push((stem.to_owned(), kind, day));
            }
        }
        stems.sort();
        stems.dedup();
        stems
    }

    /// What the JSON of a report says of it; nothing of one without.
    fn head(&self, stem: &str) -> Head {
        let bytes = files::read(&self.file(stem, "json")).ok().flatten();
        let head: Option<Head> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let head = head.unwrap_or_default();
        Head {
            title: clean(&head.title),
            summary: SummaryHead {
                sentence: clean(&head.summary.sentence),
            },
            ..head
        }
    }
}
