//! `mamori doctor`: what it finds in the real thing, and that its mends mend.

use crate::harness::{Bench, mode};

fn status(bench: &Bench, id: &str) -> String {
    let json = bench.mamori(&["doctor", "--json"]).json();
    let checks = json["checks"].as_array().unwrap();
    let check = checks
        .iter()
        .find(|check| check["id"] == id)
        .unwrap_or_else(|| panic!("{id}"));
    check["status"].as_str().unwrap().to_owned()
}

/// Runs the command that a check prints, as a person would paste it.
fn mend(bench: &Bench, id: &str) {
    let json = bench.mamori(&["doctor", "--json"]).json();
    let checks = json["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    let home = bench.home().to_str().unwrap();
    let words = check["mend"]["command"].as_array().unwrap().iter();
    let words = words.map(|word| word.as_str().unwrap().replace("HOME", home));
    let mut command = bench.command("env");
    command.env("PATH", crate::harness::tmux::path_with_binaries());
    assert_eq!(bench.ran(command.args(words)).code, Some(0));
}

#[test]
fn a_fresh_home_has_no_fault_and_nothing_is_written() {
    let bench = Bench::quiet();
    let ran = bench.mamori(&["doctor"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(
        ran.stdout
            .starts_with("warn   watch           no watcher runs\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.ends_with("`mamori doctor -v` shows all\n"),
        "{}",
        ran.stdout
    );
    assert!(!bench.home().join(".miyabi").exists(), "doctor only reads");
}

#[test]
fn a_home_that_others_can_read_is_mended_by_the_printed_command() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    mode(&bench.own(""), 0o755);
    assert_eq!(status(&bench, "home"), "warn");
    mend(&bench, "home");
    assert_eq!(status(&bench, "home"), "ok");
}

#[test]
fn a_broken_state_file_is_mended_by_the_printed_command() {
    let bench = Bench::quiet();
    bench.set_state("torn");
    assert_eq!(status(&bench, "state"), "fault");
    assert_eq!(bench.mamori(&["doctor"]).code, Some(1));
    mend(&bench, "state");
    assert_eq!(status(&bench, "state"), "ok");
}

#[test]
fn a_bad_configuration_is_a_fault_and_a_silenced_check_is_silent() {
    let bench = Bench::with("[watch]\nhelth_every = \"5m\"\n");
    assert_eq!(status(&bench, "config"), "fault");
    bench.configure("[doctor]\nignore = [\"watch\"]\n");
    let ran = bench.mamori(&["doctor"]);
    assert!(!ran.stdout.contains("watch  "), "{}", ran.stdout);
}

#[test]
fn a_running_watcher_is_fine() {
    let bench = Bench::quiet();
    let _watcher = bench.watch();
    assert_eq!(status(&bench, "watch"), "ok");
}
