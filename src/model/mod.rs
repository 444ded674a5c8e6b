//! The nouns: plain data and total functions on it, no I/O, no clock.

pub mod alert;
pub mod battery;
pub mod blueprint;
pub mod desk;
pub mod home;
pub mod incident;
pub mod layout;
pub mod message;
pub mod moment;
pub mod mount;
pub mod node;
pub mod owner;
pub mod picture;
pub mod proc;
pub mod proc_net;
pub mod process;
pub mod reading;
pub mod segment;
pub mod state;
pub mod tally;
pub mod text;
pub mod time;
pub mod tmux_version;
pub mod uptime;
pub mod vm_stat;
pub mod whose;
