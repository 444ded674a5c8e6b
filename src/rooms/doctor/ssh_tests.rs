use std::path::PathBuf;

use super::*;
use crate::sys::ssh_tools::Watcher;

const SOCKET: &str = "/run/agent";

fn node(name: &str, more: &str) -> NodeFacts {
    let text = format!("hostname 192.0.2.7\nport 22\nuser me\n{more}");
    NodeFacts {
        name: name.to_owned(),
        alias: name.to_owned(),
        addresses: false,
        route: Ok(Route::parse(&text, Path::new("/h")).unwrap()),
        resolves: true,
        known: true,
        barred: None,
    }
}

fn healthy() -> SshFacts {
    SshFacts {
        client: true,
        install: &[],
        share_master: false,
        nodes: vec![
            node("mugen", "identityfile /h/k"),
            node("web", "identityfile /h/k"),
        ],
        keys: [(PathBuf::from("/h/k"), Key::Open)].into(),
        agents: [(SOCKET.to_owned(), Some(Vec::new()))].into(),
        agent: Some(SOCKET.to_owned()),
        watcher: None,
    }
}

fn locked(print: &str) -> Key {
    Key::Locked {
        fingerprint: Some(print.to_owned()),
    }
}

fn watcher(agent: Option<&str>) -> Watcher {
    Watcher {
        pid: 7,
        agent: agent.map(ToOwned::to_owned),
        by_systemd: false,
    }
}

/// Every check that is not fine, as `STATUS ID: MEND`.
fn wrong(spoil: impl FnOnce(&mut SshFacts)) -> Vec<String> {
    let mut facts = healthy();
    spoil(&mut facts);
    let wrong = checks(Some(&facts)).into_iter();
    let wrong = wrong.filter(|check| check.status != Status::Ok);
    wrong
        .map(|check| {
            let mend = check.mend.unwrap().text;
            format!("{:?} {}: {mend}", check.status, check.id)
        })
        .collect()
}

#[test]
fn without_remote_nodes_nothing_is_checked() {
    assert_eq!(checks(None), []);
    assert_eq!(wrong(|_| {}), Vec::<String>::new());
}

#[test]
fn without_a_client_only_that_is_said() {
    let missing = wrong(|facts| {
        facts.client = false;
        facts.install = &["apt", "install", "openssh-client"];
    });
    assert_eq!(missing, ["Fault ssh.client: apt install openssh-client"]);
}

#[test]
fn a_refused_configuration_is_told_in_sshs_words_without_what_steers_a_terminal() {
    let mut facts = healthy();
    for node in &mut facts.nodes {
        node.route = Err("line 3: Bad\x1b[31m option".to_owned());
    }
    let found = config(&facts).unwrap_err();
    assert_eq!(
        found.1,
        "`ssh -G` fails for `mugen`, `web`: line 3: Bad[31m option"
    );
}

#[test]
fn an_unknown_host_key_and_a_lost_name_are_told_once_each() {
    let unknown = wrong(|facts| facts.nodes[1].known = false);
    assert_eq!(unknown, ["Warn ssh.host-key: ssh web true"]);
    let lost = wrong(|facts| {
        facts.nodes[0] = node("mugen", "identityfile /h/k");
        let route = facts.nodes[0].route.as_mut().unwrap();
        route.host = "mugen".to_owned();
        (facts.nodes[0].known, facts.nodes[0].resolves) = (false, false);
    });
    assert_eq!(
        lost,
        ["Warn ssh.host: add to ~/.ssh/config: `Host mugen`, and below it `HostName …`"]
    );
    for fine in ["proxyjump x", "stricthostkeychecking accept-new"] {
        let fine = wrong(|facts| {
            facts.nodes[0] = node("mugen", &format!("identityfile /h/k\n{fine}"));
            facts.nodes[0].known = false;
        });
        assert_eq!(fine, Vec::<String>::new());
    }
}

#[test]
fn a_locked_key_wants_the_agent() {
    let spoilt = |held: Option<&[&str]>| {
        wrong(|facts| {
            let held = held.map(|all| all.iter().map(ToString::to_string).collect());
            facts.keys.insert("/h/k".into(), locked("SHA256:k"));
            facts.agents.insert(SOCKET.to_owned(), held);
        })
    };
    assert_eq!(spoilt(Some(&["SHA256:k"])), Vec::<String>::new());
    assert_eq!(spoilt(Some(&["SHA256:x"])), ["Warn ssh.key: ssh-add /h/k"]);
    assert_eq!(
        spoilt(None),
        ["Warn ssh.agent: eval \"$(ssh-agent)\" && ssh-add /h/k && mamori watch"]
    );
}

#[test]
fn any_key_of_the_agent_serves_who_names_none() {
    let files = "identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519";
    let spoilt = |more: &str| {
        wrong(|facts| {
            facts.nodes = vec![node("mugen", &format!("{files}\n{more}"))];
            facts.keys = [
                ("/h/.ssh/id_rsa".into(), locked("SHA256:old")),
                ("/h/.ssh/id_ed25519".into(), Key::Missing),
            ]
            .into();
            facts.agents = [(SOCKET.to_owned(), Some(vec!["SHA256:card".to_owned()]))].into();
        })
    };
    assert_eq!(spoilt(""), Vec::<String>::new());
    assert_eq!(
        spoilt("identitiesonly yes"),
        ["Warn ssh.key: ssh-add /h/.ssh/id_rsa"]
    );
}

#[test]
fn no_key_at_all_wants_one() {
    let missing = wrong(|facts| {
        facts.keys.insert("/h/k".into(), Key::Missing);
    });
    assert_eq!(
        missing,
        ["Warn ssh.key: ssh-keygen -t ed25519 -N '' -f /h/k && ssh-copy-id mugen"]
    );
    let open = wrong(|facts| {
        facts
            .keys
            .insert("/h/k".into(), Key::Refused("others may read it".to_owned()));
    });
    assert_eq!(open, ["Warn ssh.key: chmod 600 /h/k"]);
}

#[test]
fn a_watcher_without_the_agent_is_found_and_only_where_it_needs_one() {
    let spoilt = |watcher: Watcher| {
        wrong(|facts| {
            facts.keys.insert("/h/k".into(), locked("SHA256:k"));
            let held = Some(vec!["SHA256:k".to_owned()]);
            facts.agents = [(SOCKET.to_owned(), held)].into();
            facts.watcher = Some(watcher);
        })
    };
    let restart = "Warn ssh.agent: kill 7 && sleep 1 && mamori watch";
    assert_eq!(spoilt(watcher(None)), [restart]);
    assert_eq!(spoilt(watcher(Some("/run/dead"))), [restart]);
    assert_eq!(spoilt(watcher(Some(SOCKET))), Vec::<String>::new());
    assert_eq!(
        spoilt(Watcher {
            by_systemd: true,
            ..watcher(None)
        }),
        [
            "Warn ssh.agent: systemctl --user set-environment SSH_AUTH_SOCK=/run/agent \
             && systemctl --user restart mamori-watch"
        ]
    );
    let needless = wrong(|facts| facts.watcher = Some(watcher(None)));
    assert_eq!(needless, Vec::<String>::new());
}

#[test]
fn a_watcher_with_an_agent_of_its_own_is_fine() {
    let fine = wrong(|facts| {
        facts.keys.insert("/h/k".into(), locked("SHA256:k"));
        facts.agents = [("/run/own".to_owned(), Some(vec!["SHA256:k".to_owned()]))].into();
        facts.agent = None;
        facts.watcher = Some(watcher(Some("/run/own")));
    });
    assert_eq!(fine, Vec::<String>::new());
}

#[test]
fn a_master_that_cannot_be_shared_is_a_note() {
    let note = wrong(|facts| facts.share_master = true);
    assert_eq!(
        note,
        ["Note ssh.master: add ControlPath ~/.ssh/master-%C to its Host in ~/.ssh/config"]
    );
    let mut facts = healthy();
    facts.nodes[0] = node("mugen", "controlmaster auto\ncontrolpath /h/c");
    assert!(master(&facts).unwrap().contains("left alone"));
}

#[test]
fn what_kept_the_last_look_out_is_told_with_its_mend() {
    let barred = |check: &str, text: &str| {
        Some(Problem {
            check: check.to_owned(),
            value: None,
            limit: None,
            text: text.to_owned(),
        })
    };
    let told = wrong(|facts| {
        facts.nodes[0].barred = barred("host-key", "the host key has changed");
        facts.nodes[1].barred = barred("auth", "it does not let us in");
    });
    assert_eq!(
        told,
        [
            "Warn ssh.seen: ssh-keygen -R 192.0.2.7",
            "Warn ssh.seen: ssh -o BatchMode=yes -- web true"
        ]
    );
}
