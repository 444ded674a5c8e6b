//! The paths that Android takes, under a kernel that kills as Android's does.
//!
//! The real binary of Linux takes them where it finds itself on Android's
//! kernel (`TERMUX_VERSION`).

#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::harness::ground::{Ground, START, ready};
use crate::harness::phone::Phone;
use crate::harness::{Bench, MAMORI, Running, until};

/// A program that runs another one under such a kernel.
fn kernel(bench: &Bench) -> PathBuf {
    let program = bench.home().join("android-kernel");
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/harness/android_kernel.c"
    );
    let compiled = Command::new("cc")
        .args(["-Wall", "-Werror", "-o"])
        .arg(&program)
        .arg(source)
        .status()
        .unwrap();
    assert!(compiled.success());
    program
}

/// `mamori` on Android's kernel, as far as a test can have it.
fn on_android(bench: &Bench, arguments: &[&str]) -> Command {
    let mut command = bench.command(kernel(bench));
    command
        .arg(MAMORI)
        .args(arguments)
        .env("TERMUX_VERSION", "0.118.3")
        .env("PREFIX", bench.home());
    command
}

#[test]
fn who_asks_for_a_handle_there_is_killed_and_elsewhere_gets_one() {
    let bench = Bench::quiet();
    let status = on_android(&bench, &["try-pidfd"]).status().unwrap();
    assert_eq!(status.signal(), Some(Signal::SYS.as_raw()), "{status}");
    assert_eq!(bench.mamori(&["try-pidfd"]).code, Some(0));
}

/// Watches a process with `command`, ends that process, and gives what was said.
fn watch_an_end(mut command: Command) -> String {
    let mut sleeper = Running(Command::new("sleep").arg("600").spawn().unwrap());
    let mut watcher = Running(
        command
            .arg(sleeper.pid().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut said = BufReader::new(watcher.0.stdout.take().unwrap());
    let mut text = String::new();
    said.read_line(&mut text).unwrap();
    sleeper.0.kill().unwrap();
    said.read_to_string(&mut text).unwrap();
    assert_eq!(watcher.code(), Some(0));
    // Its end was ours to collect, and still is.
    assert_eq!(
        sleeper.0.wait().unwrap().signal(),
        Some(Signal::KILL.as_raw())
    );
    text
}

#[test]
fn an_end_is_noticed_there_by_looking_after_a_trial_that_died() {
    let bench = Bench::quiet();
    let there = on_android(&bench, &["try-pidfd", "--wait"]);
    assert_eq!(watch_an_end(there), "Poll\ngone\n");
    let mut here = bench.command(MAMORI);
    here.args(["try-pidfd", "--wait"]);
    assert_eq!(watch_an_end(here), "Pidfd\ngone\n");
}

#[test]
fn a_phone_is_set_up_tapped_and_left_as_it_was_under_that_kernel() {
    let phone = Phone::new();
    let kernel = kernel(&phone.0);
    // Whose own programs would be killed there.
    for name in [
        "termux-job-scheduler",
        "termux-toast",
        "termux-notification",
        "termux-battery-status",
        "am",
        "sv",
    ] {
        phone
            .0
            .stand_in(name, "#!/bin/sh\necho \"$*\" >>\"$HOME/api/said\"\n");
    }
    for words in [
        &["setup", "termux", "--yes"][..],
        &["widget", "boot"],
        &["widget", "heal"],
        &["doctor"],
        &["setup", "termux", "--undo", "--yes"],
    ] {
        let mut command = phone.0.command(&kernel);
        command
            .arg(MAMORI)
            .args(words)
            .env("TERMUX_VERSION", "0.118.3")
            .env("PREFIX", phone.file("usr"));
        let ran = phone.0.ran(&mut command);
        let fine = if words == ["doctor"] { 0..=1 } else { 0..=0 };
        assert!(
            ran.code.is_some_and(|code| fine.contains(&code)),
            "{words:?}: {ran:?}"
        );
    }
    assert!(!phone.file(".shortcuts").exists());
}

#[test]
fn whole_commands_live_under_that_kernel() {
    let mut ground = Ground::new();
    // Nothing of the machine's own is expected, so that nothing of it is started.
    let service = ground.service("web", START, "");
    ground.configure(&format!("[local]\nexpect = []\nsessions = []\n{service}"));
    let bench = &ground.bench;
    bench.stand_in("tmux", "#!/bin/sh\necho tmux 3.7c\n");
    let ran = bench.ran(&mut on_android(bench, &["recover", "--json"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["targets"][0]["state"], "recovered");
    for words in [
        &["health", "--json"][..],
        &["watch", "--once"],
        &["alerts"],
        &["doctor"],
    ] {
        let ran = bench.ran(&mut on_android(bench, words));
        assert!(matches!(ran.code, Some(0 | 1)), "{words:?}: {ran:?}");
    }
}

#[test]
fn a_service_comes_back_there_too() {
    let mut ground = Ground::new();
    let service = ground.service("web", START, "");
    ground.configure(&format!("[local]\nexpect = []\nsessions = []\n{service}"));
    let watcher = Running(
        on_android(&ground.bench, &["watch"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    until("the service", || {
        ready(ground.ports[0]) && ground.pid(0).is_some()
    });
    let pid = ground.pid(0);
    ground.signal(0, Signal::KILL);
    until("a new process", || {
        ground.pid(0) != pid && ready(ground.ports[0])
    });
    watcher.signal(Signal::TERM);
    assert_eq!(watcher.code(), Some(0));
}
