//! Doors of a hub: what a node and a coordinator may do there, passwords, and
//! TLS.

use std::fs;
use std::process::Command;

use crate::harness::hub::{Redis, config, machine, seen, shows};
use crate::harness::{Bench, mode, until};

/// A user's rights as the README has them.
fn rights(name: &str) -> Vec<String> {
    let user = format!("user {name} on >SECRET ");
    let readme = include_str!("../README.md");
    let line = readme.lines().find(|line| line.starts_with(&user)).unwrap();
    let mut words = vec!["ACL".to_owned(), "SETUSER".to_owned()];
    let mut whole = String::new();
    for word in line.trim_start_matches("user ").split(' ') {
        // A selector is one word.
        whole = if whole.is_empty() {
            word.to_owned()
        } else {
            format!("{whole} {word}")
        };
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
