//! Prometheus, its Alertmanager and its tool, as the system has them: each on
//! a port of its own on loopback, ended with its test.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Bench, Running, until};

/// Whether they are here. Where packages are apt's, there are some to install.
pub fn here() -> bool {
    let programs = ["promtool", "prometheus", "prometheus-alertmanager"];
    let missing = programs
        .into_iter()
        .find(|name| which::which(name).is_err());
    let Some(missing) = missing else {
        return true;
    };
    let package = !cfg!(target_os = "android") && which::which("apt-get").is_ok();
    assert!(
        !package,
        "{missing} is missing; run scripts/need.sh {missing}"
    );
    eprintln!("skipped: there is no {missing} here");
    false
}

/// Status, head and body of an answer.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Says exactly this to a port of this machine and hears all of the answer;
/// `None` when there is none.
pub fn say(port: u16, words: &str) -> Option<Answered> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .ok()?;
    stream.write_all(words.as_bytes()).ok()?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answered {
        status,
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    })
}

/// Asks a server of this machine for a path.
pub fn get(port: u16, path: &str) -> Option<Answered> {
    // HTTP/1.0: the answer ends with the connection.
    say(
        port,
        &format!("GET {path} HTTP/1.0\r\nhost: localhost:{port}\r\n\r\n"),
    )
}

/// A program that answers on a port.
pub struct Server {
    pub port: u16,
    _running: Running,
}

impl Server {
    /// Starts it with what `command` makes of a port: this one, or a free one.
    /// Another program may take that in the meantime: then it is tried again.
    fn start(ready: &str, port: Option<u16>, mut command: impl FnMut(u16) -> Command) -> Self {
        for _ in 0..20 {
            let port = port.unwrap_or_else(free);
            let mut child = command(port);
            child.stdout(Stdio::null()).stderr(Stdio::null());
            let mut running = Running(child.spawn().unwrap());
            let mut ended = false;
            until("the server to be ready", || {
                ended = running.0.try_wait().unwrap().is_some();
                ended || get(port, ready).is_some_and(|answered| answered.status == 200)
            });
            if !ended {
                return Self {
                    port,
                    _running: running,
                };
            }
        }
        panic!("it ended again and again");
    }
}

fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A Prometheus that asks these ports every second.
pub fn prometheus(bench: &Bench, ports: &[u16]) -> Server {
    let config = bench.home().join("prometheus.yml");
    let targets: Vec<String> = ports
        .iter()
        .map(|port| format!("\"127.0.0.1:{port}\""))
        .collect();
    let text = format!(
        "global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\nscrape_configs:\n  \
         - job_name: mamori\n    static_configs: [{{ targets: [{}] }}]\n",
        targets.join(", ")
    );
    fs::write(&config, text).unwrap();
    let storage = bench.home().join("prometheus");
    Server::start("/-/ready", None, |port| {
        let mut command = bench.command("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", storage.display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        command
    })
}

/// An Alertmanager that tells nobody; `port`: the one it shall have again.
pub fn alertmanager(bench: &Bench, again: Option<u16>) -> Server {
    let config = bench.home().join("alertmanager.yml");
    fs::write(
        &config,
        "route: { receiver: none }\nreceivers: [{ name: none }]\n",
    )
    .unwrap();
    let storage = bench.home().join("alertmanager");
    Server::start("/-/ready", again, |port| {
        let mut command = bench.command("prometheus-alertmanager");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", storage.display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=");
        command
    })
}

/// Runs `promtool` in the folder `at`, with `text` on its stdin; what it says.
///
/// # Panics
/// When it finds fault.
pub fn promtool(at: &Path, arguments: &[&str], text: &str) -> String {
    let mut child = Command::new("promtool")
        .args(arguments)
        .current_dir(at)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool, which `make test` installs");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}
