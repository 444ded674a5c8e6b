//! What is left alone, each with the real thing.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use mamori::model::healing::{Standing, Terms};
use rustix::fs::{CWD, FileType, Mode, mkfifoat};

use super::ground::{DAY, Ground, age, file, folder, names};
use crate::harness::{Mounted, Running, may_mount, mode, root, until};

/// Python that says `up` and sleeps.
fn holding(script: &str, path: &Path) -> Running {
    let script = format!(
        "import sys, time, os, fcntl, mmap\np = sys.argv[1]\n{script}\nprint('up', flush=True)\ntime.sleep(600)"
    );
    let mut child = Command::new("python3")
        .args(["-c", &script])
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "up\n");
    Running(child)
}

/// While `script` runs on `abc-1/inner`, the unit is left for `why`; then it goes.
fn left_while(script: &str, why: &str) {
    let ground = Ground::new();
    file(&ground.at("abc-1/inner"), 8 * DAY);
    age(&ground.at("abc-1"), 8 * DAY);
    let holder = holding(script, &ground.at("abc-1/inner"));
    // What it read to begin with does not count here.
    ground.age_all("abc-1", 8 * DAY);
    let item = ground.one();
    assert_eq!(
        (item.standing, item.text.as_str()),
        (Standing::Left, format!("1 left: 1 {why}").as_str()),
        "{script}"
    );
    assert_eq!(ground.stands(), ["abc-1"]);
    drop(holder);
    assert_eq!(ground.one().standing, Standing::Healed, "{script}");
}

#[test]
fn what_is_open_mapped_or_worked_in_is_left_until_it_is_not() {
    left_while("f = open(p)", "in use");
    left_while("f = os.open(os.path.dirname(p), os.O_RDONLY)", "in use");
    left_while("os.chdir(os.path.dirname(p))", "in use");
    left_while(
        "f = open(p, 'r+b'); m = mmap.mmap(f.fileno(), 0); f.close()",
        "in use",
    );
}

#[test]
fn a_program_that_runs_from_there_is_left() {
    let ground = Ground::new();
    fs::create_dir(ground.at("abc-1")).unwrap();
    let sleep = which::which("sleep").unwrap();
    let program = ground.at("abc-1/sleep");
    fs::copy(fs::canonicalize(sleep).unwrap(), &program).unwrap();
    // Where one program is many by its name, the name counts.
    let child = Command::new(&program).arg("600").spawn().unwrap();
    let _runs = Running(child);
    // It reads itself while it starts.
    let dry = Terms {
        dry_run: true,
        ..Terms::default()
    };
    until("the program to be in use", || {
        ground.age_all("abc-1", 8 * DAY);
        ground.one_on(&dry).text == "1 left: 1 in use"
    });
    assert_eq!(ground.one().text, "1 left: 1 in use");
}

#[test]
fn what_is_locked_is_left_although_nobody_can_be_seen_to_have_it_open() {
    // The locks are asked of the files themselves, too.
    left_while("f = open(p); fcntl.flock(f, fcntl.LOCK_SH)", "in use");
    left_while(
        "f = open(p, 'r+'); fcntl.lockf(f, fcntl.LOCK_EX, 1, 0)",
        "in use",
    );
}

#[test]
fn locks_of_others_are_seen_by_asking_the_files() {
    use mamori::model::temp::{Obstacle, Seen};
    use mamori::sys::cleaning::{Folder, InUse, Locks, Rules, examine};
    let ours = std::collections::HashSet::new();
    for script in [
        "f = open(p); fcntl.flock(f, fcntl.LOCK_SH)",
        "f = open(p); fcntl.flock(f, fcntl.LOCK_EX)",
        "f = open(p, 'r+'); fcntl.lockf(f, fcntl.LOCK_EX, 1, 0)",
        "f = open(p); fcntl.lockf(f, fcntl.LOCK_SH)",
        "f = os.open(os.path.dirname(p), os.O_RDONLY); fcntl.flock(f, fcntl.LOCK_SH)",
    ] {
        let ground = Ground::new();
        file(&ground.at("abc-1/inner"), 8 * DAY);
        let holder = holding(script, &ground.at("abc-1/inner"));
        // As on a system that neither lists locks nor open files.
        let rules = Rules {
            uid: rustix::process::geteuid().as_raw(),
            young_from: i64::MAX,
            moved: None,
            ours: &ours,
            in_use: &InUse::default(),
            locks: &Locks::default(),
        };
        let mut at = Folder::root().unwrap();
        for name in ground.folder().iter().skip(1) {
            at = at.enter(name).unwrap();
        }
        let seen = || match examine(&at, "abc-1".as_ref(), &rules).unwrap() {
            Seen::Old(unit) => unit.obstacle,
            Seen::Young => panic!("young"),
        };
        assert_eq!(seen(), Some(Obstacle::Locked), "{script}");
        drop(holder);
        assert_eq!(seen(), None, "{script}");
    }
}

#[test]
fn a_lock_that_names_a_living_process_is_left() {
    let ground = Ground::new();
    let us = std::process::id();
    let mut gone = Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    for (name, text) in [
        ("abc-lives.pid", format!("{us}\n")),
        ("abc-lives.lock", format!("         {us}\n")),
        ("abc-dead.pid", format!("{}\n", gone.id())),
        ("abc-names-none.lock", String::new()),
    ] {
        fs::write(ground.at(name), text).unwrap();
        age(&ground.at(name), 8 * DAY);
    }
    folder(&ground.at("abc-profile"), 0);
    symlink(format!("host-{us}"), ground.at("abc-profile/SingletonLock")).unwrap();
    ground.age_all("abc-profile", 8 * DAY);
    let item = ground.one();
    assert!(item.text.ends_with("; 3 left: 3 locked"), "{item:?}");
    assert_eq!(
        ground.stands(),
        ["abc-lives.lock", "abc-lives.pid", "abc-profile"]
    );
}

#[test]
fn sockets_and_pipes_are_left_and_what_holds_them() {
    let ground = Ground::new();
    for unit in ["abc-socket", "abc-pipe"] {
        fs::create_dir(ground.at(unit)).unwrap();
    }
    // Nobody listens any more; tmux's own lie about like that.
    drop(UnixListener::bind(ground.at("abc-socket/s")).unwrap());
    drop(UnixListener::bind(ground.at("abc-s")).unwrap());
    mkfifoat(CWD, ground.at("abc-pipe/p"), Mode::RWXU).unwrap();
    if root("devices") {
        let null = rustix::fs::makedev(1, 3);
        let kind = FileType::CharacterDevice;
        rustix::fs::mknodat(CWD, ground.at("abc-null"), kind, Mode::RWXU, null).unwrap();
        age(&ground.at("abc-null"), 8 * DAY);
    } else {
        file(&ground.at("abc-null"), 0);
    }
    for name in ["abc-socket", "abc-s", "abc-pipe"] {
        ground.age_all(name, 8 * DAY);
    }
    let before = ground.snapshot().len();
    let item = ground.one();
    assert_eq!(item.standing, Standing::Left);
    assert!(
        item.text.ends_with(" with a socket, pipe or device"),
        "{item:?}"
    );
    assert_eq!(ground.snapshot().len(), before);
}

#[test]
fn another_users_things_are_left_and_what_holds_them() {
    if !root("files of another user") {
        return;
    }
    let ground = Ground::new();
    file(&ground.at("abc-theirs"), 0);
    file(&ground.at("abc-mixed/a/theirs"), 0);
    file(&ground.at("abc-ours/a"), 0);
    let theirs = [ground.at("abc-theirs"), ground.at("abc-mixed/a/theirs")];
    for path in &theirs {
        std::os::unix::fs::chown(path, Some(1), Some(1)).unwrap();
    }
    for name in ["abc-theirs", "abc-mixed", "abc-ours"] {
        ground.age_all(name, 8 * DAY);
    }
    let item = ground.one();
    assert_eq!(
        item.text,
        "moved 1 to trash: 1 file, 2 B; 2 left: 2 another user's"
    );
    assert_eq!(ground.stands(), ["abc-mixed", "abc-theirs"]);
}

#[test]
fn homes_and_our_own_files_are_left_and_what_holds_them() {
    let ground = Ground::new();
    let mut around = ground.bench.surroundings();
    let terms = Terms::default();
    let text = |around: &_, pattern: &Path| {
        let config = ground.config(pattern);
        let items = mamori::rooms::temp::look_after(around, &config, &terms);
        items[0].text.clone()
    };
    let pattern = ground.at("abc-*");
    let left = "1 left: 1 with Mamori's own files, a home or the working folder in it";
    file(&ground.at("abc-1/a/b"), 0);
    around.mamori_home = ground.at("abc-1/a");
    ground.age_all("abc-1", 8 * DAY);
    assert_eq!(text(&around, &pattern), left);
    assert_eq!(text(&around, &ground.at("abc-1/*/b")), left);
    around.mamori_home = ground.at("abc-1");
    assert_eq!(text(&around, &pattern), left);
    assert_eq!(text(&around, &ground.at("abc-1/*")), left);
    around.mamori_home = ground.bench.home().join(".miyabi");
    around.home = ground.at("abc-1/a");
    assert_eq!(text(&around, &pattern), left);
    around.home = ground.bench.home().to_owned();
    around.tmpdir = ground.at("abc-1");
    assert_eq!(text(&around, &pattern), left);
    around.tmpdir = "/tmp".into();
    assert_eq!(text(&around, &pattern), "moved 1 to trash: 1 file, 2 B");
}

#[test]
fn a_parent_that_may_not_be_written_to_is_told() {
    let ground = Ground::new();
    file(&ground.at("abc-1"), 8 * DAY);
    if rustix::process::geteuid().is_root() {
        // Root may write anywhere but where nothing can be.
        let made = Command::new("chattr")
            .arg("+i")
            .arg(ground.folder())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("not tried, because root may write everywhere here");
            return;
        }
    } else {
        mode(&ground.folder(), 0o500);
    }
    let item = ground.one();
    let stands = ground.stands();
    if rustix::process::geteuid().is_root() {
        Command::new("chattr")
            .arg("-i")
            .arg(ground.folder())
            .status()
            .unwrap();
    } else {
        mode(&ground.folder(), 0o700);
    }
    assert_eq!(item.standing, Standing::Wrong);
    assert!(
        item.text.starts_with("1 could not be moved (no trash in "),
        "{item:?}"
    );
    assert_eq!(stands, ["abc-1"]);
}

#[test]
fn on_a_full_disk_nothing_is_lost_and_that_is_told() {
    if !may_mount() {
        return;
    }
    let ground = Ground::new();
    let disk = Mounted::small(&ground.folder(), "64k");
    file(&disk.path("abc-1"), 8 * DAY);
    let mut filler = Vec::new();
    for number in 0..64 {
        filler.push(disk.path(&format!("filler-{number}")));
        if fs::write(filler.last().unwrap(), vec![b'x'; 4096]).is_err() {
            break;
        }
    }
    let pattern = disk.path("abc-*");
    // The way leads over a link of /proc, which is not followed.
    let item = Ground::at_path(&ground, &pattern);
    assert_eq!(item.standing, Standing::Left);
    let full = crate::temp::mounts::inside(&disk, &ground, &ground.at("abc-*"));
    assert!(full.contains("no space left on device"), "{full}");
    assert_eq!(
        names(&disk.path(""))
            .iter()
            .filter(|name| *name == "abc-1")
            .count(),
        1
    );
    assert_eq!(fs::read(disk.path("abc-1")).unwrap(), b"x\n");
}

#[test]
fn what_may_not_be_looked_into_is_left() {
    if rustix::process::geteuid().is_root() {
        eprintln!("not tried, because root may look everywhere");
        return;
    }
    let ground = Ground::new();
    file(&ground.at("abc-1/closed/a"), 8 * DAY);
    ground.age_all("abc-1", 8 * DAY);
    mode(&ground.at("abc-1/closed"), 0o000);
    let item = ground.one();
    mode(&ground.at("abc-1/closed"), 0o700);
    assert_eq!(item.text, "1 left: 1 not ours to read");
}
