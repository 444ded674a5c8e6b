//! Keeps logs from filling the disk, and loses no byte of them.
//!
//! ```text
//! $ mamori heal logs
//! ● logs       1 log: 1 healed
//!              ~/.miyabi/logs/app.log
//!                rotated: 104 MB, now 7.2 KB; app.log.20261128.gz, 19 MB
//! ```
//! The archives in their order, followed by the log, are byte for byte what
//! was written. `facts` looks, `decide` and `archives` decide (pure), `work`
//! cuts, `rename` is the other way.

pub mod archives;
pub mod claims;
pub mod decide;
pub mod facts;
pub mod rename;
pub mod run;
pub mod work;

pub use run::look_after;
