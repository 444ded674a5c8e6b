//! What folders held, as the history keeps it.

use std::fs;

use mamori::model::history::folders::{Folder, KEPT, Measurement};
use mamori::model::home::Home;
use mamori::sys::history::{History, SCHEMA};
use serde_json::Value;

use crate::harness::Bench;
use crate::harness::history::{NOW, now, sample};

const DAY: i64 = 86_400;

fn home(bench: &Bench) -> Home {
    Home::of(&bench.home().join(".miyabi"))
}

fn reading(bench: &Bench) -> History {
    History::open(&home(bench)).unwrap().unwrap()
}

fn measurement(mount: &str, at: i64, folders: u64) -> Measurement {
    let folder = |number: u64| Folder {
        path: match number {
            0 => "".into(),
            _ => format!("home/somebody/projects/number-{number}/target").into(),
        },
        bytes: (1 << 40) - number,
        shared: number << 30,
        hidden: u64::MAX - number,
    };
    Measurement {
        at,
        node: "a".to_owned(),
        mount: mount.to_owned(),
        volume: u64::MAX,
        least: 16 << 20,
        bytes: 1 << 41,
        unread: 3,
        complete: true,
        folders: (0..folders).map(folder).collect(),
    }
}

/// The newest of a mount.
fn last(bench: &Bench, mount: &str) -> Measurement {
    let all = reading(bench).measurements("a", mount, i64::MIN, i64::MAX);
    all.unwrap().pop().unwrap()
}

#[test]
fn it_comes_back_as_it_was_and_once() {
    let bench = Bench::quiet();
    let history = History::writable(&home(&bench)).unwrap();
    let mut one = measurement("/", NOW, 3);
    history.add_measurement(&one).unwrap();
    one.folders.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(last(&bench, "/"), one);
    history.add_measurement(&measurement("/", NOW, 9)).unwrap();
    assert_eq!(last(&bench, "/"), one);
    let many = measurement("/many", NOW, 500);
    history.add_measurement(&many).unwrap();
    let kept = last(&bench, "/many");
    assert_eq!(kept.folders.len(), KEPT);
    assert_eq!(
        kept.least,
        (1 << 40) - 400 + 1,
        "what is left out held less"
    );
    let cut = Measurement {
        complete: false,
        ..measurement("/cut", NOW, 9)
    };
    history.add_measurement(&cut).unwrap();
    assert_eq!(last(&bench, "/cut").folders, []);
    let other = |node: &str, mount: &str| reading(&bench).measured(node, mount, i64::MIN, i64::MAX);
    assert_eq!(other("b", "/").unwrap(), []);
    assert_eq!(other("a", "/").unwrap().len(), 1);
}

#[test]
fn of_each_day_the_last_whole_one_stays_for_ninety_days() {
    let bench = Bench::quiet();
    let history = History::writable(&home(&bench)).unwrap();
    for day in 0..120 {
        // Cut short at the day's end, but for every tenth.
        for (hour, complete) in [(1, true), (2, true), (3, day % 10 == 0)] {
            let at = NOW - NOW % DAY - day * DAY + hour * 3_600;
            let one = Measurement {
                complete,
                ..measurement("/", at, KEPT as u64)
            };
            history.add_measurement(&one).unwrap();
        }
    }
    history
        .add_measurement(&measurement("/gone", NOW - 100 * DAY, 2))
        .unwrap();
    let samples = (0..120).map(|day| sample("a", NOW - day * DAY, 1));
    let records: Vec<Value> = std::iter::once(now(NOW)).chain(samples).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    let measured = |mount: &str| {
        reading(&bench)
            .measured("a", mount, i64::MIN, i64::MAX)
            .unwrap()
    };
    let all = measured("/");
    assert_eq!(all.len(), 90);
    for (back, one) in all.iter().rev().enumerate() {
        assert!(one.complete, "{one:?}");
        let hour = if back % 10 == 0 { 3 } else { 2 };
        assert_eq!(one.at % DAY / 3_600, hour, "{one:?}");
    }
    assert_eq!(measured("/gone"), []);
    let orphans =
        "SELECT count(*) FROM folders WHERE measurement NOT IN (SELECT id FROM measurements)";
    let database = bench.database();
    let rows: i64 = database.query_row(orphans, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
    // A full quarter of one disk, whatever a year adds to it.
    database
        .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let size = fs::metadata(bench.own("history.db")).unwrap().len();
    assert!(size < 5_000_000, "{size}");
    assert!(bench.sound());
}

#[test]
fn what_a_clock_that_ran_ahead_left_behind_goes() {
    let bench = Bench::quiet();
    let history = History::writable(&home(&bench)).unwrap();
    let add = |mount: &str, at| history.add_measurement(&measurement(mount, at, 2)).unwrap();
    let taken = |mount: &str| {
        let taken = reading(&bench).measured("a", mount, i64::MIN, i64::MAX);
        let taken = taken.unwrap();
        taken.iter().map(|one| one.at - NOW).collect::<Vec<_>>()
    };
    add("/", NOW + 300 * DAY);
    add("/other", NOW + 300 * DAY);
    add("/", NOW);
    // Nothing tells yet which of the two clocks is right.
    assert_eq!(taken("/"), [0, 300 * DAY]);
    let samples = (0..3).map(|day| sample("a", NOW - day * DAY, 1));
    let records: Vec<Value> = std::iter::once(now(NOW)).chain(samples).collect();
    assert_eq!(bench.keep(&records).code, Some(0));
    // One that was set back takes nothing away.
    add("/", NOW - 3_000 * DAY);
    assert_eq!(taken("/"), [-3_000 * DAY, 0, 300 * DAY]);
    add("/", NOW + 60);
    assert_eq!(taken("/"), [-3_000 * DAY, 0, 60]);
    assert_eq!(taken("/other"), [300 * DAY]);
    let rows: i64 = bench
        .database()
        .query_row("SELECT count(*) FROM folders", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 8);
}

#[test]
fn an_older_file_knows_none_until_it_is_brought_up_to_date() {
    let bench = Bench::quiet();
    drop(History::writable(&home(&bench)).unwrap());
    let older = "DROP TABLE measurements; DROP TABLE folders; PRAGMA user_version = 2;";
    bench.database().execute_batch(older).unwrap();
    let history = reading(&bench);
    assert_eq!(history.schema().unwrap(), 2);
    assert_eq!(history.measured("a", "/", i64::MIN, i64::MAX).unwrap(), []);
    assert_eq!(
        history.measurements("a", "/", i64::MIN, i64::MAX).unwrap(),
        []
    );
    let writable = History::writable(&home(&bench)).unwrap();
    assert_eq!(writable.schema().unwrap(), SCHEMA);
    writable.add_measurement(&measurement("/", NOW, 1)).unwrap();
    assert_eq!(last(&bench, "/"), measurement("/", NOW, 1));
}

#[test]
fn it_is_saved_from_a_broken_file() {
    let bench = Bench::quiet();
    let history = History::writable(&home(&bench)).unwrap();
    history.add_measurement(&measurement("/", NOW, 2)).unwrap();
    drop(history);
    let file = bench.own("history.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes.splice(..100, [0xa5; 100]);
    fs::write(&file, bytes).unwrap();
    let ran = bench.mamori(&["history", "check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(last(&bench, "/"), measurement("/", NOW, 2));
}
