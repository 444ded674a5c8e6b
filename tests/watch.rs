//! `mamori watch`: one at a time, a clean stop, and its own sleep told apart.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::process::{Pid, Signal};
use serde_json::json;

use crate::harness::{Bench, MAMORI, QUIET, Running, until};

const QUICK: &str = "[watch]\nhealth_every = \"10s\"\n";

#[test]
fn one_that_a_service_manager_keeps_waits_for_its_turn_or_its_stop() {
    let bench = Bench::quiet();
    let watcher = bench.watch();
    let waits = || {
        let mut one = bench.command(MAMORI);
        Running(
            one.args(["watch", "--wait"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    };
    let said = |one: &mut Running| {
        let mut line = String::new();
        let out = one.0.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        line
    };
    let mut waiting = waits();
    let line = said(&mut waiting);
    assert!(
        line.starts_with("waiting for the end of mamori watch"),
        "{line}"
    );
    let pid = Pid::from_child(&waiting.0);
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(waiting.0.wait().unwrap().code(), Some(0));
    let mut waiting = waits();
    let line = said(&mut waiting);
    assert!(line.starts_with("waiting"), "{line}");
    drop(watcher);
    let next = format!("mamori watch (pid {})", waiting.0.id());
    until("its turn", || {
        mamori::sys::flock::held(&bench.own("watch.lock")).as_deref() == Some(&*next)
    });
}

#[test]
fn a_second_watcher_says_who_watches_and_ends_well() {
    let bench = Bench::quiet();
    let watcher = bench.watch();
    let ran = bench.mamori(&["watch"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.stdout,
        format!("already watching: mamori watch (pid {})\n", watcher.pid())
    );
    until("the first sample", || bench.own("state.json").exists());
    let json = bench.mamori(&["status", "--json"]).json();
    assert_eq!(json["watcher"]["running"], true);
    assert_eq!(
        json["watcher"]["pid"].to_string(),
        watcher.pid().to_string()
    );
    assert!(json["watcher"]["beat"].is_string());
    // A killed watcher leaves no lock behind.
    drop(watcher);
    assert_eq!(
        bench.mamori(&["status", "--json"]).json()["watcher"]["running"],
        false
    );
    let _next = bench.watch();
}

#[test]
fn many_watchers_started_at_once_become_one() {
    let bench = Bench::quiet();
    let mut all: Vec<_> = (0..8)
        .map(|_| {
            Running(
                bench
                    .command(MAMORI)
                    .arg("watch")
                    .stdout(Stdio::null())
                    .spawn()
                    .unwrap(),
            )
        })
        .collect();
    until("all but one to end", || {
        all.iter_mut()
            .map(|one| matches!(one.0.try_wait(), Ok(None)))
            .filter(|runs| *runs)
            .count()
            == 1
    });
}

#[test]
fn signals_end_it_with_their_codes() {
    let bench = Bench::quiet();
    for (signal, code) in [(Signal::TERM, 0), (Signal::HUP, 0), (Signal::INT, 130)] {
        let watcher = bench.watch();
        watcher.signal(signal);
        assert_eq!(watcher.code(), Some(code), "{signal:?}");
    }
}

#[test]
fn one_round_is_enough_for_a_timer() {
    let bench = Bench::quiet();
    let ran = bench.mamori(&["watch", "--once"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), "", "")
    );
    assert_eq!(bench.mamori(&["status"]).code, Some(0));
}

#[test]
fn a_watcher_that_was_stopped_notes_that_it_slept() {
    let bench = Bench::with(format!("{QUICK}{QUIET}"));
    let watcher = bench.watch();
    until("the first sample", || bench.own("state.json").exists());
    until("it to rest", || watcher.rests());
    watcher.signal(Signal::STOP);
    // What counts as sleep is a wait of 10 s that ends 10 s late: time is the matter here.
    thread::sleep(Duration::from_secs(22));
    watcher.signal(Signal::CONT);
    until("the gap", || bench.state()["gaps"] != json!([]));
    let gap = bench.state()["gaps"][0].clone();
    assert_eq!(gap["why"], "slept");
    let json = bench.mamori(&["status", "--json"]).json();
    assert_eq!(
        json["nodes"][0]["state"], "ok",
        "our own sleep is no node's outage"
    );
}

#[test]
fn time_without_a_watcher_is_noted_by_the_next_one() {
    let bench = Bench::quiet();
    bench.mamori(&["watch", "--once"]);
    let beat = bench.own("watch.lock");
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3_600);
    fs::File::options()
        .write(true)
        .open(&beat)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    bench.mamori(&["watch", "--once"]);
    let gaps = bench.state()["gaps"].as_array().unwrap().clone();
    assert_eq!((gaps.len(), &gaps[0]["why"]), (1, &json!("not_running")));
}

#[test]
fn a_locked_state_file_does_not_hold_up_the_watcher() {
    let bench = Bench::with(format!("{QUICK}{QUIET}"));
    bench.mamori(&["health"]);
    let revision = bench.state()["revision"].clone();
    let mut lock = fs::File::options()
        .write(true)
        .open(bench.own("state.lock"))
        .unwrap();
    rustix::fs::flock(&lock, FlockOperation::LockExclusive).unwrap();
    lock.write_all(b"1 somebody\n").unwrap();
    let tmux = crate::harness::tmux::Tmux::start(&bench, "t", "set -g status-right '#{mamori}'\n");
    let watcher = bench.watch();
    let beat = || {
        fs::metadata(bench.own("watch.lock"))
            .unwrap()
            .modified()
            .unwrap()
    };
    for _ in 0..2 {
        let last = beat();
        until("it to beat on", || beat() > last);
    }
    // It waits for the lock; who asks again and again is seen by his work.
    assert!(watcher.ticks() < 200, "{} ticks of work", watcher.ticks());
    assert_eq!(bench.state()["revision"], revision);
    drop(lock);
    until("what it saw meanwhile to be written", || {
        bench.state()["revision"] != revision
    });
    drop(tmux);
}

#[test]
fn a_changed_configuration_is_followed_and_a_wrong_one_is_not() {
    let bench = Bench::with(format!("{QUICK}{QUIET}"));
    let _watcher = bench.watch();
    until("the first sample", || bench.own("state.json").exists());
    let strict = format!(
        "{QUICK}{}[local]\nname = \"renamed\"\n",
        QUIET.replace("disk_used_max = 100", "disk_used_max = 1")
    );
    bench.configure(&strict);
    let text = || {
        bench.state()["summary"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    until("the new name and limit", || {
        text().starts_with("▲ 0/1 renamed disk ")
    });
    bench.configure("nonsense");
    let beat = || {
        fs::metadata(bench.own("watch.lock"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let last = beat();
    until("another round", || beat() > last);
    assert!(
        text().starts_with("▲ 0/1 renamed disk "),
        "the last right one stays in force"
    );
}
