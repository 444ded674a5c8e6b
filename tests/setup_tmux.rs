//! `mamori setup tmux`, on every kind of `tmux.conf` that people have, and
//! taken back to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::harness::standing::{Thing, standing};
use crate::harness::{Bench, Ran, mode};

pub const DO: [&str; 3] = ["setup", "tmux", "--yes"];
pub const UNDO: [&str; 4] = ["setup", "tmux", "--undo", "--yes"];

/// A plugin in its manager's folder.
pub fn plugin(bench: &Bench) -> PathBuf {
    let folder = bench.home().join(".tmux/plugins/mamori");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("mamori.tmux"), "#!/bin/sh\n").unwrap();
    mode(&folder.join("mamori.tmux"), 0o755);
    folder.join("mamori.tmux")
}

pub fn bench() -> Bench {
    let bench = Bench::new();
    plugin(&bench);
    bench
}

/// A file that was last changed long ago, at an odd nanosecond.
pub fn old(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    age(path);
}

fn age(path: &Path) {
    let then = UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

/// All but our own records.
pub fn seen(bench: &Bench) -> BTreeMap<PathBuf, Thing> {
    standing(bench.home(), &[".miyabi"])
}

pub fn done(bench: &Bench, words: &[&str]) -> Ran {
    let ran = bench.mamori(words);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    ran
}

/// Set up, again, and taken back: everything is as it was.
fn there_and_back(bench: &Bench, what: &str) {
    let before = seen(bench);
    let dry = done(bench, &["setup", "tmux", "--dry-run"]);
    assert!(
        dry.stdout.contains("+# >>> mamori setup tmux"),
        "{what}: {}",
        dry.stdout
    );
    assert_eq!(seen(bench), before, "{what}: a dry run");
    assert!(!bench.home().join(".miyabi").exists(), "{what}: a dry run");
    done(bench, &DO);
    let set_up = seen(bench);
    assert_ne!(set_up, before, "{what}");
    let records = standing(&bench.home().join(".miyabi"), &[]);
    let again = done(bench, &DO);
    assert!(
        again.stdout.ends_with("nothing to do\n"),
        "{what}: {}",
        again.stdout
    );
    assert_eq!(seen(bench), set_up, "{what}: the second time");
    assert_eq!(
        standing(&bench.home().join(".miyabi"), &[]),
        records,
        "{what}: no write"
    );
    done(bench, &UNDO);
    assert_eq!(seen(bench), before, "{what}: taken back");
    let left = standing(
        &bench.home().join(".miyabi"),
        &["mamori", "mamori/locks", "mamori/locks/setup.lock"],
    );
    assert_eq!(left, BTreeMap::new(), "{what}: nothing of ours is left");
    let nothing = done(bench, &UNDO);
    assert_eq!(nothing.stdout, "nothing to undo\n", "{what}");
}

#[test]
fn every_content_comes_back_to_the_byte() {
    let large = "set -g @x 1\n".repeat(5 << 20 >> 3);
    let contents: [(&str, &[u8]); 12] = [
        ("empty", b""),
        ("one line", b"set -g mouse on\n"),
        ("no final newline", b"set -g mouse on"),
        ("windows", b"set -g mouse on\r\nset -g status off\r\n"),
        (
            "windows, no final newline",
            b"set -g mouse on\r\nset -g status off",
        ),
        ("mark", b"\xef\xbb\xbfset -g mouse on\n"),
        ("mark alone", b"\xef\xbb\xbf"),
        ("no UTF-8", b"set -g @x '\xff\xfe'\nset -g @y '\x83\x80'"),
        ("continued", b"set -g @x \\\n"),
        ("continued, no final newline", b"set -g @x \\"),
        (
            "plugin manager",
            b"set -g @plugin 'x/y'\nrun '~/.tmux/plugins/tpm/tpm'\n",
        ),
        ("large", large.as_bytes()),
    ];
    for (what, bytes) in contents {
        let bench = bench();
        old(&bench.home().join(".tmux.conf"), bytes);
        there_and_back(&bench, what);
    }
    there_and_back(&bench(), "no tmux.conf");
}

#[test]
fn the_block_goes_before_the_plugin_managers_last_line() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(
        &conf,
        b"set -g @plugin 'x/y'\nrun '~/.tmux/plugins/tpm/tpm'\n",
    );
    done(&bench, &DO);
    let text = fs::read_to_string(&conf).unwrap();
    assert!(
        text.ends_with("# <<< mamori\nrun '~/.tmux/plugins/tpm/tpm'\n"),
        "{text}"
    );
}

#[test]
fn modes_links_and_names_stay_what_they_are() {
    for bits in [0o600, 0o644, 0o444, 0o400] {
        let bench = bench();
        let conf = bench.home().join(".tmux.conf");
        old(&conf, b"a\n");
        mode(&conf, bits);
        there_and_back(&bench, &format!("{bits:o}"));
    }
    let link = |bench: &Bench, to: &str, name: &str| symlink(to, bench.home().join(name)).unwrap();
    let bench_ = bench();
    fs::create_dir(bench_.home().join("dotfiles")).unwrap();
    old(&bench_.home().join("dotfiles/tmux"), b"a");
    link(&bench_, "dotfiles/tmux", ".tmux.conf");
    there_and_back(&bench_, "a link");

    let bench_ = bench();
    fs::create_dir(bench_.home().join("dot")).unwrap();
    old(&bench_.home().join("dot/tmux"), b"a");
    link(&bench_, "first", ".tmux.conf");
    link(&bench_, "second", "first");
    let absolute = bench_.home().join("dot/tmux");
    symlink(&absolute, bench_.home().join("second")).unwrap();
    there_and_back(&bench_, "a chain of three");

    let bench_ = bench();
    link(&bench_, "nothing-yet", ".tmux.conf");
    there_and_back(&bench_, "a dangling link");

    let bench_ = bench();
    let conf = bench_.home().join(".tmux.conf");
    old(&conf, b"a\n");
    fs::hard_link(&conf, bench_.home().join("other")).unwrap();
    there_and_back(&bench_, "two names");

    let bench_ = bench();
    let folder = bench_.home().join(".config/tmux");
    fs::create_dir_all(&folder).unwrap();
    old(&folder.join("tmux.conf"), b"a\n");
    there_and_back(&bench_, "the other place");
}

#[test]
fn a_link_into_a_repository_leaves_it_clean() {
    let bench = bench();
    let repository = bench.home().join("dot files \"無限\"");
    fs::create_dir(&repository).unwrap();
    let conf = repository.join("it's.conf");
    old(&conf, b"set -g mouse on\n");
    symlink(&conf, bench.home().join(".tmux.conf")).unwrap();
    let git = |words: &[&str]| {
        let mut git = bench.command("git");
        git.args([
            "-C",
            repository.to_str().unwrap(),
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
        ]);
        let ran = bench.ran(git.args(words));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "x"]);
    done(&bench, &DO);
    assert_eq!(git(&["status", "--porcelain"]), " M it's.conf\n");
    done(&bench, &UNDO);
    assert_eq!(git(&["status", "--porcelain"]), "");
}

#[test]
fn a_plugin_that_is_loaded_already_is_left_to_who_loads_it() {
    for line in [
        "set -g @plugin 'someone/mamori'\n",
        "run-shell ~/.tmux/plugins/mamori/mamori.tmux\n",
        "source-file ~/more.conf\n",
    ] {
        let bench = bench();
        old(&bench.home().join(".tmux.conf"), line.as_bytes());
        let more = "run '~/.tmux/plugins/mamori/mamori.tmux'\n";
        old(&bench.home().join("more.conf"), more.as_bytes());
        let before = seen(&bench);
        let ran = done(&bench, &DO);
        assert!(
            ran.stdout.contains("loads the plugin already"),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.ends_with("nothing to do\n"), "{}", ran.stdout);
        assert_eq!(seen(&bench), before);
    }
}

#[test]
fn without_a_plugin_and_without_anybody_to_ask_nothing_is_done() {
    let bench = Bench::new();
    let ran = bench.mamori(&DO);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("hint: make install, or: mamori setup tmux --plugin"),
        "{}",
        ran.stderr
    );
    let named = bench.mamori(&["setup", "tmux", "--plugin", "/nowhere", "--yes"]);
    assert_eq!(named.code, Some(2), "{}", named.stderr);
    plugin(&bench);
    let ran = bench.mamori(&["setup", "tmux"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(
        ran.stderr.ends_with("hint: mamori setup tmux --yes\n"),
        "{}",
        ran.stderr
    );
    assert!(!bench.home().join(".tmux.conf").exists());
    assert!(!bench.home().join(".miyabi").exists());
}

/// A real tmux reads the block and runs the plugin, whatever its path is.
#[test]
fn tmux_runs_a_plugin_of_any_path() {
    let bench = Bench::new();
    let folder = bench.home().join("it's #1 $HOME `x` %H \"無限\" \\ #{pid}");
    fs::create_dir(&folder).unwrap();
    let plugin = folder.join("mamori.tmux");
    let script = format!("#!/bin/sh\necho ran >{}/ran\n", bench.home().display());
    fs::write(&plugin, script).unwrap();
    mode(&plugin, 0o755);
    done(
        &bench,
        &[
            "setup",
            "tmux",
            "--yes",
            "--plugin",
            plugin.to_str().unwrap(),
        ],
    );
    let conf = bench.home().join(".tmux.conf");
    let tmux = |words: &[&str]| {
        let mut tmux = bench.command("tmux");
        tmux.args(["-L", "mamori-setup", "-f", conf.to_str().unwrap()]);
        bench.ran(tmux.args(words))
    };
    let ran = tmux(&["new-session", "-d", "sleep 600"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    crate::harness::until("the plugin to run", || bench.home().join("ran").exists());
    assert_eq!(tmux(&["kill-server"]).code, Some(0));
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
