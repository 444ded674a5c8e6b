//! `mamori recover` brings back a broken file before it starts what needs it.

use std::fs;
use std::time::Duration;

use mamori::config;
use mamori::model::healing::{Standing, Terms};
use mamori::model::state::State;
use mamori::model::time::Timestamp;
use mamori::rooms::guard;
use mamori::rooms::recover::cli;
use mamori::rooms::recover::guarded::after_restore;
use mamori::rooms::recover::run::Condition;
use mamori::rooms::recover::target::local_targets;
use mamori::sys::clock;
use mamori::sys::flock::Wait;

use super::{ENDS, GOOD, old, toml_string};
use crate::harness::ground::{Ground, ready};
use crate::harness::until;

/// A service whose validator takes only what the guard takes, and its file,
/// which is kept.
fn ground() -> (Ground, std::path::PathBuf) {
    let mut ground = Ground::new();
    let path = ground.bench.home().join("web.conf");
    let shown = path.display().to_string();
    let start = "start = [\"HOME/server\", \"PORT\", \"fork\"]";
    let validate = format!("validate = [\"sh\", \"-c\", 'test \"$(tail -n 1 {shown})\" = end']");
    let service = ground.service("web", start, &validate);
    let guard = format!(
        "[[guard]]\npath = {}\n{ENDS}\nthen = \"web\"\n",
        toml_string(&shown)
    );
    ground.configure(&(service + &guard));
    fs::write(&path, GOOD).unwrap();
    let around = ground.bench.surroundings();
    let config = config::load(&around).unwrap();
    let outcome = guard::look_after(&around, &config, &Terms::default()).remove(0);
    assert_eq!(outcome.item.standing, Standing::Fine);
    (ground, path)
}

#[test]
fn a_broken_file_is_restored_before_its_service_is_started() {
    let (ground, path) = ground();
    fs::write(&path, "torn").unwrap();
    old(&path);
    let plan = ground.bench.mamori(&["recover", "--dry-run"]);
    assert_eq!(plan.code, Some(1));
    let shown = "1. mamori vault restore HOME/web.conf  (fails its validator)";
    assert!(plan.stdout.contains(shown), "{}", plan.stdout);
    assert_eq!(fs::read(&path).unwrap(), b"torn");
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(targets[0]["state"], "recovered");
    assert_eq!(targets[0]["steps"][0]["do"], "restore");
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    assert!(ready(ground.ports[0]));
    // As what `heal` does, it is told of and counts.
    let state = ground.bench.state();
    let check = format!("config:{}", path.display());
    assert_eq!(state["healing"]["deeds"][0]["verb"], "restored");
    assert_eq!(
        state["healing"]["acted"][&check].as_array().unwrap().len(),
        1
    );
    let events = state["events"].as_array().unwrap();
    let healed = events.iter().find(|event| event["what"] == "healed");
    assert_eq!(healed.unwrap()["check"], check.as_str());
}

#[test]
fn what_is_restored_for_a_service_counts_among_the_hours_actions() {
    let (ground, path) = ground();
    let check = format!("config:{}", path.display());
    let now = clock::now();
    let mut state = State::default();
    state.healing.acted.insert(check, vec![now; 30]);
    let text = serde_json::to_string(&state).unwrap();
    ground.bench.set_state(text);
    fs::write(&path, "torn").unwrap();
    old(&path);
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(targets[0]["state"], "failed");
    assert_eq!(fs::read(&path).unwrap(), b"torn");
}

#[test]
fn a_file_that_somebody_edits_is_not_and_its_service_waits() {
    let (ground, path) = ground();
    fs::write(&path, "torn").unwrap();
    let (ran, targets) = ground.recover(&[]);
    assert_eq!(
        (ran.code, &targets[0]["state"]),
        (Some(1), &"failed".into())
    );
    assert_eq!(targets[0]["steps"][0]["do"], "validate");
    assert_eq!(fs::read(&path).unwrap(), b"torn");
    assert!(!ready(ground.ports[0]));
}

#[test]
fn what_read_a_broken_file_is_started_anew_and_what_did_not_keeps_running() {
    let (ground, _) = ground();
    assert_eq!(ground.recover(&[]).0.code, Some(0));
    let first = ground.pid(0);
    let around = ground.bench.surroundings();
    let config = config::load(&around).unwrap();
    let crew = cli::crew(&around, &config, "local", &State::default(), false);
    let targets = local_targets(&config, "local", false);
    let web = targets
        .iter()
        .find(|target| target.name("local") == "web")
        .unwrap();
    let now = clock::now().0;
    let wait = Wait::AtMost(Duration::from_secs(20));
    let kept = after_restore(web, &crew, Some(Timestamp(now + 3_600)), wait);
    assert_eq!(
        (kept.condition, kept.plan.found.as_str()),
        (
            Condition::Ready,
            "ready: it runs since before its file broke, and keeps running"
        )
    );
    assert_eq!(
        after_restore(web, &crew, None, wait).condition,
        Condition::Ready
    );
    assert_eq!(ground.pid(0), first);
    let anew = after_restore(web, &crew, Some(Timestamp(now - 3_600)), wait);
    assert_eq!(anew.condition, Condition::Recovered, "{:?}", anew.done);
    assert_eq!(anew.plan.found, "it was started while its file was broken");
    assert!(ready(ground.ports[0]));
    assert_ne!(ground.pid(0), first);
    ground.signal(0, rustix::process::Signal::KILL);
    until("the service to be gone", || !ready(ground.ports[0]));
    let down = after_restore(web, &crew, Some(Timestamp(now + 3_600)), wait);
    assert_eq!(down.condition, Condition::Recovered, "{:?}", down.done);
}
