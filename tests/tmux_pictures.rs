//! Pictures of real tmux servers, and sessions brought back from them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use mamori::model::blueprint::{Blueprint, Pane, Window};
use mamori::model::home::Home;
use mamori::model::time::Timestamp;
use mamori::sys::tmux::{Server, pictures};

use crate::harness::Bench;
use crate::harness::blueprints::{built, done, pane, session, window};
use crate::harness::tmux::Tmux;

#[test]
fn a_picture_brings_back_what_a_server_took_with_it_with_shells_only() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let home = Home::of(&around.mamori_home);
    let tmux = Tmux::default(&bench);
    let strange = bench.home().join("new\nline\ttab \u{1f} #{pid} 守り\"'");
    fs::create_dir(&strange).unwrap();
    let at = |command: &[&str], role: Option<&str>| Pane {
        dir: Some(strange.clone()),
        role: role.map(Into::into),
        ..pane(command)
    };
    let plan = [
        session(
            "a # 守り",
            vec![
                window(
                    "w#{pid}",
                    vec![
                        at(&["sleep", "600"], Some("logs")),
                        at(&[], None),
                        at(&[], None),
                    ],
                ),
                Window {
                    active: true,
                    ..window("back\\slash", vec![at(&[], Some("editor"))])
                },
            ],
        ),
        Blueprint::bare("kept"),
        Blueprint::bare("closed"),
    ];
    assert_eq!(built(&tmux, &plan, &around), done(3));
    let take = |now| {
        let picture = Server::at(&tmux.socket(), &around)
            .unwrap()
            .picture()
            .unwrap();
        pictures::keep(&home, picture, Timestamp(now)).unwrap()
    };
    take(1);
    tmux.run(&["kill-session", "-t", "=closed"]);
    let first = take(2);
    let file = pictures::file(&home, &tmux.socket());
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("sleep"), "no arguments: {text}");
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(take(3), first);
    assert_eq!(
        fs::metadata(&file).unwrap().modified().unwrap(),
        written,
        "nothing new, nothing written"
    );
    let layouts = |tmux: &Tmux| {
        let format = "#{session_name}|#{window_name}|#{window_active}#{pane_active}|#{@mamori-role}|\
            #{pane_width}x#{pane_height}+#{pane_left}+#{pane_top}|#{pane_current_path}";
        tmux.run(&["list-panes", "-s", "-t", "=a # 守り", "-F", format])
    };
    let before = layouts(&tmux);
    assert!(before.contains("back\\slash"), "{before}");
    tmux.run(&["kill-server"]);
    // A new server, in which one of them is back by itself.
    assert_eq!(built(&tmux, &[Blueprint::bare("kept")], &around), done(1));
    let second = take(10);
    assert_eq!(second.lost.len(), 1);
    let there = Server::at(&tmux.socket(), &around)
        .unwrap()
        .sessions()
        .unwrap();
    let offered = pictures::read(&home, &tmux.socket())
        .unwrap()
        .missing(&there);
    assert_eq!(built(&tmux, &offered, &around), done(1));
    assert_eq!(layouts(&tmux), before);
    let commands = tmux.run(&["list-panes", "-a", "-F", "#{pane_start_command}|"]);
    assert!(commands.lines().all(|line| line == "|"), "{commands}");
    assert_eq!(take(11).lost, []);
}

#[test]
fn a_file_that_is_no_picture_is_no_picture() {
    let bench = Bench::quiet();
    let home = Home::of(&bench.surroundings().mamori_home);
    let socket = PathBuf::from("/tmp/x/default");
    let file = pictures::file(&home, &socket);
    fs::create_dir_all(home.pictures()).unwrap();
    for text in ["", "{", "null", "{\"schema\":2}", "\u{0}\u{0}"] {
        fs::write(&file, text).unwrap();
        assert_eq!(pictures::read(&home, &socket), None);
    }
    assert_ne!(
        file,
        pictures::file(&home, &PathBuf::from("/tmp/y/default"))
    );
}
