//! `mamori health` and `mamori status` on this machine.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use crate::harness::tmux::Tmux;
use crate::harness::{Bench, MAMORI, Mounted, QUIET, Running, may_mount, until};

/// A `$PATH` with nothing in it.
fn bare(bench: &Bench, arguments: &[&str]) -> crate::harness::Ran {
    bench.ran(
        bench
            .command(MAMORI)
            .env("PATH", "/nonexistent")
            .args(arguments),
    )
}

#[test]
fn a_bare_machine_without_any_configuration_is_one_of_one() {
    let bench = Bench::new();
    let ran = bare(&bench, &["health"]);
    assert_eq!(ran.stderr, "");
    let json = bare(&bench, &["status", "--json"]).json();
    let problems = json["nodes"][0]["problems"].as_array().unwrap();
    if problems.is_empty() {
        assert!(ran.stdout.starts_with("● 1/1\n"), "{}", ran.stdout);
        assert_eq!(ran.code, Some(0));
    } else {
        // This very machine has a full disk or little memory: then it says so.
        assert!(ran.stdout.starts_with("▲ 0/1 "), "{}", ran.stdout);
        assert_eq!(ran.code, Some(1));
    }
    assert_eq!(
        json["nodes"][0]["readings"]["tmux_sessions"]["unavailable"],
        "tmux is not installed"
    );
}

#[test]
fn the_json_has_the_keys_of_the_contract_and_every_reading_is_one_of_three() {
    let bench = Bench::quiet();
    let json = bench.mamori(&["health", "--json"]).json();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(
        keys(&json),
        [
            "schema", "at", "revision", "summary", "nodes", "alerts", "events", "watcher"
        ]
    );
    assert_eq!(keys(&json["summary"]), ["ok", "total", "text"]);
    let node = &json["nodes"][0];
    assert_eq!(
        keys(node),
        [
            "name",
            "state",
            "since",
            "observed_at",
            "latency_ms",
            "readings",
            "problems",
            "platform",
            "rebooted_at",
            "uptime"
        ]
    );
    assert_eq!(keys(&json["watcher"]), ["running", "pid", "beat"]);
    let readings = node["readings"].as_object().unwrap();
    for key in [
        "disk_used_percent",
        "disks",
        "memory_available_percent",
        "load_1m",
        "cpu_percent",
        "uptime_s",
        "sshd",
        "network",
        "tmux_sessions",
        "battery_percent",
    ] {
        let reading = keys(&readings[key]);
        assert_eq!(reading.len(), 1, "{key}: {reading:?}");
        assert!(
            ["value", "unavailable", "failed"].contains(&reading[0].as_str()),
            "{key}"
        );
    }
    assert_eq!(json["schema"], 1);
    assert!(node["latency_ms"].is_null());
    assert_eq!(
        bench.mamori(&["status", "--json"]).json()["nodes"],
        json["nodes"]
    );
}

#[test]
fn the_disk_agrees_with_df() {
    let bench = Bench::quiet();
    let json = bench.mamori(&["health", "--json"]).json();
    let ours = json["nodes"][0]["readings"]["disk_used_percent"]["value"]
        .as_f64()
        .unwrap();
    let df = bench.ran(bench.command("df").arg("-P").arg(bench.home()));
    let fields: Vec<&str> = df
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect();
    let theirs: f64 = fields[4].trim_end_matches('%').parse().unwrap();
    // df rounds up; a test beside us may write meanwhile.
    assert!((theirs - ours).abs() <= 1.5, "{ours} beside df's {theirs}");
}

#[test]
fn the_second_sample_tells_the_processors_share() {
    let bench = Bench::quiet();
    let cpu = || {
        bench.mamori(&["health", "--json"]).json()["nodes"][0]["readings"]["cpu_percent"].clone()
    };
    assert_eq!(cpu()["unavailable"], "needs a second sample");
    let share = || {
        cpu()["value"]
            .as_f64()
            .is_some_and(|share| (0.0..=100.0).contains(&share))
    };
    // Two samples within one clock tick (10 ms) cannot be compared.
    until("a share of the processor", share);
}

#[test]
fn a_limit_that_is_passed_is_shown_beside_its_value_and_exits_with_1() {
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 1"));
    let ran = bench.mamori(&["health"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.starts_with("▲ 0/1 "), "{}", ran.stdout);
    assert!(ran.stdout.contains("% (limit 1%)"), "{}", ran.stdout);
    assert_eq!(bench.mamori(&["status"]).code, Some(1));
    assert_eq!(bench.mamori(&["health", "--node", "local"]).code, Some(1));
    // Paused is fine.
    assert_eq!(
        bench.mamori(&["pause", "local", "--for", "1h"]).code,
        Some(0)
    );
    assert_eq!(bench.mamori(&["status"]).code, Some(0));
    assert_eq!(bench.mamori(&["health"]).code, Some(0));
    assert_eq!(bench.mamori(&["resume", "local"]).code, Some(0));
    assert_eq!(bench.mamori(&["status"]).code, Some(1));
}

#[test]
fn a_filled_disk_is_a_problem_of_its_own_and_hostile_mount_points_are_text() {
    if !may_mount() {
        return;
    }
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 90"));
    let point = bench.home().join("#(touch X)\n\u{202e}'#[fg=red]");
    let disk = Mounted::small(&point, "1m");
    fs::write(disk.path("filling"), vec![1; 1_000_000]).unwrap();
    let ran = disk.mamori(&bench, &["health", "--json"]);
    let json = ran.json();
    let problems = json["nodes"][0]["problems"].as_array().unwrap();
    let ours = problems
        .iter()
        .find(|problem| problem["check"].as_str().unwrap().contains("touch X"));
    let ours = ours.unwrap_or_else(|| panic!("{problems:?}"));
    let text = ours["text"].as_str().unwrap();
    assert!(
        text.contains("% ") && text.contains("#(touch X) '#[fg=red] (limit"),
        "{text:?}"
    );
    assert!(
        text.ends_with(" (limit 90%)") && !text.contains(['\n', '\u{202e}']),
        "{text:?}"
    );
    let shown = disk.mamori(&bench, &["status"]).stdout;
    assert!(!shown.contains(['\u{202e}', '\x1b']), "{shown:?}");
    // Two good samples bring it back.
    fs::remove_file(disk.path("filling")).unwrap();
    let problems = || {
        let json = disk.mamori(&bench, &["health", "--json"]).json();
        let problems = json["nodes"][0]["problems"].as_array().unwrap().clone();
        problems
            .iter()
            .filter(|problem| problem["check"].as_str().unwrap().contains("touch X"))
            .count()
    };
    assert_eq!((problems(), problems()), (1, 0));
}

#[test]
fn a_home_on_a_file_system_that_hangs_is_told_and_holds_nothing_up() {
    if !may_mount() || !std::path::Path::new("/dev/fuse").exists() {
        return;
    }
    let bench = Bench::quiet();
    let point = bench.home().join("hang");
    let hanging = Mounted::hanging(&point);
    let config = bench.config();
    let run = |arguments: &[&str]| {
        let mut command = hanging.command(&bench, MAMORI);
        command
            .env("HOME", point.join("home"))
            .env("MAMORI_HOME", bench.home().join("own"));
        bench.ran(command.arg("--config").arg(&config).args(arguments))
    };
    let ran = run(&["health", "--json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let node = &ran.json()["nodes"][0];
    assert_eq!(node["readings"]["disk_used_percent"]["failed"], "hung");
    assert_eq!(node["problems"][0]["text"], "disk hung");
    assert!(
        node["readings"]["disks"]["value"].is_array(),
        "the others are measured"
    );
}

#[test]
fn an_expected_session_is_missed_and_found_again() {
    let bench = Bench::with(format!("{QUIET}[local]\nsessions = [\"main\"]\n"));
    let ran = bench.mamori(&["health"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains(" no main\n"), "{}", ran.stdout);
    let _tmux = Tmux::start(&bench, "default", "");
    let json = bench.mamori(&["health", "--json"]).json();
    assert_eq!(
        json["nodes"][0]["readings"]["tmux_sessions"]["value"][0],
        "main"
    );
    assert_eq!(
        json["nodes"][0]["problems"][0]["text"], "main back",
        "one good sample is not two"
    );
    assert_eq!(bench.mamori(&["health"]).code, Some(0));
}

#[test]
fn bad_usage_is_2_with_one_json_value_when_json_was_wanted() {
    let bench = Bench::quiet();
    let ran = bench.mamori(&["health", "--node", "nobody", "--json"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.json()["error"]["code"], 2);
    let ran = bench.mamori(&["health", "--jsn"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(
        ran.stderr
            .starts_with("error: unexpected argument '--jsn' found\n"),
        "{}",
        ran.stderr
    );
    let ran = bench.mamori(&["nonsense", "--json"]);
    assert_eq!(
        (ran.code, &ran.json()["error"]["code"]),
        (Some(2), &serde_json::json!(2))
    );
    assert!(
        bench
            .mamori(&["pause"])
            .stderr
            .ends_with("hint: mamori pause --help\n")
    );
    assert_eq!(bench.mamori(&["help", "pause"]).code, Some(0));
    assert_eq!(bench.mamori(&["pause", "nobody"]).code, Some(2));
    assert_eq!(
        bench.mamori(&["pause", "local", "--for", "5 parsecs"]).code,
        Some(2)
    );
    let ran = bench.mamori(&["status", "--json"]);
    assert_eq!(
        (ran.code, &ran.json()["error"]["code"]),
        (Some(3), &serde_json::json!(3))
    );
    assert_eq!(ran.json()["error"]["hint"], "mamori health");
}

#[test]
fn a_closed_pipe_is_no_failure_and_colour_needs_a_terminal() {
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 1"));
    let mut child = bench
        .command(MAMORI)
        .args(["config", "show", "--default"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let ran = bench.ran(bench.command(MAMORI).env_remove("NO_COLOR").arg("health"));
    assert!(!ran.stdout.contains('\x1b'), "{:?}", ran.stdout);
}

#[test]
fn watching_health_prints_a_value_a_line_until_interrupted() {
    let bench = Bench::with(format!("{QUIET}[watch]\nliveness_every = \"1s\"\n"));
    let mut child = bench
        .command(MAMORI)
        .args(["health", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let running = Running(child);
    for _ in 0..2 {
        let json: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(json["schema"], 1);
    }
    running.signal(Signal::INT);
    assert_eq!(running.code(), Some(130));
}

#[test]
fn configured_nodes_are_listed_and_this_machine_is_not_listed_twice() {
    let bench = Bench::with(format!(
        "{QUIET}[[node]]\nname = \"mugen\"\nssh = \"mugen\"\n[local]\nname = \"laptop\"\n"
    ));
    let unresolved = "ssh: Could not resolve hostname mugen: Name or service not known";
    bench.stand_in(
        "ssh",
        &format!("#!/bin/sh\necho '{unresolved}' >&2\nexit 255\n"),
    );
    let json = bench.mamori(&["status", "--json"]).json();
    assert!(json["nodes"][1]["observed_at"].is_null());
    let json = bench.mamori(&["health", "--json"]).json();
    let names: Vec<_> = json["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["name"].clone())
        .collect();
    assert_eq!(names, ["laptop", "mugen"]);
    assert_eq!(json["nodes"][1]["state"], "unknown");
    assert!(json["nodes"][1]["observed_at"].is_string());
    assert!(json["nodes"][1]["latency_ms"].is_null());
    let text = json["summary"]["text"].as_str().unwrap();
    assert!(text.starts_with("▲ 1/2 mugen "), "{text}");
}
