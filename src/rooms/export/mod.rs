//! What the state file knows, for Prometheus and all that reads its formats.
//!
//! ```console
//! $ mamori export openmetrics | grep disk_used
//! # HELP mamori_disk_used_ratio Share of the file system in use, as df counts.
//! # TYPE mamori_disk_used_ratio gauge
//! # UNIT mamori_disk_used_ratio ratio
//! mamori_disk_used_ratio{node="laptop",mountpoint="/"} 0.931
//! ```
//! Nothing is measured for it and nobody is asked: the state file is the only
//! source, and the watcher's lock its sign of life. Times are absolute, so
//! whoever stopped looking is seen by them. What is not known has no sample:
//! never a made-up 0.
//!
//! Labels are bounded: 1 000 nodes, 64 of everything else a node, 128
//! characters each. What was left out is counted.

pub mod cli;
#[cfg(feature = "metrics")]
mod facts;
#[cfg(feature = "metrics")]
mod family;
#[cfg(feature = "metrics")]
mod foreseen;
#[cfg(feature = "metrics")]
mod label;
#[cfg(feature = "metrics")]
mod nodes;
#[cfg(feature = "metrics")]
mod page;
#[cfg(feature = "metrics")]
mod place;
#[cfg(feature = "metrics")]
mod told;
