//! What an item of a menu runs: words of a command shown in a popup, asked
//! about there, or done quietly.

use std::time::Duration;

use crate::failure::{Exit, Failure};
use crate::model::text::{clean, cut};
use crate::sys::process::Ended;
use crate::sys::surroundings::Surroundings;
use crate::sys::tmux::Server;
use crate::sys::{output, popup};

/// How long what is done quietly may take.
const QUIETLY: Duration = Duration::from_secs(60);
/// How long a report may take.
const REPORT: Duration = Duration::from_secs(600);
/// Columns of a message.
const MESSAGE: usize = 120;

/// Runs a command in this popup, and waits for a key before the popup goes.
///
/// # Errors
/// When it cannot be started.
pub(super) fn show(words: &[String]) -> Result<Exit, Failure> {
    // What looks at machines takes seconds before it prints.
    output::print(&format!("mamori {}\n\n", words.join(" ")))?;
    let code = run(words)?;
    hold(code)
}

fn run(words: &[String]) -> Result<Option<i32>, Failure> {
    let status = popup::run(words)
        .map_err(|error| Failure::unable(format!("mamori could not be started: {error}")))?;
    Ok(status.code())
}

fn hold(code: Option<i32>) -> Result<Exit, Failure> {
    let ended = match code {
        Some(0) => String::new(),
        Some(code) => format!("exit {code}. "),
        None => "it was killed. ".to_owned(),
    };
    output::print(&format!("\n{ended}Any key closes this. "))?;
    let _ = popup::any_key();
    Ok(Exit::Fine)
}

/// Shows what a command prints page by page.
///
/// # Errors
/// When nobody reads any more.
pub(super) fn pages(words: &[String], around: &Surroundings) -> Result<Exit, Failure> {
    output::print(&format!("mamori {}…\n", words.join(" ")))?;
    let ended =
        popup::quietly(words, REPORT).map_err(|error| Failure::unable(error.to_string()))?;
    let text = String::from_utf8_lossy(&ended.stdout);
    let lines: String = text.lines().map(|line| clean(line) + "\n").collect();
    if ended.status.success() && popup::page(&lines, around) {
        return Ok(Exit::Fine);
    }
    output::print(&lines)?;
    output::complain(&String::from_utf8_lossy(&ended.stderr));
    hold(ended.status.code())
}

/// Shows what a command would do, and does it where a person says yes.
///
/// # Errors
/// When it cannot be started.
pub(super) fn ask(words: &[String]) -> Result<Exit, Failure> {
    let dry: Vec<String> = words
        .iter()
        .cloned()
        .chain(["--dry-run".to_owned()])
        .collect();
    let code = run(&dry)?;
    if !matches!(code, Some(0 | 1)) {
        return hold(code);
    }
    output::print("\ny does this now, any other key closes this. ")?;
    if popup::any_key() != Some(b'y') {
        return Ok(Exit::Fine);
    }
    output::print("\n\n")?;
    let code = run(words)?;
    hold(code)
}

/// Runs a command without a popup, and shows its word as a message to `client`.
///
/// # Errors
/// When there is no server around us.
pub(super) fn quietly(
    client: &str,
    words: &[String],
    around: &Surroundings,
) -> Result<Exit, Failure> {
    let limit = match words.first().map(String::as_str) {
        Some("report") => REPORT,
        _ => QUIETLY,
    };
    let said = match popup::quietly(words, limit) {
        Ok(ended) => message(&ended),
        Err(error) => error.to_string(),
    };
    if !said.is_empty() {
        let server = server(around)?;
        let _ = server.tell_client(client, &cut(&clean(&said), MESSAGE, "…"));
    }
    Ok(Exit::Fine)
}

/// The server that we run in.
///
/// # Errors
/// When there is none, or it is not ours.
pub(super) fn server(around: &Surroundings) -> Result<Server<'_>, Failure> {
    let socket = around
        .tmux_socket
        .as_deref()
        .ok_or_else(|| Failure::usage("this is for menus of tmux, and no tmux is around"))?;
    Server::at(socket, around).map_err(|error| Failure::unable(error.to_string()))
}

/// The line by which a command tells a person most: its complaint where it
/// failed, else the first that it printed.
fn message(ended: &Ended) -> String {
    let first = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.lines().next().unwrap_or_default().to_owned()
    };
    let complaint = first(&ended.stderr);
    match complaint.strip_prefix("error: ") {
        Some(complaint) => format!("mamori: {complaint}"),
        None => first(&ended.stdout),
    }
}
