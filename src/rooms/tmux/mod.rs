//! Takes a tmux server into the state file, so that its bar is told.
//!
//! `mamori.tmux` calls it once when the plugin is loaded; people do not.

pub mod cli;
