//! Writers that do not append, are told by a signal, listen late, not at all or
//! cannot be seen.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::harness::rotation::{bench, heal, item, logs, on_tmpfs, write_lines};
use crate::harness::writers::{Daemon, account, archives, grown};
use crate::harness::{MAMORI, root};

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
    // While it is written nothing happens to it, and somebody has to know.
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(1), "{ran:?}");
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
    assert!(archives(&log).is_empty());
    account(&log, daemon.end());
}

#[test]
fn a_writer_of_another_user_is_noticed_though_nobody_sees_it() {
    if !root("be another user than a writer") {
        return;
    }
    let Some(folder) = on_tmpfs() else {
        eprintln!("not tried: /dev/shm is no tmpfs");
        return;
    };
    let log = folder.path().join("app.log");
    write_lines(&log, 20_000);
    let bench = bench(folder.path(), "");
    for path in [
        bench.home(),
        &bench.home().join(".config"),
        &bench.folder(),
        &bench.config(),
        folder.path(),
        &log,
    ] {
        std::os::unix::fs::chown(path, Some(65_534), Some(65_534)).unwrap();
    }
    let as_nobody = || {
        let mut command = bench.command("setpriv");
        command.args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            MAMORI,
            "heal",
            "logs",
            "--json",
        ]);
        bench.ran(&mut command)
    };
    let writer = File::options().append(true).open(&log).unwrap();
    let ran = as_nobody();
    let (state, text) = item(&ran, &log);
    assert_eq!(state, "wrong", "{text}");
    assert!(text.contains("not ours to see"), "{text}");
    account(&log, 20_000);
    drop(writer);
    let ran = as_nobody();
    assert_eq!(item(&ran, &log).0, "healed", "{ran:?}");
    account(&log, 20_000);
}

#[test]
fn a_writer_that_was_not_told_is_told_again() {
    let Some(folder) = on_tmpfs() else {
        eprintln!("not tried: /dev/shm is no tmpfs");
        return;
    };
    let log = folder.path().join("app.log");
    let daemon = Daemon::begin(&log, &[]);
    let pid_file = daemon.pid_file();
    let reopen = format!(
        "reopen = {{ pid_file = \"{}\", signal = \"HUP\" }}\n",
        pid_file.display()
    );
    let bench = bench(folder.path(), &reopen);
    grown(&log, 1_100_000);
    // As a run leaves it that is killed right after the renaming.
    let pending = folder.path().join("app.log.20261128");
    let inode = fs::metadata(&log).unwrap().ino();
    fs::write(
        folder.path().join(".app.log.mamori"),
        format!("{{\"doing\":\"rename\",\"inode\":{inode},\"pending\":\"app.log.20261128\"}}"),
    )
    .unwrap();
    fs::rename(&log, &pending).unwrap();
    heal(&bench);
    grown(&log, 1);
    let ran = heal(&bench);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!pending.exists(), "{ran:?}");
    account(&log, daemon.end());
}

#[test]
fn a_writer_that_does_not_listen_is_somebodys_matter() {
    let Some(folder) = on_tmpfs() else {
        eprintln!("not tried: /dev/shm is no tmpfs");
        return;
    };
    let log = folder.path().join("app.log");
    let daemon = Daemon::begin(&log, &["deaf"]);
    let pid_file = daemon.pid_file();
    let reopen = format!(
        "reopen = {{ pid_file = \"{}\", signal = \"HUP\" }}\n",
        pid_file.display()
    );
    let bench = bench(folder.path(), &reopen);
    grown(&log, 1_100_000);
    heal(&bench);
    let ran = heal(&bench);
    let (state, text) = item(&ran, &log);
    assert_eq!((ran.code, state.as_str()), (Some(1), "wrong"), "{text}");
    assert!(text.contains("does not open a new one"), "{text}");
    account(&log, daemon.end());
}
