//! Why a node cannot be looked at, and what that means for it: only silence of
//! its own makes it down.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::door::Shut;
use crate::harness::openssh::Agent;
use crate::harness::site::{Site, impatient, node};
use crate::harness::{MAMORI, Ran, Running, root, until};

/// A node's state, its first problem's check and its words.
fn verdict<'v>(result: &'v Value, name: &str) -> [&'v str; 3] {
    let node = node(result, name);
    let problem = |key: &str| node["problems"][0][key].as_str().unwrap_or_default();
    [
        node["state"].as_str().unwrap(),
        problem("check"),
        problem("text"),
    ]
}

/// What `mamori health --json` says, with a node `fine` that is.
fn seen(site: &Site) -> Value {
    let (result, _) = site.health();
    assert_eq!(verdict(&result, "fine"), ["ok", "", ""], "{result}");
    result
}

fn ids(result: &Value) -> Vec<&str> {
    let alerts = result["alerts"].as_array().unwrap().iter();
    alerts.map(|alert| alert["id"].as_str().unwrap()).collect()
}

/// This machine's own name among the nodes.
fn local(result: &Value) -> &str {
    result["nodes"][0]["name"].as_str().unwrap()
}

#[test]
fn refused_and_unanswered_are_down_and_an_unknown_name_is_not() {
    let names = ["refused", "full", "nameless"];
    let site = Site::with(&["fine"], &names.map(impatient).concat());
    let (shut, full) = (Shut::refusing(), Shut::full());
    site.alias("refused", shut.port, "");
    site.alias("full", full.port, "");
    site.alias("nameless", 22, "");
    // As OpenSSH and glibc word it; no name service is asked.
    site.before_ssh(
        "case $* in *-G*) ;; *'-- nameless'*) \
         echo 'ssh: Could not resolve hostname nameless.example: Name or service not known' >&2; \
         exit 255 ;; esac",
    );
    let result = seen(&site);
    let place = |words: &str, port: u16| format!("{words} (127.0.0.1 port {port})");
    let refused = place("refused", shut.port);
    assert_eq!(
        verdict(&result, "refused"),
        ["down", "unreachable", &refused]
    );
    let unanswered = place("no answer", full.port);
    let [state, check, text] = verdict(&result, "full");
    assert_eq!((state, check), ("down", "unreachable"), "{result}");
    // ssh's own limit or ours, whichever ends first.
    assert!(
        [&unanswered, "it accepts and does not greet"].contains(&text),
        "{text}"
    );
    let name = "the name `nameless.example` has no address";
    assert_eq!(
        verdict(&result, "nameless"),
        ["unknown", "unreachable", name]
    );
    assert_eq!(ids(&result), ["refused/unreachable", "full/unreachable"]);
    let result = seen(&site);
    let alerts = result["alerts"].as_array().unwrap();
    let severity = |id: &str| {
        let alert = alerts.iter().find(|alert| alert["id"] == id).unwrap();
        alert["severity"].as_str().unwrap()
    };
    assert_eq!(severity("refused/unreachable"), "critical");
    assert_eq!(severity("nameless/unreachable"), "warning");
}

#[test]
fn not_being_let_in_is_one_alert_about_us_and_knocks_once() {
    let mut site = Site::with(&["fine"], &["mugen", "majin"].map(impatient).concat());
    for name in ["mugen", "majin"] {
        site.add(name, "AuthorizedKeysFile none");
        site.start(name);
    }
    let calls = site.path("calls");
    site.before_ssh(&format!(
        "case $* in *-G*) ;; *) echo \"$*\" >>'{}' ;; esac",
        calls.display()
    ));
    let shut = ["unknown", "auth", "it does not let us in"];
    let result = seen(&site);
    for name in ["mugen", "majin"] {
        assert_eq!(verdict(&result, name), shut, "{result}");
    }
    let knocked = fs::read_to_string(&calls).unwrap();
    assert_eq!(knocked.lines().count(), 3, "{knocked}");
    // One bad sample alarms nobody.
    assert_eq!(ids(&result), Vec::<&str>::new());
    let result = seen(&site);
    let name = local(&result);
    assert_eq!(ids(&result), [format!("{name}/auth")]);
    let alert = &result["alerts"][0];
    let text = "cannot log in to mugen, majin: it does not let us in; see `mamori doctor`";
    assert_eq!(
        (&alert["text"], &alert["severity"]),
        (&json!(text), &json!("warning"))
    );
    // Its number stays while it shows on fewer nodes, and it goes with the last.
    let number = alert["number"].clone();
    let let_in = |site: &mut Site, name: &str| {
        let file = site.path(&format!("{name}.sshd"));
        let text = fs::read_to_string(&file).unwrap();
        site.stop(name);
        fs::write(&file, text.replacen("AuthorizedKeysFile none\n", "", 1)).unwrap();
        site.start(name);
    };
    let_in(&mut site, "majin");
    let result = seen(&site);
    assert_eq!(verdict(&result, "majin"), ["ok", "", ""]);
    let alert = &result["alerts"][0];
    assert_eq!(alert["number"], number);
    let text = alert["text"].as_str().unwrap();
    assert!(text.starts_with("cannot log in to mugen: "), "{text}");
    let_in(&mut site, "mugen");
    let (result, code) = site.health();
    assert_eq!((ids(&result), code), (Vec::new(), Some(0)), "{result}");
}

#[test]
fn a_host_key_that_nobody_confirmed_is_not_taken() {
    let site = Site::with(&["fine", "mugen"], "");
    let known = site.path(".ssh/known_hosts");
    let text = fs::read_to_string(&known).unwrap();
    let place = format!("[127.0.0.1]:{} ", site.port("mugen"));
    let others: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with(&place))
        .collect();
    fs::write(&known, &others).unwrap();
    let result = seen(&site);
    let unknown = ["unknown", "auth", "its host key is not known here yet"];
    assert_eq!(verdict(&result, "mugen"), unknown, "{result}");
    assert_eq!(fs::read_to_string(&known).unwrap(), others);
    // Somebody confirms it.
    fs::write(&known, text).unwrap();
    assert_eq!(verdict(&seen(&site), "mugen"), ["ok", "", ""]);
}

#[test]
fn an_agent_that_is_gone_is_told_from_a_dead_node() {
    let site = Site::with(&["fine", "mugen"], "");
    // The private half is in the agent alone; `fine` has a copy of its own.
    let copy = site.path("copy");
    fs::copy(site.path("key"), &copy).unwrap();
    site.alias(
        "fine",
        site.port("fine"),
        &format!("IdentityFile {}", copy.display()),
    );
    let agent = Agent::start(&site.bench);
    let asked = |command: &mut Command| {
        site.bench
            .ran(command.env("SSH_AUTH_SOCK", site.path("agent")))
    };
    let added = asked(site.bench.command("ssh-add").arg(site.path("key")));
    assert_eq!(added.code, Some(0), "{added:?}");
    fs::remove_file(site.path("key")).unwrap();
    let health = || asked(site.bench.command(MAMORI).args(["health", "--json"])).json();
    assert_eq!(verdict(&health(), "mugen"), ["ok", "", ""]);
    // Killed, it leaves its socket behind.
    drop(agent);
    assert!(site.path("agent").exists());
    let result = health();
    let shut = ["unknown", "auth", "it does not let us in"];
    assert_eq!(verdict(&result, "mugen"), shut, "{result}");
    assert_eq!(verdict(&result, "fine"), ["ok", "", ""]);
    let result = health();
    assert_eq!(ids(&result), [format!("{}/auth", local(&result))]);
}

#[test]
fn a_broken_ssh_configuration_is_nobodys_outage() {
    let site = Site::with(&["mugen", "majin"], "");
    let file = site.path(".ssh/config");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\nFrobnicate yes\n")).unwrap();
    let (result, code) = site.health();
    assert_eq!(code, Some(1));
    let broken = [
        "unknown",
        "unreachable",
        "ssh does not take its configuration",
    ];
    for name in ["mugen", "majin"] {
        assert_eq!(verdict(&result, name), broken, "{result}");
    }
    assert_eq!(result["nodes"][0]["state"], "ok");
    fs::write(&file, text).unwrap();
    assert_eq!(site.health().1, Some(0));
}

#[test]
fn a_new_boot_is_an_event() {
    let boot = "$SSH_ORIGINAL_COMMAND | sed -u \"s/^boot=.*/boot=$(cat \"$HOME/boot\")/\"\n";
    let mut site = Site::playing(&[("mugen", boot)], "");
    let answers = |id: &str| {
        fs::write(site.path("boot"), id).unwrap();
        let result = seen(&site);
        assert_eq!(verdict(&result, "mugen"), ["ok", "", ""], "{result}");
        result
    };
    for _ in 0..2 {
        let result = answers("first");
        assert_eq!(node(&result, "mugen")["rebooted_at"], Value::Null);
        assert_eq!(result["events"], json!([]));
    }
    for _ in 0..2 {
        let result = answers("second");
        assert!(
            node(&result, "mugen")["rebooted_at"].is_string(),
            "{result}"
        );
        assert!(node(&result, "fine")["rebooted_at"].is_null());
        let events = result["events"].as_array().unwrap();
        assert_eq!(events.len(), 1, "{result}");
        assert_eq!(
            (&events[0]["node"], &events[0]["what"]),
            (&json!("mugen"), &json!("rebooted"))
        );
    }
    site.stop("mugen");
}

#[test]
fn our_own_lost_network_is_nobodys_outage() {
    let nodes = "[[node]]\nname = \"mugen\"\n[[node]]\nname = \"majin\"\n";
    let site = Site::with(&["fine"], nodes);
    let silent = Shut::full();
    let config = fs::read_to_string(site.bench.config()).unwrap();
    let check = format!("127.0.0.1:{}", silent.port);
    site.bench.configure(config.replace("127.0.0.1:9", &check));
    for name in ["mugen", "majin"] {
        site.alias(name, 22, "HostName 192.0.2.1");
    }
    site.before_ssh(
        "case $* in *-G*) ;; *'-- m'*) \
         echo 'ssh: connect to host 192.0.2.1 port 22: Network is unreachable' >&2; \
         exit 255 ;; esac",
    );
    let result = seen(&site);
    for name in ["mugen", "majin"] {
        assert_eq!(verdict(&result, name), ["unknown", "", ""], "{result}");
    }
    assert_eq!(ids(&result), [format!("{}/network", local(&result))]);
    assert_eq!(result["alerts"][0]["severity"], "warning");
    assert_eq!(result["events"], json!([]));
}

/// A real one: a network namespace without a way out, whose own loopback works.
#[test]
fn a_machine_without_a_way_out_sees_only_itself() {
    if !root("a network namespace of its own") || !Alone::possible() {
        return;
    }
    let names = ["mugen", "majin"];
    let mut site = Site::with(&["fine"], &names.map(impatient).concat());
    let config = fs::read_to_string(site.bench.config()).unwrap();
    let check = "[network]\ncheck = [\"127.0.0.1:9\"]\n";
    site.bench.configure(config.replace(check, ""));
    for name in names {
        // Of the addresses that are nobody's (RFC 5737); no packet can leave.
        site.alias(name, 22, "HostName 192.0.2.1");
    }
    site.stop("fine");
    let inside = Alone::with_server(&site, "fine");
    let health = || {
        let result = inside.mamori(&site, &["health", "--json"]).json();
        assert_eq!(verdict(&result, "fine"), ["ok", "", ""], "{result}");
        result
    };
    for _ in 0..2 {
        let result = health();
        for name in names {
            assert_eq!(verdict(&result, name)[0], "unknown", "{result}");
        }
        assert_eq!(ids(&result), [format!("{}/network", local(&result))]);
        let text = result["alerts"][0]["text"].as_str().unwrap();
        let lost = "has no network: mugen, majin cannot be seen";
        assert!(text.ends_with(lost), "{text}");
    }
    // The watcher sees it so, too.
    let watched = inside.mamori(&site, &["watch", "--once"]);
    assert_eq!(watched.code, Some(0), "{watched:?}");
    let state = site.bench.state();
    assert_eq!(verdict(&state, "mugen")[0], "unknown", "{state}");
    assert_eq!(ids(&state), [format!("{}/network", local(&state))]);
}

/// A network namespace of its own, in which a server runs.
struct Alone(Running);

impl Alone {
    fn possible() -> bool {
        let mut unshare = Command::new("unshare");
        unshare.args(["-n", "ip", "link", "set", "lo", "up"]);
        unshare.status().is_ok_and(|status| status.success())
    }

    fn with_server(site: &Site, name: &str) -> Self {
        let log = site.path("log");
        let script = "ip link set lo up && exec /usr/sbin/sshd -D -E \"$2\" -f \"$1\"";
        let mut server = site.bench.command("unshare");
        server.args(["-n", "sh", "-c", script, "sh"]);
        server.arg(site.path(&format!("{name}.sshd"))).arg(&log);
        let server = Running(server.spawn().unwrap());
        until("the server listens", || {
            fs::read_to_string(&log).is_ok_and(|text| text.contains("listening"))
        });
        Self(server)
    }

    fn mamori(&self, site: &Site, arguments: &[&str]) -> Ran {
        let mut command = site.bench.command("nsenter");
        let holder = self.0.pid().to_string();
        command.args(["-n", "-t", &holder, MAMORI]);
        site.bench.ran(command.args(arguments))
    }
}
