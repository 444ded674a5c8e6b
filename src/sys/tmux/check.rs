//! Whether tmux can read a configuration: asked of a server of our own, which
//! reads nothing else, runs nothing of it, and ends.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use tmux_interface::{DisplayMessage, SourceFile, StartServer, Tmux};

use super::TmuxError;
use super::socket::{is_server, servers};
use crate::model::process::Identity;
use crate::sys::surroundings::Surroundings;
use crate::sys::{guarded, process, processes, programs, start};

/// How long the server has to end.
const ENDS_WITHIN: Duration = Duration::from_secs(1);

/// What tmux complains about the configuration at `file`; `None`: nothing.
///
/// # Errors
/// When there is no tmux, or it gives no answer.
pub fn complaint(
    file: &Path,
    around: &Surroundings,
    limit: Duration,
) -> Result<Option<String>, TmuxError> {
    let program = programs::find("tmux", around).ok_or(TmuxError::Missing)?;
    let refused = |error: std::io::Error| TmuxError::Refused(error.to_string());
    let folder = guarded::private_temporary(around).map_err(refused)?;
    // tmux takes a path for a pattern: its own may hold anything.
    let link = folder.path().join("conf");
    symlink(file, &link).map_err(refused)?;
    let socket = folder.path().join("s");
    let name = socket.to_string_lossy().into_owned();
    let path = link.to_string_lossy().into_owned();
    let whole = Tmux::new()
        .force_utf8()
        .socket_path(name)
        .file("/dev/null")
        .add_command(StartServer::new().build())
        .add_command(DisplayMessage::new().print().message("#{pid}").build())
        .add_command(SourceFile::new().not_exclude().path(path.clone()).build())
        .build();
    let arguments: Vec<OsString> = whole
        .to_vec()
        .iter()
        .skip(1)
        .map(|word| OsString::from(word.as_ref()))
        .collect();
    let ended = process::run(&program, &arguments, &around.environment, limit);
    let told = ended.as_ref().ok().and_then(|ended| {
        let text = String::from_utf8_lossy(&ended.stdout);
        processes::identity(text.lines().next()?.trim().parse().ok()?)
    });
    end(told, &socket, around);
    let ended = ended?;
    // What is wrong in a file is printed after what was asked for.
    let (stderr, stdout) = (
        String::from_utf8_lossy(&ended.stderr),
        String::from_utf8_lossy(&ended.stdout),
    );
    let printed = stdout.split_once('\n').map(|(_, rest)| rest);
    let mut said = [stderr.trim(), printed.unwrap_or_default().trim()].into_iter();
    let said = said.find(|said| !said.is_empty()).unwrap_or_default();
    let said = said.replace(&format!("{path}:"), "line ");
    match ended.status.code() {
        Some(0) => Ok(None),
        Some(_) if !super::no_server(&said) => Ok(Some(said)),
        _ => Err(TmuxError::Refused(said)),
    }
}

/// Ends the server, unless it has ended by itself: `told` is the process it
/// said it is, which may be somebody else's by now.
fn end(told: Option<Identity>, socket: &Path, around: &Surroundings) {
    let name = socket.to_string_lossy();
    let ours = |identity: &Identity| {
        processes::of(identity.pid).is_some_and(|facts| {
            facts.identity == *identity
                && is_server(&facts)
                && facts.arguments.iter().any(|word| *word == name)
        })
    };
    let mut all = servers(socket, around);
    all.extend(told.filter(ours));
    for server in all {
        for signal in [Signal::TERM, Signal::KILL] {
            let sent = processes::signal(&server, signal);
            if sent.is_err() || start::until_gone(&server, ENDS_WITHIN) {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_configuration_is_read_and_nothing_of_it_is_run() {
        let home = tempfile::tempdir().unwrap();
        let around = Surroundings::read(None).unwrap();
        let asked = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs::write(&path, text).unwrap();
            complaint(&path, &around, Duration::from_secs(20)).unwrap()
        };
        let ran = home.path().join("ran");
        let runs = format!(
            "run-shell 'touch {0}'\n%if '#(touch {0})'\nset -g status on\n%endif\n",
            ran.display()
        );
        assert_eq!(asked("a", &runs), None);
        assert_eq!(asked("*?[x] #{q} '\"; 守り\n", "set -g status on\n"), None);
        let broken = "set -g status on\nbind x {\n";
        let said = asked("b", broken).unwrap();
        assert!(said.starts_with("line 3: syntax error"), "{said}");
        let said = asked("-x", "set\nno-such-command\n").unwrap();
        assert!(said.starts_with("line "), "{said}");
        assert!(!ran.exists());
    }
}
