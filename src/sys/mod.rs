//! The one place with effects: clocks, files, processes, sockets, tmux.
//!
//! Nothing else in the library may call the functions that `.clippy.toml`
//! lists. What comes back is plain data; what is decided with it is decided
//! elsewhere.
#![expect(clippy::disallowed_methods, reason = "the one place with effects")]

pub mod agents;
pub mod bell;
pub mod beside;
pub mod channel;
pub mod cleaning;
pub mod clock;
pub mod config_file;
pub mod courier;
mod database;
pub mod deaths;
pub mod editing;
mod ending;
pub mod error_log;
pub mod file_events;
pub mod files;
pub mod flock;
pub mod footprint;
pub mod gh;
pub mod git;
pub mod growth;
pub mod guarded;
pub mod history;
pub mod host;
pub mod hub;
mod inotify;
mod kqueue;
pub mod layouts;
pub mod metrics;
pub mod notify;
pub mod open_files;
pub mod opener;
pub mod output;
pub mod owner;
pub mod pid_file;
mod pidfd;
pub mod poke;
pub mod poll;
pub mod popup;
pub mod pressure;
pub mod process;
pub mod processes;
pub mod programs;
mod ran;
pub mod rotation;
pub mod screen;
#[cfg(feature = "metrics")]
pub mod served;
pub mod setup;
pub mod signals;
pub mod ssh_tools;
pub mod start;
pub mod status_bar;
pub mod surroundings;
pub mod termux_api;
pub mod tmux;
pub mod vault;
pub mod way;
