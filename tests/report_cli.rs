//! `mamori report` as people call it, and as they get it wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::repository::{NOON, Repo};
use crate::harness::{Bench, QUIET};

const CONFIG: &str = "timezone = \"Asia/Tokyo\"\n[local]\nname = \"laptop\"\n\
    [report]\nrepositories = [\"~/app\"]\n";
const DAY: &str = "2026-11-20";

/// A home with one repository, in which Hana worked at noon (UTC).
fn bench(more: &str) -> Bench {
    let bench = Bench::with(format!("{CONFIG}{more}"));
    let repo = Repo::new(&bench, "app");
    repo.add("a.rs", "one\n");
    repo.step(NOON, "Add a");
    bench
}

fn reports(bench: &Bench) -> PathBuf {
    bench.home().join(".miyabi/reports")
}

fn names(bench: &Bench) -> Vec<String> {
    let entries = fs::read_dir(reports(bench)).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_is_three_files_and_a_line_in_the_list() {
    let bench = bench("");
    let ran = bench.mamori(&["report", "daily", "--date", DAY]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [sentence, md, html, json] = lines[..] else {
        panic!("{}", ran.stdout)
    };
    assert_eq!(
        sentence,
        "Incomplete report: nothing from history; 1 commit."
    );
    let file = |ending| format!("~/.miyabi/reports/daily-2026-11-20.{ending}");
    assert_eq!([md, html, json], ["md", "html", "json"].map(file));
    for name in names(&bench) {
        let mode = fs::metadata(reports(&bench).join(&name)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{name}");
    }
    let index = fs::read_to_string(reports(&bench).join("index.html")).unwrap();
    assert!(index.contains("href=\"daily-2026-11-20.html\""), "{index}");
    assert!(index.contains("Incomplete report: nothing from history; 1 commit."));
}

#[test]
fn the_json_says_what_its_description_says() {
    let bench = bench("");
    let ran = bench.mamori(&[
        "report", "daily", "--date", DAY, "--stdout", "--format", "json",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&json["schema"], &json["kind"]),
        (&1.into(), &"daily".into())
    );
    let period = serde_json::json!({
        "start": "2026-11-19T15:00:00Z", "end": "2026-11-20T15:00:00Z",
        "zone": "Asia/Tokyo", "complete": true,
    });
    assert_eq!(json["period"], period);
    assert_eq!(json["newest_datum"], "2026-11-20T12:00:00Z");
    let tiles = json["summary"]["tiles"].as_array().unwrap();
    let ids: Vec<&str> = tiles
        .iter()
        .map(|tile| tile["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "issues-closed",
            "prs-merged",
            "commits",
            "errors",
            "worst-uptime"
        ]
    );
    assert_eq!(
        (&tiles[2]["value"], &tiles[2]["previous"]),
        (&1.into(), &0.into())
    );
    assert_eq!(tiles[2]["change"], "same");
    // What nobody knows is no zero.
    assert_eq!(tiles[0]["value"], Value::Null);
    let why = "no repositories are configured (report.github)";
    assert_eq!(tiles[0]["unavailable"], why);
    assert!(json["metrics"]["unavailable"].is_string());
    let sources = json["sources"].as_array().unwrap();
    assert_eq!(sources[0]["state"], "missing", "{sources:?}");
    assert!(names(&bench).is_empty(), "--stdout writes nothing");
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_way_out() {
    let bench = bench("");
    for (arguments, what, hint) in [
        (
            &["daily", "--date", "2999-01-01"][..],
            "`2999-01-01` is in the future",
            "mamori report daily --date ",
        ),
        (
            &["weekly", "--date", "2026-W60"],
            "`2026-W60` is no date",
            "mamori report weekly --date ",
        ),
        (
            &["daily", "--stdout", "--format", "md,json"],
            "--stdout prints one format",
            "--format json",
        ),
        (&["yearly"], "invalid value 'yearly'", ""),
        (&["daily", "--format", "pdf"], "invalid value 'pdf'", ""),
        (&[], "required", ""),
        (&["daily", "--stdout", "--open"], "cannot be used with", ""),
    ] {
        let ran = bench.mamori(&[&["report"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(ran.stderr.contains(what), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(hint), "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    assert!(names(&bench).is_empty());
}

#[test]
fn weeks_and_months_are_the_last_that_are_over_unless_one_is_named() {
    let bench = bench("");
    let head = |arguments: &[&str]| {
        let ran = bench.mamori(&[&["report"], arguments, &["--stdout"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let mut lines = ran.stdout.lines();
        (
            lines.next().unwrap().to_owned(),
            lines.nth(1).unwrap().to_owned(),
        )
    };
    let told = head(&["weekly", "--date", "2026-W47"]);
    assert_eq!(told, head(&["weekly", "--date", "2026-11-22"]));
    assert_eq!(told.0, "# Miyabi Weekly Report - 2026-W47");
    assert_eq!(told.1, "16–22 Nov 2026 (7 days), Asia/Tokyo");
    let told = head(&["monthly", "--date", "2026-10"]);
    assert_eq!(told.0, "# Miyabi Monthly Report - 2026-10");
    for kind in ["weekly", "monthly"] {
        let (_, period) = head(&[kind]);
        assert!(!period.contains("so far"), "{period}");
    }
    let (_, period) = head(&["daily"]);
    assert!(period.contains("so far, until"), "{period}");
}

#[test]
fn a_template_of_ones_own_takes_the_place_of_ours() {
    let bench = bench("title = \"Team 守\"\n");
    let folder = bench.folder().join("templates");
    fs::create_dir_all(&folder).unwrap();
    let own = folder.join("report.md.jinja");
    fs::write(
        &own,
        "{{ view.title }}: {{ report.summary.tiles[2].value }} of {{ report.kind }}\n",
    )
    .unwrap();
    let said = || bench.mamori(&["report", "daily", "--date", DAY, "--stdout"]);
    assert_eq!(
        said().stdout,
        "Team 守 Daily Report - 2026-11-20: 1 of daily\n"
    );
    for (text, place, what) in [
        (
            "fine\n{{ view.title }\n",
            "line 2 column",
            "end of variable block",
        ),
        ("{{ view.titel }}\n", "line 1 column", "titel"),
        (
            "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
            "line 1",
            "come to an end",
        ),
        ("{{ 1 | nothing }}", "line 1 column", "nothing"),
    ] {
        fs::write(&own, text).unwrap();
        let ran = said();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{text}");
        assert!(ran.stderr.contains("report.md.jinja"), "{}", ran.stderr);
        assert!(ran.stderr.contains(place), "{}", ran.stderr);
        assert!(ran.stderr.contains(what), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
    fs::write(&own, [0xff, 0xfe]).unwrap();
    assert!(said().stderr.contains("is not UTF-8"), "{}", said().stderr);
}

#[test]
fn a_folder_that_cannot_be_written_keeps_what_was_and_says_how_to_read_it() {
    let bench = bench("");
    fs::create_dir_all(bench.home().join(".miyabi")).unwrap();
    fs::write(reports(&bench), "in the way").unwrap();
    let ran = bench.mamori(&["report", "daily", "--date", DAY]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    assert!(ran.stderr.contains(".miyabi/reports`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--stdout"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(reports(&bench)).unwrap(), "in the way");
}

#[test]
fn what_opens_files_is_given_the_page_and_its_absence_is_told() {
    let bench = bench("");
    let ran = bench.mamori(&["report", "daily", "--date", DAY, "--open"]);
    // Unless this machine has one.
    if which::which("xdg-open").is_err() && cfg!(target_os = "linux") {
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("`xdg-open` is not installed"),
            "{}",
            ran.stderr
        );
    }
    let name = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let asked = bench.home().join("asked");
    bench.stand_in(
        name,
        &format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\n", asked.display()),
    );
    let ran = bench.mamori(&["report", "daily", "--date", DAY, "--open"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let page = reports(&bench).join("daily-2026-11-20.html");
    assert_eq!(
        fs::read_to_string(&asked).unwrap(),
        format!("{}\n", page.display())
    );
    bench.stand_in(name, "#!/bin/sh\nexit 4\n");
    let ran = bench.mamori(&["report", "daily", "--date", DAY, "--open"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("could not open"), "{}", ran.stderr);
    assert!(page.exists(), "written all the same");
}

#[test]
fn without_anything_a_report_says_so_and_is_one() {
    let bench = Bench::with("timezone = \"Asia/Tokyo\"\n".to_owned() + QUIET);
    for kind in ["daily", "weekly", "monthly"] {
        let ran = bench.mamori(&["report", kind, "--stdout"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{kind}");
        assert!(
            ran.stdout
                .contains("Not known: no repositories are configured"),
            "{}",
            ran.stdout
        );
        let zeros = ran.stdout.lines().filter(|line| line.contains("**: 0"));
        assert_eq!(zeros.count(), 0, "{}", ran.stdout);
    }
}

#[test]
fn a_list_that_cannot_be_written_does_not_hide_the_report() {
    let bench = bench("");
    fs::create_dir_all(reports(&bench).join("index.html")).unwrap();
    let ran = bench.mamori(&["report", "daily", "--date", DAY]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 4));
    assert!(ran.stderr.starts_with("warning: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("index.html"), "{}", ran.stderr);
}

#[test]
fn a_mistake_in_a_template_hinders_no_json_and_no_list() {
    let bench = bench("");
    let folder = bench.folder().join("templates");
    fs::create_dir_all(&folder).unwrap();
    let html = folder.join("report.html.jinja");
    fs::write(&html, "{{ view.title }").unwrap();
    let said = |more: &[&str]| {
        let daily = ["report", "daily", "--date", DAY, "--format", "json"];
        bench.mamori(&[&daily, more].concat())
    };
    let ran = said(&["--stdout"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let ran = said(&[]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("report.html.jinja"), "{}", ran.stderr);
    assert_eq!(names(&bench), ["daily-2026-11-20.json", "index.html"]);
    let ran = bench.mamori(&["report", "daily", "--date", DAY]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    fs::remove_file(&html).unwrap();
    fs::write(folder.join("index.html.jinja"), "{{ nothing }}").unwrap();
    let ran = bench.mamori(&["report", "daily", "--date", DAY]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 4));
    assert!(ran.stderr.contains("index.html.jinja"), "{}", ran.stderr);
    let index = fs::read_to_string(reports(&bench).join("index.html")).unwrap();
    assert!(index.contains("href=\"daily-2026-11-20.html\""), "{index}");
}
