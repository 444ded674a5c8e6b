//! What moves, belongs to others or is named oddly around a set-up.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown, symlink};

use crate::harness::{Bench, MAMORI, mode, root};
use crate::setup_tmux::{DO, UNDO, bench, done, old, seen};

#[test]
fn a_link_that_was_pointed_elsewhere_is_undone_where_it_led() {
    let bench = bench();
    let dot = bench.home().join("dot");
    fs::create_dir(&dot).unwrap();
    old(&dot.join("A"), b"a\n");
    fs::write(dot.join("B"), "b\n").unwrap();
    let conf = bench.home().join(".tmux.conf");
    for changed in [false, true] {
        symlink("dot/A", &conf).unwrap();
        done(&bench, &DO);
        fs::remove_file(&conf).unwrap();
        symlink("dot/B", &conf).unwrap();
        let more = if changed { "more\n" } else { "" };
        let text = fs::read_to_string(dot.join("A")).unwrap() + more;
        fs::write(dot.join("A"), text).unwrap();
        done(&bench, &UNDO);
        let left = fs::read_to_string(dot.join("A")).unwrap();
        assert_eq!(left, format!("a\n{more}"));
        assert_eq!(fs::read_to_string(dot.join("B")).unwrap(), "b\n");
        fs::remove_file(&conf).unwrap();
    }
}

#[test]
fn a_file_of_a_group_that_we_are_not_in_keeps_it() {
    if !root("to be somebody else") {
        return;
    }
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a\n");
    chown(&conf, Some(65534), Some(12)).unwrap();
    chown(bench.home(), Some(65534), Some(65534)).unwrap();
    let before = seen(&bench);
    let folder = tempfile::Builder::new()
        .prefix("mamori-")
        .tempdir_in("/tmp")
        .unwrap();
    mode(folder.path(), 0o755);
    let program = folder.path().join("mamori");
    fs::copy(MAMORI, &program).unwrap();
    if !crate::harness::standing::runs_as_nobody(&bench, &program) {
        return;
    }
    for words in [&DO[..], &UNDO[..]] {
        let mut setpriv = bench.command("setpriv");
        setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        let ran = bench.ran(setpriv.arg(&program).args(words));
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(fs::metadata(&conf).unwrap().gid(), 12);
    }
    assert_eq!(seen(&bench), before);
}

#[test]
fn a_relative_folder_of_configurations_is_ignored() {
    let bench = bench();
    let theirs = bench.home().join("rel/tmux");
    fs::create_dir_all(&theirs).unwrap();
    fs::write(theirs.join("tmux.conf"), "a\n").unwrap();
    let run = |words: &[&str]| {
        let mut command = bench.command(MAMORI);
        command
            .env("XDG_CONFIG_HOME", "rel")
            .current_dir(bench.home());
        let ran = bench.ran(command.args(words));
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran.stdout
    };
    run(&DO);
    assert_eq!(fs::read_to_string(theirs.join("tmux.conf")).unwrap(), "a\n");
    assert!(bench.home().join(".tmux.conf").exists());
    let dry = run(&["setup", "service", "--manager", "systemd", "--dry-run"]);
    assert!(!dry.contains("XDG_CONFIG_HOME"), "{dry}");
}

#[test]
fn a_service_is_told_of_the_named_configuration_and_of_tmuxs_folder() {
    let bench = Bench::quiet();
    let conf = bench.home().join("my own.toml");
    fs::write(&conf, "").unwrap();
    let mut command = bench.command(MAMORI);
    command
        .env("TMUX_TMPDIR", "/run/my tmux")
        .current_dir(bench.home())
        .args(["--config", "my own.toml", "setup", "service"])
        .args(["--manager", "systemd", "--dry-run"]);
    let ran = bench.ran(&mut command);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let said = ran.stdout;
    assert!(said.contains(" \"--config\" \""), "{said}");
    assert!(said.contains("/my own.toml\" watch --wait\n"), "{said}");
    assert!(said.contains("\"TMUX_TMPDIR=/run/my tmux\""), "{said}");
}

#[test]
fn a_new_file_gets_what_the_umask_leaves() {
    for (mask, bits) in [("077", 0o600), ("022", 0o644)] {
        let bench = bench();
        let script = format!("umask {mask}; exec \"$0\" \"$@\"");
        let mut shell = bench.command("sh");
        let ran = bench.ran(shell.arg("-c").arg(script).arg(MAMORI).args(DO));
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        let meta = fs::metadata(bench.home().join(".tmux.conf")).unwrap();
        assert_eq!(meta.mode() & 0o777, bits);
        done(&bench, &UNDO);
        assert!(!bench.home().join(".tmux.conf").exists());
    }
}
