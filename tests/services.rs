//! Expected things that ask another program: sshd and configured services.

use std::net::TcpListener;

use serde_json::json;

use crate::harness::sshd::Sshd;
use crate::harness::{Bench, QUIET, until};

#[test]
fn a_real_sshd_is_seen_by_its_banner() {
    let bench = Bench::quiet();
    let sshd = Sshd::start(&bench);
    bench.configure(format!(
        "{QUIET}[local]\nexpect = [\"sshd\"]\n[[service]]\nname = \"sshd\"\ncheck = {{ ssh_banner = \"127.0.0.1:{}\" }}\n",
        sshd.port
    ));
    until("sshd to answer", || {
        bench.mamori(&["health"]).code == Some(0)
    });
    drop(sshd);
    let ran = bench.mamori(&["health"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains(" no sshd\n"), "{}", ran.stdout);
}

#[test]
fn every_kind_of_service_is_asked_and_named_when_it_is_not_ready() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = |name: &str, check: &str| {
        format!("[[service]]\nname = \"{name}\"\ncheck = {{ {check} }}\n")
    };
    let services = [
        service("open", &format!("tcp = \"127.0.0.1:{port}\"")),
        service("closed", "tcp = \"127.0.0.1:9\""),
        service("mute", &format!("ssh_banner = \"127.0.0.1:{port}\"")),
        service("yes", "command = [\"true\"]"),
        service("no", "command = [\"false\"]"),
        service("hangs", "command = [\"sleep\", \"600\"]"),
        service("lost", "command = [\"/nonexistent/program\"]"),
        service("ours", "process = \"mamori\""),
        service("nobody", "process = \"no-such-process\""),
    ];
    let bench = Bench::with(format!(
        "{QUIET}[watch]\nprobe_timeout = \"1s\"\n{}",
        services.concat()
    ));
    let ran = bench.mamori(&["health", "--json"]);
    assert_eq!(ran.code, Some(1));
    let node = &ran.json()["nodes"][0];
    assert_eq!(
        node["readings"]["services"]["value"],
        json!({
            "closed": false, "hangs": false, "lost": false, "mute": false, "no": false,
            "nobody": false, "open": true, "ours": true, "yes": true,
        })
    );
    let problems = node["problems"].as_array().unwrap();
    let checks: Vec<_> = problems
        .iter()
        .map(|problem| problem["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        checks,
        ["closed", "mute", "no", "hangs", "lost", "nobody"].map(|name| format!("service:{name}"))
    );
    assert_eq!(problems[0]["text"], "no closed");
}
