//! Webhooks and ntfy: what a server may do to us, and what it may learn.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

use crate::alerts::{FULL, scribe, told};
use crate::harness::{Bench, QUIET, Ran, until};

/// What a server was asked.
#[derive(Debug)]
struct Asked {
    /// `POST /path`.
    line: String,
    headers: String,
    body: String,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server on a port of its own, which gives each request the next of the
/// answers, and the last one from then on. It ends with the test's process.
struct Server {
    port: u16,
    asked: Receiver<Asked>,
}

impl Server {
    fn answering(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, asked) = channel();
        thread::spawn(move || {
            let mut kept = Vec::new();
            for (at, stream) in listener.incoming().enumerate() {
                let Ok(mut stream) = stream else { return };
                let asked = read(&mut stream);
                let answer = answers[at.min(answers.len() - 1)];
                let answer = answer.replace("PORT", &port.to_string());
                let _ = stream.write_all(answer.as_bytes());
                if answer.is_empty() {
                    kept.push(stream);
                }
                if tell.send(asked).is_err() {
                    return;
                }
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn read(stream: &mut TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    let _ = reader.read_line(&mut line);
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) <= 2 {
            break;
        }
        let header = header.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers += &header;
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    Asked {
        line: line.trim_end().trim_end_matches(" HTTP/1.1").to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
    }
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn with(kind: &str, url: &str) -> Bench {
    let channel = format!("[[channel]]\nkind = \"{kind}\"\nurl = \"{url}\"\n");
    Bench::with(format!("{QUIET}[local]\nname = \"laptop\"\n{channel}"))
}

fn test(bench: &Bench) -> Ran {
    let ran = bench.mamori(&["alerts", "test"]);
    assert!(!format!("{ran:?}").contains("secret"), "{ran:?}");
    ran
}

#[test]
fn a_webhook_gets_json_and_who_asks_only_in_a_header() {
    let server = Server::answering(&[FINE]);
    let url = server
        .url("/hook/secret?t=secret")
        .replace("://", "://me:secret@");
    let ran = test(&with("webhook", &url));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "webhook: sent\n"),
        "{ran:?}"
    );
    let asked = server.asked.recv().unwrap();
    assert_eq!(asked.line, "POST /hook/secret?t=secret");
    assert!(
        asked.headers.contains("authorization: basic bwu6c2vjcmv0"),
        "{}",
        asked.headers
    );
    assert!(asked.headers.contains("content-type: application/json"));
    let json = asked.json();
    assert_eq!(
        (&json["kind"], &json["schema"]),
        (&"test".into(), &1.into())
    );
    assert_eq!(
        json["text"],
        "laptop: a test of the channel webhook; nothing is wrong"
    );
}

#[test]
fn an_ntfy_server_gets_the_topic_and_its_token() {
    let server = Server::answering(&[FINE]);
    let url = server.url("/sub/topic").replace("://", "://:tk_secret@");
    let ran = test(&with("ntfy", &url));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "ntfy: sent\n"),
        "{ran:?}"
    );
    let asked = server.asked.recv().unwrap();
    assert_eq!(asked.line, "POST /sub/");
    assert!(
        asked.headers.contains("authorization: bearer tk_secret"),
        "{}",
        asked.headers
    );
    let json = asked.json();
    assert_eq!(
        (&json["topic"], &json["priority"]),
        (&"topic".into(), &2.into())
    );
    assert_eq!(json["title"], "● laptop: a test of ntfy");
}

#[test]
fn what_a_server_does_not_take_was_not_sent() {
    let answers: [(&'static [&'static str], &str); 6] = [
        (&[BROKEN], "answered 500"),
        (
            &["HTTP/1.1 404 No\r\nconnection: close\r\n\r\n"],
            "answered 404",
        ),
        (
            &[
                "HTTP/1.1 307 There\r\nlocation: http://localhost:PORT/secret\r\nconnection: close\r\n\r\n",
            ],
            "redirects to another server",
        ),
        (
            &[
                "HTTP/1.1 302 There\r\nlocation: https://127.0.0.1:PORT/secret\r\nconnection: close\r\n\r\n",
            ],
            "redirects to another server",
        ),
        (
            &["HTTP/1.1 308 Round\r\nlocation: /secret\r\nconnection: close\r\n\r\n"],
            "redirects again and again",
        ),
        (&["not HTTP at all\r\n\r\n"], "does not speak HTTP"),
    ];
    for (answers, why) in answers {
        let server = Server::answering(answers);
        let ran = test(&with("webhook", &server.url("/secret")));
        let expected = format!(
            "webhook: failed: http://127.0.0.1:{} {why}\n  try: mamori config show\n",
            server.port
        );
        assert_eq!((ran.code, ran.stdout), (Some(1), expected));
        let asked = server.asked.try_iter().count();
        assert_eq!(asked, if why.contains("again") { 4 } else { 1 }, "{why}");
    }
    // Nobody listens there.
    let ran = test(&with("webhook", "http://127.0.0.1:9/secret"));
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout
            .starts_with("webhook: failed: http://127.0.0.1:9 cannot be reached")
    );
}

#[test]
fn an_address_that_others_can_read_is_told() {
    let server = Server::answering(&[FINE]);
    let bench = with("webhook", &server.url("/secret"));
    crate::harness::mode(&bench.config(), 0o644);
    let ran = test(&bench);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            Some(0),
            "warning: others can read the addresses of your channels\n\
             hint: chmod 600 HOME/.config/mamori/config.toml\n"
        )
    );
}

#[test]
fn a_redirect_within_the_server_is_followed() {
    let moved =
        "HTTP/1.1 308 There\r\nlocation: /new\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let server = Server::answering(Box::leak(Box::new([moved, FINE])));
    let ran = test(&with("webhook", &server.url("/old")));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let asked: Vec<Asked> = server.asked.try_iter().collect();
    let lines: Vec<&str> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(lines, ["POST /old", "POST /new"]);
    assert_eq!(asked[0].body, asked[1].body);
}

#[test]
fn a_certificate_is_not_believed_unseen() {
    let server = Server::answering(&[FINE]);
    let url = server.url("/secret").replace("http:", "https:");
    let ran = test(&with("webhook", &url));
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.starts_with(&format!(
            "webhook: failed: https://127.0.0.1:{} ",
            server.port
        )),
        "{ran:?}"
    );
}

#[test]
fn a_server_that_never_answers_holds_up_nobody_and_is_tried_again() {
    let server = Server::answering(&["", BROKEN, FINE]);
    let bench = Bench::new();
    let url = server.url("/secret");
    let channels = format!(
        "[[channel]]\nkind = \"webhook\"\nurl = \"{url}\"\n{}",
        scribe(&bench)
    );
    bench.configure(format!("{FULL}{channels}"));
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    let _watcher = bench.watch();
    let mut asked = vec![server.asked.recv().unwrap()];
    until("the other channel to deliver", || told(&bench).len() == 1);
    let line = || bench.state()["desk"]["lines"][0].clone();
    assert_eq!(line()["outbox"].as_array().unwrap().len(), 1);
    until("the silence to be noted", || line()["failures"] == 1);
    let why = line()["error"].as_str().unwrap().to_owned();
    assert_eq!(
        why,
        format!("http://127.0.0.1:{} gave no answer in 10s", server.port)
    );
    assert!(!bench.state().to_string().contains("secret"));
    until("it to be sent in the end", || {
        line()["outbox"].as_array().unwrap().is_empty()
    });
    asked.extend(server.asked.try_iter());
    assert_eq!(asked.len(), 3);
    let json = asked[2].json();
    assert_eq!(
        (&json["kind"], &json["id"]),
        (&"raise".into(), &"laptop/disk".into())
    );
    assert_eq!(
        (&json["number"], &json["severity"]),
        (&1.into(), &"warning".into())
    );
    assert!(json["text"].as_str().unwrap().starts_with("laptop: disk "));
}

#[test]
fn an_address_never_stands_on_a_command_line() {
    let server = Server::answering(&[""]);
    let url = server.url("/secret");
    let bench = Bench::new();
    bench.configure(format!(
        "{FULL}[[channel]]\nkind = \"webhook\"\nurl = \"{url}\"\n"
    ));
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    let _watcher = bench.watch();
    server.asked.recv().unwrap();
    // The request hangs now: all that anybody can see of it.
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    let lines: Vec<String> = lines
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .collect();
    assert!(lines.iter().any(|line| line.contains("deliver")));
    assert!(!lines.iter().any(|line| line.contains(&url)), "{lines:?}");
}

#[test]
fn a_watcher_whose_program_was_replaced_goes_on_telling() {
    let server = Server::answering(&[FINE]);
    let bench = Bench::new();
    let url = server.url("/secret");
    bench.configure(format!(
        "[watch]\nhealth_every = \"10s\"\n{FULL}[[channel]]\nkind = \"webhook\"\nurl = \"{url}\"\n"
    ));
    let own = bench.home().join("mamori");
    let copy = bench.home().join("new");
    std::fs::copy(crate::harness::MAMORI, &own).unwrap();
    std::fs::copy(crate::harness::MAMORI, &copy).unwrap();
    let mut watch = bench.command(&own);
    let watcher = crate::harness::Running(
        watch
            .arg("watch")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap(),
    );
    until("it to watch", || bench.own("state.json").exists());
    std::fs::rename(&copy, &own).unwrap();
    bench.mamori(&["health"]);
    assert_eq!(server.asked.recv().unwrap().line, "POST /secret");
    drop(watcher);
}
