//! What others wrote and what the machine does unasked: shown as text, judged
//! rightly, carried along.

use serde_json::{Value, json};

use crate::harness::{Bench, MAMORI, Mounted, QUIET, may_mount, root};

const V1: &str = include_str!("state/v1.json");

/// The places of all objects in `value` that have fields, not names, for keys.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if !["/tallies", "/pauses", "/widgets"].contains(&at) {
                found.push(at.to_owned());
            }
            for (key, value) in object {
                objects(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                objects(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn unknown_keys_and_words_survive_everywhere_in_a_full_file() {
    let bench = Bench::with(format!(
        "{QUIET}[local]\nname = \"laptop\"\n[[node]]\nname = \"mugen\"\n"
    ));
    let mut state: Value = serde_json::from_str(V1).unwrap();
    let mut places = Vec::new();
    objects(&state, "", &mut places);
    // A map of checks has names for keys.
    places.retain(|place| !place.ends_with("/checks"));
    for place in &places {
        state.pointer_mut(place).unwrap()["newer"] = json!("x");
    }
    state["gaps"][0]["why"] = json!("hibernated");
    state["alerts"][0]["severity"] = json!("emergency");
    bench.set_state(state.to_string());
    let ran = bench.mamori(&["pause", "laptop"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let after = bench.state();
    for place in &places {
        assert_eq!(
            after.pointer(place).unwrap()["newer"],
            "x",
            "lost in `{place}`"
        );
    }
    assert_eq!(after["gaps"][0]["why"], "hibernated");
    assert_eq!(after["alerts"][0]["severity"], "emergency");
    assert_eq!(after["nodes"][0]["state"], "paused");
}

#[test]
fn alerts_of_nodes_that_are_gone_are_gone() {
    let bench = Bench::with(format!("{QUIET}[local]\nname = \"laptop\"\n"));
    bench.set_state(V1);
    assert_eq!(
        bench.mamori(&["status", "--json"]).json()["alerts"][0]["id"],
        "mugen/disk"
    );
    assert_eq!(
        bench.mamori(&["health", "--json"]).json()["alerts"],
        json!([])
    );
    assert_eq!(
        bench.state()["next_alert"],
        13,
        "its number is not used again"
    );
}

#[test]
fn escape_codes_in_the_state_file_do_not_reach_the_terminal() {
    let bench = Bench::quiet();
    let evil = "\\u001b]0;pwn\\u0007\\u001b[31mevil\\u202e";
    for (was, is) in [
        ("\"name\":\"laptop\"", format!("\"name\":\"{evil}\"")),
        (
            "\"text\":\"disk 93% (limit 90%)\"",
            format!("\"text\":\"{evil}\""),
        ),
        ("[\"monitor\"]", format!("[\"{evil}\"]")),
        ("\"failed\":\"hung\"", format!("\"failed\":\"{evil}\"")),
        (
            "\"since\":\"2026-11-22T05:00:00Z\"",
            format!("\"since\":\"{evil}\""),
        ),
        ("/tmp/tmux-1000/nobody-listens", format!("/tmp/{evil}")),
    ] {
        assert!(V1.contains(was), "{was}");
        bench.set_state(V1.replacen(was, &is, 1));
        for command in [["status"], ["health"], ["doctor"]] {
            let ran = bench.mamori(&command);
            let shown = ran.stdout + &ran.stderr;
            assert!(
                !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
                "{command:?}: {shown:?}"
            );
        }
    }
}

#[test]
fn a_machine_without_a_link_has_no_network() {
    if !root("a network namespace of its own") {
        return;
    }
    let config = QUIET.replace("[network]\ncheck = [\"127.0.0.1:9\"]\n", "");
    let bench = Bench::with(format!("{config}[local]\nexpect = [\"network\"]\n"));
    let ran = bench.ran(
        bench
            .command("unshare")
            .args(["-n", MAMORI, "health", "--json"]),
    );
    assert_eq!(
        ran.json()["nodes"][0]["readings"]["network"]["value"],
        false
    );
    assert_eq!(ran.json()["nodes"][0]["problems"][0]["text"], "no network");
}

#[test]
fn a_single_file_mounted_from_a_disk_does_not_hide_the_disk() {
    if !may_mount() {
        return;
    }
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 90"));
    let point = bench.home().join("a/long/way/down");
    // As containers do: a file of the disk, bound on a shorter path.
    let file = bench.home().join("f");
    std::fs::write(&file, "").unwrap();
    let disk = Mounted::small(&point, "1m");
    std::fs::write(disk.path("filling"), vec![1; 1_000_000]).unwrap();
    let bound = bench.ran(
        disk.command(&bench, "mount")
            .arg("--bind")
            .arg(point.join("filling"))
            .arg(&file),
    );
    assert_eq!(bound.code, Some(0), "{}", bound.stderr);
    let json = disk.mamori(&bench, &["health", "--json"]).json();
    let mounts = json["nodes"][0]["readings"]["disks"]["value"]
        .as_array()
        .unwrap()
        .clone();
    let mounts: Vec<_> = mounts
        .iter()
        .map(|disk| disk["mount"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        mounts.contains(&"HOME/a/long/way/down".to_owned()),
        "{mounts:?}"
    );
    assert!(!mounts.contains(&"HOME/f".to_owned()), "{mounts:?}");
}

#[test]
fn a_relative_home_is_refused() {
    let bench = Bench::quiet();
    let ran = bench.ran(
        bench
            .command(MAMORI)
            .env("MAMORI_HOME", "here")
            .arg("health"),
    );
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr
            .starts_with("error: `MAMORI_HOME` is not an absolute path\n"),
        "{}",
        ran.stderr
    );
}
