//! `[[session]]`: how an expected tmux session is rebuilt.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Node;
use super::names;
use super::place::Host;
use super::reader::Section;
use super::scalar::Choice;
use super::words::alternatives;
use super::wrong::Wrong;
pub use crate::model::layout::role::Role;
pub use crate::model::layout::template::Template;

/// `[[session]]`: a tmux session and its windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name; unique on its host.
    pub name: String,
    /// The machine it is on.
    pub host: Host,
    /// Its windows in order; empty: one with a shell.
    pub windows: Vec<Window>,
}

/// `[[session.window]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its name; `None`: tmux names it after its command. A `#` in it is doubled
    /// before tmux sees it.
    pub name: Option<String>,
    /// Where its panes start; `None`: the home. As written when the session is
    /// on another machine, absolute otherwise.
    pub dir: Option<PathBuf>,
    /// How its panes are arranged; `None`: by their roles.
    pub layout: Option<WindowLayout>,
    /// Its panes in order; empty: one shell.
    pub panes: Vec<Pane>,
}

/// How the panes of a window are arranged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowLayout {
    /// One of our templates.
    Template(Template),
    /// A tmux layout string, of which only the characters were checked.
    Custom(String),
}

impl Choice for Template {
    const WORDS: &'static [(&'static str, Self)] = Self::WORDS;
}

/// A pane of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    /// What it is for, which is how much room it wants; `None`: the program in
    /// it tells, or its place.
    pub role: Option<Role>,
    /// What runs in it, an argv; `None`: the user's shell. As written when the
    /// session is on another machine, expanded otherwise.
    pub command: Option<Vec<String>>,
}

impl Choice for Role {
    const WORDS: &'static [(&'static str, Self)] = Self::WORDS;
}

/// Reads the `[[session]]`s, unique by name on each host.
pub(super) fn sessions(section: &mut Section<'_, '_>, nodes: &[Node]) -> Vec<Session> {
    let mut seen = BTreeSet::new();
    section.entries("session", |entry| {
        let host = entry.host(nodes);
        let name = entry.text("name", names::session);
        let name = entry.needed("name", name);
        if !name.is_empty() && !seen.insert((host.clone(), name.clone())) {
            let rule = format!(
                "a name that no other `[[session]]` on `{}` has",
                host.name()
            );
            entry.refuse("name", Wrong::must(rule));
        }
        let windows = entry.entries("window", |entry| window(entry, &host));
        Session {
            name,
            host,
            windows,
        }
    })
}

fn window(section: &mut Section<'_, '_>, host: &Host) -> Window {
    Window {
        name: section.text("name", names::title),
        dir: section.path("dir", host),
        layout: section.text("layout", layout),
        panes: section.entries("panes", |pane| Pane {
            role: pane.choice("role"),
            command: pane.argv("command", host),
        }),
    }
}

fn layout(text: &str) -> Result<WindowLayout, Wrong> {
    if let Some((_, template)) = Template::WORDS.iter().find(|(word, _)| *word == text) {
        return Ok(WindowLayout::Template(*template));
    }
    // `b25d,80x24,0,0{40x24,0,0,1,39x24,41,0,2}`
    let custom = text.split_once(',').is_some_and(|(sum, cells)| {
        sum.len() == 4
            && sum.bytes().all(|byte| byte.is_ascii_hexdigit())
            && cells.starts_with(|c: char| c.is_ascii_digit())
            && cells
                .chars()
                .all(|c| c.is_ascii_digit() || "x,[]{}".contains(c))
    });
    if custom {
        return Ok(WindowLayout::Custom(text.to_owned()));
    }
    let words = || Template::WORDS.iter().map(|(word, _)| *word);
    let mut known: Vec<String> = words().map(|word| format!("\"{word}\"")).collect();
    known.push("a tmux layout string".into());
    Err(Wrong::must(alternatives(&known)).suggest(text, words()))
}
