//! The segment in real status lines: told by the watcher, stale by itself.

use std::fs;
use std::os::unix::fs::chown;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::Signal;

use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::{Bench, Mounted, QUIET, Running, may_mount, root, until};

const CONF: &str = "set -g status-right '#{mamori}'\nset -g status-interval 1\nset -g status-left ''\n\
    set -g window-status-current-format ''\nset -g status-right-length 80\n";

fn now() -> i64 {
    i64::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs(),
    )
    .unwrap()
}

fn until_of(tmux: &Tmux) -> i64 {
    tmux.hidden("MAMORI_UNTIL").unwrap().parse().unwrap()
}

#[test]
fn the_watcher_tells_every_registered_bar_and_a_killed_one_turns_stale_by_itself() {
    let bench = Bench::quiet();
    let (one, two) = (
        Tmux::start(&bench, "one", CONF),
        Tmux::start(&bench, "two", CONF),
    );
    one.load(&path_with_binaries());
    two.load(&path_with_binaries());
    assert_eq!(one.bar(), "◌ mamori?", "nobody measured anything yet");
    let watcher = bench.watch();
    for tmux in [&one, &two] {
        until("the segment", || tmux.bar() == "● 1/1");
        assert_eq!(tmux.hidden("MAMORI_ALERTS").as_deref(), Some("0"));
        assert!((now() + 100..=now() + 150).contains(&until_of(tmux)));
    }
    let client = one.attach(100);
    until("the attached client's bar", || {
        client.status_line().ends_with("● 1/1")
    });
    // Values live in hidden variables: no pane inherits them.
    assert!(
        !one.run(&["show-environment", "-g"])
            .contains("MAMORI_STATUS")
    );
    drop(watcher); // SIGKILL
    assert!(
        until_of(&one) <= now() + 150,
        "a dead watcher is believed for 150 s at most"
    );
    // The same format, once that time is over:
    one.run(&[
        "set-environment",
        "-gh",
        "MAMORI_UNTIL",
        &(now() - 1).to_string(),
    ]);
    until("the bar to turn stale by itself", || {
        client.status_line().ends_with("◌ mamori?")
    });
}

#[test]
fn a_narrow_client_shows_the_short_form() {
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 1"));
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    bench.mamori(&["health"]);
    let client = tmux.attach(50);
    until("the short form", || {
        client.status_line().trim_start().starts_with("▲ 0/1")
    });
    let shown = client.status_line();
    assert!(shown.trim().chars().count() <= 12, "{shown:?}");
}

#[test]
fn a_watcher_that_is_stopped_says_goodbye() {
    let bench = Bench::quiet();
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    let watcher = bench.watch();
    until("the segment", || tmux.bar() == "● 1/1");
    watcher.signal(Signal::TERM);
    assert_eq!(watcher.code(), Some(0));
    assert_eq!(tmux.bar(), "◌ mamori?");
}

#[test]
fn health_pause_and_resume_are_seen_at_once_without_a_watcher() {
    let bench = Bench::quiet();
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    bench.mamori(&["health"]);
    assert_eq!(tmux.bar(), "● 1/1");
    bench.mamori(&["pause", "local"]);
    assert_eq!(tmux.bar(), "● 0/0");
    bench.mamori(&["resume", "local"]);
    assert_eq!(tmux.bar(), "● 1/1");
    bench.configure(QUIET.replace("disk_used_max = 100", "disk_used_max = 1"));
    bench.mamori(&["health"]);
    let bar = tmux.hidden("MAMORI_STATUS").unwrap();
    assert!(
        bar.starts_with("#[push-default]#[fg=black,bg=yellow]▲ 0/1 "),
        "{bar}"
    );
    assert!(bar.ends_with("%#[default]#[pop-default]"), "{bar}");
}

#[test]
fn a_filling_disk_turns_the_bar_with_the_watchers_next_round() {
    if !may_mount() {
        return;
    }
    let quick = "[watch]\nhealth_every = \"10s\"\n";
    let bench = Bench::with(format!(
        "{quick}{}",
        QUIET.replace("disk_used_max = 100", "disk_used_max = 90")
    ));
    let disk = Mounted::small(&bench.home().join("small"), "1m");
    let tmux = Tmux::start(&bench, "t", CONF);
    tmux.load(&path_with_binaries());
    let watcher = Running(
        disk.command(&bench, crate::harness::MAMORI)
            .arg("watch")
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    until("the first sample", || tmux.bar() != "◌ mamori?");
    let small = || format!("% {}/small (limit", bench.home().display());
    assert!(!bench.state().to_string().contains(&small()));
    fs::write(disk.path("filling"), vec![1; 1_000_000]).unwrap();
    until("the bar to show the disk", || tmux.bar().contains("▲ 0/1"));
    until("the state file to name the disk", || {
        bench.state().to_string().contains(&small())
    });
    watcher.signal(Signal::TERM);
}

#[test]
fn a_server_that_goes_away_and_comes_back_is_told_again() {
    let bench = Bench::with(format!("[watch]\nhealth_every = \"10s\"\n{QUIET}"));
    let first = Tmux::start(&bench, "t", CONF);
    first.load(&path_with_binaries());
    let watcher = bench.watch();
    until("the segment", || first.bar() == "● 1/1");
    let pid = bench.state()["tmux_servers"][0]["pid"].clone();
    first.run(&["kill-server"]);
    // Its conf loads the plugin, so the new server registers itself.
    until("the socket to be free", || {
        first
            .command(&["list-sessions"])
            .output()
            .is_ok_and(|out| !out.status.success())
    });
    let second = Tmux::start(&bench, "t", CONF);
    second.load(&path_with_binaries());
    until("the segment in the new server", || second.bar() == "● 1/1");
    let told = until_of(&second);
    until("the next round to tell it", || until_of(&second) > told);
    let servers = bench.state()["tmux_servers"].as_array().unwrap().clone();
    assert_eq!(servers.len(), 1);
    assert_ne!(servers[0]["pid"], pid);
    watcher.signal(Signal::TERM);
    assert_eq!(watcher.code(), Some(0));
}

#[test]
fn another_users_server_is_never_spoken_to() {
    if !root("giving a socket to another user") {
        return;
    }
    let bench = Bench::quiet();
    let tmux = Tmux::start(&bench, "t", CONF);
    chown(tmux.socket(), Some(65_534), None).unwrap();
    tmux.load(&path_with_binaries());
    assert!(!bench.own("state.json").exists(), "it was registered");
    assert_eq!(tmux.hidden("MAMORI_UNTIL"), None);
    // One that changed hands after it was registered:
    chown(tmux.socket(), Some(0), None).unwrap();
    tmux.load(&path_with_binaries());
    chown(tmux.socket(), Some(65_534), None).unwrap();
    let until_before = tmux.hidden("MAMORI_UNTIL");
    bench.mamori(&["health"]);
    assert_eq!(tmux.hidden("MAMORI_UNTIL"), until_before);
    let ran = bench.mamori(&["doctor"]);
    assert!(
        ran.stdout.contains("belongs to another user"),
        "{}",
        ran.stdout
    );
}
