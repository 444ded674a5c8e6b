//! Daily, weekly and monthly reports.
//!
//! `gather` brings the facts together, `figures` computes, `tell` puts it into
//! `words`, `render` writes it out.

pub mod figures;
pub mod json;
#[cfg(test)]
mod sample;
pub mod tell;
pub mod words;
