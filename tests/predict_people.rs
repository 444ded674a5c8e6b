//! What is foreseen, for people: of what, from what, kept and judged.

use mamori::model::history::Forecast;
use mamori::model::home::Home;
use mamori::sys::clock;
use mamori::sys::history::History;
use serde_json::{Value, json};

use crate::harness::Bench;
use crate::harness::history::{now, rfc3339};

const DAY: i64 = 86_400;

fn bench() -> Bench {
    Bench::with(
        "[network]\ncheck = [\"127.0.0.1:9\"]\n[local]\nname = \"here\"\n\
         [limits]\ndisk_used_max = 90\nmemory_available_min = 10\n",
    )
}

fn today() -> i64 {
    clock::now().0
}

fn sample(node: &str, mount: &str, at: i64, percent: f64) -> Value {
    json!({"sample": {
        "node": node, "at": at, "state": "ok", "home": mount, "memory_percent": 60.0,
        "disks": [{"mount": mount, "used_bytes": 10, "total_bytes": 1000,
                   "used_percent": percent, "inodes_used_percent": null}],
    }})
}

/// A month of hours that ends a minute ago.
fn month(node: &str, mount: &str, end: i64, percent: impl Fn(f64) -> f64) -> Vec<Value> {
    let hours = (0..=30 * 24).rev();
    let samples = hours.map(|back| {
        let ago = f64::from(back) / 24.0;
        sample(
            node,
            mount,
            end - 60 - i64::from(back) * 3_600,
            percent(ago),
        )
    });
    std::iter::once(now(end)).chain(samples).collect()
}

fn writable(bench: &Bench) -> History {
    History::writable(&Home::of(&bench.home().join(".miyabi"))).unwrap()
}

#[test]
fn before_anything_is_known_it_says_so() {
    let bench = bench();
    let ran = bench.mamori(&["predict"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("mamori watch"), "{ran:?}");
    let told = bench.mamori(&["predict", "--json"]).json();
    assert_eq!(
        (&told["schema"], &told["forecasts"]),
        (&json!(1), &json!([]))
    );
    let ran = bench.mamori(&["predict", "--score"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "nothing judged yet\n")
    );
    assert!(!bench.own("history.db").exists());
}

#[test]
fn a_disk_that_grows_is_told_with_its_time_and_kept_once() {
    let bench = bench();
    let records = month("here", "/", today(), |ago| 86.0 - ago);
    assert_eq!(bench.keep(&records).code, Some(0));
    let ran = bench.mamori(&["predict"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.stdout.contains("▲ here /"), "{}", ran.stdout);
    assert!(ran.stdout.contains("full in "), "{}", ran.stdout);
    assert!(ran.stdout.contains("86% of 90%"), "{}", ran.stdout);
    let ran = bench.mamori(&["predict", "--json"]);
    assert_eq!(ran.code, Some(1));
    let told = ran.json();
    let all = told["forecasts"].as_array().unwrap();
    let disk = all.iter().find(|one| one["what"] == "disk").unwrap();
    assert_eq!(
        (&disk["node"], &disk["mount"]),
        (&json!("here"), &json!("/"))
    );
    assert_eq!(
        (&disk["threshold"], &disk["now"]),
        (&json!(90.0), &json!(86.0))
    );
    assert_eq!(disk["horizon_s"], 7 * DAY);
    assert_eq!(
        (&disk["will_cross"], &disk["learning"]),
        (&json!(true), &json!(false))
    );
    let eta = disk["eta_s"].as_i64().unwrap();
    assert!((2 * DAY..6 * DAY).contains(&eta), "{disk}");
    assert!(disk["range_s"][0].as_i64().unwrap() <= eta, "{disk}");
    assert!(disk["range_s"][1].as_i64().unwrap() >= eta, "{disk}");
    assert!(disk["probability"].as_f64().unwrap() > 0.5, "{disk}");
    assert!(disk["samples"].as_u64().unwrap() > 600, "{disk}");
    assert!(disk["span_s"].as_i64().unwrap() > 29 * DAY, "{disk}");
    // One of the disk, two of memory at most, though it was asked twice.
    let kept = bench.kept("forecasts");
    assert_eq!(kept.iter().filter(|one| one["kind"] == "disk").count(), 1);
    assert_eq!(
        kept.len(),
        all.iter().filter(|one| one["learning"] == false).count()
    );
    assert!(bench.sound());
}

#[test]
fn a_flat_disk_is_not_told_and_a_new_one_is_learnt() {
    let bench = bench();
    assert_eq!(
        bench.keep(&month("here", "/", today(), |_| 50.0)).code,
        Some(0)
    );
    let ran = bench.mamori(&["predict"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("not in 7 days ("), "{}", ran.stdout);
    assert!(ran.stdout.contains("nothing is foreseen"), "{}", ran.stdout);
    let end = today();
    let few = (0..5).map(|back| sample("here", "/new", end - 3_000 + back * 600, 75.0));
    let records: Vec<Value> = std::iter::once(now(end)).chain(few).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    let ran = bench.mamori(&["predict"]);
    assert!(
        ran.stdout.contains("learning: 5 samples, 40 min"),
        "{}",
        ran.stdout
    );
    let kept = bench.kept("forecasts");
    assert!(kept.iter().all(|one| one["subject"] != "/new"), "{kept:?}");
}

#[test]
fn what_is_no_longer_configured_is_not_foreseen() {
    let bench = bench();
    let records = month("gone", "/", today(), |ago| 86.0 - ago);
    assert_eq!(bench.keep(&records).code, Some(0));
    let ran = bench.mamori(&["predict", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["forecasts"], json!([]));
}

#[test]
fn a_service_that_restarts_all_the_time_is_told() {
    let bench = bench();
    let end = today();
    let mut records = month("here", "/", end, |_| 50.0);
    for back in 1..60 {
        let at = end - 1_800 - back * 7_200 + back * 2_711 % 5_000;
        records.push(
            json!({"incident": {"node": "here", "check": "sshd", "cause": "killed",
            "detected": rfc3339(at), "detected_ms": at, "to_detect_ms": 3,
            "recovered": rfc3339(at + 1), "to_recover_ms": 900, "tries": 1, "by": "watch"}}),
        );
    }
    assert_eq!(bench.keep(&records).code, Some(0));
    let ran = bench.mamori(&["predict", "--json"]);
    let told = ran.json();
    let all = told["forecasts"].as_array().unwrap();
    let service = all.iter().find(|one| one["what"] == "service").unwrap();
    assert_eq!(
        (&service["service"], &service["mount"]),
        (&json!("sshd"), &Value::Null)
    );
    assert!(service["p_restart"].as_f64().unwrap() > 0.5, "{service}");
    assert!(service["p_unstable"].as_f64().unwrap() > 0.5, "{service}");
    assert_eq!((ran.code, service["samples"].as_u64()), (Some(1), Some(59)));
}

#[test]
fn forecasts_are_judged_by_what_was_seen_when_their_time_has_come() {
    let bench = bench();
    let end = today();
    // It reached 90 two days ago.
    let records = month("here", "/", end, |ago| 92.0 - ago);
    assert_eq!(bench.keep(&records).code, Some(0));
    let made = |node: &str, ago: i64, horizon_s: i64, probability: f64| Forecast {
        made: end - ago * DAY,
        node: node.to_owned(),
        kind: "disk".to_owned(),
        subject: "/".to_owned(),
        horizon_s,
        threshold: Some(90.0),
        probability: Some(probability),
        will_cross: Some(probability >= 0.5),
        ..Forecast::default()
    };
    let forecasts = [
        made("here", 8, 7 * DAY, 0.9),
        made("here", 20, 7 * DAY, 0.8),
        made("here", 19, 7 * DAY, 0.1),
        // Nobody looked there, and its time has not come yet.
        made("nobody", 8, 7 * DAY, 0.9),
        made("here", 3, 7 * DAY, 0.9),
    ];
    writable(&bench).add_forecasts(&forecasts).unwrap();
    let ran = bench.mamori(&["predict", "--score", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let mut told = ran.json();
    // Six days before it came; one of two alarms in twelve days was wrong.
    let lead = told["score"][0].as_object_mut().unwrap().remove("lead_s");
    let lead = lead.unwrap().as_i64().unwrap();
    assert!(
        (6 * DAY - 2 * 3_600..6 * DAY + 2 * 3_600).contains(&lead),
        "{lead}"
    );
    assert_eq!(
        told["score"],
        json!([{"what": "disk", "judged": 3, "right": 2, "hit_rate": 0.6667, "false_alarms": 1,
                "missed": 0, "false_alarms_per_week": 0.583, "brier": 0.22}])
    );
    assert_eq!(told["open"], 2);
    let ran = bench.mamori(&["predict", "--score"]);
    assert!(
        ran.stdout.contains("67 % right of 3 forecasts"),
        "{}",
        ran.stdout
    );
    let said = "0 missed, 6 d ahead, 0.58 false alarms a week";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    let kept = bench.kept("forecasts");
    let judged = kept.iter().filter(|one| !one["scored"].is_null());
    let crossed: Vec<&Value> = judged.map(|one| &one["crossed"]).collect();
    assert_eq!(crossed, [&json!(0), &json!(0), &json!(1)]);
}

#[test]
fn forecasts_of_memory_are_judged_by_the_least_that_was_free() {
    let bench = bench();
    let end = today();
    // Two hours ago, for ten minutes, hardly any was free.
    let looks = (0..=300).rev().map(|ago: i64| {
        let free = if (115..125).contains(&ago) { 4.0 } else { 60.0 };
        json!({"sample": {"node": "here", "at": end - 60 * ago, "state": "ok",
                          "memory_percent": free, "disks": []}})
    });
    let records: Vec<Value> = std::iter::once(now(end)).chain(looks).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    let made = |minutes: i64, said: bool| Forecast {
        made: end - 60 * minutes,
        node: "here".to_owned(),
        kind: "memory".to_owned(),
        horizon_s: 3_600,
        threshold: Some(90.0),
        probability: Some(if said { 0.9 } else { 0.1 }),
        will_cross: Some(said),
        ..Forecast::default()
    };
    let forecasts = [
        made(150, true),
        made(240, false),
        made(90, true),
        made(20, true),
    ];
    writable(&bench).add_forecasts(&forecasts).unwrap();
    let told = bench.mamori(&["predict", "--score", "--json"]).json();
    let score = &told["score"][0];
    assert_eq!(
        (
            &score["what"],
            &score["judged"],
            &score["right"],
            &told["open"]
        ),
        (&json!("memory"), &json!(3), &json!(2), &json!(1))
    );
    let lead = score["lead_s"].as_i64().unwrap();
    assert!((20 * 60..=35 * 60).contains(&lead), "{lead}");
}

#[test]
fn what_cannot_be_kept_is_said_and_changes_nothing() {
    let bench = bench();
    let records = month("here", "/", today(), |ago| 86.0 - ago);
    assert_eq!(bench.keep(&records).code, Some(0));
    let lock = bench.database();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ran = bench.mamori(&["predict"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("full in "), "{ran:?}");
    assert!(ran.stderr.starts_with("warning: not recorded"), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
}

#[test]
fn hostile_mounts_are_made_harmless() {
    let bench = bench();
    let mount = "/m\u{1b}[2J\n\u{202e}#(touch X)/a/very/long/way/to/it/無限";
    assert_eq!(
        bench
            .keep(&month("here", mount, today(), |ago| 86.0 - ago))
            .code,
        Some(0)
    );
    let ran = bench.mamori(&["predict"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let odd = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!ran.stdout.contains(odd), "{:?}", ran.stdout);
    assert!(ran.stdout.contains("full in"), "{}", ran.stdout);
    let wide = |line: &str| mamori::model::text::width(line) > 80;
    assert!(!ran.stdout.lines().any(wide), "{}", ran.stdout);
    let told = bench.mamori(&["predict", "--json"]);
    assert_eq!(told.stdout.lines().count(), 1);
    assert_eq!(told.json()["forecasts"][0]["mount"], mount);
}
