//! Arranges the panes of tmux windows, for tmux's hooks: `mamori layout` in a
//! program that starts at once.

use std::process::ExitCode;

fn main() -> ExitCode {
    mamori::rooms::layout::small::main(std::env::args_os().skip(1)).into()
}
