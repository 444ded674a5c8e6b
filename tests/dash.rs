//! The dashboard in a real terminal: a pane of a tmux server of its own.

use std::fs;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::history::rfc3339;
use crate::harness::tmux::Tmux;
use crate::harness::{Bench, MAMORI, QUIET, until};

const CONF: &str = "set -g status off\nset -g remain-on-exit on\nset -g default-terminal screen\n";

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A home with three nodes, of which one has a problem, seen days ago at a
/// whole minute, so that its age changes with the clock.
fn seeded() -> Bench {
    let bench = Bench::with(format!(
        "{QUIET}[local]\nname = \"mugen\"\n[[node]]\nname = \"pixel\"\nssh = \"pixel.invalid\"\n"
    ));
    let seen = rfc3339((now() / 60 - 5 * 1_440) * 60);
    let node = |name: &str, state: &str, problems: Value| {
        json!({"name": name, "state": state, "since": seen, "observed_at": seen, "latency_ms": null,
               "problems": problems, "readings": {"disk_used_percent": {"value": 93.0}}})
    };
    let disk =
        json!([{"check": "disk", "value": 93.0, "limit": 90.0, "text": "disk 93% (limit 90%)"}]);
    let state = json!({
        "schema": 1, "revision": 7,
        "nodes": [node("mugen", "degraded", disk), node("pixel", "ok", json!([]))],
        "alerts": [{"id": "mugen/disk", "number": 12, "severity": "warning", "since": seen,
                    "text": "mugen disk 93% (limit 90%)"}],
        "next_alert": 13,
    });
    bench.set_state(state.to_string());
    bench
}

/// A dashboard in the only pane of a server.
struct Dash<'a> {
    bench: &'a Bench,
    tmux: Tmux<'a>,
}

impl<'a> Dash<'a> {
    fn start(bench: &'a Bench, size: (u32, u32)) -> Self {
        let tmux = Tmux::sized(bench, "dash", CONF, size);
        let code = bench.home().join("code");
        let script = format!(
            "{MAMORI} dash; echo $? > {}; exec sleep 600",
            code.display()
        );
        tmux.run(&["respawn-pane", "-k", "-t", "main", &script]);
        Self { bench, tmux }
    }

    fn screen(&self) -> String {
        self.tmux.run(&["capture-pane", "-p", "-t", "main"])
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux
            .run(&[&["send-keys", "-t", "main"][..], keys].concat());
    }

    fn until(&self, wanted: &str) {
        until(&format!("`{wanted}` in\n{}", self.screen()), || {
            self.screen().contains(wanted)
        });
    }

    fn pid(&self) -> i32 {
        self.tmux.show("main", "#{pane_pid}").parse().unwrap()
    }

    fn alert(&self) -> Value {
        self.bench.state()["alerts"][0].clone()
    }
}

#[test]
fn an_alert_acknowledged_with_a_key_is_so_in_the_state_file_and_can_be_put_back() {
    let bench = seeded();
    let dash = Dash::start(&bench, (80, 24));
    dash.until("mugen disk 93% (limit 90%)");
    dash.until("watcher not running");
    dash.keys(&["a"]);
    until("the acknowledgement", || {
        dash.alert()["acked"] == json!(true)
    });
    dash.until("u undo");
    dash.keys(&["u"]);
    until("it to be taken back", || {
        dash.alert()["acked"] == json!(false)
    });
    dash.keys(&["z", "2"]);
    until("the snooze", || dash.alert()["snoozed_until"].is_string());
    dash.keys(&["p"]);
    until("the pause", || bench.state()["pauses"]["mugen"].is_object());
    dash.until("paused");
    // What others change is seen.
    assert_eq!(bench.mamori(&["resume", "mugen"]).code, Some(0));
    until("the end of the pause", || {
        let screen = dash.screen();
        let row = screen.lines().find(|line| line.starts_with('▸'));
        row.is_some_and(|row| !row.contains("paused"))
    });
    dash.keys(&["r"]);
    until("the probe", || {
        bench.state()["nodes"][0]["readings"]["load_1m"]["value"].is_number()
    });
    dash.keys(&["q"]);
    until("the end", || {
        fs::read_to_string(bench.home().join("code")).is_ok_and(|code| code == "0\n")
    });
}

#[test]
fn it_is_drawn_whatever_the_size_and_however_often_that_changes() {
    let bench = seeded();
    let dash = Dash::start(&bench, (80, 24));
    dash.until("mugen");
    for _ in 0..25 {
        dash.tmux
            .run(&["resize-window", "-t", "main", "-x", "400", "-y", "110"]);
        dash.tmux
            .run(&["resize-window", "-t", "main", "-x", "20", "-y", "5"]);
    }
    until("the smallest screen", || {
        let screen = dash.screen();
        let lines: Vec<&str> = screen.lines().collect();
        lines.len() == 5 && lines[1].contains("mugen") && lines[4].ends_with("? help")
    });
    dash.tmux
        .run(&["resize-window", "-t", "main", "-x", "10", "-y", "3"]);
    until("the segment alone", || {
        dash.screen().trim_end().lines().count() == 1
    });
    dash.tmux
        .run(&["resize-window", "-t", "main", "-x", "400", "-y", "110"]);
    until("the largest screen", || {
        let screen = dash.screen();
        screen.contains("needs you") && screen.lines().last().unwrap().contains("? help")
    });
    assert!(!bench.home().join("code").exists(), "it lives on");
}

#[test]
fn a_screen_on_which_nothing_happens_costs_no_byte() {
    let bench = seeded();
    let dash = Dash::start(&bench, (80, 24));
    dash.until("mugen disk 93% (limit 90%)");
    dash.until("no his");
    let written = bench.home().join("written");
    let size = || fs::metadata(&written).map_or(0, |found| found.len());
    dash.tmux.run(&[
        "pipe-pane",
        "-t",
        "main",
        &format!("cat >> {}", written.display()),
    ]);
    dash.keys(&["C-l"]);
    until("a whole picture", || size() > 1_000);
    // A minute that ends meanwhile may be drawn: then another one is looked at.
    until("ten looks within one minute, and not a byte", || {
        let (minute, before) = (now() / 60, size());
        let last = now();
        until("ten seconds", || now() >= last + 10);
        let quiet = size() == before;
        assert!(
            quiet || now() / 60 != minute,
            "{} bytes on an idle screen",
            size() - before
        );
        quiet
    });
    dash.keys(&["j"]);
    until("a move to be drawn in few bytes", || {
        dash.screen().contains("▸◌ pixel")
    });
}

#[test]
fn whatever_ends_it_the_terminal_is_as_it_was() {
    for (signal, code) in [("TERM", "0"), ("HUP", "0"), ("INT", "130")] {
        let bench = seeded();
        let tmux = Tmux::sized(&bench, "dash", CONF, (80, 24));
        let script = format!(
            "echo before; stty -g > modes; {MAMORI} dash; echo code $?; stty -g | cmp - modes && echo same; exec sleep 600"
        );
        tmux.run(&[
            "respawn-pane",
            "-k",
            "-t",
            "main",
            "-c",
            bench.home().to_str().unwrap(),
            &script,
        ]);
        let dash = Dash {
            bench: &bench,
            tmux,
        };
        dash.until("mugen disk 93%");
        assert_eq!(
            dash.tmux.show("main", "#{alternate_on}#{mouse_any_flag}"),
            "11"
        );
        let children =
            fs::read_to_string(format!("/proc/{0}/task/{0}/children", dash.pid())).unwrap();
        let status = bench
            .command("kill")
            .args(["-s", signal, children.trim()])
            .status();
        assert!(status.unwrap().success());
        dash.until(&format!("code {code}"));
        dash.until("same");
        let shown = dash
            .tmux
            .show("main", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}");
        assert_eq!(shown, "001", "after {signal}");
        assert!(dash.screen().starts_with("before\n"), "{}", dash.screen());
    }
}

#[test]
fn it_stops_and_goes_on_as_other_programs_do() {
    let bench = seeded();
    let tmux = Tmux::sized(&bench, "dash", CONF, (80, 24));
    tmux.run(&[
        "respawn-pane",
        "-k",
        "-t",
        "main",
        "exec bash --norc --noprofile -i",
    ]);
    let dash = Dash {
        bench: &bench,
        tmux,
    };
    dash.keys(&[&format!("{MAMORI} dash"), "Enter"]);
    dash.until("mugen disk 93%");
    dash.keys(&["C-z"]);
    dash.until("Stopped");
    dash.keys(&["fg", "Enter"]);
    dash.until("mugen disk 93%");
    dash.keys(&["q"]);
    until("the shell", || {
        dash.tmux.show("main", "#{alternate_on}") == "0"
    });
}

#[test]
fn where_nothing_can_be_drawn_one_line_says_so() {
    let bench = seeded();
    let ran = bench.mamori(&["dash"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ran.stderr,
        "error: no dashboard can be drawn here (stdout is no terminal): `mamori status` shows the same in lines\n"
    );
    let tmux = Tmux::sized(&bench, "dash", CONF, (80, 24));
    for term in ["dumb", ""] {
        let script = format!("TERM={term} {MAMORI} dash 2>said; echo code $?; exec sleep 600");
        tmux.run(&[
            "respawn-pane",
            "-k",
            "-t",
            "main",
            "-c",
            bench.home().to_str().unwrap(),
            &script,
        ]);
        until("the exit code", || {
            tmux.run(&["capture-pane", "-p", "-t", "main"])
                .contains("code 2")
        });
        let said = fs::read_to_string(bench.home().join("said")).unwrap();
        assert!(
            said.lines().count() == 1 && said.contains("`mamori status`"),
            "{said}"
        );
    }
    let mut nobody = bench.command(MAMORI);
    nobody
        .arg("dash")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    assert_eq!(bench.ran(&mut nobody).code, Some(2));
}

#[test]
fn before_anything_was_measured_it_says_how_to_begin_and_a_newer_state_is_left_alone() {
    let bench = Bench::quiet();
    let dash = Dash::start(&bench, (80, 24));
    dash.until("Nothing measured yet.");
    dash.keys(&["Enter"]);
    until("the first look", || bench.own("state.json").exists());
    dash.until("NODE");
    // What a newer build wrote is shown as far as it is understood, and left alone.
    let mut newer = bench.state();
    newer["schema"] = json!(99);
    bench.set_state(newer.to_string());
    dash.until("only to be looked at");
    dash.keys(&["p"]);
    dash.until("a newer Mamori wrote the state");
    assert_eq!(bench.state(), newer);
}

#[test]
fn a_terminal_that_knows_no_utf8_gets_ascii_alone() {
    let bench = seeded();
    let tmux = Tmux::sized(&bench, "dash", CONF, (80, 24));
    tmux.run(&[
        "respawn-pane",
        "-k",
        "-t",
        "main",
        &format!("LC_ALL=C exec {MAMORI} dash"),
    ]);
    let dash = Dash {
        bench: &bench,
        tmux,
    };
    dash.until("mugen");
    assert!(dash.screen().is_ascii(), "{}", dash.screen());
}
