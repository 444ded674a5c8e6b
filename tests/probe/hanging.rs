//! What hangs on a node is ended by its pid file: on Linux, and where only what
//! a BSD's tools tell is told (macOS).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use mamori::config;
use mamori::remote::deed::{self, Deed};
use mamori::remote::probe::{Wishes, definitions};
use rustix::process::{Pid, Signal, kill_process};

use super::{between, installed, said, shell};
use crate::harness::site::free_port;
use crate::harness::{Bench, QUIET, until};

/// As a BSD's tools do: no `etimes`, and `stat` with formats of its own.
const PS: &str = "#!/bin/sh\ncase $* in *etimes*) exit 1 ;; esac\n\
    PATH=/usr/bin:/bin exec ps \"$@\"\n";
const STAT: &str = "#!/bin/sh\nPATH=/usr/bin:/bin\ncase $2$3 in\n\
    -f%u) exec stat -L -c %u \"$4\" ;;\n-f%m) exec stat -L -c %Y \"$4\" ;;\nesac\nexit 1\n";
const SERVER: &str = "#!/usr/bin/env python3\nimport os, socket, sys\n\
    listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n\
    open(os.path.dirname(sys.argv[0]) + '/pid', 'w').write(f'{os.getpid()}\\n')\n\
    while True:\n    listener.accept()[0].sendall(b'SSH-2.0-stand-in\\r\\n')\n";

fn program(bench: &Bench, name: &str, text: &str) {
    let path = bench.home().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn pid(bench: &Bench) -> Option<Pid> {
    let text = fs::read_to_string(bench.home().join("pid")).ok()?;
    Pid::from_raw(text.strip_suffix('\n')?.parse().ok()?)
}

#[test]
fn what_hangs_is_ended_by_what_a_bsd_tells_too() {
    let bench = Bench::new();
    let port = free_port();
    program(&bench, "server", SERVER);
    program(&bench, "bin/ps", PS);
    program(&bench, "bin/stat", STAT);
    program(&bench, "bin/uname", "#!/bin/sh\necho Darwin\n");
    bench.configure(format!(
        "{QUIET}[[node]]\nname = \"mac\"\n[[service]]\nname = \"web\"\nnode = \"mac\"\n\
         start = [\"~/server\", \"{port}\"]\ncheck = {{ ssh_banner = \"127.0.0.1:{port}\" }}\n\
         pid_file = \"~/pid\"\n"
    ));
    let config = config::load(&bench.surroundings()).unwrap();
    let node = &config.nodes[0];
    let wishes = Wishes::of(&config, node, false);
    let deeds = Deed::all(&config, node, false);
    let script = definitions(&wishes) + &deed::definitions(&deeds);
    let mut server = bench.command(bench.home().join("server").to_str().unwrap());
    let mut server = server
        .arg(port.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the server", || pid(&bench).is_some());
    for words in installed() {
        let before = pid(&bench).unwrap();
        kill_process(before, Signal::STOP).unwrap();
        // Ours is nobody's child but ours: it has to be collected.
        let collect = std::thread::spawn(move || server.wait());
        let mut command = shell(&bench, words);
        let folder = bench.home().join("bin");
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        let text = said(
            command,
            &format!("{script}mamori_recover c0ffee 0 insist\n"),
        );
        assert_eq!(
            between(&text),
            "acted=yes\nacted=yes\ndeed=ready\n",
            "{words:?}"
        );
        let _ = collect.join().unwrap();
        assert_ne!(pid(&bench), Some(before), "{words:?}");
        kill_process(pid(&bench).unwrap(), Signal::KILL).unwrap();
        fs::remove_file(bench.home().join("pid")).unwrap();
        let mut again = bench.command(bench.home().join("server").to_str().unwrap());
        again.arg(port.to_string()).stdout(Stdio::null());
        server = again.spawn().unwrap();
        until("the next server", || pid(&bench).is_some());
    }
    kill_process(pid(&bench).unwrap(), Signal::KILL).unwrap();
    server.wait().unwrap();
}

#[test]
fn an_age_is_read_as_posix_writes_it() {
    let bench = Bench::new();
    let cases = [
        ("05:09", "309"),
        ("  01:02:03", "3723"),
        ("1-00:00:08", "86408"),
        ("08-01:00:00", "694800"),
        ("", "none"),
        ("5", "none"),
        ("1-2", "none"),
        ("a:b", "none"),
        ("1:2:3:4", "none"),
    ];
    let script = definitions(&Wishes::default()) + &deed::definitions(&[]);
    for words in installed() {
        for (age, seconds) in cases {
            let ask = format!(
                "{script}ps() {{ echo '{age}'; }}\nif mamori_age 1; then echo \"$mamori_old\"; else echo none; fi\n"
            );
            assert_eq!(
                said(shell(&bench, words), &ask).trim(),
                seconds,
                "{words:?} {age}"
            );
        }
    }
}
