//! Two coordinators that look after one node over real ssh: of both one acts.

use std::fs;
use std::net::TcpStream;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::hub::Redis;
use crate::harness::site::{Site, free_port};
use crate::harness::{MAMORI, QUIET, Running, mode, until};

/// Notes when a start begins and ends, and takes its time.
const START: &str = "#!/bin/sh
echo \"begin $PPID\" >> ~/starts
sleep 0.5
setsid python3 ~/server \"$1\" > /dev/null 2>&1 &
echo $! > ~/server.pid
sleep 0.5
echo \"end $PPID\" >> ~/starts
";

const SERVER: &str = "import socket, sys
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True:
    listener.accept()[0].close()
";

struct Shared {
    site: Site,
    port: u16,
}

impl Shared {
    fn with(hub: &Redis) -> Self {
        let port = free_port();
        let site = Site::with(&["mugen"], "");
        fs::write(site.path("server"), SERVER).unwrap();
        fs::write(site.path("start"), START).unwrap();
        mode(&site.path("start"), 0o755);
        for name in ["laptop", "phone"] {
            let text = format!(
                "{QUIET}[watch]\nliveness_every = \"1s\"\n[local]\nname = \"{name}\"\n\
                 [hub]\nurl = \"{}\"\nevery = \"1s\"\n\
                 [[node]]\nname = \"mugen\"\ncoordinator = \"phone\"\n\
                 [[service]]\nname = \"web\"\nnode = \"mugen\"\nready_within = \"5s\"\n\
                 start = [\"~/start\", \"{port}\"]\ncheck = {{ tcp = \"127.0.0.1:{port}\" }}\n",
                hub.url()
            );
            fs::create_dir(site.path(name)).unwrap();
            mode(&site.path(name), 0o700);
            fs::write(site.path(name).join("config.toml"), text).unwrap();
            mode(&site.path(name).join("config.toml"), 0o600);
        }
        Self { site, port }
    }

    fn watch(&self, name: &str) -> Running {
        let folder = self.site.path(name);
        let mut command = self.site.bench.command(MAMORI);
        command
            .env("MAMORI_HOME", &folder)
            .arg("--config")
            .arg(folder.join("config.toml"))
            .arg("watch")
            .stdout(Stdio::null());
        Running(command.spawn().unwrap())
    }

    fn ready(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    fn starts(&self) -> Vec<String> {
        let text = fs::read_to_string(self.site.path("starts")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn kill(&self) {
        let text = fs::read_to_string(self.site.path("server.pid")).unwrap_or_default();
        if let Some(pid) = text.trim().parse().ok().and_then(Pid::from_raw) {
            // It may be gone already.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// Whether a coordinator knows the service to be ready.
    fn knows(&self, name: &str) -> bool {
        let file = self.site.path(name).join("mamori/state.json");
        let text = fs::read(file).unwrap_or_default();
        let state: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        let nodes = state["nodes"].as_array().cloned().unwrap_or_default();
        let mugen = nodes.into_iter().find(|node| node["name"] == "mugen");
        mugen.is_some_and(|node| node["readings"]["services"]["value"]["web"] == true)
    }

    /// How often a coordinator tried, by its incidents.
    fn tries(&self, name: &str) -> u64 {
        let file = self.site.path(name).join("mamori/state.json");
        let text = fs::read(file).unwrap_or_default();
        let state: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        let incidents = state["incidents"].as_array().cloned().unwrap_or_default();
        let tries = incidents.iter().filter(|one| one["node"] == "mugen");
        tries.filter_map(|one| one["tries"].as_u64()).sum()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn of_two_coordinators_one_brings_a_service_back_and_without_the_hub_the_one_that_is_named() {
    let mut hub = Redis::start();
    let shared = Shared::with(&hub);
    let _watchers = ["laptop", "phone"].map(|name| shared.watch(name));
    let back = |starts: usize| {
        let mut last = String::new();
        until("it to be back, and both to know", || {
            let seen = format!(
                "{:?}, ready {}, known {:?}",
                shared.starts(),
                shared.ready(),
                ["laptop", "phone"].map(|name| shared.knows(name))
            );
            if seen != last {
                eprintln!("{seen}");
                last = seen;
            }
            shared.starts().len() == 2 * starts
                && shared.ready()
                && ["laptop", "phone"].iter().all(|name| shared.knows(name))
        });
    };
    back(1);
    for turn in 2..=4 {
        shared.kill();
        back(turn);
    }
    // Each began after the one before had ended, and nobody did it twice.
    for pair in shared.starts().chunks(2) {
        let [begin, end] = pair else {
            panic!("{pair:?}");
        };
        let (begin, end) = (begin.strip_prefix("begin "), end.strip_prefix("end "));
        assert!(begin.is_some() && begin == end, "{:?}", shared.starts());
    }
    hub.kill();
    let all = || shared.tries("laptop") + shared.tries("phone");
    until("what was done to be noted", || all() == 4);
    let (laptop, phone) = (shared.tries("laptop"), shared.tries("phone"));
    shared.kill();
    back(5);
    until("what was done to be noted", || {
        shared.tries("phone") == phone + 1
    });
    assert_eq!(shared.tries("laptop"), laptop);
}
