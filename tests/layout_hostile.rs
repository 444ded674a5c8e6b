//! Layouts where things are hostile or broken: names, paths, homes, servers.

use std::fs;

use crate::harness::layouts::Arranged;
use crate::harness::tmux::Tmux;
use crate::harness::{Bench, LAYOUT, MAMORI, mode, until};

#[test]
fn names_and_titles_are_never_more_than_text() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    let touched = bench.home().join("touched");
    let evil = format!("x;#(touch {0})$(touch {0})'\"#{{q:a}}|", touched.display());
    server.split("main");
    server.settle("main");
    server.run(&["rename-window", "-t", "main", &evil.replace('#', "##")]);
    server.run(&[
        "select-pane",
        "-t",
        "main.0",
        "-T",
        &evil.replace('#', "##"),
    ]);
    server.run(&["set-option", "-p", "-t", "main.0", "@mamori-role", &evil]);
    server.run(&[
        "set-option",
        "-w",
        "-t",
        "main",
        "@mamori-layout-attention",
        &evil,
    ]);
    server.run(&["set-option", "-w", "-t", "main", "@mamori-seen", &evil]);
    server.run(&["set-environment", "-gh", "MAMORI_PROGRAMS", &evil]);
    server.run(&["rename-session", "-t", "main", &evil.replace('#', "##")]);
    server.split("@0");
    server.settle("@0");
    let ran = server.mamori(&["auto", "-t", "@0"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        server.mamori(&["apply", "monitoring", "-t", "@0"]).code,
        Some(0)
    );
    assert_eq!(server.mamori(&["apply", &evil, "-t", "@0"]).code, Some(2));
    assert!(!touched.exists());
}

#[test]
fn a_program_in_a_folder_of_any_name_is_found_by_the_hooks() {
    let bench = Bench::quiet();
    let folder = bench.home().join("bin '#(touch x)' $HOME \"} 守り");
    fs::create_dir(&folder).unwrap();
    for (name, program) in [("mamori", MAMORI), ("mamori-layout", LAYOUT)] {
        std::os::unix::fs::symlink(program, folder.join(name)).unwrap();
    }
    let tmux = Tmux::sized(&bench, "layouts", "set -g status off\n", (200, 50));
    tmux.load(&format!("{}:/usr/bin:/bin", folder.display()));
    let hook = tmux.run(&["show-hooks", "-gw", "window-layout-changed"]);
    assert!(hook.contains("守り"), "{hook}");
    let server = Arranged {
        bench: &bench,
        tmux,
    };
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
    assert!(!bench.home().join("x").exists());
}

#[test]
fn windows_are_arranged_without_state_watcher_or_a_place_to_write() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    bench.set_state("{ broken");
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
    assert_eq!(
        fs::read_to_string(bench.own("state.json")).unwrap(),
        "{ broken"
    );
    // A file where our folder should be: nothing can be remembered.
    fs::remove_dir_all(bench.own("")).unwrap();
    fs::write(bench.home().join(".miyabi/mamori"), "no folder").unwrap();
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
    server.run(&["set-option", "-w", "-t", "main", "@mamori-layout", "off"]);
    server.run(&["select-layout", "-t", "main", "tiled"]);
    let ran = server.mamori(&["auto", "-t", "main"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.starts_with("not recorded: "), "{ran:?}");
    assert_eq!(
        server.mamori(&["undo", "-t", "main"]).code,
        Some(1),
        "nothing is known"
    );
}

#[test]
fn a_broken_configuration_stops_people_and_no_hook() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    bench.configure("[layout.programs]\nedtor = []\n");
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
    let ran = server.mamori(&["auto", "-t", "main"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("`layout.programs.edtor`"), "{ran:?}");
    assert!(ran.stderr.contains("did you mean `editor`?"), "{ran:?}");
    assert_eq!(
        server.helper(&["auto", "-t", "main"]).code,
        Some(0),
        "it reads none"
    );
}

#[test]
fn what_the_hooks_are_told_wrongly_harms_nobody() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    server.split("main");
    server.settle("main");
    let layout = server.layout("main");
    for window in ["@99", "@", "x", "main", "@0;kill-server", "-t", ""] {
        for name in ["1-2", "x", "", "../../x-1", "1-2-3"] {
            let ran = server.helper(&["event", window, name]);
            assert_ne!(ran.code, None, "{window} {name}");
            assert_eq!(ran.stdout, "");
        }
    }
    assert_eq!(server.layout("main"), layout);
    assert!(!bench.home().join("x-1").exists());
}

#[test]
fn a_server_that_dies_or_hangs_meanwhile_ends_no_helper_badly() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    server.split("main");
    server.settle("main");
    let environment = server.tmux.environment();
    let process = server.tmux.identity();
    server.run(&["kill-server"]);
    until("the server to be gone", || {
        !mamori::sys::processes::lives(&process)
    });
    let mut helper = bench.command(LAYOUT);
    helper.env("TMUX", environment).args(["event", "@0", "1-2"]);
    let ran = bench.ran(&mut helper);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
}

#[test]
fn a_tmux_that_is_too_old_is_told() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    // What a server of 3.1 says, by a client that says it for it.
    bench.stand_in(
        "tmux",
        "#!/bin/sh\n/usr/bin/tmux \"$@\" | sed 's/|3\\.[0-9a-z]*|@/|3.1c|@/; s/\\(|[0-9a-f]*|\\)3\\.[0-9a-z-]*\\(|[0-9a-f]*|@\\)/\\13.1c\\2/'\n",
    );
    let ran = server.mamori(&["auto", "-t", "main"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stderr
            .contains("has version 3.1c, and layouts need 3.2 or newer"),
        "{ran:?}"
    );
}

#[test]
fn files_are_ours_alone() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    server.split("main");
    server.settle("main");
    until("the memory", || {
        fs::read_dir(bench.own("layout")).is_ok_and(|files| files.count() >= 3)
    });
    let bits = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(bits(&bench.own("layout")), 0o700);
    for file in fs::read_dir(bench.own("layout")).unwrap() {
        assert_eq!(bits(&file.unwrap().path()), 0o600);
    }
    mode(&bench.own("layout"), 0o700);
}
