//! What the environment says of the terminal.

use std::env;
use std::io;

use rustix::termios::isatty;

use crate::sys::surroundings::on_android;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colours {
    /// None, or none wanted.
    None,
    /// The palette that the user chose.
    #[default]
    Sixteen,
    /// The fixed ones of xterm.
    Many,
    /// All.
    All,
}

/// What is known of a terminal before it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Why nothing can be drawn on it; `None` where it can.
    pub unfit: Option<&'static str>,
    /// Whether it is told text as UTF-8.
    pub utf8: bool,
    /// Its colours: those of the user's palette, unless they are not wanted.
    pub colours: Colours,
}

/// What the environment says of our terminal.
#[must_use]
pub fn about() -> About {
    let set = |name: &str| {
        let value = env::var(name).unwrap_or_default();
        Some(value).filter(|value| !value.is_empty())
    };
    let term = set("TERM").unwrap_or_default();
    let unfit = if !isatty(io::stdout()) {
        Some("stdout is no terminal")
    } else if !isatty(io::stdin()) {
        Some("stdin is no terminal")
    } else if term.is_empty() {
        Some("`TERM` is not set")
    } else if matches!(term.as_str(), "dumb" | "unknown") {
        Some("`TERM` names a terminal that only prints lines")
    } else {
        None
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let says = |locale: String| {
        locale
            .to_ascii_lowercase()
            .replace('-', "")
            .contains("utf8")
    };
    About {
        unfit,
        // Android knows no other.
        utf8: locale.map_or_else(on_android, says),
        colours: if set("NO_COLOR").is_some() || term.ends_with("-mono") || term.starts_with("vt") {
            Colours::None
        } else {
            Colours::Sixteen
        },
    }
}
