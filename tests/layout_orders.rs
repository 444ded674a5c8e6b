//! What people ask for: undo and redo, templates, and what cannot be done.

use crate::harness::layouts::Arranged;
use crate::harness::{Bench, LAYOUT, MAMORI};

#[test]
fn undo_and_redo_go_through_what_was() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    server.run(&["set-option", "-g", "@mamori-layout", "off"]);
    server.split("main");
    server.split("main");
    server.run(&["select-layout", "-t", "main", "even-horizontal"]);
    let first = server.layout("main");
    assert_eq!(
        server.mamori(&["undo", "-t", "main"]).code,
        Some(1),
        "nothing yet"
    );
    server.mamori(&["auto", "-t", "main"]);
    let second = server.layout("main");
    assert_ne!(first, second);
    // The hooks leave alone what was gone back to.
    server.run(&["set-option", "-gu", "@mamori-layout"]);
    let undone = server.helper(&["undo", "-t", "main"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert_eq!(server.layout("main"), first);
    server.settle("main");
    assert_eq!(server.layout("main"), first);
    let again = server.mamori(&["undo", "-t", "main"]);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (Some(1), "@0: nothing to undo\n")
    );
    assert_eq!(server.mamori(&["redo", "-t", "main"]).code, Some(0));
    assert_eq!(server.layout("main"), second);
    let again = server.helper(&["redo", "-t", "main"]);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (Some(1), "@0: nothing to redo\n")
    );
    // With another pane the way back is gone.
    server.split("main");
    server.settle("main");
    let planned = server.layout("main");
    assert_eq!(server.mamori(&["undo", "-t", "main"]).code, Some(0));
    assert_ne!(server.layout("main"), planned);
    assert_eq!(server.mamori(&["undo", "-t", "main"]).code, Some(1));
}

#[test]
fn a_template_says_what_panes_are_for_and_adds_those_that_are_missing() {
    let config = format!(
        "{}[layout.start]\nlogs = [\"sh\", \"-c\", \"echo '#{{x}} $1'; exec sleep 600\"]\n\
        [[template]]\nname = \"review\"\nroles = [\"editor\", \"logs\"]\n",
        crate::harness::QUIET
    );
    let bench = Bench::with(config);
    let server = Arranged::start(&bench, (200, 50), "");
    let roles = || server.run(&["list-panes", "-t", "main", "-F", "#{@mamori-role}"]);
    let ran = server.mamori(&["apply", "review", "-t", "main"]);
    assert_eq!((ran.code, roles().as_str()), (Some(0), "editor"), "{ran:?}");
    let ran = server.mamori(&["apply", "review", "--create", "-t", "main"]);
    assert_eq!(
        (ran.code, roles().as_str()),
        (Some(0), "editor\nlogs"),
        "{ran:?}"
    );
    let screen = || server.run(&["capture-pane", "-p", "-t", "main.1"]);
    crate::harness::until("what was started", || screen().contains("#{x} $1"));
    let created = server.mamori(&["apply", "coordination", "--create", "-t", "main"]);
    assert_eq!(created.code, Some(0), "{created:?}");
    assert_eq!(roles(), "control\nagent\nagent\nagent\nagent");
    server.settle("main");
    server.assert_planned("main");
    // Fewer roles than panes: the others keep theirs.
    assert_eq!(
        server.helper(&["apply", "development", "-t", "main"]).code,
        Some(0)
    );
    assert_eq!(roles(), "editor\nshell\nagent\nagent\nagent");
    let list = server.mamori(&["list"]);
    assert!(
        list.stdout.starts_with("review        editor logs\n"),
        "{list:?}"
    );
}

#[test]
fn a_template_of_many_panes_finds_room_for_each() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (80, 24), "set -g @mamori-layout off\n");
    let ran = server.mamori(&["apply", "coordination", "--create", "-t", "main"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(server.sizes("main").len(), 5);
}

#[test]
fn what_cannot_be_done_is_said() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    let error = |ran: &crate::harness::Ran| ran.stderr.clone();
    let ran = server.mamori(&["apply", "dashbord", "-t", "main"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        error(&ran),
        "error: `dashbord` is no layout that we know\nhint: mamori layout apply dashboard\n"
    );
    for target in ["nowhere", "#(touch x)", "=none:9", "%99"] {
        for ran in [
            server.mamori(&["auto", "-t", target]),
            server.helper(&["auto", "-t", target]),
        ] {
            assert_eq!(ran.code, Some(2), "{target}: {ran:?}");
            let says =
                format!("error: tmux knows no window of `{target}`\nhint: tmux list-panes -a\n");
            assert_eq!(error(&ran), says);
        }
    }
    assert_eq!(
        server.helper(&["auot"]).code,
        Some(2),
        "as `mamori layout` says it"
    );
    let single = server.mamori(&["auto", "-t", "main"]);
    assert_eq!(single.code, Some(0), "{single:?}");
    let nobody = Bench::quiet();
    for (program, words) in [(MAMORI, &["layout", "auto"][..]), (LAYOUT, &["auto"])] {
        let ran = nobody.ran(nobody.command(program).args(words));
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(
            ran.stderr.starts_with("error: no tmux server on `"),
            "{ran:?}"
        );
        let bare = nobody.ran(
            nobody
                .command(program)
                .args(words)
                .env("PATH", "/nonexistent"),
        );
        assert_eq!(bare.code, Some(3));
        assert_eq!(
            bare.stderr,
            "error: tmux is not installed\nhint: install tmux 3.2 or newer\n"
        );
    }
}

#[test]
fn a_window_of_one_column_is_left_and_nobody_dies() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (200, 50), "");
    server.split("main");
    server.settle("main");
    server.run(&["resize-window", "-t", "main", "-x", "3", "-y", "3"]);
    server.settle("main");
    server.run(&["resize-window", "-t", "main", "-x", "1", "-y", "1"]);
    let ran = server.mamori(&["auto", "-t", "main"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    server.run(&["resize-window", "-t", "main", "-x", "1000", "-y", "500"]);
    server.settle("main");
    server.assert_planned("main");
}
