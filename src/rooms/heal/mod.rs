//! Heals everything once: processes, configurations, logs, temporary files.
//!
//! ```text
//! $ mamori heal
//! ● processes  2 of 2 ready
//! ● config     2 guarded files are fine
//! ● logs       3 logs: 1 healed
//!              ~/.miyabi/logs/app.log
//!                rotated: 104 MB, now 7.2 KB; app.log.20261128.gz, 19 MB
//! ● temp       3 patterns are fine
//! ```
//! The work is done in `recover`, `guard`, `logs` and `temp`; this room asks
//! them in turn, shows what came of it and writes it down.

mod book;
pub mod cli;
pub mod show;
