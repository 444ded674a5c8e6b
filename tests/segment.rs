//! `mamori-status`: one line, always, whatever it finds.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::harness::{Bench, QUIET};

#[test]
fn without_data_it_says_so() {
    let bench = Bench::new();
    assert_eq!(bench.segment(&["--no-style"]), "◌ no data");
    assert_eq!(bench.segment(&["--ascii", "--no-style"]), "? no data");
    assert_eq!(
        bench.segment(&[]),
        "#[push-default]#[dim]◌ no data#[default]#[pop-default]"
    );
    for broken in [
        "",
        "{",
        "\0",
        "{\"schema\":1,\"revision\":1,\"summary\":{\"ok\":",
    ] {
        bench.set_state(broken);
        assert_eq!(bench.segment(&["--no-style"]), "◌ no data", "{broken:?}");
    }
}

#[test]
fn a_home_that_is_nowhere_is_no_data() {
    let bench = Bench::new();
    let mut command = bench.command(crate::harness::SEGMENT);
    let ran = bench.ran(command.env("MAMORI_HOME", "/nonexistent").arg("--no-style"));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "◌ no data\n"));
}

#[test]
fn a_fresh_sample_is_shown_and_an_old_one_is_stale() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    assert_eq!(
        bench.segment(&[]),
        "● 1/1",
        "fine is drawn in the bar's own style"
    );
    let mut state = bench.state();
    let observed = state["summary"]["observed"].as_i64().unwrap();
    state["summary"]["observed"] = json!(observed - 240);
    bench.set_state(state.to_string());
    assert_eq!(bench.segment(&["--no-style"]), "◌ 1 node, 4m old");
    // A watcher that beats is a sign of life, though it had nothing to write.
    let beat = bench.own("watch.lock");
    fs::write(&beat, "1 mamori watch\n").unwrap();
    assert_eq!(bench.segment(&["--no-style"]), "● 1/1");
    let long_ago = SystemTime::now() - Duration::from_secs(151);
    fs::File::options()
        .write(true)
        .open(&beat)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    assert_eq!(bench.segment(&["--no-style"]), "◌ 1 node, 2m old");
}

#[test]
fn every_width_from_8_to_80_holds_the_count() {
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 1"));
    bench.mamori(&["health"]);
    for columns in 8..=80_usize {
        for ascii in [false, true] {
            let width = columns.to_string();
            let mut arguments = vec!["--no-style", "--width", &width];
            arguments.extend(ascii.then_some("--ascii"));
            let line = bench.segment(&arguments);
            assert!(line.chars().count() <= columns, "{columns}: {line}");
            assert!(
                line.starts_with(if ascii { "! 0/1" } else { "▲ 0/1" }),
                "{line}"
            );
        }
    }
}

#[test]
fn a_torn_state_file_is_read_from_its_backup() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    bench.set_state("{\"schema\":1,");
    assert_eq!(bench.segment(&["--no-style"]), "● 1/1");
}

#[test]
fn nonsense_on_the_command_line_is_no_reason_to_be_blank() {
    let bench = Bench::new();
    assert_eq!(
        bench.segment(&["--widht", "-x", "--width", "-5", "", "--no-style"]),
        "◌ no data"
    );
}

#[test]
fn a_file_with_nothing_but_the_contracts_keys_is_shown() {
    let bench = Bench::quiet();
    bench.set_state(r#"{"schema":1,"revision":1,"summary":{"ok":2,"total":3,"text":"▲ 2/3 mugen disk 93%"},
        "nodes":[{"name":"mugen","state":"degraded","since":"2026-11-22T06:00:00Z",
        "observed_at":"2026-11-22T06:00:00Z","latency_ms":3.1,"readings":{},"problems":[]}],"alerts":[]}"#);
    assert_eq!(
        bench.segment(&["--no-style"]),
        "▲ 2/3 mugen disk 93%",
        "as fresh as the file"
    );
    assert!(bench.segment(&[]).contains("bg=yellow"));
    assert_eq!(
        bench.mamori(&["status", "--json"]).json()["nodes"][0]["state"],
        "degraded"
    );
}
