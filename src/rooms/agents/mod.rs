//! What coding agents do on this machine, read from their own logs.
//!
//! ```text
//! $ mamori agents collect
//! {"files":3,"bytes":81244,"refused":[]}
//! $ mamori agents figures --since 2026-11-20T00:00:00+09:00 --until 2026-11-21T00:00:00+09:00
//! {"agents":[{"agent":"claude-code","sessions":4,"work_s":18720,"wall_s":14220,"requests":812, …
//! ```
//! Hidden: a process of its own reads, so that the watcher's memory stays as
//! it is, and reports show the figures.

pub mod cli;
mod show;
