//! Words of a language that the templates need and no view has.

use serde::Serialize;

/// Words of one language, all plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// In a drawing that has nothing to show: `no data`.
    pub no_data: String,
    /// The forms of strips: `up`.
    pub up: String,
    /// `down`.
    pub down: String,
    /// `unknown`.
    pub unknown: String,
    /// `paused`.
    pub paused: String,
    /// What opens the table beneath a drawing: `Data as a table`.
    pub data_table: String,
    /// The title of the page that lists all reports.
    pub index_title: String,
    /// What stands there while there are none.
    pub index_empty: String,
    /// `Daily`.
    pub daily: String,
    /// `Weekly`.
    pub weekly: String,
    /// `Monthly`.
    pub monthly: String,
    /// January to December as headings, with `{year}` in them:
    /// `November {year}`.
    pub months: [String; 12],
}
