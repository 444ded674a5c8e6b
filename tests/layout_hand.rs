//! What people did stays: sizes by hand, zoom, switched off windows, focus.

use crate::harness::layouts::Arranged;
use crate::harness::{Bench, until};

fn three(bench: &Bench) -> Arranged<'_> {
    let server = Arranged::start(bench, (200, 50), "");
    server.split("main");
    server.split("main");
    server.settle("main");
    server
}

#[test]
fn sizes_by_hand_stay_until_a_pane_comes_or_somebody_asks() {
    let bench = Bench::quiet();
    let server = three(&bench);
    server.run(&["select-layout", "-t", "main", "even-vertical"]);
    server.run(&["resize-pane", "-t", "main.0", "-y", "8"]);
    let by_hand = server.layout("main");
    until("it to be remembered", || {
        server.show("main", "#{@mamori-hand}") == "3"
    });
    server.settle("main");
    assert_eq!(server.layout("main"), by_hand);
    // A named layout is somebody's will, too; and a size of the window is not
    // ours to answer then.
    server.run(&["select-layout", "-t", "main", "tiled"]);
    server.run(&["resize-window", "-t", "main", "-x", "150", "-y", "40"]);
    let tiled = server.sizes("main");
    server.run(&["select-pane", "-t", "main.0"]);
    assert_eq!(server.sizes("main"), tiled);
    let asked = server.mamori(&["auto", "-t", "main"]);
    assert!(asked.stdout.contains("3 panes, efficiency 0."), "{asked:?}");
    assert_eq!(server.show("main", "#{@mamori-hand}"), "");
    server.assert_planned("main");
    server.run(&["select-layout", "-t", "main", "even-horizontal"]);
    until("it to be remembered", || {
        server.show("main", "#{@mamori-hand}") == "3"
    });
    server.split("main");
    until("the new pane to be arranged", || {
        server.show("main", "#{@mamori-hand}").is_empty()
    });
    server.settle("main");
    server.assert_planned("main");
}

#[test]
fn what_stood_before_the_plugin_came_is_somebodys() {
    let bench = Bench::quiet();
    let conf = "new-session -d -s early -x 200 -y 50 'sleep 600'\n\
        split-window -t early -h 'sleep 600'\nresize-pane -t early:0.0 -x 30\n";
    let server = Arranged::start(&bench, (200, 50), conf);
    let before = server.layout("early");
    server.run(&["resize-pane", "-t", "early:0.0", "-x", "40"]);
    until("it to be remembered", || {
        server.show("early", "#{@mamori-hand}") == "2"
    });
    assert_ne!(server.layout("early"), before);
    assert_eq!(server.sizes("early")[0].0, 40);
}

#[test]
fn a_zoomed_window_is_left_and_arranged_after_it() {
    let bench = Bench::quiet();
    let server = three(&bench);
    server.run(&["resize-pane", "-Z", "-t", "main.1"]);
    server.run(&["kill-pane", "-t", "main.2"]);
    // Killing another pane ends no zoom in tmux.
    if server.show("main", "#{window_zoomed_flag}") == "1" {
        let asked = server.mamori(&["auto", "-t", "main"]);
        assert_eq!(asked.code, Some(0));
        assert!(
            asked.stdout.contains("left alone: a pane is zoomed"),
            "{asked:?}"
        );
        assert_eq!(server.show("main", "#{window_zoomed_flag}"), "1");
        server.run(&["resize-pane", "-Z", "-t", "main.1"]);
    }
    server.settle("main");
    server.assert_planned("main");
}

#[test]
fn zooming_and_unzooming_arranges_nothing() {
    let bench = Bench::quiet();
    let server = three(&bench);
    let before = server.sizes("main");
    for _ in 0..3 {
        server.run(&["resize-pane", "-Z", "-t", "main.1"]);
        server.run(&["resize-pane", "-Z", "-t", "main.1"]);
    }
    server.settle("main");
    assert_eq!(server.sizes("main"), before);
    assert_eq!(server.show("main", "#{@mamori-hand}"), "");
}

#[test]
fn a_window_that_is_off_is_left_until_it_is_on() {
    let bench = Bench::quiet();
    let server = three(&bench);
    let off = server.helper(&["off", "-t", "main"]);
    assert_eq!(
        (off.code, off.stdout.as_str()),
        (Some(0), "@0: is left alone\n")
    );
    server.split("main");
    let split = server.layout("main");
    server.run(&["kill-pane", "-t", "main.3"]);
    server.run(&["select-layout", "-t", "main", "even-vertical"]);
    server.run(&["resize-pane", "-t", "main.0", "-y", "9"]);
    assert_eq!(server.sizes("main")[0].1, 9);
    assert_ne!(server.layout("main"), split);
    let on = server.mamori(&["on", "-t", "main"]);
    assert_eq!(
        (on.code, on.stdout.as_str()),
        (Some(0), "@0: is arranged by itself\n")
    );
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
    // Where all are off, one is on by its own word.
    server.run(&["set-option", "-g", "@mamori-layout", "off"]);
    assert_eq!(server.mamori(&["on", "-t", "main"]).code, Some(0));
    assert_eq!(
        server.run(&["show-options", "-wv", "-t", "main", "@mamori-layout"]),
        "on"
    );
    server.split("main");
    server.settle("main");
    server.assert_planned("main");
}

#[test]
fn the_focus_and_the_panes_order_stay() {
    let bench = Bench::quiet();
    let server = three(&bench);
    let order = || server.run(&["list-panes", "-t", "main", "-F", "#{pane_id}"]);
    server.run(&["select-pane", "-t", "main.1"]);
    let (active, before) = (server.show("main", "#{pane_id}"), order());
    server.run(&["resize-window", "-t", "main", "-x", "120", "-y", "40"]);
    server.settle("main");
    server.assert_planned("main");
    assert_eq!(
        (server.show("main", "#{pane_id}"), order()),
        (active, before)
    );
}

#[test]
fn a_linked_window_is_one_window() {
    let bench = Bench::quiet();
    let server = three(&bench);
    server.run(&[
        "new-session",
        "-d",
        "-s",
        "second",
        "-x",
        "200",
        "-y",
        "50",
        "sleep 600",
    ]);
    server.run(&["link-window", "-s", "main:0", "-t", "second:5"]);
    let events = server.events();
    server.split("second:5");
    server.settle("second:5");
    server.assert_planned("main:0");
    assert_eq!(server.layout("main:0"), server.layout("second:5"));
    assert!(
        server.events() - events <= 3,
        "{}",
        server.events() - events
    );
}

#[test]
fn a_size_that_comes_and_goes_is_nobodys_hand() {
    let bench = Bench::quiet();
    let server = three(&bench);
    server.split("main");
    server.settle("main");
    let resize = |width: &str, height: &str| {
        server.run(&["resize-window", "-t", "main", "-x", width, "-y", height]);
    };
    // Unseen, because a pane is zoomed.
    server.run(&["resize-pane", "-Z", "-t", "main.1"]);
    resize("40", "20");
    resize("200", "50");
    server.run(&["resize-pane", "-Z", "-t", "main.1"]);
    server.settle("main");
    server.assert_planned("main");
    // Unseen, because it is off.
    assert_eq!(server.mamori(&["off", "-t", "main"]).code, Some(0));
    resize("40", "20");
    resize("200", "50");
    assert_eq!(server.mamori(&["on", "-t", "main"]).code, Some(0));
    resize("180", "50");
    server.settle("main");
    server.assert_planned("main");
    // Too fast to be seen each.
    for width in ["60", "180", "50", "180"] {
        resize(width, "50");
    }
    server.settle("main");
    server.assert_planned("main");
    assert_eq!(server.show("main", "#{@mamori-hand}"), "");
    // Of another window than the current one.
    server.run(&["new-window", "-t", "main:", "sleep 600"]);
    let seen = server.show("main:0", "#{@mamori-seen}");
    assert_ne!(seen, "");
    assert_eq!(server.show("main:1", "#{@mamori-seen}"), "");
    server.run(&["resize-window", "-t", "main:0", "-x", "150", "-y", "40"]);
    server.settle("main:0");
    server.assert_planned("main:0");
}

#[test]
fn titles_that_come_while_it_runs_are_counted_once() {
    let bench = Bench::quiet();
    let server = three(&bench);
    server.run(&["setw", "-g", "pane-border-status", "top"]);
    server.run(&["select-pane", "-t", "main.0"]);
    server.settle("main");
    server.assert_planned("main");
    // What is too cramped for an arrangement is looked at once, too.
    server.run(&["setw", "-g", "pane-border-status", "off"]);
    server.run(&["resize-window", "-t", "main", "-x", "3", "-y", "3"]);
    server.settle("main");
}

#[test]
fn what_changes_between_look_and_arrangement_is_not_overwritten() {
    let bench = Bench::quiet();
    let server = three(&bench);
    server.run(&["set-option", "-w", "-t", "main", "@mamori-layout", "off"]);
    server.run(&["select-layout", "-t", "main", "even-horizontal"]);
    let seen = server.seen("main");
    // A person's hand comes in between.
    server.run(&["resize-pane", "-t", "main.0", "-x", "90"]);
    let by_hand = server.sizes("main");
    let around = bench.surroundings();
    let way = mamori::sys::tmux::Server::at(&server.tmux.socket(), &around).unwrap();
    let planned = mamori::rooms::layout::decide::arrangement(&seen, None).unwrap();
    let stands = way
        .arrange(&seen, &planned.layout, (planned.marks, None))
        .unwrap();
    assert_ne!(stands, Some(planned.layout));
    assert_eq!(server.sizes("main"), by_hand);
    // A pane that goes is another such change.
    let seen = server.seen("main");
    server.run(&["kill-pane", "-t", "main.2"]);
    let planned = mamori::rooms::layout::decide::arrangement(&seen, None).unwrap();
    let stands = way
        .arrange(&seen, &planned.layout, (planned.marks, None))
        .unwrap();
    assert_ne!(stands, Some(planned.layout));
    assert_eq!(server.sizes("main").len(), 2);
}

#[test]
fn a_visit_of_a_small_screen_changes_nothing_for_the_large_one() {
    let bench = Bench::quiet();
    let server = three(&bench);
    let resize = |width: &str, height: &str| {
        server.run(&["resize-window", "-t", "main", "-x", width, "-y", height]);
        server.settle("main");
    };
    let large = server.sizes("main");
    resize("45", "30");
    server.assert_planned("main");
    resize("200", "50");
    assert_eq!(server.sizes("main"), large, "as it was at this size");
    // The same of what a person made.
    server.run(&["select-layout", "-t", "main", "even-horizontal"]);
    until("it to be remembered", || {
        server.show("main", "#{@mamori-hand}") == "3"
    });
    server.run(&["resize-pane", "-t", "main.0", "-x", "130"]);
    server.settle("main");
    let by_hand = server.sizes("main");
    assert_eq!(by_hand[0].0, 130);
    resize("45", "30");
    let small = server.sizes("main");
    assert!(
        small
            .iter()
            .all(|(width, height)| *width >= 20 && *height >= 4),
        "{small:?}"
    );
    resize("180", "45");
    resize("200", "50");
    assert_eq!(server.sizes("main"), by_hand);
    // It is a person's still.
    assert_eq!(server.show("main", "#{@mamori-hand}"), "3");
    server.run(&["kill-pane", "-t", "main.2"]);
    server.settle("main");
    server.assert_planned("main");
}
