//! The watcher tells people: what hangs holds up nobody, what waits survives,
//! and hostile text stays text.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::alerts::{FULL, scribe, told};
use crate::harness::tmux::Tmux;
use crate::harness::{Bench, until};

/// A home with these channels whose alert stands in the state file.
fn alerted(bench: &Bench, channels: &str) {
    bench.configure(format!("{FULL}{channels}"));
    for _ in 0..2 {
        assert_eq!(bench.mamori(&["health"]).code, Some(1));
    }
    assert_eq!(bench.state()["alerts"][0]["id"], "laptop/disk");
}

/// Whether a process with this id still runs.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// What the channel of that name looks like in the state file.
fn line(bench: &Bench, name: &str) -> serde_json::Value {
    let state = bench.state();
    let lines = state["desk"]["lines"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    lines
        .into_iter()
        .find(|line| line["name"] == name)
        .unwrap_or_default()
}

#[test]
fn a_program_that_hangs_is_ended_with_its_children_and_holds_up_nobody() {
    let bench = Bench::new();
    let hangs =
        "#!/bin/sh\nsleep 600 &\necho $! >>\"$HOME/pids\"\necho $$ >>\"$HOME/pids\"\nwait\n";
    bench.stand_in("notify-send", hangs);
    let scribe = scribe(&bench);
    alerted(
        &bench,
        &format!("[[channel]]\nkind = \"desktop\"\n{scribe}"),
    );
    let _watcher = bench.watch();
    until("the other channel to deliver", || told(&bench).len() == 1);
    let pids = || fs::read_to_string(bench.home().join("pids")).unwrap_or_default();
    until("the program to hang", || pids().lines().count() >= 2);
    assert_eq!(
        line(&bench, "desktop")["outbox"][0]["kind"],
        "raise",
        "not sent until it was"
    );
    until("the failure to be noted", || {
        line(&bench, "desktop")["failures"] != json!(0)
    });
    let line = line(&bench, "desktop");
    assert_eq!(line["outbox"][0]["kind"], "raise", "and still not");
    assert!(
        line["error"]
            .as_str()
            .unwrap()
            .ends_with("gave no answer in 10s"),
        "{}",
        line["error"]
    );
    let first: Vec<String> = pids().lines().take(2).map(ToOwned::to_owned).collect();
    until("both its processes to end", || {
        !first.iter().any(|pid| runs(pid))
    });
    let ran = bench.mamori(&["alerts"]);
    assert!(
        ran.stdout
            .contains("channels: desktop (1 waiting), command\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_watcher_that_ends_takes_a_hanging_program_with_it() {
    let bench = Bench::new();
    bench.stand_in(
        "hang",
        "#!/bin/sh\necho $$ >>\"$HOME/pids\"\nexec sleep 600\n",
    );
    alerted(
        &bench,
        "[[channel]]\nkind = \"command\"\ncommand = [\"hang\"]\n",
    );
    let watcher = bench.watch();
    let pids = || fs::read_to_string(bench.home().join("pids")).unwrap_or_default();
    until("the program to hang", || !pids().is_empty());
    watcher.signal(Signal::TERM);
    assert_eq!(watcher.code(), Some(0));
    until("it to end", || !runs(pids().trim()));
}

#[test]
fn what_waits_survives_a_killed_watcher_and_is_told_once() {
    let bench = Bench::new();
    // It fails while the file is there.
    bench.stand_in(
        "fickle",
        "#!/bin/sh\n[ ! -e \"$HOME/broken\" ] || exit 1\nexec scribe\n",
    );
    scribe(&bench);
    fs::write(bench.home().join("broken"), "").unwrap();
    alerted(
        &bench,
        "[[channel]]\nkind = \"command\"\ncommand = [\"fickle\"]\n",
    );
    let watcher = bench.watch();
    until("a failure to be noted", || {
        line(&bench, "command")["failures"] == json!(1)
    });
    assert_eq!(line(&bench, "command")["error"], "fickle ended with 1");
    watcher.signal(Signal::KILL);
    drop(watcher);
    assert_eq!(
        line(&bench, "command")["outbox"].as_array().unwrap().len(),
        1
    );
    let ran = bench.mamori(&["alerts"]);
    assert!(
        ran.stdout
            .contains("so nothing is sent, and 1 message waiting;"),
        "{}",
        ran.stdout
    );
    fs::remove_file(bench.home().join("broken")).unwrap();
    let _watcher = bench.watch();
    until("it to be told", || told(&bench).len() == 1);
    until("that to be noted", || {
        line(&bench, "command")["outbox"] == json!([])
    });
    assert_eq!(line(&bench, "command")["failures"], 0);
    assert_eq!(told(&bench).len(), 1);
}

#[test]
fn an_acknowledgement_takes_back_what_still_waits() {
    let bench = Bench::new();
    bench.stand_in(
        "fickle",
        "#!/bin/sh\n[ ! -e \"$HOME/broken\" ] || exit 1\nexec scribe\n",
    );
    scribe(&bench);
    fs::write(bench.home().join("broken"), "").unwrap();
    alerted(
        &bench,
        "[[channel]]\nkind = \"command\"\ncommand = [\"fickle\"]\n",
    );
    bench.mamori(&["watch", "--once"]);
    assert_eq!(
        line(&bench, "command")["outbox"].as_array().unwrap().len(),
        1
    );
    fs::remove_file(bench.home().join("broken")).unwrap();
    bench.mamori(&["ack", "1"]);
    bench.mamori(&["watch", "--once"]);
    assert_eq!(line(&bench, "command")["outbox"], json!([]));
    assert_eq!(told(&bench), [""; 0]);
}

#[test]
fn an_attached_client_reads_hostile_text_as_text() {
    let bench = Bench::new();
    // The watcher brings the expected session back there.
    let _server = Tmux::default(&bench);
    let tmux = Tmux::start(&bench, "t", "set -g status-position bottom\n");
    tmux.load(&crate::harness::tmux::path_with_binaries());
    let client = tmux.attach(100);
    let text = "#(touch x) #{session_name} 9% %H;";
    let session = format!("sessions = [{}]\n", json!(text));
    bench.configure(
        format!("{FULL}[[channel]]\nkind = \"tmux\"\n")
            .replace("name = ", &format!("{session}name = ")),
    );
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    let _watcher = bench.watch();
    until("the message", || client.status_line().contains("9% %H"));
    let shown = client.status_line();
    assert!(shown.contains(text.trim_end_matches(';')), "{shown}");
    assert!(!bench.home().join("x").exists());
    until("it to be noted", || {
        line(&bench, "tmux")["sent_at"].is_string()
    });
}

#[test]
fn a_message_waits_for_somebody_to_attach_and_that_is_no_failure() {
    let bench = Bench::new();
    let tmux = Tmux::start(&bench, "t", "");
    tmux.load(&crate::harness::tmux::path_with_binaries());
    alerted(&bench, "[[channel]]\nkind = \"tmux\"\n");
    bench.mamori(&["watch", "--once"]);
    let waits = line(&bench, "tmux");
    assert_eq!(
        (
            &waits["error"],
            &waits["failures"],
            &waits["outbox"][0]["kind"]
        ),
        (
            &json!("no tmux client is attached"),
            &json!(0),
            &json!("raise")
        )
    );
    let client = tmux.attach(100);
    // Somebody is looked for once a minute, which is not the matter here.
    let mut state = bench.state();
    state["desk"]["lines"][0]["rest_until"] = json!(null);
    bench.set_state(state.to_string());
    bench.mamori(&["watch", "--once"]);
    until("the message", || {
        client.status_line().contains("laptop: disk ")
    });
    assert_eq!(line(&bench, "tmux")["outbox"], json!([]));
}

/// Knows the flags of Termux:API's own script, and fails on others as it does.
const TERMUX_NOTIFICATION: &str = "#!/bin/sh
[ ! -t 0 ] && [ \"$(readlink /proc/self/fd/0)\" = /dev/null ] || { echo 'stdin' >&2; exit 1; }
id= content=
while [ $# -gt 0 ]; do
    case $1 in
        --alert-once | --ongoing) printf '%s\\n' \"$1\" ;;
        --id | --title | --content | --priority | --group | --vibrate | --channel | --icon | \\
            --button[123] | --button[123]-action | --action | --on-delete)
            printf '%s=%s\\n' \"$1\" \"$(printf %s \"$2\" | tr '\\n' ' ')\"
            shift ;;
        *) echo \"unknown flag $1\" >&2; exit 1 ;;
    esac
    shift
done >>\"$HOME/notified\"
echo end >>\"$HOME/notified\"
";

#[test]
fn a_phone_is_told_with_flags_it_knows_and_buttons_that_are_constant() {
    let bench = Bench::new();
    // The watcher brings the expected session back there.
    let _server = Tmux::default(&bench);
    bench.stand_in("termux-notification", TERMUX_NOTIFICATION);
    bench.stand_in(
        "termux-notification-remove",
        "#!/bin/sh\n[ $# = 1 ] || exit 1\necho \"removed $1\" >>\"$HOME/notified\"\n",
    );
    let hostile = "[local]\nsessions = [\"$REPLY\\\" `x`\"]\n";
    let config = format!("{FULL}[[channel]]\nkind = \"termux\"\n")
        .replace("disk_used_max = 1\n", "disk_used_max = 100\n")
        .replace("[local]\n", hostile);
    bench.configure(&config);
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    bench.mamori(&["watch", "--once"]);
    let notified = || fs::read_to_string(bench.home().join("notified")).unwrap_or_default();
    let first = notified();
    let value = |flag: &str| {
        let line = first
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{flag}=")));
        line.unwrap_or_else(|| panic!("{flag}: {first}")).to_owned()
    };
    assert!(value("--title").starts_with("▲ laptop: "), "{first}");
    let own = crate::harness::MAMORI;
    assert_eq!(value("--button1-action"), format!("{own} ack 1"));
    assert_eq!(value("--button2-action"), format!("{own} snooze 1 1h"));
    assert_eq!(value("--priority"), "default");
    let id = value("--id");
    assert!(id.starts_with("mamori-laptop-tmux-"), "{id}");
    assert!(
        id.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)),
        "{id}"
    );

    bench.configure(config.replace(hostile, "[local]\n"));
    for _ in 0..3 {
        bench.mamori(&["watch", "--once"]);
    }
    assert_eq!(notified(), format!("{first}removed {id}\n"));
}

#[test]
fn after_two_hangs_a_phone_is_left_alone() {
    let bench = Bench::new();
    bench.stand_in(
        "termux-notification",
        "#!/bin/sh\necho x >>\"$HOME/asked\"\nexec sleep 600\n",
    );
    alerted(&bench, "[[channel]]\nkind = \"termux\"\n");
    for _ in 0..3 {
        bench.mamori(&["watch", "--once"]);
        // A restart is no reason to wait less, but time is not the matter here.
        let mut state = bench.state();
        if state["desk"]["lines"][0]["failures"] == json!(3) {
            state["desk"]["lines"][0]["rest_until"] = json!(null);
            bench.set_state(state.to_string());
        }
    }
    assert_eq!(
        fs::read_to_string(bench.home().join("asked")).unwrap(),
        "x\nx\n"
    );
    let json = bench.mamori(&["alerts", "--json"]).json();
    assert_eq!(json["channels"][0]["state"], "open");
    assert!(json["channels"][0]["next_try"].is_string());
    let ran = bench.mamori(&["alerts"]);
    assert!(
        ran.stdout
            .contains("termux: left alone after too many failures: "),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_watcher_with_nothing_to_tell_does_not_wake_for_it() {
    let bench = Bench::new();
    let scribe = scribe(&bench);
    alerted(&bench, &scribe);
    let watcher = bench.watch();
    until("it to be told", || told(&bench).len() == 1);
    until("that to be noted", || {
        line(&bench, "command")["outbox"] == json!([])
    });
    let switches = || {
        let status = fs::read_to_string(format!("/proc/{}/status", watcher.pid())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("voluntary_ctxt_switches"));
        line.unwrap()
            .split_whitespace()
            .last()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    // Time is the matter here: a rest of a few seconds in which nothing is due.
    until("a rest", || {
        let before = switches();
        thread::sleep(Duration::from_secs(5));
        switches() - before <= 3
    });
}
