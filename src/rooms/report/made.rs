//! A report that is made and not yet written anywhere.

use super::cli::Format;
use super::figures::Report;
use super::json;
use super::render::{self, Context, Templates};
use super::tell::Telling;
use super::words::Words;
use crate::config::Config;
use crate::failure::Failure;
use crate::model::report::facts::Facts;
use crate::model::report::view::View;
use crate::model::time::Timestamp;
use crate::sys::clock;
use crate::sys::surroundings::Surroundings;

/// What is shown of a report, and its figures as JSON.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) stem: String,
    pub(super) view: View,
    pub(super) json: serde_json::Value,
    words: render::Words,
}

/// Makes the report of these facts.
#[must_use]
pub(super) fn made(facts: &Facts, config: &Config, around: &Surroundings) -> Made {
    let zone = config.timezone;
    let local = |at: Timestamp| clock::local(at, zone);
    let words = Words::new(config.report.language, &local);
    // What waits is told as of the newest datum: the same data, the same bytes.
    let now = facts.newest.unwrap_or(facts.span.end).max(facts.span.start);
    let report = Report::of(facts, now);
    let zone = match (zone, &around.tz) {
        (Some(zone), _) => zone.name().to_owned(),
        (None, Some(named)) if named.parse::<chrono_tz::Tz>().is_ok() => named.clone(),
        (None, _) => clock::offset(facts.span.start),
    };
    let telling = Telling {
        report: &report,
        words: &words,
        title: &config.report.title,
        zone: &zone,
        now: if facts.complete { facts.span.end } else { now },
    };
    let view = telling.view();
    Made {
        stem: facts.period.stem(),
        json: json::value(&telling, &view),
        words: words.for_templates(&config.report.title),
        view,
    }
}

impl Made {
    /// What mattered most, on one line.
    #[must_use]
    pub(super) fn sentence(&self) -> String {
        self.view.sentence.replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// The report as one of the formats.
    ///
    /// # Errors
    /// When a template cannot be filled (exit 2).
    pub(super) fn written(&self, format: Format, templates: &Templates) -> Result<String, Failure> {
        let context = Context {
            report: &self.json,
            words: &self.words,
        };
        let text = match format {
            Format::Md => templates.markdown(&self.view, &context),
            Format::Html => templates.html(&self.view, &context),
            Format::Json => {
                let text = serde_json::to_string_pretty(&self.json);
                let text = text.map_err(|error| Failure::unable(error.to_string()))?;
                return Ok(text + "\n");
            }
        };
        text.map_err(|wrong| super::templates::failure(&wrong))
    }
}
