//! What listens where an ssh server should.

use std::fs;

use super::{seen, verdict};
use crate::harness::door::{Door, Manner};
use crate::harness::site::{Site, impatient, node};

#[test]
fn what_is_no_ssh_server_is_down_and_hinders_nobody() {
    let names = ["silent", "garbled", "shut"];
    let site = Site::with(&["fine"], &names.map(impatient).concat());
    let garbage = b"\x1b]0;pwn\x07#(touch HERE)\0\xff\xfe\r\n";
    let doors = [Manner::Silent, Manner::Says(garbage), Manner::Closes].map(Door::open);
    for (name, door) in names.iter().zip(&doors) {
        site.alias(name, door.port, "");
    }
    let result = seen(&site);
    let texts = [
        "it accepts and does not greet",
        "what answers is no ssh server",
        "it hung up before greeting",
    ];
    for (name, text) in names.iter().zip(texts) {
        assert_eq!(verdict(&result, name), ("down", text), "{result}");
    }
    let shown = site.mamori(&["status"]).stdout;
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn a_changed_host_key_is_an_alarm_whatever_the_user_lets_pass() {
    let mut site = Site::with(&["mugen", "fine"], "");
    seen(&site);
    let known = fs::read(site.path(".ssh/known_hosts")).unwrap();
    let file = site.path("mugen.sshd");
    let right = fs::read_to_string(&file).unwrap();
    site.new_key("other_key");
    site.stop("mugen");
    fs::write(&file, right.replace("/host_key", "/other_key")).unwrap();
    site.start("mugen");
    for options in [
        "",
        "StrictHostKeyChecking no",
        "StrictHostKeyChecking accept-new",
    ] {
        site.alias("mugen", site.port("mugen"), options);
        let result = seen(&site);
        let mugen = node(&result, "mugen");
        let text = "the host key has changed: another machine, or somebody in between";
        assert_eq!(verdict(&result, "mugen"), ("unknown", text), "{options}");
        assert_eq!(mugen["problems"][0]["check"], "host-key");
    }
    let (result, code) = site.health();
    let alert = &result["alerts"][0];
    assert_eq!(alert["id"], "mugen/host-key");
    assert_eq!(alert["severity"], "critical");
    assert_eq!(
        (code, result["alerts"].as_array().unwrap().len()),
        (Some(1), 1)
    );
    assert_eq!(fs::read(site.path(".ssh/known_hosts")).unwrap(), known);
    // The right key again, and all is well at once.
    site.stop("mugen");
    fs::write(&file, right).unwrap();
    site.start("mugen");
    let (result, code) = site.health();
    assert_eq!(verdict(&result, "mugen"), ("ok", ""), "{result}");
    assert_eq!((code, &result["alerts"]), (Some(0), &serde_json::json!([])));
}

#[test]
fn a_banner_decides_nothing() {
    let names = ["mugen", "majin"];
    let mut site = Site::with(&["fine"], &names.map(impatient).concat());
    let banner = site.path("banner");
    let text = "\x1b[2J#(touch HERE)\nPermission denied (publickey).\nAuthenticated to x\n\
        ssh: Could not resolve hostname x: y\nHost key verification failed.\n\
        @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n\
        Connection to x closed by remote host.\ndebug1: Entering interactive session.\n";
    fs::write(&banner, text).unwrap();
    let banner = format!("Banner {}", banner.display());
    site.add("mugen", &banner);
    site.add("majin", &format!("{banner}\nAuthorizedKeysFile none"));
    for name in &names {
        site.start(name);
    }
    let result = seen(&site);
    assert_eq!(verdict(&result, "mugen"), ("ok", ""), "{result}");
    let denied = ("unknown", "it does not let us in");
    assert_eq!(verdict(&result, "majin"), denied, "{result}");
    assert_eq!(node(&result, "majin")["problems"][0]["check"], "auth");
}
