//! The ssh listener above the shell, played by a shell of that name.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

use mamori::remote::answer::read;
use mamori::remote::probe::{Wishes, definitions};

use super::Ended;
use crate::harness::Bench;

/// Whether these tests were themselves started over ssh: then the listener
/// is a real one, which nobody ends for a test.
fn over_ssh() -> bool {
    let mut process = std::process::id();
    while process > 1 {
        let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else {
            return true;
        };
        if stat.contains("(sshd") {
            return true;
        }
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        process = rest.split(' ').nth(1).unwrap().parse().unwrap();
    }
    false
}

#[test]
fn a_listener_that_ends_is_told_of_at_once() {
    let dash = Path::new("/usr/bin/dash");
    if over_ssh() || !dash.exists() {
        return;
    }
    let bench = Bench::new();
    let listener = bench.home().join("sshd");
    fs::copy(dash, &listener).unwrap();
    let mut command = bench.command(&listener);
    command
        .args(["-c", "/usr/bin/dash -s; :"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = Ended(command.spawn().unwrap());
    let mut input = child.0.stdin.take().unwrap();
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    let wishes = Wishes::default();
    let script = definitions(&wishes);
    write!(input, "{script}mamori_alive ab\nmamori_probe c0ffee\n").unwrap();
    assert_eq!(next(), "@ab alive");
    while next() != "@c0ffee end" {}
    drop(child);
    write!(input, "mamori_alive cd\nmamori_probe c0ffee\n").unwrap();
    assert_eq!(next(), "@cd alive listener-gone");
    assert_eq!(next(), "@c0ffee begin");
    let mut answer = String::new();
    loop {
        let line = next();
        if line == "@c0ffee end" {
            break;
        }
        answer.push_str(&line);
        answer.push('\n');
    }
    assert!(read(answer.as_bytes(), true, &wishes).listener_gone);
}
