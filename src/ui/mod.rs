//! Data in, text out: styles, tables, times in the user's zone. Pure.

pub mod style;
pub mod table;
pub mod wrap;
