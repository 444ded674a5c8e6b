//! The probe's real text in the shells of this machine, and what is read from
//! its answers.

mod hanging;
mod listener;
mod other_systems;

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mamori::config::{Check, Endpoint};
use mamori::model::node::Node;
use mamori::remote::answer::{Answer, read};
use mamori::remote::probe::{Wishes, definitions, quote, served};
use proptest::prelude::*;

use crate::harness::{Bench, QUIET, tmux::Tmux};

/// Shells that are on most machines, and how each is made a POSIX one. By
/// their paths: the tests' PATH is full of traps.
const SHELLS: [&[&str]; 7] = [
    &["/bin/sh"],
    &["/usr/bin/dash"],
    &["/usr/bin/busybox", "sh"],
    &["/usr/bin/bash", "--posix"],
    &["/usr/bin/bash"],
    &["/usr/bin/zsh", "--emulate", "sh"],
    &["/usr/bin/mksh"],
];

fn installed() -> Vec<&'static [&'static str]> {
    let there = |shell: &&&[&str]| Path::new(shell[0]).exists();
    SHELLS.iter().filter(there).copied().collect()
}

/// What a shell writes when `input` is its script and its words.
fn said(mut command: Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines between an answer's marks.
fn between(text: &str) -> &str {
    let (_, after) = text
        .split_once("@c0ffee begin\n")
        .unwrap_or_else(|| panic!("{text}"));
    let (lines, _) = after
        .split_once("@c0ffee end\n")
        .unwrap_or_else(|| panic!("{text}"));
    lines
}

/// `sh -s` in a home of its own.
fn shell(bench: &Bench, words: &[&str]) -> Command {
    let mut command = bench.command(words[0]);
    command.args(&words[1..]).arg("-s");
    command
}

/// Asks once, in a folder and a PATH full of traps, and sees that the line
/// after the question still arrives.
fn ask(bench: &Bench, words: &[&str], wishes: &Wishes) -> Answer {
    let traps = bench.home().join("traps");
    let mut command = shell(bench, words);
    command
        .current_dir(&traps)
        .env("PATH", ".::traps:/usr/bin:/bin:");
    let script = format!(
        "{}mamori_alive beef\nmamori_probe c0ffee\necho after\n",
        definitions(wishes)
    );
    let text = said(command, &script);
    // A sign of life tells at once when a service is not ready.
    let unready = text.starts_with("@beef alive unready\n");
    assert_eq!(unready, text.contains("=not\n"), "{words:?}: {text}");
    let text = text.replacen(" unready\n", "\n", 1);
    assert!(
        text.starts_with("@beef alive\n@c0ffee begin\n"),
        "{words:?}: {text}"
    );
    assert!(text.ends_with("@c0ffee end\nafter\n"), "{words:?}: {text}");
    read(between(&text).as_bytes(), true, wishes)
}

/// Programs that leave a trace in the home when they are called.
fn set_traps(bench: &Bench) {
    let traps = bench.home().join("traps");
    fs::create_dir(&traps).unwrap();
    let text = format!("#!/bin/sh\n: >'{}/trapped'\n", bench.home().display());
    for name in [
        "stat", "tmux", "timeout", "id", "uname", "sh", "perl", "bash",
    ] {
        let path = traps.join(name);
        fs::write(&path, &text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Every path below `folder`, with its size and time of change.
fn listing(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        all.push(format!(
            "{} {} {:?}",
            path.display(),
            meta.len(),
            meta.modified().unwrap()
        ));
        if meta.is_dir() {
            all.extend(listing(&path));
        }
    }
    all.sort();
    all
}

fn words(words: &[&str]) -> Check {
    Check::Command(words.iter().map(|word| (*word).to_owned()).collect())
}

#[test]
fn every_shell_answers_what_this_machine_knows_of_itself() {
    let bench = Bench::new();
    set_traps(&bench);
    let tmux = Tmux::start(&bench, "default", "");
    // tmux expands a new name once.
    tmux.run(&["new-session", "-d", "-s", "無限 ##(touch X)", "sleep 600"]);
    bench.configure(QUIET);
    bench.mamori(&["health", "--json"]);
    let here: Node = serde_json::from_value(bench.state()["nodes"][0].clone()).unwrap();
    let before = listing(bench.home());
    for shell in installed() {
        let answer = ask(&bench, shell, &Wishes::default());
        let (theirs, ours) = (&answer.readings, &here.readings);
        let close = |a: Option<&f64>, b: Option<&f64>| (a.unwrap() - b.unwrap()).abs() < 5.0;
        assert!(
            close(
                theirs.disk_used_percent.value(),
                ours.disk_used_percent.value()
            ),
            "{shell:?}"
        );
        assert_eq!(theirs.disk_mount, ours.disk_mount, "{shell:?}");
        let mounts = |readings: &mamori::model::reading::Readings| -> Vec<_> {
            let disks = readings.disks.value().unwrap().iter();
            disks
                .map(|disk| (disk.mount.clone(), disk.total_bytes))
                .collect()
        };
        assert_eq!(mounts(theirs), mounts(ours), "{shell:?}");
        assert_eq!(
            theirs.memory_total_bytes, ours.memory_total_bytes,
            "{shell:?}"
        );
        assert!(close(
            theirs.memory_available_percent.value(),
            ours.memory_available_percent.value()
        ));
        assert!(
            theirs
                .uptime_s
                .value()
                .unwrap()
                .abs_diff(*ours.uptime_s.value().unwrap())
                < 60
        );
        assert!(theirs.load_1m.value().is_some());
        assert_eq!(answer.boot_id, here.boot_id, "{shell:?}");
        assert!(answer.cpu_ticks.unwrap().total >= here.cpu_ticks.unwrap().total);
        let names = ["main", "無限 #(touch X)"].map(ToOwned::to_owned);
        assert_eq!(
            theirs.tmux_sessions.value(),
            Some(&names.to_vec()),
            "{shell:?}"
        );
        assert!(!answer.listener_gone);
    }
    assert_eq!(listing(bench.home()), before, "the probe wrote something");
}

#[test]
fn without_a_server_there_are_no_sessions_and_no_folder_is_made_for_one() {
    let bench = Bench::new();
    set_traps(&bench);
    let before = listing(bench.home());
    for shell in installed() {
        let answer = ask(&bench, shell, &Wishes::default());
        assert_eq!(
            answer.readings.tmux_sessions.value(),
            Some(&Vec::new()),
            "{shell:?}"
        );
    }
    assert_eq!(listing(bench.home()), before);
}

#[test]
fn services_are_asked_on_the_node_and_their_words_stay_words() {
    let bench = Bench::new();
    set_traps(&bench);
    fs::write(bench.home().join("it's $(here)"), "").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let closed = {
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        other.local_addr().unwrap().port()
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = (&stream).write_all(b"SSH-2.0-x\r\n");
        }
    });
    let at = |port| Endpoint {
        host: "127.0.0.1".to_owned(),
        port,
    };
    let service = |name: &str, check| (name.to_owned(), check);
    let wishes = Wishes {
        services: vec![
            service("home", words(&["test", "-e", "~/it's $(here)"])),
            service("hostile", words(&["test", "-e", "'; touch \"$HOME\"/x; '"])),
            service("eats", words(&["cat"])),
            service("builtin", words(&["eval", "true"])),
            service("own", words(&["mamori_say", "x"])),
            service("talks", words(&["echo", "@c0ffee end"])),
            service("sleeper", Check::Process("init; touch x".to_owned())),
            service("open", Check::Tcp(at(port))),
            service("closed", Check::Tcp(at(closed))),
            service("ssh", Check::SshBanner(at(port))),
        ],
        ..Wishes::default()
    };
    let before = listing(bench.home());
    for shell in installed() {
        let answer = ask(&bench, shell, &wishes);
        let ready: Vec<&str> = answer
            .readings
            .services
            .value()
            .unwrap()
            .iter()
            .filter_map(|(name, ready)| ready.then_some(name.as_str()))
            .collect();
        assert_eq!(ready, ["eats", "home", "open", "ssh", "talks"], "{shell:?}");
        assert_eq!(answer.readings.services.value().unwrap().len(), 10);
    }
    assert_eq!(listing(bench.home()), before);
}

#[test]
fn a_process_is_found_by_its_name() {
    let bench = Bench::new();
    set_traps(&bench);
    let program = bench.home().join("a-name-of-many-bytes");
    fs::copy("/bin/sleep", &program).unwrap();
    let mut sleeper = bench.command(&program);
    sleeper.stdout(Stdio::null()).stderr(Stdio::null());
    let _child = Ended(sleeper.arg("600").spawn().unwrap());
    let service = |name: &str| (name.to_owned(), Check::Process(name.to_owned()));
    let wishes = Wishes {
        services: vec![
            service("a-name-of-many-bytes"),
            service("a-name-of"),
            service("*"),
        ],
        ..Wishes::default()
    };
    for shell in installed() {
        let services = ask(&bench, shell, &wishes).readings.services;
        let ready: Vec<bool> = services.value().unwrap().values().copied().collect();
        assert_eq!(ready, [false, false, true], "{shell:?}");
    }
}

/// A process that ends with its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_forced_command_executes_nothing_that_it_is_sent() {
    let bench = Bench::new();
    let wishes = Wishes::default();
    let long = "a".repeat(65);
    let input = format!(
        "{}touch x\n`touch x`\nmamori_alive\nmamori_alive G\nmamori_alive ab;touch\n\
         mamori_alive $(touch x)\nmamori_alive {long}\nmamori_alive  ab\nmamori_alive ab cd\n\
         mamori_tmux\n\\\nmamori_alive beef\nmamori_probe c0ffee\nmamori_alive {}\n",
        definitions(&wishes),
        "f".repeat(64)
    );
    for shell in installed() {
        let mut command = bench.command(shell[0]);
        command
            .args(&shell[1..])
            .args(["-c", &served(&wishes)])
            .current_dir(bench.home());
        let text = said(command, &input);
        let end = format!("@c0ffee end\n@{} alive\n", "f".repeat(64));
        assert!(
            text.starts_with("@beef alive\n@c0ffee begin\n"),
            "{shell:?}: {text}"
        );
        assert!(text.ends_with(&end), "{shell:?}: {text}");
        let answer = read(between(&text).as_bytes(), true, &wishes);
        assert!(answer.readings.memory_total_bytes.value().is_some());
    }
    assert!(!bench.home().join("x").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_shell_prints_back_every_quoted_word(words in prop::collection::vec("[^\0]*", 1..20)) {
        let bench = Bench::new();
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        let quoted = quoted.join(" ");
        for shell in installed() {
            let mut command = bench.command(shell[0]);
            command.args(&shell[1..]).args(["-c", &format!("printf '%s\\000' {quoted}")]);
            let text = said(command, "");
            let printed: Vec<&str> = text.split_terminator('\0').collect();
            prop_assert_eq!(&printed, &words);
        }
    }
}
