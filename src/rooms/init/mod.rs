//! Shells: completions, short names and a part for the prompt.
//!
//! What `mamori init SHELL` prints is the file in `shell/`, byte for byte, so
//! that sourcing the file, which starts no process, is the same. Those files
//! ask `mamori complete` what may come next.

pub mod cli;
mod names;
