//! What a report is made from, gathered from files of ours and of others.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use mamori::model::report::agent::Agent;
use mamori::model::report::facts::{Both, Facts};
use mamori::model::report::period::{Kind, Period};
use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;
use mamori::rooms::report::overdue::overdue;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::agents::{answer, append, prompt, write};
use crate::harness::history::{now, rfc3339};
use crate::harness::report::gathered::*;
use crate::harness::repository::Repo;

#[test]
fn errors_are_counted_in_the_log_and_its_archives() {
    let bench = Bench::with(CONFIG);
    let samples = [START - 86_400, START + 60].map(|at| seen("mugen", at, &json!({})));
    kept(&bench, &[&[now(END)], &samples[..]].concat());
    assert_eq!(machines(&day(&bench, END)).errors.now, Some(0));
    let logs = bench.home().join(".miyabi/logs");
    fs::create_dir_all(&logs).unwrap();
    let line = |at: i64, node: &str| format!("{} {node} disk full\n", rfc3339(at));
    fs::write(
        logs.join("errors.log"),
        line(END, "later") + &line(END - 1, "b"),
    )
    .unwrap();
    let mut archive = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let old = line(START, "a") + &line(START - 1, "before");
    archive.write_all(old.as_bytes()).unwrap();
    fs::write(
        logs.join("errors.log.20261120.gz"),
        archive.finish().unwrap(),
    )
    .unwrap();
    let facts = day(&bench, END + 600);
    let told = machines(&facts);
    assert_eq!((told.errors.now, told.errors.before), (Some(2), Some(1)));
    assert_eq!(told.errors_by_day, [(Timestamp(START), 2)]);
    let newest: Vec<&str> = told.newest_errors.iter().map(|one| &*one.node).collect();
    assert_eq!(newest, ["b", "a"]);
    assert_eq!(standing(&facts, "errors.log"), (Standing::Ok, None));
    append(&logs.join("errors.log"), "half a li\n");
    let facts = day(&bench, END + 600);
    let said = (Standing::Partial, Some("1 line could not be read"));
    assert_eq!(standing(&facts, "errors.log"), said);
    assert_eq!(machines(&facts).errors.now, Some(2));
    // A log that cannot be read is no zero.
    for name in ["errors.log", "errors.log.20261120.gz"] {
        fs::remove_file(logs.join(name)).unwrap();
    }
    fs::create_dir(logs.join("errors.log")).unwrap();
    let facts = day(&bench, END + 600);
    assert_eq!(machines(&facts).errors, Both::default());
    assert_eq!(source(&facts, "errors.log").state, Standing::Missing);
}

#[test]
fn a_budget_and_a_log_of_costs_are_the_first_that_can_be_read() {
    let bench = Bench::with(CONFIG.to_owned() + "[report]\nrepositories = [\"~/a\", \"~/b\"]\n");
    let put = |name: &str, text: &str| {
        let path = bench.home().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(".miyabi/BUDGET.yml", "monthly_budget_usd: 100\n");
    let budget = |facts: &Facts| facts.money.budget.as_ref().and_then(|one| one.monthly_usd);
    assert_eq!(budget(&day(&bench, END)), Some(100.0));
    put("b/.miyabi/BUDGET.yml", "monthly_budget_usd: 200\n");
    put("a/BUDGET.yml", "of: something else\n");
    let facts = day(&bench, END);
    assert_eq!(
        (budget(&facts), standing(&facts, "budget")),
        (Some(200.0), (Standing::Ok, None))
    );
    let entry = |at: &str, usd: f64| json!({"timestamp": at, "cost_usd": usd});
    let costs = json!([
        entry("2026-11-20T23:59:59", 2.5),
        entry("2026-11-21T00:00:00", 9.0),
        {}
    ]);
    put("b/.miyabi/logs/cost_tracking.json", &costs.to_string());
    let facts = day(&bench, END);
    let logged = facts.money.logged.as_ref().unwrap();
    assert_eq!(
        (logged.sums.clone(), logged.entries),
        (vec![("USD".to_owned(), 2.5)], 1)
    );
    let said = (Standing::Partial, Some("1 entry could not be understood"));
    assert_eq!(standing(&facts, "cost log"), said);
    for (name, text) in [
        ("b/.miyabi/logs/cost_tracking.json", "[[["),
        ("b/.miyabi/BUDGET.yml", ""),
        (".miyabi/BUDGET.yml", "\u{0}"),
    ] {
        put(name, text);
    }
    let facts = day(&bench, END);
    assert!(facts.money.budget.is_none() && facts.money.logged.is_none());
    let why = "`~/a/BUDGET.yml`: no monthly_budget_usd in it";
    assert_eq!(standing(&facts, "budget"), (Standing::Missing, Some(why)));
    assert_eq!(source(&facts, "cost log").state, Standing::Missing);
}

#[test]
fn agents_are_counted_by_day_and_vouch_for_commits_that_nobody_signed() {
    let bench = Bench::with(CONFIG);
    let repo = Repo::new(&bench, "app");
    bench.configure(CONFIG.to_owned() + "[report]\nrepositories = [\"~/app\", \"~/app/tree\"]\n");
    repo.step(START + 7_000, "nobody's");
    repo.git(&["worktree", "add", "--quiet", "-b", "other", "tree"]);
    let tree = Repo::at(&bench, repo.path.join("tree"));
    // The harness counts from the 20th in UTC: nine hours after it began in Tokyo.
    let begin = START + 9 * 3_600;
    tree.step(begin + 30, "observed");
    let file = bench.home().join(".claude/projects/-w/s.jsonl");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut lines = [
        prompt(0, "s"),
        answer(60, "s", "1", 5),
        answer(90_000, "s", "2", 5),
    ];
    for line in &mut lines {
        line["cwd"] = json!(tree.path);
    }
    write(&file, &lines);
    let facts = day(&bench, END);
    let agents = facts.agents.as_ref().unwrap();
    assert_eq!(
        (agents.now.agents.len(), agents.before.agents.len()),
        (1, 0)
    );
    let claude = &agents.now.agents[0];
    assert_eq!(
        (claude.agent, claude.used.requests, claude.work),
        (Agent::ClaudeCode, 1, 60)
    );
    assert_eq!(facts.cost.len(), 1);
    let [(name, dollars)] = &facts.cost[0].by_agent[..] else {
        panic!("{:?}", facts.cost)
    };
    assert!(name == "Claude Code" && *dollars > 0.0);
    let code = &facts.code.as_ref().unwrap().now;
    assert_eq!((code.total.commits, code.total.unsigned), (2, 1));
    let claude = code
        .contributors
        .iter()
        .find(|one| one.name == "Claude Code")
        .unwrap();
    assert_eq!((claude.commits, claude.levels.observed), (1, 1));
    assert_eq!(names(&facts), ["history", "git app", "agents", "prices"]);
    let week = bench.gathered(Kind::Weekly, DATE, END + 10 * 86_400);
    assert_eq!(week.cost.len(), 7);
    assert_eq!(week.agents.unwrap().now.agents[0].used.requests, 2);
}

#[test]
fn reports_are_due_from_the_first_that_is_known_until_they_are_whole() {
    let bench = Bench::with(CONFIG);
    let around = bench.surroundings();
    let config = mamori::config::load(&around).unwrap();
    let due = |at: i64| -> Vec<String> {
        let all = overdue(&config, Timestamp(at), &around);
        all.write.iter().map(Period::stem).collect()
    };
    let night = END + 600;
    assert_eq!(due(night), [""; 0]);
    kept(
        &bench,
        &[now(END), seen("mugen", START + 7_200, &json!({}))],
    );
    assert_eq!(due(night), ["daily-2026-11-20"]);
    assert_eq!(due(night - 1), [""; 0]);
    let reports = bench.home().join(".miyabi/reports");
    fs::create_dir_all(&reports).unwrap();
    let file = |ending: &str| reports.join(format!("daily-2026-11-20.{ending}"));
    let written = |text: &str, at: i64| {
        fs::write(file("json"), text).unwrap();
        let at = UNIX_EPOCH + Duration::from_secs(at.unsigned_abs());
        let json = fs::File::options().append(true).open(file("json"));
        json.unwrap().set_modified(at).unwrap();
    };
    let whole = r#"{"schema":1,"period":{"start":"x","complete":true}}"#;
    written(whole, night);
    assert_eq!(due(night).len(), 1, "only its JSON is there");
    for ending in ["md", "html"] {
        fs::write(file(ending), "").unwrap();
    }
    for (text, at, done) in [
        (&whole.replace("true", "false")[..], night, false),
        ("half a fi", night, false),
        (whole, night - 1, false),
        (whole, night, true),
    ] {
        written(text, at);
        assert_eq!(due(night).is_empty(), done, "{text}");
    }
    let next = due(END + 10 * 86_400 + 600);
    assert_eq!(next.len(), 7 + 2 + 1, "{next:?}");
}
