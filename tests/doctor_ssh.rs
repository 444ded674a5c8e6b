//! `mamori doctor` about remote nodes: OpenSSH's own tools, keys and agent, and
//! no connection.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::openssh::{Agent, OpenSsh};
use crate::harness::{Bench, MAMORI, QUIET, Running, mode};

const NODE: &str = "[[node]]\nname = \"mugen\"\n";
/// An address that nobody has (RFC 5737): whoever connects waits for long.
const ROUTE: &str = "Host mugen\nHostName 192.0.2.7\nUserKnownHostsFile HOME/.ssh/known\n\
    GlobalKnownHostsFile none\nIdentityFile HOME/.ssh/id\n";

fn bench() -> Bench {
    Bench::with(format!("{QUIET}{NODE}"))
}

/// The check of that id.
fn check(ssh: &OpenSsh<'_>, agent: Option<&Path>, id: &str) -> Value {
    let json = ssh.mamori(&["doctor", "--json"], agent).json();
    let checks = json["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("no {id}: {json}")).clone()
}

/// Every ssh check that is not fine, as `STATUS ID`.
fn wrong(ssh: &OpenSsh<'_>, agent: Option<&Path>) -> Vec<String> {
    let json = ssh.mamori(&["doctor", "--json"], agent).json();
    let checks = json["checks"].as_array().unwrap().iter();
    let text = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    checks
        .filter(|check| text(check, "id").starts_with("ssh.") && check["status"] != "ok")
        .map(|check| format!("{} {}", text(check, "status"), text(check, "id")))
        .collect()
}

/// Lets `known` hold the key of `public` for `name`, hashed as
/// `HashKnownHosts` does.
fn know(bench: &Bench, ssh: &OpenSsh<'_>, name: &str, public: &Path) {
    let key = fs::read_to_string(public).unwrap();
    fs::write(ssh.file("known"), format!("{name} {key}")).unwrap();
    let mut keygen = bench.command("ssh-keygen");
    let hashed = bench.ran(keygen.arg("-H").arg("-f").arg(ssh.file("known")));
    assert_eq!(hashed.code, Some(0), "{}", hashed.stderr);
    let text = fs::read_to_string(ssh.file("known")).unwrap();
    assert!(text.starts_with("|1|"), "{text}");
}

#[test]
fn without_remote_nodes_nothing_of_ssh_is_checked() {
    let bench = Bench::quiet();
    let ssh = OpenSsh::new(&bench, "Nonsense\n");
    let ran = ssh.mamori(&["doctor", "-v"], None);
    assert!(!ran.stdout.contains("ssh."), "{}", ran.stdout);
    // A node of the local node's name is this machine.
    bench.configure(format!("{QUIET}[[node]]\nname = \"{}\"\n", local(&ssh)));
    let ran = ssh.mamori(&["doctor", "-v"], None);
    assert!(!ran.stdout.contains("ssh."), "{}", ran.stdout);
}

fn local(ssh: &OpenSsh<'_>) -> String {
    let json = ssh.mamori(&["health", "--json"], None).json();
    json["nodes"][0]["name"].as_str().unwrap().to_owned()
}

#[test]
fn a_missing_client_is_a_fault() {
    let bench = bench();
    let mut doctor = bench.command(MAMORI);
    let nowhere = bench.home().join("bin");
    fs::create_dir_all(&nowhere).unwrap();
    mode(&nowhere, 0o700);
    let ran = bench.ran(doctor.arg("doctor").env("PATH", &nowhere));
    assert_eq!(ran.code, Some(1));
    let line = "fault  ssh.client      there is no `ssh` on PATH\n";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
}

#[test]
fn a_refused_configuration_is_told_in_sshs_own_words() {
    let bench = bench();
    let ssh = OpenSsh::new(&bench, &format!("{ROUTE}Nonsense \x1b[31m\n"));
    let refused = check(&ssh, None, "ssh.config");
    assert_eq!(refused["status"], "fault");
    let what = refused["what"].as_str().unwrap();
    assert!(
        what.starts_with("`ssh -G` fails for `mugen`: ")
            && what.contains("line 6: Bad configuration option"),
        "{what}"
    );
    assert!(!what.contains('\x1b'), "{what:?}");
    ssh.configure(ROUTE);
    assert_eq!(check(&ssh, None, "ssh.config")["status"], "ok");
}

#[test]
fn a_host_key_is_found_by_its_name_also_in_a_hashed_file() {
    let bench = bench();
    let ssh = OpenSsh::new(&bench, ROUTE);
    let key = ssh.key("id", "");
    let unknown = check(&ssh, None, "ssh.host-key");
    assert_eq!(unknown["what"], "the host key of `mugen` is not known yet");
    assert_eq!(unknown["mend"]["text"], "ssh mugen true");
    let public = key.with_extension("pub");
    know(&bench, &ssh, "192.0.2.7", &public);
    assert_eq!(wrong(&ssh, None), Vec::<String>::new());

    ssh.configure(&format!("{ROUTE}Port 2222\n"));
    assert_eq!(wrong(&ssh, None), ["warn ssh.host-key"]);
    know(&bench, &ssh, "[192.0.2.7]:2222", &public);
    assert_eq!(wrong(&ssh, None), Vec::<String>::new());
    ssh.configure(&format!("{ROUTE}Port 2222\nHostKeyAlias mugen-key\n"));
    assert_eq!(wrong(&ssh, None), ["warn ssh.host-key"]);
    know(&bench, &ssh, "mugen-key", &public);
    assert_eq!(wrong(&ssh, None), Vec::<String>::new());
}

#[test]
fn an_alias_that_is_no_host_wants_its_host_name() {
    let bench = bench();
    let ssh = OpenSsh::new(&bench, "Host *\nIdentityFile HOME/.ssh/id\n");
    ssh.key("id", "");
    // No name service knows a name of this domain (RFC 6761).
    bench.configure(format!("{QUIET}{NODE}ssh = \"mugen.invalid\"\n"));
    assert_eq!(wrong(&ssh, None), ["warn ssh.host"]);
    let mend = check(&ssh, None, "ssh.host")["mend"]["text"].clone();
    assert_eq!(
        mend,
        "add to ~/.ssh/config: `Host mugen.invalid`, and below it `HostName …`"
    );
}

#[test]
fn a_key_with_a_passphrase_waits_for_the_agent_and_the_printed_command_names_it() {
    let bench = bench();
    let ssh = OpenSsh::new(&bench, ROUTE);
    assert_eq!(wrong(&ssh, None), ["warn ssh.host-key", "warn ssh.key"]);
    let mend = check(&ssh, None, "ssh.key")["mend"]["text"].clone();
    let id = ssh.file("id");
    let expected = "ssh-keygen -t ed25519 -N '' -f HOME/.ssh/id && ssh-copy-id mugen";
    assert_eq!(mend, expected);
    let key = ssh.key("id", "a secret");
    know(&bench, &ssh, "192.0.2.7", &key.with_extension("pub"));
    assert_eq!(wrong(&ssh, None), ["warn ssh.agent"]);

    let agent = Agent::start(&bench);
    let agent = Some(agent.socket.as_path());
    assert_eq!(wrong(&ssh, agent), ["warn ssh.key"]);
    let command = check(&ssh, agent, "ssh.key")["mend"]["command"].clone();
    assert_eq!(command, serde_json::json!(["ssh-add", "HOME/.ssh/id"]));
    add(&bench, &ssh, agent, &id);
    assert_eq!(wrong(&ssh, agent), Vec::<String>::new());
    ssh.configure(&format!("{ROUTE}IdentityAgent none\n"));
    assert_eq!(wrong(&ssh, agent), ["warn ssh.agent"]);
}

/// `ssh-add`, with the passphrase from a program as a desktop's would give it.
fn add(bench: &Bench, ssh: &OpenSsh<'_>, agent: Option<&Path>, key: &Path) {
    let ask = bench.home().join("stand-ins/ask");
    bench.stand_in("ask", "#!/bin/sh\necho a secret\n");
    let mut add = ssh.command("ssh-add", agent);
    add.env("SSH_ASKPASS", &ask)
        .env("SSH_ASKPASS_REQUIRE", "force");
    let added = bench.ran(add.arg(key));
    assert_eq!(added.code, Some(0), "{}", added.stderr);
}

#[test]
fn a_key_that_others_can_read_is_mended_by_the_printed_command() {
    let bench = bench();
    let ssh = OpenSsh::new(&bench, ROUTE);
    let key = ssh.key("id", "");
    know(&bench, &ssh, "192.0.2.7", &key.with_extension("pub"));
    mode(&key, 0o644);
    assert_eq!(wrong(&ssh, None), ["warn ssh.key"]);
    let command = check(&ssh, None, "ssh.key")["mend"]["command"].clone();
    assert_eq!(command, serde_json::json!(["chmod", "600", "HOME/.ssh/id"]));
    mode(&key, 0o600);
    assert_eq!(wrong(&ssh, None), Vec::<String>::new());
}

#[test]
#[cfg(target_os = "linux")]
fn a_watcher_without_the_agent_is_found_and_one_with_it_is_fine() {
    let bench = bench();
    let ssh = OpenSsh::new(&bench, ROUTE);
    let key = ssh.key("id", "a secret");
    know(&bench, &ssh, "192.0.2.7", &key.with_extension("pub"));
    let agent = Agent::start(&bench);
    let agent = Some(agent.socket.as_path());
    add(&bench, &ssh, agent, &key);
    {
        let watcher = watch(&ssh, None);
        let found = check(&ssh, agent, "ssh.agent");
        assert_eq!(found["status"], "warn");
        let pid = watcher.pid();
        assert_eq!(
            found["what"],
            *format!(
                "the watcher (pid {pid}) was started without your ssh agent, the way into `mugen`"
            )
        );
        assert_eq!(
            found["mend"]["text"],
            *format!("kill {pid} && sleep 1 && mamori watch")
        );
    }
    {
        let mut by_systemd = ssh.command("sh", None);
        by_systemd.args(["-c", "SYSTEMD_EXEC_PID=$$ exec \"$0\" watch", MAMORI]);
        let _watcher = started(by_systemd);
        let mend = check(&ssh, agent, "ssh.agent")["mend"]["text"].clone();
        let set = "systemctl --user set-environment SSH_AUTH_SOCK=HOME/agent && ";
        assert!(mend.as_str().unwrap().starts_with(set), "{mend}");
    }
    let _watcher = watch(&ssh, agent);
    assert_eq!(wrong(&ssh, agent), Vec::<String>::new());
    // The watcher's agent is the one that counts.
    assert_eq!(wrong(&ssh, None), Vec::<String>::new());
}

fn watch(ssh: &OpenSsh<'_>, agent: Option<&Path>) -> Running {
    let mut command = ssh.command(MAMORI, agent);
    command.arg("watch");
    started(command)
}

/// A watcher that watches.
fn started(mut command: std::process::Command) -> Running {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert!(line.starts_with("watching "), "{line:?}");
    Running(child)
}

#[test]
fn a_hundred_nodes_are_one_line_each_check_and_hanging_ones_are_not_waited_for() {
    let bench = Bench::new();
    let nodes = (0..100).map(|n| format!("[[node]]\nname = \"n{n}\"\n"));
    bench.configure(QUIET.to_owned() + &nodes.collect::<String>());
    let route = "Match exec \"sleep 60\"\nHost *\nHostName 192.0.2.7\n";
    let ssh = OpenSsh::new(&bench, route);
    let start = Instant::now();
    let refused = check(&ssh, None, "ssh.config");
    let took = start.elapsed();
    // What it promises is 8 s; a busy machine adds its own.
    assert!(took < Duration::from_secs(20), "{took:?}");
    let what = refused["what"].as_str().unwrap();
    assert!(
        what.starts_with("`ssh -G` fails for `n0`, `n1`, `n2`, `n3`, `n4` and 95 more: "),
        "{what}"
    );

    ssh.configure("Host *\nHostName 192.0.2.7\nIdentityFile HOME/.ssh/%n\n");
    let ran = ssh.mamori(&["doctor", "-v"], None);
    let lines = ran.stdout.lines().filter(|line| line.contains(" ssh."));
    assert_eq!(lines.count(), 7, "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("the host key of `n0`, `n1`, `n2`, `n3`, `n4` and 95 more is not known yet"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_master_that_cannot_be_shared_is_noted() {
    let bench = Bench::with(format!("{QUIET}[watch]\nshare_master = true\n{NODE}"));
    let ssh = OpenSsh::new(&bench, ROUTE);
    assert_eq!(check(&ssh, None, "ssh.master")["status"], "note");
    ssh.configure(&format!("{ROUTE}ControlPath HOME/.ssh/master-%C\n"));
    assert_eq!(check(&ssh, None, "ssh.master")["status"], "ok");
}
