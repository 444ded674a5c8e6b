//! One status segment, for tmux's `#(mamori-status)`: always one line, always exit 0.

use std::io::Write as _;

fn main() {
    let arguments = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned());
    let line = mamori::rooms::segment::cli::line(arguments);
    // Nobody reads a status segment's error.
    let _ = std::io::stdout().write_all((line + "\n").as_bytes());
}
