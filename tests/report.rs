//! The reports of a month that is always the same, by the real program.

use std::fs;
use std::path::PathBuf;

use crate::harness::Bench;
use crate::harness::report::month::month;

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

/// Keeps a page, to be looked at.
fn picture(name: &str, html: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report-pages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("month-{name}")), html).unwrap();
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
        picture(&format!("{kind}.html"), html);
        golden(&format!("{kind}.md"), md);
        golden(&format!("{kind}.json"), json);
        // The same data, the same bytes.
        assert_eq!(
            written(&bench, kind, date),
            [md.clone(), html.clone(), json.clone()]
        );
    }
}
