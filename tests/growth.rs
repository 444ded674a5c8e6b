//! The walk through a file system, on folders of a test's own.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mamori::sys::clock;
use mamori::sys::growth::{Bounds, Walked, walk};
use mamori::sys::host::disks::Place;

use crate::harness::{Bench, Mounted, may_mount};

fn place(point: PathBuf, others: Vec<PathBuf>) -> Place {
    Place {
        point,
        others,
        total_bytes: 0,
        entries: 0,
        volume: 0,
    }
}

fn bounds(entries: u64) -> Bounds {
    Bounds {
        until: clock::elapsed() + Duration::from_secs(600),
        entries,
    }
}

/// All folders, however small.
fn walked(place: &Place) -> Walked {
    walk(place, 0, &mut bounds(1_000_000)).unwrap()
}

fn paths(found: &Walked) -> Vec<&str> {
    let paths = found.folders.iter().map(|one| one.path.to_str().unwrap());
    let mut paths: Vec<&str> = paths.collect();
    paths.sort_unstable();
    paths
}

/// What `du` would say.
fn allocated(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let own = fs::symlink_metadata(folder).unwrap().blocks() * 512;
    entries.fold(own, |sum, path| {
        let found = fs::symlink_metadata(&path).unwrap();
        let bytes = if found.is_dir() {
            allocated(&path)
        } else {
            found.blocks() * 512 / found.nlink()
        };
        sum + bytes
    })
}

#[test]
fn it_counts_what_is_allocated_and_follows_nothing() {
    let bench = Bench::new();
    let top = bench.home().join("top");
    fs::create_dir_all(top.join("a/b/c")).unwrap();
    fs::create_dir(top.join("empty")).unwrap();
    for (at, name) in ["a/x", "a/b/y", "a/b/c/z"].iter().enumerate() {
        fs::write(top.join(name), vec![1; 9_000 * (at + 1)]).unwrap();
    }
    fs::hard_link(top.join("a/x"), top.join("a/b/also-x")).unwrap();
    fs::File::create(top.join("a/holes"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    symlink("..", top.join("a/b/round")).unwrap();
    symlink("/usr", top.join("a/out")).unwrap();
    let found = walked(&place(top.clone(), Vec::new()));
    assert!(found.complete, "{found:?}");
    assert_eq!((found.entries, found.unread), (11, 0));
    assert_eq!(paths(&found), ["", "a", "a/b", "a/b/c", "empty"]);
    for one in &found.folders {
        assert_eq!(one.bytes, allocated(&top.join(&one.path)), "{one:?}");
        assert_eq!(one.hidden, 0);
    }
    // The mount point itself is no link, either.
    symlink(&top, bench.home().join("link")).unwrap();
    let link = place(bench.home().join("link"), Vec::new());
    assert!(walk(&link, 0, &mut bounds(9)).is_err());
}

#[test]
fn a_limit_ends_it_and_what_is_left_serves_the_next() {
    let bench = Bench::new();
    for at in 0..30 {
        fs::create_dir_all(bench.home().join(format!("top/{at}/in"))).unwrap();
    }
    let place = place(bench.home().join("top"), Vec::new());
    let mut left = bounds(70);
    let first = walk(&place, 0, &mut left).unwrap();
    assert_eq!(
        (first.complete, first.entries, left.entries),
        (true, 60, 10)
    );
    let second = walk(&place, 0, &mut left).unwrap();
    assert_eq!(
        (second.complete, second.entries, left.entries),
        (false, 10, 0)
    );
    let third = walk(&place, 0, &mut left).unwrap();
    assert_eq!((third.complete, third.entries), (false, 0));
    left = Bounds {
        until: Duration::ZERO,
        ..bounds(70)
    };
    assert!(!walk(&place, 0, &mut left).unwrap().complete);
    // Nothing to look at is looked at in no time.
    fs::create_dir(bench.home().join("empty")).unwrap();
    let empty = self::place(bench.home().join("empty"), Vec::new());
    assert!(walk(&empty, 0, &mut left).unwrap().complete);
}

#[test]
fn what_is_very_deep_is_unread_and_what_is_deep_counts_above() {
    let bench = Bench::new();
    let top = bench.home().join("top");
    let deep: PathBuf = (0..250).map(|_| "d").collect();
    fs::create_dir_all(top.join(deep)).unwrap();
    let found = walked(&place(top, Vec::new()));
    assert_eq!((found.complete, found.unread), (true, 1));
    let six = [
        "",
        "d",
        "d/d",
        "d/d/d",
        "d/d/d/d",
        "d/d/d/d/d",
        "d/d/d/d/d/d",
    ];
    assert_eq!(paths(&found), six);
    let hidden = found.folders.first().unwrap().hidden;
    assert!(hidden != 0 && found.folders.iter().all(|one| one.hidden == hidden));
}

#[test]
fn a_volume_of_the_same_device_belongs_to_it_and_another_disk_does_not() {
    if !may_mount() {
        return;
    }
    let bench = Bench::new();
    let point = bench.home().join("disk");
    let disk = Mounted::small(&point, "8m");
    let within = |name: &str| disk.path("").join(name);
    for name in ["volume", "other"] {
        fs::create_dir(within(name)).unwrap();
        let mut mount = disk.command(&bench, "mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=8m", "more"])
            .arg(point.join(name));
        assert!(mount.status().unwrap().success());
        fs::create_dir(within(name).join("in")).unwrap();
        fs::write(within(name).join("in/x"), [1; 9_000]).unwrap();
    }
    fs::create_dir(within("again")).unwrap();
    let mut bind = disk.command(&bench, "mount");
    bind.arg("--bind")
        .args([point.join("volume"), point.join("again")]);
    assert!(bind.status().unwrap().success());
    let found = walked(&place(
        disk.path(""),
        vec![within("volume"), within("again")],
    ));
    assert_eq!(paths(&found), ["", "volume", "volume/in"]);
    assert_eq!((found.complete, found.unread), (true, 0));
    let found = walked(&place(disk.path(""), Vec::new()));
    assert_eq!(paths(&found), [""]);
}
