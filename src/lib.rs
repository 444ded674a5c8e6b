//! Mamori (守り, *guardian*) keeps the machines behind a person's tmux healthy.
//!
//! ```text
//! observe ──▶ judge ──▶ decide ──▶ act ──▶ record ──▶ show
//! ```
//! ARCHITECTURE.md tells the way of the data and what each room may touch.

pub mod cli;
pub mod config;
pub mod failure;
pub mod model;
pub mod remote;
pub mod rooms;
pub mod roster;
pub mod state;
pub mod sys;
pub mod ui;
