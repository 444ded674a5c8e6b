//! Rotations that are killed, run into a full disk or meet each other lose and
//! double nothing.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use crate::harness::rotation::{bench, configure, cuts, heal, item, logs, on_tmpfs, write_lines};
use crate::harness::writers::{Appender, Daemon, account, all_bytes, archives, grown};
use crate::harness::{Bench, MAMORI, Mounted, QUIET, may_mount, until};

#[test]
fn two_hundred_kills_at_any_moment_lose_and_double_nothing() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    if !cuts(&folder) {
        return;
    }
    killed_again_and_again(&bench, &log, Appender::begin(&log, 2_000), 200);
}

#[test]
fn kills_while_a_log_gets_another_name_lose_nothing() {
    let Some(folder) = on_tmpfs() else {
        eprintln!("SKIPPED: /dev/shm is no tmpfs");
        return;
    };
    let log = folder.path().join("app.log");
    let daemon = Daemon::begin(&log, &[]);
    let pid_file = daemon.pid_file();
    let bench = bench(
        folder.path(),
        &format!(
            "reopen = {{ pid_file = \"{}\", signal = \"HUP\" }}\n",
            pid_file.display()
        ),
    );
    killed_again_and_again(&bench, &log, daemon, 40);
}

/// Something that writes, and says how much it wrote.
trait End {
    fn end(self) -> u64;
}

impl End for Appender {
    fn end(self) -> u64 {
        Self::end(self)
    }
}

impl End for Daemon {
    fn end(self) -> u64 {
        Self::end(self)
    }
}

fn killed_again_and_again(bench: &Bench, log: &Path, writer: impl End, kills: u32) {
    let folder = log.parent().unwrap().display().to_string();
    bench.configure(format!(
        "{QUIET}[[log]]\npaths = [\"{folder}/*.log\"]\nmax_size = \"20KB\"\nkeep = 1000\n{}",
        reopen_line(log)
    ));
    // How long a run takes that is not killed.
    grown(log, 30_000);
    let began = Instant::now();
    assert_eq!(heal(bench).code, Some(0));
    let mut whole = began.elapsed().mul_f64(1.2);
    let (mut killed, mut ended) = (0, 0);
    while killed < kills {
        // It may have got its other name, and its writer not been told.
        until("there is something to rotate or to end", || {
            fs::metadata(log).map_or(true, |meta| meta.len() >= 30_000)
        });
        // Else the hour's actions would be used up.
        let _ = fs::remove_file(bench.own("state.json"));
        for age in 1..=3 {
            let _ = fs::remove_file(bench.own(&format!("state.json.{age}")));
        }
        let mut child = bench
            .command(MAMORI)
            .args(["heal", "logs"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(fastrand(killed + ended)));
        let _ = child.kill();
        if child.wait().unwrap().signal().is_some() {
            killed += 1;
            whole = whole.mul_f64(1.02);
        } else {
            // It is quicker than it was: the machine was busy.
            ended += 1;
            whole = whole.mul_f64(0.96);
        }
        assert!(ended < 20 * kills, "runs end before they can be killed");
    }
    let count = writer.end();
    let _ = fs::remove_file(bench.own("state.json"));
    let last = heal(bench);
    assert_eq!(last.code, Some(0), "{last:?}");
    eprintln!(
        "{killed} killed, {ended} ended by themselves, {} archives",
        archives(log).len()
    );
    account(log, count);
    let folder = log.parent().unwrap();
    let left = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let odd: Vec<_> = left
        .filter(|name| name.as_bytes().starts_with(b".") || name.as_bytes().ends_with(b".tmp"))
        .collect();
    assert!(odd.is_empty(), "{odd:?}");
}

fn reopen_line(log: &Path) -> String {
    let mut pid_file = log.as_os_str().to_owned();
    pid_file.push(".pid");
    let pid_file = PathBuf::from(pid_file);
    if pid_file.exists() {
        format!(
            "reopen = {{ pid_file = \"{}\", signal = \"HUP\" }}\n",
            pid_file.display()
        )
    } else {
        String::new()
    }
}

/// Numbers spread over 0 to 1: the golden ratio's multiples.
fn fastrand(at: u32) -> f64 {
    (f64::from(at) * 0.618_033_988_75).fract()
}

#[test]
fn blocks_that_are_all_alike_are_rotated_too() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    fs::write(&log, vec![b'\n'; 3_000_000]).unwrap();
    assert_eq!(heal(&bench).code, Some(0));
    assert_eq!(all_bytes(&log).len(), 3_000_000);
    assert!(fs::metadata(&log).map_or(0, |meta| meta.len()) < 100_000);
}

#[test]
fn a_disk_that_takes_no_more_loses_nothing() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    // What does not compress, so that the archive is as large.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    })
    .take(375_000)
    .flatten()
    .collect();
    fs::write(&log, &noise).unwrap();
    let script = format!("trap '' XFSZ; ulimit -f 500; exec {MAMORI} heal logs --json");
    let mut command = bench.command("sh");
    command.args(["-c", &script]);
    let ran = bench.ran(&mut command);
    let (state, text) = item(&ran, &log);
    assert_eq!(state, "wrong", "{text}");
    assert_eq!(fs::read(&log).unwrap(), noise);
    let left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["app.log"]);
    assert_eq!(heal(&bench).code, Some(0));
    assert_eq!(all_bytes(&log), noise);
}

#[test]
fn a_full_disk_is_known_before_anything_is_begun() {
    if !may_mount() {
        return;
    }
    let bench = Bench::new();
    let point = bench.home().join("small");
    fs::create_dir(&point).unwrap();
    configure(&bench, &point, "");
    let mounts = Mounted::small(&point, "6m");
    let noise = point.join("app.log");
    let mut fill = mounts.command(&bench, "sh");
    fill.args(["-c", "head -c 5000000 /dev/urandom > \"$0\""])
        .arg(&noise);
    assert!(bench.ran(&mut fill).code == Some(0));
    let ran = mounts.mamori(&bench, &["heal", "logs", "--json"]);
    let (state, text) = item(&ran, &noise);
    assert_eq!(state, "wrong", "{text}");
    assert!(text.contains("are free"), "{text}");
}

#[test]
fn two_at_once_rotate_once() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    write_lines(&log, 200_000);
    let start = || {
        bench
            .command(MAMORI)
            .args(["heal", "logs"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut all: Vec<_> = (0..4).map(|_| start()).collect();
    for child in &mut all {
        child.wait().unwrap();
    }
    account(&log, 200_000);
    assert_eq!(archives(&log).len(), 1);
}

#[test]
fn two_homes_meet_at_the_log_and_lose_nothing() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    let other = Bench::new();
    configure(&other, &folder, "");
    let count = 60_000;
    write_lines(&log, count);
    let mut all: Vec<_> = (0..6)
        .map(|turn| {
            let home = if turn % 2 == 0 { &bench } else { &other };
            let mut command = home.command(MAMORI);
            command.args(["heal", "logs"]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    // One of them in the middle.
    all[0].kill().unwrap();
    for child in &mut all {
        child.wait().unwrap();
    }
    for home in [&bench, &other, &bench] {
        heal(home);
    }
    account(&log, count);
    assert!(!archives(&log).is_empty());
}
