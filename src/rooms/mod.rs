//! The features, one room each; a room uses no other room, but for those that
//! bring them together. They meet in `model` through the state file.

pub mod agents;
pub mod alerts;
pub mod config;
pub mod dash;
pub mod doctor;
pub mod export;
pub mod guard;
pub mod heal;
pub mod health;
pub mod history;
pub mod init;
pub mod layout;
pub mod logs;
pub mod pause;
pub mod predict;
pub mod recover;
pub mod report;
pub mod segment;
pub mod setup;
pub mod temp;
pub mod tmux;
pub mod watch;
pub mod widget;
