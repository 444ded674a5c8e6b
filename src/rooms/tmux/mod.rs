//! What tmux asks of us: takes a server into the state file, so that its bar is
//! told, and opens menus and popups.
//!
//! `mamori.tmux` registers a server once when the plugin is loaded, and its keys
//! do the rest; people do not call this.

pub mod cli;
pub mod menus;
mod popup;
