//! A report as it is shown: words and drawings in their order, in one
//! language, whatever they are written out as.
//!
//! All text is plain: whoever writes it out escapes all of it for where it
//! goes, what is ours and what is from outside alike. Places on a time axis
//! are parts of the period, 0 to 1, so that no drawing needs to know of zones.

use serde::{Deserialize, Serialize};

use super::super::uptime::Class;
use super::period::Kind;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    /// `en` or `ja`, as HTML's `lang`.
    pub language: &'static str,
    /// Daily, weekly, monthly.
    pub kind: Kind,
    /// `Miyabi Daily Report - 2026-11-20`.
    pub title: String,
    /// The period in words, with its zone.
    pub period: String,
    /// What matters most, on one line.
    pub sentence: String,
    /// In their order; the summary is the first.
    pub sections: Vec<Section>,
}

/// A part of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// The same in every language: `summary`, `needs-you`, `agents` …
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "block", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "some dozens a report")]
pub enum Block {
    /// A paragraph.
    Text {
        /// What it says.
        text: String,
        /// Whether it is of less weight.
        muted: bool,
    },
    /// A heading below that of the section.
    Heading {
        /// Its id, where something links to it.
        id: Option<String>,
        /// What it says.
        text: String,
    },
    /// The figures of the first screen.
    Tiles {
        /// At most five.
        tiles: Vec<Tile>,
    },
    /// Figures by name.
    Figures {
        /// In their order.
        figures: Vec<Named>,
    },
    /// A list.
    Items {
        /// Whether its order is that of importance.
        ordered: bool,
        /// Its items.
        items: Vec<Item>,
    },
    /// A table.
    Table(Table),
    /// A drawing with its words.
    Chart(Chart),
}

/// A figure of the first screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// The same in every language: `issues-closed`.
    pub id: String,
    /// Its name.
    pub label: String,
    /// The figure with its unit, or why there is none.
    pub value: String,
    /// Beside what it stands: the period before, and how it changed.
    pub note: Option<String>,
}

/// A figure by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its name.
    pub label: String,
    /// What it is.
    pub value: String,
}

/// One of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its id, where something links to it.
    pub id: Option<String>,
    /// What it says.
    pub text: String,
    /// What is said of it besides, a line each.
    pub details: Vec<String>,
    /// Where it leads.
    pub link: Option<Link>,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// `https://…`, or `#id` of this report.
    pub to: String,
    /// What is clicked on.
    pub text: String,
}

/// A table; at most four columns fit on a phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it is of.
    pub caption: String,
    /// Its columns; names stand left, figures right.
    pub columns: Vec<Column>,
    /// Its rows, as long as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// What was left out.
    #[serde(default)]
    pub more: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// Whether it holds figures.
    pub figures: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// At most thirty values, the last one the newest, drawn before the text.
    #[serde(default)]
    pub spark: Vec<f64>,
}

/// A drawing, and what it says in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Its id: letters, digits and `-`.
    pub id: String,
    /// What it is of, with its unit.
    pub title: String,
    /// The figures that a reader would take from it.
    pub description: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// The same as a table, where that helps: beneath it, or in its place.
    #[serde(default)]
    pub table: Option<Table>,
}

/// What is drawn. At most 180 points a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "lowercase")]
pub enum Drawing {
    /// What nodes were when: a line of the period, or a line a day.
    Strip {
        /// From top to bottom.
        lines: Vec<StripLine>,
        /// Of the time axis.
        ticks: Vec<Tick>,
    },
    /// A column a day, of what a node was how long.
    Days {
        /// In order.
        days: Vec<Day>,
    },
    /// A median with the band around it.
    Band {
        /// In order; where `gap` the line is broken before it.
        points: Vec<BandPoint>,
        /// Of the time axis.
        ticks: Vec<Tick>,
    },
    /// Up to four lines.
    Lines {
        /// What is drawn.
        series: Vec<Series>,
        /// Of the time axis.
        ticks: Vec<Tick>,
    },
    /// Stacked bars.
    Bars {
        /// What stands beneath each bar.
        groups: Vec<String>,
        /// Up to four, the lowest first; a value for each bar.
        series: Vec<Stack>,
        /// What stands above each bar.
        totals: Vec<String>,
    },
    /// A dot for each of some things.
    Dots {
        /// Where and how much.
        points: Vec<Point>,
        /// Of the time axis.
        ticks: Vec<Tick>,
    },
    /// A past and what is foreseen.
    Ahead {
        /// What was measured.
        past: Vec<Point>,
        /// What is foreseen.
        ahead: Vec<BandPoint>,
        /// The limit.
        limit: f64,
        /// The limit in words.
        limit_label: String,
        /// Where the past ends.
        now: f64,
        /// That in words.
        now_label: String,
        /// Of the time axis.
        ticks: Vec<Tick>,
    },
    /// Which happened when, a row for each node.
    Timeline {
        /// The nodes.
        rows: Vec<String>,
        /// What happened.
        marks: Vec<Mark>,
        /// Of the time axis.
        ticks: Vec<Tick>,
    },
}

/// A line of a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StripLine {
    /// What stands before it: a day, or nothing.
    pub label: String,
    /// In order, and all of it.
    pub parts: Vec<Part>,
}

/// A stretch of one class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Where it begins, 0 to 1.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What it was.
    pub class: Class,
}

/// What a day was made of, parts of 1 together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub label: String,
    /// Up.
    pub up: f64,
    /// Down.
    pub down: f64,
    /// Unknown.
    pub unknown: f64,
    /// Paused.
    pub paused: f64,
}

/// A place on the time axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// 0 to 1.
    pub at: f64,
    /// What stands there.
    pub label: String,
}

/// A value and what lies around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandPoint {
    /// 0 to 1.
    pub at: f64,
    /// The lower edge.
    pub low: f64,
    /// The middle.
    pub middle: f64,
    /// The upper edge.
    pub high: f64,
    /// Whether nothing is known between the one before and it.
    #[serde(default)]
    pub gap: bool,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its points, `gap` before those after a silence.
    pub points: Vec<Point>,
}

/// A value at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// 0 to 1.
    pub at: f64,
    /// How much.
    pub value: f64,
    /// Whether nothing is known between the one before and it.
    #[serde(default)]
    pub gap: bool,
}

/// A part of every bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// A value for each bar.
    pub values: Vec<f64>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Which row.
    pub row: usize,
    /// Where it begins, 0 to 1.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What the list beneath calls it: `A`.
    pub letter: String,
}
