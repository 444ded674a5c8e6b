//! What an account does before it lets anybody work.

use serde_json::Value;

use super::{answering, seen, verdict};
use crate::harness::site::{Site, impatient, node};
use crate::harness::until;

const BRIEF: &str = "[watch]\nprobe_timeout = \"2s\"\n";

#[test]
fn a_login_that_talks_first_or_takes_its_time_is_borne() {
    let then = "\nexec $SSH_ORIGINAL_COMMAND\n";
    let logins = [
        ("greets", "printf 'Welcome! '"),
        ("waits", "sleep 2"),
        ("floods", "head -c 3000000 /dev/zero | tr '\\0' x"),
        ("shouts", "head -c 3000000 /dev/zero | tr '\\0' '\\n' >&2"),
        ("quotes", "echo '@0123456789abcdef begin'; printf '@0 '"),
    ];
    let logins = logins.map(|(name, first)| (name, first.to_owned() + then));
    let logins: Vec<_> = logins
        .iter()
        .map(|(name, login)| (*name, login.as_str()))
        .collect();
    let site = Site::playing(&logins, "");
    let result = seen(&site);
    for (name, _) in logins {
        assert_eq!(verdict(&result, name), ("ok", ""), "{result}");
        let load = &node(&result, name)["readings"]["load_1m"]["value"];
        assert!(load.is_number(), "{name}: {load}");
    }
}

#[test]
fn endless_talk_ends_with_our_patience_and_hinders_nobody() {
    let trickle = "while echo talk; do sleep 0.1; done";
    let instead = answering("echo \"@$token begin\"; exec yes");
    let logins = [
        ("floods", "exec yes"),
        ("cries", "exec yes >&2"),
        ("trickles", trickle),
        ("instead", instead.as_str()),
        ("sleeps", "read -r _; while read -r _; do :; done"),
    ];
    let site = Site::playing(&logins, BRIEF);
    let result = seen(&site);
    let flood = ("unknown", "it floods us instead of answering");
    let late = ("down", "it let us in, and gives no answer in 2s");
    assert_eq!(verdict(&result, "instead"), flood, "{result}");
    for name in ["trickles", "sleeps"] {
        assert_eq!(verdict(&result, name), late, "{result}");
    }
    // Noise is borne up to 16 MB: its own speed decides which limit comes first.
    for name in ["floods", "cries"] {
        assert!([flood, late].contains(&verdict(&result, name)), "{result}");
    }
    until("all shells to end", || site.shells().is_empty());
}

#[test]
fn an_answer_that_stops_is_worth_what_came_of_it() {
    let some = "echo \"@$token begin\"; echo platform=linux; echo 'load=0.50 0.40 0.30 1/99 7'\n";
    let hangs = answering(&format!("{some}printf 'uptime=19'; read -r _"));
    let leaves = answering(&format!("{some}exit 0"));
    let killed = answering(&format!("{some}kill -KILL $PPID; read -r _"));
    let logins = [
        ("hangs", hangs.as_str()),
        ("leaves", leaves.as_str()),
        ("dies", killed.as_str()),
    ];
    let site = Site::playing(&logins, BRIEF);
    let result = seen(&site);
    let hung = ("degraded", "disk no answer in time");
    assert_eq!(verdict(&result, "hangs"), hung, "{result}");
    let hangs = node(&result, "hangs");
    let readings = &hangs["readings"];
    assert_eq!(readings["load_1m"]["value"], 0.5);
    assert_eq!(readings["sshd"]["value"], true);
    for cut in ["uptime_s", "memory_total_bytes", "disks", "tmux_sessions"] {
        assert_eq!(readings[cut]["failed"], "no answer in time", "{cut}");
    }
    let left = ("unknown", "it lets us in and ends the session");
    assert_eq!(verdict(&result, "leaves"), left, "{result}");
    let died = ("down", "the connection broke");
    assert_eq!(verdict(&result, "dies"), died, "{result}");
    until("all shells to end", || site.shells().is_empty());
}

#[test]
fn a_shell_that_is_not_to_stay_ends_whatever_others_say_meanwhile() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let configuration = "[watch]\nchannels = 0\n".to_owned() + &impatient("fine");
    let logins = names.map(|name| (name, "exec yes"));
    let site = Site::playing(&logins, &configuration);
    let _watcher = site.bench.watch();
    let ours = |line: &String| line.contains("-- fine sh -s");
    let seen = || {
        let state = std::fs::read(site.bench.own("state.json")).unwrap_or_default();
        let state: Value = serde_json::from_slice(&state).unwrap_or_default();
        let known = state["nodes"].is_array();
        known.then(|| node(&state, "fine").clone())
    };
    let ok = |fine: Value| fine["state"] == "ok";
    until("an answer", || seen().is_some_and(ok));
    // We were busy with the others; its answer took its time all the same.
    let latency = seen().unwrap()["latency_ms"].as_f64();
    assert!(latency > Some(0.0), "{latency:?}");
    until("its shell to end", || !site.left().iter().any(ours));
}
