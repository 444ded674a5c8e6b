//! Recovery on other nodes, over real ssh on loopback.

use std::fs;
use std::net::TcpStream;

use serde_json::Value;

use crate::harness::site::{Site, free_port};
use crate::harness::{Running, mode, until};

const SERVER: &str = "#!/usr/bin/env python3
import os, socket, sys
port = int(sys.argv[1])
listener = socket.create_server(('127.0.0.1', port))
with open(f'{os.environ[\"HOME\"]}/{port}.pid', 'w') as file:
    file.write(f'{os.getpid()}\\n')
while True:
    peer = listener.accept()[0]
    peer.sendall(b'SSH-2.0-stand-in\\r\\n')
    peer.close()
";

/// A site with a node `mugen` and a service `web` on it, ended with the test.
struct Afar {
    site: Site,
    port: u16,
}

impl Afar {
    fn with(more: &str) -> Self {
        let port = free_port();
        let service = format!(
            "[watch]\nliveness_every = \"1s\"\n[[node]]\nname = \"mugen\"\n[[service]]\nname = \"web\"\nnode = \"mugen\"\n\
             start = [\"~/server\", \"{port}\"]\ncheck = {{ ssh_banner = \"127.0.0.1:{port}\" }}\n\
             pid_file = \"~/{port}.pid\"\n{more}\n"
        );
        let site = Site::with(&["mugen"], &service);
        fs::write(site.path("server"), SERVER).unwrap();
        mode(&site.path("server"), 0o755);
        Self { site, port }
    }

    fn ready(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    fn pid(&self) -> Option<i32> {
        let text = fs::read_to_string(self.site.path(&format!("{}.pid", self.port))).ok()?;
        text.trim().parse().ok()
    }

    fn kill(&self, signal: rustix::process::Signal) {
        let pid = self.pid().and_then(rustix::process::Pid::from_raw).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn recover(&self, words: &[&str]) -> (Option<i32>, Vec<Value>) {
        let all: Vec<&str> = ["recover", "--json"].iter().chain(words).copied().collect();
        let ran = self.site.mamori(&all);
        let targets = ran.json()["targets"].as_array().cloned();
        (ran.code, targets.unwrap_or_else(|| panic!("{ran:?}")))
    }
}

impl Drop for Afar {
    fn drop(&mut self) {
        if let Some(pid) = self.pid().and_then(rustix::process::Pid::from_raw) {
            let ours = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            if ours.contains(self.site.bench.home().to_str().unwrap()) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

#[test]
fn a_service_there_is_started_over_ssh() {
    let afar = Afar::with("validate = [\"test\", \"-e\", \"~/server\"]");
    let (code, plan) = afar.recover(&["--dry-run"]);
    assert_eq!(
        (code, &plan[0]["state"]),
        (Some(1), &"planned".into()),
        "{plan:?}"
    );
    assert_eq!(plan[0]["target"], "mugen/web");
    assert!(!afar.ready(), "a dry run started it");
    let (code, told) = afar.recover(&[]);
    assert_eq!(
        (code, &told[0]["state"]),
        (Some(0), &"recovered".into()),
        "{told:?}"
    );
    assert!(afar.ready());
    let pid = afar.pid();
    let (code, told) = afar.recover(&["mugen/web"]);
    assert_eq!((code, &told[0]["state"]), (Some(0), &"ready".into()));
    assert_eq!(afar.pid(), pid);
    // What hangs there is ended by its pid file, and nothing else is.
    afar.kill(rustix::process::Signal::STOP);
    let (code, told) = afar.recover(&["mugen"]);
    assert_eq!(code, Some(0), "{told:?}");
    assert_ne!(afar.pid(), pid);
}

#[test]
fn what_fails_there_says_why() {
    let afar = Afar::with("validate = [\"sh\", \"-c\", \"echo line 9 is bad; exit 4\"]");
    let (code, told) = afar.recover(&[]);
    assert_eq!((code, &told[0]["state"]), (Some(1), &"failed".into()));
    assert_eq!(
        told[0]["why"],
        "its validator exits with 4; it said: line 9 is bad"
    );
    assert!(!afar.ready());
}

#[test]
fn what_a_service_there_needs_comes_first_and_is_named() {
    let port = free_port();
    let web = format!(
        "[[service]]\nname = \"app\"\nnode = \"mugen\"\nneeds = [\"web\"]\n\
         start = [\"~/server\", \"{port}\"]\ncheck = {{ tcp = \"127.0.0.1:{port}\" }}\n"
    );
    let afar = Afar::with(&web);
    let (_, plan) = afar.recover(&["mugen/app", "--dry-run"]);
    let names: Vec<_> = plan.iter().map(|one| one["target"].clone()).collect();
    assert_eq!(names, ["mugen/web", "mugen/app"]);
    let found = plan[1]["found"].as_str().unwrap();
    assert!(
        found.ends_with("; it needs `web`, brought back first"),
        "{found}"
    );
    // What it needs cannot be started: it waits, and is not tried.
    let program = afar.site.path("server");
    mode(&program, 0o644);
    let (code, told) = afar.recover(&["mugen/app"]);
    assert_eq!((code, &told[0]["state"]), (Some(1), &"failed".into()));
    assert_eq!(told[1]["waits_for"], serde_json::json!(["web"]), "{told:?}");
    mode(&program, 0o755);
    let (code, told) = afar.recover(&["mugen/app"]);
    assert_eq!(code, Some(0), "{told:?}");
    assert!(afar.ready() && TcpStream::connect(("127.0.0.1", port)).is_ok());
    let text = fs::read_to_string(afar.site.path(&format!("{port}.pid"))).unwrap();
    let pid = rustix::process::Pid::from_raw(text.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn the_watcher_brings_it_back_over_the_channel_that_is_open() {
    let afar = Afar::with("");
    let _watcher = afar.site.bench.watch();
    until("the service there", || afar.ready());
    until("a healthy node", || {
        let state = fs::read(afar.site.bench.own("state.json")).unwrap_or_default();
        let state: Value = serde_json::from_slice(&state).unwrap_or_default();
        state["nodes"][1]["state"] == "ok"
    });
    let shells = afar.site.shells();
    for _ in 0..2 {
        let pid = afar.pid();
        std::thread::sleep(std::time::Duration::from_millis(1_000));
        afar.kill(rustix::process::Signal::KILL);
        until("a new process there", || afar.pid() != pid && afar.ready());
    }
    assert_eq!(afar.site.shells(), shells, "it took another connection");
    until("the incidents", || {
        let state = afar.site.bench.state();
        let ended = |one: &Value| one["check"] == "service:web" && one["by"] == "watch";
        state["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| ended(one))
            .count()
            == 3
    });
}

#[test]
fn when_ssh_is_the_victim_what_helps_is_said() {
    let mut afar = Afar::with("");
    afar.site.stop("mugen");
    let (code, told) = afar.recover(&[]);
    assert_eq!((code, &told[0]["state"]), (Some(1), &"unrepairable".into()));
    let hint = told[0]["hint"].as_str().unwrap();
    assert!(
        hint.contains("its ssh server is not") && hint.contains("systemctl start ssh"),
        "{hint}"
    );
}

#[test]
fn an_expected_session_there_comes_back_as_configured_and_runs_nothing_else() {
    let afar = Afar::with("");
    let home = afar.site.bench.home().display().to_string();
    let name = format!("#S #(touch {home}/pwned) x;");
    let text = fs::read_to_string(afar.site.bench.config()).unwrap();
    let text = text.replace(
        "name = \"mugen\"\n[[service]]",
        &format!("name = \"mugen\"\nsessions = [\"{name}\"]\n[[service]]"),
    ) + &format!(
        "[[session]]\nname = \"{name}\"\nnode = \"mugen\"\n[[session.window]]\nname = \"a#(touch {home}/pwned)\"\n\
         panes = [{{ role = \"logs\", command = [\"sh\", \"-c\", \"env >~/seen; exec sleep 601\", \"x;\"] }},\
         {{ command = [\"sleep\", \"602\"] }}]\n\
         [[session.window]]\nname = \"two\"\n"
    );
    afar.site.bench.configure(text);
    let (code, told) = afar.recover(&[]);
    assert_eq!(code, Some(0), "{told:?}");
    let format = "#{window_name} #{window_panes} #{@mamori-role}";
    let mut list = afar.site.bench.command("tmux");
    let listed = afar
        .site
        .bench
        .ran(list.args(["list-panes", "-a", "-F", format]));
    let mut sessions = afar.site.bench.command("tmux");
    let sessions = afar
        .site
        .bench
        .ran(sessions.args(["list-sessions", "-F", "#{session_name}"]));
    until("what the pane sees", || afar.site.path("seen").exists());
    let seen = fs::read_to_string(afar.site.path("seen")).unwrap();
    let mut kill = afar.site.bench.command("tmux");
    let _ = afar.site.bench.ran(kill.arg("kill-server"));
    assert_eq!(sessions.stdout.trim_end(), name.replace(&home, "HOME"));
    let window = "a#(touch HOME/pwned)";
    assert_eq!(
        listed.stdout,
        format!("{window} 2 logs\n{window} 2 \ntwo 1 \n")
    );
    assert!(!afar.site.path("pwned").exists(), "something was executed");
    assert!(!seen.contains("LC_ALL=C\n"), "{seen}");
    let (code, _) = afar.recover(&["--dry-run"]);
    assert_eq!(code, Some(1), "the server is gone again");
}

#[test]
fn a_session_there_that_came_back_in_part_says_what_is_missing_and_why() {
    let afar = Afar::with("");
    let text = fs::read_to_string(afar.site.bench.config()).unwrap();
    let sessions = |names: &str, more: &str| {
        let named = format!("name = \"mugen\"\nsessions = [{names}]\n[[service]]");
        let text = text.replace("name = \"mugen\"\n[[service]]", &named);
        afar.site.bench.configure(text + more);
    };
    sessions(
        "\"work\", \"brief\"",
        "[[session]]\nname = \"work\"\nnode = \"mugen\"\n[[session.window]]\nname = \"a\"\n\
         [[session.window]]\nname = \"b\"\npanes = [{ command = [\"sleep\", \"601\"] }, { command = [\"/nowhere/view it\", \"-f\"] }]\n\
         [[session]]\nname = \"brief\"\nnode = \"mugen\"\n[[session.window]]\nname = \"a\"\npanes = [{ command = [\"/nowhere/x\"] }]\n",
    );
    let (code, told) = afar.recover(&["mugen/work"]);
    let (_, brief) = afar.recover(&["mugen/brief"]);
    let ran = afar.site.mamori(&["recover", "mugen/brief"]);
    let mut kill = afar.site.bench.command("tmux");
    let _ = afar.site.bench.ran(kill.arg("kill-server"));
    assert_eq!(code, Some(1), "{told:?}");
    let pane = "a pane of window 2 ended at once: `'/nowhere/view it' -f` \
                (`/nowhere/view it` is not there)";
    assert_eq!(told[0]["state"], "recovered", "{told:?}");
    assert_eq!(told[0]["steps"][0]["in_part"], pane, "{told:?}");
    // Of which nothing stays, that is no recovery.
    assert_eq!(brief[0]["state"], "failed", "{brief:?}");
    assert!(
        ran.stdout
            .contains("`/nowhere/x` (`/nowhere/x` is not there)"),
        "{}",
        ran.stdout
    );
}

#[test]
fn panes_there_are_counted_when_they_stand_still() {
    // A stand-in for tmux, whose panes are gone one after the other.
    let script = "mamori_say() { printf '%s\\n' \"$1\"; }\n\
        mamori_newline='\n'\nmamori_count=0\nmamori_id='$1'\n\
        mamori_by_tmux() {\n\
        mamori_count=$((mamori_count + 1))\n\
        case $mamori_count in 1) mamori_out='%1\n%2\n%3' ;; 2) mamori_out='%1\n%2' ;; *) mamori_out=%1 ;; esac\n\
        }\n\
        for n in 1 2 3; do mamori_made \"$n\" true \"p$n\"; mamori_pane_id=%$((n + 1)); done\n";
    let script = script.replace("for n", "mamori_pane_id=%1\nfor n");
    let text = include_str!("../src/remote/deed.sh").to_owned() + &script + "mamori_whole 0.01\n";
    let ran = std::process::Command::new("sh")
        .args(["-c", &text])
        .output();
    assert_eq!(
        String::from_utf8_lossy(&ran.unwrap().stdout),
        "note=a pane of window 2 ended at once: `p2`\nnote=a pane of window 3 ended at once: `p3`\n"
    );
}

#[test]
fn two_who_recover_there_at_once_start_it_once() {
    let afar = Afar::with("");
    let script = "#!/bin/sh\necho x >>~/starts\nsleep 1\nexec ~/server \"$1\"\n";
    fs::write(afar.site.path("slow"), script).unwrap();
    mode(&afar.site.path("slow"), 0o755);
    let text = fs::read_to_string(afar.site.bench.config()).unwrap();
    afar.site
        .bench
        .configure(text.replace("~/server", "~/slow"));
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let mut command = afar.site.bench.command(crate::harness::MAMORI);
            command.args(["recover", "mugen/web"]);
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    let starts = fs::read_to_string(afar.site.path("starts")).unwrap();
    assert_eq!(starts, "x\n");
}

#[test]
fn a_connection_that_breaks_meanwhile_is_told_and_nothing_is_done_twice() {
    let afar = Afar::with("validate = [\"~/breaks\"]");
    let script = "#!/bin/sh\necho x >>~/tries\npid=$$\n\
        until [ \"$(ps -o comm= -p $pid | cut -c 1-4)\" = sshd ]; do pid=$(ps -o ppid= -p $pid | tr -d ' '); done\n\
        kill -9 $pid\n";
    fs::write(afar.site.path("breaks"), script).unwrap();
    mode(&afar.site.path("breaks"), 0o755);
    let (code, told) = afar.recover(&[]);
    assert_eq!(
        (code, &told[0]["state"]),
        (Some(1), &"failed".into()),
        "{told:?}"
    );
    let tries = fs::read_to_string(afar.site.path("tries")).unwrap();
    assert_eq!(tries, "x\n");
}

#[test]
fn nobody_elses_process_is_ended_there() {
    let afar = Afar::with("");
    let mut stranger = Running(afar.site.bench.command("sleep").arg("600").spawn().unwrap());
    let pid_file = afar.site.path(&format!("{}.pid", afar.port));
    fs::write(&pid_file, format!("{}\n", stranger.pid())).unwrap();
    let (code, told) = afar.recover(&[]);
    assert_eq!(code, Some(0), "{told:?}");
    assert!(
        stranger.0.try_wait().unwrap().is_none(),
        "a stranger was ended"
    );
}
