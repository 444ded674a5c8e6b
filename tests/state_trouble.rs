//! A state file that cannot be written: a lock that is not let go, a full
//! disk, a home nobody may write to.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;

use crate::harness::{Bench, Mounted, root};

#[test]
fn a_stopped_lock_holder_is_named_and_a_result_is_shown_all_the_same() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let before = fs::read(bench.own("state.json")).unwrap();
    let holder = stopped_holder(&bench);
    let start = Instant::now();
    let ran = bench.mamori(&["pause", "local"]);
    assert!(
        start.elapsed() >= Duration::from_millis(4_900),
        "it gave up too early"
    );
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.stderr.starts_with(
            "error: the state file `HOME/.miyabi/mamori/state.json` is locked: held by"
        ),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("mamori test (pid 4242)"),
        "{}",
        ran.stderr
    );
    let ran = bench.mamori(&["health"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.starts_with("● 1/1\n"), "{}", ran.stdout);
    assert!(
        ran.stderr
            .starts_with("warning: not recorded: the state file"),
        "{}",
        ran.stderr
    );
    // Readers do not care for locks.
    assert_eq!(bench.mamori(&["status"]).code, Some(0));
    assert_eq!(fs::read(bench.own("state.json")).unwrap(), before);
    drop(holder);
    assert_eq!(bench.mamori(&["pause", "local"]).code, Some(0));
}

/// The lock held by a file description that nobody will ever let go by itself.
fn stopped_holder(bench: &Bench) -> fs::File {
    let mut lock = fs::File::options()
        .write(true)
        .open(bench.own("state.lock"))
        .unwrap();
    rustix::fs::flock(&lock, FlockOperation::LockExclusive).unwrap();
    lock.set_len(0).unwrap();
    lock.write_all(b"4242 mamori test\n").unwrap();
    lock
}

#[test]
fn a_full_disk_leaves_the_old_state_whole_and_is_named() {
    if !root("mounting a small disk") {
        return;
    }
    let bench = Bench::quiet();
    let disk = Mounted::small(&bench.home().join(".miyabi"), "64k");
    let run = |arguments: &[&str]| disk.mamori(&bench, arguments);
    assert_eq!(run(&["pause", "local", "--reason", "before"]).code, Some(0));
    assert_eq!(run(&["health"]).code, Some(0));
    let state = disk.path("mamori/state.json");
    let before = fs::read(&state).unwrap();
    // Fill it to the last page.
    let filling = fs::write(disk.path("filling"), vec![1; 1 << 20]);
    assert!(filling.is_err(), "the disk is not full");
    let ran = run(&["pause", "local", "--reason", "after"]);
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.stderr.contains("No space left on device"),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read(&state).unwrap(), before);
    assert!(run(&["status"]).stdout.contains("before"));
    let ran = run(&["health"]);
    assert!(
        ran.stderr
            .starts_with("warning: not recorded: could not write"),
        "{}",
        ran.stderr
    );
    let names = fs::read_dir(disk.path("mamori"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // Room again: all is well.
    fs::remove_file(disk.path("filling")).unwrap();
    assert_eq!(run(&["pause", "local", "--reason", "after"]).code, Some(0));
}

#[test]
fn a_home_that_cannot_be_written_costs_the_record_and_not_the_result() {
    let bench = Bench::quiet();
    // Nobody can make a folder there, not even root.
    let run = |arguments: &[&str]| {
        bench.ran(
            bench
                .command(crate::harness::MAMORI)
                .env("MAMORI_HOME", "/proc/mamori")
                .args(arguments),
        )
    };
    let ran = run(&["health"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.starts_with("● 1/1\n"), "{}", ran.stdout);
    assert!(
        ran.stderr
            .starts_with("warning: not recorded: could not create"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&["pause", "local"]).code, Some(3));
    assert_eq!(run(&["status"]).code, Some(3));
    assert_eq!(run(&["watch", "--once"]).code, Some(3));
    assert_eq!(run(&["doctor"]).code, Some(1));
}
