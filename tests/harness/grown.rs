//! A disk whose folders are measured and grow.

use std::fs;
use std::path::Path;

use mamori::model::history::Measurement;
use mamori::model::home::Home;
use mamori::sys::clock;
use mamori::sys::history::History;
use serde_json::{Value, json};

use super::history::now;
use super::{Bench, MAMORI, Mounted, Ran, may_mount};

const MIB: usize = 1 << 20;
const DAY: i64 = 86_400;

/// A home whose only disk of interest is a small one, at `disk`.
pub struct Ground {
    pub bench: Bench,
    pub disk: Mounted,
    pub mount: String,
}

impl Ground {
    pub fn new() -> Option<Self> {
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
    pub fn file(&self, path: impl AsRef<Path>, mib: usize) {
        let path = self.disk.path("").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![1; mib * MIB]).unwrap();
    }

    pub fn measure(&self, more: &[&str]) -> Ran {
        let words = ["predict", "measure", "--only", &self.mount];
        let words: Vec<&str> = words.iter().chain(more).copied().collect();
        self.disk.mamori(&self.bench, &words)
    }

    /// Measures, as it was so many days ago.
    pub fn measure_ago(&self, days: i64) {
        let ran = self.measure(&[]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let shift = "UPDATE measurements SET at = at - ?1 \
            WHERE at = (SELECT max(at) FROM measurements)";
        let shifted = self.bench.database().execute(shift, [days * DAY]);
        assert_eq!(shifted.unwrap(), 1);
    }

    /// The same without the right to read what is not its own to read.
    pub fn measure_without_rights(&self, setpriv: &Path, more: &[&str]) -> Ran {
        let mut command = self.disk.command(&self.bench, setpriv.to_str().unwrap());
        command.args(["--bounding-set", "-dac_override,-dac_read_search"]);
        command.args([MAMORI, "predict", "measure", "--only", &self.mount]);
        self.bench.ran(command.args(more))
    }

    /// Has all that was measured be so many seconds older.
    pub fn shift(&self, seconds: i64) {
        let shift = "UPDATE measurements SET at = at - ?1";
        self.bench.database().execute(shift, [seconds]).unwrap();
    }

    /// What was measured, oldest first.
    pub fn measurements(&self) -> Vec<Measurement> {
        let home = Home::of(&self.bench.home().join(".miyabi"));
        let history = History::open(&home).unwrap().unwrap();
        let all = history.measurements("here", &self.mount, i64::MIN, i64::MAX);
        all.unwrap()
    }

    /// Has the disk known, filling for a month, as the watcher records it.
    pub fn known(&self) {
        self.known_at(86.0);
    }

    /// The same, so full by now.
    pub fn known_at(&self, used: f64) {
        let end = clock::now().0;
        let sample = |ago: i64| {
            let percent = used - f64::from(u16::try_from(ago).unwrap()) / 24.0;
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
    pub fn told(&self) -> Vec<(String, u64)> {
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
