//! Coordinators that share a real Redis: what one knows the others know, and
//! what one does no other does.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::hub::{Redis, Way, config, machine, seen, shows};
use crate::harness::{Bench, until};

/// Has the machine `name` expect a service that is not there.
fn with_a_problem(bench: &Bench, name: &str, url: &str) {
    let service = "[[service]]\nname = \"web\"\ncheck = { tcp = \"127.0.0.1:9\" }\n";
    bench.configure(config(name, url, service));
}

fn alerts(bench: &Bench) -> Vec<Value> {
    let state = bench.state();
    state["alerts"].as_array().unwrap().clone()
}

fn alert(bench: &Bench, id: &str) -> Option<Value> {
    alerts(bench).into_iter().find(|alert| alert["id"] == id)
}

#[test]
fn two_coordinators_and_three_nodes_show_the_same() {
    let hub = Redis::start();
    let all = ["laptop", "phone", "one", "two", "three"];
    let homes: Vec<Bench> = all.map(|name| machine(name, &hub.url(), "")).into();
    let _watchers: Vec<_> = homes.iter().map(Bench::watch).collect();
    for home in &homes[..2] {
        for name in all {
            shows(home, name, "ok");
        }
        let status = home.mamori(&["status"]);
        assert_eq!(status.code, Some(0), "{status:?}");
        assert!(status.stdout.starts_with("● 5/5\n"), "{}", status.stdout);
    }
    // A node changes: both see it, and what it is.
    with_a_problem(&homes[2], "one", &hub.url());
    for home in &homes[..2] {
        until("the problem to be seen", || {
            seen(home, "one") == Some(("degraded".into(), vec!["service:web".into()]))
        });
        assert_eq!(home.segment(&["--no-style"]), "▲ 4/5 one no web");
    }
    until("an alert on both", || {
        homes[..2]
            .iter()
            .all(|home| alert(home, "one/service:web").is_some())
    });
    // What people say to one holds on the other.
    let number = alert(&homes[0], "one/service:web").unwrap()["number"].to_string();
    assert_eq!(homes[0].mamori(&["ack", &number]).code, Some(0));
    let paused = homes[1].mamori(&["pause", "two", "--reason", "new disk"]);
    assert_eq!(paused.code, Some(0), "{paused:?}");
    until("the acknowledgement to arrive", || {
        alert(&homes[1], "one/service:web").unwrap()["acked"] == true
    });
    shows(&homes[0], "two", "paused");
    assert_eq!(homes[0].state()["pauses"]["two"]["reason"], "new disk");
    assert_eq!(homes[0].mamori(&["resume", "two"]).code, Some(0));
    shows(&homes[1], "two", "ok");
}

#[test]
fn who_falls_silent_is_down_and_who_says_goodbye_is_not() {
    let hub = Redis::start();
    let laptop = machine("laptop", &hub.url(), "");
    let (one, two) = (
        machine("one", &hub.url(), ""),
        machine("two", &hub.url(), ""),
    );
    let _watcher = laptop.watch();
    let (killed, ended) = (one.watch(), two.watch());
    shows(&laptop, "one", "ok");
    shows(&laptop, "two", "ok");
    killed.signal(Signal::KILL);
    ended.signal(Signal::TERM);
    assert_eq!(ended.code(), Some(0));
    shows(&laptop, "one", "down");
    shows(&laptop, "two", "unknown");
    assert_eq!(seen(&laptop, "one").unwrap().1[0], "unreachable");
    until("an alert", || alert(&laptop, "one/unreachable").is_some());
    assert_eq!(alert(&laptop, "two/unreachable"), None);
    // It is back, and that is an event of the one who missed it.
    let _again = one.watch();
    shows(&laptop, "one", "ok");
    let state = laptop.state();
    let events = state["events"].as_array().unwrap();
    let of_one: Vec<_> = events
        .iter()
        .filter(|event| event["node"] == "one")
        .collect();
    let words: Vec<_> = of_one
        .iter()
        .map(|event| event["what"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["down", "ok"], "{of_one:?}");
}

#[test]
fn a_hub_that_is_killed_stopped_or_forgets_costs_nobody_anything() {
    let mut hub = Redis::start();
    let homes = ["laptop", "phone"].map(|name| machine(name, &hub.url(), ""));
    let one = machine("one", &hub.url(), "");
    let _watchers: Vec<_> = homes.iter().map(Bench::watch).collect();
    let _one = one.watch();
    for home in &homes {
        shows(home, "one", "ok");
    }
    let [laptop, phone] = &homes;
    hub.signal(Signal::STOP);
    until("a hub that hangs to be noticed", || {
        seen(laptop, "laptop") == Some(("degraded".into(), vec!["hub".into()]))
    });
    assert!(laptop.segment(&["--no-style"]).contains("hub gone"));
    hub.signal(Signal::CONT);
    shows(laptop, "laptop", "ok");
    // What only the hub knew nobody can see now, which is no outage.
    hub.kill();
    shows(phone, "one", "unknown");
    assert_eq!(alert(phone, "one/unreachable"), None);
    let doctor = phone.mamori(&["doctor"]);
    assert!(doctor.stdout.contains("hub"), "{}", doctor.stdout);
    // What people say meanwhile is kept, and told to a hub that is empty.
    assert_eq!(phone.mamori(&["pause", "one"]).code, Some(0));
    hub.again();
    shows(laptop, "one", "paused");
    shows(phone, "one", "paused");
    let () = hub.ask(&["FLUSHALL"]);
    until("everything to be said anew", || {
        let keys: Vec<String> = hub.ask(&["KEYS", "mamori:1:node:*"]);
        let people: Vec<String> = hub.ask(&["HKEYS", "mamori:1:people"]);
        keys.len() == 3 && people == ["pause one"]
    });
    assert_eq!(laptop.mamori(&["resume", "one"]).code, Some(0));
    shows(phone, "one", "ok");
    // A hub that is full takes nothing: it is as good as gone, and says why.
    let () = hub.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    until("a full hub to be noticed", || {
        seen(laptop, "laptop").is_some_and(|(_, problems)| problems == ["hub"])
    });
    let doctor = laptop.mamori(&["doctor", "--json"]);
    assert!(doctor.stdout.contains("OOM"), "{}", doctor.stdout);
    let () = hub.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    shows(laptop, "laptop", "ok");
}

/// The lines that a command channel wrote, by kind and alert.
fn told(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(bench.home().join("told")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn with_channel(name: &str, url: &str, more: &str) -> Bench {
    let bench = Bench::new();
    let script = format!(
        "#!/bin/sh\necho \"$MAMORI_KIND $MAMORI_ID\" >> {}\n",
        bench.home().join("told").display()
    );
    bench.stand_in("tell", &script);
    let command = format!("[[channel]]\nkind = \"command\"\ncommand = [\"tell\"]\n{more}");
    bench.configure(config(name, url, &command));
    bench
}

#[test]
fn an_alert_is_told_by_one_and_in_a_partition_by_each_once() {
    let hub = Redis::start();
    let ways = [Way::to(&hub), Way::to(&hub)];
    let homes = [("laptop", &ways[0]), ("phone", &ways[1])]
        .map(|(name, way)| with_channel(name, &way.url(), ""));
    let one = machine("one", &hub.url(), "");
    let _watchers: Vec<_> = homes.iter().map(Bench::watch).collect();
    let _one = one.watch();
    for home in &homes {
        shows(home, "one", "ok");
    }
    let count = |line: &str| -> usize {
        let all = homes.iter().flat_map(told);
        all.filter(|told| told == line).count()
    };
    with_a_problem(&one, "one", &hub.url());
    until("both to know, and nothing to wait", || {
        homes.iter().all(|home| {
            let open = alert(home, "one/service:web").is_some();
            let lines = home.state()["desk"]["lines"].clone();
            open && lines[0]["outbox"].as_array().is_some_and(Vec::is_empty)
        }) && count("raise one/service:web") > 0
    });
    assert_eq!(count("raise one/service:web"), 1);
    one.configure(config("one", &hub.url(), ""));
    until("its end to be told", || {
        count("resolve one/service:web") > 0
    });
    until("nothing to wait", || {
        homes.iter().all(|home| {
            let lines = home.state()["desk"]["lines"].clone();
            lines[0]["outbox"].as_array().is_some_and(Vec::is_empty)
                && alert(home, "one/service:web").is_none()
        })
    });
    assert_eq!(count("resolve one/service:web"), 1);
    // If it begins anew in a moment, that is to be told, and by whoever is there.
    until("its beginning to be forgotten", || {
        let fields: Vec<String> = hub.ask(&["HKEYS", "mamori:1:alert:one/service:web"]);
        fields.contains(&"told end".to_owned())
            && !fields.contains(&"told raise warning".to_owned())
    });
    // Apart from each other each tells what it sees, once.
    ways.iter().for_each(Way::cut);
    for (home, name) in homes.iter().zip(["laptop", "phone"]) {
        let way = &ways[usize::from(name == "phone")];
        let text = fs::read_to_string(home.config()).unwrap();
        assert!(text.contains(&way.url()));
        let both = format!("raise {name}/hub");
        until("that the hub is gone to be told", || {
            told(home).contains(&both)
        });
    }
    ways.iter().for_each(Way::mend);
    for (home, name) in homes.iter().zip(["laptop", "phone"]) {
        shows(home, name, "ok");
        let end = format!("resolve {name}/hub");
        until("its end to be told", || told(home).contains(&end));
        let raised = format!("raise {name}/hub");
        let of_it = told(home).into_iter().filter(|line| *line == raised);
        assert_eq!(of_it.count(), 1);
    }
    assert_eq!(count("raise one/service:web"), 1);
}

#[test]
fn what_could_not_be_read_just_then_is_read_later() {
    let hub = Redis::start();
    let laptop = machine("laptop", &hub.url(), "");
    let one = machine("one", &hub.url(), "");
    let _watchers = [laptop.watch(), one.watch()];
    shows(&laptop, "one", "ok");
    // How it is can be read, and a moment later nothing can.
    let () = hub.ask(&["ACL", "SETUSER", "default", "-xrange"]);
    with_a_problem(&one, "one", &hub.url());
    shows(&laptop, "one", "degraded");
    let () = hub.ask(&["ACL", "SETUSER", "default", "+xrange"]);
    until("what happened to be heard", || {
        let state = laptop.state();
        let mut events = state["events"].as_array().unwrap().iter();
        events.any(|event| event["node"] == "one" && event["what"] == "degraded")
    });
}

#[test]
fn of_two_words_in_one_second_the_hub_keeps_the_one_that_all_keep() {
    let hub = Redis::start();
    let laptop = machine("laptop", &hub.url(), "");
    let one = machine("one", &hub.url(), "");
    let _watchers = [laptop.watch(), one.watch()];
    shows(&laptop, "one", "ok");
    assert_eq!(laptop.mamori(&["pause", "one"]).code, Some(0));
    let kept = || -> Value {
        let text: Option<String> = hub.ask(&["HGET", "mamori:1:people", "pause one"]);
        serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default()
    };
    // Until that is written down it is said anew.
    until("the hub to have it", || {
        let written = &laptop.state()["hub"]["people"]["pause one"];
        written["by"] == "laptop" && *written == kept()
    });
    let put = |by: &str| {
        let other = json!({"at_ms": kept()["at_ms"], "by": by, "said": {"pause": null}});
        let () = hub.ask(&["HSET", "mamori:1:people", "pause one", &other.to_string()]);
        let () = hub.ask(&["XADD", "mamori:1:changed", "*", "p", "1"]);
    };
    put("desktop");
    until("the greater name to stand", || kept()["by"] == "laptop");
    assert!(laptop.state()["pauses"]["one"].is_object());
    put("phone");
    shows(&laptop, "one", "ok");
    assert_eq!(kept()["by"], "phone");
}

#[test]
fn what_happened_while_a_coordinator_was_away_is_heard_once() {
    let hub = Redis::start();
    let way = Way::to(&hub);
    let laptop = machine("laptop", &way.url(), "");
    let one = machine("one", &hub.url(), "");
    let _watcher = laptop.watch();
    let watcher = one.watch();
    shows(&laptop, "one", "ok");
    with_a_problem(&one, "one", &hub.url());
    shows(&laptop, "one", "degraded");
    way.cut();
    shows(&laptop, "one", "unknown");
    one.configure(config("one", &hub.url(), ""));
    shows(&one, "one", "ok");
    with_a_problem(&one, "one", &hub.url());
    shows(&one, "one", "degraded");
    until("it to stand in the hub", || {
        let length: u64 = hub.ask(&["XLEN", "mamori:1:events:one"]);
        length == 3
    });
    way.mend();
    shows(&laptop, "one", "degraded");
    let own = |bench: &Bench| -> Vec<Value> {
        let state = bench.state();
        let events = state["events"].as_array().unwrap().iter();
        events
            .filter(|event| event["node"] == "one")
            .cloned()
            .collect()
    };
    let wanted = own(&one);
    assert_eq!(wanted.len(), 3, "{wanted:?}");
    until("all of it to be heard", || {
        let there = own(&laptop);
        wanted.iter().all(|event| there.contains(event))
    });
    let there = own(&laptop);
    for event in &wanted {
        let times = there.iter().filter(|one| *one == event).count();
        assert_eq!(times, 1, "{there:?}");
    }
    drop(watcher);
}
