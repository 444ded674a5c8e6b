//! What the watcher has written at night, as `report --by-watcher` does it.

use std::fs;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use mamori::model::report::period::{Kind, Period};
use mamori::model::time::Timestamp;
use mamori::sys::clock;
#[cfg(target_os = "linux")]
use mamori::sys::flock::{self, Wait};
use serde_json::Value;

use crate::alerts;
use crate::harness::github::GitHub;
use crate::harness::history::{now, sample};
#[cfg(target_os = "linux")]
use crate::harness::until;
use crate::harness::{Bench, MAMORI, QUIET, Ran, agents};

const UTC: Option<chrono_tz::Tz> = Some(chrono_tz::UTC);

/// A home whose history begins so many days ago.
fn bench(days: i64, report: &str) -> Bench {
    let config = "timezone = \"UTC\"\n[local]\nname = \"laptop\"\n[report]\n";
    let bench = Bench::with(format!("{config}{report}\n{QUIET}"));
    let time = clock::now().0;
    let noon = time - time.rem_euclid(86_400) - days * 86_400 + 43_200;
    let kept = bench.keep(&[now(time), sample("laptop", noon, 500)]);
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);
    bench
}

/// The last of that kind that is due.
fn last(kind: Kind) -> Period {
    let settled = Timestamp(clock::now().0 - 600);
    let running = clock::period(kind, clock::day(settled, UTC), UTC);
    clock::previous(&running, UTC)
}

fn file(bench: &Bench, name: &str) -> PathBuf {
    bench.home().join(".miyabi/reports").join(name)
}

fn nightly(bench: &Bench) -> Ran {
    let ran = bench.mamori(&["report", "--by-watcher"]);
    assert_eq!(ran.stdout, "");
    ran
}

/// The reports that people were told of, in the order of that.
fn told(bench: &Bench) -> Vec<Value> {
    let state = bench.state();
    let all = state["events"].as_array().unwrap().iter();
    all.filter(|event| event["what"] == "report")
        .cloned()
        .collect()
}

fn stems(bench: &Bench) -> Vec<String> {
    let told = told(bench);
    let stems = told.iter().map(|event| event["check"].as_str().unwrap());
    stems.map(str::to_owned).collect()
}

fn changed(file: &Path) -> SystemTime {
    fs::metadata(file).unwrap().modified().unwrap()
}

#[test]
fn a_report_is_told_of_once_and_broken_templates_do_not_hinder_it() {
    let bench = bench(2, "");
    let folder = bench.folder().join("templates");
    fs::create_dir_all(&folder).unwrap();
    for name in ["report.html.jinja", "index.html.jinja"] {
        fs::write(folder.join(name), "{{ nothing }}").unwrap();
    }
    let ran = nightly(&bench);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("report.html.jinja"), "{}", ran.stderr);
    assert!(ran.stderr.contains("index.html.jinja"), "{}", ran.stderr);
    let stem = last(Kind::Daily).stem();
    let first = told(&bench);
    assert_eq!(first[0]["check"], stem.as_str());
    let text = first[0]["text"].as_str().unwrap();
    let page = format!("~/.miyabi/reports/{stem}.html#needs-you");
    assert!(text.ends_with(&page), "{text}");
    assert!(file(&bench, &format!("{stem}.html")).exists());
    let index = fs::read_to_string(file(&bench, "index.html")).unwrap();
    assert!(index.contains(&format!("href=\"{stem}.html\"")), "{index}");
    let ran = nightly(&bench);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(told(&bench), first);
}

#[test]
fn one_that_cannot_be_written_costs_no_other_and_is_told_of_when_it_can() {
    // The last week that is over ended eight days ago at most.
    let bench = bench(9, "");
    let (day, week) = (last(Kind::Daily).stem(), last(Kind::Weekly).stem());
    let in_the_way = file(&bench, &format!("{week}.json"));
    fs::create_dir_all(&in_the_way).unwrap();
    for _ in 0..2 {
        let ran = nightly(&bench);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains(&week), "{}", ran.stderr);
        // Of seven days that were made up for, the newest, and once.
        let mut stems = stems(&bench);
        stems.retain(|stem| !stem.starts_with("monthly"));
        assert_eq!(stems, [day.as_str()]);
        let index = fs::read_to_string(file(&bench, "index.html")).unwrap();
        assert!(index.contains(&format!("href=\"{day}.html\"")), "{index}");
    }
    fs::remove_dir(&in_the_way).unwrap();
    let ran = nightly(&bench);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let mut stems = stems(&bench);
    stems.retain(|stem| !stem.starts_with("monthly"));
    assert_eq!(stems, [day, week]);
}

#[test]
fn a_report_by_hand_is_made_whole_and_told_of() {
    let bench = bench(2, "");
    let day = last(Kind::Daily);
    let date = day.first.to_string();
    let by_hand = |more: &[&str]| {
        let ran = bench.mamori(&[&["report", "daily", "--date", &date], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    let html = file(&bench, &format!("{}.html", day.stem()));
    by_hand(&["--format", "json"]);
    assert!(!html.exists());
    assert_eq!(nightly(&bench).code, Some(0));
    assert!(html.exists());
    assert_eq!(told(&bench)[0]["check"], day.stem().as_str());

    // As after a run that was killed before it told anybody.
    let bench = self::bench(2, "");
    let ran = bench.mamori(&["report", "daily", "--date", &date]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let html = file(&bench, &format!("{}.html", day.stem()));
    let before = changed(&html);
    for _ in 0..2 {
        assert_eq!(nightly(&bench).code, Some(0));
        let mut stems = stems(&bench);
        stems.retain(|stem| stem.starts_with("daily"));
        assert_eq!(stems, [day.stem()]);
    }
    assert_eq!(changed(&html), before);
}

#[test]
fn a_night_without_network_is_made_again_later_and_not_told_again() {
    let bench = bench(2, "github = [\"o/app\"]");
    let offline = "#!/bin/sh\necho 'error connecting to api.github.com' >&2\nexit 1\n";
    bench.stand_in("gh", offline);
    assert_eq!(nightly(&bench).code, Some(0));
    let first = told(&bench);
    // Since its end more than two hours have gone at any time of a day.
    let day = clock::day(Timestamp(clock::now().0 - 2 * 86_400), UTC);
    let day = clock::period(Kind::Daily, day, UTC).stem();
    let json = file(&bench, &format!("{day}.json"));
    let report: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    let sources = report["sources"].as_array().unwrap().iter();
    let states: Vec<&Value> = sources
        .filter(|source| source["name"] == "gh")
        .map(|source| &source["state"])
        .collect();
    assert_eq!(states, ["missing"], "{report}");
    let made_again = |age: u64| {
        let at = SystemTime::now() - Duration::from_secs(age);
        let opened = fs::File::options().append(true).open(&json).unwrap();
        opened.set_modified(at).unwrap();
        assert_eq!(nightly(&bench).code, Some(0));
        changed(&json) > at + Duration::from_secs(60)
    };
    assert!(!made_again(1_800));
    assert!(made_again(7_200));
    assert_eq!(told(&bench), first);
}

#[test]
fn one_round_of_the_watcher_writes_them_with_all_that_leads_to_their_sources() {
    let bench = bench(2, "github = [\"o/app\"]");
    let mut config = fs::read_to_string(bench.config()).unwrap();
    config.push_str(&alerts::scribe(&bench));
    bench.configure(config);
    let github = GitHub::new(&bench);
    let folder = bench.folder().join("templates");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("report.md.jinja"), "{{ nothing }}").unwrap();
    let log = bench.home().join("elsewhere/projects/-w/s.jsonl");
    fs::create_dir_all(log.parent().unwrap()).unwrap();
    let day = last(Kind::Daily);
    let noon = day.span.start.0 + 43_200 - agents::DAY;
    let lines = [
        agents::prompt(noon, "s"),
        agents::answer(noon + 60, "s", "1", 5),
    ];
    agents::write(&log, &lines);
    let mut command = bench.command(MAMORI);
    command
        .args(["watch", "--once"])
        .env("GH_TOKEN", "secret")
        .env("CLAUDE_CONFIG_DIR", bench.home().join("elsewhere"));
    let ran = bench.ran(&mut command);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(github.names().contains("GH_TOKEN\n"), "{}", github.names());
    let warning = "warning: reporting: the template `~/.config/mamori/templates/report.md.jinja`";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    let json = fs::read(file(&bench, &format!("{}.json", day.stem()))).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["agents"].as_array().unwrap().len(), 1, "{json}");
    // In the same round.
    let messages = format!("{:?}", alerts::told(&bench));
    assert!(messages.contains(&day.stem()), "{messages}");
    assert_eq!(told(&bench)[0]["check"], day.stem().as_str());
}

#[test]
#[cfg(target_os = "linux")]
fn two_writers_do_not_mix_their_files() {
    let bench = bench(2, "");
    let path = bench.own("locks/report.lock");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let lock = flock::lock(&path, "another", Wait::Never).unwrap();
    let mut command = bench.command(MAMORI);
    command.args(["report", "daily"]).stdout(Stdio::null());
    let mut writer = command.spawn().unwrap();
    let opened = PathBuf::from(format!("/proc/{}/fd", writer.id()));
    until("the writer to want the lock", || {
        let files = fs::read_dir(&opened).into_iter().flatten().flatten();
        let mut files = files.filter_map(|file| fs::read_link(file.path()).ok());
        files.any(|file| file == path)
    });
    let files = || fs::read_dir(bench.home().join(".miyabi/reports")).unwrap();
    assert_eq!(files().count(), 0);
    drop(lock);
    assert!(writer.wait().unwrap().success());
    assert_eq!(files().count(), 4);
}
