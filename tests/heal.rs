//! `mamori heal`: everything once, by hand and by the watcher.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::harness::ground::{Ground, ready};
use crate::harness::rotation::write_lines;
use crate::harness::writers::{account, archives};
use crate::harness::{Bench, QUIET, until};

/// A home with a log that is too large and a guarded file that is fine.
fn bench(more: &str) -> Bench {
    let bench = Bench::new();
    let logs = bench.home().join("logs");
    fs::create_dir(&logs).unwrap();
    write_lines(&logs.join("app.log"), 20_000);
    fs::write(bench.home().join("app.json"), "{\"good\": 1}\n").unwrap();
    let home = bench.home().display().to_string();
    bench.configure(format!(
        "{QUIET}{more}\n[[log]]\npaths = [\"{home}/logs/*.log\"]\nmax_size = \"1MB\"\n\
         [[guard]]\npath = \"{home}/app.json\"\npreset = \"json\"\n"
    ));
    bench
}

/// Breaks the guarded file, long enough ago that nobody edits it.
fn break_it(bench: &Bench) {
    let path = bench.home().join("app.json");
    fs::write(&path, "{\"good\": \n").unwrap();
    old(&path);
}

fn old(path: &Path) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(600))
        .unwrap();
}

fn json_file(bench: &Bench) -> String {
    fs::read_to_string(bench.home().join("app.json")).unwrap_or_default()
}

fn states(json: &Value, part: &str) -> Vec<String> {
    let items = json["items"].as_array().unwrap().iter();
    let of_it = items.filter(|item| item["part"] == part);
    of_it
        .map(|item| item["state"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn everything_is_healed_at_once_and_written_down() {
    let bench = bench("");
    let ran = bench.mamori(&["heal"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for line in ["● processes", "● config", "● logs", "1 healed"] {
        assert!(ran.stdout.contains(line), "{ran:?}");
    }
    account(&bench.home().join("logs/app.log"), 20_000);
    break_it(&bench);
    let ran = bench.mamori(&["heal", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert!(
        states(&json, "config").contains(&"healed".to_owned()),
        "{json}"
    );
    assert_eq!(json_file(&bench), "{\"good\": 1}\n");
    let healing = bench.state()["healing"].clone();
    let verbs: Vec<&str> = healing["deeds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|deed| deed["verb"].as_str().unwrap())
        .collect();
    assert_eq!(verbs, ["rotated", "restored"], "{healing}");
    let events = bench.state()["events"].to_string();
    assert!(events.contains("healed"), "{events}");
    // Nothing is left to do.
    let ran = bench.mamori(&["heal", "--json"]);
    let json = ran.json();
    for part in ["config", "logs"] {
        assert!(
            states(&json, part).iter().all(|state| state == "fine"),
            "{json}"
        );
    }
}

#[test]
fn one_part_leaves_the_others_alone() {
    let bench = bench("");
    let ran = bench.mamori(&["heal", "config", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["processes"], Value::Null);
    assert!(states(&ran.json(), "logs").is_empty());
    assert!(archives(&bench.home().join("logs/app.log")).is_empty());
    let ran = bench.mamori(&["heal", "processes"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.stdout.contains("config"), "{ran:?}");
    let ran = bench.mamori(&["heal", "log"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("logs"), "{ran:?}");
}

#[test]
fn a_dry_run_changes_nothing_at_all() {
    let bench = bench("");
    assert_eq!(bench.mamori(&["heal", "config"]).code, Some(0));
    break_it(&bench);
    let before = fs::read(bench.own("state.json")).unwrap();
    let ran = bench.mamori(&["heal", "--dry-run"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(json_file(&bench), "{\"good\": \n");
    assert!(archives(&bench.home().join("logs/app.log")).is_empty());
    assert_eq!(fs::read(bench.own("state.json")).unwrap(), before);
}

#[test]
fn our_own_broken_configuration_is_brought_back_first() {
    let bench = bench("");
    assert_eq!(bench.mamori(&["heal", "config"]).code, Some(0));
    let good = fs::read_to_string(bench.config()).unwrap();
    bench.configure("this is = not [ toml");
    let ran = bench.mamori(&["heal"]);
    assert_eq!(ran.code, Some(2), "somebody edits it: {ran:?}");
    assert!(ran.stderr.contains("not restored"), "{ran:?}");
    old(&bench.config());
    let ran = bench.mamori(&["heal", "logs"]);
    assert_eq!(
        ran.code,
        Some(2),
        "configurations were not asked for: {ran:?}"
    );
    let ran = bench.mamori(&["heal", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(fs::read_to_string(bench.config()).unwrap(), good);
    assert!(states(&ran.json(), "config").contains(&"healed".to_owned()));
    assert_eq!(states(&ran.json(), "logs"), ["healed"]);
    // One that is gone is not replaced by the defaults, which may name what it
    // left out.
    fs::remove_file(bench.config()).unwrap();
    let ran = bench.mamori(&["heal", "temp"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("mamori vault restore"), "{ran:?}");
    assert_eq!(bench.mamori(&["heal"]).code, Some(0));
    assert_eq!(fs::read_to_string(bench.config()).unwrap(), good);
}

#[test]
fn what_could_not_be_healed_is_an_alert_until_it_is() {
    let bench = bench("");
    let log = bench.home().join("logs/other.log");
    write_lines(&bench.home().join("logs/first"), 20_000);
    fs::hard_link(bench.home().join("logs/first"), &log).unwrap();
    assert_eq!(bench.mamori(&["heal", "logs"]).code, Some(1));
    bench.mamori(&["health"]);
    let alerts = bench.mamori(&["alerts", "--json"]).json();
    let found = alerts["alerts"].to_string();
    assert!(
        found.contains("other.log") && found.contains("hard link"),
        "{found}"
    );
    let number = alerts["alerts"][0]["number"].clone();
    bench.mamori(&["health"]);
    let again = bench.mamori(&["alerts", "--json"]).json();
    assert_eq!(again["alerts"][0]["number"], number);
    fs::remove_file(bench.home().join("logs/first")).unwrap();
    assert_eq!(bench.mamori(&["heal", "logs"]).code, Some(0));
    bench.mamori(&["health"]);
    let gone = bench.mamori(&["alerts", "--json"]).json();
    assert!(!gone["alerts"].to_string().contains("other.log"), "{gone}");
}

#[test]
fn a_result_does_not_depend_on_a_place_to_record_it() {
    let bench = bench("");
    let _held = mamori::sys::flock::lock(
        &{
            fs::create_dir_all(bench.own("")).unwrap();
            bench.own("state.lock")
        },
        "somebody",
        mamori::sys::flock::Wait::Never,
    )
    .unwrap();
    let ran = bench.mamori(&["heal", "logs"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("not recorded"), "{ran:?}");
    account(&bench.home().join("logs/app.log"), 20_000);
}

#[test]
fn the_watcher_heals_by_itself() {
    let bench = bench("[watch]\nheal_every = \"10s\"\n");
    let watcher = bench.watch();
    until("the guarded file is kept", || {
        bench.mamori(&["vault", "list"]).stdout.contains("as kept")
    });
    // An event, not the next run.
    fs::remove_file(bench.home().join("app.json")).unwrap();
    until("the guarded file is back", || {
        json_file(&bench) == "{\"good\": 1}\n"
    });
    let log = bench.home().join("logs/app.log");
    until("the log is rotated", || {
        let text = fs::read_to_string(bench.own("state.json")).unwrap_or_default();
        text.contains("\"rotated\"")
    });
    account(&log, 20_000);
    drop(watcher);
}

#[test]
fn a_service_is_ready_again_with_the_file_it_needs() {
    let mut ground = Ground::new();
    let home = ground.bench.home().display().to_string();
    let script =
        "start = [\"sh\", \"-c\", \"grep -q good HOME/app.json && exec HOME/server PORT\"]";
    let service = ground.service("web", script, "");
    fs::write(ground.bench.home().join("app.json"), "{\"good\": 1}\n").unwrap();
    ground.configure(&format!(
        "{service}\n[[guard]]\npath = \"{home}/app.json\"\npreset = \"json\"\nthen = \"web\"\n"
    ));
    let port = ground.ports[0];
    let bench = &ground.bench;
    assert_eq!(bench.mamori(&["heal", "config"]).code, Some(0));
    break_it(bench);
    let ran = bench.mamori(&["heal", "config"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("web"), "{ran:?}");
    assert!(ready(port), "{ran:?}");
}
