//! The desktop's own notifications. Text is an argument, never part of a script.

use std::ffi::OsString;

use super::{Counter, LIMIT};
use crate::model::alert::Severity;
use crate::model::message::{Delivery, Kind, Message};
use crate::model::text::clean;

/// What `notify-send` needs to find the desktop.
const DESKTOP: &[&str] = &[
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
];

pub(super) fn notify(message: &Message, counter: &Counter<'_>) -> Delivery {
    let title = clean(&message.title);
    let body: Vec<String> = message.body().lines().map(clean).collect();
    let body = body.join("\n");
    let (program, arguments) = if cfg!(target_os = "macos") {
        ("osascript", script(&title, &body))
    } else {
        ("notify-send", words(message, &title, &body))
    };
    let program = match counter.find(program) {
        Ok(program) => program,
        Err(missing) => return missing,
    };
    let set = |name: &&str| Some((OsString::from(name), std::env::var_os(name)?));
    let desktop: Vec<(OsString, OsString)> = DESKTOP.iter().filter_map(set).collect();
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    counter.run(&program, &arguments, &desktop, LIMIT)
}

fn words(message: &Message, title: &str, body: &str) -> Vec<String> {
    let urgency = match (message.kind, message.severity) {
        (Kind::Resolve | Kind::Info | Kind::Test, _) | (_, Severity::Info) => "low",
        (_, Severity::Critical) => "critical",
        (_, Severity::Warning) => "normal",
    };
    // The body is markup to many desktops.
    let body = body
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let urgency = format!("--urgency={urgency}");
    ["--app-name=mamori", &urgency, "--", title, &body]
        .map(ToOwned::to_owned)
        .to_vec()
}

/// The script is constant; what it shows are its arguments.
fn script(title: &str, body: &str) -> Vec<String> {
    let lines = [
        "on run argv",
        "display notification (item 2 of argv) with title (item 1 of argv)",
        "end run",
    ];
    let script = lines.iter().flat_map(|line| ["-e", line]);
    script.chain([title, body]).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_never_part_of_the_script() {
        let hostile = "\" & (do shell script \"touch x\") & \"";
        let words = script("title", hostile);
        assert_eq!(words[6..], ["title", hostile]);
        assert!(!words[..6].concat().contains("touch"));
    }
}
