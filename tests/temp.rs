//! Cleaning of temporary files, through the library, on real files.

mod adversary;
mod ground;
mod left;
mod mounts;
mod oracle;
mod trash;

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use mamori::model::healing::{Standing, Terms};

use ground::{DAY, Ground, age, file, folder, names};

#[test]
fn what_is_old_goes_and_what_is_young_stays() {
    let ground = Ground::new();
    file(&ground.at("abc-old"), 8 * DAY);
    file(&ground.at("abc-young"), 6 * DAY);
    file(&ground.at("abc-future"), 8 * DAY);
    age(&ground.at("abc-future"), -DAY);
    file(&ground.at("other-old"), 8 * DAY);
    file(&ground.at(".abc-hidden"), 8 * DAY);
    symlink("/etc", ground.at("abc-link")).unwrap();
    ground.age_link("abc-link", 8 * DAY);
    let item = ground.one();
    assert_eq!(item.standing, Standing::Healed, "{item:?}");
    assert_eq!(item.text, "moved 2 to trash: 2 files, 2 B");
    let change = item.change.unwrap();
    assert_eq!(
        (change.verb.as_str(), change.before.as_str()),
        ("trashed", "2 entries, 2 files, 2 B")
    );
    assert_eq!(change.after, ground.trash().to_str().unwrap());
    assert_eq!(
        ground.stands(),
        [".abc-hidden", "abc-future", "abc-young", "other-old"]
    );
    assert_eq!(names(&ground.trash()), ["1", "2", "manifest"]);
    assert!(fs::symlink_metadata("/etc").unwrap().is_dir());
    let again = ground.one();
    assert_eq!(
        (again.standing, again.text.as_str()),
        (Standing::Fine, "nothing older than 7 days")
    );
}

#[test]
fn reading_keeps_a_file_and_looking_does_not_count_as_reading() {
    let ground = Ground::new();
    file(&ground.at("abc-read"), 8 * DAY);
    let read = SystemTime::now() - Duration::from_secs(3 * 86_400);
    let times = fs::FileTimes::new()
        .set_accessed(read)
        .set_modified(SystemTime::now() - Duration::from_secs(8 * 86_400));
    let opened = fs::File::options()
        .write(true)
        .open(ground.at("abc-read"))
        .unwrap();
    opened.set_times(times).unwrap();
    folder(&ground.at("abc-folder/deep"), 8 * DAY);
    age(&ground.at("abc-folder"), 8 * DAY);
    let dry = Terms {
        dry_run: true,
        ..Terms::default()
    };
    for _ in 0..3 {
        let item = ground.one_on(&dry);
        assert_eq!(
            item.text,
            "would move 1 to trash: 0 files, 0 B (abc-folder)"
        );
    }
    assert_eq!(ground.one().standing, Standing::Healed);
    assert_eq!(ground.stands(), ["abc-read"]);
}

#[test]
fn a_folder_goes_as_one_and_stays_as_one() {
    let ground = Ground::new();
    for unit in ["abc-old", "abc-one-young", "abc-young-folder"] {
        for name in ["a", "b/c", "b/d/e"] {
            file(&ground.at(&format!("{unit}/{name}")), 8 * DAY);
        }
        ground.age_all(unit, 8 * DAY);
    }
    age(&ground.at("abc-one-young/b/d/e"), DAY);
    age(&ground.at("abc-young-folder/b/d"), DAY);
    let item = ground.one();
    assert_eq!(item.text, "moved 1 to trash: 3 files, 6 B");
    assert_eq!(ground.stands(), ["abc-one-young", "abc-young-folder"]);
    let moved = ground.trash().join("1");
    assert_eq!(fs::read(moved.join("b/d/e")).unwrap(), b"x\n");
    // It comes back by hand, as the manifest says.
    fs::rename(&moved, ground.at("abc-old")).unwrap();
    assert_eq!(names(&ground.at("abc-old/b")), ["c", "d"]);
}

#[test]
fn the_first_time_and_a_dry_run_change_nothing() {
    let ground = Ground::new();
    file(&ground.at("abc-1"), 8 * DAY);
    file(&ground.at("abc-2/deep/x.lock"), 8 * DAY);
    ground.age_all("abc-2", 8 * DAY);
    let before = ground.snapshot();
    let first = Terms {
        first_cleaning: true,
        ..Terms::default()
    };
    let item = ground.one_on(&first);
    assert_eq!((item.standing, item.change), (Standing::Planned, None));
    assert_eq!(
        item.text,
        "would move 2 to trash: 2 files, 4 B (abc-1, abc-2); looked at for the first time, \
            so nothing was changed; the next run does it"
    );
    let dry = Terms {
        dry_run: true,
        ..Terms::default()
    };
    let item = ground.one_on(&dry);
    assert_eq!((item.standing, item.change), (Standing::Planned, None));
    assert_eq!(
        item.text,
        "would move 2 to trash: 2 files, 4 B (abc-1, abc-2)"
    );
    assert_eq!(ground.snapshot(), before);
}

#[test]
fn after_thirty_actions_in_an_hour_somebody_has_to_look() {
    let ground = Ground::new();
    file(&ground.at("abc-1"), 8 * DAY);
    let mut terms = Terms::default();
    terms.acted.insert(ground.one_on(&dry()).check(), 30);
    let item = ground.one_on(&terms);
    assert_eq!(
        (item.standing, item.text.as_str()),
        (Standing::Wrong, "left: 30 actions within an hour")
    );
    assert_eq!(ground.stands(), ["abc-1"]);
}

fn dry() -> Terms {
    Terms {
        dry_run: true,
        ..Terms::default()
    }
}

#[test]
fn names_are_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let ground = Ground::new();
    let long = format!("abc-{}", "無".repeat(83) + "xx");
    let odd: [&[u8]; 8] = [
        b"abc-a\nb",
        b"abc-'\"`$(touch X)",
        b"abc- -rf",
        b"abc-\xff\xfe",
        b"abc-\x1b[31m",
        "abc-\u{202e}gpj".as_bytes(),
        b"abc-*",
        long.as_bytes(),
    ];
    assert_eq!(long.len(), 255);
    for name in odd {
        file(&ground.folder().join(OsStr::from_bytes(name)), 8 * DAY);
    }
    let item = ground.one();
    assert_eq!(item.text, "moved 8 to trash: 8 files, 16 B");
    assert!(ground.stands().is_empty());
    let manifest = fs::read_to_string(ground.trash().join("manifest")).unwrap();
    assert_eq!(manifest.lines().count(), 9);
    assert!(
        manifest
            .lines()
            .all(|line| !line.contains(char::is_control))
    );
    assert!(manifest.contains("\"name_bytes\":\"6162632dfffe\""));
    assert!(manifest.contains(r"\u202egpj") && manifest.contains("無"));
    let dashed = Ground::matching("-rf*");
    file(&dashed.at("-rf ."), 0);
    file(&dashed.at("-rf ~"), 8 * DAY);
    assert_eq!(dashed.one().standing, Standing::Healed);
}

#[test]
fn links_on_the_way_are_not_followed_and_that_is_said() {
    let ground = Ground::below("*", "abc-*");
    file(&ground.at("real/abc-1"), 8 * DAY);
    let victim = ground.bench.home().join("victim");
    file(&victim.join("abc-2"), 8 * DAY);
    symlink(&victim, ground.at("link")).unwrap();
    let item = ground.one();
    let link = ground.at("link");
    assert_eq!(
        item.text,
        format!(
            "moved 1 to trash: 1 file, 2 B; 1 behind a link: name the real folder ({})",
            link.display()
        )
    );
    assert_eq!(names(&victim), ["abc-2"]);
    let through = Ground::at_path(&ground, &link.join("abc-*"));
    assert_eq!(through.standing, Standing::Left);
    assert_eq!(names(&victim), ["abc-2"]);
}

#[test]
fn a_run_moves_ten_thousand_at_most_and_the_next_the_rest() {
    let ground = Ground::new();
    for number in 0..10_050 {
        fs::write(ground.at(&format!("abc-{number:05}")), "").unwrap();
        age(&ground.at(&format!("abc-{number:05}")), 8 * DAY);
    }
    let item = ground.one();
    assert_eq!(
        item.text,
        "moved 10000 to trash: 10000 files, 0 B; 50 wait for the next run"
    );
    assert_eq!(ground.stands().len(), 50);
    assert_eq!(ground.one().text, "moved 50 to trash: 50 files, 0 B");
}

#[test]
fn a_hundred_thousand_files_in_one_tree_are_told_and_left() {
    let ground = Ground::new();
    for outer in 0..100 {
        let inner = ground.at(&format!("abc-large/{outer}"));
        fs::create_dir_all(&inner).unwrap();
        for number in 0..1_000 {
            let path = inner.join(number.to_string());
            fs::File::create(&path).unwrap();
            age(&path, 8 * DAY);
        }
    }
    ground.age_all_folders("abc-large", 8 * DAY);
    let item = ground.one();
    assert_eq!(item.standing, Standing::Wrong);
    let path = ground.at("abc-large");
    assert_eq!(
        item.text,
        format!(
            "1 larger than a run may move (10 000 files, 5 GB) ({})",
            path.display()
        )
    );
    assert_eq!(names(&path).len(), 100);
    // One of them is enough to keep it out of the alerts.
    age(&path.join("50/500"), 0);
    assert_eq!(ground.one().standing, Standing::Fine);
}

#[test]
fn what_is_too_deep_is_left() {
    let ground = Ground::new();
    ground.deep("abc-deep", 3_000);
    ground.deep("abc-fits", 200);
    let item = ground.one();
    assert_eq!(
        item.text,
        "moved 1 to trash: 0 files, 0 B; 1 left: 1 too deep"
    );
    assert_eq!(ground.stands(), ["abc-deep"]);
    ground.undo_deep("abc-deep");
}
