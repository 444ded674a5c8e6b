//! An `ssh` of ours that is missing, or does not do what it should.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{seen, verdict};
use crate::harness::site::{Site, impatient, node};
use crate::harness::{Bench, MAMORI, QUIET, Running, until};

#[test]
fn what_looks_like_an_option_is_no_host() {
    for line in [
        "ssh = \"-oProxyCommand=touch${IFS}HERE\"",
        "addresses = [\"fine.lan\", \"-oProxyCommand=touch HERE\"]",
        "addresses = [\"-v\"]",
    ] {
        let bench = Bench::with(format!("{QUIET}[[node]]\nname = \"mugen\"\n{line}\n"));
        let refusal = bench.refusal();
        assert!(refusal.contains("never beginning with `-`"), "{refusal}");
        for command in [["health"], ["watch"], ["status"]] {
            assert_eq!(bench.mamori(&command).code, Some(2), "{line}");
        }
    }
}

#[test]
fn without_an_ssh_health_cannot_do_its_work_and_the_watcher_goes_on() {
    let site = Site::with(&[], &impatient("mugen"));
    fs::remove_file(site.path("stand-ins/ssh")).unwrap();
    let without = |arguments: &[&str]| {
        let mut command = site.bench.command(MAMORI);
        command
            .args(arguments)
            .env("PATH", site.path("stand-ins"))
            .stdout(Stdio::piped());
        command
    };
    let ran = site.bench.ran(&mut without(&["health", "--json"]));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let error = &ran.json()["error"];
    assert_eq!(error["code"], 3);
    assert!(error["what"].as_str().unwrap().contains("`ssh`"), "{error}");
    assert!(error["hint"].is_string());
    // Who asks for this machine alone needs none.
    let ran = site
        .bench
        .ran(&mut without(&["health", "--node", "local", "--json"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    fs::remove_dir_all(site.bench.own("")).unwrap();
    let mut watcher = Running(without(&["watch"]).spawn().unwrap());
    until("both are seen", || {
        let Ok(text) = fs::read(site.bench.own("state.json")) else {
            return false;
        };
        let state = serde_json::from_slice(&text).unwrap();
        let mugen = node(&state, "mugen");
        mugen["state"] == "unknown"
            && mugen["problems"][0]["text"] == "ssh is not installed here"
            && state["nodes"][0]["state"] == "ok"
    });
    assert!(watcher.0.try_wait().unwrap().is_none(), "it ended");
}

#[test]
fn an_ssh_that_ends_without_a_word_is_silence() {
    let site = Site::with(&["fine"], &impatient("mugen"));
    site.before_ssh("case $* in *-G*) ;; *'-- mugen'*) exit 255 ;; esac");
    let result = seen(&site);
    let silence = ("down", "ssh ended without a word");
    assert_eq!(verdict(&result, "mugen"), silence, "{result}");
}

/// With `-G`, too, it never comes back: as with a `Match exec` that hangs.
#[test]
fn an_ssh_that_hangs_and_will_not_end_is_ended_and_delays_nobody() {
    let site = Site::with(&["fine"], &impatient("mugen"));
    site.before_ssh(
        "case $* in *'-- mugen'*) trap '' TERM HUP INT; (trap '' TERM; sleep 600) & \
         sleep 600; exit ;; esac",
    );
    let begun = Instant::now();
    let result = seen(&site);
    assert_eq!(verdict(&result, "mugen").0, "down", "{result}");
    assert!(begun.elapsed() < Duration::from_secs(40));
    until("all of it to end", || site.left().is_empty());
    // One that is interrupted leaves nothing, either.
    let mut health = Running(site.bench.command(MAMORI).arg("health").spawn().unwrap());
    until("it to hang", || {
        site.left().iter().any(|line| line.starts_with("sleep "))
    });
    health.signal(rustix::process::Signal::INT);
    assert_eq!(health.0.wait().unwrap().code(), Some(130));
    until("all of it to end", || site.left().is_empty());
}

#[test]
fn a_configuration_that_hangs_for_one_delays_no_other() {
    let names = ["a", "b", "c"];
    let site = Site::with(
        &names,
        &(impatient("mugen") + &names.map(impatient).concat()),
    );
    site.alias("mugen", 1, "");
    let config = site.path(".ssh/config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("Match originalhost mugen exec \"sleep 600\"\n Port 9\n{text}"),
    )
    .unwrap();
    let (result, _) = site.health();
    for name in names {
        let fine = node(&result, name);
        // ssh is given 2 s to say where an alias leads: once, and not while
        // others are about to answer.
        let late = fine["latency_ms"].as_f64().unwrap() >= 2000.0;
        assert!(!late, "{fine}");
        assert_eq!(verdict(&result, name), ("ok", ""), "{fine}");
    }
    assert_eq!(verdict(&result, "mugen").0, "down", "{result}");
    let events = result["events"].as_array().unwrap();
    let others = events.iter().filter(|event| event["node"] != "mugen");
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&serde_json::Value>::new());
    assert_eq!(result["alerts"][0]["id"], json!("mugen/unreachable"));
    until("all of it to end", || site.left().is_empty());
}
