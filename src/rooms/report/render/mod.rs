//! A report written out: Markdown, a page of HTML, and the page that lists all
//! of them, each by a template that people may replace.
//!
//! Whatever a template prints is escaped for where it goes; only our own
//! functions print markup. A template that cannot be read or never ends is told
//! of with its file and line.

mod environment;
mod functions;
mod html;
mod index;
mod link;
mod markdown;
mod words;
mod wrong;

use minijinja::{Environment, Value, context};

pub use index::Entry;
pub use words::Words;
pub use wrong::Wrong;

use crate::model::report::view::View;

/// What the templates are called, as files and among each other.
pub const NAMES: [&str; 4] = [MARKDOWN, HTML, INDEX, STYLE];

const MARKDOWN: &str = "report.md.jinja";
const HTML: &str = "report.html.jinja";
const INDEX: &str = "index.html.jinja";
const STYLE: &str = "style.css";

/// A template's text that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// One of [`NAMES`], or another that those include.
    pub name: String,
    /// Its file, for messages.
    pub shown: String,
    /// What is in it.
    pub text: String,
}

/// What a template is given besides the view.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The report's own JSON, for templates that show other figures.
    pub report: &'a serde_json::Value,
    /// Words of the language that are in no view.
    pub words: &'a Words,
}

/// Templates, ready to be filled.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    style: String,
    files: Vec<(String, String)>,
}

impl Templates {
    /// The built-in ones, some of them replaced.
    pub fn with(replacements: Vec<Replacement>) -> Result<Self, Wrong> {
        let files: Vec<(String, String)> = replacements
            .iter()
            .map(|one| (one.name.clone(), one.shown.clone()))
            .collect();
        let mut style = include_str!("../templates/style.css").to_owned();
        let mut environment = environment::new();
        let built_in = [
            (MARKDOWN, include_str!("../templates/report.md.jinja")),
            (HTML, include_str!("../templates/report.html.jinja")),
            (INDEX, include_str!("../templates/index.html.jinja")),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
        let own = replacements.into_iter().map(|one| (one.name, one.text));
        for (name, text) in built_in.into_iter().chain(own) {
            if name == STYLE {
                style = text;
            } else if let Err(error) = environment.add_template_owned(name.clone(), text.clone()) {
                return Err(Wrong::of(&error, &name, Some(&text), &files));
            }
        }
        Ok(Self {
            environment,
            style: html::style(&style),
            files,
        })
    }

    /// The report as Markdown.
    pub fn markdown(&self, view: &View, context: &Context<'_>) -> Result<String, Wrong> {
        self.fill(MARKDOWN, view, context)
            .map(|text| markdown::tidied(&text))
    }

    /// The report as a page.
    pub fn html(&self, view: &View, context: &Context<'_>) -> Result<String, Wrong> {
        self.fill(HTML, view, context)
    }

    /// The page that lists the reports, in `language` as HTML's `lang`.
    pub fn index(&self, entries: &[Entry], language: &str, words: &Words) -> Result<String, Wrong> {
        let values = context! {
            language,
            months => Value::from_serialize(index::months(entries, words)),
            words => Value::from_serialize(words),
            style => Value::from_safe_string(self.style.clone()),
        };
        self.render(INDEX, &values)
    }

    fn fill(&self, name: &str, view: &View, context: &Context<'_>) -> Result<String, Wrong> {
        let values = context! {
            view => Value::from_serialize(view),
            report => Value::from_serialize(context.report),
            words => Value::from_serialize(context.words),
            style => Value::from_safe_string(self.style.clone()),
        };
        self.render(name, &values)
    }

    fn render(&self, name: &str, values: &Value) -> Result<String, Wrong> {
        let mut page = environment::Page::default();
        self.environment
            .get_template(name)
            .and_then(|template| template.render_captured_to(values, &mut page).map(drop))
            .map(|()| page.text())
            .map_err(|error| Wrong::of(&error, name, None, &self.files))
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod template_tests;
#[cfg(test)]
mod tests;
