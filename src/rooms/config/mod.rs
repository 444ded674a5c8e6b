//! `mamori config`: shows, checks and names the configuration.
//!
//! ```text
//! $ mamori config check
//! `~/.config/mamori/config.toml`: fine (3 nodes, 1 service)
//! $ mamori config show | head -3
//! timezone = "Asia/Tokyo"  # ~/.config/mamori/config.toml:1
//!
//! [watch]
//! ```
//! It never writes the file, and never shows what may hold a secret.

pub mod cli;
