//! A sample report, its words, and a list of reports.

pub mod charts;
pub mod gathered;
pub mod month;
pub mod view;
pub mod words;

pub use view::{Language, view};
pub use words::{entries, words};
