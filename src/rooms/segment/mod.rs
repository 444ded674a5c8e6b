//! `mamori-status`: one status segment for those who have no watcher.
//!
//! ```text
//! set -g status-right '#(mamori-status --width 36) %H:%M'
//! ```
//! It reads the start of the state file and prints one line; it samples
//! nothing, asks nobody, and never fails.

pub mod cli;
pub mod facts;
pub mod summary;
