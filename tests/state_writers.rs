//! Many writers, and writers that die: nothing is lost, nothing is torn.

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Bench, MAMORI};

#[test]
fn sixteen_writers_of_a_hundred_updates_raise_the_revision_by_1600() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let before = bench.state()["revision"].as_u64().unwrap();
    thread::scope(|scope| {
        for writer in 0..16 {
            let bench = &bench;
            scope.spawn(move || {
                for update in 0..100 {
                    let reason = format!("writer {writer} update {update}");
                    let ran = bench.mamori(&["pause", "local", "--reason", &reason]);
                    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
                }
            });
        }
    });
    assert_eq!(bench.state()["revision"].as_u64().unwrap(), before + 1_600);
}

#[test]
fn two_hundred_killed_writers_lose_no_update_and_tear_no_file() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let done = AtomicBool::new(false);
    let reads = thread::scope(|scope| {
        let reader = scope.spawn(|| read_until(&bench, &done));
        kill_writers(&bench);
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads > 200, "the reader hardly read: {reads}");
    // The next start works beside whatever was left, and sweeps it away.
    fs::write(bench.own(".state.json.left"), "torn").unwrap();
    assert_eq!(
        bench.mamori(&["pause", "local", "--reason", "last"]).code,
        Some(0)
    );
    let names = fs::read_dir(bench.own(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(bench.mamori(&["status"]).stdout.contains("last"));
}

/// Reads the file as fast as it can: each time it must be whole, and never
/// older than before.
fn read_until(bench: &Bench, done: &AtomicBool) -> u64 {
    let (mut reads, mut newest) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        let revision = bench.state()["revision"].as_u64().unwrap();
        assert!(revision >= newest, "{revision} after {newest}");
        (reads, newest) = (reads + 1, revision);
    }
    reads
}

/// Kills 200 writers at moments spread over the whole of a write, and more
/// than a write.
fn kill_writers(bench: &Bench) {
    let (mut finished, mut killed) = (0, 0);
    let reason = |state: &Value| {
        let pauses = state["pauses"].as_object().unwrap();
        pauses
            .values()
            .next()
            .map(|pause| pause["reason"].as_str().unwrap().to_owned())
    };
    let mut last = reason(&bench.state());
    for writer in 0..200_u64 {
        let wanted = format!("writer {writer}");
        let mut child = bench
            .command(MAMORI)
            .args(["pause", "local", "--reason", &wanted])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // A prime step walks through the interval without a pattern.
        thread::sleep(Duration::from_micros((writer * 7_919) % 12_000));
        // It may have ended by itself.
        let _ = child.kill();
        let whole = child.wait().unwrap().success();
        let found = reason(&bench.state());
        if whole {
            finished += 1;
            assert_eq!(
                found.as_deref(),
                Some(wanted.as_str()),
                "a finished update was lost"
            );
        } else {
            killed += 1;
            assert!(
                found == last || found.as_deref() == Some(&wanted),
                "{found:?} after {last:?}"
            );
        }
        last = found;
    }
    assert!(killed > 0, "no writer was killed: {finished} finished");
}
