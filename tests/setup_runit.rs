//! `mamori setup service` with a real runit.

use std::fs;
use std::process::Stdio;

use crate::harness::{Bench, MAMORI, Ran, Running, until};

const UNDO: [&str; 4] = ["setup", "service", "--undo", "--yes"];

#[test]
fn a_real_runit_starts_and_loses_the_watcher() {
    let bench = Bench::quiet();
    let services = bench.home().join("my services");
    fs::create_dir(&services).unwrap();
    let mut runsvdir = bench.command("runsvdir");
    let Ok(child) = runsvdir.arg(&services).stderr(Stdio::null()).spawn() else {
        eprintln!("not tried, because it is not installed: runit");
        return;
    };
    let runit = Running(child);
    let run = |words: &[&str]| -> Ran {
        let ran = bench.ran(bench.command(MAMORI).env("SVDIR", &services).args(words));
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran
    };
    let words = ["setup", "service", "--yes", "--manager", "runit"];
    run(&words);
    let lock = bench.own("watch.lock");
    until("the watcher", || mamori::sys::flock::held(&lock).is_some());
    let again = run(&words);
    assert!(
        again.stdout.ends_with("nothing to do\n"),
        "{}",
        again.stdout
    );
    run(&UNDO);
    until("its end", || mamori::sys::flock::held(&lock).is_none());
    // However `runsvdir` comes round meanwhile.
    let left = services.join("mamori-watch");
    until("its folder's end", || !left.exists());
    let serves = || {
        let pid = runit.0.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        children.is_ok_and(|children| !children.trim().is_empty())
    };
    until("no runsv", || !serves());
    assert!(!left.exists());
    assert!(bench.own("logs/watch/current").exists());
}
