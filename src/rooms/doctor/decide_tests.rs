use super::*;
use crate::model::state::State;
use crate::rooms::doctor::facts::{Bar, HomeFacts, ServerFacts};
use crate::rooms::doctor::setup_facts::SetupFacts;
use crate::state::store::Look;
use crate::sys::tmux::hook::Hooks;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn healthy() -> Facts {
    let look = Look {
        state: State::default(),
        notice: None,
    };
    Facts {
        now: NOW,
        config: None,
        ignored: Vec::new(),
        hub: None,
        home: HomeFacts {
            shown: "~/.miyabi/mamori".to_owned(),
            folder: "/home/me/.miyabi/mamori".to_owned(),
            mode: Some(0o700),
            writable: true,
            free_bytes: Some(1 << 40),
            network: None,
        },
        state: Ok(Some(look)),
        history: Ok(Some(122_880)),
        watching: true,
        beat: Some(Timestamp(NOW.0 - 30)),
        binaries: vec![("mamori", Some("/usr/bin/mamori".into()))],
        tmux: Some("3.3a".to_owned()),
        own_server: Some("/tmp/tmux-1/default".into()),
        servers: vec![server(
            "/tmp/tmux-1/default",
            Ok(Bar {
                interval: 15,
                shows_us: true,
                layouts_off: false,
            }),
        )],
        ssh: None,
        setup: SetupFacts::default(),
        termux: None,
    }
}

fn server(socket: &str, bar: Result<Bar, String>) -> ServerFacts {
    ServerFacts {
        socket: socket.to_owned(),
        bar,
        gone: false,
        hooks: Ok(Hooks::default()),
        key: None,
    }
}

/// Every check that is not fine, as `STATUS ID`.
fn wrong(facts: &Facts) -> Vec<String> {
    let wrong = checks(facts)
        .into_iter()
        .filter(|check| check.status != Status::Ok);
    wrong
        .map(|check| format!("{:?} {}", check.status, check.id))
        .collect()
}

#[test]
fn a_healthy_machine_has_no_problem() {
    assert_eq!(wrong(&healthy()), Vec::<String>::new());
}

#[test]
fn each_fault_is_found_by_its_check() {
    type Spoil = fn(&mut Facts);
    let table: Vec<(&str, Spoil)> = vec![
        ("Fault config", |facts| {
            facts.config = Some(crate::failure::Failure::usage("bad"));
        }),
        ("Fault home", |facts| facts.home.writable = false),
        ("Warn home", |facts| facts.home.mode = Some(0o755)),
        ("Warn home", |facts| {
            facts.home.network = Some("nfs4".to_owned());
        }),
        ("Fault home", |facts| {
            facts.home.free_bytes = Some(99_999_999);
        }),
        ("Fault state", |facts| facts.state = Err("torn".to_owned())),
        ("Warn state", |facts| {
            let look = Look {
                state: State::default(),
                notice: Some("backup".to_owned()),
            };
            facts.state = Ok(Some(look));
        }),
        ("Fault state", |facts| {
            let state = State {
                schema: 9,
                ..State::default()
            };
            facts.state = Ok(Some(Look {
                state,
                notice: None,
            }));
        }),
        ("Warn watch", |facts| facts.watching = false),
        ("Fault watch", |facts| {
            facts.beat = Some(Timestamp(NOW.0 - 200));
        }),
        ("Warn clock", |facts| {
            let mut state = State::default();
            state.summary.observed = Some(NOW.0 + 10_000);
            facts.state = Ok(Some(Look {
                state,
                notice: None,
            }));
        }),
        ("Note path", |facts| {
            facts.binaries = vec![("mamori-status", None)];
        }),
        ("Note tmux.version", |facts| facts.tmux = None),
        ("Fault tmux.version", |facts| {
            facts.tmux = Some("2.9a".to_owned());
        }),
        ("Warn tmux.plugin", |facts| facts.servers.clear()),
        ("Warn tmux.interval", |facts| {
            facts.servers[0].bar = Ok(Bar {
                interval: 0,
                shows_us: true,
                layouts_off: false,
            });
        }),
        ("Warn tmux.status", |facts| {
            facts.servers[0].bar = Ok(Bar {
                interval: 5,
                shows_us: false,
                layouts_off: false,
            });
        }),
        ("Warn tmux.hooks", |facts| {
            facts.servers[0].hooks = Ok(Hooks {
                missing: vec!["session-closed"],
                hidden: Vec::new(),
            });
        }),
        ("Warn tmux.hooks", |facts| {
            facts.servers[0].hooks = Ok(Hooks {
                missing: Vec::new(),
                hidden: vec![("@3".to_owned(), "window-layout-changed")],
            });
        }),
        ("Note tmux.layout", |facts| {
            facts.servers[0].bar = Ok(Bar {
                interval: 5,
                shows_us: true,
                layouts_off: true,
            });
        }),
        ("Fault tmux.server", |facts| {
            facts.servers[0].bar = Err("no answer".to_owned());
        }),
        ("Note tmux.server", |facts| {
            facts.servers[0] = ServerFacts {
                gone: true,
                ..server("/tmp/tmux-1/default", Err(String::new()))
            };
        }),
    ];
    for (expected, spoil) in table {
        let mut facts = healthy();
        spoil(&mut facts);
        assert_eq!(wrong(&facts), [expected]);
    }
}

#[test]
fn a_clock_before_our_time_is_a_fault() {
    let facts = Facts {
        now: Timestamp(0),
        beat: Some(Timestamp(0)),
        ..healthy()
    };
    assert_eq!(wrong(&facts), ["Fault clock"]);
}

#[test]
fn what_the_user_silenced_is_not_checked() {
    let facts = Facts {
        watching: false,
        ignored: vec!["watch".to_owned()],
        ..healthy()
    };
    assert_eq!(wrong(&facts), Vec::<String>::new());
}
