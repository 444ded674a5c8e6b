//! Sessions to build, and building them.

use std::fs;

use mamori::model::blueprint::{Blueprint, Pane, Window};
use mamori::sys::surroundings::Surroundings;
use mamori::sys::tmux::build::build;
use mamori::sys::tmux::built::Note;

use super::tmux::Tmux;
use super::{Bench, mode};

/// A program that writes its words, each on a line of its own, and stays.
pub fn words(bench: &Bench) -> String {
    let program = bench.home().join("words");
    fs::write(
        &program,
        "#!/bin/sh\nfor word; do printf '<%s>\\n' \"$word\"; done >\"$1.part\"\n\
        mv \"$1.part\" \"$1\"\nexec sleep 600\n",
    )
    .unwrap();
    mode(&program, 0o755);
    program.to_str().unwrap().to_owned()
}

pub fn pane(command: &[&str]) -> Pane {
    Pane {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        ..Pane::default()
    }
}

pub fn window(name: &str, panes: Vec<Pane>) -> Window {
    Window {
        name: Some(name.to_owned()),
        panes,
        ..Window::default()
    }
}

pub fn session(name: &str, windows: Vec<Window>) -> Blueprint {
    Blueprint {
        name: name.to_owned(),
        windows,
    }
}

/// Builds what must be built whole, and gives what is not as it was to be.
pub fn built(tmux: &Tmux, sessions: &[Blueprint], around: &Surroundings) -> Vec<Vec<Note>> {
    let all = build(&tmux.socket(), sessions, around).into_iter();
    let all = all.map(|one| {
        one.result
            .unwrap_or_else(|error| panic!("{}: {error}", one.name))
    });
    all.inspect(|outcome| assert!(outcome.created))
        .map(|outcome| outcome.notes)
        .collect()
}

pub fn done(sessions: usize) -> Vec<Vec<Note>> {
    vec![Vec::new(); sessions]
}
