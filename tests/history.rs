//! What is kept of what was seen, and how it is read.

use std::fs;

use serde_json::{Value, json};

use crate::harness::history::{NOW, event, now, rfc3339, sample};
use crate::harness::{Bench, QUIET, until};
use rustix::process::Signal;

#[test]
fn a_look_is_a_sample_and_an_hour_is_a_line() {
    let bench = Bench::quiet();
    let ran = bench.mamori(&["health"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    bench.mamori(&["health"]);
    let samples = bench.kept("samples");
    assert!(!samples.is_empty());
    let first = &samples[0];
    assert_eq!(first["state"], "ok");
    assert!(first["disk_used_bytes"].as_u64().unwrap() > 0, "{first}");
    assert!(first["memory_total_bytes"].as_u64().unwrap() > 0, "{first}");
    assert_eq!(first["battery_percent"], Value::Null);
    // Two looks may lie on either side of an hour.
    let lines = fs::read_to_string(bench.home().join(".miyabi/metrics/disk-usage.log")).unwrap();
    let hours: Vec<&str> = lines.lines().map(|line| &line[..13]).collect();
    let mut once = hours.clone();
    once.dedup();
    assert_eq!(hours, once);
    let percent = lines.lines().next().unwrap().split(' ').nth(1).unwrap();
    assert_eq!(
        serde_json::from_str::<f64>(percent).unwrap().to_string(),
        first["disk_used_percent"].as_f64().unwrap().to_string()
    );
    for name in ["mamori/history.db", "metrics/disk-usage.log"] {
        let path = bench.home().join(".miyabi").join(name);
        assert_eq!(mamori::sys::files::mode(&path), Some(0o600), "{name}");
    }
    assert!(bench.sound());
}

#[test]
fn the_watcher_hands_over_what_it_saw_and_the_rest_at_its_end() {
    let bench = Bench::quiet();
    let watcher = bench.watch();
    until("a sample", || !bench.kept("samples").is_empty());
    let before = bench.kept("samples").len();
    // A call for a look brings news, which are handed over at the end at the latest.
    bench.mamori(&["pause", "local", "--reason", "test"]);
    until("the watcher's look", || {
        bench.state()["nodes"][0]["uptime"]["class"] == "paused"
    });
    watcher.signal(Signal::TERM);
    assert_eq!(watcher.code(), Some(0));
    let samples = bench.kept("samples");
    assert!(samples.len() > before, "{samples:?}");
    assert_eq!(samples.last().unwrap()["state"], "paused");
    assert!(!bench.kept("uptime").is_empty());
    // What both wrote is there once.
    let mut times: Vec<&str> = samples
        .iter()
        .map(|sample| sample["time"].as_str().unwrap())
        .collect();
    times.dedup();
    assert_eq!(times.len(), samples.len());
}

#[test]
fn a_problem_begins_once_and_ends() {
    let bench = Bench::with(QUIET.replace("disk_used_max = 100", "disk_used_max = 1"));
    let errors = bench.home().join(".miyabi/logs/errors.log");
    bench.mamori(&["health"]);
    bench.mamori(&["health"]);
    let text = fs::read_to_string(errors).unwrap();
    let disk: Vec<&str> = text
        .lines()
        .filter(|line| line.split(' ').nth(2) == Some("disk"))
        .collect();
    assert_eq!(disk.len(), 1, "{text}");
    assert!(
        disk[0].contains("Z ") && disk[0].contains("disk "),
        "{text}"
    );
    let problems = bench.kept("problems");
    let open = problems.iter().filter(|one| one["check"] == "disk");
    assert_eq!(open.filter(|one| one["ended"].is_null()).count(), 1);
}

#[test]
fn an_empty_history_is_a_header() {
    let bench = Bench::quiet();
    for table in ["samples", "disks-1h", "forecasts", "layouts"] {
        let ran = bench.mamori(&["history", "export", "--table", table]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert_eq!(ran.stdout.lines().count(), 1, "{table}");
    }
    let ran = bench.mamori(&["history", "export", "--format", "jsonl"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert!(!bench.own("history.db").exists(), "a reader makes nothing");
    let ran = bench.mamori(&["history", "export", "--since", "soon"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = bench.mamori(&["history", "export", "--node", "nobody"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

#[test]
fn every_table_can_be_exported_and_selected_from() {
    let bench = Bench::quiet();
    let span = |class: &str, up, down, at| {
        json!({"uptime": {"node": "a", "uptime": {
            "since": rfc3339(NOW - 1000), "up_ms": up, "down_ms": down, "unknown_ms": 0,
            "paused_ms": 0, "class": class,
            "last": {"at": rfc3339(at), "elapsed_ms": 1, "boot": "b"}}}})
    };
    let ran = bench.keep(&[
        now(NOW),
        sample("a", NOW - 90_000, 500),
        sample("a", NOW, 600),
        sample("=b", NOW, 700),
        span("up", 500_000, 0, NOW - 500),
        span("down", 600_000, 100_000, NOW - 300),
        event("=b", NOW, "@x"),
        json!({"incident": {"node": "a", "check": "sshd", "cause": "killed", "detected": rfc3339(NOW),
            "detected_ms": 7, "recovered": rfc3339(NOW + 1), "to_recover_ms": 80, "tries": 1,
            "by": "watch"}}),
        json!({"deed": {"at": rfc3339(NOW), "part": "logs", "subject": "/x", "verb": "rotated",
            "before": "9 MB", "after": "1 MB"}}),
        json!({"gap": {"from": rfc3339(NOW - 60), "to": rfc3339(NOW), "why": "slept"}}),
    ]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let counts = [
        ("samples", 3),
        ("samples-5m", 3),
        ("samples-1h", 3),
        ("disks", 3),
        ("disks-5m", 3),
        ("disks-1h", 3),
        ("uptime", 2),
        ("events", 1),
        ("problems", 0),
        ("incidents", 1),
        ("restarts", 1),
        ("deeds", 1),
        ("layouts", 0),
        ("gaps", 1),
        ("forecasts", 0),
    ];
    for (table, rows) in counts {
        assert_eq!(bench.kept(table).len(), rows, "{table}");
        let ran = bench.mamori(&["history", "export", "--table", table]);
        assert_eq!(ran.stdout.lines().count(), rows + 1, "{table}");
    }
    let of_a = bench.mamori(&["history", "export", "--node", "a", "--since", "2026-11-22"]);
    let rows: Vec<&str> = of_a.stdout.lines().skip(1).collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(
        rows[0]
            .starts_with("2026-11-22T06:00:00Z,a,ok,0,/,50,600,1000,40,400000000,1000000000,0.5,"),
        "{rows:?}"
    );
    // No spreadsheet runs what a node is called.
    let events = bench.mamori(&["history", "export", "--table", "events"]);
    assert!(
        events.stdout.contains(",'=b,degraded,,'@x\n"),
        "{}",
        events.stdout
    );
    assert_eq!(bench.kept("events")[0]["node"], "=b");
    let uptime = bench.kept("uptime");
    assert_eq!(
        (&uptime[0]["class"], &uptime[1]["class"]),
        (&json!("up"), &json!("down"))
    );
    assert_eq!(uptime[0]["to"], uptime[1]["from"]);
}

#[test]
fn hostile_names_and_numbers_are_kept_or_left_out_but_break_nothing() {
    let bench = Bench::quiet();
    let mut odd = sample(
        "\u{1b}[31mred\u{202e}\n'; DROP TABLE nodes; --",
        NOW,
        u64::MAX,
    );
    odd["sample"]["load"] = json!(1e300);
    odd["sample"]["memory_percent"] = json!(-1e17);
    odd["sample"]["disks"][0]["mount"] = json!("/mnt/\u{1b}]0;x\u{7}\n=1+1");
    odd["sample"]["problems"] =
        json!([{"check": "tmux:'\u{1b}", "since": i64::MIN, "text": "\u{7}"}]);
    let mut many = sample("many", NOW, 1);
    let disks = (0..1_000).map(|at| {
        json!({"mount": format!("/{at}"), "used_bytes": 1, "total_bytes": 2, "used_percent": 50.0,
               "inodes_used_percent": 1.0})
    });
    many["sample"]["disks"] = disks.collect();
    let mut far = sample("far", i64::MAX, 1);
    far["sample"]["state"] = json!("a state of a newer build");
    let records = [
        now(NOW),
        odd,
        many,
        far,
        json!("no record"),
        json!({"novel": 1}),
    ];
    let ran = bench.keep(&records);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "warning: 2 records could not be read\n");
    assert!(bench.sound());
    let samples = bench.kept("samples");
    assert_eq!(samples.len(), 2, "what lies beyond all years is left out");
    let red = samples.iter().find(|one| one["node"] != "many").unwrap();
    assert_eq!(
        (&red["load_1m"], &red["disk_used_bytes"]),
        (&Value::Null, &Value::Null)
    );
    let text = bench
        .mamori(&["history", "export", "--table", "disks"])
        .stdout;
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    let mounts: i64 = bench
        .database()
        .query_row("SELECT count(*) FROM mounts", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mounts, 257, "one of the one, 256 of the other");
}

#[test]
fn what_was_done_to_windows_is_taken_over_and_cut_there() {
    let bench = Bench::quiet();
    let pid = std::process::id();
    let file = bench.own(&format!("layout/{pid}-5"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let deed = |at: i64| json!({"at": at, "window": "@3", "verb": "event", "panes": 2, "before": 700, "after": null});
    let memory =
        json!({"schema": 1, "windows": {}, "deeds": [deed(NOW), deed(NOW), deed(NOW + 1)]});
    fs::write(&file, memory.to_string()).unwrap();
    assert_eq!(bench.keep(&[now(NOW)]).code, Some(0));
    let kept = bench.kept("layouts");
    assert_eq!(kept.len(), 3);
    assert_eq!(
        (&kept[0]["before"], &kept[0]["after"]),
        (&json!(700), &Value::Null)
    );
    let left: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(left["deeds"], json!([]));
    assert_eq!(bench.keep(&[now(NOW)]).code, Some(0));
    assert_eq!(bench.kept("layouts").len(), 3);
}
