//! Services on other nodes, over real ssh on loopback: what is told of them.

use serde_json::{Value, json};

use crate::harness::site::{Site, free_port};

fn targets(site: &Site, words: &[&str]) -> (Option<i32>, Vec<Value>) {
    let all: Vec<&str> = ["recover", "--json"].iter().chain(words).copied().collect();
    let ran = site.mamori(&all);
    let targets = ran.json()["targets"].as_array().cloned();
    (ran.code, targets.unwrap_or_else(|| panic!("{ran:?}")))
}

#[test]
fn a_start_there_that_fails_says_how() {
    let port = free_port();
    let service = |name: &str, script: &str, check: &str| {
        format!(
            "[[service]]\nname = \"{name}\"\nnode = \"mugen\"\nready_within = \"2s\"\n\
             start = [\"sh\", \"-c\", \"{script}\"]\ncheck = {{ {check} }}\n"
        )
    };
    let tcp = format!("tcp = \"127.0.0.1:{port}\"");
    let failing = "echo no keys >&2; exit 7";
    let late = "echo waiting for the disk >&2; exec sleep 600";
    let text = "[[node]]\nname = \"mugen\"\n".to_owned()
        + &service("app", failing, &tcp)
        + &service("late", late, "process = \"no-such-one\"")
        + &service(
            "mute",
            "exit 3",
            "command = [\"test\", \"-e\", \"/nowhere/at all\"]",
        );
    let site = Site::with(&["mugen"], &text);
    let (code, told) = targets(&site, &[]);
    assert_eq!(code, Some(1));
    let why: Vec<&str> = told
        .iter()
        .map(|one| one["why"].as_str().unwrap())
        .collect();
    assert_eq!(
        why,
        [
            "what starts it exits with 7",
            "it was started, and is not ready in time",
            "what starts it exits with 3",
        ]
    );
    let found: Vec<&str> = told
        .iter()
        .map(|one| one["found"].as_str().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            &*format!("app is not ready: 127.0.0.1:{port} takes no connection there"),
            "late is not ready: no process `no-such-one` there",
            "mute is not ready: `test -e '/nowhere/at all'` does not succeed there",
        ]
    );
    // Nothing is left behind in its folder for temporary files.
    let left = std::fs::read_dir(site.bench.home()).unwrap();
    let ours = |name: &str| name.starts_with("mamori.");
    let left = left.filter(|entry| ours(&entry.as_ref().unwrap().file_name().to_string_lossy()));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_validator_there_that_fails_carries_what_it_said() {
    let port = free_port();
    let failing = "echo 'no \\u001b[31mkeys' >&2; echo more; echo giving up >&2; exit 7";
    let text = format!(
        "[[node]]\nname = \"mugen\"\n[[service]]\nname = \"app\"\nnode = \"mugen\"\n\
         start = [\"true\"]\nvalidate = [\"sh\", \"-c\", \"{failing}\"]\n\
         check = {{ tcp = \"127.0.0.1:{port}\" }}\n"
    );
    let site = Site::with(&["mugen"], &text);
    let (code, told) = targets(&site, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(
        told[0]["why"],
        "its validator exits with 7; it said: no [31mkeys … giving up"
    );
}

/// Says much when it begins and whenever somebody comes; notes where that goes.
const TALKER: &str = "import os, signal, socket
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
listener = socket.create_server(('127.0.0.1', PORT))
nowhere = os.stat('/dev/null').st_rdev
where = [os.fstat(fd).st_rdev == nowhere for fd in (0, 1, 2)]
open(os.environ['HOME'] + '/where', 'w').write(str(where))
open(os.environ['HOME'] + '/pid', 'w').write(str(os.getpid()))
while True:
    os.write(2, b'x' * 300000)
    listener.accept()[0].sendall(b'SSH-2.0-stand-in')
";

#[test]
fn a_service_there_may_say_as_much_as_it_likes() {
    let port = free_port();
    let text = format!(
        "[[node]]\nname = \"mugen\"\n[[service]]\nname = \"web\"\nnode = \"mugen\"\n\
         start = [\"python3\", \"~/talker\"]\ncheck = {{ ssh_banner = \"127.0.0.1:{port}\" }}\n"
    );
    let site = Site::with(&["mugen"], &text);
    let program = site.path("talker");
    std::fs::write(&program, TALKER.replace("PORT", &port.to_string())).unwrap();
    let (code, told) = targets(&site, &[]);
    let read = |name| std::fs::read_to_string(site.path(name)).unwrap_or_default();
    let pid = rustix::process::Pid::from_raw(read("pid").parse().unwrap()).unwrap();
    let (again, _) = targets(&site, &[]);
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    assert_eq!((code, again), (Some(0), Some(0)), "{told:?}");
    // Nobody reads it, so nobody can end and take the service along.
    assert_eq!(read("where"), "[True, True, True]");
}

#[test]
fn a_check_there_that_hangs_hides_no_other_service() {
    for limit in ["1s", "3s"] {
        let site = Site::with(
            &["mugen"],
            &format!(
                "[watch]\nprobe_timeout = \"{limit}\"\n[[node]]\nname = \"mugen\"\n\
                 [[service]]\nname = \"stuck\"\nnode = \"mugen\"\ncheck = {{ command = [\"sleep\", \"600\"] }}\n\
                 [[service]]\nname = \"fine\"\nnode = \"mugen\"\ncheck = {{ command = [\"true\"] }}\n"
            ),
        );
        let ran = site.mamori(&["health", "--json"]);
        let node = &ran.json()["nodes"][1];
        assert_eq!(
            node["readings"]["services"]["value"],
            json!({ "stuck": false, "fine": true }),
            "{limit}: {node}"
        );
    }
}
