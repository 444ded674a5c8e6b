//! What is remembered over months, for other programs to read.
//!
//! ```text
//! $ mamori history export --since 1d --node mugen | head -2
//! time,node,state,problems,disk_mount,disk_used_percent,…
//! 2026-11-27T06:00:00Z,mugen,ok,0,/,81.3,…
//! ```
//! A table is a moment's view, however long it takes to read; columns keep
//! their names and order, new ones come last. A reading that there was not is
//! an empty cell, or `null`.

pub mod cli;
pub mod show;
