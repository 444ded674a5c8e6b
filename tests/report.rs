//! The reports of a month that is always the same, by the real program.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::Bench;
use crate::harness::report::month::month;
use crate::report_pages::looked;

const REPORTS: [(&str, &str); 3] = [
    ("daily", "2026-10-23"),
    ("weekly", "2026-10-23"),
    ("monthly", "2026-10-23"),
];

/// Whether a text is as it was; with `MAMORI_BLESS` set it is taken over.
fn golden(name: &str, text: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/report")
        .join(name);
    if std::env::var_os("MAMORI_BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    if known != text {
        let differs = known.lines().zip(text.lines()).find(|(a, b)| a != b);
        panic!("{name} differs: {differs:#?}");
    }
}

/// Without the instants at which GitHub was asked: those of today.
fn without_the_asking(json: &str) -> String {
    let line = |line: &str| match line.split_once("\"until\": \"") {
        Some((before, at)) if !at.starts_with("2026-10") => format!("{before}\"until\": …\n"),
        _ => format!("{line}\n"),
    };
    json.lines().map(line).collect()
}

fn written(bench: &Bench, kind: &str, date: &str) -> Vec<String> {
    let ran = bench.mamori(&["report", kind, "--date", date]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ran.stdout
    );
    let files = ran.stdout.lines().skip(1);
    let files = files.map(|line| bench.home().join(line.trim_start_matches("~/")));
    files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

#[test]
fn the_reports_of_a_month_are_as_they_were() {
    let bench = month("");
    for (kind, date) in REPORTS {
        let [md, html, json] = &written(&bench, kind, date)[..] else {
            panic!("three files");
        };
        golden(&format!("{kind}.md"), md);
        golden(&format!("{kind}.json"), &without_the_asking(json));
        // The same data, the same bytes.
        assert_eq!(
            written(&bench, kind, date),
            [md.clone(), html.clone(), json.clone()]
        );
    }
}

#[test]
fn the_pages_of_a_month_fit_every_screen() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report-pages");
    fs::create_dir_all(&folder).unwrap();
    let mut pages = Vec::new();
    for language in ["en", "ja"] {
        let bench = month(&format!("language = \"{language}\"\n"));
        let mut keep = |name: String, html: &str| {
            let page = folder.join(name);
            fs::write(&page, html).unwrap();
            pages.push(page);
        };
        for (kind, date) in REPORTS {
            let [md, html, _] = &written(&bench, kind, date)[..] else {
                panic!("three files");
            };
            keep(format!("month-{kind}-{language}.html"), html);
            if language == "ja" {
                golden(&format!("{kind}-ja.md"), md);
            }
            ids_are_distinct(html);
        }
        let index = bench.home().join(".miyabi/reports/index.html");
        let index = fs::read_to_string(index).unwrap();
        keep(format!("month-index-{language}.html"), &index);
    }
    looked(&folder, &pages);
}

/// Every id of a page once, and every link within it to one of them.
fn ids_are_distinct(html: &str) {
    let all = |mark: &str| -> Vec<String> {
        let parts = html.split(mark).skip(1);
        parts
            .map(|part| part.split('"').next().unwrap().to_owned())
            .collect()
    };
    let ids = all(" id=\"");
    let once: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
    for link in all("href=\"#") {
        assert!(ids.contains(&link), "#{link}");
    }
}

/// The names of all keys of a JSON value, but for those that are data.
fn keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                into.insert(key.clone());
                if key != "languages" {
                    keys(value, into);
                }
            }
        }
        Value::Array(array) => array.iter().for_each(|value| keys(value, into)),
        _ => {}
    }
}

#[test]
fn every_key_of_the_json_is_described() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let description = fs::read_to_string(root.join("docs/report-json.md")).unwrap();
    let described: BTreeSet<&str> = description
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .collect();
    let mut all = BTreeSet::new();
    for (kind, _) in REPORTS {
        let text = fs::read_to_string(root.join(format!("tests/report/{kind}.json"))).unwrap();
        let text = text.replace("\"until\": …", "\"until\": null");
        keys(&serde_json::from_str(&text).unwrap(), &mut all);
    }
    assert!(all.len() > 100, "{all:?}");
    let missing = all.iter().filter(|key| !described.contains(key.as_str()));
    assert_eq!(missing.count(), 0, "{all:?} of {described:?}");
}
