use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Bytes lying in each folder itself, and which folders cannot be read.
type Tree = BTreeMap<String, u64>;
type Unread = BTreeSet<String>;

fn inside(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.starts_with(&format!("{folder}/"))
}

/// What can be read of a folder of a tree.
fn size(tree: &Tree, unread: &Unread, folder: &str) -> u64 {
    let lies = |path: &&String| inside(path, folder) && !unread.iter().any(|no| inside(path, no));
    tree.keys().filter(lies).map(|path| tree[path]).sum()
}

/// As a walk measures it.
fn measured(at: i64, tree: &Tree, unread: &Unread, floor: u64, most: usize) -> Measurement {
    let mut paths = BTreeSet::from([String::new()]);
    for path in tree.keys() {
        let above = Path::new(path).ancestors();
        paths.extend(above.map(|path| path.to_str().unwrap().to_owned()));
    }
    let mut folders: Vec<Folder> = Vec::new();
    for path in &paths {
        let bytes = size(tree, unread, path);
        let in_it = unread
            .iter()
            .filter(|no| inside(no, path) && paths.contains(*no));
        let is_read = !unread.iter().any(|no| inside(path, no));
        if path.is_empty() || (bytes >= floor && is_read) {
            folders.push(Folder {
                path: path.into(),
                bytes,
                shared: 0,
                hidden: in_it.fold(0, |sum, no| sum.wrapping_add(hidden(no.as_bytes()))),
            });
        }
    }
    let mut least = floor;
    largest(&mut folders, &mut least, most);
    Measurement {
        at,
        node: "here".to_owned(),
        mount: "/".to_owned(),
        volume: 7,
        least,
        bytes: size(tree, unread, ""),
        unread: 0,
        complete: true,
        folders,
    }
}

fn tree(folders: &[(&str, u64)]) -> Tree {
    let pairs = folders
        .iter()
        .map(|(path, mib)| ((*path).to_owned(), mib * MIB));
    pairs.collect()
}

fn told(older: &Tree, newer: &Tree) -> Vec<(String, u64)> {
    let none = Unread::new();
    let older = measured(0, older, &none, 16 * MIB, KEPT);
    let newer = measured(DAY, newer, &none, 16 * MIB, KEPT);
    words(&grown(&older, &newer))
}

fn words(grown: &[Grown]) -> Vec<(String, u64)> {
    let pairs = grown
        .iter()
        .map(|one| (one.path.display().to_string(), one.by_bytes / MIB));
    pairs.collect()
}

fn said(words: &[(&str, u64)]) -> Vec<(String, u64)> {
    words
        .iter()
        .map(|(path, mib)| ((*path).to_owned(), *mib))
        .collect()
}

#[test]
fn the_deepest_that_explain_it_are_told() {
    let older = tree(&[
        ("home/me/build", 100),
        ("home/me/mail", 900),
        ("var/log", 500),
        ("usr", 4_000),
    ]);
    let newer = tree(&[
        ("home/me/build", 12_100),
        ("home/me/mail", 950),
        ("var/log", 3_500),
        ("usr", 4_000),
    ]);
    assert_eq!(
        told(&older, &newer),
        said(&[("/home/me/build", 12_000), ("/var/log", 3_000)])
    );
}

#[test]
fn what_grew_all_over_is_told_as_the_folder_around_it() {
    let older = tree(&[
        ("p/a", 500),
        ("p/b", 500),
        ("p/c", 500),
        ("p/d", 500),
        ("p/e", 500),
        ("p/f", 500),
    ]);
    let newer: Tree = older
        .iter()
        .map(|(path, bytes)| (path.clone(), bytes + 100 * MIB))
        .collect();
    assert_eq!(told(&older, &newer), said(&[("/p", 600)]));
    assert_eq!(told(&newer, &older), []);
}

#[test]
fn files_right_in_the_mount_point_are_told_as_it() {
    assert_eq!(
        told(&tree(&[("", 10)]), &tree(&[("", 900)])),
        said(&[("/", 890)])
    );
}

#[test]
fn a_new_folder_counts_from_what_it_can_have_had() {
    let older = tree(&[("a", 100)]);
    assert_eq!(
        told(&older, &tree(&[("a", 100), ("a/new/deep", 300)])),
        said(&[("/a/new/deep", 284)])
    );
    // Nothing lay beside: from nothing.
    let older = tree(&[("a/b", 100)]);
    assert_eq!(
        told(&older, &tree(&[("a/b", 100), ("a/new", 300)])),
        said(&[("/a/new", 300)])
    );
    // It was too small to be listed, and is no new one.
    let older = tree(&[("a/b", 100), ("a/small", 15)]);
    assert_eq!(
        told(&older, &tree(&[("a/b", 100), ("a/small", 300)])),
        said(&[("/a/small", 285)])
    );
}

#[test]
fn little_is_not_told_and_what_was_moved_neither() {
    let older = tree(&[("a", 5_000), ("b", 100)]);
    assert_eq!(told(&older, &tree(&[("a", 5_015), ("b", 100)])), []);
    assert_eq!(told(&older, &tree(&[("a", 100), ("b", 5_000)])), []);
    // A hundredth of what grew.
    let newer = tree(&[("a", 9_000), ("b", 130)]);
    assert_eq!(told(&older, &newer), said(&[("/a", 4_000)]));
}

#[test]
fn what_was_cut_short_or_is_another_disk_is_not_compared() {
    let (older, newer) = (tree(&[("a", 1)]), tree(&[("a", 900)]));
    let none = Unread::new();
    let older = measured(0, &older, &none, MIB, KEPT);
    let newer = measured(DAY, &newer, &none, MIB, KEPT);
    assert_eq!(grown(&older, &newer).len(), 1);
    let cut = |one: &Measurement| Measurement {
        complete: false,
        ..one.clone()
    };
    let other = |one: &Measurement| Measurement {
        volume: 8,
        ..one.clone()
    };
    assert_eq!(grown(&cut(&older), &newer), []);
    assert_eq!(grown(&older, &cut(&newer)), []);
    assert_eq!(grown(&other(&older), &newer), []);
    assert_eq!(grown(&newer, &newer), []);
}

#[test]
fn what_can_be_read_only_now_did_not_grow_but_its_neighbours_may_have() {
    let older = tree(&[("a/shut", 5_000), ("a/open", 100), ("b", 100)]);
    let newer = tree(&[("a/shut", 5_000), ("a/open", 400), ("b", 200)]);
    let shut = Unread::from(["a/shut".to_owned()]);
    let measured = |at, tree: &Tree, unread: &Unread| measured(at, tree, unread, 16 * MIB, KEPT);
    let before = measured(0, &older, &shut);
    let told = |after: &Measurement| words(&grown(&before, after));
    let both = said(&[("/a/open", 300), ("/b", 100)]);
    assert_eq!(told(&measured(DAY, &newer, &shut)), both);
    assert_eq!(told(&measured(DAY, &newer, &Unread::new())), both);
}

#[test]
fn the_newest_is_compared_with_that_of_a_week_before() {
    let now = Timestamp(100 * DAY);
    let taken = |days: &[i64]| {
        let taken = days.iter().map(|day| Taken {
            at: day * DAY,
            volume: 1,
            complete: true,
        });
        taken.collect::<Vec<_>>()
    };
    let told = |days: &[i64]| compared(&taken(days), now).map(|(old, new)| (old / DAY, new / DAY));
    assert_eq!(told(&[80, 91, 92, 93, 94, 99, 100]), Some((93, 100)));
    assert_eq!(told(&[80, 91, 94, 99, 100]), Some((91, 100)));
    assert_eq!(told(&[96, 98, 100]), Some((96, 100)), "a young one");
    assert_eq!(told(&[100]), None);
    assert_eq!(told(&[80, 90]), None, "too long ago");
    assert_eq!(
        told(&[90, 99, 110]),
        Some((90, 99)),
        "a clock that ran ahead"
    );
    let mut near = taken(&[99, 100]);
    near[0].at = 100 * DAY - APART + 1;
    assert_eq!(compared(&near, now), None);
    let mut others = taken(&[90, 95, 99, 100]);
    others[0].volume = 2;
    others[3].complete = false;
    assert_eq!(compared(&others, now), Some((95 * DAY, 99 * DAY)));
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let path = prop::collection::vec("[ab]", 0..5).prop_map(|parts| parts.join("/"));
    prop::collection::btree_map(path, (0_u64..40).prop_map(|part| part * 7 * MIB), 0..14)
}

fn any_unread() -> impl Strategy<Value = Unread> {
    let path = prop::collection::vec("[ab]", 1..5).prop_map(|parts| parts.join("/"));
    prop::collection::btree_set(path, 0..3)
}

/// A tree that was measured and what became of it.
fn any_two() -> impl Strategy<Value = (Tree, Tree)> {
    (any_tree(), any_tree()).prop_map(|(older, more)| {
        let mut newer = older.clone();
        newer.extend(more);
        (older, newer)
    })
}

proptest! {
    #[test]
    fn nothing_false_is_told(
        (older, newer) in any_two(), shut in any_unread(), later in any_unread(),
        most in 1_usize..12, floor in 1_u64..60, change in 0_usize..3,
    ) {
        let floor = floor * MIB;
        let none = Unread::new();
        let (before, after) = match change {
            0 => (&none, &none),
            1 => (&shut, &shut),
            _ => (&shut, &later),
        };
        let old = measured(0, &older, before, floor, most);
        let new = measured(DAY, &newer, after, floor, KEPT);
        let grown = grown(&old, &new);
        prop_assert!(grown.len() <= TOLD);
        for (at, one) in grown.iter().enumerate() {
            let path = one.path.strip_prefix("/").unwrap().to_str().unwrap();
            // What could be read both times grew by that at least.
            let both: Unread = before.union(after).cloned().collect();
            let by = size(&newer, &both, path).saturating_sub(size(&older, &both, path));
            prop_assert!(one.by_bytes >= FLOOR);
            prop_assert_eq!(one.since, Timestamp(0));
            if change < 2 {
                prop_assert!(one.by_bytes <= by, "{:?} {}", one, by);
            } else {
                // What only now is shut hides growth and makes none.
                let seen = size(&newer, after, path).saturating_sub(size(&older, after, path));
                prop_assert!(one.by_bytes <= seen, "{:?} {}", one, seen);
            }
            for other in grown.iter().skip(at + 1) {
                prop_assert!(!other.path.starts_with(&one.path) && !one.path.starts_with(&other.path));
                prop_assert!(other.by_bytes <= one.by_bytes);
            }
        }
    }

    #[test]
    fn where_nothing_shrank_no_more_is_told_than_the_disk_grew(
        older in any_tree(), more in any_tree(), floor in 1_u64..60, most in 1_usize..12,
    ) {
        let mut newer = older.clone();
        for (path, bytes) in more {
            *newer.entry(path).or_default() += bytes;
        }
        let none = Unread::new();
        let old = measured(0, &older, &none, floor * MIB, most);
        let new = measured(DAY, &newer, &none, floor * MIB, KEPT);
        let grown = grown(&old, &new);
        let told: u64 = grown.iter().map(|one| one.by_bytes).sum();
        let real = size(&newer, &none, "") - size(&older, &none, "");
        prop_assert!(told <= real);
        // Whatever grew, something is told of it.
        prop_assert_eq!(grown.is_empty(), real < FLOOR);
    }

    #[test]
    fn any_measurements_are_survived(
        paths in prop::collection::vec(("[a/]{0,6}", any::<u64>(), any::<u64>(), 0_u64..3), 0..12),
        least in any::<u64>(), after in 0_usize..12,
    ) {
        let folders: Vec<Folder> = paths.into_iter()
            .map(|(path, bytes, shared, hidden)| Folder { path: path.into(), bytes, shared, hidden })
            .collect();
        let (older, newer) = folders.split_at(after.min(folders.len()));
        let mut measurement = measured(0, &Tree::new(), &Unread::new(), GIB, KEPT);
        measurement.least = least;
        let of = |at, folders: &[Folder]| Measurement { at, folders: folders.to_vec(), ..measurement.clone() };
        prop_assert!(grown(&of(0, older), &of(1, newer)).len() <= TOLD);
    }

    #[test]
    fn the_largest_are_kept_with_all_around_them(tree in any_tree(), most in 1_usize..20) {
        let kept = measured(0, &tree, &Unread::new(), 1, most);
        let all = measured(0, &tree, &Unread::new(), 1, KEPT);
        let paths: BTreeSet<&Path> = kept.folders.iter().map(|one| one.path.as_path()).collect();
        prop_assert!(paths.len() <= most);
        for path in &paths {
            prop_assert!(path.parent().is_none_or(|parent| paths.contains(parent)), "{path:?}");
        }
        for one in all.folders.iter().filter(|one| !paths.contains(one.path.as_path())) {
            prop_assert!(one.bytes < kept.least, "{one:?}");
        }
    }
}

#[test]
fn folders_are_measured_at_night_and_when_a_disk_is_foretold_to_fill() {
    let due = |age: i64, hour, foretold| {
        let ahead = 300 * DAY;
        is_due(
            &[-90 * DAY, -age * HOUR, ahead],
            Some(-1000),
            0,
            hour,
            foretold,
        )
    };
    assert!(due(20, 3, false) && !due(20, 12, false) && !due(2, 3, false));
    assert!(due(36, 12, false));
    assert!(due(6, 12, true) && !due(5, 12, true));
    let first = |known: i64, hour, foretold| is_due(&[], Some(-known * HOUR), 0, hour, foretold);
    assert!(first(24, 12, false) && !first(23, 12, false));
    assert!(first(1, 3, false) && first(1, 12, true) && !first(0, 3, true));
    assert!(!is_due(&[], None, 0, 3, true));
    assert!(!is_due(&[1], None, 0, 3, true), "a clock that ran ahead");
}
