//! What a report is made from, gathered in a home of a test.

use std::time::Duration;

use chrono::NaiveDate;
use mamori::config;
use mamori::model::report::facts::{Facts, Machines};
use mamori::model::report::period::{Kind, Period};
use mamori::model::report::source::{Source, Standing};
use mamori::model::time::Timestamp;
use mamori::rooms::report::gather::{Access, gather};
use mamori::sys::agents::Places;
use mamori::sys::clock;
use serde_json::{Value, json};

use super::super::Bench;
use super::super::history::{now, rfc3339, sample};
use super::super::repository::NOON;

pub const DATE: &str = "2026-11-20";
/// The day of the tests: the 20th, in Tokyo.
pub const START: i64 = NOON - 21 * 3_600;
pub const END: i64 = START + 86_400;
pub const CONFIG: &str = "timezone = \"Asia/Tokyo\"\n[local]\nname = \"laptop\"\n\
    [[node]]\nname = \"mugen\"\nssh = \"mugen\"\nlimits = { disk_used_max = 80 }\n";

impl Bench {
    /// The period of a date, in the zone that is configured.
    pub fn period(&self, kind: Kind, date: &str) -> Period {
        let config = config::load(&self.surroundings()).unwrap();
        let date: NaiveDate = date.parse().unwrap();
        clock::period(kind, date, config.timezone)
    }

    /// Everything about the period of a date, as it is gathered at `now`.
    pub fn gathered(&self, kind: Kind, date: &str, now: i64) -> Facts {
        let around = self.surroundings();
        let config = config::load(&around).unwrap();
        let access = Access {
            gh: vec![("GH_TOKEN".into(), "secret".into())],
            agents: Places::under(self.home(), around.uid),
            patience: Duration::from_secs(60),
        };
        let period = self.period(kind, date);
        gather(&config, &period, Timestamp(now), &around, &access)
    }

    /// Asks about each period of a date when it is just over: what GitHub
    /// answers is kept.
    pub fn answered_when_over(&self, date: &str) {
        for kind in [Kind::Daily, Kind::Weekly, Kind::Monthly] {
            let over = self.period(kind, date).span.end.0;
            self.gathered(kind, date, over + 600);
        }
    }
}

/// The source of that name.
pub fn source<'f>(facts: &'f Facts, name: &str) -> &'f Source {
    let mut sources = facts.sources.iter();
    let found = sources.find(|source| source.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", facts.sources))
}

/// The state of the source of that name, and why.
pub fn standing<'f>(facts: &'f Facts, name: &str) -> (Standing, Option<&'f str>) {
    let source = source(facts, name);
    (source.state, source.why.as_deref())
}

/// The names of all sources, in their order.
pub fn names(facts: &Facts) -> Vec<&str> {
    facts.sources.iter().map(|one| one.name.as_str()).collect()
}

pub fn day(bench: &Bench, now: i64) -> Facts {
    bench.gathered(Kind::Daily, DATE, now)
}

pub fn machines(facts: &Facts) -> &Machines {
    facts
        .machines
        .as_ref()
        .unwrap_or_else(|| panic!("{:?}", facts.sources))
}

/// A sample with other fields.
pub fn seen(node: &str, at: i64, other: &Value) -> Value {
    let mut record = sample(node, at, 500);
    for (name, value) in other.as_object().unwrap() {
        record["sample"][name] = value.clone();
    }
    record
}

pub fn kept(bench: &Bench, records: &[Value]) {
    let ran = bench.keep(records);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

/// The books of a node: seconds up and down since the day began.
fn books(node: &str, class: &str, up: i64, down: i64) -> Value {
    let at = START + up + down;
    json!({"uptime": {"node": node, "uptime": {
        "since": rfc3339(START), "up_ms": up * 1_000, "down_ms": down * 1_000, "unknown_ms": 0,
        "paused_ms": 0, "class": class,
        "last": {"at": rfc3339(at), "elapsed_ms": (up + down) * 1_000, "boot": "b"}}}})
}

/// A day of two machines.
pub fn records() -> Vec<Value> {
    let mut all = vec![now(END + 600)];
    for (number, ms) in [10.0, 20.0, 30.0, 40.0, 900.0].iter().enumerate() {
        let at = START + 60 * i64::try_from(number).unwrap();
        all.push(seen(
            "mugen",
            at,
            &json!({"latency_ms": ms, "load": ms / 10.0}),
        ));
        // The local node's are no round trips.
        all.push(seen(
            "laptop",
            at,
            &json!({"latency_ms": 5_000.0, "memory_percent": 5.0 + ms}),
        ));
    }
    all.push(seen("mugen", START - 60, &json!({"latency_ms": 100.0})));
    let disk = json!([{"check": "disk", "since": START + 400, "text": "disk 93%"}]);
    let bad = json!({"state": "degraded", "problems": disk});
    all.push(seen("mugen", START + 400, &bad));
    all.push(seen("mugen", START + 1_000, &json!({})));
    all.push(seen("gone", START + 7_200, &json!({})));
    all.push(seen("old", START - 10 * 86_400, &json!({})));
    all.push(books("mugen", "up", 1_000, 0));
    all.push(books("mugen", "down", 1_000, 3_000));
    all.push(books("mugen", "up", 83_400, 3_000));
    let incident = |tries: u32, at: i64| {
        json!({"incident": {"node": "mugen", "check": "service:web", "cause": "killed",
            "why": "a\u{1b}[2J port", "detected": rfc3339(at), "detected_ms": at,
            "to_detect_ms": 3, "tries": tries}})
    };
    all.push(incident(4, START + 10));
    all.push(incident(5, START + 20));
    for (what, at) in [
        ("healed", START + 30),
        ("degraded", START + 31),
        ("healed", START - 1),
    ] {
        let text = format!("{what} web");
        all.push(
            json!({"event": {"at": rfc3339(at), "node": "mugen", "what": what, "text": text}}),
        );
    }
    let gap = |from: i64, to: i64| json!({"gap": {"from": rfc3339(from), "to": rfc3339(to), "why": "slept"}});
    all.push(gap(START - 600, START + 60));
    all.push(gap(START - 6_000, START - 5_000));
    all
}

/// Hours of a disk of a thousand bytes on the laptop, that ends so full: a
/// point a day.
pub fn filling(days: i64, percent: f64) -> Vec<Value> {
    let hours = days * 24;
    let each = (0..hours).map(|hour| {
        let left = f64::from(i32::try_from(hours - hour).unwrap()) / 24.0;
        let disk = json!([{"mount": "/", "used_bytes": 500, "total_bytes": 1_000,
            "used_percent": percent - left, "inodes_used_percent": null}]);
        seen(
            "laptop",
            END - (hours - hour) * 3_600,
            &json!({"disks": disk}),
        )
    });
    std::iter::once(now(END)).chain(each).collect()
}
