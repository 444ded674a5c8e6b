//! `layout plan` as programs use it, and layout strings as tmux writes them.

use std::io::Write as _;
use std::process::Stdio;

use mamori::model::layout::Layout;
use serde_json::Value;

use crate::harness::layouts::Arranged;
use crate::harness::{Bench, LAYOUT, MAMORI, Ran};

fn plan(bench: &Bench, program: &str, words: &[&str], lines: &str) -> Ran {
    let mut command = bench.command(program);
    let file = bench.home().join("lines");
    std::fs::write(&file, lines).unwrap();
    let stdin = std::fs::File::open(file).unwrap();
    bench.ran(command.args(words).stdin(stdin))
}

const LINES: &str = concat!(
    r#"{"width":211,"height":55,"attention":null,"panes":[{"role":"editor","active":true},{"role":"shell"}]}"#,
    "\n",
    r#"{"width":0,"height":55,"panes":[{}]}"#,
    "\n",
    r#"{"width":80,"height":24,"attention":0.7,"panes":[{"role":"editor"},{"role":"shell","active":true}]}"#,
    "\n",
);

#[test]
fn every_line_is_answered_in_order_and_a_bad_one_ends_with_2() {
    let bench = Bench::quiet();
    let ran = plan(&bench, MAMORI, &["layout", "plan"], LINES);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    let answers: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["efficiency"], 1.0);
    assert_eq!(answers[1]["error"], "`width` is 0, but must be 1 to 10000");
    let layout = Layout::parse(answers[2]["layout"].as_str().unwrap()).unwrap();
    assert_eq!(
        layout.rects()[1].height,
        19,
        "the active pane has most of it"
    );
    // The helper answers the same, by the other program beside it.
    let helper = plan(&bench, LAYOUT, &["plan"], LINES);
    assert_eq!((helper.code, &helper.stdout), (ran.code, &ran.stdout));
    let good: Vec<&str> = LINES.lines().step_by(2).collect();
    let good = good.join("\n") + "\n";
    assert_eq!(
        plan(&bench, MAMORI, &["layout", "plan"], &good).code,
        Some(0)
    );
    assert_eq!(plan(&bench, MAMORI, &["layout", "plan"], "").stdout, "");
}

#[test]
fn a_line_is_answered_before_the_next_is_written() {
    let bench = Bench::quiet();
    let mut child = bench
        .command(MAMORI)
        .args(["layout", "plan"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = std::io::BufReader::new(child.stdout.take().unwrap());
    for line in LINES.lines() {
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::BufRead::read_line(&mut answers, &mut answer).unwrap();
        assert!(serde_json::from_str::<Value>(&answer).is_ok());
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::quiet();
    let mut child = bench
        .command(MAMORI)
        .args(["layout", "plan"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // It may have gone before all is written.
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all(LINES.repeat(50).as_bytes());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_plan_is_drawn_with_its_reason() {
    let bench = Bench::quiet();
    let line = r#"{"width":120,"height":40,"panes":[{"role":"editor"},{"role":"logs","active":true}],"attention":0.5}"#;
    let ran = plan(&bench, MAMORI, &["layout", "plan", "--explain"], line);
    assert_eq!(ran.code, Some(0));
    for part in [
        "│editor 120x",
        "logs* 120x",
        "2 panes in 120x40: efficiency 0.",
        "weighs 0.5",
        "┌───",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn what_tmux_writes_is_read_and_written_back() {
    let bench = Bench::quiet();
    let server = Arranged::start(&bench, (211, 55), "set -g @mamori-layout off\n");
    for panes in 2..=9 {
        let named = [
            "tiled",
            "even-horizontal",
            "main-vertical",
            "main-horizontal",
            "even-vertical",
        ];
        for name in named {
            server.run(&["select-layout", "-t", "main", name]);
            let text = server.layout("main");
            let layout = Layout::told(&text).unwrap();
            // From 3.8 on tmux tells it in another form.
            assert!(
                text.starts_with('{') || layout.to_string() == text,
                "{text}"
            );
            assert_eq!(layout.panes(), panes - 1);
        }
        let last = server.run(&["list-panes", "-t", "main", "-F", "#{pane_id}"]);
        let flags: &[&str] = if panes % 2 == 0 {
            &["-h"]
        } else {
            &["-v", "-b"]
        };
        let target = last.lines().nth(panes / 3).unwrap();
        let mut words = vec!["split-window", "-t", target];
        words.extend(flags);
        words.push("sleep 600");
        server.run(&words);
        let text = server.layout("main");
        let layout = Layout::told(&text).unwrap();
        assert!(
            text.starts_with('{') || layout.to_string() == text,
            "{text}"
        );
    }
}
