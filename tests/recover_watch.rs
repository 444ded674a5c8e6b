//! The watcher brings back what dies, and does not storm.

use std::fs;

use serde_json::Value;

use crate::harness::ground::{Ground, ready};
use crate::harness::until;

#[test]
fn the_watcher_answers_a_death_at_once_and_backs_off_from_a_crash_loop() {
    let mut ground = Ground::new();
    let counted = "start = [\"sh\", \"-c\", \"echo x >>HOME/starts; exec HOME/server PORT\"]";
    let text = ground.service("web", counted, "");
    ground.configure(&text);
    let _watcher = ground.bench.watch();
    let port = ground.ports[0];
    until("the service", || ready(port) && ground.pid(0).is_some());
    let starts = || {
        let text = fs::read_to_string(ground.bench.home().join("starts")).unwrap_or_default();
        text.lines().count()
    };
    // Ready for more than half a second each time: restarted at once.
    for round in 1..=3 {
        let pid = ground.pid(0);
        std::thread::sleep(std::time::Duration::from_millis(700));
        ground.signal(0, rustix::process::Signal::KILL);
        until("a new process", || ground.pid(0) != pid && ready(port));
        assert_eq!(starts(), round + 1);
    }
    until("the record", || {
        let incidents = ground.bench.state()["incidents"]
            .as_array()
            .map_or(0, Vec::len);
        incidents == 4
    });
    let state = ground.bench.state();
    let last = &state["incidents"][3];
    assert_eq!(
        (&last["by"], &last["to_detect_ms"]),
        (&"watch".into(), &0.into()),
        "{last}"
    );
    let tally = state["tallies"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap()
        .clone();
    assert_eq!(
        (
            &tally["in_a_row"],
            tally["actions"].as_array().unwrap().len()
        ),
        (&0.into(), 1)
    );
}

#[test]
fn the_breaker_opens_and_is_an_alert() {
    let mut ground = Ground::new();
    let start = "start = [\"sh\", \"-c\", \"echo x >>HOME/starts; echo out of luck; exit 3\"]";
    let text = ground.service("web", start, "");
    ground.configure(&text);
    let _watcher = ground.bench.watch();
    until("the breaker", || {
        let Ok(text) = fs::read_to_string(ground.bench.own("state.json")) else {
            return false;
        };
        let state: Value = serde_json::from_str(&text).unwrap();
        let alert = &state["alerts"][0];
        alert["severity"] == "critical"
    });
    let starts = fs::read_to_string(ground.bench.home().join("starts")).unwrap();
    assert_eq!(starts.lines().count(), 5);
    let state = ground.bench.state();
    assert_eq!(state["alerts"].as_array().unwrap().len(), 1);
    let text = state["alerts"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("out of luck") && text.contains("every 5m"),
        "{text}"
    );
}

#[test]
fn what_is_repaired_in_one_burst_is_no_alert() {
    let mut ground = Ground::new();
    // The last is still down when the first two are back and bring looks.
    let delays = ["0.1", "0.5", "1"];
    let text: String = delays
        .iter()
        .enumerate()
        .map(|(at, delay)| {
            let start =
                format!("start = [\"sh\", \"-c\", \"sleep {delay}; exec HOME/server PORT\"]");
            ground.service(&format!("s{at}"), &start, "")
        })
        .collect();
    ground.configure(&text);
    let _watcher = ground.bench.watch();
    until("three repairs in the record", || {
        let Ok(text) = fs::read_to_string(ground.bench.own("state.json")) else {
            return false;
        };
        let state: Value = serde_json::from_str(&text).unwrap();
        let repaired = |one: &&Value| one["by"] == "watch";
        let incidents = state["incidents"].as_array();
        incidents.is_some_and(|all| all.iter().filter(repaired).count() == 3)
    });
    assert_eq!(
        ground.bench.state()["next_alert"],
        1,
        "no alert ever had a number"
    );
}
