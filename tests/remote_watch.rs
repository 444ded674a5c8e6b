//! `mamori watch` over remote nodes: shells that stay, deaths noticed, time
//! booked.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::harness::door::{Door, Manner, Tunnel};
use crate::harness::site::{Site, node};
use crate::harness::{MAMORI, Running, until};

const QUICK: &str = "[watch]\nliveness_every = \"1s\"\nhealth_every = \"10s\"\n";

/// A configuration in which each node is down after a second of silence.
fn quick(names: &[&str]) -> String {
    let node = |name: &&str| {
        format!("[[node]]\nname = \"{name}\"\nplatform = \"linux\"\ndown_after = \"1s\"\n")
    };
    QUICK.to_owned() + &names.iter().map(node).collect::<Vec<_>>().concat()
}

/// The state file's node, as soon as there is one.
fn known(site: &Site, name: &str) -> Value {
    let Ok(text) = fs::read(site.bench.own("state.json")) else {
        return Value::Null;
    };
    let state: Value = serde_json::from_slice(&text).unwrap();
    node(&state, name).clone()
}

fn becomes(site: &Site, name: &str, state: &str) {
    until(&format!("{name} is {state}"), || {
        known(site, name)["state"] == state
    });
}

#[test]
fn a_dead_machine_is_noticed_and_its_return_too() {
    let mut site = Site::with(&["mugen", "majin"], &quick(&["mugen", "majin"]));
    let _watcher = site.bench.watch();
    becomes(&site, "majin", "ok");
    becomes(&site, "mugen", "ok");
    assert_eq!(site.shells().len(), 2);
    site.stop("majin");
    becomes(&site, "majin", "down");
    assert_eq!(known(&site, "mugen")["state"], "ok");
    let status = site.mamori(&["status", "--json"]);
    assert_eq!(status.code, Some(1));
    let text = status.json()["summary"]["text"].to_string();
    assert!(text.contains("✖ 2/3 majin down"), "{text}");
    site.start("majin");
    becomes(&site, "majin", "ok");
    until("both shells", || site.shells().len() == 2);
    let events = site.bench.state()["events"].clone();
    let words: Vec<&Value> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["what"])
        .collect();
    assert_eq!(words, ["down", "ok"]);
}

#[test]
fn a_server_that_no_longer_listens_is_seen_through_the_shell_that_stays() {
    let mut site = Site::with(&["mugen"], &quick(&["mugen"]));
    let _watcher = site.bench.watch();
    becomes(&site, "mugen", "ok");
    let shells = site.shells();
    site.stop_listener("mugen");
    becomes(&site, "mugen", "degraded");
    let mugen = known(&site, "mugen");
    assert_eq!(mugen["problems"][0]["check"], "sshd");
    assert_eq!(mugen["readings"]["sshd"]["value"], false);
    assert!(mugen["readings"]["load_1m"]["value"].is_number(), "{mugen}");
    // Now and then another one knocks, in vain.
    assert!(site.shells().contains(&shells[0]), "{shells:?}");
    site.start("mugen");
    becomes(&site, "mugen", "ok");
    // A new shell took the old one's place.
    until("the old shell to end", || {
        let now = site.shells();
        now.len() == 1 && now != shells
    });
}

#[test]
fn a_paused_node_is_left_alone() {
    let site = Site::with(&["mugen"], &quick(&["mugen"]));
    let _watcher = site.bench.watch();
    becomes(&site, "mugen", "ok");
    assert_eq!(site.mamori(&["pause", "mugen"]).code, Some(0));
    until("the shell to end", || site.shells().is_empty());
    assert_eq!(known(&site, "mugen")["state"], "paused");
    // Pauses are booked from second to second: time is the matter here.
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(site.mamori(&["resume", "mugen"]).code, Some(0));
    until("a shell", || site.shells().len() == 1);
    until("an hour's books", || {
        known(&site, "mugen")["uptime"]["paused_ms"].as_u64() > Some(0)
    });
}

#[test]
fn a_killed_watcher_leaves_no_ssh_behind() {
    let site = Site::with(&["mugen", "majin"], &quick(&["mugen", "majin"]));
    let watcher = site.bench.watch();
    until("the shells", || site.shells().len() == 2);
    watcher.signal(Signal::KILL);
    until("all shells to end", || site.shells().is_empty());
}

#[test]
fn without_channels_no_shell_stays() {
    let site = Site::with(
        &["mugen"],
        "[watch]\nchannels = 0\nhealth_every = \"10s\"\n",
    );
    let _watcher = site.bench.watch();
    becomes(&site, "mugen", "ok");
    until("the probe to end", || site.shells().is_empty());
    let seen = known(&site, "mugen")["observed_at"].clone();
    until("a second probe", || {
        known(&site, "mugen")["observed_at"] != seen
    });
    assert_eq!(known(&site, "mugen")["state"], "ok");
}

#[test]
fn one_round_asks_every_node() {
    let mut site = Site::with(&["mugen", "majin"], &quick(&["mugen", "majin"]));
    assert_eq!(site.mamori(&["watch", "--once"]).code, Some(0));
    site.stop("majin");
    site.mamori(&["watch", "--once"]);
    assert!(known(&site, "majin")["silence"]["failures"].as_u64() > Some(0));
    assert_eq!(known(&site, "mugen")["state"], "ok");
}

/// What is booked lies within what the truth allows: an outage cannot begin
/// before the last answer, nor end after the first.
#[test]
fn an_outage_is_booked_as_long_as_it_was() {
    let mut site = Site::with(&["mugen"], &quick(&["mugen"]));
    let watcher = site.bench.watch();
    becomes(&site, "mugen", "ok");
    let answered = Instant::now();
    until("it is asked again", || {
        known(&site, "mugen")["uptime"]["up_ms"].as_u64() > Some(0)
    });
    site.stop("mugen");
    until("silence", || !known(&site, "mugen")["silence"].is_null());
    let silent = Instant::now();
    becomes(&site, "mugen", "down");
    let back = Instant::now();
    site.start("mugen");
    becomes(&site, "mugen", "ok");
    let most = answered.elapsed();
    watcher.signal(Signal::TERM);
    watcher.code();
    let uptime = known(&site, "mugen")["uptime"].clone();
    let span = |class: &str| Duration::from_millis(uptime[class].as_u64().unwrap());
    let down = span("down_ms");
    assert!(
        down >= back - silent && down <= most,
        "{down:?} of {:?} to {most:?}",
        back - silent
    );
    assert_eq!(span("paused_ms") + span("unknown_ms"), Duration::ZERO);
}

/// Real time has to pass: what is proved is that sleep is noticed.
#[test]
fn our_own_sleep_is_nobodys_outage() {
    let site = Site::with(&["mugen"], &quick(&["mugen"]));
    let watcher = site.bench.watch();
    becomes(&site, "mugen", "ok");
    watcher.signal(Signal::STOP);
    std::thread::sleep(Duration::from_secs(13));
    watcher.signal(Signal::CONT);
    until("the sleep is booked", || {
        known(&site, "mugen")["uptime"]["unknown_ms"].as_u64() >= Some(12_000)
    });
    becomes(&site, "mugen", "ok");
    let state = site.bench.state();
    assert_eq!(state["gaps"][0]["why"], "slept");
    assert_eq!(state["events"], serde_json::json!([]));
}

#[test]
fn a_connection_that_went_mute_is_no_dead_node() {
    let names = ["mugen", "majin"];
    let site = Site::with(&names, &quick(&names));
    let tunnels = names.map(|name| {
        let tunnel = Tunnel::to(site.port(name));
        site.alias(name, tunnel.port, "");
        site.know(tunnel.port);
        tunnel
    });
    let _watcher = site.bench.watch();
    for name in names {
        becomes(&site, name, "ok");
    }
    for tunnel in &tunnels {
        tunnel.mute();
    }
    let answered = || names.map(|name| known(&site, name)["answered_at"].clone());
    let before = answered();
    until("both were asked anew, and answered", || {
        let after = answered();
        tunnels.iter().all(|tunnel| tunnel.came() > 1)
            && before
                .iter()
                .zip(&after)
                .all(|(before, after)| before != after)
    });
    let state = site.bench.state();
    assert_eq!(state["events"], serde_json::json!([]), "{state}");
    assert_eq!(state["alerts"], serde_json::json!([]), "{state}");
}

#[test]
fn a_watcher_follows_the_users_ssh_configuration() {
    let mut site = Site::with(&["mugen", "majin"], &quick(&["mugen"]));
    site.stop("mugen");
    let _watcher = site.bench.watch();
    becomes(&site, "mugen", "down");
    // The machine has moved, and the alias with it.
    site.alias("mugen", site.port("majin"), "");
    becomes(&site, "mugen", "ok");
}

#[test]
fn a_paused_node_is_asked_by_name_alone() {
    let mut site = Site::with(&["mugen"], &quick(&["mugen"]));
    site.health();
    site.stop("mugen");
    site.mamori(&["pause", "mugen"]);
    let (result, code) = site.health();
    assert_eq!(
        (node(&result, "mugen")["state"].as_str(), code),
        (Some("paused"), Some(0))
    );
    assert_eq!(known(&site, "mugen")["silence"], Value::Null);
    site.mamori(&["health", "--node", "mugen"]);
    assert!(known(&site, "mugen")["silence"].is_object());
}

/// Real time has to pass: what is proved is that sleep is noticed.
#[test]
fn a_look_that_was_stopped_begins_anew() {
    let mut site = Site::with(&["mugen"], &quick(&["mugen"]));
    site.health();
    let door = Door::open(Manner::Silent);
    site.stop("mugen");
    site.alias("mugen", door.port, "");
    let mut command = site.bench.command(MAMORI);
    let look = Running(
        command
            .args(["health", "--json"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    until("it knocks", || !site.shells().is_empty());
    look.signal(Signal::STOP);
    std::thread::sleep(Duration::from_secs(12));
    look.signal(Signal::CONT);
    assert_eq!(look.code(), Some(1));
    let mugen = known(&site, "mugen");
    let asleep = mugen["uptime"]["unknown_ms"].as_u64().unwrap();
    assert!(asleep >= 10_000, "{mugen}");
    let down = mugen["uptime"]["down_ms"].as_u64().unwrap();
    assert!(down < 10_000, "{mugen}");
}
