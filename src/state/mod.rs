//! The shared state file: what all tools know, and how they tell each other.
//!
//! Readers never lock. Writers take `state.lock`, read, change, and put the
//! new file in the place of the old one in one step. What a newer version
//! added survives in every object; a file of a newer *schema* is never
//! overwritten.

pub mod carry;
pub mod file;
pub mod store;
