//! Heals everything once: processes, configurations, logs, temporary files.
//!
//! ```text
//! $ mamori heal
//! ● processes  2 of 2 ready
//! ● config     2 guarded files are as they should be
//! ● logs       1 of 3 logs rotated
//!              ~/.miyabi/logs/app.log
//!              rotated: 104 MB, now 4.1 KB; app.log.20261128.gz, 6.2 MB
//! ● temp       nothing is old enough to go
//! ```
//! The work is done in `recover`, `guard`, `logs` and `temp`; this room asks
//! them in turn, shows what came of it and writes it down.

mod book;
pub mod cli;
pub mod show;
