//! What is missing or wrong, and the command that mends it.
//!
//! ```text
//! $ mamori doctor
//! warn   watch           no watcher runs
//!                        the status line turns stale and nothing is noticed
//!                        mend: mamori watch
//! 1 problem (0 faults, 1 warning), 8 checks fine, 1 note; `mamori doctor -v` shows all
//! ```
//! It reads only: nothing is written, fetched or repaired, and no node is
//! connected to. (A hub is: it is asked to take a word that it forgets at once.)

pub mod cli;
pub mod decide;
pub mod facts;
pub mod hub;
mod setup;
pub mod setup_facts;
pub mod show;
mod ssh;
pub mod ssh_facts;
mod termux;
pub mod termux_facts;
mod tmux;
