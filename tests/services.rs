//! Expected things that ask another program: sshd and configured services.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::json;

use crate::alerts::{FULL, alerted, scribe, told};
use crate::harness::sshd::Sshd;
use crate::harness::{Bench, MAMORI, QUIET, Running, until};

#[test]
fn a_real_sshd_is_seen_by_its_banner() {
    let bench = Bench::quiet();
    let sshd = Sshd::start(&bench);
    bench.configure(format!(
        "{QUIET}[local]\nexpect = [\"sshd\"]\n[[service]]\nname = \"sshd\"\ncheck = {{ ssh_banner = \"127.0.0.1:{}\" }}\n",
        sshd.port
    ));
    until("sshd to answer", || {
        bench.mamori(&["health"]).code == Some(0)
    });
    drop(sshd);
    let ran = bench.mamori(&["health"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains(" no sshd\n"), "{}", ran.stdout);
}

#[test]
fn every_kind_of_service_is_asked_and_named_when_it_is_not_ready() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = |name: &str, check: &str| {
        format!("[[service]]\nname = \"{name}\"\ncheck = {{ {check} }}\n")
    };
    let services = [
        service("open", &format!("tcp = \"127.0.0.1:{port}\"")),
        service("closed", "tcp = \"127.0.0.1:9\""),
        service("mute", &format!("ssh_banner = \"127.0.0.1:{port}\"")),
        service("yes", "command = [\"true\"]"),
        service("no", "command = [\"false\"]"),
        service("hangs", "command = [\"sleep\", \"600\"]"),
        service("lost", "command = [\"/nonexistent/program\"]"),
        service("ours", "process = \"mamori\""),
        service("nobody", "process = \"no-such-process\""),
    ];
    let bench = Bench::with(format!(
        "{QUIET}[watch]\nprobe_timeout = \"1s\"\n{}",
        services.concat()
    ));
    let ran = bench.mamori(&["health", "--json"]);
    assert_eq!(ran.code, Some(1));
    let node = &ran.json()["nodes"][0];
    assert_eq!(
        node["readings"]["services"]["value"],
        json!({
            "closed": false, "hangs": false, "lost": false, "mute": false, "no": false,
            "nobody": false, "open": true, "ours": true, "yes": true,
        })
    );
    let problems = node["problems"].as_array().unwrap();
    let checks: Vec<_> = problems
        .iter()
        .map(|problem| problem["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        checks,
        ["closed", "mute", "no", "hangs", "lost", "nobody"].map(|name| format!("service:{name}"))
    );
    assert_eq!(problems[0]["text"], "no closed");
}

/// A check that writes down its process and hangs, and its service.
fn hanging(bench: &Bench) -> String {
    let script = "#!/bin/sh\necho $$ >>\"$HOME/pids\"\nexec sleep 600\n";
    bench.stand_in("hangs", script);
    "[watch]\nprobe_timeout = \"5m\"\n[[service]]\nname = \"stuck\"\n\
     check = { command = [\"hangs\"] }\n"
        .to_owned()
}

#[test]
fn a_check_that_hangs_holds_up_nothing_that_is_told_of_others() {
    let bench = alerted("");
    let scribe = scribe(&bench);
    let stuck = hanging(&bench);
    let gone = "[[service]]\nname = \"gone\"\ncheck = { tcp = \"127.0.0.1:9\" }\n";
    bench.configure(format!("{FULL}{scribe}{stuck}{gone}"));
    let watcher = bench.watch();
    let pids = || fs::read_to_string(bench.home().join("pids")).unwrap_or_default();
    until("the check to hang", || !pids().is_empty());
    until("the alert to be told", || !told(&bench).is_empty());
    assert!(
        told(&bench)[0].contains("laptop/disk"),
        "{:?}",
        told(&bench)
    );
    // What is found meanwhile is told, too: who changes the state brings a look.
    until("the other service", || {
        assert_eq!(bench.mamori(&["snooze", "1", "1h"]).code, Some(0));
        told(&bench)
            .iter()
            .any(|line| line.contains("laptop/service:gone"))
    });
    // Of one that has not answered nothing is said, and it ends with the watcher.
    let state = bench.state();
    let alerts = state["alerts"].to_string();
    assert!(!alerts.contains("stuck"), "{alerts}");
    watcher.signal(Signal::TERM);
    assert_eq!(watcher.code(), Some(0));
    ended(&pids());
}

/// Waits until all of these processes have ended.
fn ended(pids: &str) {
    let runs = |pid: &str| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        !line.is_empty()
    };
    for pid in pids.lines() {
        until("the check to end", || !runs(pid));
    }
}

#[test]
fn who_is_asked_to_stop_leaves_no_check_behind() {
    let bench = Bench::quiet();
    let stuck = hanging(&bench);
    bench.configure(format!("{QUIET}{stuck}"));
    let pids = || fs::read_to_string(bench.home().join("pids")).unwrap_or_default();
    for words in [&["health"][..], &["recover", "stuck"]] {
        for signal in [Signal::INT, Signal::TERM] {
            let _ = fs::remove_file(bench.home().join("pids"));
            let mut command = bench.command(MAMORI);
            command.args(words).stdout(Stdio::null());
            let running = Running(command.spawn().unwrap());
            until("the check to hang", || !pids().is_empty());
            running.signal(signal);
            assert_eq!(running.code(), Some(130), "{words:?} {signal:?}");
            ended(&pids());
        }
    }
}

#[test]
fn a_check_that_takes_long_is_taken_when_it_answers() {
    let bench = Bench::quiet();
    // It waits for a file, and says no.
    bench.stand_in(
        "slow",
        "#!/bin/sh\n: >\"$HOME/asked\"\nuntil [ -e \"$HOME/answer\" ]; do sleep 0.05; done\nexit 1\n",
    );
    bench.configure(format!(
        "{QUIET}[watch]\nprobe_timeout = \"5m\"\n[[service]]\nname = \"slow\"\ncheck = {{ command = [\"slow\"] }}\n"
    ));
    let _watcher = bench.watch();
    until("the question", || bench.home().join("asked").exists());
    until("the first look", || bench.own("state.json").exists());
    let ready = || bench.state()["nodes"][0]["readings"]["services"]["value"]["slow"].clone();
    assert_eq!(ready(), json!(null), "nobody knows yet");
    fs::write(bench.home().join("answer"), "").unwrap();
    until("its answer in the state", || ready() == json!(false));
}

#[test]
fn a_late_answer_brings_no_new_round_of_checks() {
    let bench = Bench::quiet();
    // Each waits for a file of its own.
    bench.stand_in(
        "slow",
        "#!/bin/sh\necho \"$1\" >>\"$HOME/asked\"\n\
         until [ -e \"$HOME/$1\" ]; do sleep 0.05; done\nexit 1\n",
    );
    let service = |name: &str| {
        format!("[[service]]\nname = \"{name}\"\ncheck = {{ command = [\"slow\", \"{name}\"] }}\n")
    };
    let services = service("one") + &service("two");
    bench.configure(format!(
        "[local]\nname = \"laptop\"\n{QUIET}[watch]\nprobe_timeout = \"5m\"\n{services}"
    ));
    // Nothing is looked after meanwhile: who brings services back asks, too.
    assert_eq!(bench.mamori(&["pause", "laptop"]).code, Some(0));
    let _watcher = bench.watch();
    let asked = || fs::read_to_string(bench.home().join("asked")).unwrap_or_default();
    until("the questions", || asked().lines().count() == 2);
    let ready =
        |name: &str| bench.state()["nodes"][0]["readings"]["services"]["value"][name].clone();
    until("the first look", || {
        bench.state()["nodes"][0]["observed_at"] != json!(null)
    });
    for name in ["one", "two"] {
        fs::write(bench.home().join(name), "").unwrap();
        until("its answer in the state", || ready(name) == json!(false));
    }
    // The look that took the second answer did not ask the first one again.
    assert_eq!(asked().lines().count(), 2, "{}", asked());
    assert_eq!(ready("one"), json!(false));
}
