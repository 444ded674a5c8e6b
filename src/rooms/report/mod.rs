//! Daily, weekly and monthly reports.
//!
//! `gather` brings the facts together, `figures` computes, `tell` puts them
//! into `words`, `render` writes them out, `shelf` keeps them; `due` says which
//! are missing.

pub mod cli;
mod date;
pub mod due;
pub mod figures;
pub mod gather;
pub mod json;
mod made;
pub mod overdue;
pub mod render;
#[cfg(test)]
mod sample;
mod scheduled;
mod shelf;
pub mod tell;
mod templates;
pub mod words;
