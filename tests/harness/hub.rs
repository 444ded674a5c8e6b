//! Real Redis servers, on sockets of their own, and ways to them that can be cut.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Bench, QUIET, Running, mode, until};

/// A Redis that ends with its test.
pub struct Redis {
    folder: TempDir,
    arguments: Vec<String>,
    server: Option<Running>,
}

impl Redis {
    /// One that listens on a socket of its own, and nowhere else.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with more of its options.
    pub fn with(arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("mamori-")
            .tempdir_in("/tmp")
            .unwrap();
        mode(folder.path(), 0o700);
        let mut redis = Self {
            folder,
            arguments: arguments.iter().map(ToString::to_string).collect(),
            server: None,
        };
        redis.again();
        redis
    }

    /// Starts it, as it was: empty.
    pub fn again(&mut self) {
        let child = Command::new("redis-server")
            .args([
                "--port",
                "0",
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no",
            ])
            .args(["--unixsocketperm", "700", "--unixsocket"])
            .arg(self.socket())
            .arg("--dir")
            .arg(self.folder.path())
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(Running(child));
        until("the hub to answer", || self.answers());
    }

    fn answers(&self) -> bool {
        let Ok(client) = redis::Client::open(self.url()) else {
            return false;
        };
        client.get_connection().is_ok()
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("hub")
    }

    /// Its address.
    pub fn url(&self) -> String {
        url(&self.socket())
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.server = None;
        // What it listened on is as a crash leaves it.
        let _ = std::fs::remove_file(self.socket());
    }

    pub fn signal(&self, signal: Signal) {
        self.server.as_ref().unwrap().signal(signal);
    }

    /// Asks it something, as a person with all rights would.
    pub fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_connection().unwrap();
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(word);
        }
        command.query(&mut connection).unwrap()
    }
}

/// The address of a hub at a socket.
pub fn url(socket: &Path) -> String {
    format!("unix://{}", socket.display())
}

/// A home of a machine of that name that speaks to the hub at `url` every second.
pub fn machine(name: &str, url: &str, more: &str) -> Bench {
    Bench::with(config(name, url, more))
}

/// Its configuration.
pub fn config(name: &str, url: &str, more: &str) -> String {
    format!(
        "{QUIET}[watch]\nhealth_every = \"10s\"\n[local]\nname = \"{name}\"\n\
         [hub]\nurl = \"{url}\"\nevery = \"1s\"\n{more}"
    )
}

/// What is known on a machine of the node `name`: its state, and its problems.
pub fn seen(bench: &Bench, name: &str) -> Option<(String, Vec<String>)> {
    let text = std::fs::read(bench.own("state.json")).ok()?;
    let state: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let node = state["nodes"]
        .as_array()?
        .iter()
        .find(|node| node["name"] == name)?;
    let problems = node["problems"].as_array()?.iter();
    Some((
        node["state"].as_str()?.to_owned(),
        problems
            .map(|one| one["check"].as_str().unwrap().to_owned())
            .collect(),
    ))
}

/// Waits until a machine knows a node to be of that state.
pub fn shows(bench: &Bench, name: &str, state: &str) {
    let mut last = None;
    let what = format!("{name} to be {state}");
    until(&what, || {
        let now = seen(bench, name);
        let there = now.as_ref().is_some_and(|(now, _)| now == state);
        if now != last {
            eprintln!("{name}: {now:?}");
            last = now;
        }
        there
    });
}

/// A way to a hub that can be cut.
pub struct Way {
    folder: TempDir,
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<UnixStream>>>,
}

impl Way {
    pub fn to(hub: &Redis) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("mamori-")
            .tempdir_in("/tmp")
            .unwrap();
        let listener = UnixListener::bind(folder.path().join("way")).unwrap();
        let way = Self {
            folder,
            cut: Arc::default(),
            open: Arc::default(),
        };
        let (cut, open, target) = (Arc::clone(&way.cut), Arc::clone(&way.open), hub.socket());
        thread::spawn(move || {
            for near in listener.incoming() {
                let Ok(near) = near else { return };
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = UnixStream::connect(&target) else {
                    continue;
                };
                let both = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                open.lock().unwrap().extend(both);
                pass_on(near.try_clone().unwrap(), far.try_clone().unwrap());
                pass_on(far, near);
            }
        });
        way
    }

    pub fn url(&self) -> String {
        url(&self.folder.path().join("way"))
    }

    /// Nothing passes from now on.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for end in self.open.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Everything passes again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

fn pass_on(mut from: UnixStream, mut to: UnixStream) {
    thread::spawn(move || -> io::Result<()> {
        let mut bytes = [0; 16_384];
        loop {
            let count = from.read(&mut bytes)?;
            if count == 0 {
                return to.shutdown(Shutdown::Both);
            }
            to.write_all(&bytes[..count])?;
        }
    });
}
