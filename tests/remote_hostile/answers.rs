//! What an answer may hold: bounded, checked, and shown as text.

use serde_json::{Value, json};

use super::{answering, seen, verdict};
use crate::harness::SEGMENT;
use crate::harness::site::{Site, node};
use crate::harness::tmux::{Tmux, path_with_binaries};
use crate::harness::until;

const BRIEF: &str = "[watch]\nprobe_timeout = \"2s\"\n";

/// A probe that says these lines of a `printf` format.
fn says(lines: &str) -> String {
    answering(&format!(
        "echo \"@$token begin\"; printf '{lines}'; echo \"@$token end\""
    ))
}

/// Lines of a sound answer about a disk that is full, mounted at `point`.
fn full_disk(point: &str) -> String {
    let root = "space=4096 4096 1000 900 900 0 0 /\\n";
    let other = format!("space=4096 4096 1000 0 0 0 0 {point}\\n");
    let mount =
        |device, point: &str| format!("mount=0 0 {device} / {point} rw - ext4 /dev/{device} rw\\n");
    format!(
        "platform=linux\\nmemory=MemTotal: 2 kB\\nmemory=MemAvailable: 1 kB\\n{}{}home=/\\n{root}{other}",
        mount("8:1", "/"),
        mount("8:2", &point.replace(' ', "\\\\040"))
    )
}

fn plain(text: &str) {
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(steers), "{text:?}");
}

#[test]
fn numbers_that_cannot_be_are_failed_readings() {
    let lines = |bad: &str| {
        format!(
            "platform=linux\\nuptime={bad} {bad}\\nload={bad} {bad} {bad} 1/2 3\\n\
             memory=MemTotal: {bad} kB\\nmemory=MemAvailable: {bad} kB\\n\
             cpu=cpu  {bad} {bad} {bad} {bad} {bad} {bad} {bad} {bad} 0 0\\nbattery={bad} Full\\n\
             home=/\\nspace={bad} {bad} {bad} {bad} {bad} {bad} {bad} /\\n"
        )
    };
    let bad = [
        ("nan", "nan"),
        ("below", "-1"),
        ("beyond", "1e400"),
        ("long", "99999999999999999999999999"),
        ("empty", ""),
        ("bytes", "\\377\\376\\0"),
    ];
    let logins = bad.map(|(name, bad)| (name, says(&lines(bad))));
    let logins: Vec<_> = logins
        .iter()
        .map(|(name, login)| (*name, login.as_str()))
        .collect();
    let site = Site::playing(&logins, "");
    let result = seen(&site);
    for (name, _) in bad {
        let readings = &node(&result, name)["readings"];
        for key in [
            "uptime_s",
            "load_1m",
            "memory_total_bytes",
            "memory_available_percent",
            "cpu_percent",
            "disk_used_percent",
            "disks",
            "battery_percent",
        ] {
            let error = readings[key]["failed"].as_str();
            assert!(error.is_some(), "{name} {key}: {}", readings[key]);
            plain(error.unwrap());
        }
        assert_eq!(node(&result, name)["state"], "degraded", "{name}");
    }
    plain(&site.mamori(&["status"]).stdout);
}

/// What somebody who owns a node would like a terminal or a shell to read.
const EVIL: [&str; 5] = [
    "/#(touch HERE)",
    "/#[fg=red]#{E:x}",
    "/\\033]0;pwn\\007\\033[2J\\342\\200\\256x",
    "/$(touch HERE)`touch HERE`;'\"&|",
    "/\\0\\377\\376%%H",
];

#[test]
fn hostile_words_are_text_everywhere() {
    let names = ["formats", "styles", "escapes", "commands", "bytes"];
    let logins: Vec<(&str, String)> = names
        .iter()
        .zip(EVIL)
        .map(|(name, evil)| {
            let evil = evil.replace('\'', "'\\''");
            let lines = format!(
                "name=fine\\nnode=fine\\n@ begin\\nboot={evil}\\n{}tmux=ask\\nsession={evil}\\n\
                 {evil}\\ntmux=0\\ntmux=done\\nservice.99999999999999999999=ready\\n",
                full_disk(&evil)
            );
            (*name, says(&lines))
        })
        .collect();
    let logins: Vec<_> = logins
        .iter()
        .map(|(name, login)| (*name, login.as_str()))
        .collect();
    let site = Site::playing(&logins, "");
    let tmux = Tmux::start(
        &site.bench,
        "t",
        "set -g status-interval 1\nset -g status-left ''\nset -g status-right-length 200\n\
         set -g window-status-current-format ''\nset -g status-right '#{mamori} Z'\n",
    );
    tmux.load(&path_with_binaries());
    let client = tmux.attach(180);
    let result = seen(&site);
    let known: Vec<&Value> = result["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["name"])
        .collect();
    assert_eq!(
        known[1..],
        ["formats", "styles", "escapes", "commands", "bytes", "fine"]
    );
    for name in names {
        let (state, text) = verdict(&result, name);
        assert_eq!(state, "degraded", "{name}: {}", node(&result, name));
        plain(text);
    }
    let disk = |text: &str| format!("disk 100% {text} (limit 100%)");
    assert_eq!(verdict(&result, "formats").1, disk("/#(touch HERE)"));
    assert_eq!(verdict(&result, "styles").1, disk("/#[fg=red]#{E:x}"));
    assert_eq!(verdict(&result, "escapes").1, disk("/]0;pwn[2Jx"));
    // What another machine is called stays what it was: data, in its own place.
    let sessions = &node(&result, "formats")["readings"]["tmux_sessions"]["value"];
    assert_eq!(*sessions, json!(["/#(touch HERE)"]));
    assert_eq!(site.bench.state()["nodes"].as_array().unwrap().len(), 7);
    site.mamori(&["status", "--json"]).json();
    for command in ["status", "health", "doctor"] {
        let ran = site.mamori(&[command]);
        plain(&ran.stdout);
        plain(&ran.stderr);
    }
    for arguments in [&["--no-style", "--width", "200"][..], &["--width", "200"]] {
        plain(&site.bench.segment(arguments));
    }
    let bar = || client.status_line().trim().to_owned();
    until("the bar", || bar() == "▲ 2/7 formats disk 100% /#(touch… Z");
    // The process's way: its output is expanded once more.
    let by_process = format!("#({SEGMENT} --width 60) Z");
    tmux.run(&["set-option", "-g", "status-right", &by_process]);
    let whole = "▲ 2/7 formats disk 100% /#(touch HERE) +4 Z";
    until("the bar by a process", || bar() == whole);
    for folder in [site.path(""), ".".into(), "/".into(), "/tmp".into()] {
        assert!(!folder.join("HERE").exists(), "something was executed");
    }
}

#[test]
fn an_answer_is_as_long_as_it_may_be_and_answers_what_was_asked() {
    // The real answer, with more lines behind its beginning.
    let padded = |size: usize| {
        format!(
            "pad=$(head -c {size} /dev/zero | tr '\\0' x | fold -w 1000)\n\
             $SSH_ORIGINAL_COMMAND | while IFS= read -r line; do\n\
             printf '%s\\n' \"$line\"\ncase $line in *' begin') printf '%s\\n' \"$pad\" ;; esac\ndone\n"
        )
    };
    let (long, too_long) = (padded(40_000), padded(70_000));
    let line = answering("echo \"@$token begin\"; head -c 1000000 /dev/zero | tr '\\0' x; echo");
    let answer = |token: &str| {
        answering(&format!(
            "echo \"@{token} begin\"; echo platform=linux; echo \"@{token} end\"; echo \"@{token} alive\""
        ))
    };
    let (older, other) = (answer("$asked"), answer("0123456789abcdef"));
    // Without `@`, with more behind it, and in other letters.
    let nearly = answering(
        "echo \"$token end\"; echo \"@$token begin x\"; echo \"@$token  end\"; echo \"@${token}0 begin\"",
    );
    let logins = [
        ("long", long.as_str()),
        ("too-long", too_long.as_str()),
        ("line", line.as_str()),
        ("older", older.as_str()),
        ("other", other.as_str()),
        ("nearly", nearly.as_str()),
    ];
    let site = Site::playing(&logins, BRIEF);
    let result = seen(&site);
    assert_eq!(verdict(&result, "long"), ("ok", ""), "{result}");
    assert!(node(&result, "long")["readings"]["disk_used_percent"]["value"].is_number());
    let flood = ("unknown", "it floods us instead of answering");
    assert_eq!(verdict(&result, "too-long"), flood, "{result}");
    assert_eq!(verdict(&result, "line"), flood, "{result}");
    let none = ("down", "it let us in, and gives no answer in 2s");
    for name in ["older", "other", "nearly"] {
        assert_eq!(verdict(&result, name), none, "{result}");
    }
}
