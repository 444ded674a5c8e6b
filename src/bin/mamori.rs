//! The command line and the resident watcher.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    mamori::cli::main(&words).into()
}
