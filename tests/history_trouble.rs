//! A history that cannot be used: said once, and nothing else stops.

use std::fs;
use std::os::unix::fs::FileExt as _;

use rusqlite::TransactionBehavior;
use serde_json::Value;

use crate::harness::history::{NOW, event, lines, now, sample};
use crate::harness::{Bench, MAMORI, Mounted, may_mount};

/// A history of some days, several pages large.
fn filled() -> Bench {
    let bench = Bench::quiet();
    let samples = (0..3_000).map(|at| sample("a", NOW + at * 60, 500));
    let events = (0..300).map(|at| event("a", NOW + at, &format!("event {at}")));
    let all: Vec<Value> = std::iter::once(now(NOW + 180_000))
        .chain(samples)
        .chain(events)
        .collect();
    assert_eq!(bench.keep(&all).code, Some(0));
    bench
}

/// A command's result is the same as without a history, and one line says why.
fn said_once(bench: &Bench, says: &str) {
    let ran = bench.mamori(&["health"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("● 1/1\n"), "{}", ran.stdout);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("warning: ") && ran.stderr.contains(says),
        "{}",
        ran.stderr
    );
}

#[test]
fn one_that_somebody_locks_is_left_out() {
    let bench = filled();
    let mut database = bench.database();
    let lock = database
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .unwrap();
    said_once(&bench, "locked by another process");
    let ran = bench.keep(&[now(NOW), sample("b", NOW, 1)]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    drop(lock);
    let ran = bench.keep(&[now(NOW), sample("b", NOW, 1)]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_newer_one_is_left_as_it_is_to_the_byte() {
    let bench = filled();
    bench
        .database()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = fs::read(bench.own("history.db")).unwrap();
    said_once(&bench, "schema 99, newer than this build knows");
    assert_eq!(bench.keep(&[now(NOW), sample("b", NOW, 1)]).code, Some(3));
    let ran = bench.mamori(&["history", "check"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("make install"), "{}", ran.stderr);
    assert_eq!(bench.mamori(&["history", "export"]).code, Some(3));
    assert!(fs::read(bench.own("history.db")).unwrap() == before);
    assert_eq!(bench.set_aside(), Vec::<String>::new());
    let ran = bench.mamori(&["doctor"]);
    assert!(ran.stdout.contains("schema 99"), "{}", ran.stdout);
}

#[test]
fn a_database_of_something_else_is_left_alone() {
    let bench = Bench::quiet();
    fs::create_dir_all(bench.own("")).unwrap();
    let other = rusqlite::Connection::open(bench.own("history.db")).unwrap();
    other.execute_batch("CREATE TABLE mine (x)").unwrap();
    drop(other);
    let before = fs::read(bench.own("history.db")).unwrap();
    said_once(&bench, "is no history of ours");
    assert!(fs::read(bench.own("history.db")).unwrap() == before);
}

#[test]
fn an_older_one_is_brought_up_to_date() {
    let bench = filled();
    let database = bench.database();
    database
        .execute_batch(
            "DROP VIEW restarts; DROP TABLE problems; DROP TABLE deeds; DROP TABLE layouts; \
             DROP TABLE gaps; DROP TABLE forecasts; DROP TABLE measurements; DROP TABLE folders; \
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(database);
    assert_eq!(bench.keep(&[now(NOW), sample("b", NOW, 1)]).code, Some(0));
    let version: i64 = bench
        .database()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, mamori::sys::history::SCHEMA);
    assert_eq!(bench.kept("samples").len(), 3_001);
    assert_eq!(bench.kept("problems").len(), 0);
    assert!(bench.sound());
}

/// Breaks the file, and expects that it is built anew with at least so many of
/// its 3 000 samples and 300 events.
fn mended(spoil: impl Fn(&Bench), samples: usize, events: usize) {
    let bench = filled();
    spoil(&bench);
    let ran = bench.mamori(&["history", "check"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("history.db.corrupt-"), "{}", ran.stdout);
    assert_eq!(bench.set_aside().len(), 1, "{:?}", bench.set_aside());
    assert!(bench.sound());
    let (kept, happened) = (bench.kept("samples").len(), bench.kept("events").len());
    assert!(kept >= samples, "{kept} samples saved");
    assert!(happened >= events, "{happened} events saved");
    assert_eq!(bench.mamori(&["history", "check"]).code, Some(0));
    let ran = bench.mamori(&["health"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        mamori::sys::files::mode(&bench.own("history.db")),
        Some(0o600)
    );
}

fn overwrite(bench: &Bench, at: u64, bytes: &[u8]) {
    let file = fs::File::options()
        .write(true)
        .open(bench.own("history.db"))
        .unwrap();
    file.write_all_at(bytes, at).unwrap();
}

fn length(bench: &Bench) -> u64 {
    fs::metadata(bench.own("history.db")).unwrap().len()
}

#[test]
fn a_page_of_garbage_costs_what_was_on_it() {
    // The largest table's pages are the last ones written.
    let garbage: Vec<u8> = (0..4_096_u32).map(|at| (at * 31 % 251) as u8).collect();
    mended(
        |bench| overwrite(bench, length(bench) / 4_096 / 2 * 4_096, &garbage),
        1_000,
        200,
    );
}

#[test]
fn a_header_of_garbage_costs_nothing_but_the_file() {
    mended(|bench| overwrite(bench, 0, &[0xa5; 100]), 3_000, 300);
}

#[test]
fn one_that_was_cut_off_is_built_anew() {
    mended(
        |bench| {
            let half = length(bench) / 2;
            let file = fs::File::options()
                .write(true)
                .open(bench.own("history.db"));
            file.unwrap().set_len(half).unwrap();
        },
        0,
        0,
    );
}

#[test]
fn one_of_nothing_but_zeros_is_built_anew() {
    mended(
        |bench| {
            let zeros = vec![0; usize::try_from(length(bench)).unwrap()];
            overwrite(bench, 0, &zeros);
        },
        0,
        0,
    );
}

#[test]
fn whoever_finds_it_broken_mends_it() {
    let bench = filled();
    overwrite(&bench, 0, &[0; 4_096]);
    said_once(&bench, "the history was broken");
    assert_eq!(bench.set_aside().len(), 1);
    assert!(bench.sound());
    assert!(!bench.kept("samples").is_empty());
}

#[test]
fn a_folder_in_its_place_is_said() {
    let bench = Bench::quiet();
    fs::create_dir_all(bench.own("history.db")).unwrap();
    said_once(&bench, "it is no regular file");
    let ran = bench.mamori(&["history", "export"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: mamori doctor"), "{}", ran.stderr);
}

#[test]
fn a_disk_that_is_full_or_read_only_changes_no_result() {
    if !may_mount() {
        return;
    }
    let bench = Bench::quiet();
    let point = bench.home().join("small");
    let disk = Mounted::small(&point, "1m");
    let home = point.join("home");
    let health = || {
        let mut command = disk.command(&bench, MAMORI);
        command.env("MAMORI_HOME", &home).arg("health");
        bench.ran(&mut command)
    };
    let first = health();
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    fs::write(disk.path("filler"), vec![1; 1 << 20]).unwrap_err();
    let full = health();
    // A disk that is full is a problem of its own.
    assert_eq!(full.code, Some(1), "{}", full.stderr);
    assert!(full.stdout.starts_with("▲ 0/1"), "{}", full.stdout);
    assert_eq!(full.stderr.lines().count(), 1, "{}", full.stderr);
    let mut command = disk.command(&bench, MAMORI);
    command
        .env("MAMORI_HOME", &home)
        .args(["history", "record"]);
    let batch: Vec<Value> = (0..4_000).map(|at| sample("a", NOW + at, 1)).collect();
    let ran = bench.fed(command, &lines(&batch));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    fs::remove_file(disk.path("filler")).unwrap();
    assert_eq!(health().stderr, "");
    let mut remount = disk.command(&bench, "mount");
    remount.args(["-o", "remount,ro"]).arg(&point);
    assert!(remount.status().unwrap().success());
    let frozen = health();
    assert!(frozen.stdout.contains("1/1") || frozen.code == Some(1));
    assert_eq!(frozen.stderr.lines().count(), 1, "{}", frozen.stderr);
    let mut command = disk.command(&bench, MAMORI);
    command
        .env("MAMORI_HOME", &home)
        .args(["history", "export"]);
    let ran = bench.ran(&mut command);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), ""),
        "it can be read"
    );
    assert!(ran.stdout.lines().count() > 1);
}
