//! A state file that cannot be written: a lock that is not let go, a full
//! disk, a home nobody may write to.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;

use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::{Bench, Mounted, Running, may_mount, until};

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
        ran.stderr
            .contains(&format!("mamori test (pid {})", std::process::id())),
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
    writeln!(lock, "{} mamori test", std::process::id()).unwrap();
    lock
}

#[test]
fn a_holder_that_did_not_sign_is_named_by_the_kernel() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let lock = bench.own("state.lock");
    let script = "exec 9>>\"$1\" && flock 9 && echo held && exec sleep 600";
    let mut holder = bench.command("sh");
    holder
        .args(["-c", script, "sh"])
        .arg(&lock)
        .stdout(Stdio::piped());
    let mut child = holder.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "held\n");
    let holder = Running(child);
    holder.signal(rustix::process::Signal::STOP);
    let ran = bench.mamori(&["pause", "local"]);
    assert_eq!(ran.code, Some(3));
    // The shell's `flock` took the lock for the file description they share.
    assert!(
        !ran.stderr.contains("mamori health"),
        "who ended long ago is not it: {}",
        ran.stderr
    );
    assert!(ran.stderr.contains("is locked: held by "), "{}", ran.stderr);
}

#[test]
fn a_full_disk_leaves_the_old_state_whole_and_is_named() {
    if !may_mount() {
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
    // What is broken is mended all the same.
    let ran = run(&["watch", "--once"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stderr.contains("so nothing is recorded"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&["doctor"]).code, Some(1));
}

#[test]
fn a_backup_that_cannot_be_made_costs_neither_the_write_nor_the_other_backups() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let backup = fs::read(bench.own("state.json.1")).unwrap();
    // A folder that is not empty in the place of the oldest backup.
    fs::create_dir_all(bench.own("state.json.3/x")).unwrap();
    fs::write(bench.own("state.json.2"), &backup).unwrap();
    let before = bench.state()["revision"].as_u64().unwrap();
    let ran = bench.mamori(&["pause", "local"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr
            .starts_with("warning: no backup was made: could not rename"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.state()["revision"].as_u64().unwrap(), before + 1);
    assert_eq!(fs::read(bench.own("state.json.1")).unwrap(), backup);
}

#[test]
fn what_is_no_file_in_a_files_place_is_told_and_holds_nothing_up() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    bench.mamori(&["pause", "local", "--reason", "kept"]);
    for fifo in [true, false] {
        fs::remove_file(bench.own("state.json")).unwrap();
        if fifo {
            let made = bench.ran(bench.command("mkfifo").arg(bench.own("state.json")));
            assert_eq!(made.code, Some(0), "{}", made.stderr);
        } else {
            fs::create_dir(bench.own("state.json")).unwrap();
        }
        assert_eq!(bench.segment(&["--no-style"]), "● 0/0", "from the backup");
        let ran = bench.mamori(&["status"]);
        assert!(
            ran.stdout.contains("kept") && ran.stderr.contains("is broken ("),
            "{ran:?}"
        );
        assert!(
            bench.mamori(&["health"]).stderr.contains("and is kept as"),
            "set aside"
        );
        assert!(bench.mamori(&["status"]).stderr.is_empty());
    }
}

#[test]
fn numbers_at_their_end_are_survived() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let mut state = bench.state();
    state["revision"] = u64::MAX.into();
    state["next_alert"] = u64::MAX.into();
    bench.set_state(state.to_string());
    assert_eq!(bench.mamori(&["pause", "local"]).code, Some(0));
    assert_eq!(bench.mamori(&["health"]).code, Some(0));
}

#[test]
fn a_linked_state_file_stays_a_link() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let elsewhere = bench.home().join("elsewhere.json");
    fs::rename(bench.own("state.json"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, bench.own("state.json")).unwrap();
    bench.mamori(&["pause", "local"]);
    assert!(
        fs::symlink_metadata(bench.own("state.json"))
            .unwrap()
            .is_symlink()
    );
    assert!(
        fs::read_to_string(&elsewhere)
            .unwrap()
            .contains("\"paused\"")
    );
}

#[test]
fn a_watcher_that_cannot_write_does_not_vouch_for_the_file() {
    if !may_mount() {
        return;
    }
    let quick = "[watch]\nhealth_every = \"10s\"\n";
    let bench = Bench::with(format!("{quick}{}", crate::harness::QUIET));
    let disk = Mounted::small(&bench.home().join(".miyabi"), "64k");
    let tmux = Tmux::start(&bench, "default", "set -g status-right '#{mamori}'\n");
    let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/mamori.tmux");
    let mut load = disk.command(&bench, plugin);
    load.env("TMUX", format!("{},0,0", tmux.socket().display()))
        .env("PATH", path_with_binaries());
    assert!(load.status().unwrap().success());
    let mut watch = disk.command(&bench, crate::harness::MAMORI);
    let mut watcher = watch
        .arg("watch")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let complaints = BufReader::new(watcher.stderr.take().unwrap()).lines();
    let _watcher = Running(watcher);
    let beat = || {
        fs::metadata(disk.path("mamori/watch.lock"))
            .and_then(|meta| meta.modified())
            .ok()
    };
    let written = || fs::read_to_string(disk.path("mamori/state.json")).unwrap_or_default();
    until("the first sample", || written().contains("\"main\""));
    let _ = fs::write(disk.path("filling"), vec![1; 1 << 20]);
    // A new session is worth a write, which fails from now on.
    tmux.run(&["new-session", "-d", "-s", "second", "sleep 600"]);
    // The history and other jobs may find the disk full before that.
    let ours = |line: &String| line.starts_with("warning: not recorded: ");
    let complaint = complaints.map(Result::unwrap).find(ours);
    assert!(complaint.is_some(), "the watcher ended");
    let (last, told) = (beat(), tmux.hidden("MAMORI_UNTIL"));
    // The bars are told in each round; the second one ends after a whole round.
    until("a round to end", || tmux.hidden("MAMORI_UNTIL") != told);
    let told = tmux.hidden("MAMORI_UNTIL");
    until("another round to end", || {
        tmux.hidden("MAMORI_UNTIL") != told
    });
    assert_eq!(beat(), last, "it vouches for a file it could not write");
    fs::remove_file(disk.path("filling")).unwrap();
    until("it to vouch again", || {
        beat() > last && written().contains("\"second\"")
    });
}
