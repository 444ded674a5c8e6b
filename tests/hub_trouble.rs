//! Hubs that lie, nodes that lie, names that are taken, and doors that are shut.

use std::fs;
use std::process::Command;
use std::time::Duration;

use mamori::sys::hub::Address;
use mamori::sys::hub::lease::{self, Turn};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::hub::{Redis, config, machine, seen, shows};
use crate::harness::{Bench, mode, until};

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

/// A user's rights as the README has them.
fn rights(name: &str) -> Vec<String> {
    let user = format!("user {name} on >SECRET ");
    let readme = include_str!("../README.md");
    let line = readme.lines().find(|line| line.starts_with(&user)).unwrap();
    let mut words = vec!["ACL".to_owned(), "SETUSER".to_owned()];
    let mut whole = String::new();
    for word in line.trim_start_matches("user ").split(' ') {
        // A selector is one word.
        whole = format!("{whole} {word}").trim_start().to_owned();
        if !whole.starts_with('(') || whole.ends_with(')') {
            words.push(std::mem::take(&mut whole));
        }
    }
    words
}

fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// A file that holds the password.
fn secret(bench: &Bench) -> std::path::PathBuf {
    let secret = bench.home().join("secret");
    fs::write(&secret, "SECRET\n").unwrap();
    mode(&secret, 0o600);
    secret
}

#[test]
fn a_node_is_let_in_to_say_how_it_is_and_to_nothing_else() {
    let hub = Redis::start();
    let () = hub.ask(&words(&rights("server")));
    let () = hub.ask(&words(&rights("laptop")));
    let laptop = Bench::new();
    let file = format!("password_file = \"{}\"\n", secret(&laptop).display());
    let url = |user: &str| format!("{}?user={user}", hub.url());
    laptop.configure(config("laptop", &url("laptop"), &file));
    let _laptop = laptop.watch();
    shows(&laptop, "laptop", "ok");
    let doctor = laptop.mamori(&["doctor", "-v"]);
    assert!(doctor.stdout.contains("ok     hub"), "{}", doctor.stdout);
    let one = Bench::new();
    let secret = secret(&one);
    let more = format!(
        "coordinate = false\npassword_file = \"{}\"\n",
        secret.display()
    );
    one.configure(config("server", &url("server"), &more));
    let _one = one.watch();
    shows(&laptop, "server", "ok");
    shows(&one, "server", "ok");
    // What a coordinator says goes through its own door.
    assert_eq!(laptop.mamori(&["pause", "server"]).code, Some(0));
    until("a pause to stand in the hub", || {
        let people: Vec<String> = hub.ask(&["HKEYS", "mamori:1:people"]);
        people == ["pause server"]
    });
    // And a node's door is no wider than its name.
    let client = redis::Client::open(format!("{}?user=server&pass=SECRET", hub.url())).unwrap();
    let mut door = client.get_connection().unwrap();
    for words in [
        &["SET", "mamori:1:node:laptop", "x"][..],
        &["SET", "mamori:1:nodes", "x"],
        &["ZADD", "mamori:1:node:server", "1", "x"],
        &["XADD", "mamori:1:events:laptop", "*", "e", "x"],
        &["HSET", "mamori:1:people", "pause laptop", "x"],
        &["SET", "mamori:1:lease:laptop/tmux", "x"],
        &[
            "EVAL",
            "return redis.call('SET', KEYS[1], 'x')",
            "1",
            "mamori:1:nodes",
        ],
        &["FLUSHALL"],
    ] {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        let refused = command.query::<redis::Value>(&mut door).unwrap_err();
        assert!(
            ["permissions", "can't access"]
                .iter()
                .any(|why| refused.to_string().contains(why)),
            "{words:?}: {refused}"
        );
    }
    // What stands in its own place in another form harms nobody else.
    let () = hub.ask(&["DEL", "mamori:1:node:odd"]);
    let () = hub.ask(&["ZADD", "mamori:1:node:odd", "1", "x"]);
    let () = hub.ask(&["ZADD", "mamori:1:nodes", &u32::MAX.to_string(), "odd"]);
    let () = hub.ask(&["XADD", "mamori:1:changed", "*", "n", "odd"]);
    assert_eq!(laptop.mamori(&["resume", "server"]).code, Some(0));
    shows(&laptop, "server", "ok");
    assert_eq!(seen(&laptop, "laptop"), Some(("ok".into(), Vec::new())));
    // A file that others can read is no secret.
    mode(&secret, 0o644);
    let doctor = one.mamori(&["doctor", "--json"]);
    assert!(
        doctor.stdout.contains("others can read"),
        "{}",
        doctor.stdout
    );
    mode(&secret, 0o600);
    fs::write(&secret, "wrongly\n").unwrap();
    let doctor = one.mamori(&["doctor", "--json"]);
    assert!(
        doctor.stdout.contains("the hub does not answer"),
        "{}",
        doctor.stdout
    );
    assert!(!doctor.stdout.contains("wrongly"), "{}", doctor.stdout);
}

#[test]
fn a_hub_by_tls_is_who_it_says() {
    let keys = tempfile::Builder::new()
        .prefix("mamori-")
        .tempdir_in("/tmp")
        .unwrap();
    let at = |name: &str| keys.path().join(name).display().to_string();
    for (name, cn) in [("ca", "a hub's own authority"), ("other", "somebody else")] {
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ])
            .args([
                "-days",
                "2",
                "-subj",
                &format!("/CN={cn}"),
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args([
                "-keyout",
                &at(&format!("{name}.key")),
                "-out",
                &at(&format!("{name}.pem")),
            ])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    let port = crate::harness::site::free_port().to_string();
    let _hub = Redis::with(&[
        "--tls-port",
        &port,
        "--bind",
        "127.0.0.1",
        "--requirepass",
        "",
        "--tls-cert-file",
        &at("ca.pem"),
        "--tls-key-file",
        &at("ca.key"),
        "--tls-ca-cert-file",
        &at("ca.pem"),
        "--tls-auth-clients",
        "no",
    ]);
    let url = format!("rediss://localhost:{port}");
    let right = machine("one", &url, &format!("ca = \"{}\"\n", at("ca.pem")));
    let _right = right.watch();
    shows(&right, "one", "ok");
    let fine = right.mamori(&["doctor", "-v"]);
    assert!(
        fine.stdout.contains("the hub answers in"),
        "{}",
        fine.stdout
    );
    // Another authority vouches for somebody else.
    let wrong = machine("two", &url, &format!("ca = \"{}\"\n", at("other.pem")));
    let doctor = wrong.mamori(&["doctor", "--json"]);
    assert!(
        doctor.stdout.contains("the hub does not answer"),
        "{}",
        doctor.stdout
    );
    let unknown = machine("three", &url, "");
    let doctor = unknown.mamori(&["doctor", "--json"]);
    assert!(
        doctor.stdout.contains("the hub does not answer"),
        "{}",
        doctor.stdout
    );
}
