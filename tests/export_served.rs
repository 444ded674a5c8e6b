//! `mamori export openmetrics --listen`: who is answered what, and who keeps
//! nobody waiting.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::export::knowing;
use crate::harness::{Bench, MAMORI, QUIET, Running, until};
use crate::scraped::known;
use crate::scraped::prometheus::{Answered, get, say};

/// A served home.
struct Served {
    port: u16,
    running: Running,
}

impl Served {
    fn at(bench: &Bench, address: &str) -> Self {
        let mut child = bench
            .command(MAMORI)
            .args(["export", "openmetrics", "--listen", address])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let at = line.trim_end().strip_prefix("serving http://");
        let at = at.and_then(|at| at.strip_suffix("/metrics"));
        let port = at
            .and_then(|at| at.rsplit_once(':'))
            .unwrap_or_else(|| panic!("{line:?}"));
        Self {
            port: port.1.parse().unwrap(),
            running: Running(child),
        }
    }

    fn asked(&self, method: &str, path: &str, headers: &str) -> Answered {
        let words = format!("{method} {path} HTTP/1.1\r\n{headers}\r\n");
        say(self.port, &words).unwrap()
    }
}

/// What is served, on a port that was free.
pub fn served(bench: &Bench) -> (u16, impl Drop) {
    let served = Served::at(bench, "0");
    (served.port, served.running)
}

#[test]
fn each_gets_the_format_it_names() {
    let bench = knowing(&known::state());
    let served = Served::at(&bench, "0");
    let host = "host: localhost\r\n";
    let plain = served.asked("GET", "/metrics?x=1", host);
    assert_eq!(plain.status, 200);
    assert!(
        plain
            .head
            .contains("content-type: text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(plain.body.contains("\nmamori_node_up{") && !plain.body.contains("# EOF\n#"));
    let named = format!("{host}accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n");
    let open = served.asked("GET", "/metrics", &named);
    let kind = "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(open.head.contains(kind), "{}", open.head);
    assert!(open.body.ends_with("\n# EOF\n"));
    let head = served.asked("HEAD", "/metrics", host);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn nothing_else_is_there_and_nothing_is_changed() {
    let bench = knowing(&known::state());
    let served = Served::at(&bench, "0");
    let host = "host: 127.0.0.1\r\n";
    for path in ["/", "/metrics/", "/Metrics", "//metrics", "/../metrics"] {
        assert_eq!(served.asked("GET", path, host).status, 404, "{path}");
    }
    let posted = served.asked("POST", "/metrics", &format!("{host}content-length: 0\r\n"));
    assert_eq!(posted.status, 405);
    assert!(posted.head.contains("allow: get, head"), "{}", posted.head);
    for host in [
        "host: evil.example\r\n",
        "host: evil.example:80\r\n",
        "host: \u{e9}\r\n",
    ] {
        let answered = served.asked("GET", "/metrics", host);
        assert_eq!(answered.status, 403, "{host}");
        assert!(!answered.body.contains("mamori_"));
    }
    let whole = served.asked("GET", "http://evil.example/metrics", "host: localhost\r\n");
    assert_eq!(whole.status, 403);
    let large = format!("{host}x: {}\r\n", "x".repeat(64 << 10));
    assert!(
        say(
            served.port,
            &format!("GET /metrics HTTP/1.1\r\n{large}\r\n")
        )
        .is_none_or(|a| a.status >= 400)
    );
    assert_eq!(say(served.port, "no request\r\n\r\n").unwrap().status, 400);
    assert_eq!(
        get(served.port, "/metrics").unwrap().status,
        200,
        "it goes on"
    );
}

#[test]
fn each_answer_is_the_state_of_its_time() {
    let bench = Bench::quiet();
    let served = Served::at(&bench, "0");
    assert_eq!(
        get(served.port, "/metrics").unwrap().status,
        503,
        "nothing is known yet"
    );
    let mut state = known::state();
    bench.set_state(serde_json::to_string(&state).unwrap());
    let revision = |number: u64| {
        let body = get(served.port, "/metrics").unwrap().body;
        body.contains(&format!("\nmamori_state_revisions_total {number}\n"))
    };
    assert!(revision(42));
    state.revision = 43;
    bench.set_state(serde_json::to_string(&state).unwrap());
    assert!(revision(43));
    bench.set_state("{");
    assert_eq!(get(served.port, "/metrics").unwrap().status, 503);
    bench.set_state(serde_json::to_string(&state).unwrap());
    assert!(revision(43));
}

#[test]
fn who_is_slow_keeps_nobody_waiting_for_good() {
    let bench = knowing(&known::state());
    let served = Served::at(&bench, "0");
    let slow: Vec<TcpStream> = (0..150)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
            stream.write_all(b"GET /metrics HT").unwrap();
            stream
        })
        .collect();
    // Each of them goes on a byte at a time, which gains it nothing.
    let dripping = std::thread::spawn(move || {
        let until = Instant::now() + Duration::from_secs(60);
        let mut slow = slow;
        while Instant::now() < until && !slow.is_empty() {
            slow.retain_mut(|stream| stream.write_all(b"x").is_ok());
            std::thread::sleep(Duration::from_millis(200));
        }
        slow.len()
    });
    assert_eq!(get(served.port, "/metrics").unwrap().status, 200);
    assert_eq!(dripping.join().unwrap(), 0, "all of them were ended");
}

#[test]
fn a_port_that_is_taken_is_said() {
    let bench = knowing(&known::state());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let ran = bench.mamori(&["export", "openmetrics", "--listen", &address.to_string()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    assert!(
        ran.stderr.starts_with(&format!(
            "error: could not listen on {address}: another program listens there\n\
             hint: mamori export openmetrics --listen 127.0.0.1:"
        )),
        "{ran:?}"
    );
}

#[test]
fn it_ends_as_it_is_asked_to() {
    for (signal, code) in [(Signal::TERM, 0), (Signal::INT, 130)] {
        let bench = knowing(&known::state());
        let served = Served::at(&bench, "0");
        let _held = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
        served.running.signal(signal);
        assert_eq!(served.running.code(), Some(code));
    }
}

#[test]
fn what_others_can_reach_is_said_and_asked_by_any_name() {
    let bench = Bench::with(QUIET);
    bench.set_state(serde_json::to_string(&known::state()).unwrap());
    let said = bench.home().join("said");
    let mut child = bench
        .command(MAMORI)
        .args(["export", "openmetrics", "--listen", "0.0.0.0:0"])
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let _running = Running(child);
    let port = line
        .trim_end()
        .trim_end_matches("/metrics")
        .rsplit_once(':')
        .unwrap()
        .1;
    until("the warning", || {
        let said = std::fs::read_to_string(&said).unwrap();
        said.starts_with("warning: others can reach 0.0.0.0:")
    });
    let words = "GET /metrics HTTP/1.1\r\nhost: box.lan\r\n\r\n";
    assert_eq!(say(port.parse().unwrap(), words).unwrap().status, 200);
}
