//! Prometheus itself asks us, and reads the rules and the dashboard we ship.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::export::knowing;
use crate::export_served::served;
use crate::harness::{Bench, until};
use crate::scraped::known;
use crate::scraped::prometheus::{get, here, prometheus, promtool};

fn packaged() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/prometheus"))
}

fn read(name: &str) -> String {
    fs::read_to_string(packaged().join(name)).unwrap()
}

/// The newest sample of `query`, and its labels.
fn ask(port: u16, query: &str) -> Vec<(Value, String)> {
    let query = query.bytes().fold(String::new(), |mut coded, byte| {
        let _ = write!(coded, "%{byte:02x}");
        coded
    });
    let answered = get(port, &format!("/api/v1/query?query={query}"));
    let json = answered.unwrap().json();
    assert_eq!(json["status"], "success", "{json}");
    let results = json["data"]["result"].as_array().unwrap().iter();
    let each = |result: &Value| {
        let value = result["value"][1].as_str().unwrap().to_owned();
        (result["metric"].clone(), value)
    };
    results.map(each).collect()
}

#[test]
fn a_real_prometheus_takes_all_of_it() {
    if !here() {
        return;
    }
    let bench = knowing(&known::state());
    let (port, _served) = served(&bench);
    let prometheus = prometheus(&bench, &[port]);
    let value = |query: &str| ask(prometheus.port, query).pop().map(|(_, value)| value);
    until("a scrape", || value("up").as_deref() == Some("1"));
    until("samples", || {
        value("mamori_state_revisions_total").as_deref() == Some("42")
    });
    assert_eq!(
        value("mamori_disk_used_ratio{node=\"laptop\",mountpoint=\"/\"}").unwrap(),
        "0.931"
    );
    assert_eq!(value("sum(mamori_node_state)").unwrap(), "2");
    let hostile = ask(
        prometheus.port,
        "mamori_disk_used_ratio{mountpoint=~\"/mnt.*\"}",
    );
    let mount = hostile[0].0["mountpoint"].as_str().unwrap();
    assert!(
        mount.starts_with("/mnt/a \"b\" \\c # EOF[31m日本~"),
        "{mount:?}"
    );
    // Its own parser also reads what each family is, and in which unit.
    let about = get(
        prometheus.port,
        "/api/v1/metadata?metric=mamori_disk_used_bytes",
    );
    let about = about.unwrap().json();
    let about = &about["data"]["mamori_disk_used_bytes"][0];
    assert_eq!(
        (&about["type"], &about["unit"]),
        (&"gauge".into(), &"bytes".into())
    );
}

#[test]
fn the_rules_hold_and_do_what_they_say() {
    if !here() {
        return;
    }
    let said = promtool(&packaged(), &["check", "rules", "mamori.rules.yml"], "");
    assert!(said.contains("rules found"), "{said}");
    let said = promtool(&packaged(), &["test", "rules", "mamori.rules.test.yml"], "");
    assert!(said.contains("SUCCESS"), "{said}");
}

#[test]
fn the_example_is_a_configuration() {
    if !here() {
        return;
    }
    let bench = Bench::new();
    for name in ["scrape.yml", "mamori.rules.yml"] {
        fs::write(bench.home().join(name), read(name)).unwrap();
    }
    promtool(bench.home(), &["check", "config", "scrape.yml"], "");
}

/// Every expression of the dashboard.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(expression)) = object.get("expr") {
                found.push(expression.clone());
            }
            object.values().for_each(|value| expressions(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

fn dashboard() -> Vec<String> {
    let json: Value = serde_json::from_str(&read("dashboard.json")).unwrap();
    let mut found = Vec::new();
    expressions(&json, &mut found);
    assert!(found.len() > 10, "{found:?}");
    found
}

#[test]
fn the_dashboard_asks_what_prometheus_understands() {
    if !here() {
        return;
    }
    let bench = Bench::new();
    let rules = dashboard().into_iter().enumerate().map(|(at, expression)| {
        let text = serde_json::to_string(&expression).unwrap();
        format!("  - {{ record: \"panel:{at}\", expr: {text} }}\n")
    });
    let rules: String = rules.collect();
    let text = format!("groups:\n- name: dashboard\n  rules:\n{rules}");
    fs::write(bench.home().join("dashboard.yml"), text).unwrap();
    let said = promtool(bench.home(), &["check", "rules", "dashboard.yml"], "");
    assert!(said.contains("SUCCESS"), "{said}");
}

/// The names of series in a text.
fn names(text: &str) -> BTreeSet<String> {
    let within = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c: char| !within(c));
    let ours = words.filter(|word| word.contains("mamori_") && !word.ends_with('_'));
    ours.map(str::to_owned).collect()
}

#[test]
fn rules_and_dashboard_speak_of_what_there_is() {
    let ran = knowing(&known::state()).mamori(&["export", "openmetrics"]);
    let samples = ran.stdout.lines().filter(|line| !line.starts_with('#'));
    let mut known: BTreeSet<String> = samples
        .flat_map(|line| names(&line[..line.find(['{', ' ']).unwrap()]))
        .collect();
    // Nobody watches in that home.
    known.insert("mamori_watcher_beat_timestamp_seconds".to_owned());
    let rules = read("mamori.rules.yml");
    let recorded = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- record: "));
    known.extend(recorded.map(str::to_owned));
    let rules: String = rules
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let tests = read("mamori.rules.test.yml").replace("mamori.rules.yml", "");
    for text in [&rules, &dashboard().join("\n"), &tests] {
        let unknown: Vec<String> = names(text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
