//! What a report is made from, gathered from a history, repositories and files.

use std::fs;

use mamori::model::history::folders::Folder;
use mamori::model::history::{Forecast, Measurement, Outcome};
use mamori::model::home::Home;
use mamori::model::report::period::Kind;
use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;
use mamori::sys::history::History;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::history::now;
use crate::harness::report::gathered::*;
use crate::harness::repository::{NOON, Repo};

#[test]
fn figures_of_machines_are_those_of_the_period_and_of_what_it_is_compared_with() {
    let bench = Bench::with(CONFIG);
    kept(&bench, &records());
    let facts = day(&bench, END + 600);
    assert_eq!(
        (facts.span.start, facts.span.end),
        (Timestamp(START), Timestamp(END))
    );
    assert!(facts.complete);
    // The books end with the day; what is over is told to its last second.
    assert_eq!(facts.newest, Some(Timestamp(END - 1)));
    assert_eq!(standing(&facts, "history"), (Standing::Ok, None));
    let all = machines(&facts);
    let names: Vec<&str> = all.nodes.iter().map(|one| &*one.known.node).collect();
    assert_eq!(names, ["laptop", "mugen", "gone"]);
    let [laptop, mugen, gone] = &all.nodes[..] else {
        panic!("{names:?}")
    };
    let shares = mugen.known.shares;
    assert_eq!(
        (shares.up_ms, shares.down_ms, shares.unknown_ms),
        (83_400_000, 3_000_000, 0)
    );
    assert_eq!(gone.known.shares.unknown_ms, 86_400_000);
    let response = &all.response;
    assert_eq!((response.now.n, response.before.n), (5, 1));
    assert_eq!(response.now.mean_ms, Some(200.0));
    assert_eq!(
        (response.now.median_ms, response.now.p95_ms),
        (Some(30.0), Some(900.0))
    );
    assert_eq!(all.response_course.len(), 1);
    let course = all.response_course[0];
    assert_eq!(
        (course.n, course.low, course.middle, course.high),
        (5, 10.0, 30.0, 900.0)
    );
    assert_eq!(
        (all.judged.now.known, all.judged.now.with_problems),
        (13, 1)
    );
    assert_eq!(all.judged.before.known, 1);
    // Five of them are 15, 25, 35, 45, 905; of ten percent and less none.
    assert_eq!((laptop.memory, laptop.memory_limit), ((5, 0), 10.0));
    let limits = [mugen, laptop].map(|one| Some(one.disks[0].limit));
    assert_eq!(limits, [Some(80.0), Some(90.0)]);
    assert_eq!(mugen.disks[0].total, Some(1_000));
    assert_eq!(mugen.load.len(), 2);
    assert_eq!((mugen.load[0].low, mugen.load[0].high), (0.5, 90.0));
    let outages: Vec<&str> = all.outages.iter().map(|one| &*one.check).collect();
    assert_eq!(outages, ["service:web", "service:web", "disk"]);
    assert_eq!(all.given_up.len(), 1);
    assert_eq!(
        (all.given_up[0].tries, &*all.given_up[0].needed),
        (5, "a[2J port")
    );
    assert_eq!(all.healed.len(), 1);
    assert_eq!(all.gaps.len(), 1);
}

#[test]
fn a_running_day_is_told_until_now_and_its_newest_datum_is_its_time() {
    let bench = Bench::with(CONFIG);
    let repo = Repo::new(&bench, "app");
    for (at, subject) in [
        (START + 60, "a"),
        (START + 3_000, "b"),
        (START + 5_000, "c"),
    ] {
        repo.step(at, subject);
    }
    bench.configure(CONFIG.to_owned() + "[report]\nrepositories = [\"~/app\"]\n");
    let sample = seen("mugen", START + 4_000, &json!({"latency_ms": 3.0}));
    kept(&bench, &[now(START + 4_000), sample]);
    let facts = day(&bench, START + 5_500);
    assert!(!facts.complete);
    // What was committed after the last look belongs to it, too.
    assert_eq!(facts.span.end, Timestamp(START + 5_500));
    let length = facts.compared.end.since(facts.compared.start);
    assert_eq!(
        (facts.compared.start, length),
        (Timestamp(START - 86_400), 5_500)
    );
    let code = facts.code.as_ref().unwrap();
    assert_eq!(
        (code.now.total.commits, code.now.until),
        (3, Some(Timestamp(START + 5_000)))
    );
    // Nothing new: the time of the report is the same, and so are its figures.
    assert_eq!(facts.newest, Some(Timestamp(START + 5_000)));
    let later = day(&bench, START + 6_000);
    assert_eq!(later.newest, facts.newest);
    assert_eq!(
        format!("{:?}", later.code.map(|code| code.now.total)),
        format!("{:?}", facts.code.map(|code| code.now.total))
    );
    assert_eq!(
        format!("{:?}", later.machines),
        format!("{:?}", facts.machines)
    );
}

#[test]
fn without_a_history_the_rest_is_told_and_why_it_is_missing() {
    let bench = Bench::with("timezone = \"Asia/Tokyo\"\n");
    let facts = day(&bench, NOON);
    assert!(facts.machines.is_none() && facts.code.is_none() && facts.forge.is_none());
    assert!(facts.agents.is_none());
    assert_eq!((names(&facts), facts.newest), (vec!["history"], None));
    assert_eq!(
        standing(&facts, "history"),
        (Standing::Missing, Some("nothing was kept yet"))
    );
    assert_eq!(facts.span.end, Timestamp(NOON));
    // One that cannot be read is told, too.
    fs::create_dir_all(bench.own("")).unwrap();
    fs::write(
        bench.own("history.db"),
        "no database at all, and long enough to be one",
    )
    .unwrap();
    let facts = day(&bench, NOON);
    assert!(facts.machines.is_none());
    assert_eq!(source(&facts, "history").state, Standing::Missing);
}

#[test]
fn the_newest_forecasts_stand_and_those_whose_time_came_are_scored() {
    let bench = Bench::with(CONFIG);
    kept(&bench, &records());
    let forecast = |subject: &str, made: i64, probability: f64| Forecast {
        made,
        node: "mugen".to_owned(),
        kind: "disk".to_owned(),
        subject: subject.to_owned(),
        horizon_s: 7 * 86_400,
        probability: Some(probability),
        will_cross: Some(probability > 0.4),
        ..Forecast::default()
    };
    let all = [
        forecast("/", END - 7_200, 0.9),
        forecast("/", END - 3_600, 0.3),
        forecast("/", END + 10, 0.99),
        forecast("/data", END - 3_600, 0.8),
        forecast("/old", END - 8 * 86_400, 0.5),
        forecast("/older", END - 20 * 86_400, 0.5),
    ];
    let history = History::writable(&Home::of(&bench.home().join(".miyabi"))).unwrap();
    history.add_forecasts(&all).unwrap();
    for one in history.forecasts(i64::MIN, END - 7 * 86_400).unwrap() {
        // One is judged before the end of the day, the other after it.
        let scored = if one.subject == "/old" {
            END + 1
        } else {
            END - 1
        };
        let outcome = Outcome {
            scored,
            crossed: true,
            crossed_at: None,
        };
        history.score(one.id, outcome).unwrap();
    }
    let facts = day(&bench, END + 600);
    let told = machines(&facts);
    let standing: Vec<(&str, f64)> = told
        .forecasts
        .iter()
        .map(|one| (&*one.subject, one.probability.unwrap()))
        .collect();
    assert_eq!(standing, [("/data", 0.8), ("/", 0.3)]);
    let scores: Vec<(&str, u64, u64)> = told
        .scores
        .iter()
        .map(|one| (&*one.what, one.right, one.judged))
        .collect();
    assert_eq!(scores, [("disk", 1, 1)]);
}

#[test]
fn a_disk_is_drawn_back_thirty_days_and_foretold_from_the_end_of_the_period() {
    let bench = Bench::with(CONFIG);
    kept(&bench, &filling(40, 80.0));
    let folder = |bytes: u64| Folder {
        path: "cache".into(),
        bytes,
        shared: 0,
        hidden: 0,
    };
    let measurement = |days: i64, bytes: u64| Measurement {
        at: END - days * 86_400,
        node: "laptop".into(),
        mount: "/".into(),
        volume: 1,
        least: 1_000,
        bytes,
        unread: 0,
        complete: true,
        folders: vec![
            folder(bytes),
            Folder {
                path: "".into(),
                ..folder(bytes)
            },
        ],
    };
    let history = History::writable(&Home::of(&bench.home().join(".miyabi"))).unwrap();
    for (days, bytes) in [(8, 1 << 30), (1, 8 << 30)] {
        history.add_measurement(&measurement(days, bytes)).unwrap();
    }
    let disk = |kind: Kind, date: &str, at: i64| {
        let facts = bench.gathered(kind, date, at);
        let told = machines(&facts);
        assert_eq!((told.nodes.len(), told.nodes[0].disks.len()), (2, 1));
        told.nodes[0].disks[0].clone()
    };
    let told = disk(Kind::Daily, DATE, END + 600);
    assert_eq!(told.past.len(), 180);
    assert_eq!(told.past[0].at, Timestamp(END - 30 * 86_400));
    let last = told.past[179];
    assert!(
        (last.high - 80.0).abs() < 0.2 && last.low < last.high,
        "{last:?}"
    );
    assert!((told.growth.unwrap() - 1.0).abs() < 0.01, "{told:?}");
    assert_eq!(told.grew, Some(("/cache".to_owned(), f64::from(1 << 30))));
    let outlook = &told.outlook;
    assert_eq!((outlook.days, outlook.need_days), (7, 3));
    let days = told.outlook_month.days;
    assert!(days == 30 && told.outlook_month.will_cross, "{told:?}");
    assert!(
        outlook.probability.is_some() && !outlook.will_cross,
        "{outlook:?}"
    );
    // The month so far: forty days are enough for ninety.
    let month = disk(Kind::Monthly, DATE, END);
    let outlook = &month.outlook;
    assert_eq!(
        (outlook.days, outlook.have_days, outlook.need_days),
        (90, 39, 30)
    );
    assert!(outlook.will_cross, "{outlook:?}");
    let [_, likely, _] = outlook.crossing.unwrap();
    let days = likely.since(Timestamp(END)) / 86_400;
    assert!((5..=20).contains(&days), "{days}");
    // And ten days before there were too few of them.
    let october = disk(Kind::Monthly, "2026-10-20", END);
    assert_eq!(
        (october.outlook.have_days, october.outlook.probability),
        (19, None)
    );
    assert!(
        october
            .past
            .iter()
            .all(|one| one.at < Timestamp(END - 20 * 86_400))
    );
}

#[test]
fn a_disk_is_as_full_as_it_was_at_its_last_look_in_the_period() {
    let bench = Bench::with(CONFIG);
    let look = |at: i64, percent: f64| {
        let disk = json!([{"mount": "/", "used_bytes": 500, "total_bytes": 1_000,
            "used_percent": percent, "inodes_used_percent": null}]);
        seen("laptop", at, &json!({"disks": disk}))
    };
    let looks = [(-900, 90.0), (-60, 60.0), (0, 70.0)].map(|(at, used)| look(END + at, used));
    kept(&bench, &[&[now(END)], &looks[..]].concat());
    let used = || machines(&day(&bench, END)).nodes[0].disks[0].used;
    assert_eq!(used(), Some(60.0));
    bench.database().execute("DELETE FROM disks", []).unwrap();
    assert_eq!(used(), Some(60.0));
    bench
        .database()
        .execute("DELETE FROM disks_5m", [])
        .unwrap();
    assert_eq!(used(), Some(75.0));
}
