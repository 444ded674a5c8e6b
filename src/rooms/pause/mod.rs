//! Leaves a node alone for a while.
//!
//! ```text
//! $ mamori pause mugen --for 2h --reason "new disk"
//! mugen is paused until 16:05
//! $ mamori resume mugen
//! mugen is watched again
//! ```
//! A paused node counts neither as fine nor as a problem.

pub mod cli;
pub mod hold;
