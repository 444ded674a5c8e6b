//! The program that opens files for a person: Termux's, macOS's, the desktop's.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use std::os::unix::process::CommandExt as _;

use super::surroundings::Surroundings;
use super::{clock, programs};

/// One that fails does so at once; one that goes on opens.
const PATIENCE: Duration = Duration::from_secs(3);
const STEP: Duration = Duration::from_millis(20);

/// Has `file` opened; what opens it outlives us.
///
/// # Errors
/// Why it could not be, in words.
pub fn open(file: &Path, around: &Surroundings) -> Result<(), String> {
    let name = if around.prefix.is_some() {
        "termux-open"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let program = programs::find(name, around).ok_or(format!("`{name}` is not installed"))?;
    let mut command = Command::new(program);
    command
        .arg(file)
        .env_clear()
        .envs(around.environment.iter().cloned())
        .envs(around.session_environment.iter().cloned())
        .env("PATH", &around.path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let begun = clock::elapsed();
    while clock::elapsed().saturating_sub(begun) < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("`{name}` ended with {status}")),
            Ok(None) => clock::rest(STEP),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}
