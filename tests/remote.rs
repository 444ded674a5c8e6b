//! `mamori health` over nodes that are reached by ssh.

use std::fs;

use crate::harness::site::{Site, free_port, node};
use crate::harness::{Bench, MAMORI, QUIET, until};

#[test]
fn three_nodes_are_one_line_and_a_stopped_one_is_down_within_its_limit() {
    let mut site = Site::with(&["mugen", "majin", "pixel"], "");
    let ran = site.mamori(&["health"]);
    assert!(
        ran.stdout.starts_with("● 4/4\n"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    site.stop("majin");
    let (result, code) = site.health();
    assert_eq!(code, Some(1), "{result}");
    let text = result["summary"]["text"].as_str().unwrap();
    assert!(text.starts_with("✖ 3/4 majin down 1"), "{text}");
    assert_eq!(node(&result, "mugen")["state"], "ok");
    let majin = node(&result, "majin");
    assert_eq!(majin["state"], "down");
    assert_eq!(majin["problems"][0]["check"], "unreachable");
    let refused = format!("refused (127.0.0.1 port {})", site.port("majin"));
    assert_eq!(majin["problems"][0]["text"], refused.as_str());
    let alert = &result["alerts"][0];
    assert_eq!(
        (alert["id"].as_str(), alert["severity"].as_str()),
        (Some("majin/unreachable"), Some("critical"))
    );
    // What is down stays so at the first look, and comes back at the first answer.
    let state = site.bench.state();
    let failures = |state: &serde_json::Value| state["nodes"][2]["silence"]["failures"].as_u64();
    assert!(failures(&state) > Some(1));
    site.mamori(&["health"]);
    assert_eq!(
        failures(&site.bench.state()),
        failures(&state).map(|count| count + 1)
    );
    site.start("majin");
    let (result, code) = site.health();
    assert_eq!(
        (code, &result["alerts"]),
        (Some(0), &serde_json::json!([])),
        "{result}"
    );
    assert_eq!(node(&result, "majin")["state"], "ok");
    let happened: Vec<&str> = result["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["what"].as_str().unwrap())
        .collect();
    assert_eq!(happened, ["down", "ok"]);
}

#[test]
fn every_reading_is_there_and_those_that_can_be_are_true() {
    let site = Site::with(&["mugen"], "");
    let (result, _) = site.health();
    let [local, remote] = [&result["nodes"][0], node(&result, "mugen")];
    let keys = |node: &serde_json::Value| -> Vec<String> {
        node["readings"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(keys(local), keys(remote));
    let [here, there] = [local, remote].map(|node| &node["readings"]);
    assert_eq!(here["memory_total_bytes"], there["memory_total_bytes"]);
    let close = |key: &str| {
        let value = |readings: &serde_json::Value| readings[key]["value"].as_f64().unwrap();
        assert!((value(here) - value(there)).abs() < 5.0, "{key}");
    };
    close("disk_used_percent");
    close("memory_available_percent");
    assert_eq!(there["sshd"]["value"], true);
    assert_eq!(there["network"]["value"], true);
    assert_eq!(remote["platform"], "linux");
    assert!(remote["latency_ms"].as_f64().unwrap() > 0.0);
    assert!(remote["uptime"]["since"].is_string());
    // A configured node that answers proves the network.
    assert_eq!(here["network"]["value"], true);
}

#[test]
fn one_node_can_be_asked_alone() {
    let mut site = Site::with(&["mugen", "majin"], "");
    site.stop("majin");
    let ran = site.mamori(&["health", "--node", "mugen", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let result = ran.json();
    assert_eq!(result["nodes"].as_array().unwrap().len(), 1);
    let ran = site.mamori(&["health", "--node", "nobody"]);
    assert_eq!(ran.code, Some(2));
    // Nobody looked at the other one.
    let status = site.mamori(&["status", "--json"]).json();
    assert!(node(&status, "majin")["observed_at"].is_null());
}

#[test]
fn a_phone_is_not_waited_for_and_dozes_until_it_was_silent_for_long() {
    let mut site = Site::with(
        &["pixel"],
        "[[node]]\nname = \"pixel\"\nplatform = \"termux\"\nsessions = []\n",
    );
    site.health();
    site.stop("pixel");
    let (result, code) = site.health();
    assert_eq!(node(&result, "pixel")["state"], "dozing", "{result}");
    assert_eq!(
        (code, &result["summary"]["text"]),
        (Some(0), &"● 2/2".into())
    );
    site.health();
    // Two failures, but not over 90 s.
    let (result, _) = site.health();
    assert_eq!(node(&result, "pixel")["state"], "dozing");
    // 100 s later, by the machine's own clock.
    let mut state = site.bench.state();
    let since = &mut state["nodes"][1]["silence"]["since"]["elapsed_ms"];
    *since = (since.as_u64().unwrap() - 100_000).into();
    site.bench.set_state(state.to_string());
    let (result, code) = site.health();
    assert_eq!(
        (node(&result, "pixel")["state"].as_str(), code),
        (Some("down"), Some(1))
    );
}

#[test]
fn another_address_is_taken_only_with_the_known_key() {
    let mut site = Site::with(
        &["mugen"],
        "[[node]]\nname = \"mugen\"\naddresses = [\"127.0.0.2\"]\ndown_after = \"1s\"\n",
    );
    // The alias leads where nobody listens; the other address is the server's.
    let config = site.path("mugen.sshd");
    let text = fs::read_to_string(&config).unwrap();
    site.stop("mugen");
    fs::write(&config, text.replace("127.0.0.1:", "127.0.0.2:")).unwrap();
    let port = site.port("mugen");
    let mut server = site.bench.command("/usr/sbin/sshd");
    server.args(["-D", "-f"]).arg(&config);
    let start = |server: &mut std::process::Command| {
        let running = crate::harness::Running(server.spawn().unwrap());
        until("the server listens", || {
            std::net::TcpStream::connect(("127.0.0.2", port)).is_ok()
        });
        running
    };
    let running = start(&mut server);
    let (result, code) = site.health();
    assert_eq!(
        (node(&result, "mugen")["state"].as_str(), code),
        (Some("ok"), Some(0)),
        "{result}"
    );
    // Another machine at that address is not taken for the node.
    drop(running);
    site.new_key("host_key");
    let _running = start(&mut server);
    let (result, code) = site.health();
    let mugen = node(&result, "mugen");
    assert_eq!(
        (mugen["state"].as_str(), code),
        (Some("down"), Some(1)),
        "{result}"
    );
    let text = mugen["problems"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("refused (127.0.0.1 port ")
            && text.contains("at 127.0.0.2: the host key has changed"),
        "{text}"
    );
}

#[test]
fn the_users_forwards_commands_and_masters_are_left_out() {
    let site = Site::with(&["mugen"], "");
    let (forward, marker) = (free_port(), site.path("marker"));
    let master = site.path("master");
    let options = format!(
        "RemoteCommand touch {0}\n RequestTTY force\n ForwardAgent yes\n ForwardX11 yes\n \
         LocalForward 127.0.0.1:{forward} 127.0.0.1:1\n PermitLocalCommand yes\n \
         LocalCommand touch {0}\n ControlMaster yes\n ControlPath {1}\n LogLevel QUIET",
        marker.display(),
        master.display()
    );
    site.alias("mugen", site.port("mugen"), &options);
    let (result, code) = site.health();
    assert_eq!(
        (code, node(&result, "mugen")["state"].as_str()),
        (Some(0), Some("ok")),
        "{result}"
    );
    assert!(!marker.exists() && !master.exists());
}

#[test]
fn causes_are_told_whatever_log_level_the_user_has() {
    let mut site = Site::with(
        &["mugen"],
        "[[node]]\nname = \"mugen\"\ndown_after = \"1s\"\n",
    );
    site.alias("mugen", site.port("mugen"), "LogLevel QUIET");
    site.stop("mugen");
    let (result, _) = site.health();
    let text = node(&result, "mugen")["problems"][0]["text"].to_string();
    assert!(text.contains("refused"), "{text}");
}

#[test]
fn a_master_of_the_users_is_shared_when_the_configuration_says_so() {
    let site = Site::with(&["mugen"], "");
    let socket = site.path("master");
    let options = format!("ControlPath {}", socket.display());
    site.alias("mugen", site.port("mugen"), &options);
    let mut master = site.bench.command(site.path("stand-ins/ssh"));
    master.args(["-M", "-N", "mugen"]);
    let _master = crate::harness::Running(master.spawn().unwrap());
    until("the master", || socket.exists());
    // A key that no longer opens the door: only the master still does.
    site.new_key("key");
    let other = site.path("key.pub");
    fs::write(&other, "").unwrap();
    let (result, _) = site.health();
    assert_eq!(
        node(&result, "mugen")["problems"][0]["check"],
        "auth",
        "{result}"
    );
    let text = fs::read_to_string(site.bench.config()).unwrap();
    site.bench
        .configure(text + "[watch]\nshare_master = true\n");
    let (result, code) = site.health();
    assert_eq!(
        (code, node(&result, "mugen")["state"].as_str()),
        (Some(0), Some("ok")),
        "{result}"
    );
}

#[test]
fn services_of_a_node_are_asked_there_word_by_word() {
    let marker = "a b'c\"$(touch INSIDE)`;#";
    let service = |name: &str, check: &str| {
        format!("[[service]]\nname = \"{name}\"\nnode = \"mugen\"\ncheck = {check}\n")
    };
    let mut text = "[[node]]\nname = \"mugen\"\n".to_owned();
    text += &service("fine", "{ command = [\"test\", \"-d\", \"~\"] }");
    text += &service(
        "hostile",
        &format!("{{ command = [\"test\", '''{marker}''', \"=\", '''{marker}'''] }}"),
    );
    text += &service("never", "{ command = [\"false\"] }");
    text += &service("shut", "{ tcp = \"127.0.0.1:9\" }");
    text += &service("nobody", "{ process = \"no-such-program\" }");
    let site = Site::with(&["mugen"], &text);
    let (result, code) = site.health();
    let mugen = node(&result, "mugen");
    let services = &mugen["readings"]["services"]["value"];
    assert_eq!(
        *services,
        serde_json::json!({"fine": true, "hostile": true, "never": false, "shut": false, "nobody": false}),
        "{result}"
    );
    assert_eq!(code, Some(1));
    let checks: Vec<&str> = mugen["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["check"].as_str().unwrap())
        .collect();
    assert_eq!(checks, ["service:never", "service:shut", "service:nobody"]);
    assert!(!site.path("INSIDE").exists());
}

#[test]
fn watching_keeps_one_shell_open_and_a_stop_ends_it() {
    let site = Site::with(&["mugen"], "[watch]\nliveness_every = \"1s\"\n");
    let mut command = site.bench.command(MAMORI);
    command
        .args(["health", "--watch", "--json"])
        .stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let shells = || site.shells();
    lines.next().unwrap().unwrap();
    let first = shells();
    assert_eq!(first.len(), 1, "{first:?}");
    lines.next().unwrap().unwrap();
    lines.next().unwrap().unwrap();
    assert_eq!(shells(), first);
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    until("the shell to end", || shells().is_empty());
}

#[test]
fn a_node_behind_a_jump_host_is_itself_what_is_told() {
    let mut site = Site::with(
        &["mugen", "jump"],
        "[[node]]\nname = \"mugen\"\ndown_after = \"1s\"\n",
    );
    site.alias("mugen", site.port("mugen"), "ProxyJump jump");
    let (result, code) = site.health();
    assert_eq!(
        (code, node(&result, "mugen")["state"].as_str()),
        (Some(0), Some("ok")),
        "{result}"
    );
    // The jump host lets us in, and nobody listens behind it.
    site.stop("mugen");
    let (result, code) = site.health();
    let mugen = node(&result, "mugen");
    assert_eq!(
        (mugen["state"].as_str(), code),
        (Some("down"), Some(1)),
        "{result}"
    );
    let text = "refused, says the jump host";
    assert_eq!(mugen["problems"][0]["text"], text, "{result}");
    assert_eq!(node(&result, "jump")["state"], "ok");
}

#[test]
fn a_jump_host_asks_nobody_for_a_passphrase() {
    let site = Site::with(
        &["mugen", "jump"],
        "[[node]]\nname = \"mugen\"\ndown_after = \"1s\"\n",
    );
    let locked = site.path("locked");
    fs::copy(site.path("key"), &locked).unwrap();
    let mut keygen = site.bench.command("ssh-keygen");
    keygen.args(["-q", "-p", "-P", "", "-N", "passphrase", "-f"]);
    assert_eq!(site.bench.ran(keygen.arg(&locked)).code, Some(0));
    site.alias("locked", site.port("jump"), "");
    let config = fs::read_to_string(site.path(".ssh/config")).unwrap();
    let opened = format!("IdentityFile {}\n", site.path("key").display());
    let closed = format!("IdentityFile {}\n", locked.display());
    fs::write(
        site.path(".ssh/config"),
        config.replacen(&opened, &closed, 1),
    )
    .unwrap();
    site.alias("mugen", site.port("mugen"), "ProxyJump locked");
    // With a terminal, as a person would have it.
    let mut command = site.bench.command("script");
    command.args([
        "-qec",
        &format!("{MAMORI} health --json 2>{}", site.path("errors").display()),
        "/dev/null",
    ]);
    let ran = site.bench.ran(&mut command);
    assert!(!ran.stdout.contains("passphrase"), "{}", ran.stdout);
    let result = ran.json();
    assert_eq!(node(&result, "mugen")["problems"][0]["check"], "auth");
    assert_eq!(node(&result, "jump")["state"], "ok");
}

#[test]
fn of_many_nodes_that_answer_at_once_none_waits_for_ever() {
    let nodes = (0..200).map(|n| format!("[[node]]\nname = \"node-{n}\"\n"));
    let bench = Bench::with(QUIET.to_owned() + &nodes.collect::<String>());
    // A handshake takes no time at all.
    let route = r"printf 'hostname %s\nport 22\nuser me\n'";
    let ssh = format!("#!/bin/sh\n[ \"$1\" != -G ] || exec {route} \"$3\"\nexec sh -s\n");
    bench.stand_in("ssh", &ssh);
    let mut command = bench.command("timeout");
    let ran = bench.ran(command.args(["60", MAMORI, "health", "--json"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["summary"]["text"], "● 201/201");
}
