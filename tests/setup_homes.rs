//! `mamori setup tmux` with homes and plugins of any name, with a real tmux,
//! and asked by a person.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use crate::harness::standing::standing;
use crate::harness::{Bench, Ran, mode};
use crate::setup_tmux::{DO, UNDO, bench, done, old, there_and_back};

/// A tmux server on this configuration, ended with its test.
struct Server<'a>(&'a Bench);

impl Server<'_> {
    fn say(&self, words: &[&str]) -> Ran {
        let conf = self.0.home().join(".tmux.conf");
        let mut tmux = self.0.command("tmux");
        tmux.args(["-L", "mamori-setup", "-f", conf.to_str().unwrap()]);
        self.0.ran(tmux.args(words))
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.say(&["kill-server"]);
    }
}

/// A real tmux reads the block and runs the plugin, whatever its path is, also
/// in a store that nobody may write to, and without the right to be run.
#[test]
fn tmux_runs_a_plugin_of_any_path() {
    for bits in [0o755, 0o444] {
        let bench = Bench::new();
        let folder = bench.home().join("it's #1 $HOME `x` %H \"無限\" \\ #{pid}");
        fs::create_dir(&folder).unwrap();
        let plugin = folder.join("mamori.tmux");
        let script = format!("#!/bin/sh\necho ran >{}/ran\n", bench.home().display());
        fs::write(&plugin, script).unwrap();
        mode(&plugin, bits);
        mode(&folder, 0o555);
        let named = [
            "setup",
            "tmux",
            "--yes",
            "--plugin",
            plugin.to_str().unwrap(),
        ];
        let ran = bench.mamori(&named);
        mode(&folder, 0o755);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let server = Server(&bench);
        let ran = server.say(&["new-session", "-d", "sleep 600"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        crate::harness::until("the plugin to run", || bench.home().join("ran").exists());
    }
}

#[test]
fn a_home_of_any_name_and_a_file_of_another_group() {
    for name in [
        "a home",
        "it's \"x\" $HOME `y`",
        "日本語 ホーム",
        "new\nline",
    ] {
        let bench = bench();
        let home = bench.home().join(name);
        fs::create_dir(&home).unwrap();
        old(&home.join(".tmux.conf"), b"a\n");
        let plugin = bench.home().join(".tmux/plugins/mamori/mamori.tmux");
        let before = standing(&home, &[".miyabi"]);
        let run = |words: &[&str]| {
            let ran = bench.ran(
                bench
                    .command(crate::harness::MAMORI)
                    .env("HOME", &home)
                    .args(words),
            );
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        };
        run(&[
            "setup",
            "tmux",
            "--yes",
            "--plugin",
            plugin.to_str().unwrap(),
        ]);
        assert_ne!(standing(&home, &[".miyabi"]), before);
        run(&UNDO);
        assert_eq!(standing(&home, &[".miyabi"]), before, "{name}");
    }
    if crate::harness::root("to give a file to another group") {
        let bench = bench();
        let conf = bench.home().join(".tmux.conf");
        old(&conf, b"a");
        std::os::unix::fs::chown(&conf, None, Some(12)).unwrap();
        there_and_back(&bench, "another group");
    }
}

#[test]
fn times_of_reading_and_attributes_come_back_and_stay() {
    use std::os::unix::fs::MetadataExt as _;
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a\n");
    let times = fs::FileTimes::new().set_accessed(UNIX_EPOCH + Duration::new(900_000_000, 5));
    fs::File::open(&conf).unwrap().set_times(times).unwrap();
    let none = rustix::fs::XattrFlags::empty();
    let kept = rustix::fs::setxattr(&conf, "user.mamori", b"x", none).is_ok();
    let attribute = || {
        let mut value = [0_u8; 8];
        rustix::fs::getxattr(&conf, "user.mamori", &mut value[..])
            .map(|length| value[..length].to_vec())
    };
    done(&bench, &DO);
    assert!(!kept || attribute() == Ok(b"x".to_vec()));
    done(&bench, &UNDO);
    let meta = fs::metadata(&conf).unwrap();
    assert_eq!((meta.atime(), meta.atime_nsec()), (900_000_000, 5));
    assert_eq!(meta.mtime_nsec(), 123_456_789);
    assert!(!kept || attribute() == Ok(b"x".to_vec()));
}

#[test]
fn a_person_is_asked_and_no_is_the_answer_unless_it_is_yes() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a\n");
    let ask = |answer: &str| {
        let mut script = bench.command("sh");
        let line = format!(
            "printf '{answer}\\n' | script -qec '{} setup tmux' /dev/null",
            crate::harness::MAMORI
        );
        bench.ran(script.args(["-c", &line]))
    };
    for answer in ["", "n", "yy"] {
        let ran = ask(answer);
        assert!(
            ran.stdout.contains("do it? [y/N]"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(fs::read(&conf).unwrap(), b"a\n", "{answer:?}");
    }
    let ran = ask("y");
    assert!(
        ran.stdout.contains("done: 1 step"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert_ne!(fs::read(&conf).unwrap(), b"a\n");
}
