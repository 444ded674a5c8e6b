//! The hook by which a server tells that a session was closed.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::{Bench, MAMORI, mode, until};

fn touched(bench: &Bench) -> Option<SystemTime> {
    fs::metadata(bench.own("poke")).ok()?.modified().ok()
}

fn hooks(tmux: &Tmux) -> Vec<String> {
    let hooks = tmux.run(&["show-hooks", "-g"]);
    let closed = hooks
        .lines()
        .filter(|line| line.starts_with("session-closed"));
    closed.map(ToOwned::to_owned).collect()
}

#[test]
fn a_closed_session_is_told_at_once_and_the_users_own_hooks_run_as_well() {
    let bench = Bench::quiet();
    let mine = bench.home().join("mine");
    let conf = format!(
        "set-hook -g session-closed 'run-shell -b \"touch {}\"'\nset-hook -g session-closed[7] 'display-message x'\n",
        mine.display()
    );
    let tmux = Tmux::start(&bench, "t", &conf);
    let before = hooks(&tmux);
    for _ in 0..2 {
        tmux.load(&path_with_binaries());
        let after = hooks(&tmux);
        assert_eq!(after.len(), before.len() + 1, "{after:?}");
        assert!(before.iter().all(|hook| after.contains(hook)));
    }
    assert_eq!(touched(&bench), None);
    for name in ["one", "two; touch HERE #(touch HERE)"] {
        let before = touched(&bench);
        tmux.run(&[
            "new-session",
            "-d",
            "-s",
            &name.replace('#', "##"),
            "sleep 600",
        ]);
        tmux.run(&["kill-session", "-t", &format!("={name}")]);
        until("the watcher to be poked", || touched(&bench) != before);
    }
    until("the user's own hook", || mine.exists());
    let ended = touched(&bench);
    tmux.run(&["new-session", "-d", "-s", "three", "true"]);
    until("one that ends by itself", || touched(&bench) != ended);
    assert!(!bench.home().join("HERE").exists() && !Path::new("HERE").exists());
}

#[test]
fn a_program_in_a_strange_folder_is_called_and_nothing_in_its_path_is_run() {
    let bench = Bench::quiet();
    let folder = bench
        .home()
        .join("a b'c\"d $HOME \\ #(touch HERE) #{pid} % ; 守り");
    fs::create_dir(&folder).unwrap();
    mode(&folder, 0o755);
    std::os::unix::fs::symlink(MAMORI, folder.join("mamori")).unwrap();
    let tmux = Tmux::start(&bench, "t", "");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    tmux.load(&path);
    assert_eq!(
        hooks(&tmux)
            .iter()
            .filter(|hook| hook.contains("tmux closed"))
            .count(),
        1
    );
    tmux.run(&["new-session", "-d", "-s", "x", "sleep 600"]);
    tmux.run(&["kill-session", "-t", "x"]);
    until("the watcher to be poked", || touched(&bench).is_some());
    assert!(!bench.home().join("HERE").exists() && !Path::new("HERE").exists());
    // A program that was removed since disturbs nobody.
    fs::remove_dir_all(&folder).unwrap();
    let _client = tmux.attach(100);
    tmux.run(&["new-session", "-d", "-s", "y", "sleep 600"]);
    tmux.run(&["kill-session", "-t", "y"]);
    let mode = tmux.run(&["display-message", "-p", "-t", "main", "#{pane_in_mode}"]);
    assert_eq!(mode, "0");
    let said = tmux.run(&["show-messages"]);
    assert!(!said.contains("returned"), "{said}");
}
