//! People's text in a real bar with an attached client: shown as text,
//! executing nothing.

use std::fs;

use serde_json::{Value, json};

use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::{Bench, QUIET, until};

/// What may stand in a name, and what the bar shows of it.
const HOSTILE: [(&str, &str); 12] = [
    ("#(touch HERE)", "#(touch HERE)"),
    ("##(touch HERE)", "##(touch HERE)"),
    ("#{E:#(touch HERE)}", "#{E:#(touch HERE)}"),
    ("#[fg=red]red", "#[fg=red]red"),
    ("#[range=right]", "#[range=right]"),
    ("%H%M", "%H%M"),
    ("#S#H#", "#S#H#"),
    ("a'b\"c`touch HERE`", "a'b\"c`touch HERE`"),
    ("$(touch HERE);x", "$(touch HERE);x"),
    ("a\nb\tc", "a b c"),
    ("x\u{202e}y\u{1b}[31mz", "xy[31mz"),
    ("},◌{,;", "},◌{,;"),
];

/// A state in which one node has one problem called `name`.
fn state(bench: &Bench, node: &str, problem: &str) -> String {
    let mut state: Value = bench.state();
    let observed = state["summary"]["observed"].as_i64().unwrap();
    // What another tool wrote, in the worst case: text as it is, not cleaned.
    state["summary"] = json!({
        "ok": 0, "total": 1, "text": format!("▲ 0/1 {node} {problem}"), "level": "warning", "observed": observed,
    });
    state.to_string()
}

#[test]
fn hostile_names_are_text_in_the_bar_by_variable_and_by_process() {
    let bench = Bench::quiet();
    let segment = crate::harness::SEGMENT;
    let conf = format!(
        "set -g status-interval 1\nset -g status-left ''\nset -g status-right-length 200\n\
         set -g window-status-current-format ''\nset -g status 2\n\
         set -g status-format[0] 'A #{{mamori}} Z'\nset -g status-right '#{{mamori}} Z'\n\
         set -g status-format[0] '#{{E:status-right}}'\nset -g status-format[1] '#({segment} --width 80) Z'\n"
    );
    let tmux = Tmux::start(&bench, "t", &conf);
    tmux.load(&path_with_binaries());
    bench.mamori(&["health"]);
    tmux.run(&[
        "set-environment",
        "-g",
        "HOME",
        bench.home().to_str().unwrap(),
    ]);
    let client = tmux.attach(180);
    for (name, shown) in HOSTILE {
        bench.set_state(state(&bench, "n", name));
        // The commands that tell the bar take the state as they find it.
        tmux.load(&path_with_binaries());
        let expected = format!("▲ 0/1 n {shown} Z");
        until(&format!("{expected:?} in the second line"), || {
            client.status_line().trim() == expected
        });
        until(&format!("{expected:?} in the first line"), || {
            client.line_before_last().trim() == expected
        });
    }
    for folder in [
        bench.home(),
        std::path::Path::new("."),
        std::path::Path::new("/"),
    ] {
        assert!(!folder.join("HERE").exists(), "something was executed");
    }
}

#[test]
fn hostile_sessions_and_reasons_are_text_in_tables_and_bars() {
    let bench = Bench::quiet();
    let config = r##"[local]
sessions = ["#(touch HERE)", "#[fg=red]", "%H", "a'b"]
"##;
    bench.configure(format!("{QUIET}{config}"));
    let tmux = Tmux::start(&bench, "default", "set -g status-right '#{mamori}'\n");
    tmux.load(&path_with_binaries());
    let client = tmux.attach(100);
    let ran = bench.mamori(&["health"]);
    for text in ["no #(touch HERE)", "no #[fg=red]", "no %H", "no a'b"] {
        assert!(ran.stdout.contains(text), "{}", ran.stdout);
    }
    until("the hostile session in the bar", || {
        client.status_line().contains("no #(touch HERE)")
    });
    bench.mamori(&[
        "pause",
        "local",
        "--reason",
        "#(touch HERE)\u{1b}[31m\nx\u{202e}",
    ]);
    let shown = bench.mamori(&["status"]).stdout;
    assert!(shown.contains(": #(touch HERE)[31m x\n"), "{shown:?}");
    let here = fs::read_dir(bench.home())
        .unwrap()
        .any(|entry| entry.unwrap().file_name() == "HERE");
    assert!(!here && !std::path::Path::new("HERE").exists());
}
