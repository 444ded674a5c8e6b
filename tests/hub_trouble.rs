//! Nodes that lie, names that are taken, and turns.

use std::fs;
use std::time::Duration;

use mamori::sys::hub::Address;
use mamori::sys::hub::lease::{self, Turn};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::hub::{Redis, machine, seen, shows};
use crate::harness::until;

/// A snapshot of a real node, to be made another's.
fn snapshot(hub: &Redis, name: &str) -> Value {
    let text: String = hub.ask(&["GET", &format!("mamori:1:node:{name}")]);
    serde_json::from_str(&text).unwrap()
}

/// Puts a snapshot under a name, as somebody who got into a node could.
fn put(hub: &Redis, name: &str, text: &str) {
    let () = hub.ask(&["SET", &format!("mamori:1:node:{name}"), text]);
    let () = hub.ask(&["ZADD", "mamori:1:nodes", &u32::MAX.to_string(), name]);
    let () = hub.ask(&["XADD", "mamori:1:changed", "*", "n", name]);
}

#[test]
fn a_node_can_only_speak_for_itself() {
    let hub = Redis::start();
    let laptop = machine("laptop", &hub.url(), "");
    let one = machine("one", &hub.url(), "");
    let errors = laptop.home().join("errors");
    let mut command = laptop.command(crate::harness::MAMORI);
    command
        .arg("watch")
        .stderr(fs::File::create(&errors).unwrap());
    let _watcher = crate::harness::Running(command.spawn().unwrap());
    let _one = one.watch();
    shows(&laptop, "one", "ok");
    let real = snapshot(&hub, "one");
    let said = |what: &str| {
        until(what, || fs::read_to_string(&errors).unwrap().contains(what));
    };
    // In another's name; in a form of the future; too large; nonsense.
    put(&hub, "evil", &real.to_string());
    said("what `evil` says on the hub speaks of `one`");
    let mut newer = real.clone();
    newer["schema"] = json!(9);
    newer["node"]["name"] = json!("newer");
    put(&hub, "newer", &newer.to_string());
    said("what `newer` says on the hub was written by a newer Mamori (schema 9): update this one");
    put(&hub, "large", &"x".repeat(300_000));
    said("what `large` says on the hub has more than 256 KiB");
    put(&hub, "odd", "{\"schema\":1,\"node\":null}");
    said("what `odd` says on the hub cannot be read");
    // Words that would steer a terminal or tmux, times of the future, and
    // what only an onlooker can say.
    let mut words = real;
    let evil = "#(touch /tmp/x)\u{1b}[31m\u{202e}#{E:x}%s";
    words["node"]["name"] = json!("words");
    words["node"]["since"] = json!("9999-01-01T00:00:00Z");
    words["node"]["problems"] = json!([
        {"check": "host-key", "value": null, "limit": null, "text": evil},
        {"check": evil, "value": null, "limit": null, "text": evil},
    ]);
    words["node"]["checks"] =
        json!({evil: {"recent": [true, true, true], "good": 0, "since": "9999-01-01T00:00:00Z"}});
    put(&hub, "words", &words.to_string());
    shows(&laptop, "words", "degraded");
    let state = laptop.state();
    let text = state.to_string();
    assert!(!text.contains('\u{1b}') && !text.contains("\\u001b") && !text.contains('\u{202e}'));
    let names: Vec<_> = state["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["name"])
        .collect();
    assert_eq!(names, ["laptop", "one", "words"]);
    let node = &state["nodes"][2];
    assert_eq!(node["problems"].as_array().unwrap().len(), 1);
    assert!(node["since"].as_str().unwrap() < "9998");
    for alert in state["alerts"].as_array().unwrap() {
        assert!(
            alert["id"].as_str().unwrap().starts_with("words/"),
            "{alert}"
        );
    }
    // The others are as they were.
    assert_eq!(seen(&laptop, "one"), Some(("ok".into(), Vec::new())));
    let segment = laptop.segment(&["--no-style"]);
    assert!(segment.starts_with("▲ 2/3 words "), "{segment}");
}

#[test]
fn of_two_machines_of_one_name_the_first_keeps_it_and_the_other_is_told() {
    let hub = Redis::start();
    let laptop = machine("laptop", &hub.url(), "");
    let (first, second) = (
        machine("same", &hub.url(), ""),
        machine("same", &hub.url(), ""),
    );
    let _laptop = laptop.watch();
    let first_runs = first.watch();
    shows(&laptop, "same", "ok");
    let instance = snapshot(&hub, "same")["instance"].clone();
    let _second = second.watch();
    until("the second to be told", || {
        seen(&second, "same") == Some(("degraded".into(), vec!["hub".into()]))
    });
    let doctor = second.mamori(&["doctor", "--json"]);
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.stdout.contains("[local] name"), "{}", doctor.stdout);
    assert_eq!(snapshot(&hub, "same")["instance"], instance);
    assert_eq!(seen(&first, "same"), Some(("ok".into(), Vec::new())));
    // The name goes to the other when the first gives it back.
    first_runs.signal(Signal::TERM);
    shows(&second, "same", "ok");
    assert_ne!(snapshot(&hub, "same")["instance"], instance);
}

#[test]
fn a_target_is_acted_on_by_one_at_a_time() {
    let hub = Redis::start();
    let address = Address::new(&hub.url(), None, None);
    let take = |name: &str, limit| lease::take(&address, "mamori", "one/service:web", name, limit);
    let second = Duration::from_secs(1);
    let Turn::Ours(mut ours) = take("laptop", second) else {
        panic!("it is nobody's");
    };
    assert!(ours.covers(second));
    let theirs = take("phone", second);
    assert!(
        matches!(&theirs, Turn::Theirs(who) if who == "laptop"),
        "{theirs:?}"
    );
    // It is long enough for what is to be done, or it is asked for again.
    assert!(ours.covers(Duration::from_secs(20)));
    let left: i64 = hub.ask(&["PTTL", "mamori:1:lease:one/service:web"]);
    assert!(left > 20_000, "{left}");
    assert!(ours.covers(Duration::from_secs(300)));
    let left: i64 = hub.ask(&["PTTL", "mamori:1:lease:one/service:web"]);
    assert!(left > 300_000, "{left}");
    // One that was lost is not acted on.
    let () = hub.ask(&["SET", "mamori:1:lease:one/service:web", "phone 1"]);
    assert!(!ours.covers(Duration::from_secs(3_600)));
    let () = hub.ask(&["DEL", "mamori:1:lease:one/service:web"]);
    let Turn::Ours(again) = take("phone", second) else {
        panic!("it is nobody's");
    };
    again.give_back();
    let there: i64 = hub.ask(&["EXISTS", "mamori:1:lease:one/service:web"]);
    assert_eq!(there, 0);
    hub.signal(Signal::STOP);
    assert!(matches!(take("phone", second), Turn::NoHub(_)));
    hub.signal(Signal::CONT);
}

#[test]
fn a_service_of_this_machine_comes_back_with_the_hub_and_without() {
    let mut hub = Redis::start();
    let service = "[[service]]\nname = \"web\"\nstart = [\"web\"]\n\
        check = { process = \"webserver\" }\nready_within = \"5s\"\n";
    let one = machine("one", &hub.url(), service);
    fs::copy("/bin/sleep", one.home().join("webserver")).unwrap();
    one.stand_in(
        "web",
        "#!/bin/sh\nsetsid \"$HOME/webserver\" 600 > /dev/null 2>&1 &\necho $! >> \"$HOME/started\"\n",
    );
    let started = || -> Vec<i32> {
        let text = fs::read_to_string(one.home().join("started")).unwrap_or_default();
        text.lines().map(|line| line.parse().unwrap()).collect()
    };
    let _ends = Ends(&started);
    // Another coordinator acts on it: it waits.
    let () = hub.ask(&["SET", "mamori:1:lease:one/service:web", "laptop 1"]);
    let held = one.mamori(&["recover", "web"]);
    assert_eq!(held.code, Some(1), "{held:?}");
    assert!(held.stdout.contains("laptop acts on it"), "{held:?}");
    assert!(started().is_empty());
    let () = hub.ask(&["DEL", "mamori:1:lease:one/service:web"]);
    let back = one.mamori(&["recover", "web"]);
    assert_eq!((back.code, started().len()), (Some(0), 1), "{back:?}");
    let there: i64 = hub.ask(&["EXISTS", "mamori:1:lease:one/service:web"]);
    assert_eq!(there, 0, "given back");
    // Its own machine looks after it, whatever becomes of the hub.
    hub.kill();
    kill(started()[0]);
    let back = one.mamori(&["recover", "web"]);
    assert_eq!((back.code, started().len()), (Some(0), 2), "{back:?}");
}

/// Ends what a test started.
struct Ends<'a>(&'a dyn Fn() -> Vec<i32>);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        (self.0)().into_iter().for_each(kill);
    }
}

fn kill(pid: i32) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        // It may be gone already.
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
}
