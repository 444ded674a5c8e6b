//! Keeps logs from filling the disk, and loses no byte of them.
//!
//! ```text
//! $ mamori heal logs
//! ● ~/.miyabi/logs/app.log  rotated: 104 MB, now 4.1 KB; app.log.20261128.gz, 6.2 MB
//! ```
//! The archives in their order, followed by the log, are byte for byte what
//! was written. `facts` looks, `decide` and `archives` decide (pure), `work`
//! carries out.

pub mod archives;
pub mod claims;
pub mod decide;
pub mod facts;
pub mod rename;
pub mod run;
pub mod work;

pub use run::look_after;
