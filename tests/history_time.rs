//! What goes when, whatever clocks say; and what many writers make of it.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::harness::history::{NOW, event, lines, now, sample};
use crate::harness::{Bench, MAMORI};

const DAY: i64 = 86_400;

/// A sample an hour, of so many days up to `NOW`.
fn days(count: i64) -> Vec<Value> {
    let hours = (0..count * 24).rev();
    let samples = hours.map(|hour| sample("a", NOW - hour * 3_600, 500));
    std::iter::once(now(NOW)).chain(samples).collect()
}

#[test]
fn samples_age_into_buckets() {
    let bench = Bench::quiet();
    assert_eq!(bench.keep(&days(120)).code, Some(0));
    let count = |table| i64::try_from(bench.kept(table).len()).unwrap();
    let about = |count: i64, days: i64| (days * 24..=(days + 1) * 24).contains(&count);
    assert!(about(count("samples"), 14), "{}", count("samples"));
    assert!(about(count("disks"), 14), "{}", count("disks"));
    assert!(about(count("samples-5m"), 90), "{}", count("samples-5m"));
    assert_eq!(count("samples-1h"), 120 * 24);
    assert_eq!(count("disks-1h"), 120 * 24);
    let first = &bench.kept("disks-1h")[0];
    assert_eq!(first["used_bytes_mean"], 500.0);
}

#[test]
fn buckets_hold_what_samples_held() {
    let bench = Bench::quiet();
    let at = NOW - NOW % 3_600;
    let mut records = vec![now(NOW)];
    for minute in 0..60 {
        let mut one = sample("a", at + minute * 60, u64::try_from(minute).unwrap());
        one["sample"]["load"] = minute.into();
        if minute % 2 == 0 {
            one["sample"]["latency_ms"] = 2.5.into();
        }
        records.push(one);
    }
    // In two parts, and the second twice.
    assert_eq!(bench.keep(&records[..20]).code, Some(0));
    for _ in 0..2 {
        assert_eq!(bench.keep(&records[10..]).code, Some(0));
    }
    let hours = bench.kept("samples-1h");
    assert_eq!(hours.len(), 1);
    let hour = &hours[0];
    assert_eq!(
        (&hour["samples"], &hour["latency_probes"]),
        (&60.into(), &30.into())
    );
    let spread = ["min", "mean", "max"].map(|part| hour[format!("load_1m_{part}")].clone());
    assert_eq!(spread, [0.0.into(), 29.5.into(), 59.0.into()] as [Value; 3]);
    assert_eq!(hour["disk_used_bytes_mean"], 29.5);
    assert_eq!(bench.kept("samples-5m").len(), 12);
}

#[test]
fn a_clock_that_jumps_ten_years_ahead_and_back_forgets_nothing() {
    let bench = Bench::quiet();
    assert_eq!(bench.keep(&days(13)).code, Some(0));
    let before = bench.kept("samples").len();
    let ahead = NOW + 3_650 * DAY;
    assert_eq!(
        bench.keep(&[now(ahead), sample("a", ahead, 1)]).code,
        Some(0)
    );
    assert_eq!(bench.keep(&[now(1), sample("a", 1, 1)]).code, Some(0));
    assert_eq!(
        bench.keep(&[now(NOW + 60), sample("a", NOW + 60, 1)]).code,
        Some(0)
    );
    assert_eq!(
        bench.kept("samples").len(),
        before + 3 - 1,
        "only 1970 is too old"
    );
    // What is too old by a clock that is right goes all the same.
    let later: Vec<Value> = (1..=20)
        .map(|day| sample("a", NOW + day * DAY, 2))
        .collect();
    let records: Vec<Value> = std::iter::once(now(NOW + 20 * DAY)).chain(later).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    let left = bench.kept("samples");
    assert!(left.len() <= 17, "{}", left.len());
}

#[test]
fn four_writers_double_and_lose_nothing() {
    let bench = Bench::quiet();
    let events: Vec<Value> = (0..50)
        .map(|at| event("a", NOW + at / 2, &format!("text {}", at / 4)))
        .collect();
    let records = |writer: i64| {
        let own = (0..50).map(|at| sample(&format!("n{writer}"), NOW + at, 1));
        let shared = (0..50).map(|at| sample("shared", NOW + at, 1));
        let all = std::iter::once(now(NOW)).chain(events.clone());
        all.chain(own).chain(shared).collect::<Vec<Value>>()
    };
    thread::scope(|scope| {
        for writer in 0..4 {
            let (bench, records) = (&bench, records(writer));
            scope.spawn(move || {
                for _ in 0..5 {
                    let ran = bench.keep(&records);
                    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
                }
            });
        }
    });
    assert_eq!(bench.kept("events").len(), 50);
    assert_eq!(bench.kept("samples").len(), 5 * 50);
    let hours = bench.kept("samples-1h");
    assert!(hours.iter().all(|hour| hour["samples"] == 50), "{hours:?}");
    assert!(bench.sound());
}

#[test]
fn fifty_kills_leave_a_sound_file_and_whole_batches() {
    let bench = Bench::quiet();
    let batch = |round: i64| {
        let samples = (0..200).map(|at| sample("a", NOW + round * 1_000 + at, 1));
        std::iter::once(now(NOW))
            .chain(samples)
            .chain([event("a", NOW + round, "x")])
            .collect::<Vec<Value>>()
    };
    assert_eq!(bench.keep(&batch(0)).code, Some(0));
    for round in 1..=50 {
        let mut command = bench.command(MAMORI);
        command.args(["history", "record"]);
        killed_after(
            command,
            &lines(&batch(round)),
            Duration::from_micros(600 * round.unsigned_abs()),
        );
    }
    assert!(bench.sound());
    let kept = bench.kept("events").len();
    assert_eq!(
        bench.kept("samples").len(),
        kept * 200,
        "a batch is whole or not there"
    );
    // What was cut off is handed over again.
    for round in 0..=50 {
        assert_eq!(bench.keep(&batch(round)).code, Some(0));
    }
    assert_eq!(bench.kept("samples").len(), 51 * 200);
    let hours = bench.kept("samples-1h");
    let sum: i64 = hours
        .iter()
        .map(|hour| hour["samples"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 51 * 200);
}

/// Ends a program with SIGKILL somewhere in its work.
fn killed_after(mut command: Command, input: &str, span: Duration) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
    drop(stdin);
    thread::sleep(span);
    let _ = child.kill();
    child.wait().unwrap();
}
