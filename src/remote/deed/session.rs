//! A tmux session as lines of sh that build it on a node. Pure.
//!
//! Everything is addressed by the ids that tmux answers; what is only half
//! built is taken down again.

use std::fmt::Write as _;

use crate::model::blueprint::{Arrangement, Blueprint, Pane, SETTLING, Window, by_roles};
use crate::model::layout::Layout;
use crate::model::text::{clean, cut, quoted, tmux_argument, tmux_expanded};
use crate::remote::probe::{expanded, quote};

/// What builds the session, unless it is there.
pub(super) fn lines(session: &Blueprint) -> String {
    let exact = quote(&tmux_argument(&format!("={}", session.name)));
    let name = quote(&tmux_argument(&tmux_expanded(&session.name)));
    let bare = Window::default();
    let windows = if session.windows.is_empty() {
        std::slice::from_ref(&bare)
    } else {
        session.windows.as_slice()
    };
    let mut text = format!("mamori_has {exact} && return\nmamori_say acted=yes\n");
    for (number, window) in windows.iter().enumerate() {
        let words = window_words(window);
        // Writing to a string cannot fail.
        let _ = if number == 0 {
            writeln!(text, "mamori_session {name} {words} || return")
        } else {
            writeln!(text, "mamori_window {words} || return")
        };
        text += &panes(window, number + 1);
    }
    let _ = writeln!(text, "mamori_whole {}", SETTLING.as_secs_f64());
    let _ = writeln!(text, "mamori_has {exact} || mamori_say deed=gone");
    text
}

/// The name, the folder and what runs in the first pane.
fn window_words(window: &Window) -> String {
    let mut words = String::new();
    if let Some(name) = &window.name {
        let _ = write!(words, "-n {} ", quote(&tmux_argument(&tmux_expanded(name))));
    }
    words + &window.panes.first().map(pane_words).unwrap_or_default()
}

/// The folder of a pane and what runs in it. A single word would go through
/// the user's shell, so it goes through one of ours.
fn pane_words(pane: &Pane) -> String {
    let mut words = String::new();
    if let Some(dir) = &pane.dir {
        let dir = tmux_argument(&tmux_expanded(&dir.to_string_lossy()));
        let _ = write!(words, "-c {} ", expanded(&dir));
    }
    match pane.command.as_slice() {
        [] => {}
        [_] => words.push_str("-- sh -c 'exec \"$0\"' "),
        _ => words.push_str("-- "),
    }
    let command = pane
        .command
        .iter()
        .map(|word| expanded(&tmux_argument(word)));
    words + &command.collect::<Vec<_>>().join(" ")
}

/// Columns and rows of a session that nobody is attached to (tmux's own).
const DETACHED: (u32, u32) = (80, 24);
/// Columns of a command line that are shown.
const SHOWN: usize = 60;

/// The roles, the other panes and the layout of the window just made.
fn panes(window: &Window, place: usize) -> String {
    let mut text = String::new();
    for (number, pane) in window.panes.iter().enumerate() {
        if number > 0 {
            let _ = writeln!(text, "mamori_pane {} || return", pane_words(pane));
        }
        if let Some(program) = pane.command.first() {
            let words: Vec<String> = pane.command.iter().map(|word| quoted(word)).collect();
            let shown = quote(&cut(&clean(&words.join(" ")), SHOWN, "…"));
            let _ = writeln!(text, "mamori_made {place} {} {shown}", expanded(program));
        }
        if let Some(role) = &pane.role {
            let _ = writeln!(text, "mamori_role {}", quote(&tmux_argument(role)));
        }
    }
    if let Some(layout) = layout(window) {
        let _ = writeln!(text, "mamori_layout {}", quote(&layout.to_string()));
    }
    text
}

/// How its panes are arranged, in the size of a session that nobody is attached
/// to.
fn layout(window: &Window) -> Option<Layout> {
    let panes: Vec<&Pane> = window.panes.iter().collect();
    let custom = match &window.arrangement {
        Arrangement::Custom(text) => Layout::parse_for(text, panes.len()).ok(),
        Arrangement::ByRoles => None,
    };
    custom.or_else(|| by_roles(&panes, DETACHED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_reach_tmux_as_they_are() {
        let pane = |command: &[&str]| Pane {
            dir: Some("~/a;".into()),
            role: Some("logs".into()),
            command: command.iter().map(ToString::to_string).collect(),
            active: false,
        };
        let session = Blueprint {
            name: "t#(x);".into(),
            windows: vec![Window {
                name: Some("#S".into()),
                panes: vec![pane(&["echo", "hi;", "$HOME"]), pane(&["-top"])],
                ..Window::default()
            }],
        };
        assert_eq!(
            lines(&session),
            "mamori_has '=t#(x)\\;' && return\n\
             mamori_say acted=yes\n\
             mamori_session 't##(x)\\;' -n '##S' -c \"$HOME\"'/a\\;' -- 'echo' 'hi\\;' ''\"$HOME\"'' || return\n\
             mamori_made 1 'echo' 'echo '\\''hi;'\\'' '\\''$HOME'\\'''\n\
             mamori_role 'logs'\n\
             mamori_pane -c \"$HOME\"'/a\\;' -- sh -c 'exec \"$0\"' '-top' || return\n\
             mamori_made 1 '-top' '-top'\n\
             mamori_role 'logs'\n\
             mamori_layout 'f9b2,80x24,0,0[80x15,0,0,80x8,0,16]'\n\
             mamori_whole 0.1\n\
             mamori_has '=t#(x)\\;' || mamori_say deed=gone\n"
        );
    }
}
