//! Random trees and patterns beside a simple judge: what it does not allow
//! stays, what it allows is gone.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use proptest::prelude::*;

use super::ground::{DAY, Ground, age, names, victim};

/// Something on the ground, and how many days old it is; a link leads to the
/// victim.
#[derive(Debug, Clone)]
enum Thing {
    File(i64),
    Link(i64),
    Folder(i64, Vec<(String, Self)>),
}

fn things() -> impl Strategy<Value = Thing> {
    let days = prop_oneof![Just(8_i64), Just(100), Just(8), Just(6), Just(-1)];
    let leaf = prop_oneof![
        days.clone().prop_map(Thing::File),
        days.clone().prop_map(Thing::Link),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let named = ("[a-c]{1,2}|-x|\n", inner);
        (days.clone(), prop::collection::vec(named, 0..4))
            .prop_map(|(days, things)| Thing::Folder(days, things))
    })
}

fn make(path: &Path, thing: &Thing, victim: &Path) {
    match thing {
        Thing::File(days) => {
            fs::write(path, "x").unwrap();
            age(path, days * DAY);
        }
        Thing::Link(days) => {
            symlink(victim, path).unwrap();
            age(path, days * DAY);
        }
        Thing::Folder(days, things) => {
            fs::create_dir(path).unwrap();
            let mut made = BTreeSet::new();
            for (name, thing) in things {
                if made.insert(name) {
                    make(&path.join(name), thing, victim);
                }
            }
            age(path, days * DAY);
        }
    }
}

/// Whether everything in it is at least a week old.
fn old(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let week = mamori::sys::clock::now().0 - 7 * DAY;
    let meta = fs::symlink_metadata(path).unwrap();
    if meta.is_dir() {
        return meta.mtime() <= week
            && fs::read_dir(path)
                .unwrap()
                .all(|entry| old(&entry.unwrap().path()));
    }
    meta.mtime() <= week && (meta.is_symlink() || meta.atime() <= week)
}

/// Matches as a child would do it.
fn like(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=name.len()).any(|skip| like(rest, &name[skip..])),
        (['?', rest @ ..], [_, name @ ..]) => like(rest, name),
        (['[', a, '-', b, ']', rest @ ..], [c, name @ ..]) => {
            (a..=b).contains(&c) && like(rest, name)
        }
        ([a, rest @ ..], [b, name @ ..]) if a == b => like(rest, name),
        _ => false,
    }
}

fn means(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    (name.first() != Some(&'.') || pattern.first() == Some(&'.')) && like(&pattern, &name)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn only_what_a_simple_judge_allows_is_gone(
        pattern in prop_oneof![
            Just("abc-*"), Just("*abc"), Just("?abc*"), Just("[a-b]abc-?"), Just("*-abc-*"),
            Just(".abc*"), Just("abc"), Just("-*abc"), Just("*a*b*c*"),
        ],
        tree in prop::collection::vec(("[ab.-]{0,2}abc[-ab]{0,2}", things()), 0..8),
    ) {
        let ground = Ground::matching(pattern);
        let precious = ground.bench.home().join("victim");
        fs::create_dir(&precious).unwrap();
        fs::write(precious.join("abc-1"), "x").unwrap();
        age(&precious.join("abc-1"), 8 * DAY);
        let before = victim(&precious);
        for (name, thing) in &tree {
            if !ground.at(name).exists() && !ground.at(name).is_symlink() {
                make(&ground.at(name), thing, &precious);
            }
        }
        let all = names(&ground.folder());
        let stays = all.iter().filter(|name| !(means(pattern, name) && old(&ground.at(name))));
        let stays: Vec<String> = stays.cloned().collect();
        let gone = all.len() - stays.len();
        ground.one();
        prop_assert_eq!(ground.stands(), stays);
        prop_assert_eq!(victim(&precious), before);
        let kept: usize = ground.trashes().iter().map(|trash| names(trash).len() - 1).sum();
        prop_assert_eq!(kept, gone);
    }
}
