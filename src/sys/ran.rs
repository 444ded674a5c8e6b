//! What came of a program that was run.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed, at most 1 MiB.
    pub stdout: Vec<u8>,
    /// What it complained, at most 1 MiB.
    pub stderr: Vec<u8>,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be started.
    #[error("could not start `{0}`: {1}")]
    Start(String, io::Error),
    /// It was still running at its time limit and was killed.
    #[error("`{0}` gave no answer in {span}", span = rounded(*.1))]
    TimedOut(String, Duration),
    /// Nobody wanted more of what it printed, and it was killed.
    #[error("`{0}` printed too much")]
    TooMuch(String),
}

/// A span for people: `10s`, `300ms`.
fn rounded(span: Duration) -> String {
    let milliseconds = span.as_millis();
    if milliseconds < 1000 {
        format!("{milliseconds}ms")
    } else {
        format!("{}s", (milliseconds + 500) / 1000)
    }
}
