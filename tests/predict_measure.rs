//! When folders are measured, and what that says where it cannot.

use std::fs;

use serde_json::json;

use crate::harness::grown::Ground;
use crate::harness::{Bench, mode};

const HOUR: i64 = 3_600;

/// Has the watcher ask for it; says how many measurements there are then.
fn asked(ground: &Ground) -> usize {
    let ran = ground.measure(&["--by-watcher"]);
    let told = (ran.stdout.as_str(), ran.stderr.as_str());
    assert_eq!((ran.code, told), (Some(0), ("", "")));
    ground.measurements().len()
}

#[test]
fn a_clock_that_ran_ahead_has_them_measured_once_more_and_not_for_ever() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    ground.measure_ago(-300);
    // What was measured then goes, because the days with samples know better.
    assert_eq!(asked(&ground), 1);
    ground.shift(60);
    assert_eq!(asked(&ground), 1);
    // Where they do not, it stays and is no newest one, either.
    ground.measure_ago(-300);
    ground.shift(HOUR);
    let forget = "DELETE FROM days";
    ground.bench.database().execute(forget, []).unwrap();
    assert_eq!(asked(&ground), 2);
    assert_eq!(ground.measurements().len(), 2);
}

#[test]
fn a_disk_that_is_over_its_limit_does_not_have_them_measured() {
    let Some(ground) = Ground::new() else { return };
    ground.known_at(95.0);
    let ran = ground.bench.mamori(&["predict", "--by-watcher"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    ground.measure_ago(0);
    ground.shift(7 * HOUR);
    let mut state = ground.bench.state();
    let disk = &state["forecasts"][0];
    let over = (&disk["will_cross"], &disk["eta_s"]);
    assert_eq!(over, (&json!(true), &json!(0)));
    assert_eq!(asked(&ground), 1);
    // One that will be has.
    state["forecasts"][0]["eta_s"] = json!(86_400);
    ground.bench.set_state(state.to_string());
    assert_eq!(asked(&ground), 2);
}

#[test]
fn one_that_cannot_be_listed_was_tried() {
    let Some(ground) = Ground::new() else { return };
    let Ok(setpriv) = which::which("setpriv") else {
        eprintln!("not tried, because there is no setpriv");
        return;
    };
    ground.known();
    let top = ground.disk.path("");
    mode(&top, 0o111);
    let ran = ground.measure_without_rights(&setpriv, &["--by-watcher"]);
    let said = "warning: `HOME/disk` not measured: ";
    assert!(
        ran.code == Some(0) && ran.stderr.starts_with(said),
        "{ran:?}"
    );
    ground.shift(2 * HOUR);
    let ran = ground.measure_without_rights(&setpriv, &["--by-watcher"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), ""),
        "it is not time"
    );
    mode(&top, 0o700);
    let all = ground.measurements();
    let all: Vec<_> = all.iter().map(|one| (one.complete, one.unread)).collect();
    assert_eq!(all, [(false, 1)]);
    assert_eq!(ground.told(), []);
}

#[test]
fn what_is_no_mount_point_is_a_slip() {
    let bench = Bench::new();
    let folder = bench.home().join("folder");
    fs::create_dir(&folder).unwrap();
    let ran = bench.mamori(&["predict", "measure", "--only", folder.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ran.stderr,
        "error: nothing to measure at `HOME/folder`: no local disk is mounted there\n\
         hint: mamori predict measure\n"
    );
    assert!(!bench.own("history.db").exists());
    let help = bench.mamori(&["predict", "--help"]).stdout;
    let told = help
        .lines()
        .find(|line| line.trim().starts_with("measure "));
    assert!(
        told.is_some_and(|line| line.ends_with("Measure what the folders of the local disks hold")),
        "{help}"
    );
    let help = bench.mamori(&["predict", "measure", "--help"]).stdout;
    assert!(help.contains("--only"), "{help}");
    for hidden in ["--by-watcher", "--seconds", "--entries"] {
        assert!(!help.contains(hidden), "{help}");
    }
}
