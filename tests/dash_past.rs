//! Series as the dashboard asks for them: cut to what is drawn, the worst of each part.

use mamori::model::history::Metric;
use mamori::model::home::Home;
use mamori::sys::history::{History, Stretch, Worst};
use serde_json::{Value, json};

use crate::harness::Bench;
use crate::harness::history::{NOW, now};

fn sample(node: &str, at: i64, percent: f64, free: f64) -> Value {
    json!({"sample": {
        "node": node, "at": at, "state": "ok", "load": 0.5, "home": "/",
        "memory_percent": free, "memory_bytes": 400_000_000, "memory_total": 1_000_000_000,
        "disks": [
            {"mount": "/", "used_bytes": 5, "total_bytes": 10, "used_percent": percent, "inodes_used_percent": null},
            {"mount": "/data", "used_bytes": 1, "total_bytes": 10, "used_percent": 10.0, "inodes_used_percent": null},
        ],
    }})
}

fn history(bench: &Bench) -> History {
    History::open(&Home::of(&bench.home().join(".miyabi")))
        .unwrap()
        .unwrap()
}

#[test]
fn each_part_is_the_worst_of_its_time_of_all_nodes_or_of_one() {
    let bench = Bench::new();
    let mut records = vec![now(NOW)];
    // An hour in four parts: two samples, none, one, one that is at its end.
    for (at, percent, free) in [
        (-3_600, 50.0, 40.0),
        (-2_800, 60.0, 30.0),
        (-1_700, 70.0, 45.0),
        (-1, 80.0, 20.0),
    ] {
        records.push(sample("a", NOW + at, percent, free));
    }
    records.push(sample("b", NOW - 1_700, 33.3, 50.0));
    records.push(sample("b", NOW - 4_000, 99.0, 1.0));
    assert_eq!(bench.keep(&records).code, Some(0));
    let history = history(&bench);
    let hour = Stretch {
        since: NOW - 3_600,
        until: NOW,
        parts: 4,
    };
    let used = (Metric::DiskUsedPercent, Worst::Most);
    let all = history.parts(used, None, None, hour).unwrap();
    let a = vec![Some(60.0), None, Some(70.0), Some(80.0)];
    let b = vec![None, None, Some(33.3), None];
    assert_eq!(all, [("a".to_owned(), a.clone()), ("b".to_owned(), b)]);
    assert_eq!(
        history.parts(used, Some("a"), None, hour).unwrap(),
        [("a".to_owned(), a)]
    );
    let data = history.parts(used, Some("a"), Some("/data"), hour).unwrap();
    assert_eq!(data[0].1, [Some(10.0), None, Some(10.0), Some(10.0)]);
    let free = (Metric::MemoryAvailablePercent, Worst::Least);
    let free = history.parts(free, Some("a"), None, hour).unwrap();
    assert_eq!(free[0].1, [Some(30.0), None, Some(45.0), Some(20.0)]);
    assert_eq!(history.parts(used, Some("c"), None, hour).unwrap(), []);
    // Of longer times what was summed up is asked: the same worst.
    for (days, parts) in [(1, 48), (7, 48), (30, 240)] {
        let stretch = Stretch {
            since: NOW - days * 86_400,
            until: NOW + 1,
            parts,
        };
        let all = history.parts(used, None, None, stretch).unwrap();
        let worst = |at: usize| all[at].1.iter().flatten().copied().fold(0.0, f64::max);
        assert_eq!(
            (all.len(), worst(0), worst(1)),
            (2, 80.0, 99.0),
            "{days} days"
        );
    }
    assert_eq!(history.right_forecasts(0).unwrap(), (0, 0));
}
