//! The reports that the watcher has written.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use mamori::model::report::period::Kind;
use mamori::sys::clock;
use serde_json::Value;

use crate::harness::history::{now, sample};
use crate::harness::{Bench, QUIET};

#[test]
fn what_was_missed_is_written_a_minute_after_the_watchers_start_and_once() {
    let bench = Bench::with("[local]\nname = \"laptop\"\n".to_owned() + QUIET);
    let time = clock::now();
    // Of the day before yesterday ten minutes are over at any time of the day.
    let day = clock::period(Kind::Daily, time.utc().date_naive(), Some(chrono_tz::UTC));
    let day = [(); 2]
        .iter()
        .fold(day, |day, ()| day.previous(&chrono_tz::UTC));
    let seen = sample("laptop", day.span.start.0 + 3_600, 500);
    assert_eq!(bench.keep(&[now(time.0), seen]).code, Some(0));
    let report = bench
        .home()
        .join(format!(".miyabi/reports/{}.json", day.stem()));
    let _watcher = bench.watch();
    // A minute after the start, which is longer than `until` waits.
    let deadline = Instant::now() + Duration::from_secs(150);
    while !report.exists() {
        assert!(Instant::now() < deadline, "waited in vain for the report");
        thread::sleep(Duration::from_millis(50));
    }
    let written: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(written["period"]["complete"], true);
    let changed = || fs::metadata(&report).unwrap().modified().unwrap();
    let before = changed();
    let ran = bench.mamori(&["report", "--by-watcher"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(changed(), before);
}
