//! The nouns: plain data and total functions on it, no I/O, no clock.

pub mod alert;
pub mod home;
pub mod node;
pub mod reading;
pub mod segment;
pub mod state;
pub mod text;
pub mod time;
