//! `mamori config` and what it says of right and wrong files, on the real
//! binary.

mod trust;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::Bench;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/config")
        .join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("toml")))
        .collect();
    files.sort();
    files
}

#[test]
fn every_right_file_is_fine() {
    let files = files("good");
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let ran = Bench::with(fs::read(&file).unwrap()).mamori(&["config", "check"]);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (Some(0), ""),
            "{}",
            file.display()
        );
        assert!(
            ran.stdout
                .starts_with("`~/.config/mamori/config.toml`: fine ("),
            "{}",
            ran.stdout
        );
    }
}

/// `MAMORI_BLESS=1` writes what is said now, to be read and then kept.
#[test]
fn every_wrong_file_is_told_what_where_and_what_is_allowed() {
    let files = files("bad");
    assert!(files.len() >= 25, "{files:?}");
    for file in files {
        let stderr = Bench::with(fs::read(&file).unwrap()).refusal();
        let expected = file.with_extension("stderr");
        if std::env::var_os("MAMORI_BLESS").is_some() {
            fs::write(&expected, &stderr).unwrap();
        }
        assert_eq!(
            stderr,
            fs::read_to_string(&expected).unwrap(),
            "{}",
            file.display()
        );
    }
}

#[test]
fn the_design_s_example_counts_its_nodes_and_services() {
    let bench = Bench::with(include_str!("config/good/design.toml"));
    let ran = bench.mamori(&["config", "check"]);
    assert_eq!(
        ran.stdout,
        "`~/.config/mamori/config.toml`: fine (1 node, 1 service)\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&bench.mamori(&["config", "check", "--json"]).stdout).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"schema": 1, "path": "HOME/.config/mamori/config.toml",
                           "exists": true, "nodes": 1, "services": 1})
    );
}

#[test]
fn without_a_file_the_defaults_are_in_force() {
    let bench = Bench::new();
    let ran = bench.mamori(&["config", "check"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.stdout,
        "no `~/.config/mamori/config.toml`: the defaults are in force\n"
    );
    let shown = bench.mamori(&["config", "show"]).stdout;
    assert!(
        shown.contains("[watch]\nhealth_every = \"5m\"  # default\n"),
        "{shown}"
    );
}

#[test]
fn a_file_that_config_names_must_be_there() {
    let ran = Bench::new().mamori(&["--config", "/nowhere/c.toml", "config", "check"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "error: `/nowhere/c.toml`, which `--config` names, is not there\n\
         hint: `mamori config show --default` prints a file to begin with\n"
    );
}

#[test]
fn the_default_file_is_shown_byte_for_byte_and_is_itself_fine() {
    let shown = Bench::new().mamori(&["config", "show", "--default"]).stdout;
    assert_eq!(shown, include_str!("../src/config/default.toml"));
    assert_eq!(
        Bench::with(shown).mamori(&["config", "check"]).code,
        Some(0)
    );
}

#[test]
fn each_value_in_force_is_shown_with_where_it_is_from() {
    let bench = Bench::with("[watch]\nheal_every = \"1h\"\n[[node]]\nname = \"mugen\"\n");
    let shown = bench.mamori(&["config", "show"]).stdout;
    assert!(
        shown.contains("heal_every = \"1h\"  # ~/.config/mamori/config.toml:2\n"),
        "{shown}"
    );
    assert!(
        shown.contains("predict_every = \"1h\"  # default\n"),
        "{shown}"
    );
    assert!(shown.ends_with("[[node]]\nname = \"mugen\"  # ~/.config/mamori/config.toml:4\n"));
    let json: serde_json::Value =
        serde_json::from_str(&bench.mamori(&["config", "show", "--json"]).stdout).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["values"]["node"][0]["name"], "mugen");
    assert_eq!(
        json["lines"],
        serde_json::json!({"node[1].name": 4, "watch.heal_every": 2})
    );
}

#[test]
fn a_wrong_file_is_one_json_value_too() {
    let ran = Bench::with("[watch]\nheal_every = 5\n").mamori(&["config", "check", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, Some(2));
    assert_eq!(json["error"]["code"], 2);
    assert!(
        json["error"]["what"]
            .as_str()
            .unwrap()
            .contains("`watch.heal_every`"),
        "{json}"
    );
}

#[test]
fn the_path_is_printed_even_of_a_wrong_file() {
    let bench = Bench::with("nonsense");
    let ran = bench.mamori(&["config", "path"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "HOME/.config/mamori/config.toml\n")
    );
    let ran = bench.mamori(&["config", "path", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let path = "HOME/.config/mamori/config.toml";
    assert_eq!(json, serde_json::json!({ "schema": 1, "path": path }));
}
