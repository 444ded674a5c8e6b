//! The nouns: plain data and total functions on it, no I/O, no clock.

pub mod alert;
pub mod battery;
pub mod desk;
pub mod home;
pub mod message;
pub mod moment;
pub mod mount;
pub mod node;
pub mod proc;
pub mod reading;
pub mod segment;
pub mod state;
pub mod text;
pub mod time;
pub mod uptime;
pub mod vm_stat;
