//! `[report]`: what the reports are made from and how they look.

use std::path::PathBuf;

use super::names;
use super::reader::Section;
use super::scalar::Choice;

/// `[report]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Local git repositories, absolute.
    pub repositories: Vec<PathBuf>,
    /// Repositories on GitHub, `owner/name`.
    pub github: Vec<String>,
    /// The language of the headings.
    pub language: Language,
    /// The first words of the title, `TITLE Daily Report`.
    pub title: String,
    /// Whether the daily report is written by itself.
    pub daily: bool,
}

/// The language of the headings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Choice for Language {
    const WORDS: &'static [(&'static str, Self)] = &[("en", Self::En), ("ja", Self::Ja)];
}

pub(super) fn report(section: &mut Section<'_, '_>) -> Report {
    Report {
        repositories: section.paths("repositories").unwrap_or_default(),
        github: section
            .texts("github", "repositories", names::github)
            .unwrap_or_default(),
        language: section.choice("language").unwrap_or_default(),
        title: section.text("title", names::title).unwrap_or_default(),
        daily: section.boolean("daily").unwrap_or_default(),
    }
}
