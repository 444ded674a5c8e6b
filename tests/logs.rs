//! Logs are rotated under their writers' feet, and no byte of them is lost.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::harness::rotation::{cuts, heal, item, logs, write_lines};
use crate::harness::writers::{Appender, LINE, account, all_bytes, archives, grown, line};
use crate::harness::{Bench, QUIET, mode};

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
    assert!(archives(&log).is_empty());
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
