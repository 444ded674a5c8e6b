//! Services that can be killed, stopped and started: real processes on ports
//! of their own.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::site::free_port;
use super::{Bench, QUIET, Ran, mode};

/// A service that listens, written in sh and python3's standard library, and
/// leaves its process id; its folder is the home.
const SERVER: &str = "#!/usr/bin/env python3
import os, socket, sys, time
port, how = int(sys.argv[1]), sys.argv[2:]
listener = socket.create_server(('127.0.0.1', port))
if 'fork' in how and os.fork():
    os._exit(0)
with open(f'{os.path.dirname(sys.argv[0])}/{port}.pid.new', 'w') as file:
    file.write(f'{os.getpid()}\\n')
os.rename(f'{os.path.dirname(sys.argv[0])}/{port}.pid.new', f'{os.path.dirname(sys.argv[0])}/{port}.pid')
while True:
    peer = listener.accept()[0]
    peer.sendall(b'SSH-2.0-stand-in\\r\\n')
    peer.close()
";

/// A home with the server's program in it, and what ends all it left.
pub struct Ground {
    pub bench: Bench,
    pub ports: Vec<u16>,
}

impl Ground {
    pub fn new() -> Self {
        let bench = Bench::quiet();
        let program = bench.home().join("server");
        fs::write(&program, SERVER).unwrap();
        mode(&program, 0o755);
        Self {
            bench,
            ports: Vec::new(),
        }
    }

    /// A `[[service]]` of that name on a port of its own, with more lines.
    pub fn service(&mut self, name: &str, start: &str, more: &str) -> String {
        let port = free_port();
        self.ports.push(port);
        let home = self.bench.home().display().to_string();
        let start = start
            .replace("HOME", &home)
            .replace("PORT", &port.to_string());
        format!(
            "[[service]]\nname = \"{name}\"\n{start}\ncheck = {{ ssh_banner = \"127.0.0.1:{port}\" }}\n\
             pid_file = \"{home}/{port}.pid\"\n{more}\n"
        )
    }

    pub fn configure(&self, text: &str) {
        self.bench.configure(QUIET.to_owned() + text);
    }

    pub fn pid_file(&self, at: usize) -> PathBuf {
        self.bench.home().join(format!("{}.pid", self.ports[at]))
    }

    pub fn pid(&self, at: usize) -> Option<i32> {
        fs::read_to_string(self.pid_file(at))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    pub fn signal(&self, at: usize, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid(at).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    pub fn recover(&self, words: &[&str]) -> (Ran, Vec<Value>) {
        let all: Vec<&str> = ["recover", "--json"].iter().chain(words).copied().collect();
        let ran = self.bench.mamori(&all);
        let targets = ran.json()["targets"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        (ran, targets)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        for at in 0..self.ports.len() {
            if let Some(pid) = self.pid(at).and_then(rustix::process::Pid::from_raw) {
                let ours = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                if ours.contains(self.bench.home().to_str().unwrap()) {
                    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                }
            }
        }
    }
}

pub fn ready(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// How it is started so that it stays by itself.
pub const START: &str = "start = [\"HOME/server\", \"PORT\", \"fork\"]";
