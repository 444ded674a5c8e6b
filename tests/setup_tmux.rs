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
pub fn there_and_back(bench: &Bench, what: &str) {
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
