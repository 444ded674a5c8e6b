//! What people and programs read: results on stdout, diagnostics on stderr.
//! Styles are dropped where no terminal shows them or `NO_COLOR` is set.

use std::io::{self, Write as _};

use crate::failure::{Exit, Failure};
use crate::model::text::clean;

/// Prints a result.
///
/// # Errors
/// [`closed`] when nobody reads any more, which ends a command quietly with
/// exit 0; exit 3 when it cannot be written for another reason.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(closed()),
        Err(error) => Err(Failure::unable(format!(
            "could not write to stdout: {error}"
        ))),
    }
}

/// Prints a file's content: byte for byte, but on a terminal line by line and
/// made harmless.
///
/// # Errors
/// As [`print()`].
pub fn print_content(bytes: &[u8]) -> Result<(), Failure> {
    if rustix::termios::isatty(io::stdout()) {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().map(|line| clean(line) + "\n");
        return print(&lines.collect::<String>());
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(closed()),
        Err(error) => Err(Failure::unable(format!(
            "could not write to stdout: {error}"
        ))),
    }
}

/// Prints a diagnostic, whatever it quotes made harmless line by line. One
/// that nobody can read is lost.
pub fn complain(text: &str) {
    let lines = text.lines().map(|line| clean(line) + "\n");
    let _ = io::stderr()
        .lock()
        .write_all(lines.collect::<String>().as_bytes());
}

/// Says on a terminal what takes so long; the next one takes its place, and an
/// empty one wipes it away. Without a terminal nothing is said.
pub fn progress(text: &str) {
    let mut stderr = io::stderr().lock();
    if rustix::termios::isatty(io::stderr()) {
        let _ = write!(stderr, "\r\x1b[K{}", clean(text));
        let _ = stderr.flush();
    }
}

/// Whether a person types into stdin.
#[must_use]
pub fn stdin_is_terminal() -> bool {
    rustix::termios::isatty(io::stdin())
}

/// Asks the person at the terminal; anything but `y` or `yes` is a no.
///
/// # Errors
/// As [`print()`].
pub fn agrees(question: &str) -> Result<bool, Failure> {
    print(&format!("{question} [y/N] "))?;
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    let answer = answer.trim().to_ascii_lowercase();
    Ok(read.is_ok() && matches!(answer.as_str(), "y" | "yes"))
}

/// The reader of our output went away: no failure.
#[must_use]
pub fn closed() -> Failure {
    Failure {
        exit: Exit::Fine,
        what: String::new(),
        hint: None,
        further: Vec::new(),
    }
}

/// Columns of the terminal on stdout; 80 where there is none.
#[must_use]
pub fn columns() -> usize {
    rustix::termios::tcgetwinsize(io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|&columns| columns > 0)
        .unwrap_or(80)
}
