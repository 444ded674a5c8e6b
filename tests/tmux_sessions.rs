//! Sessions built in real tmux servers.

use std::fs;
use std::path::PathBuf;

use mamori::model::blueprint::{Arrangement, Blueprint, Pane, Window};
use mamori::model::layout::LayoutError;
use mamori::model::layout::text::checksum;
use mamori::sys::tmux::build::build;
use mamori::sys::tmux::built::{Note, Outcome};
use mamori::sys::tmux::{Server, TmuxError};

use crate::harness::blueprints::{built, done, pane, session, window, words};
use crate::harness::tmux::Tmux;
use crate::harness::{Bench, until};

const SHAPE: &str = "#{window_name} #{pane_width}x#{pane_height} #{@mamori-role} \
    #{window_active}#{pane_active} #{pane_current_path}";

#[test]
fn three_sessions_come_back_with_windows_folders_roles_layouts_and_commands() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    // The user's own configuration is read; their shells are started by it.
    fs::write(
        bench.home().join(".tmux.conf"),
        "set -g base-index 1\nsetw -g pane-base-index 1\nset -g default-command 'exec sleep 601'\n",
    )
    .unwrap();
    let code = bench.home().join("code");
    fs::create_dir(&code).unwrap();
    let (log, program) = (bench.home().join("log"), words(&bench));
    let logs = Pane {
        dir: Some(code.clone()),
        role: Some("logs".into()),
        ..pane(&[&program, log.to_str().unwrap(), "-F", "~/$HOME *"])
    };
    let shell = Pane {
        dir: Some(code.clone()),
        active: true,
        ..Pane::default()
    };
    let custom = "200x50,0,0{120x50,0,0,0,79x50,121,0[79x25,121,0,1,79x24,121,26,2]}";
    let custom = format!("{:04x},{custom}", checksum(custom));
    let tmux = Tmux::default(&bench);
    let plan = [
        session(
            "monitor",
            vec![
                window("main", vec![logs, shell]),
                Window {
                    arrangement: Arrangement::Custom(custom),
                    active: true,
                    ..window(
                        "wide",
                        vec![Pane::default(), Pane::default(), Pane::default()],
                    )
                },
            ],
        ),
        session(
            "miyabi",
            vec![Window {
                ..window("agents", vec![Pane::default(); 7])
            }],
        ),
        Blueprint::bare("alone"),
    ];
    assert_eq!(built(&tmux, &plan, &around), done(3));
    let of = |session: &str| tmux.run(&["list-panes", "-s", "-t", session, "-F", SHAPE]);
    until("the command's words", || log.exists());
    let (home, code) = (bench.home().display(), code.display());
    assert_eq!(
        of("monitor"),
        format!(
            "main 200x15 logs 00 {code}\nmain 200x34  01 {code}\nwide 120x50  11 {home}\n\
            wide 79x25  10 {home}\nwide 79x24  10 {home}"
        )
        .replace(&home.to_string(), "HOME")
    );
    assert_eq!(
        fs::read_to_string(&log).unwrap(),
        format!("<{}>\n<-F>\n<~/$HOME *>\n", log.display())
    );
    assert_eq!(of("miyabi").lines().count(), 7);
    assert_eq!(
        of("miyabi").lines().next().unwrap().split(' ').nth(2),
        Some("")
    );
    let first = [
        "list-panes",
        "-s",
        "-t",
        "miyabi",
        "-F",
        "#{window_index}.#{pane_index} #{pane_active}",
    ];
    assert_eq!(tmux.run(&first).lines().next(), Some("1.1 1"));
    let commands = tmux.run(&["list-panes", "-a", "-F", "#{pane_start_command}"]);
    assert_eq!(commands.matches("exec sleep 601").count(), 12, "{commands}");
    assert_eq!(
        tmux.run(&["show-options", "-gv", "default-command"]),
        "exec sleep 601"
    );
    assert!(of("alone").ends_with(" 11 HOME"));
    // Once more, and nothing changes.
    let again = build(&tmux.socket(), &plan, &around);
    let outcomes: Vec<Outcome> = again.into_iter().map(|one| one.result.unwrap()).collect();
    assert_eq!(outcomes, vec![Outcome::default(); 3]);
    assert_eq!(tmux.run(&["list-panes", "-a"]).lines().count(), 13);
}

#[test]
fn the_server_keeps_none_of_our_files_and_its_shells_get_a_persons_surroundings() {
    let bench = Bench::quiet();
    let mut around = bench.surroundings();
    around
        .session_environment
        .push(("LC_TIME".into(), "C.UTF-8".into()));
    let (out, tmux) = (bench.home().join("out"), Tmux::default(&bench));
    let script = format!(
        "env >{0}.part; mv {0}.part {0}; exec sleep 600",
        out.display()
    );
    let plan = session("a", vec![window("w", vec![pane(&["sh", "-c", &script])])]);
    assert_eq!(built(&tmux, &[plan], &around), done(1));
    until("the surroundings", || out.exists());
    let names = |text: &str| {
        let mut names: Vec<String> = text
            .lines()
            .filter_map(|line| Some(line.split_once('=')?.0.to_owned()))
            .collect();
        names.sort();
        names
    };
    let panes = fs::read_to_string(&out).unwrap();
    assert_eq!(
        names(&panes),
        [
            "HOME",
            "LANG",
            "LC_TIME",
            "NO_COLOR",
            "PATH",
            "PWD",
            "SHELL",
            "TERM",
            "TERM_PROGRAM",
            "TERM_PROGRAM_VERSION",
            "TMPDIR",
            "TMUX",
            "TMUX_PANE",
            "TMUX_TMPDIR",
            "TZ",
        ]
    );
    let open = |pid: &str| -> Vec<PathBuf> {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        open.filter_map(|fd| fs::read_link(fd.path()).ok())
            .collect()
    };
    // Its own pipes have both ends there; one of ours would have one. What
    // was open before these tests began is not ours.
    let (theirs, before) = (open(&tmux.identity().pid.to_string()), open("self"));
    let ends = |pipe: &PathBuf| theirs.iter().filter(|other| *other == pipe).count();
    let mut pipes = theirs
        .iter()
        .filter(|link| link.to_string_lossy().starts_with("pipe:"));
    assert!(
        pipes.all(|pipe| ends(pipe) == 2 || before.contains(pipe)),
        "{theirs:?}"
    );
    // A session built later gets the server's path, not ours.
    fs::remove_file(&out).unwrap();
    let elsewhere = around
        .environment
        .iter_mut()
        .find(|(name, _)| name == "PATH")
        .unwrap();
    elsewhere.1 = "/nowhere".into();
    let script = script
        .replace("env >", "/usr/bin/env >")
        .replace("mv ", "/bin/mv ");
    let plan = session(
        "b",
        vec![window("w", vec![pane(&["/bin/sh", "-c", &script])])],
    );
    assert_eq!(built(&tmux, &[plan], &around), done(1));
    until("the surroundings", || out.exists());
    let line = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("PATH="))
            .unwrap()
            .to_owned()
    };
    assert_eq!(line(&fs::read_to_string(&out).unwrap()), line(&panes));
}

const HOSTILE: &str = "#(touch HERE) #{pid} ##[fg=red] #[x] $(touch HERE) ;`touch HERE` '\"% 守り;";

#[test]
fn hostile_names_folders_and_words_stay_what_they_are() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let tmux = Tmux::default(&bench);
    let name = HOSTILE.replace([':', '.'], "");
    let folder = bench.home().join(HOSTILE);
    fs::create_dir(&folder).unwrap();
    let (log, program) = (bench.home().join("log"), words(&bench));
    let command = [
        &*program,
        log.to_str().unwrap(),
        HOSTILE,
        ";",
        "\\;",
        "",
        "-x",
        "#{pid}",
        "a\nb",
    ];
    let here = |command: &[&str]| Pane {
        dir: Some(folder.clone()),
        ..pane(command)
    };
    let plan = [
        session(
            &name,
            vec![
                window(HOSTILE, vec![here(&command), here(&[])]),
                window("-t x", vec![here(&[])]),
            ],
        ),
        Blueprint::bare("-d"),
        Blueprint::bare("$1"),
        Blueprint::bare("=main"),
    ];
    assert_eq!(built(&tmux, &plan, &around), done(4));
    until("the command's words", || log.exists());
    let written = command[1..]
        .iter()
        .fold(String::new(), |all, word| all + "<" + word + ">\n");
    assert_eq!(fs::read_to_string(&log).unwrap(), written);
    let mut sessions = Server::at(&tmux.socket(), &around)
        .unwrap()
        .sessions()
        .unwrap();
    sessions.sort();
    let mut expected = vec![name, "-d".into(), "$1".into(), "=main".into()];
    expected.sort();
    assert_eq!(sessions, expected);
    let panes = tmux.run(&[
        "list-panes",
        "-a",
        "-f",
        "#{m:*touch*,#{session_name}}",
        "-F",
        "#{window_name}|#{pane_current_path}",
    ]);
    let (one, other) = (
        format!("{HOSTILE}|HOME/{HOSTILE}"),
        format!("-t x|HOME/{HOSTILE}"),
    );
    assert_eq!(panes.lines().collect::<Vec<_>>(), [&*one, &one, &other]);
    assert!(!folder.join("HERE").exists() && !bench.home().join("HERE").exists());
}

#[test]
fn what_cannot_be_as_wished_is_said_and_the_rest_is_built() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let tmux = Tmux::default(&bench);
    let nowhere = PathBuf::from("/nowhere/at all");
    let lost = Pane {
        dir: Some(nowhere.clone()),
        ..Pane::default()
    };
    let plan = [
        session("folder", vec![window("w", vec![lost.clone(), lost])]),
        session(
            "ended",
            vec![window(
                "w",
                vec![Pane::default(), pane(&["true"]), pane(&["/nowhere/x", "y"])],
            )],
        ),
        session("gone", vec![window("w", vec![pane(&["true"])])]),
    ];
    // The quick ones may end before or after they are looked for.
    let results = build(&tmux.socket(), &plan, &around);
    let notes = |at: usize| results[at].result.as_ref().unwrap().notes.clone();
    assert_eq!(notes(0), [Note::NoFolder(nowhere)]);
    assert_eq!(
        notes(0)[0].to_string(),
        "`/nowhere/at all` is not there, so it starts in the home"
    );
    assert!(
        notes(1)
            .iter()
            .all(|note| matches!(note, Note::Ended(1, _) | Note::Refused(1, _))),
        "{:?}",
        notes(1)
    );
    if let Err(error) = &results[2].result {
        assert!(
            matches!(error, TmuxError::Vanished(name) if name == "gone"),
            "{error}"
        );
    }
    until("the quick ones to end", || {
        tmux.run(&["list-panes", "-a", "-F", "#{session_name}"]) == "ended\nfolder\nfolder"
    });
}

#[test]
fn no_layout_string_that_a_server_could_die_of_is_sent() {
    let bench = Bench::quiet();
    let around = bench.surroundings();
    let tmux = Tmux::default(&bench);
    let layouts = [
        "",
        " ",
        "zz",
        "tiledx",
        "main-vertical-mirrored",
        "b25d,",
        "b25d,80x24,0,0{",
        "ffff,80x24,0,0,0",
        "b25d,80x24,0,0,0",
        "0000,99999999999x1,0,0,0",
        "zzzz,80x24,0,0,0",
    ];
    for (number, layout) in layouts.into_iter().enumerate() {
        let plan = session(
            &format!("s{number}"),
            vec![Window {
                arrangement: Arrangement::Custom(layout.into()),
                ..window("w", vec![Pane::default(); 2])
            }],
        );
        let notes = built(&tmux, &[plan], &around);
        assert!(
            matches!(notes[0].as_slice(), [Note::Layout(1, _)]),
            "{layout:?}: {notes:?}"
        );
        if layout == "b25d,80x24,0,0,0" {
            let panes = LayoutError::Panes {
                layout: 1,
                window: 2,
            };
            assert_eq!(notes[0], [Note::Layout(1, panes)]);
        }
    }
    assert_eq!(
        tmux.run(&["list-sessions"]).lines().count(),
        layouts.len(),
        "the server lives"
    );
}
