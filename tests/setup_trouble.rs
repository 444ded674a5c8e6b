//! What people, kills and file systems do between a set-up and its undoing.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::process::Stdio;

use crate::harness::standing::nobody;
use crate::harness::{Bench, MAMORI, Mounted, may_mount, mode, root};
use crate::setup_tmux::{DO, UNDO, bench, done, old, plugin, seen};

/// Set up on `before`, changed by `edit`, and taken back.
fn edited(before: &str, edit: impl Fn(&str) -> String) -> (Option<i32>, String, String) {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, before.as_bytes());
    done(&bench, &DO);
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, edit(&text)).unwrap();
    let ran = bench.mamori(&UNDO);
    let text = fs::read_to_string(&conf).unwrap();
    (ran.code, text, ran.stdout)
}

#[test]
fn what_people_wrote_around_the_block_stays() {
    let (code, text, _) = edited("a\n", |text| format!("first\n{text}last"));
    assert_eq!((code, text.as_str()), (Some(0), "first\na\nlast"));
    let (code, text, _) = edited("a", |text| text.to_owned() + "b\n");
    assert_eq!((code, text.as_str()), (Some(0), "a\nb\n"));
    // Moved.
    let moved = |text: &str| {
        let block = text.strip_prefix("a\nb\n").unwrap();
        format!("a\n{block}b\n")
    };
    let (code, text, _) = edited("a\nb\n", moved);
    assert_eq!((code, text.as_str()), (Some(0), "a\nb\n"));
    // Taken out by hand.
    let (code, text, _) = edited("a\n", |_| "theirs\n".to_owned());
    assert_eq!((code, text.as_str()), (Some(0), "theirs\n"));
}

#[test]
fn a_block_that_is_not_ours_any_more_is_shown_and_left() {
    let inside = |text: &str| text.replace("run-shell", "run-shell -b");
    let (code, text, said) = edited("a\n", inside);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        text.contains("run-shell -b") && text.ends_with("# <<< mamori\n"),
        "{text}"
    );
    assert!(said.contains("run-shell -b"), "{said}");
    let twice = |text: &str| text.to_owned() + text.strip_prefix("a\n").unwrap();
    let (code, text, _) = edited("a\n", twice);
    assert_eq!(code, Some(3));
    assert_eq!(text.matches("# <<< mamori\n").count(), 2);
    for cut in ["# >>>", "# <<<"] {
        let half = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with(cut));
            lines.collect::<Vec<_>>().join("\n") + "\n"
        };
        let (code, text, _) = edited("a\n", half);
        assert_eq!(code, Some(3));
        assert!(text.contains("run-shell"), "{text}");
    }
}

#[test]
fn a_file_that_became_what_it_was_gets_its_time_back() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a\n");
    let before = seen(&bench);
    done(&bench, &DO);
    // Written anew by an editor, with what we wrote.
    let text = fs::read(&conf).unwrap();
    fs::write(&conf, text).unwrap();
    done(&bench, &UNDO);
    assert_eq!(seen(&bench), before);
}

#[test]
fn another_plugin_path_takes_the_place_of_the_first() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a");
    let before = seen(&bench);
    done(&bench, &DO);
    let other = bench.home().join("other/mamori.tmux");
    fs::create_dir(bench.home().join("other")).unwrap();
    fs::write(&other, "#!/bin/sh\n").unwrap();
    let named = [
        "setup",
        "tmux",
        "--yes",
        "--plugin",
        other.to_str().unwrap(),
    ];
    done(&bench, &named);
    let text = fs::read_to_string(&conf).unwrap();
    assert_eq!(text.matches("run-shell").count(), 1, "{text}");
    assert!(text.contains("other/mamori.tmux"), "{text}");
    // It stays the one until another one is named.
    let again = done(&bench, &DO);
    assert!(
        again.stdout.ends_with("nothing to do\n"),
        "{}",
        again.stdout
    );
    done(&bench, &UNDO);
    fs::remove_dir_all(bench.home().join("other")).unwrap();
    assert_eq!(seen(&bench), before);
}

#[test]
fn lines_written_behind_the_block_are_not_joined_by_a_second_set_up() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"set -g mouse on");
    done(&bench, &DO);
    let more = "set -g status-right '#{mamori}'\n";
    let text = fs::read_to_string(&conf).unwrap() + more;
    fs::write(&conf, text).unwrap();
    done(&bench, &DO);
    done(&bench, &UNDO);
    let text = fs::read_to_string(&conf).unwrap();
    assert_eq!(text, format!("set -g mouse on\n{more}"));
}

#[test]
fn a_home_that_moved_is_undone_where_it_is_now() {
    let bench = Bench::new();
    let [first, second] = ["one home", "二番目"].map(|name| bench.home().join(name));
    fs::create_dir(&first).unwrap();
    old(&first.join(".tmux.conf"), b"a\n");
    let plugin = plugin(&bench);
    let at = |home: &std::path::Path, words: &[&str]| {
        let ran = bench.ran(bench.command(MAMORI).env("HOME", home).args(words));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    at(
        &first,
        &[
            "setup",
            "tmux",
            "--yes",
            "--plugin",
            plugin.to_str().unwrap(),
        ],
    );
    fs::rename(&first, &second).unwrap();
    at(&second, &UNDO);
    assert_eq!(fs::read(second.join(".tmux.conf")).unwrap(), b"a\n");
    assert_eq!(
        fs::metadata(second.join(".tmux.conf"))
            .unwrap()
            .mtime_nsec(),
        123_456_789
    );
    // A home that is a link is the same home.
    let link = bench.home().join("link");
    symlink(&second, &link).unwrap();
    at(
        &link,
        &[
            "setup",
            "tmux",
            "--yes",
            "--plugin",
            plugin.to_str().unwrap(),
        ],
    );
    at(&second, &UNDO);
    assert_eq!(fs::read(second.join(".tmux.conf")).unwrap(), b"a\n");
}

#[test]
fn a_broken_configuration_and_a_newer_manifest() {
    let bench = bench();
    old(&bench.home().join(".tmux.conf"), b"a\n");
    done(&bench, &DO);
    bench.configure("[nonsense\n");
    let manifest = bench.own("setup/tmux.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"version\": 1", "\"version\": 9")).unwrap();
    let ran = bench.mamori(&UNDO);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("newer mamori"), "{}", ran.stderr);
    // An older one has fewer fields.
    let mut older: serde_json::Value = serde_json::from_str(&text).unwrap();
    older.as_object_mut().unwrap().remove("version");
    older["new"] = true.into();
    fs::write(&manifest, older.to_string()).unwrap();
    done(&bench, &UNDO);
    assert_eq!(fs::read(bench.home().join(".tmux.conf")).unwrap(), b"a\n");
}

/// A kill can come between any two writes: what the manifest says then is
/// what it said before that step.
#[test]
fn a_killed_set_up_is_finished_or_taken_back_by_the_next() {
    for (written, then) in [(false, "undo"), (false, "do"), (true, "undo"), (true, "do")] {
        let bench = bench();
        let conf = bench.home().join(".tmux.conf");
        old(&conf, b"a");
        let before = seen(&bench);
        done(&bench, &DO);
        let after = fs::read(&conf).unwrap();
        let manifest = bench.own("setup/tmux.json");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, text.replace("\"done\"", "\"planned\"")).unwrap();
        if !written {
            old(&conf, b"a");
        }
        // Killed before its file got its place.
        fs::write(bench.home().join("..tmux.conf.mamori-setup"), "torn").unwrap();
        if then == "do" {
            done(&bench, &DO);
            assert_eq!(fs::read(&conf).unwrap(), after);
            let text = fs::read_to_string(&manifest).unwrap();
            assert!(!text.contains("planned"), "{text}");
        }
        done(&bench, &UNDO);
        assert_eq!(seen(&bench), before, "{written} {then}");
    }
}

#[test]
fn a_file_of_two_names_that_was_half_written_is_made_whole() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a\n");
    fs::hard_link(&conf, bench.home().join("other")).unwrap();
    let before = seen(&bench);
    done(&bench, &DO);
    let manifest = bench.own("setup/tmux.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"done\"", "\"planned\"")).unwrap();
    let whole = fs::read(&conf).unwrap();
    fs::write(&conf, &whole[..whole.len() / 2]).unwrap();
    done(&bench, &UNDO);
    assert_eq!(seen(&bench), before);
}

#[test]
fn of_two_at_once_one_waits_for_its_turn() {
    let bench = bench();
    old(&bench.home().join(".tmux.conf"), b"a\n");
    let before = seen(&bench);
    let start = || {
        bench
            .command(MAMORI)
            .args(DO)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut all: Vec<_> = (0..8).map(|_| start()).collect();
    let codes: Vec<_> = all
        .iter_mut()
        .map(|child| child.wait().unwrap().code())
        .collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(
        codes.iter().all(|code| matches!(code, Some(0 | 3))),
        "{codes:?}"
    );
    let text = fs::read_to_string(bench.home().join(".tmux.conf")).unwrap();
    assert_eq!(text.matches("run-shell").count(), 1, "{text}");
    done(&bench, &UNDO);
    assert_eq!(seen(&bench), before);
}

#[test]
fn a_full_disk_leaves_what_was() {
    if !may_mount() {
        return;
    }
    let bench = bench();
    let disk = Mounted::small(&bench.home().join("small"), "64k");
    let conf = disk.path("tmux.conf");
    fs::write(&conf, "a\n").unwrap();
    symlink(
        bench.home().join("small/tmux.conf"),
        bench.home().join(".tmux.conf"),
    )
    .unwrap();
    fs::write(disk.path("filler"), vec![0; 60 << 10]).ok();
    fs::write(disk.path("more"), vec![0; 8 << 10]).ok();
    let ran = disk.mamori(&bench, &DO);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(fs::read(&conf).unwrap(), b"a\n");
    assert!(
        !bench.own("setup/tmux.json").exists(),
        "nothing is half-done"
    );
    assert!(!disk.path(".tmux.conf.mamori-setup").exists());
}

#[test]
fn in_a_closed_folder_a_file_is_written_in_place_or_nothing_is_half_done() {
    if !root("to be somebody else") {
        return;
    }
    for (bits, code) in [(0o644, 0), (0o444, 0), (0o644, 3)] {
        let bench = bench();
        let store = bench.home().join("store");
        let conf = store.join("tmux.conf");
        fs::create_dir(&store).unwrap();
        old(&conf, b"a\n");
        symlink(&conf, bench.home().join(".tmux.conf")).unwrap();
        // The folder is root's; the file is theirs, or root's, too.
        let mut theirs = vec![bench.home().to_owned(), bench.home().join(".config")];
        theirs.extend((code == 0).then(|| conf.clone()));
        for path in &theirs {
            std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
        }
        mode(&conf, bits);
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
        let somebody = |words: &[&str]| bench.ran(nobody(&bench, &program).args(words));
        let ran = somebody(&DO);
        assert_eq!(ran.code, Some(code), "{}{}", ran.stdout, ran.stderr);
        if code == 0 {
            assert_ne!(seen(&bench), before);
            let ran = somebody(&UNDO);
            assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        } else {
            assert!(ran.stderr.contains("store/tmux.conf"), "{}", ran.stderr);
        }
        assert_eq!(seen(&bench), before, "{bits:o}");
    }
}

/// Whatever is written outside of the block, it outlives the undoing.
#[test]
fn random_edits_around_the_block_survive() {
    let mut random = 7_u64;
    let mut next = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % below
    };
    for _ in 0..20 {
        let lines = "set -g @x '無'\n".repeat(usize::try_from(next(5)).unwrap());
        let (before, behind) = (next(4), next(4));
        let text = |what: &str, count: u64| {
            format!("set -g @{what} \u{1f98a}\r\n").repeat(usize::try_from(count).unwrap())
        };
        let (before, behind) = (text("before", before), text("behind", behind));
        let edit = |text: &str| format!("{before}{text}{behind}");
        let (code, left, _) = edited(&lines, edit);
        assert_eq!((code, left), (Some(0), format!("{before}{lines}{behind}")));
    }
}

#[test]
fn a_home_that_takes_no_record_and_one_that_is_busy_change_nothing() {
    let bench = bench();
    let conf = bench.home().join(".tmux.conf");
    old(&conf, b"a\n");
    fs::write(bench.home().join(".miyabi"), "no folder").unwrap();
    let ran = bench.mamori(&DO);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    fs::remove_file(bench.home().join(".miyabi")).unwrap();
    fs::create_dir_all(bench.own("locks")).unwrap();
    let wait = mamori::sys::flock::Wait::Never;
    let held = mamori::sys::flock::lock(&bench.own("locks/setup.lock"), "somebody", wait).unwrap();
    let ran = bench.mamori(&DO);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("is at work: held by somebody (pid "),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read(&conf).unwrap(), b"a\n");
    drop(held);
    done(&bench, &DO);
    // A record that is no record stops everything, and is not written over.
    fs::write(bench.own("setup/tmux.json"), "{").unwrap();
    for words in [&DO[..], &UNDO[..]] {
        let ran = bench.mamori(words);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: mv "), "{}", ran.stderr);
    }
    assert_eq!(
        fs::read_to_string(bench.own("setup/tmux.json")).unwrap(),
        "{"
    );
}
