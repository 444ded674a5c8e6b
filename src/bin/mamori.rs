//! The command line and the resident watcher.

use std::process::ExitCode;

fn main() -> ExitCode {
    mamori::cli::main(std::env::args_os().collect()).into()
}
