//! Logs are rotated under their writers' feet, and no byte of them is lost.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

use crate::harness::writers::{Appender, Daemon, LINE, account, all_bytes, archives, grown, line};
use crate::harness::{Bench, MAMORI, Mounted, QUIET, Ran, may_mount, mode};

/// A home whose logs are in `folder`, rotated over `max` bytes.
fn bench(folder: &Path, more: &str) -> Bench {
    let bench = Bench::new();
    configure(&bench, folder, more);
    bench
}

fn configure(bench: &Bench, folder: &Path, more: &str) {
    let folder = folder.display();
    bench.configure(format!(
        "{QUIET}[[log]]\npaths = [\"{folder}/*.log\"]\nmax_size = \"1MB\"\nkeep = 1000\n{more}"
    ));
}

/// A home, and a folder for logs in it.
fn logs() -> (Bench, PathBuf) {
    let bench = Bench::new();
    let folder = bench.home().join("logs");
    fs::create_dir(&folder).unwrap();
    configure(&bench, &folder, "");
    (bench, folder)
}

fn heal(bench: &Bench) -> Ran {
    bench.mamori(&["heal", "logs", "--json"])
}

/// The state and the text of the item about `path`.
fn item(ran: &Ran, path: &Path) -> (String, String) {
    let json = ran.json();
    let items = json["items"].as_array().unwrap();
    // The home stands as `HOME` in what a run left.
    let name = format!("/{}", path.file_name().unwrap().to_str().unwrap());
    let of_it = |item: &&Value| item["subject"].as_str().unwrap().ends_with(&name);
    let item = items
        .iter()
        .find(of_it)
        .unwrap_or_else(|| panic!("{ran:?}"));
    (
        item["state"].as_str().unwrap().to_owned(),
        item["text"].as_str().unwrap().to_owned(),
    )
}

/// Whether files here can be cut under their writers' feet.
fn cuts(folder: &Path) -> bool {
    let cuts = mamori::sys::rotation::cut::works_in(folder, 4096);
    if !cuts {
        eprintln!(
            "SKIPPED in part: {} cannot take the beginning of a file away",
            folder.display()
        );
    }
    cuts
}

/// A folder on a file system that cannot.
fn on_tmpfs() -> Option<tempfile::TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("mamori-")
        .tempdir_in("/dev/shm");
    let folder = folder.ok()?;
    mode(folder.path(), 0o700);
    Some(folder).filter(|folder| !mamori::sys::rotation::cut::works_in(folder.path(), 4096))
}

fn write_lines(path: &Path, count: u64) {
    let lines: Vec<u8> = (0..count).flat_map(line).collect();
    fs::write(path, lines).unwrap();
}

#[test]
fn ten_rotations_under_a_fast_writer_lose_nothing() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    if !cuts(&folder) {
        return;
    }
    let writer = Appender::begin(&log, 50_000);
    let mut inode = None;
    for rotation in 1..=10 {
        grown(&log, 1_100_000);
        let ran = heal(&bench);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let (state, text) = item(&ran, &log);
        assert_eq!(state, "healed", "{text}");
        assert_eq!(archives(&log).len(), rotation, "{text}");
        // The writer's file is the same one all the time.
        let now = fs::metadata(&log).unwrap().ino();
        assert_eq!(*inode.get_or_insert(now), now);
    }
    account(&log, writer.end());
    let deeds = bench.state()["healing"]["deeds"].clone();
    assert_eq!(deeds.as_array().unwrap().len(), 10, "{deeds}");
    assert_eq!(deeds[0]["verb"], "rotated");
}

#[test]
fn archives_have_the_names_of_their_days_and_the_logs_own_rights() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    write_lines(&log, 20_000);
    mode(&log, 0o640);
    let day = chrono::Utc::now().format("%Y%m%d").to_string();
    assert_eq!(heal(&bench).code, Some(0));
    let first = folder.join(format!("app.log.{day}.gz"));
    assert_eq!(
        archives(&log),
        std::slice::from_ref(&first),
        "at midnight it may be another day"
    );
    assert_eq!(
        fs::metadata(&first).unwrap().permissions().mode() & 0o777,
        0o640
    );
    account(&log, 20_000);
    let mut file = File::options()
        .append(true)
        .create(true)
        .open(&log)
        .unwrap();
    for number in 20_000..40_000 {
        file.write_all(&line(number)).unwrap();
    }
    assert_eq!(heal(&bench).code, Some(0));
    assert_eq!(
        archives(&log),
        [first, folder.join(format!("app.log.{day}-2.gz"))]
    );
    account(&log, 40_000);
    let left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(left.len() <= 3, "{left:?}");
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    write_lines(&log, 20_000);
    let before = fs::metadata(&log).unwrap();
    let ran = bench.mamori(&["heal", "logs", "--dry-run"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("archive it as app.log."), "{ran:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(fs::metadata(&log).unwrap().len(), before.len());
    assert!(!bench.own("state.json").exists());
}

#[test]
fn a_small_log_is_left_as_it_is() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    write_lines(&log, 100);
    let ran = heal(&bench);
    assert_eq!((ran.code, item(&ran, &log).0.as_str()), (Some(0), "fine"));
    assert_eq!(archives(&log), [PathBuf::new(); 0]);
}

#[test]
fn as_many_archives_are_kept_as_the_configuration_says() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    let path = folder.display();
    bench.configure(format!(
        "{QUIET}[[log]]\npaths = [\"{path}/*.log\"]\nmax_size = \"10KB\"\nkeep = 3\n"
    ));
    for round in 0..6 {
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(&log)
            .unwrap();
        for number in 0..300 {
            file.write_all(&line(round * 300 + number)).unwrap();
        }
        assert_eq!(heal(&bench).code, Some(0));
    }
    let kept = archives(&log);
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept[2].to_str().unwrap().ends_with("-6.gz"), "{kept:?}");
    // What is kept is the end of it all, whole.
    let all = all_bytes(&log);
    let wanted: Vec<u8> = (0..1800).flat_map(line).collect();
    assert!(wanted.ends_with(&all));
}

#[test]
fn without_append_or_a_way_to_reopen_nothing_is_touched() {
    let (bench, folder) = logs();
    let log = folder.join("app.log");
    let daemon = Daemon::begin(&log, &["place"]);
    grown(&log, 1_100_000);
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let (state, text) = item(&ran, &log);
    assert_eq!(state, "wrong");
    assert!(
        text.contains("without O_APPEND; give its `[[log]]` a `reopen`"),
        "{text}"
    );
    account(&log, daemon.end());
    let found = bench.state()["healing"]["findings"].clone();
    assert!(found.to_string().contains("O_APPEND"), "{found}");
}

#[test]
fn a_writer_without_append_is_told_to_open_its_log_again() {
    let (_bench, folder) = logs();
    reopened(&folder, &["place"]);
}

#[test]
fn on_a_file_system_without_cuts_the_log_gets_another_name() {
    let Some(folder) = on_tmpfs() else {
        eprintln!("SKIPPED: /dev/shm is no tmpfs");
        return;
    };
    reopened(folder.path(), &[]);
}

/// Ten rotations by name and signal.
fn reopened(folder: &Path, how: &[&str]) {
    let log = folder.join("app.log");
    let daemon = Daemon::begin(&log, how);
    let pid_file = daemon.pid_file();
    let bench = bench(
        folder,
        &format!(
            "reopen = {{ pid_file = \"{}\", signal = \"HUP\" }}\n",
            pid_file.display()
        ),
    );
    for rotation in 1..=10 {
        grown(&log, 1_100_000);
        let ran = heal(&bench);
        let (state, text) = item(&ran, &log);
        assert_eq!((ran.code, state.as_str()), (Some(0), "healed"), "{ran:?}");
        assert_eq!(archives(&log).len(), rotation, "{text}");
        assert!(
            archives(&log)
                .iter()
                .all(|path| path.extension().unwrap() == "gz"),
            "{text}"
        );
    }
    account(&log, daemon.end());
}

#[test]
fn a_writer_that_reopens_late_loses_nothing() {
    let Some(folder) = on_tmpfs() else {
        eprintln!("SKIPPED: /dev/shm is no tmpfs");
        return;
    };
    let log = folder.path().join("app.log");
    let daemon = Daemon::begin(&log, &["late"]);
    let pid_file = daemon.pid_file();
    let bench = bench(
        folder.path(),
        &format!(
            "reopen = {{ pid_file = \"{}\" , signal = \"HUP\" }}\n",
            pid_file.display()
        ),
    );
    grown(&log, 1_100_000);
    let ran = heal(&bench);
    assert!(
        item(&ran, &log)
            .1
            .contains("compressed when its writer lets go"),
        "{ran:?}"
    );
    let [pending] = &archives(&log)[..] else {
        panic!("{ran:?}")
    };
    assert_ne!(pending.extension().unwrap(), "gz");
    // While it is written nothing happens to it.
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(pending.exists());
    daemon.reopen_now();
    grown(&log, 1);
    let ran = heal(&bench);
    let (state, text) = item(&ran, &log);
    assert_eq!(state, "healed", "{text}");
    assert!(!pending.exists());
    account(&log, daemon.end());
}

#[test]
fn a_signal_that_nobody_gets_changes_nothing() {
    let Some(folder) = on_tmpfs() else {
        eprintln!("SKIPPED: /dev/shm is no tmpfs");
        return;
    };
    let log = folder.path().join("app.log");
    let daemon = Daemon::begin(&log, &[]);
    grown(&log, 1_100_000);
    let gone = folder.path().join("gone.pid");
    fs::write(&gone, "4194303\n").unwrap();
    let bench = bench(
        folder.path(),
        &format!(
            "reopen = {{ pid_file = \"{}\", signal = \"HUP\" }}\n",
            gone.display()
        ),
    );
    let ran = heal(&bench);
    let (state, text) = item(&ran, &log);
    assert_eq!((ran.code, state.as_str()), (Some(1), "wrong"), "{text}");
    assert!(text.contains("process 4194303"), "{text}");
    assert_eq!(archives(&log), [PathBuf::new(); 0]);
    account(&log, daemon.end());
}

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
fn two_hundred_kills_while_a_log_gets_another_name_lose_nothing() {
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
    struct Ending(Daemon);
    killed_again_and_again(&bench, &log, Ending(daemon), 60);
    impl End for Ending {
        fn end(self) -> u64 {
            self.0.end()
        }
    }
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
    let whole = began.elapsed().mul_f64(1.2);
    let (mut killed, mut ended) = (0, 0);
    while killed < kills {
        grown(log, 30_000);
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
        } else {
            ended += 1;
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
fn what_other_rotators_own_is_left_to_them() {
    let (bench, folder) = logs();
    for (name, sibling) in [("a.log", "a.log.1"), ("b.log", "b.log-20261120.gz")] {
        write_lines(&folder.join(name), 20_000);
        fs::write(folder.join(sibling), "theirs").unwrap();
    }
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for name in ["a.log", "b.log"] {
        let (state, text) = item(&ran, &folder.join(name));
        assert_eq!(state, "left", "{text}");
        assert!(text.contains("another program rotates it"), "{text}");
        account(&folder.join(name), 20_000);
    }
}

#[test]
fn links_and_second_names_are_not_followed() {
    let (bench, folder) = logs();
    let victim = bench.home().join("victim");
    write_lines(&victim, 20_000);
    std::os::unix::fs::symlink(&victim, folder.join("link.log")).unwrap();
    fs::hard_link(&victim, folder.join("hard.log")).unwrap();
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(item(&ran, &folder.join("link.log")).0, "left");
    assert!(item(&ran, &folder.join("hard.log")).1.contains("hard link"));
    assert_eq!(fs::metadata(&victim).unwrap().len(), 20_000 * LINE as u64);
}

#[test]
fn names_of_any_bytes_are_rotated() {
    let (bench, folder) = logs();
    let odd: Vec<&[u8]> = vec![
        b"-rf.log",
        b"a b'\"$(x).log",
        b"new\nline.log",
        b"\xff\xfe.log",
        "無限.log".as_bytes(),
        b"[x]*.log",
    ];
    for name in &odd {
        write_lines(&folder.join(std::ffi::OsStr::from_bytes(name)), 20_000);
    }
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let names = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let archived = names
        .filter(|name| name.as_bytes().ends_with(b".gz"))
        .count();
    assert_eq!(archived, odd.len(), "{ran:?}");
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
fn our_own_logs_keep_their_own_rule() {
    let bench = Bench::new();
    let logs = bench.home().join(".miyabi/logs");
    fs::create_dir_all(&logs).unwrap();
    let path = logs.display();
    bench.configure(format!(
        "{QUIET}[[log]]\npaths = [\"{path}/*.log\"]\nmax_size = \"1GB\"\nkeep = 2\n"
    ));
    let (ours, other) = (logs.join("errors.log"), logs.join("app.log"));
    write_lines(&ours, 110_000);
    write_lines(&other, 110_000);
    let ran = heal(&bench);
    assert_eq!(item(&ran, &ours).0, "healed", "{ran:?}");
    assert_eq!(item(&ran, &other).0, "fine", "{ran:?}");
    account(&ours, 110_000);
}

#[test]
fn the_default_is_a_hundred_megabytes_in_our_logs_folder() {
    let bench = Bench::quiet();
    let logs = bench.home().join(".miyabi/logs");
    fs::create_dir_all(&logs).unwrap();
    let log = logs.join("app.log");
    let file = File::create(&log).unwrap();
    file.set_len(100_000_000).unwrap();
    assert_eq!(item(&heal(&bench), &log).0, "fine");
    file.set_len(100_000_001).unwrap();
    drop(file);
    let ran = heal(&bench);
    assert_eq!(item(&ran, &log).0, "healed", "{ran:?}");
    assert_eq!(all_bytes(&log).len(), 100_000_001);
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
