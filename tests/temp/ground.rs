//! A folder with old files in it, and a pattern that means them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mamori::config::{Clean, Config, Variables};
use mamori::model::healing::{Item, Terms};
use mamori::rooms::temp::look_after;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, utimensat};

use crate::harness::Bench;

pub const DAY: i64 = 86_400;

pub struct Ground {
    pub bench: Bench,
    pattern: PathBuf,
}

impl Ground {
    pub fn new() -> Self {
        Self::matching("abc-*")
    }

    pub fn matching(last: &str) -> Self {
        Self::below("", last)
    }

    /// With a pattern for a folder between the ground and the names.
    pub fn below(between: &str, last: &str) -> Self {
        let bench = Bench::new();
        let pattern = bench.home().join("ground").join(between).join(last);
        fs::create_dir_all(bench.home().join("ground")).unwrap();
        Self { bench, pattern }
    }

    pub fn folder(&self) -> PathBuf {
        self.bench.home().join("ground")
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub fn config(&self, pattern: &Path) -> Config {
        let variables = Variables {
            home: self.bench.home().to_owned(),
            prefix: None,
            tmpdir: "/tmp".into(),
        };
        let mut config = Config::defaults(&variables);
        config.cleans = vec![Clean {
            paths: vec![pattern.to_str().unwrap().to_owned()],
            older_than: Duration::from_secs(7 * 86_400),
        }];
        config
    }

    /// Every item of a run.
    pub fn run(&self, terms: &Terms) -> Vec<Item> {
        look_after(
            &self.bench.surroundings(),
            &self.config(&self.pattern),
            terms,
        )
    }

    pub fn one_on(&self, terms: &Terms) -> Item {
        let items = self.run(terms);
        assert_eq!(items.len(), 1, "{items:?}");
        items[0].clone()
    }

    /// The one item of a run that may change things.
    pub fn one(&self) -> Item {
        self.one_on(&Terms::default())
    }

    /// The item of another pattern.
    pub fn at_path(ground: &Self, pattern: &Path) -> Item {
        let config = ground.config(pattern);
        let items = look_after(&ground.bench.surroundings(), &config, &Terms::default());
        assert_eq!(items.len(), 1, "{items:?}");
        items[0].clone()
    }

    /// The names on the ground, but for trashes.
    pub fn stands(&self) -> Vec<String> {
        let all = names(&self.folder()).into_iter();
        all.filter(|name| !name.starts_with(".mamori-trash-"))
            .collect()
    }

    pub fn trashes(&self) -> Vec<PathBuf> {
        let all = names(&self.folder()).into_iter();
        all.filter(|name| name.starts_with(".mamori-trash-"))
            .map(|name| self.at(&name))
            .collect()
    }

    pub fn trash(&self) -> PathBuf {
        let all = self.trashes();
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    }

    pub fn age_link(&self, name: &str, seconds: i64) {
        age(&self.at(name), seconds);
    }

    /// Sets the times of a folder and all in it back.
    pub fn age_all(&self, name: &str, seconds: i64) {
        walk(&self.at(name), &mut |path| age(path, seconds));
    }

    pub fn age_all_folders(&self, name: &str, seconds: i64) {
        walk(&self.at(name), &mut |path| {
            if path.is_dir() {
                age(path, seconds);
            }
        });
    }

    /// Everything on the ground with its content, times and number.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, String> {
        snapshot(&self.folder())
    }

    /// Folders in folders, all old as far as anybody looks.
    pub fn deep(&self, name: &str, depth: usize) {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut at = rustix::fs::open(self.folder(), flags, Mode::empty()).unwrap();
        let mut first = Vec::new();
        for level in 0..depth {
            let name = if level == 0 { name } else { "d" };
            rustix::fs::mkdirat(&at, name, Mode::RWXU).unwrap();
            at = rustix::fs::openat(&at, name, flags, Mode::empty()).unwrap();
            if level < 300 {
                first.push(at.try_clone().unwrap());
            }
        }
        // What is made in a folder makes it young.
        for fd in &first {
            rustix::fs::futimens(fd, &back(8 * DAY)).unwrap();
        }
    }

    /// Takes such folders away, which a path is too short for.
    pub fn undo_deep(&self, name: &str) {
        let ran = std::process::Command::new("rm")
            .args(["-rf", "--"])
            .arg(self.at(name))
            .status();
        assert!(ran.unwrap().success());
    }
}

fn back(seconds: i64) -> Timestamps {
    let now = mamori::sys::clock::now().0;
    let time = Timespec {
        tv_sec: now - seconds,
        tv_nsec: 0,
    };
    Timestamps {
        last_access: time,
        last_modification: time,
    }
}

/// Sets the times of what stands there, not of what it links to.
pub fn age(path: &Path, seconds: i64) {
    try_age(path, seconds).unwrap();
}

pub fn try_age(path: &Path, seconds: i64) -> rustix::io::Result<()> {
    utimensat(CWD, path, &back(seconds), AtFlags::SYMLINK_NOFOLLOW)
}

/// A file of two bytes; the folders above it are made.
pub fn file(path: &Path, seconds: i64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x\n").unwrap();
    age(path, seconds);
}

pub fn folder(path: &Path, seconds: i64) {
    fs::create_dir_all(path).unwrap();
    age(path, seconds);
}

pub fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.unwrap().file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// Every path in a tree, what is inside first; links are not followed.
pub fn walk(path: &Path, each: &mut impl FnMut(&Path)) {
    if fs::symlink_metadata(path).unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), each);
        }
    }
    each(path);
}

pub fn snapshot(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    walk(folder, &mut |path| {
        let meta = fs::symlink_metadata(path).unwrap();
        let times = (meta.mtime(), meta.mtime_nsec(), meta.atime(), meta.ctime());
        let content = if meta.is_file() {
            unseen(path)
        } else {
            Vec::new()
        };
        let mode = meta.permissions().mode();
        let text = format!(
            "{} {mode:o} {} {times:?} {content:?}",
            meta.ino(),
            meta.nlink()
        );
        all.insert(path.to_owned(), text);
    });
    all
}

/// The content of a file; the time it was last read stays as it was.
fn unseen(path: &Path) -> Vec<u8> {
    let flags = OFlags::RDONLY | OFlags::NOATIME | OFlags::CLOEXEC;
    let fd = rustix::fs::open(path, flags, Mode::empty()).unwrap();
    let mut content = Vec::new();
    fs::File::from(fd).read_to_end(&mut content).unwrap();
    content
}

/// Every path below a folder with what must not change of a victim: its
/// number, kind, rights, owner, content and the time it was written to.
pub fn victim(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    walk(folder, &mut |path| {
        let meta = fs::symlink_metadata(path).unwrap();
        let content = if meta.is_file() {
            unseen(path)
        } else {
            Vec::new()
        };
        let text = format!(
            "{} {:o} {} {}.{} {content:?}",
            meta.ino(),
            meta.mode(),
            meta.uid(),
            meta.mtime(),
            meta.mtime_nsec()
        );
        all.insert(path.to_owned(), text);
    });
    all
}
