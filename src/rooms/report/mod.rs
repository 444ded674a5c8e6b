//! The reports of days, weeks and months.

pub mod render;
