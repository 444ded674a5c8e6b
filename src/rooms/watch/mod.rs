//! The resident watcher.
//!
//! ```text
//! $ mamori watch
//! watching laptop: disks and memory every 1m, everything every 5m; 3 nodes every 15s
//! ```
//! One at a time; it wakes when something is due or a node speaks, looks,
//! judges, tells the status bars, and writes the state file only when something
//! in it changed. This room uses the others: it runs them on their
//! schedules.

pub mod afar;
pub mod bars;
pub mod change;
pub mod cli;
pub mod foresight;
pub mod healing;
pub mod jobs;
pub mod keeper;
pub mod kept;
pub mod leases;
pub mod nodes;
pub mod pace;
pub mod recording;
pub mod repairs;
pub mod reporting;
pub mod round;
pub mod schedule;
pub mod shared;
pub mod telling;

#[cfg(test)]
mod month_tests;
