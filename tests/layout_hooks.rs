//! Windows arranged by the hooks: what brings an arrangement, and how little
//! it costs.

use std::fs;

use crate::harness::layouts::Arranged;
use crate::harness::tmux::path_with_binaries;
use crate::harness::{Bench, until};

#[test]
fn a_split_is_arranged_with_three_layout_events_at_most() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    for _ in 0..4 {
        let before = server.events();
        let hooks = server.run(&["show-hooks", "-g", "window-layout-changed"]);
        assert!(hooks.contains("[0]") && hooks.contains("[8735]"), "{hooks}");
        server.split("main");
        server.settle("main");
        server.assert_planned("main");
        // Two seconds in which an echo would come.
        let settled = server.events();
        assert!(settled - before <= 3, "{} events", settled - before);
        let quiet = std::time::Instant::now() + std::time::Duration::from_secs(2);
        until("two quiet seconds", || {
            assert_eq!(server.events(), settled, "an echo");
            std::time::Instant::now() > quiet
        });
    }
}

#[test]
fn loading_the_plugin_again_changes_nothing() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    let hooks = || {
        let global = server.run(&["show-hooks", "-g"]);
        global + &server.run(&["show-hooks", "-gw"])
    };
    let before = hooks();
    server.tmux.load(&path_with_binaries());
    assert_eq!(hooks(), before);
}

/// A program that counts how often its terminal changes its size.
const COUNTING: &str = r#"
import signal, sys, time
count = 0
def changed(*_):
    global count
    count += 1
    with open(sys.argv[1], "w") as file:
        file.write(str(count))
signal.signal(signal.SIGWINCH, changed)
with open(sys.argv[1], "w") as file:
    file.write("0")
while True:
    signal.pause()
"#;

#[test]
fn an_arrangement_resizes_each_pane_once() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "set -g @mamori-layout off\n");
    let script = bench.home().join("count.py");
    fs::write(&script, COUNTING).unwrap();
    let counts: Vec<_> = (0..4)
        .map(|pane| bench.home().join(format!("count-{pane}")))
        .collect();
    for count in &counts {
        let command = format!("exec python3 {} {}", script.display(), count.display());
        server.run(&["split-window", "-t", "main", &command]);
        server.run(&["select-layout", "-t", "main", "even-vertical"]);
    }
    server.run(&["kill-pane", "-t", "main.0"]);
    server.run(&["select-layout", "-t", "main", "even-vertical"]);
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    until("the programs to run", || {
        counts.iter().all(|count| !read(count).is_empty())
    });
    // What the splits did may still come: tmux holds it back for 250 ms.
    let settled = || {
        let before: Vec<String> = counts.iter().map(read).collect();
        std::thread::sleep(std::time::Duration::from_millis(600));
        let after: Vec<String> = counts.iter().map(read).collect();
        (before == after).then_some(after)
    };
    let mut before = None;
    until("the sizes to settle", || {
        before = settled();
        before.is_some()
    });
    let (old, ran) = (server.sizes("main"), server.mamori(&["auto", "-t", "main"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let new = server.sizes("main");
    assert!(
        old.iter().zip(&new).all(|(old, new)| old != new),
        "{old:?} {new:?}"
    );
    let mut after = None;
    until("the sizes to settle again", || {
        after = settled();
        after
            .as_ref()
            .is_some_and(|after| Some(after) != before.as_ref())
    });
    let number = |text: &String| text.parse::<u32>().unwrap();
    let (before, after) = (before.unwrap(), after.unwrap());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(number(after) - number(before), 1, "one SIGWINCH per pane");
    }
    // Arranged as it is, nothing is sent at all.
    let events = server.events();
    let ran = server.mamori(&["auto", "-t", "main"]);
    assert!(ran.stdout.contains("stays as it is"), "{ran:?}");
    assert_eq!(server.events(), events);
}

#[test]
fn exits_kills_joins_breaks_and_swaps_are_arranged_too() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    for _ in 0..3 {
        server.split("main");
        server.settle("main");
    }
    let settled = |window: &str| {
        server.settle(window);
        server.assert_planned(window);
    };
    settled("main");
    server.run(&["kill-pane", "-t", "main.1"]);
    settled("main");
    assert_eq!(server.sizes("main").len(), 3);
    // A program that ends by itself.
    let pane = server.run(&[
        "split-window",
        "-t",
        "main",
        "-P",
        "-F",
        "#{pane_id}",
        "cat",
    ]);
    settled("main");
    server.run(&["send-keys", "-t", &pane, "C-d"]);
    until("it to end", || {
        server.show("main", "#{window_panes}") == "3"
    });
    settled("main");
    // Roles make places differ.
    server.run(&["set-option", "-p", "-t", "main.0", "@mamori-role", "logs"]);
    server.run(&["set-option", "-p", "-t", "main.2", "@mamori-role", "editor"]);
    server.run(&["swap-pane", "-s", "main.0", "-t", "main.2"]);
    settled("main");
    server.run(&["rotate-window", "-t", "main"]);
    settled("main");
    server.run(&["new-window", "-t", "main:", "-n", "other", "sleep 600"]);
    server.run(&["join-pane", "-s", "main:0.0", "-t", "main:other"]);
    settled("main:0");
    settled("main:other");
    assert_eq!(
        (
            server.sizes("main:0").len(),
            server.sizes("main:other").len()
        ),
        (2, 2)
    );
    server.run(&["break-pane", "-s", "main:0.0", "-n", "third"]);
    assert_eq!(server.sizes("main:0").len(), 1);
    assert_eq!(server.sizes("main:third").len(), 1);
}

#[test]
fn clients_that_come_go_and_differ_in_size_bring_arrangements() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    server.split("main");
    server.split("main");
    server.settle("main");
    let wide = server.sizes("main");
    {
        let _narrow = server.tmux.attach(90);
        until("the narrow client to be fitted", || {
            server.show("main", "#{window_width}") == "90"
        });
        server.settle("main");
        server.assert_planned("main");
        assert_ne!(server.sizes("main"), wide);
        // A second client, larger: the latest one decides.
        let outer = ["-L", "outer-layouts"];
        let mut larger = bench.command("tmux");
        let attach = "exec env -u TMUX tmux -u -L layouts attach -t main";
        larger.args(outer).args(["new-window", attach]);
        assert_eq!(bench.ran(&mut larger).code, Some(0));
        let mut resize = bench.command("tmux");
        resize
            .args(outer)
            .args(["resize-window", "-x", "150", "-y", "40"]);
        assert_eq!(bench.ran(&mut resize).code, Some(0));
        until("the larger one to be fitted", || {
            server.show("main", "#{window_width}") == "150"
        });
        server.settle("main");
        server.assert_planned("main");
    }
    until("both to be gone", || {
        server.run(&["list-clients"]).is_empty()
    });
    server.settle("main");
    server.assert_planned("main");
}

#[test]
fn titles_at_the_border_take_a_row() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "setw -g pane-border-status top\n");
    server.split("main");
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
    let roles = ["editor", "shell", "shell"];
    for (pane, role) in roles.iter().enumerate() {
        let target = format!("main.{pane}");
        server.run(&["set-option", "-p", "-t", &target, "@mamori-role", role]);
    }
    assert_eq!(server.mamori(&["auto", "-t", "main"]).code, Some(0));
    server.assert_planned("main");
    // Each has what it wants, as far as that goes, without its title's row.
    let heights = server.run(&["list-panes", "-t", "main", "-F", "#{pane_height}"]);
    let heights: Vec<u32> = heights
        .lines()
        .map(|height| height.parse().unwrap())
        .collect();
    let arranged = server.seen("main");
    let cells = arranged.layout.unwrap().rects();
    for (pane, (height, cell)) in heights.iter().zip(&cells).enumerate() {
        let lost = u32::from(cell.y == 0);
        assert_eq!(cell.height - height, lost, "pane {pane}: {cell:?}");
    }
}

#[test]
fn strips_follow_the_active_pane_and_large_screens_do_not() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (30, 12), "");
    for _ in 0..3 {
        server.split("main");
        server.settle("main");
    }
    // Four panes in twelve rows: strips for all but one.
    let tall = |pane: &str| {
        let sizes = server.run(&[
            "list-panes",
            "-t",
            "main",
            "-F",
            "#{pane_id} #{pane_height}",
        ]);
        let line = sizes
            .lines()
            .find(|line| line.starts_with(&format!("{pane} ")))
            .unwrap();
        line.ends_with(" 6")
    };
    let first = server.show("main.0", "#{pane_id}");
    server.run(&["select-pane", "-t", &first]);
    until("the active pane to get the room", || tall(&first));
    server.settle("main");
    let active = server.show("main", "#{pane_id}");
    assert_eq!(active, first, "the focus is where it was");
    let second = server.show("main.1", "#{pane_id}");
    server.run(&["select-pane", "-t", &second]);
    until("the next one to get it", || tall(&second));
    let large = Bench::quiet();
    let server = Arranged::start(&large, (211, 55), "");
    server.split("main");
    server.split("main");
    server.settle("main");
    let events = server.events();
    server.run(&["select-pane", "-t", "main.0"]);
    server.run(&["select-pane", "-t", "main.1"]);
    // Whatever comes of it has come when another event was answered.
    server.split("main");
    server.settle("main");
    assert!(
        server.events() - events <= 3,
        "{}",
        server.events() - events
    );
}

#[test]
fn doctor_finds_hooks_that_others_wiped_or_hide() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    let hooks = || {
        let mut doctor = server.command(crate::harness::MAMORI, &["doctor", "-v"]);
        let told = bench.ran(&mut doctor).stdout;
        let at = told.find("tmux.hooks").unwrap();
        told[at..].lines().next().unwrap().to_owned()
    };
    assert!(
        hooks().contains("our hooks are in their places"),
        "{}",
        hooks()
    );
    server.run(&[
        "set-hook",
        "-w",
        "-t",
        "main",
        "window-layout-changed",
        "display-message x",
    ]);
    assert!(
        hooks().contains("window-layout-changed of @0"),
        "{}",
        hooks()
    );
    server.run(&["set-hook", "-u", "-t", "@0", "window-layout-changed"]);
    server.run(&[
        "set-hook",
        "-t",
        "main",
        "session-closed",
        "display-message x",
    ]);
    assert!(hooks().contains("session-closed of $0"), "{}", hooks());
    server.run(&["set-hook", "-u", "-t", "$0", "session-closed"]);
    assert!(
        hooks().contains("our hooks are in their places"),
        "{}",
        hooks()
    );
    server.run(&[
        "set-hook",
        "-g",
        "window-layout-changed",
        "display-message x",
    ]);
    assert!(
        hooks().contains("our entry is missing in window-layout-changed"),
        "{}",
        hooks()
    );
    server.tmux.load(&path_with_binaries());
    assert!(
        hooks().contains("our hooks are in their places"),
        "{}",
        hooks()
    );
}
