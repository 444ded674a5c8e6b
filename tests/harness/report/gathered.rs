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
use serde_json::Value;

use super::super::Bench;
use super::super::history::sample;
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
