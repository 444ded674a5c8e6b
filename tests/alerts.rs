//! `mamori alerts`, `ack`, `snooze`: what people see and say.

use std::fs;
use std::io::Write as _;

use rustix::fs::FlockOperation;
use serde_json::json;

use crate::harness::{Bench, QUIET};

/// A disk that is past its limit on every machine, and no channel that is
/// found by itself.
pub const FULL: &str = "[network]\ncheck = [\"127.0.0.1:9\"]\n\
    [local]\nname = \"laptop\"\n\
    [limits]\ndisk_used_max = 1\ninodes_used_max = 100\nmemory_available_min = 0\n";

/// A home whose alert stands in the state file, and these channels.
pub fn alerted(channels: &str) -> Bench {
    let bench = Bench::with(format!("{FULL}{channels}"));
    for _ in 0..2 {
        assert_eq!(bench.mamori(&["health"]).code, Some(1));
    }
    assert_eq!(bench.state()["alerts"][0]["id"], "laptop/disk");
    bench
}

/// A channel that writes down what it is told: one line each.
pub fn scribe(bench: &Bench) -> String {
    bench.stand_in(
        "scribe",
        "#!/bin/sh\nprintf '%s|%s|%s|%s|%s\\n' \"$MAMORI_KIND\" \"$MAMORI_SEVERITY\" \
         \"$MAMORI_ID\" \"$MAMORI_NUMBER\" \"$(printf %s \"$MAMORI_TEXT\" | head -n 1)\" \
         >>\"$HOME/told\"\n",
    );
    "[[channel]]\nkind = \"command\"\ncommand = [\"scribe\"]\n".to_owned()
}

/// What the scribe was told.
pub fn told(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(bench.home().join("told")).unwrap_or_default();
    text.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn nothing_wrong_is_said_as_such() {
    let bench = Bench::quiet();
    let ran = bench.mamori(&["alerts"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with("no open alerts\n"), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("no watcher runs, so nothing is sent; start it: mamori watch")
    );
    let json = bench.mamori(&["alerts", "--json"]).json();
    assert_eq!(json["alerts"], json!([]));
}

#[test]
fn an_alert_is_shown_acknowledged_and_counted_no_more() {
    let bench = alerted("[[channel]]\nkind = \"desktop\"\n");
    let ran = bench.mamori(&["alerts"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let row = ran.stdout.lines().nth(1).unwrap();
    assert!(row.starts_with("▲ 1 "), "{row}");
    assert!(row.contains(" open   nobody  laptop disk "), "{row}");
    let json = bench.mamori(&["alerts", "--json"]).json();
    let alert = &json["alerts"][0];
    let keys: Vec<&String> = alert.as_object().unwrap().keys().collect();
    let contract = [
        "id",
        "number",
        "severity",
        "since",
        "text",
        "acked",
        "snoozed_until",
        "told",
    ];
    assert_eq!(keys, contract);
    assert_eq!(
        (&json["schema"], &alert["number"], &alert["severity"]),
        (&json!(1), &json!(1), &json!("warning"))
    );
    assert_eq!(json["channels"][0]["name"], "desktop");
    assert_eq!(json["channels"][0]["state"], "ok");

    for word in ["1", "laptop/disk", "1"] {
        let ran = bench.mamori(&["ack", word]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (
                Some(0),
                "1 laptop/disk is acknowledged: quiet until it clears\n"
            ),
            "{ran:?}"
        );
    }
    assert_eq!(bench.mamori(&["alerts"]).code, Some(0));
    assert_eq!(bench.state()["alerts"][0]["acked"], true);
}

#[test]
fn a_snooze_is_quiet_for_its_time_only() {
    let bench = alerted("");
    let ran = bench.mamori(&["snooze", "1", "2h"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.starts_with("1 laptop/disk is quiet until "),
        "{}",
        ran.stdout
    );
    let ran = bench.mamori(&["alerts"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains(" snoozed 2h 0m "), "{}", ran.stdout);
    let mut state = bench.state();
    state["alerts"][0]["snoozed_until"] = json!("2020-01-01T00:00:00Z");
    bench.set_state(state.to_string());
    assert_eq!(bench.mamori(&["alerts"]).code, Some(1));
    for bad in ["0s", "3 years", "soon"] {
        assert_eq!(bench.mamori(&["snooze", "1", bad]).code, Some(2), "{bad}");
    }
}

#[test]
fn an_unknown_alert_is_told_with_what_was_meant() {
    let bench = alerted("");
    let before = bench.state();
    let ran = bench.mamori(&["ack", "laptop/disc"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            Some(2),
            "error: there is no open alert `laptop/disc`\n\
             hint: did you mean `laptop/disk`, number 1?\n"
        )
    );
    for wrong in ["2", "0", "18446744073709551616", "-1", "#(touch x)"] {
        let ran = bench.mamori(&["ack", "--", wrong]);
        assert_eq!(ran.code, Some(2), "{wrong}: {ran:?}");
        assert!(
            ran.stderr.ends_with("hint: mamori alerts\n"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(bench.state(), before);
}

#[test]
fn what_people_say_needs_the_state_file() {
    let bench = alerted("");
    let mut lock = fs::File::options()
        .write(true)
        .open(bench.own("state.lock"))
        .unwrap();
    rustix::fs::flock(&lock, FlockOperation::LockExclusive).unwrap();
    lock.write_all(b"1 somebody\n").unwrap();
    let ran = bench.mamori(&["ack", "1"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stderr.contains("is locked: held by somebody"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        bench.mamori(&["alerts"]).code,
        Some(1),
        "readers never wait"
    );
}

#[test]
fn a_command_is_told_by_its_environment_once() {
    let bench = Bench::new();
    bench.configure(format!("{FULL}{}", scribe(&bench)));
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    let before = bench.state();
    let full = before["alerts"][0]["text"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let ran = bench.mamori(&["watch", "--once"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    }
    let full = full.replacen("laptop ", "laptop: ", 1);
    assert_eq!(
        told(&bench),
        [format!("raise|warning|laptop/disk|1|{full}")]
    );
    let json = bench.mamori(&["alerts", "--json"]).json();
    assert_eq!(json["alerts"][0]["told"][0]["channel"], "command");
    assert_eq!(json["alerts"][0]["told"][0]["sent"], true);
    assert_eq!(json["channels"][0]["waiting"], 0);

    // Its end is told, because its beginning was.
    bench.configure(format!(
        "{QUIET}[local]\nname = \"laptop\"\n{}",
        scribe(&bench)
    ));
    for _ in 0..3 {
        bench.mamori(&["watch", "--once"]);
    }
    let end = &told(&bench)[1..];
    assert_eq!(end.len(), 1, "{end:?}");
    assert!(end[0].starts_with("resolve|warning|laptop/disk|1|laptop: disk fine again after "));
}

#[test]
fn what_was_acknowledged_before_anybody_was_told_is_not_told() {
    let bench = Bench::new();
    bench.configure(format!("{FULL}{}", scribe(&bench)));
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    bench.mamori(&["ack", "1"]);
    bench.mamori(&["watch", "--once"]);
    bench.configure(format!(
        "{QUIET}[local]\nname = \"laptop\"\n{}",
        scribe(&bench)
    ));
    for _ in 0..3 {
        bench.mamori(&["watch", "--once"]);
    }
    assert_eq!(bench.state()["alerts"], json!([]));
    assert_eq!(told(&bench), [""; 0]);
}

#[test]
fn a_test_says_what_came_of_each_channel() {
    let bench = Bench::new();
    bench.stand_in("fails", "#!/bin/sh\necho 'no such user' >&2\nexit 7\n");
    let channels = format!(
        "{}[[channel]]\nkind = \"command\"\ncommand = [\"fails\", \"a b\"]\n\
         [[channel]]\nkind = \"command\"\ncommand = [\"not-there\"]\n",
        scribe(&bench)
    );
    bench.configure(format!("{QUIET}[local]\nname = \"laptop\"\n{channels}"));
    let ran = bench.mamori(&["alerts", "test"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.stdout,
        "command: sent\n\
         command:2: failed: no such user\n  try: fails 'a b'\n\
         command:3: failed: not-there is not installed\n  try: not-there\n"
    );
    assert_eq!(
        told(&bench),
        ["test|info|laptop/test||laptop: a test of the channel command; nothing is wrong"]
    );
    assert_eq!(bench.mamori(&["alerts", "test", "command:1"]).code, Some(0));
    assert_eq!(told(&bench).len(), 2);
    let ran = bench.mamori(&["alerts", "test", "ntfy"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            Some(2),
            "error: there is no channel `ntfy`; there is `command`, `command:2`, `command:3`\n\
             hint: mamori config show\n"
        )
    );
    assert!(!bench.own("state.json").exists(), "a test changes nothing");
}

#[test]
fn without_any_channel_it_says_what_to_write() {
    let bench = Bench::quiet();
    let mut command = bench.command(crate::harness::MAMORI);
    let ran = bench.ran(command.args(["alerts", "test"]).env("PATH", "/nowhere"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout
            .contains("write a [[channel]] with kind = \"desktop\""),
        "{ran:?}"
    );
}
