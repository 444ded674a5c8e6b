//! Files with several names, and what a mount covers.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const MIB: u64 = 1 << 20;

/// A file: its bytes, and the folders in which it has a name.
type Files = Vec<(u64, Vec<&'static str>)>;

fn inside(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.starts_with(&format!("{folder}/"))
}

/// Names that nothing but what is hidden covers.
fn seen<'a>(names: &'a [&str], hidden: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let covered = |name: &str| hidden.iter().any(|folder| inside(name, folder));
    names.iter().copied().filter(move |name| !covered(name))
}

/// As a walk measures it.
fn measured(at: i64, files: &Files, covered: &[&str], floor: u64) -> Measurement {
    let mut paths = BTreeSet::from([""]);
    for name in files.iter().flat_map(|(_, names)| seen(names, covered)) {
        let above = Path::new(name).ancestors();
        paths.extend(above.map(|path| path.to_str().unwrap()));
    }
    let folder = |path: &&str| {
        let (mut bytes, mut shared) = (0, 0);
        for (size, names) in files {
            let here = seen(names, covered).filter(|name| inside(name, path));
            let all = here.count() as u64 * size;
            if names.len() == 1 {
                bytes += all;
            } else {
                shared += all;
            }
        }
        let within = covered.iter().filter(|one| inside(one, path));
        Folder {
            path: path.into(),
            bytes,
            shared,
            hidden: within.fold(0, |sum, one| sum.wrapping_add(hidden(one.as_bytes()))),
        }
    };
    let mut folders: Vec<Folder> = paths.iter().map(folder).collect();
    folders.retain(|one| one.path.as_os_str().is_empty() || one.bytes.max(one.shared) >= floor);
    let parts = files
        .iter()
        .map(|(size, names)| size * seen(names, covered).count() as u64 / names.len() as u64);
    Measurement {
        at,
        node: "here".to_owned(),
        mount: "/".to_owned(),
        volume: 7,
        least: floor,
        bytes: parts.sum(),
        unread: 0,
        complete: true,
        folders,
    }
}

fn mib(files: &[(u64, &[&'static str])]) -> Files {
    let each = files.iter();
    each.map(|(size, names)| (size * MIB, names.to_vec()))
        .collect()
}

fn told_of(older: &Measurement, newer: &Measurement) -> Vec<(String, u64)> {
    let grown = grown(older, newer).into_iter();
    grown
        .map(|one| (one.path.display().to_string(), one.by_bytes / MIB))
        .collect()
}

fn told(older: &[(u64, &[&'static str])], newer: &[(u64, &[&'static str])]) -> Vec<(String, u64)> {
    let floor = 16 * MIB;
    told_of(
        &measured(0, &mib(older), &[], floor),
        &measured(DAY, &mib(newer), &[], floor),
    )
}

fn said(words: &[(&str, u64)]) -> Vec<(String, u64)> {
    let words = words.iter();
    words
        .map(|(path, mib)| ((*path).to_owned(), *mib))
        .collect()
}

#[test]
fn no_folder_grows_because_another_name_went_or_came() {
    let older: &[(u64, &[_])] = &[(100, &["daily.0", "daily.6"]), (10, &["log"])];
    let newer: &[(u64, &[_])] = &[(100, &["daily.0"]), (40, &["log"])];
    assert_eq!(told(older, newer), said(&[("/log", 30)]));
    let newer: &[(u64, &[_])] = &[(100, &["daily.0", "daily.6", "new"]), (10, &["log"])];
    assert_eq!(told(older, newer), []);
    // A folder that was not listed may have had it.
    let newer: &[(u64, &[_])] = &[(100, &["daily.6/moved"]), (10, &["log"])];
    assert_eq!(told(older, newer), []);
}

#[test]
fn what_has_several_names_and_grew_is_told_as_the_disk() {
    let older: &[(u64, &[_])] = &[(100, &["a/x", "b/y"])];
    let newer: &[(u64, &[_])] = &[(100, &["a/x", "b/y"]), (500, &["a/z", "b/z"])];
    assert_eq!(told(older, newer), said(&[("/", 500)]));
}

#[test]
fn beside_files_of_several_names_others_are_told_of() {
    let older: &[(u64, &[_])] = &[(900, &["p/deps", "p/debug"]), (20, &["p/log"])];
    let newer: &[(u64, &[_])] = &[(900, &["p/deps", "p/debug"]), (320, &["p/log"])];
    assert_eq!(told(older, newer), said(&[("/p/log", 300)]));
    // Where not all names are met, neither is the whole disk's growth known.
    let within = |at, files| Measurement {
        unread: 1,
        ..measured(at, &mib(files), &["away"], 16 * MIB)
    };
    let (older, newer) = (within(0, older), within(DAY, newer));
    assert_eq!(told_of(&older, &newer), said(&[("/p/log", 300)]));
}

#[test]
fn what_a_mount_covered_did_not_grow() {
    let floor = 16 * MIB;
    let older = mib(&[(60, &["mnt"]), (20, &["log"])]);
    let newer = mib(&[(60, &["mnt"]), (70, &["log"]), (80, &["log/new"])]);
    let covered = measured(0, &older, &["mnt"], floor);
    let open = measured(DAY, &newer, &[], floor);
    assert_eq!(told_of(&covered, &open), said(&[("/log", 130)]));
}

fn any_files() -> impl Strategy<Value = Files> {
    let folder = prop::sample::select(vec!["", "a", "a/a", "a/b", "b", "b/a", "b/a/c", "c"]);
    let names = prop::collection::vec(folder, 1..4);
    let file = ((0_u64..40).prop_map(|part| part * 7 * MIB), names);
    prop::collection::vec(file, 0..8)
}

/// What files hold of which all names lie in a folder, or any.
fn held(files: &Files, hidden: &[&str], folder: &str, all: bool) -> u64 {
    let counts = |name: &&str| inside(name, folder) && !hidden.iter().any(|one| inside(name, one));
    let lie = |names: &[&str]| {
        let within = names.iter().filter(|name| counts(name)).count();
        within == names.len() || (!all && within > 0)
    };
    let of = files.iter().filter(|(_, names)| lie(names));
    of.map(|(size, _)| size).sum()
}

proptest! {
    #[test]
    fn no_folder_grew_by_more_than_came_into_it(
        older in any_files(), newer in any_files(), kept in any::<[bool; 8]>(),
        names in any::<[u8; 8]>(), floor in 0_u64..60, covered in 0_usize..5,
    ) {
        let mut after: Files = Vec::new();
        for (at, (size, names_then)) in older.iter().enumerate() {
            // Each of its names stays, or goes.
            let stays = |place: &usize| names[at] >> place & 1 == 0 || kept[at];
            let left: Vec<_> = (0..names_then.len()).filter(stays).map(|place| names_then[place]).collect();
            if !left.is_empty() {
                after.push((*size, left));
            }
        }
        after.extend(newer);
        let (then, now): (&[&str], &[&str]) = match covered {
            0 => (&[], &[]),
            1 => (&["b"], &[]),
            2 => (&[], &["a/b"]),
            3 => (&["a/b"], &["b"]),
            _ => (&["b"], &["b"]),
        };
        let measured = |at, files, covered: &[&str]| Measurement {
            unread: covered.len() as u64,
            ..measured(at, files, covered, floor * MIB)
        };
        let (old, new) = (measured(0, &older, then), measured(DAY, &after, now));
        for one in grown(&old, &new) {
            let path = one.path.strip_prefix("/").unwrap().to_str().unwrap();
            if path.is_empty() && then.is_empty() {
                prop_assert!(one.by_bytes <= new.bytes - old.bytes);
                continue;
            }
            // All that a folder alone holds now, without what lay in it then;
            // what is covered both times is in neither.
            let alone = held(&after, now, path, true);
            let lay = held(&older, if then == now { then } else { &[] }, path, false);
            let by = alone.saturating_sub(lay);
            prop_assert!(one.by_bytes <= by, "{one:?} {by}");
        }
    }
}
