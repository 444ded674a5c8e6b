//! Somebody who exchanges what is cleaned for links and other folders, as fast
//! as it goes: the races of CVE-2019-3461 (the move), CVE-2018-6954 (a link in
//! the middle of the way) and the hard links of CVE-2017-18078.

use std::ffi::OsStr;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use mamori::model::healing::Terms;
use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RenameFlags, ResolveFlags, Timespec, Timestamps, renameat_with,
    utimensat,
};

use super::ground::{DAY, Ground, age, file, victim, walk};
use super::trash::try_backdate;

const RUNS: usize = 1_000;
const MIDDLES: usize = 3;

/// The folder above `path`, reached without any link, and the last name: our
/// own tricks must not lead us to the victim.
fn real(path: &Path) -> Option<(OwnedFd, &OsStr)> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::NO_SYMLINKS;
    let parent = rustix::fs::openat2(CWD, path.parent()?, flags, Mode::empty(), resolve).ok()?;
    Some((parent, path.file_name()?))
}

/// Exchanges two names at one instant.
fn exchange(one: &Path, other: &Path) -> Option<()> {
    let ((one, first), (other, second)) = (real(one)?, real(other)?);
    renameat_with(one, first, other, second, RenameFlags::EXCHANGE).ok()
}

/// Exchanges them and back.
fn there_and_back(one: &Path, other: &Path) -> Option<()> {
    exchange(one, other)?;
    thread::yield_now();
    exchange(one, other)
}

/// Puts a link there, as old as what it stands for.
fn link(target: &Path, at: &Path) -> Option<()> {
    let (folder, name) = real(at)?;
    let gone = rustix::fs::unlinkat(&folder, name, AtFlags::empty()).is_ok();
    if !gone {
        // A folder came here by an exchange that had no way back.
        let aside = format!("aside-{}", fastrand::u64(..));
        let _ = rustix::fs::renameat(&folder, name, &folder, aside);
    }
    rustix::fs::symlinkat(target, &folder, name).ok()?;
    try_age(at)
}

fn try_age(path: &Path) -> Option<()> {
    let (folder, name) = real(path)?;
    let time = Timespec {
        tv_sec: mamori::sys::clock::now().0 - 8 * DAY,
        tv_nsec: 0,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(folder, name, &times, AtFlags::SYMLINK_NOFOLLOW).ok()
}

/// The victim: it looks exactly like what is meant, but stands elsewhere.
fn victims(ground: &Ground) -> PathBuf {
    let victim = ground.bench.home().join("victim");
    for name in ["abc-1/a", "abc-1/in/b", "abc-2", "precious"] {
        file(&victim.join(name), 8 * DAY);
    }
    walk(&victim, &mut |path| age(path, 8 * DAY));
    victim
}

/// Makes the units anew that went, elsewhere first.
fn replenish(ground: &Ground, forge: &Path) {
    for middle in 0..MIDDLES {
        let made = forge.join("abc-1");
        if !made.exists() {
            file(&made.join("a"), 8 * DAY);
            file(&made.join("in/b"), 8 * DAY);
            walk(&made, &mut |path| age(path, 8 * DAY));
        }
        let unit = ground.at(&format!("m{middle}/abc-1"));
        if let Some((folder, name)) = real(&unit) {
            let _ = renameat_with(CWD, &made, folder, name, RenameFlags::NOREPLACE);
        }
    }
}

/// One turn of each trick.
fn tricks(ground: &Ground, victim: &Path, spare: &Path) {
    for middle in 0..MIDDLES {
        let middle = ground.at(&format!("m{middle}"));
        let unit = middle.join("abc-1");
        // A link to the victim's folder in the place of a folder on the way.
        let way = spare.join(format!("way-{}", fastrand::u64(..)));
        link(victim, &way);
        there_and_back(&middle, &way);
        let _ = fs::remove_file(&way);
        // A link to the victim in the place of the unit, and of a folder in it.
        for (place, target) in [(unit.clone(), "abc-1"), (unit.join("in"), "abc-1/in")] {
            link(&victim.join(target), &spare.join("unit"));
            there_and_back(&place, &spare.join("unit"));
        }
        // A young folder in the place of the old one.
        there_and_back(&unit, &spare.join("young"));
        if let Some((folder, name)) = real(&unit.join("hard")) {
            let precious = victim.join("precious");
            let _ = rustix::fs::linkat(CWD, precious, folder, name, AtFlags::empty());
            try_age(&unit);
        }
    }
    // In the trashes, too.
    for middle in 0..MIDDLES {
        for trash in trashes(&ground.at(&format!("m{middle}"))) {
            link(victim, &spare.join("trash"));
            there_and_back(&trash.join("1/in"), &spare.join("trash"));
        }
    }
}

/// Ends the tricks, however the test ends.
struct Until<'a>(&'a AtomicBool);

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn nobody_makes_it_touch_what_is_not_meant() {
    let ground = Ground::below("m*", "abc-*");
    let victim_folder = victims(&ground);
    let spare = ground.bench.home().join("spare");
    file(&spare.join("young/decoy"), 0);
    for middle in 0..MIDDLES {
        fs::create_dir(ground.at(&format!("m{middle}"))).unwrap();
    }
    let forge = ground.bench.home().join("forge");
    replenish(&ground, &forge);
    let before = victim(&victim_folder);
    let ends = AtomicBool::new(false);
    let turns = AtomicU64::new(0);
    let (mut moved, mut purged, mut hindered) = (0, 0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Ordering::Relaxed) {
                tricks(&ground, &victim_folder, &spare);
                turns.fetch_add(1, Ordering::Relaxed);
            }
        });
        let _ends = Until(&ends);
        for run in 0..RUNS {
            replenish(&ground, &forge);
            if run % 20 == 19 {
                let all = (0..MIDDLES).map(|middle| ground.at(&format!("m{middle}")));
                for trash in all.flat_map(|folder| trashes(&folder)) {
                    // It may be behind a link by now, or gone.
                    let _ = try_backdate(&trash, 2 * DAY);
                }
            }
            for item in ground.run(&Terms::default()) {
                moved += usize::from(item.text.contains("moved"));
                purged += usize::from(item.text.contains("purged"));
                hindered += usize::from(item.text.contains("left") || item.text.contains("link"));
            }
            if run % 50 == 0 {
                assert_eq!(victim(&victim_folder), before, "after {run} runs");
            }
        }
    });
    assert_eq!(victim(&victim_folder), before);
    // What is young was never lost, wherever it was when a run came by.
    let mut decoys = 0;
    walk(ground.bench.home(), &mut |path| {
        decoys += usize::from(path.file_name() == Some("decoy".as_ref()));
    });
    assert_eq!(decoys, 1);
    let turns = turns.load(Ordering::Relaxed);
    eprintln!("{turns} turns, {moved} moved, {purged} purged, {hindered} hindered");
    assert!(moved > 0 && hindered > 0 && turns > 0);
}

fn trashes(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.to_string_lossy().contains("/.mamori-trash-"))
        .collect()
}
