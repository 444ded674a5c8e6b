//! The walk through a file system, on folders of a test's own.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mamori::model::history::folders::hidden;
use mamori::sys::clock;
use mamori::sys::growth::{Bounds, Walked, walk};
use mamori::sys::host::disks::Place;

use crate::harness::{Bench, MAMORI, Mounted, may_mount, mode};

fn place(point: PathBuf, others: Vec<PathBuf>) -> Place {
    Place {
        point,
        others,
        covered: Vec::new(),
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
    assert_eq!(found.bytes, allocated(&top));
    let named = fs::symlink_metadata(top.join("a/x")).unwrap().blocks() * 512;
    for one in &found.folders {
        // All of `a/x` counts where both its names are, and half of it in one.
        let part = match one.path.to_str().unwrap() {
            "" | "a" => named,
            "a/b" => named / 2,
            _ => 0,
        };
        let own = allocated(&top.join(&one.path)) - part;
        let twice = part.div_ceil(named / 2) * named;
        assert_eq!((one.bytes, one.shared), (own, twice), "{one:?}");
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
    let root = found.folders.iter().find(|one| one.path == Path::new(""));
    let covered = ["other", "again"].map(|name| hidden(name.as_bytes()));
    assert_eq!(root.unwrap().hidden, covered[0].wrapping_add(covered[1]));
    let found = walked(&place(disk.path(""), Vec::new()));
    assert_eq!(paths(&found), [""]);
}

/// A FUSE mount that nobody serves, on a folder of a small disk.
fn with_hanging(bench: &Bench, then: &str) -> Option<Mounted> {
    if !may_mount() || !Path::new("/dev/fuse").exists() {
        return None;
    }
    let mount = format!(
        "mount -t tmpfs -o size=8m,mode=700 disk \"$1\" && mkdir -p \"$1/a/hang\" && \
         exec 3<>/dev/fuse && \
         mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 hang \"$1/a/hang\"{then}"
    );
    let disk = Mounted::by(&mount, &bench.home().join("disk"), "");
    for at in 0..40 {
        let folder = disk.path("a").join(at.to_string());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("x"), [1; 5_000]).unwrap();
    }
    Some(disk)
}

#[test]
fn what_does_not_answer_is_not_asked_where_the_table_of_mounts_names_it() {
    let bench = Bench::with("[local]\nname = \"here\"\n");
    let Some(disk) = with_hanging(&bench, "") else {
        return;
    };
    let mut command = disk.command(&bench, "timeout");
    command.args(["-s", "KILL", "120", MAMORI, "predict", "measure", "--only"]);
    let ran = bench.ran(command.arg(bench.home().join("disk")));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.ends_with(" in 82 names\n"), "{}", ran.stdout);
}

#[test]
fn a_name_that_cannot_be_looked_at_hides_nothing_but_itself() {
    let bench = Bench::new();
    // Its server is gone.
    let Some(disk) = with_hanging(&bench, " && exec 3>&-") else {
        return;
    };
    let found = walked(&place(disk.path(""), Vec::new()));
    assert_eq!((found.complete, found.entries, found.unread), (true, 82, 1));
    assert_eq!(found.folders.len(), 42);
    let covered = hidden(b"a/hang");
    let hidden = |path: &str| {
        let folder = found.folders.iter().find(|one| one.path == Path::new(path));
        folder.unwrap().hidden
    };
    assert_eq!(
        (hidden(""), hidden("a"), hidden("a/7")),
        (covered, covered, 0)
    );
    // Named by the table, it is no unread one, and the same is hidden.
    let known = Place {
        covered: vec![disk.path("a/hang")],
        ..place(disk.path(""), Vec::new())
    };
    let found = walked(&known);
    assert_eq!((found.complete, found.entries, found.unread), (true, 82, 0));
    assert!(
        found
            .folders
            .iter()
            .all(|one| one.hidden == 0 || one.hidden == covered)
    );
}

#[test]
fn a_folder_whose_names_alone_can_be_read_is_one_unread() {
    let bench = Bench::new();
    let top = bench.home().join("top");
    for name in ["shut/a", "shut/b", "open"] {
        fs::create_dir_all(top.join(name)).unwrap();
    }
    mode(&top.join("shut"), 0o444);
    if fs::symlink_metadata(top.join("shut/a")).is_ok() {
        // Root may look in spite of that.
        mode(&top.join("shut"), 0o700);
        return;
    }
    let found = walked(&place(top.clone(), Vec::new()));
    mode(&top.join("shut"), 0o700);
    assert_eq!((found.complete, found.unread), (true, 1));
}
