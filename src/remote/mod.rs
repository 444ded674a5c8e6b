//! Machines reached by ssh: one long-lived `ssh … sh -s` a node, a probe that
//! only reads, and what their answers or their silence mean.
//!
//! Everything here but `fleet.rs`, `line.rs` with its handshake, and `shell.rs`
//! is pure: bytes and moments in, plain data out.

pub mod answer;
mod asking;
pub mod cause;
pub mod command;
pub mod deed;
mod facts;
pub mod fleet;
pub mod frame;
mod line;
mod macos;
mod pressure;
pub mod probe;
pub mod route;
mod shell;
pub mod slots;
mod space;
pub mod targets;
