//! What forecasts and reports read.

use std::fs;

use mamori::model::history::{Forecast, Metric, Outcome, Resolution, Shares};
use mamori::model::home::Home;
use mamori::model::uptime::Class;
use mamori::sys::history::History;
use serde_json::{Value, json};

use crate::harness::Bench;
use crate::harness::history::{NOW, event, now, rfc3339, sample};
use crate::harness::site::Site;

fn home(bench: &Bench) -> Home {
    Home::of(&bench.home().join(".miyabi"))
}

fn history(bench: &Bench) -> History {
    History::open(&home(bench)).unwrap().unwrap()
}

#[test]
fn a_series_is_read_at_the_finest_that_reaches_back() {
    let bench = Bench::quiet();
    assert!(History::open(&home(&bench)).unwrap().is_none());
    let begin = NOW - NOW % 3_600 - 40 * 86_400;
    let hours = (0..40 * 24)
        .map(|hour| sample("a", begin + hour * 3_600, 10 + u64::try_from(hour).unwrap()));
    let records: Vec<Value> = std::iter::once(now(NOW)).chain(hours).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    let history = history(&bench);
    assert_eq!(history.nodes().unwrap(), ["a"]);
    assert_eq!(history.mounts("a").unwrap(), ["/"]);
    let used = Metric::DiskUsedBytes;
    let series = |since, resolution| {
        history
            .series("a", used, None, since, NOW, resolution)
            .unwrap()
    };
    let of_a_day = series(NOW - 86_400, None);
    assert_eq!(of_a_day.len(), 24, "raw");
    let of_a_month = series(NOW - 31 * 86_400, None);
    assert_eq!(of_a_month.len(), 31 * 24, "five minutes");
    let all = series(begin, Some(Resolution::Hour));
    assert_eq!((all.len(), all[0]), (40 * 24, (begin, 10.0)));
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
    let total = history
        .series("a", Metric::DiskTotalBytes, Some("/"), begin, NOW, None)
        .unwrap();
    assert_eq!(total[0], (begin, 1_000.0));
    let memory = Metric::MemoryAvailablePercent;
    let memory = history.series("a", memory, None, NOW - 86_400, NOW, None);
    assert_eq!(memory.unwrap()[0], (of_a_day[0].0, 40.0));
    let none = history
        .series("nobody", used, None, begin, NOW, None)
        .unwrap();
    assert!(none.is_empty());
    assert_eq!(
        history.judged(Some("a"), begin, NOW, None).unwrap().samples,
        40 * 24
    );
    assert_eq!(history.reach("a").unwrap().unwrap().0, begin);
}

#[test]
fn uptime_adds_up_to_the_time_asked_of_however_it_was_told() {
    let bench = Bench::quiet();
    let books = |class: &str, up: i64, down: i64, at: i64| {
        json!({"uptime": {"node": "a", "uptime": {
            "since": rfc3339(NOW), "up_ms": up * 1_000, "down_ms": down * 1_000, "unknown_ms": 0,
            "paused_ms": 0, "class": class,
            "last": {"at": rfc3339(NOW + at), "elapsed_ms": at * 1_000, "boot": "b"}}}})
    };
    let told = [
        books("up", 100, 0, 100),
        books("down", 110, 10, 120),
        books("down", 110, 70, 180),
        books("up", 130, 90, 220),
    ];
    // Each writer tells what it knows, the later ones first and all of them twice.
    for from in [2, 0, 3, 1] {
        let mut records = vec![now(NOW + 220)];
        records.extend_from_slice(&told[from..]);
        assert_eq!(bench.keep(&records).code, Some(0));
    }
    let history = history(&bench);
    let shares = history.uptime("a", NOW, NOW + 300).unwrap();
    assert_eq!(shares.up_ms + shares.down_ms + shares.unknown_ms, 300_000);
    assert_eq!(
        shares,
        Shares {
            up_ms: 130_000,
            down_ms: 90_000,
            unknown_ms: 80_000,
            paused_ms: 0
        }
    );
    let classes: Vec<Class> = history
        .spans("a", NOW, NOW + 220)
        .unwrap()
        .iter()
        .map(|span| span.class)
        .collect();
    assert_eq!(classes, [Class::Up, Class::Down, Class::Up]);
}

#[test]
fn what_happened_is_read_by_its_time() {
    let bench = Bench::quiet();
    let incident = |at: i64, recovered: Option<i64>, tries: u32| {
        json!({"incident": {"node": "a", "check": "service:web", "cause": "killed",
            "detected": rfc3339(at), "detected_ms": at, "to_detect_ms": 3,
            "recovered": recovered.map(rfc3339), "to_recover_ms": recovered.map(|_| 90),
            "tries": tries, "by": "watch"}})
    };
    let mut bad = sample("a", NOW, 1);
    bad["sample"]["problems"] = json!([{"check": "disk", "since": NOW - 5, "text": "disk 93%"}]);
    bad["sample"]["state"] = json!("degraded");
    let records = [
        now(NOW + 100),
        bad,
        sample("a", NOW + 60, 1),
        event("a", NOW, "x"),
        incident(NOW, None, 0),
        incident(NOW, Some(NOW + 1), 1),
        // An older copy of the same comes late.
        incident(NOW, None, 0),
        incident(NOW + 50, None, 1),
    ];
    assert_eq!(bench.keep(&records).code, Some(0));
    let history = history(&bench);
    assert_eq!(history.events(Some("a"), NOW, NOW + 1).unwrap().len(), 1);
    assert_eq!(history.events(None, NOW + 1, NOW + 9).unwrap().len(), 0);
    let incidents = history.incidents(NOW, NOW + 100).unwrap();
    assert_eq!(incidents.len(), 2);
    assert_eq!(incidents[0].to_recover_ms, Some(90));
    assert!(incidents[1].open());
    let restarts = history
        .restarts("a", "service:web", NOW, NOW + 100)
        .unwrap();
    assert_eq!((restarts.len(), restarts[0].at), (1, NOW));
    assert_eq!(
        history.restarted().unwrap(),
        [("a".to_owned(), "service:web".to_owned())]
    );
    let problems = history.problems(NOW, NOW + 100).unwrap();
    let problem = &problems[0];
    assert_eq!(
        (problem.began, problem.seen, problem.ended),
        (NOW - 5, NOW, Some(NOW + 60))
    );
    let judged = history
        .judged(None, NOW - NOW % 300, NOW + 300, None)
        .unwrap();
    assert_eq!((judged.known, judged.with_problems), (2, 1));
}

#[test]
fn a_forecast_is_kept_once_and_scored_once() {
    let bench = Bench::quiet();
    let history = History::writable(&home(&bench)).unwrap();
    let forecast = Forecast {
        made: NOW,
        node: "a".into(),
        kind: "disk".into(),
        subject: "/".into(),
        horizon_s: 3_600,
        threshold: Some(90.0),
        probability: Some(0.8),
        will_cross: Some(true),
        eta_s: [Some(60), Some(600), None],
        method: "bootstrap".into(),
        ..Forecast::default()
    };
    for _ in 0..2 {
        history
            .add_forecasts(std::slice::from_ref(&forecast))
            .unwrap();
    }
    assert!(history.due_forecasts(NOW + 3_599).unwrap().is_empty());
    let due = history.due_forecasts(NOW + 3_600).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(
        Forecast {
            id: 0,
            ..due[0].clone()
        },
        forecast
    );
    let outcome = Outcome {
        scored: NOW + 3_600,
        crossed: true,
        crossed_at: Some(NOW + 500),
    };
    history.score(due[0].id, outcome).unwrap();
    history.score(due[0].id, Outcome::default()).unwrap();
    assert!(history.due_forecasts(NOW + 9_999).unwrap().is_empty());
    assert_eq!(
        history.forecasts(NOW, NOW + 1).unwrap()[0].outcome,
        Some(outcome)
    );
}

#[test]
fn an_answer_of_a_node_is_a_line_of_response_times_and_its_silence_a_line_of_errors() {
    let mut site = Site::with(&["mugen"], "");
    site.mamori(&["health"]);
    let log = |name: &str| {
        let path = site.bench.home().join(".miyabi").join(name);
        fs::read_to_string(path).unwrap_or_default()
    };
    let line = log("metrics/response-times.log");
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    assert_eq!((words.len(), words[2]), (3, "mugen"), "{line}");
    assert!(words[0].parse::<f64>().unwrap() > 0.0, "{line}");
    assert_eq!(log("metrics/disk-usage.mugen.log").lines().count(), 1);
    assert_eq!(log("logs/errors.log"), "");
    let known = history(&site.bench);
    let latencies = known.latencies("mugen", 0, i64::MAX).unwrap();
    assert_eq!(latencies.len(), 1);
    drop(known);
    site.stop("mugen");
    site.mamori(&["health"]);
    let log = fs::read_to_string(site.bench.home().join(".miyabi/logs/errors.log")).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains(" mugen unreachable refused"), "{log}");
    let known = history(&site.bench);
    assert_eq!(known.latencies("mugen", 0, i64::MAX).unwrap().len(), 1);
    assert_eq!(known.problems(0, i64::MAX).unwrap()[0].check, "unreachable");
    let events = known.events(Some("mugen"), 0, i64::MAX).unwrap();
    assert_eq!(events.last().unwrap().what, "down");
}
