//! What grew: folders measured twice, and what a forecast says of them.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use mamori::model::history::Measurement;
use mamori::model::home::Home;
use mamori::sys::clock;
use mamori::sys::history::History;
use serde_json::{Value, json};

use crate::harness::history::now;
use crate::harness::{Bench, MAMORI, Mounted, Ran, may_mount, mode};

const MIB: usize = 1 << 20;
const DAY: i64 = 86_400;

/// A home whose only disk of interest is a small one, at `disk`.
struct Ground {
    bench: Bench,
    disk: Mounted,
    mount: String,
}

impl Ground {
    fn new() -> Option<Self> {
        if !may_mount() {
            return None;
        }
        let bench = Bench::with("[local]\nname = \"here\"\n[network]\ncheck = [\"127.0.0.1:9\"]\n");
        let point = bench.home().join("disk");
        let disk = Mounted::small(&point, "512m");
        let mount = point.to_str().unwrap().to_owned();
        Some(Self { bench, disk, mount })
    }

    /// Has a file there that takes so many MiB.
    fn file(&self, path: impl AsRef<Path>, mib: usize) {
        let path = self.disk.path("").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![1; mib * MIB]).unwrap();
    }

    fn measure(&self, more: &[&str]) -> Ran {
        let words = ["predict", "measure", "--only", &self.mount];
        let words: Vec<&str> = words.iter().chain(more).copied().collect();
        self.disk.mamori(&self.bench, &words)
    }

    /// Measures, as it was so many days ago.
    fn measure_ago(&self, days: i64) {
        let ran = self.measure(&[]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let shift = "UPDATE measurements SET at = at - ?1 \
            WHERE at = (SELECT max(at) FROM measurements)";
        let shifted = self.bench.database().execute(shift, [days * DAY]);
        assert_eq!(shifted.unwrap(), 1);
    }

    /// What was measured, oldest first.
    fn measurements(&self) -> Vec<Measurement> {
        let home = Home::of(&self.bench.home().join(".miyabi"));
        let history = History::open(&home).unwrap().unwrap();
        let all = history.measurements("here", &self.mount, i64::MIN, i64::MAX);
        all.unwrap()
    }

    /// Has the disk known, filling for a month, as the watcher records it.
    fn known(&self) {
        let end = clock::now().0;
        let sample = |ago: i64| {
            let percent = 86.0 - f64::from(u16::try_from(ago).unwrap()) / 24.0;
            json!({"sample": {
                "node": "here", "at": end - 60 - ago * 3_600, "state": "ok", "home": self.mount,
                "disks": [{"mount": self.mount, "used_bytes": 10, "total_bytes": 1000,
                           "used_percent": percent, "inodes_used_percent": null}],
            }})
        };
        let samples = (0..=30 * 24).rev().map(sample);
        let records: Vec<Value> = std::iter::once(now(end)).chain(samples).collect();
        assert_eq!(self.bench.keep(&records).code, Some(0));
    }

    /// What is told to have grown: paths on the disk and MiB.
    fn told(&self) -> Vec<(String, u64)> {
        let ran = self.bench.mamori(&["predict", "--json"]);
        let told = ran.json();
        let all = told["forecasts"].as_array().unwrap();
        let disk = all.iter().find(|one| one["what"] == "disk").unwrap();
        let each = disk["grew"].as_array().unwrap().iter().map(|one| {
            let path = one["path"].as_str().unwrap();
            assert!(one["since"].as_str().unwrap().ends_with('Z'), "{one}");
            let path = path.replace("HOME/disk", "");
            (path, one["bytes"].as_u64().unwrap() >> 20)
        });
        each.collect()
    }
}

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
    let shift = "UPDATE measurements SET at = at - 60";
    ground.bench.database().execute(shift, []).unwrap();
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
    assert_eq!(bytes(one, "").unwrap() >> 20, 80, "{one:?}");
    let parts = [bytes(one, "a/b"), bytes(one, "names")].map(|part| part.unwrap() >> 20);
    assert_eq!(parts, [20, 60], "each name has its part: {one:?}");
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
    let measure = || {
        let mut command = ground
            .disk
            .command(&ground.bench, setpriv.to_str().unwrap());
        command.args(["--bounding-set", "-dac_override,-dac_read_search"]);
        command.args([MAMORI, "predict", "measure", "--only", &ground.mount]);
        ground.bench.ran(&mut command)
    };
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
    let shift = "UPDATE measurements SET at = at - 86400";
    ground.bench.database().execute(shift, []).unwrap();
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
