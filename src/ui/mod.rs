//! Data in, text out: styles, tables, drawings. Pure.

pub mod diff;
pub mod strip;
pub mod style;
pub mod svg;
pub mod table;
pub mod wrap;
