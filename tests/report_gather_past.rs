//! What a report says of a time that is over: the same whenever it is asked for,
//! as far as it was kept.

use mamori::model::report::period::Kind;
use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::history::now;
use crate::harness::report::gathered::*;
use crate::harness::repository::Repo;

#[test]
fn a_period_of_which_only_sums_are_left_has_means_and_no_percentiles() {
    let bench = Bench::with(CONFIG);
    kept(&bench, &records());
    bench.database().execute("DELETE FROM samples", []).unwrap();
    let facts = day(&bench, END + 40 * 86_400);
    let all = machines(&facts);
    let response = &all.response.now;
    assert_eq!((response.n, response.mean_ms), (5, Some(200.0)));
    assert_eq!((response.median_ms, response.p95_ms), (None, None));
    let course = all.response_course[0];
    assert_eq!(
        (course.low, course.middle, course.high),
        (10.0, 200.0, 900.0)
    );
    assert_eq!(
        (all.judged.now.known, all.judged.now.with_problems),
        (13, 1)
    );
    // And of one from before ninety days hours: what ends they have on both sides
    // of the limit are not counted for either.
    bench
        .database()
        .execute_batch("DELETE FROM samples_5m; DELETE FROM disks_5m")
        .unwrap();
    let facts = day(&bench, END + 200 * 86_400);
    let all = machines(&facts);
    assert_eq!(all.response.now.mean_ms, Some(200.0));
    assert_eq!(
        (all.judged.now.known, all.judged.now.with_problems),
        (13, 1)
    );
    assert_eq!(facts.newest, Some(Timestamp(END - 1)));
}

#[test]
fn a_part_of_a_period_is_nothing_to_compare_with_and_none_is_not_known() {
    let bench = Bench::with(CONFIG);
    let later = |at: i64| seen("mugen", at, &json!({"latency_ms": 9.0}));
    // Of the day before there is an hour.
    kept(&bench, &[now(END), later(START - 3_600), later(START + 60)]);
    let facts = day(&bench, END);
    let told = machines(&facts);
    assert_eq!((told.errors.now, told.errors.before), (Some(0), None));
    assert_eq!((told.response.now.n, told.response.before.n), (1, 0));
    assert_eq!((told.judged.now.known, told.judged.before.known), (1, 0));
    for date in ["2026-11-18", "2020-01-01"] {
        let facts = bench.gathered(Kind::Daily, date, END);
        assert!(facts.machines.is_none());
        let said = (Standing::Missing, Some("nothing was kept then"));
        assert_eq!(standing(&facts, "history"), said);
    }
    let week = bench.gathered(Kind::Weekly, DATE, END);
    assert_eq!(machines(&week).errors.before, None);
}

#[test]
fn what_is_over_is_told_the_same_whenever_it_is_asked_for() {
    let bench = Bench::with(CONFIG);
    kept(&bench, &filling(3, 80.0));
    kept(&bench, &records());
    let repo = Repo::new(&bench, "app");
    repo.step(START + 60, "a");
    bench.configure(CONFIG.to_owned() + "[report]\nrepositories = [\"~/app\"]\n");
    let told = format!("{:?}", day(&bench, END + 600));
    let later = seen("mugen", END + 3_600, &json!({"latency_ms": 7.0}));
    kept(&bench, &[now(END + 3_600), later]);
    repo.step(END + 60, "b");
    assert_eq!(format!("{:?}", day(&bench, END + 5 * 86_400)), told);
}

#[test]
fn the_same_database_says_the_same_half_a_year_later() {
    let bench = Bench::with(CONFIG);
    kept(&bench, &filling(40, 80.0));
    kept(&bench, &records());
    for (kind, date) in [
        (Kind::Daily, DATE),
        (Kind::Weekly, "2026-11-12"),
        (Kind::Monthly, "2026-10-20"),
    ] {
        let told = |days: i64| format!("{:?}", bench.gathered(kind, date, END + days * 86_400));
        assert_eq!(told(1), told(183), "{kind:?}");
    }
}
