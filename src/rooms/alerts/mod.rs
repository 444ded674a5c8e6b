//! Who is told of what is wrong, how often, and over which channels.
//!
//! ```console
//! $ mamori alerts
//!   N  SINCE  STATE  TOLD              ALERT
//! ▲ 1  13s    open   desktop, command  laptop disk 35% (limit 30%)
//!
//! channels: desktop, ntfy (1 waiting), command
//!   ntfy: https://ntfy.invalid has no address; next try in 17s
//! ```
//!
//! An alert is told once to every channel whose `min_severity` it reaches,
//! again after an hour, four hours and every day (critical: after 15 minutes
//! already), and its end to those that were told of its beginning. What is
//! acknowledged, snoozed, paused, or explained by something else that is open
//! is quiet. What changes four times in half an hour becomes one alert about
//! that, with an hourly word, until half an hour of calm.
//! At most ten messages an hour go to a channel; the rest, and what came in
//! its quiet hours, comes as one digest. Nothing counts as told until it was
//! sent, and what waits stands in the state file.
//!
//! An Alertmanager is told what stands instead, again and again, and decides
//! itself who hears of it (`alertmanager.rs`).
//!
//! Raising alerts is the room `health`'s matter; sending them the watcher's.

mod agenda;
pub mod alertmanager;
mod causes;
pub mod cli;
pub mod decide;
mod flapping;
#[cfg(test)]
mod foretold_tests;
mod lines;
mod matters;
mod post;
pub mod quiet;
mod reminders;
pub mod routes;
pub mod send;
mod show;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod world;
