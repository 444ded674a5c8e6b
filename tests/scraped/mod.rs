//! What tests of metrics need: something to export, and who reads it.

pub mod known;
pub mod prometheus;
