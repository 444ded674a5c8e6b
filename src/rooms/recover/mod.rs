//! Brings back what died: sshd, tmux, the network, services.
//!
//! ```text
//! $ mamori recover
//! ● network  ready
//! ● sshd     back in 0.1s: 127.0.0.1:22: connection refused
//! ● tmux     ready
//! ```
//! `facts` looks, `service`, `tmux` and `network` plan (pure), `work` carries
//! out, `show` tells. The watcher does the same when something dies.

pub mod advice;
pub mod book;
pub mod cli;
pub mod elsewhere;
pub mod facts;
pub mod guarded;
pub mod lease;
pub mod network;
pub mod plan;
pub mod remote;
pub mod run;
pub mod servers;
pub mod service;
pub mod show;
pub mod target;
pub mod tmux;
pub mod work;
