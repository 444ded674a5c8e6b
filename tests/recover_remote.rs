//! Recovery on other nodes, over real ssh on loopback.

use std::fs;
use std::net::TcpStream;

use serde_json::Value;

use crate::harness::site::{Site, free_port};
use crate::harness::{mode, until};

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
fn an_expected_session_there_comes_back_as_configured() {
    let afar = Afar::with(
        "[[session]]\nname = \"work # 1\"\nnode = \"mugen\"\n[[session.window]]\nname = \"a#b\"\n\
         panes = [{ command = [\"sleep\", \"601\"] }, { command = [\"sleep\", \"602\"] }]\n\
         [[session.window]]\nname = \"two\"\n",
    );
    let text = fs::read_to_string(afar.site.bench.config()).unwrap();
    let text = text.replace(
        "name = \"mugen\"\n[[service]]",
        "name = \"mugen\"\nsessions = [\"work # 1\"]\n[[service]]",
    );
    afar.site.bench.configure(text);
    let (code, told) = afar.recover(&[]);
    assert_eq!(code, Some(0), "{told:?}");
    let mut list = afar.site.bench.command("tmux");
    // The shell there has no TMUX_TMPDIR: its server is the default one of /tmp.
    list.env_remove("TMUX_TMPDIR").args([
        "list-windows",
        "-t",
        "=work # 1",
        "-F",
        "#{window_name} #{window_panes}",
    ]);
    let listed = afar.site.bench.ran(&mut list);
    let mut kill = afar.site.bench.command("tmux");
    kill.env_remove("TMUX_TMPDIR")
        .args(["kill-session", "-t", "=work # 1"]);
    let _ = afar.site.bench.ran(&mut kill);
    assert_eq!(listed.stdout, "a#b 2\ntwo 1\n", "{}", listed.stderr);
}
