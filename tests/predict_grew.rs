//! What grew: folders measured twice, and what a forecast says of them.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use mamori::model::history::Measurement;
use mamori::sys::clock;
use serde_json::{Value, json};

use crate::harness::grown::Ground;
use crate::harness::history::now;
use crate::harness::{Bench, mode};

fn bytes(one: &Measurement, path: &str) -> Option<u64> {
    let folder = one.folders.iter().find(|one| one.path == Path::new(path));
    folder.map(|folder| folder.bytes)
}

#[test]
fn what_grew_is_told_to_people_and_programs() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    assert_eq!(ground.told(), []);
    ground.file("build/out/a", 20);
    ground.file("log/syslog", 30);
    ground.file("still/x", 40);
    ground.measure_ago(8);
    assert_eq!(ground.told(), [], "one measurement");
    ground.measure_ago(3);
    ground.file("build/out/b", 80);
    ground.file("log/syslog", 70);
    ground.measure_ago(0);
    let both = [("/build/out".to_owned(), 80), ("/log".to_owned(), 40)];
    assert_eq!(ground.told(), both);
    let kept = || ground.bench.kept("forecasts")[0]["basis"].to_string();
    assert!(!kept().contains("grew"), "it was not known yet: {}", kept());
    let forget = "DELETE FROM forecasts";
    ground.bench.database().execute(forget, []).unwrap();
    let ran = ground.bench.mamori(&["predict"]);
    let day = clock::now().utc().date_naive() - chrono::Days::new(8);
    let said = format!("grew: ~/disk/build/out +83 MB, ~/disk/log +41 MB since {day}");
    let flat = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&said), "{}", ran.stdout);
    let wide = |line: &str| mamori::model::text::width(line) > 80;
    assert!(!ran.stdout.lines().any(wide), "{}", ran.stdout);
    let said = "; grew: HOME/disk/build/out +83 MB, HOME/disk/log +41 MB";
    assert!(kept().contains(said), "{}", kept());
    // What shrank again did not grow.
    ground.file("build/out/b", 0);
    ground.file("log/syslog", 30);
    ground.shift(60);
    ground.measure_ago(0);
    assert_eq!(ground.told(), []);
    assert!(ground.bench.sound());
}

#[test]
fn only_what_lies_on_the_disk_counts_and_once() {
    let Some(ground) = Ground::new() else { return };
    ground.file("a/b/big", 80);
    let at = |path: &str| ground.disk.path("").join(path);
    // Round about, and out.
    symlink("..", at("a/b/up")).unwrap();
    symlink("/", at("a/out")).unwrap();
    symlink("self", at("self")).unwrap();
    fs::create_dir(at("names")).unwrap();
    for name in ["one", "two", "three"] {
        fs::hard_link(at("a/b/big"), at("names").join(name)).unwrap();
    }
    let holes = fs::File::create(at("a/holes")).unwrap();
    holes.set_len(1 << 40).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        at("a/pipe"),
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .unwrap();
    ground.measure_ago(0);
    let all = ground.measurements();
    let one = &all[0];
    assert!(one.complete && one.unread == 0, "{one:?}");
    let parts = [bytes(one, "a/b"), bytes(one, "names")].map(|part| part.unwrap() >> 20);
    assert_eq!(parts, [0, 0], "it is no folder's own: {one:?}");
    assert_eq!(one.bytes >> 20, 80, "{one:?}");
}

#[test]
fn no_folder_grows_because_another_name_of_its_files_went() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    ground.file("daily.0/x", 100);
    ground.file("log/x", 1);
    let at = |path: &str| ground.disk.path("").join(path);
    fs::create_dir(at("daily.6")).unwrap();
    fs::hard_link(at("daily.0/x"), at("daily.6/x")).unwrap();
    ground.measure_ago(1);
    fs::remove_dir_all(at("daily.6")).unwrap();
    ground.file("log/y", 30);
    ground.measure_ago(0);
    assert_eq!(ground.told(), [("/log".to_owned(), 30)]);
}

#[test]
fn what_a_mount_covered_then_did_not_grow() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    ground.file("mnt/x", 60);
    ground.file("log/x", 20);
    let run = |words: &[&str]| {
        let mut command = ground.disk.command(&ground.bench, words[0]);
        let command = command
            .args(&words[1..])
            .arg(format!("{}/mnt", ground.mount));
        assert!(command.status().unwrap().success());
    };
    run(&["mount", "-t", "tmpfs", "over"]);
    ground.measure_ago(1);
    run(&["umount"]);
    ground.file("log/y", 40);
    ground.measure_ago(0);
    let unread = ground.measurements();
    let unread: Vec<u64> = unread.iter().map(|one| one.unread).collect();
    assert_eq!(unread, [0, 0]);
    assert_eq!(ground.told(), [("/log".to_owned(), 40)]);
}

#[test]
fn other_mounts_are_not_entered() {
    let Some(ground) = Ground::new() else { return };
    ground.file("real/x", 40);
    let at = |path: &str| format!("{}/{path}", ground.mount);
    for folder in ["other", "bound"] {
        fs::create_dir(ground.disk.path("").join(folder)).unwrap();
    }
    let script = "mount -t tmpfs -o size=64m other \"$1\" && \
        head -c 40000000 /dev/zero >\"$1/big\" && mount --bind \"$2\" \"$3\" && \
        test -s \"$3/x\"";
    let mut mounting = ground.disk.command(&ground.bench, "sh");
    mounting.args(["-c", script, "sh"]);
    mounting.args([at("other"), at("real"), at("bound")]);
    assert!(mounting.status().unwrap().success());
    ground.measure_ago(0);
    let all = ground.measurements();
    let one = &all[0];
    assert_eq!(bytes(one, "").unwrap() >> 20, 40, "{one:?}");
    assert_eq!(bytes(one, "bound"), None);
    assert_eq!((one.complete, one.unread), (true, 0));
}

#[test]
fn a_folder_that_may_not_be_read_is_unknown_and_said() {
    let Some(ground) = Ground::new() else { return };
    let Ok(setpriv) = which::which("setpriv") else {
        eprintln!("not tried, because there is no setpriv");
        return;
    };
    ground.known();
    ground.file("data/shut/x", 60);
    ground.file("data/open/x", 20);
    let shut = ground.disk.path("data/shut");
    let measure = || ground.measure_without_rights(&setpriv, &[]);
    mode(&shut, 0o000);
    let ran = measure();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(
        ran.stdout.starts_with("HOME/disk: 20 MB in "),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.ends_with("; 1 folder could not be read\n"),
        "{}",
        ran.stdout
    );
    ground.shift(86_400);
    // It can be read now, which is no growth; its neighbour did grow.
    mode(&shut, 0o700);
    ground.file("data/open/y", 30);
    assert_eq!(measure().code, Some(0));
    let all = ground.measurements();
    assert_eq!(all.iter().map(|one| one.unread).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(ground.told(), [("/data/open".to_owned(), 30)]);
}

#[test]
fn hostile_names_come_back_whole_and_are_shown_harmless() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    let odd = std::ffi::OsStr::from_bytes(b"n\n\x1b[2J\xe2\x80\xae#(touch X)\xff");
    ground.measure_ago(1);
    ground.file(Path::new(odd).join("x"), 50);
    ground.measure_ago(0);
    let last = ground.measurements().pop().unwrap();
    assert!(last.folders.iter().any(|one| one.path == Path::new(odd)));
    let ran = ground.bench.mamori(&["predict"]);
    let odd = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!ran.stdout.contains(odd), "{:?}", ran.stdout);
    assert!(ran.stdout.contains("grew: ~/disk/n"), "{}", ran.stdout);
    assert_eq!(
        ground.told(),
        [("/n\n\u{1b}[2J\u{202e}#(touch X)\u{fffd}".to_owned(), 50)]
    );
}

#[test]
fn a_walk_that_is_cut_short_claims_nothing() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    ground.file("a/x", 20);
    for at in 0..50 {
        ground.file(format!("many/{at}"), 0);
    }
    ground.measure_ago(2);
    ground.file("a/y", 60);
    for limit in [["--entries", "20"], ["--seconds", "0"]] {
        let ran = ground.measure(&limit);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(
            ran.stdout.starts_with("HOME/disk: too large, stopped"),
            "{}",
            ran.stdout
        );
        let shift = "UPDATE measurements SET at = at - 3600 WHERE NOT complete";
        ground.bench.database().execute(shift, []).unwrap();
        assert_eq!(ground.told(), []);
    }
    let cut: Vec<bool> = ground
        .measurements()
        .iter()
        .map(|one| one.complete)
        .collect();
    assert_eq!(cut, [true, false, false]);
    ground.measure_ago(0);
    assert_eq!(ground.told(), [("/a".to_owned(), 60)]);
}

#[test]
fn another_disk_at_the_same_place_did_not_grow() {
    let Some(ground) = Ground::new() else { return };
    ground.known();
    ground.file("a/x", 1);
    ground.measure_ago(1);
    let mut mounting = ground.disk.command(&ground.bench, "sh");
    let script = "mount -t tmpfs -o size=512m another \"$1\" && \
        mkdir \"$1/a\" && head -c 90000000 /dev/zero >\"$1/a/y\"";
    mounting.args(["-c", script, "sh", &ground.mount]);
    assert!(mounting.status().unwrap().success());
    ground.measure_ago(0);
    let sizes: Vec<u64> = ground
        .measurements()
        .iter()
        .map(|one| bytes(one, "").unwrap() >> 20)
        .collect();
    assert_eq!(sizes, [1, 85]);
    assert_eq!(ground.told(), []);
}

#[test]
fn one_at_a_time_and_only_what_can_be_kept() {
    let Some(ground) = Ground::new() else { return };
    ground.measure_ago(0);
    let lock = ground.bench.own("locks/measure.lock");
    let held = fs::File::open(&lock).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let ran = ground.measure(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert!(ran.stderr.starts_with("warning: not measured: "), "{ran:?}");
    drop(held);
    let database = ground.bench.database();
    database.pragma_update(None, "user_version", 99).unwrap();
    let ran = ground.measure(&["--by-watcher"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("schema 99"), "{ran:?}");
}

#[test]
fn of_another_node_and_of_memory_it_is_null() {
    let bench = Bench::with(
        "[local]\nname = \"here\"\n[network]\ncheck = [\"127.0.0.1:9\"]\n\
         [[node]]\nname = \"far\"\nssh = \"far\"\n",
    );
    let end = clock::now().0;
    let sample = |node: &str, ago: i64| {
        json!({"sample": {"node": node, "at": end - ago * 600, "state": "ok", "home": "/",
            "memory_percent": 60.0, "disks": [{"mount": "/", "used_bytes": 10, "total_bytes": 1000,
            "used_percent": 50.0, "inodes_used_percent": null}]}})
    };
    let each = (1..20).flat_map(|ago| [sample("here", ago), sample("far", ago)]);
    let records: Vec<Value> = std::iter::once(now(end)).chain(each).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    let told = bench.mamori(&["predict", "--json"]).json();
    for one in told["forecasts"].as_array().unwrap() {
        let here = one["node"] == "here" && one["what"] == "disk";
        assert_eq!(
            one["grew"],
            if here { json!([]) } else { Value::Null },
            "{one}"
        );
    }
}
