//! `mamori export openmetrics`, printed and kept in a file.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use mamori::model::state::State;

use crate::harness::{Bench, Ran, mode};
use crate::scraped::known::{self, HOSTILE};
use crate::scraped::prometheus::{here, promtool};

/// A home with this state file.
pub fn knowing(state: &State) -> Bench {
    let bench = Bench::quiet();
    bench.set_state(serde_json::to_string(state).unwrap());
    bench
}

fn export(bench: &Bench, arguments: &[&str]) -> Ran {
    bench.mamori(&[&["export", "openmetrics"], arguments].concat())
}

fn printed(state: &State) -> String {
    let ran = export(&knowing(state), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    ran.stdout
}

#[test]
fn what_is_known_is_there_in_base_units() {
    let state = known::state();
    let text = printed(&state);
    let at = state.nodes[0].since.0;
    for line in [
        "mamori_node_state{node=\"laptop\",state=\"degraded\"} 1",
        "mamori_node_state{node=\"laptop\",state=\"ok\"} 0",
        "mamori_node_up{node=\"laptop\"} 1",
        &format!("mamori_node_observed_timestamp_seconds{{node=\"laptop\"}} {at}"),
        "mamori_disk_used_ratio{node=\"laptop\",mountpoint=\"/\"} 0.931",
        "mamori_disk_size_bytes{node=\"laptop\",mountpoint=\"/\"} 100000000000",
        "mamori_memory_available_ratio{node=\"laptop\"} 0.48",
        "mamori_uptime_seconds{node=\"laptop\"} 86400",
        "mamori_tmux_sessions{node=\"laptop\"} 2",
        "mamori_service_up{node=\"laptop\",service=\"web\"} 0",
        "mamori_problem{node=\"laptop\",check=\"disk\"} 1",
        "mamori_alert_firing{node=\"laptop\",check=\"disk\",severity=\"warning\"} 1",
        "mamori_alert_number{node=\"laptop\",check=\"disk\"} 12",
        "mamori_alert_snoozed{node=\"laptop\",check=\"sshd\"} 1",
        "mamori_alerts{severity=\"critical\",state=\"snoozed\"} 1",
        "mamori_alerts_raised_total 13",
        &format!(
            "mamori_forecast_crossing_timestamp_seconds{{node=\"laptop\",check=\"disk\",what=\"disk\"}} {}",
            at + 259_200
        ),
        "mamori_recovery_breaker_open{node=\"laptop\",check=\"sshd\"} 1",
        "mamori_incident_last_recovery_seconds{node=\"laptop\",check=\"sshd\"} 0.08",
        "mamori_node_time_seconds_total{node=\"laptop\",class=\"up\"} 90.5",
        "mamori_state_revisions_total 42",
        "mamori_watcher_up 0",
        "mamori_coordinator_info{node=\"laptop\"} 1",
        "# UNIT mamori_disk_used_bytes bytes",
        "# TYPE mamori_node_time_seconds counter",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    assert!(text.ends_with("\n# EOF\n"));
}

#[test]
fn what_is_not_known_is_no_zero() {
    let text = printed(&known::state());
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    assert!(!has("mamori_network_up"), "it failed");
    assert!(has(
        "mamori_reading_failed{node=\"laptop\",reading=\"network\"} 1"
    ));
    assert!(!has("mamori_battery_discharging"), "this machine has none");
    assert!(!has(
        "mamori_reading_failed{node=\"laptop\",reading=\"battery_discharging\"}"
    ));
    assert!(has(
        "mamori_reading_failed{node=\"laptop\",reading=\"disk\"} 0"
    ));
    assert!(!has("mamori_watcher_beat"), "nobody ever watched");
}

#[test]
fn hostile_names_stay_one_line_and_one_label() {
    let text = printed(&known::state());
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(steers));
    assert_eq!(text.matches("\n# EOF").count(), 1);
    let mount = text
        .lines()
        .find(|line| line.starts_with("mamori_disk_used_ratio{node=\"laptop\",mountpoint=\"/mnt"));
    let start =
        "mamori_disk_used_ratio{node=\"laptop\",mountpoint=\"/mnt/a \\\"b\\\" \\\\c # EOF[31m日本~";
    assert!(mount.unwrap().starts_with(start), "{mount:?}");
    // `HOSTILE` holds a slash, so the id's node is what stands before it.
    assert_eq!(HOSTILE.split('/').next(), Some(""));
}

#[test]
fn promtool_finds_nothing_to_complain_of() {
    if !here() {
        return;
    }
    let bench = knowing(&known::state());
    let file = bench.home().join("mamori.prom");
    let ran = export(&bench, &["--textfile", file.to_str().unwrap()]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), "", "")
    );
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("\n# TYPE mamori_node_time_seconds_total counter\n"),
        "{text}"
    );
    assert_eq!(promtool(bench.home(), &["check", "metrics"], &text), "");
}

#[test]
fn many_entries_are_bounded_and_counted() {
    let mut state = known::state();
    let mut disks = state.nodes[0].readings.disks.value().unwrap().clone();
    for number in 0..300 {
        let mut disk = disks[0].clone();
        disk.mount = format!("/mnt/{number}/{}", "x".repeat(5_000));
        disks.push(disk);
    }
    state.nodes[0].readings.disks = mamori::model::reading::Reading::Value(disks);
    let text = printed(&state);
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(count("mamori_disk_used_ratio{"), 64);
    assert!(text.contains("\nmamori_export_left_out 238\n"));
    assert!(text.lines().all(|line| line.len() < 600));
}

#[test]
fn a_file_is_replaced_whole_and_everybody_may_read_it() {
    let bench = knowing(&known::state());
    let (file, link) = (bench.home().join("m.prom"), bench.home().join("link.prom"));
    fs::write(&file, "old").unwrap();
    mode(&file, 0o600);
    symlink(&file, &link).unwrap();
    let keep = |name: &str| {
        export(
            &bench,
            &["--textfile", bench.home().join(name).to_str().unwrap()],
        )
    };
    assert_eq!(keep("link.prom").code, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .starts_with("# HELP mamori_build_info ")
    );
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o644
    );
    let left = fs::read_dir(bench.home()).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with(".m.prom")),
        "{left:?}"
    );

    let ran = keep("");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(
        ran.stderr,
        "error: `HOME/` is a folder; --textfile names a file\n\
         hint: mamori export openmetrics --textfile HOME/mamori.prom\n"
    );
    let ran = keep("none/m.prom");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stderr.contains("could not write `HOME/none/m.prom`"),
        "{ran:?}"
    );
}

#[test]
fn without_a_state_file_there_is_nothing_to_export() {
    let bench = Bench::quiet();
    let ran = export(&bench, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    assert_eq!(
        ran.stderr,
        "error: there is no state file `HOME/.miyabi/mamori/state.json` yet\nhint: mamori health\n"
    );
    let file = bench.home().join("m.prom");
    assert_eq!(
        export(&bench, &["--textfile", file.to_str().unwrap()]).code,
        Some(3)
    );
    assert!(!file.exists());
    bench.set_state("{");
    assert_eq!(export(&bench, &[]).code, Some(3));
    bench.set_state("{\"schema\":2}");
    assert_eq!(export(&bench, &[]).code, Some(3));
}

#[test]
fn what_the_command_line_does_not_take() {
    let bench = knowing(&known::state());
    for bad in ["nonsense", "example.org:1", "70000", "[::1"] {
        let ran = export(&bench, &["--listen", bad]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{bad}");
        assert!(
            ran.stderr.contains(&format!("`{bad}` is no address")),
            "{ran:?}"
        );
    }
    assert_eq!(
        export(&bench, &["--listen", "1", "--textfile", "x"]).code,
        Some(2)
    );
    assert_eq!(bench.mamori(&["export"]).code, Some(2));
}
