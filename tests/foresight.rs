//! What the watcher foresees and people are told of it, and memory that runs
//! short now.

use std::fs;

use serde_json::{Value, json};

use crate::harness::history::now;
use crate::harness::{Bench, Mounted, may_mount, until};

/// A machine with one other node, whose disk is known from the history alone.
fn bench(more: &str) -> Bench {
    Bench::with(format!(
        "[network]\ncheck = [\"127.0.0.1:9\"]\n[local]\nname = \"here\"\n\
         [[node]]\nname = \"mugen\"\nssh = \"mugen\"\n{more}"
    ))
}

fn today() -> i64 {
    mamori::sys::clock::now().0
}

/// A month of hours of the node's disk, up to a minute ago.
fn month(percent: impl Fn(f64) -> f64) -> Vec<Value> {
    let end = today();
    let samples = (0..=30 * 24).rev().map(|back: i32| {
        let used = (percent(f64::from(back) / 24.0) * 10.0).round() / 10.0;
        json!({"sample": {
            "node": "mugen", "at": end - 60 - i64::from(back) * 3_600, "state": "ok",
            "home": "/srv", "memory_percent": 60.0,
            "disks": [{"mount": "/srv", "used_bytes": 10, "total_bytes": 1000,
                       "used_percent": used, "inodes_used_percent": null}],
        }})
    });
    std::iter::once(now(end)).chain(samples).collect()
}

/// Makes the last window be of two hours ago.
fn an_hour_passes(bench: &Bench) {
    let mut state = bench.state();
    for one in state["forecasts"].as_array_mut().unwrap() {
        one["counted"] = json!(crate::harness::history::rfc3339(today() - 7_200));
    }
    bench.set_state(state.to_string());
}

fn foresee(bench: &Bench) -> Value {
    let ran = bench.mamori(&["predict", "--by-watcher"]);
    assert!(ran.code <= Some(1), "{ran:?}");
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let state = bench.state();
    let all = state["forecasts"].as_array().unwrap().clone();
    let mut disk = all.into_iter().filter(|one| one["id"] == ALERT);
    // Of what is calm nothing is kept.
    disk.next().unwrap_or(Value::Null)
}

/// Ids of the open alerts.
fn alerts(bench: &Bench) -> Vec<String> {
    let told = bench.mamori(&["health", "--node", "here", "--json"]).json();
    let ids = told["alerts"].as_array().unwrap().iter();
    ids.map(|alert| alert["id"].as_str().unwrap().to_owned())
        .collect()
}

const ALERT: &str = "mugen/forecast:disk:/srv";

#[test]
fn two_windows_make_an_alert_and_a_clean_up_ends_it() {
    let bench = bench("");
    let fills = month(|ago| 84.0 - 1.4 * ago.min(14.0));
    assert_eq!(bench.keep(&fills).code, Some(0));
    let first = foresee(&bench);
    assert_eq!(
        (&first["agree"], &first["warning"]),
        (&json!(1), &Value::Null)
    );
    // The same hour counts once.
    assert_eq!(foresee(&bench)["agree"], 1);
    assert_eq!(alerts(&bench), Vec::<String>::new());

    an_hour_passes(&bench);
    let second = foresee(&bench);
    assert_eq!(second["agree"], 2);
    assert_eq!(alerts(&bench), [ALERT]);
    let ran = bench.mamori(&["alerts"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("mugen disk /srv reaches 90% in"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("sure; now 84%"), "{ran:?}");
    // Whoever looks at the machines sees it, too.
    let ran = bench.mamori(&["status"]);
    assert!(
        ran.stdout.contains("\n  mugen disk /srv reaches 90% in"),
        "{}",
        ran.stdout
    );
    let number = bench.state()["alerts"][0]["number"].to_string();
    assert_eq!(bench.mamori(&["ack", &number]).code, Some(0));
    assert!(!bench.mamori(&["status"]).stdout.contains("reaches"));
    assert_eq!(bench.mamori(&["alerts"]).code, Some(0));
    // It keeps its number and its acknowledgement.
    an_hour_passes(&bench);
    foresee(&bench);
    assert_eq!(alerts(&bench), [ALERT]);
    let alert = bench.state()["alerts"][0].clone();
    assert_eq!(
        (&alert["acked"], alert["number"].to_string()),
        (&json!(true), number)
    );

    // Somebody cleans up: two windows in a row say that it is over.
    let clean = month(|ago| {
        if ago < 0.6 {
            41.0
        } else {
            60.0 - 1.4 * ago.min(14.0)
        }
    });
    let _ = fs::remove_file(bench.own("history.db"));
    for rest in ["history.db-wal", "history.db-shm"] {
        let _ = fs::remove_file(bench.own(rest));
    }
    assert_eq!(bench.keep(&clean).code, Some(0));
    an_hour_passes(&bench);
    assert_eq!(foresee(&bench)["against"], 1);
    assert_eq!(alerts(&bench), [ALERT]);
    an_hour_passes(&bench);
    assert_eq!(foresee(&bench), Value::Null);
    assert_eq!(alerts(&bench), Vec::<String>::new());
}

#[test]
fn a_paused_node_and_one_that_is_gone_raise_nothing() {
    let bench = bench("");
    let fills = month(|ago| 84.0 - 1.4 * ago.min(14.0));
    assert_eq!(bench.keep(&fills).code, Some(0));
    foresee(&bench);
    assert_eq!(bench.mamori(&["pause", "mugen"]).code, Some(0));
    an_hour_passes(&bench);
    assert_eq!(foresee(&bench)["agree"], 2);
    assert_eq!(alerts(&bench), Vec::<String>::new());
    assert_eq!(bench.mamori(&["resume", "mugen"]).code, Some(0));
    assert_eq!(alerts(&bench), [ALERT]);
    bench.configure("[network]\ncheck = [\"127.0.0.1:9\"]\n[local]\nname = \"here\"\n");
    assert_eq!(alerts(&bench), Vec::<String>::new());
}

#[test]
fn a_watcher_foresees_by_itself_and_one_round_does_too() {
    let bench = bench("");
    let fills = month(|ago| 84.0 - 1.4 * ago.min(14.0));
    assert_eq!(bench.keep(&fills).code, Some(0));
    assert_eq!(bench.mamori(&["pause", "mugen"]).code, Some(0));
    let ran = bench.mamori(&["watch", "--once"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let made = |bench: &Bench| {
        let state = bench.state();
        let all = state["forecasts"].as_array().unwrap().clone();
        let ours = all.into_iter().find(|one| one["id"] == ALERT);
        ours.map(|one| one["made"].as_str().unwrap().to_owned())
    };
    let before = made(&bench).expect("one round foresees");
    let _watcher = bench.watch();
    until("a forecast of the watcher's", || {
        made(&bench).is_some_and(|at| at > before)
    });
}

#[test]
fn a_broken_history_is_said_and_the_state_stays() {
    let bench = bench("");
    let fills = month(|ago| 84.0 - 1.4 * ago.min(14.0));
    assert_eq!(bench.keep(&fills).code, Some(0));
    foresee(&bench);
    let before = bench.state()["forecasts"].clone();
    bench
        .database()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let ran = bench.mamori(&["predict", "--by-watcher"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    assert_eq!(bench.state()["forecasts"], before);
}

/// A machine whose kernel says this of memory.
fn with_stalls(bench: &Bench, text: &str) -> Mounted {
    let file = bench.home().join("pressure");
    fs::write(&file, text).unwrap();
    let mount = "mount --bind \"$2\" /proc/pressure/memory";
    Mounted::by(mount, &bench.home().join("point"), file.to_str().unwrap())
}

#[test]
fn what_stands_still_for_want_of_memory_is_an_alert_at_once() {
    if !may_mount() {
        return;
    }
    let bench = Bench::with(
        "[network]\ncheck = [\"127.0.0.1:9\"]\n[local]\nname = \"here\"\n\
         [limits]\ndisk_used_max = 100\ninodes_used_max = 100\nmemory_available_min = 0\n",
    );
    let line = |avg10: &str, avg60: &str| {
        format!(
            "some avg10=99.00 avg60=99.00 avg300=0.00 total=1\n\
             full avg10={avg10} avg60={avg60} avg300=0.00 total=1\n"
        )
    };
    let mounted = with_stalls(&bench, &line("31.50", "8.00"));
    let ran = mounted.mamori(&bench, &["health", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let told = ran.json();
    let node = &told["nodes"][0];
    assert_eq!(node["readings"]["memory_stall_percent"]["value"], 31.5);
    assert_eq!(
        node["problems"][0],
        json!({"check": "memory:stalls", "value": 31.5, "limit": 20.0,
               "text": "mem stalls 31% (limit 20%)"})
    );
    // No second sample is waited for.
    assert_eq!(told["alerts"][0]["id"], "here/memory:stalls");
    assert!(
        told["summary"]["text"]
            .as_str()
            .unwrap()
            .ends_with("here mem stalls 31%"),
        "{told}"
    );
    // It is over after two good samples.
    fs::write(bench.home().join("pressure"), line("0.00", "2.00")).unwrap();
    for _ in 0..2 {
        mounted.mamori(&bench, &["health"]);
    }
    let told = mounted.mamori(&bench, &["health", "--json"]).json();
    assert_eq!(
        (&told["alerts"], told["nodes"][0]["state"].as_str()),
        (&json!([]), Some("ok"))
    );
}

#[test]
fn a_swap_storm_is_seen_where_stalls_are_not_counted() {
    if !may_mount() {
        return;
    }
    let bench = Bench::with(
        "[network]\ncheck = [\"127.0.0.1:9\"]\n[local]\nname = \"here\"\n\
         [limits]\ndisk_used_max = 100\ninodes_used_max = 100\nmemory_available_min = 0\n",
    );
    let vmstat = bench.home().join("vmstat");
    let swapped = |pages: u64| fs::write(&vmstat, format!("pswpin {pages}\npswpout 0\n")).unwrap();
    swapped(1_000);
    let empty = bench.home().join("empty");
    fs::write(&empty, "").unwrap();
    let mount = format!(
        "mount --bind '{}' /proc/pressure/memory && mount --bind \"$2\" /proc/vmstat",
        empty.display()
    );
    let mounted = Mounted::by(
        &mount,
        &bench.home().join("point"),
        vmstat.to_str().unwrap(),
    );
    let rate = |told: &Value| told["nodes"][0]["readings"]["swap_in_bytes_per_s"].clone();
    let told = mounted.mamori(&bench, &["health", "--json"]).json();
    assert_eq!(rate(&told), json!({"unavailable": "needs a second sample"}));
    // As if the first sample were a minute old.
    let mut state = bench.state();
    let uptime = state["nodes"][0]["swapped"]["uptime_s"].as_u64().unwrap();
    state["nodes"][0]["swapped"]["uptime_s"] = json!(uptime.saturating_sub(60));
    bench.set_state(state.to_string());
    swapped(1_000 + 60 * 8_192);
    let ran = mounted.mamori(&bench, &["health", "--json"]);
    let told = ran.json();
    let bytes = rate(&told)["value"].as_f64().unwrap();
    assert!((16e6..=34e6).contains(&bytes), "{told}");
    assert_eq!(
        (ran.code, &told["alerts"][0]["id"]),
        (Some(1), &json!("here/memory:swap"))
    );
    let text = told["alerts"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("swapping ") && text.ends_with("(limit 16 MB/s)"),
        "{text}"
    );
    assert_eq!(bench.mamori(&["alerts"]).code, Some(1));
}
