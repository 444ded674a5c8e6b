//! The shared state file through the real binaries: what survives, what is
//! refused, what is said.

use std::fs;

use serde_json::{Value, json};

use crate::harness::Bench;

/// Written once, when schema 1 began, and never edited: every later build
/// must read it.
const V1: &str = include_str!("state/v1.json");

#[test]
fn the_first_state_file_ever_written_is_still_read() {
    let bench = Bench::quiet();
    bench.set_state(V1);
    let ran = bench.mamori(&["status", "--json"]);
    let json = ran.json();
    assert_eq!(json["revision"], 41);
    assert_eq!(
        json["nodes"][1]["problems"][0]["text"],
        "disk 93% (limit 90%)"
    );
    assert_eq!(json["alerts"][0]["number"], 12);
    assert_eq!(ran.code, Some(1));
    let segment = bench.segment(&["--no-style", "--width", "20"]);
    assert!(segment.starts_with("◌ 2 nodes, "), "{segment}");
}

#[test]
fn what_a_newer_build_added_survives_in_every_object() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    bench.mamori(&["pause", "local", "--reason", "test"]);
    let mut state = bench.state();
    mark(&mut state);
    bench.set_state(state.to_string());
    let name = state["nodes"][0]["name"].as_str().unwrap().to_owned();
    assert_eq!(bench.mamori(&["health"]).code, Some(0));
    let after = bench.state();
    assert_eq!(
        after["revision"],
        json!(state["revision"].as_u64().unwrap() + 1)
    );
    for pointer in [
        "",
        "/summary",
        "/nodes/0",
        "/nodes/0/readings",
        "/nodes/0/readings/load_1m",
        "/nodes/0/readings/disks/value/0",
        &format!("/pauses/{name}"),
    ] {
        assert_eq!(
            after.pointer(pointer).unwrap()["newer"],
            "x",
            "lost in `{pointer}`"
        );
    }
}

/// Puts a key that we do not know into every object.
fn mark(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(mark);
            object.insert("newer".to_owned(), json!("x"));
        }
        Value::Array(elements) => elements.iter_mut().for_each(mark),
        _ => {}
    }
    // What stands under any name there is of one kind.
    for map in ["/widgets", "/services/value"] {
        if let Some(map) = value.pointer_mut(map).and_then(Value::as_object_mut) {
            map.remove("newer");
        }
    }
}

#[test]
fn a_newer_schema_is_shown_and_never_overwritten() {
    let bench = Bench::quiet();
    let newer = V1.replacen("\"schema\":1", "\"schema\":4", 1);
    bench.set_state(&newer);
    let ran = bench.mamori(&["pause", "local"]);
    assert_eq!(ran.code, Some(3));
    assert_eq!(
        ran.stderr,
        "error: could not change the state file `HOME/.miyabi/mamori/state.json`: \
         schema 4 is newer than this build knows (1)\n\
         hint: upgrade every mamori binary together: `make install`\n"
    );
    let ran = bench.mamori(&["health"]);
    assert_eq!(
        ran.code,
        Some(0),
        "a result that is not recorded is still a result"
    );
    assert!(
        ran.stderr
            .starts_with("warning: not recorded: could not change"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.mamori(&["status", "--json"]).json()["revision"], 41);
    assert_eq!(fs::read_to_string(bench.own("state.json")).unwrap(), newer);
    // Even one that is built quite differently.
    let strange = r#"{"schema":9,"nodes":{"a":1},"summary":"fine"}"#;
    bench.set_state(strange);
    assert_eq!(bench.mamori(&["pause", "local"]).code, Some(3));
    assert_eq!(
        fs::read_to_string(bench.own("state.json")).unwrap(),
        strange
    );
    assert_eq!(bench.segment(&["--no-style"]), "◌ no data");
}

#[test]
fn a_broken_file_is_read_from_its_backup_and_set_aside_by_the_next_writer() {
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    bench.mamori(&["pause", "local", "--reason", "kept"]);
    for broken in [
        "",
        "{\"schema\":1,\"rev",
        "\0\0\0\0",
        "[]",
        "{}",
        "nonsense",
    ] {
        bench.set_state(broken);
        let ran = bench.mamori(&["status", "--json"]);
        assert_eq!(ran.code, Some(0), "{broken:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("is broken ("), "{}", ran.stderr);
        assert_eq!(
            ran.json()["nodes"][0]["state"],
            "paused",
            "people's data comes back"
        );
        assert_eq!(
            fs::read_to_string(bench.own("state.json")).unwrap(),
            broken,
            "a reader leaves it"
        );
        let ran = bench.mamori(&["health"]);
        assert!(
            ran.stderr.contains(" and is kept as `HOME/"),
            "{}",
            ran.stderr
        );
        let aside = quarantined(&bench);
        assert_eq!(aside, [broken], "it is kept as it was");
        assert_eq!(bench.state()["nodes"][0]["state"], "paused");
        remove_quarantined(&bench);
    }
}

#[test]
fn without_any_backup_a_broken_file_is_an_error_to_readers_and_kept_by_writers() {
    let bench = Bench::quiet();
    bench.set_state("torn");
    let ran = bench.mamori(&["status"]);
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.stderr
            .starts_with("error: could not read the state file"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.mamori(&["health"]).code, Some(0));
    assert_eq!(quarantined(&bench), ["torn"]);
    assert_eq!(bench.mamori(&["status"]).code, Some(0));
}

fn quarantined(bench: &Bench) -> Vec<String> {
    corrupt(bench)
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn corrupt(bench: &Bench) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(bench.own(""))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let corrupt = |path: &std::path::PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("state.json.corrupt-")
    };
    entries.filter(corrupt).collect()
}

fn remove_quarantined(bench: &Bench) {
    for path in corrupt(bench) {
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn files_and_folders_are_ours_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::quiet();
    bench.mamori(&["health"]);
    let bits = |name| fs::metadata(bench.own(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(bits(""), 0o700);
    for file in ["state.json", "state.json.1", "state.lock"] {
        assert_eq!(bits(file), 0o600, "{file}");
    }
}

#[test]
fn other_tools_files_in_the_home_are_not_touched() {
    let bench = Bench::quiet();
    let theirs = bench.home().join(".miyabi/config.toml");
    fs::create_dir_all(theirs.parent().unwrap()).unwrap();
    fs::write(&theirs, "theirs").unwrap();
    bench.mamori(&["health"]);
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
    let names: Vec<_> = fs::read_dir(bench.home().join(".miyabi"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    let ours = ["config.toml", "mamori", "metrics"];
    assert!(
        names.iter().all(|name| ours.iter().any(|our| name == our)),
        "{names:?}"
    );
}

#[test]
fn the_home_is_the_password_files_when_it_is_not_set() {
    let bench = Bench::new();
    let ran = bench.ran(
        bench
            .command(crate::harness::MAMORI)
            .env_remove("HOME")
            .args(["config", "path"]),
    );
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stdout.ends_with("/.config/mamori/config.toml\n"),
        "{}",
        ran.stdout
    );
    let ran = bench.ran(
        bench
            .command(crate::harness::MAMORI)
            .env("HOME", "relative")
            .args(["health"]),
    );
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "error: `HOME` is not set to an absolute path, and the password file names no home\n\
         hint: HOME=/path/to/your/home mamori health\n"
    );
}

#[test]
fn a_clock_that_jumped_is_survived_in_both_directions() {
    for year in ["2036", "2016"] {
        let bench = Bench::quiet();
        bench.mamori(&["health"]);
        let text = fs::read_to_string(bench.own("state.json")).unwrap();
        let at = text.find("\"observed_at\":\"").unwrap() + "\"observed_at\":\"".len();
        let now = text[at..at + 4].to_owned();
        let mut state: Value =
            serde_json::from_str(&text.replace(&format!("\"{now}-"), &format!("\"{year}-")))
                .unwrap();
        let observed = if year == "2036" {
            2_090_000_000
        } else {
            1_460_000_000
        };
        state["summary"]["observed"] = json!(observed);
        bench.set_state(state.to_string());
        assert!(
            bench.segment(&["--no-style"]).starts_with("◌ 1 node, "),
            "never shown as fresh"
        );
        assert_eq!(bench.mamori(&["status"]).code, Some(0));
        assert_eq!(bench.mamori(&["health"]).code, Some(0));
        assert_eq!(
            bench.segment(&["--no-style"]),
            "● 1/1",
            "healed by the next sample"
        );
    }
}
