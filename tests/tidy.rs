//! What a newcomer may rely on: short files, dependencies in one direction,
//! effects in one place, no left-overs.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(ROOT).join(folder), &mut found);
    found.sort();
    let name = |path: &Path| {
        path.strip_prefix(ROOT)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    found
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The modules at the top of the library that a file uses.
fn uses(text: &str) -> Vec<&str> {
    let tests = text.find("#[cfg(test)]\n").unwrap_or(text.len());
    let names = text[..tests].match_indices("crate::").map(|(at, _)| {
        let rest = &text[at + "crate::".len()..];
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap()
    });
    names.collect()
}

#[test]
fn no_file_is_longer_than_400_lines() {
    for (name, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        assert!(lines <= 400, "{name} has {lines} lines");
    }
}

#[test]
fn dependencies_point_in_one_direction() {
    let all = [
        "cli", "config", "model", "remote", "rooms", "roster", "state", "sys", "ui",
    ];
    // What each may use besides itself.
    let allowed: [(&str, &[&str]); 6] = [
        ("model", &[]),
        ("ui", &["model"]),
        ("config", &["model", "sys"]),
        ("state", &["model", "sys"]),
        ("sys", &["model"]),
        ("remote", &["model", "config", "sys"]),
    ];
    for (name, text) in sources("src") {
        for (folder, modules) in allowed {
            let inside = name.starts_with(&format!("src/{folder}/"));
            for used in uses(&text).iter().filter(|_| inside) {
                let may = *used == folder || modules.contains(used) || !all.contains(used);
                assert!(may, "{name} uses crate::{used}");
            }
        }
    }
}

#[test]
fn decisions_have_no_effects() {
    let pure = [
        "judge.rs",
        "grade.rs",
        "alerts.rs",
        "record.rs",
        "decide.rs",
        "show.rs",
        "show_found.rs",
        "schedule.rs",
        "due.rs",
        "standing.rs",
        "change.rs",
        "expected.rs",
        "ssh.rs",
        "keys.rs",
        "menus.rs",
        "lists.rs",
        "update.rs",
        "over.rs",
        "spark.rs",
        "block.rs",
        "paper.rs",
        "agenda.rs",
        "lines.rs",
        "findings.rs",
        "grew.rs",
        "matters.rs",
        "post.rs",
        "routes.rs",
        "words.rs",
        "alertmanager.rs",
        "family.rs",
        "foreseen.rs",
        "label.rs",
        "page.rs",
        "place.rs",
        "told.rs",
    ];
    for (name, text) in sources("src") {
        let file = Path::new(&name).file_name().unwrap().to_str().unwrap();
        let decides = name.starts_with("src/rooms/") && pure.contains(&file);
        if decides || name.starts_with("src/model/") || name.starts_with("src/ui/") {
            for word in [
                "std::fs",
                "std::net",
                "std::process",
                "std::env",
                "SystemTime",
                "Instant::",
                "clock::",
                "files::",
            ] {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }
}

#[test]
fn a_room_uses_no_other_room_but_for_those_that_bring_them_together() {
    // `mamori heal` is one command for what four rooms do, and what recovers a
    // service may have its configuration restored first. The dashboard's keys
    // do what the commands do.
    let may = [
        ("dash", "alerts"),
        ("dash", "pause"),
        ("heal", "guard"),
        ("heal", "logs"),
        ("heal", "temp"),
        ("heal", "recover"),
        ("recover", "guard"),
    ];
    for (name, text) in sources("src/rooms") {
        let own = name
            .split('/')
            .nth(2)
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned();
        for (at, _) in text.match_indices("crate::rooms::") {
            let rest = &text[at + "crate::rooms::".len()..];
            let other = rest
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap();
            assert!(
                own == "watch" || other == own || may.contains(&(own.as_str(), other)),
                "{name} uses the room {other}"
            );
        }
    }
}

#[test]
fn nothing_unfinished_is_left() {
    for (name, text) in sources("src") {
        for word in ["TODO", "FIXME", "XXX", "unimplemented!", "todo!"] {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
}
