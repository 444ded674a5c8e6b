//! GitHub's answers as a report gathers them: kept, and asked for again only
//! where they must be.

use std::fs;

use mamori::model::report::facts::Facts;
use mamori::model::report::period::Kind;
use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;
use mamori::sys::files;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::github::*;
use crate::harness::report::gathered::{source, standing};
use crate::harness::repository::NOON;

const DATE: &str = "2026-11-20";
/// The day before, in Tokyo.
const BEFORE: &str = "2026-11-18T15:00:00Z";
const BEFORES_LAST: &str = "2026-11-19T14:59:59Z";
/// After the day's end.
const NIGHT: i64 = NOON + 3 * 3_600 + 600;

const CONFIG: &str = "timezone = \"Asia/Tokyo\"\n[report]\ngithub = [\"o/app\"]\n";

/// A `gh` that knows two issues that were closed that day.
fn github(bench: &Bench) -> GitHub<'_> {
    let github = GitHub::new(bench);
    let issues = [
        issue(1, &json!({})),
        issue(2, &json!({"closedAt": at(-60)})),
    ];
    github.fine(&closed_since(BEFORE, None), &page("issues", &issues, None));
    let none = json!({"total_count": 3, "incomplete_results": false});
    github.fine(&opened_in(BEFORE, BEFORES_LAST), &none);
    github
}

fn issues(facts: &Facts) -> (Standing, u64) {
    let figure = facts.forge.as_ref().unwrap().issues_closed(facts.span);
    (figure.state, figure.value.closed)
}

fn night(bench: &Bench) -> Facts {
    bench.gathered(Kind::Daily, DATE, NIGHT)
}

#[test]
fn a_whole_answer_about_a_day_that_is_over_is_kept_and_not_asked_for_again() {
    let bench = Bench::with(CONFIG);
    let github = github(&bench);
    let facts = night(&bench);
    assert_eq!(issues(&facts), (Standing::Ok, 2));
    assert_eq!(facts.newest, Some(Timestamp(NOON)));
    let forge = facts.forge.as_ref().unwrap();
    assert_eq!(forge.pulls_opened(facts.compared).value, 3);
    assert_eq!(source(&facts, "gh").until, Some(Timestamp(NIGHT)));
    let kept = bench.own("forge/daily-2026-11-20.json");
    assert_eq!(files::mode(&kept), Some(0o600));
    assert_eq!(files::mode(kept.parent().unwrap()), Some(0o700));
    let calls = github.calls();
    // What GitHub says a year later is no matter of that day.
    github.fine(&closed_since(BEFORE, None), &page("issues", &[], None));
    let later = bench.gathered(Kind::Daily, DATE, NIGHT + 365 * 86_400);
    assert_eq!(github.calls(), calls);
    assert_eq!(format!("{:?}", later.forge), format!("{:?}", facts.forge));
    assert_eq!(source(&later, "o/app"), source(&facts, "o/app"));
}

#[test]
fn what_is_kept_and_cannot_be_read_is_asked_for_anew_and_said() {
    let bench = Bench::with(CONFIG);
    let github = github(&bench);
    night(&bench);
    let calls = github.calls();
    let kept = bench.own("forge/daily-2026-11-20.json");
    for odd in ["", "{", "[]", "{\"schema\":9}"] {
        fs::write(&kept, odd).unwrap();
        let facts = night(&bench);
        assert_eq!(issues(&facts), (Standing::Ok, 2), "{odd}");
        let (state, why) = standing(&facts, "gh");
        let begin = "the answer kept from before cannot be read";
        assert!(why.unwrap().starts_with(begin), "{why:?}");
        assert_eq!(state, Standing::Ok);
    }
    assert!(github.calls() > calls);
    // The last one was kept again.
    assert_eq!(standing(&night(&bench), "gh"), (Standing::Ok, None));
}

#[test]
fn a_hole_is_filled_the_next_time_and_what_was_whole_stays() {
    let bench = Bench::with(CONFIG);
    let github = github(&bench);
    github.fails(&merged(None), "", "gh: (HTTP 404)", 1);
    let facts = night(&bench);
    assert_eq!(issues(&facts), (Standing::Ok, 2));
    assert_eq!(source(&facts, "o/app").state, Standing::Partial);
    github.fine(
        &merged(None),
        &page("pullRequests", &[pull(7, &json!({}))], None),
    );
    // The issues cannot be had this time.
    github.fails(&closed_since(BEFORE, None), "", "gh: (HTTP 502)", 1);
    let facts = night(&bench);
    assert_eq!(issues(&facts), (Standing::Ok, 2));
    let forge = facts.forge.as_ref().unwrap();
    assert_eq!(forge.pulls_merged(facts.span).value.all, 1);
    let (state, why) = standing(&facts, "o/app");
    assert_eq!(state, Standing::Partial);
    assert!(
        why.unwrap()
            .ends_with("in part from an answer kept from before")
    );
    // Now it is whole, and nobody is asked.
    let calls = github.calls();
    night(&bench);
    assert_eq!(github.calls(), calls);
}

#[test]
fn what_could_not_be_had_is_said_and_takes_nothing_away() {
    let bench = Bench::with(CONFIG);
    let facts = bench.gathered(Kind::Daily, DATE, NIGHT);
    let (state, why) = standing(&facts, "gh");
    assert_eq!(
        (state, why),
        (Standing::Missing, Some("gh is not installed"))
    );
    assert_eq!(issues(&facts).0, Standing::Missing);
    // An answer about the day as far as it was over does not go for a failure.
    let github = github(&bench);
    let noon = |seconds| bench.gathered(Kind::Daily, DATE, NOON + seconds);
    github.fine(
        &opened_in(START, &at(59)),
        &json!({"total_count": 1, "incomplete_results": false}),
    );
    github.fine(
        &opened_in(BEFORE, &at(59 - 86_400)),
        &json!({"total_count": 1, "incomplete_results": false}),
    );
    let running = noon(60);
    assert_eq!(issues(&running), (Standing::Ok, 2));
    assert_eq!(source(&running, "gh").until, None);
    assert_eq!(source(&running, "o/app").until, None);
    let kept = bench.own("forge/daily-2026-11-20.json");
    let before = fs::read(&kept).unwrap();
    fs::remove_file(bench.home().join("stand-ins/gh")).unwrap();
    assert_eq!(issues(&noon(120)).0, Standing::Missing);
    assert_eq!(fs::read(&kept).unwrap(), before);
}

#[test]
fn a_running_day_is_asked_for_each_time() {
    let bench = Bench::with(CONFIG);
    let github = github(&bench);
    bench.gathered(Kind::Daily, DATE, NOON + 60);
    let calls = github.calls();
    bench.gathered(Kind::Daily, DATE, NOON + 60);
    assert!(github.calls() > calls);
    // And once more when it is over.
    let calls = github.calls();
    assert_eq!(issues(&night(&bench)), (Standing::Ok, 2));
    assert!(github.calls() > calls);
}

#[test]
fn a_repository_that_is_new_is_asked_for_alone() {
    let bench = Bench::with(CONFIG);
    let github = github(&bench);
    night(&bench);
    github.fine(&closed_since(BEFORE, None), &page("issues", &[], None));
    bench.configure(CONFIG.replace("[\"o/app\"]", "[\"o/new\", \"o/app\"]"));
    let facts = night(&bench);
    let forge = facts.forge.as_ref().unwrap();
    let names: Vec<&str> = forge.repositories.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["o/new", "o/app"]);
    assert_eq!(issues(&facts), (Standing::Partial, 2));
    assert_eq!(source(&facts, "o/new").state, Standing::Missing);
    assert_eq!(standing(&facts, "o/app"), (Standing::Ok, None));
}

#[test]
fn milestones_are_asked_for_once_a_month() {
    let bench = Bench::with(CONFIG);
    let github = GitHub::new(&bench);
    let (october, november) = ("2026-09-30T15:00:00Z", "2026-10-31T15:00:00Z");
    let none = json!({"total_count": 0, "incomplete_results": false});
    github.fine(&closed_since(october, None), &page("issues", &[], None));
    github.fine(&opened_in(november, "2026-11-30T14:59:59Z"), &none);
    github.fine(&opened_in(october, "2026-10-31T14:59:59Z"), &none);
    let milestone = json!([{"title": "v1", "html_url": "https://github.com/o/app/milestone/1",
        "due_on": null, "state": "open", "open_issues": 2, "closed_issues": 5, "closed_at": null}]);
    github.prints(&milestones(), &milestone.to_string());
    let facts = bench.gathered(Kind::Monthly, "2026-11-05", NOON + 12 * 86_400);
    let forge = facts.forge.as_ref().unwrap();
    assert_eq!(forge.repositories[0].milestones.items.len(), 1);
    assert_eq!(standing(&facts, "o/app"), (Standing::Ok, None));
}

#[test]
fn what_stands_open_is_not_told_of_a_day_that_is_long_over() {
    let open_then = |facts: &Facts| {
        let forge = facts.forge.as_ref().unwrap();
        (forge.next_steps(9).state, forge.waiting().state)
    };
    let gone = "what was open then is not known any more";
    let bench = Bench::with(CONFIG);
    let github = github(&bench);
    let month = NIGHT + 30 * 86_400;
    let late = bench.gathered(Kind::Daily, DATE, month);
    assert_eq!(issues(&late), (Standing::Ok, 2));
    assert_eq!(open_then(&late), (Standing::Missing, Standing::Missing));
    assert_eq!(standing(&late, "o/app"), (Standing::Partial, Some(gone)));
    // That is known, and nobody is asked again for it.
    let calls = github.calls();
    let later = bench.gathered(Kind::Daily, DATE, month + 60);
    assert_eq!(github.calls(), calls);
    assert_eq!(format!("{:?}", later.forge), format!("{:?}", late.forge));
    // What was answered in time stays when the rest is asked for late.
    fs::remove_file(bench.own("forge/daily-2026-11-20.json")).unwrap();
    github.fails(&closed_since(BEFORE, None), "", "gh: (HTTP 502)", 1);
    let all = (Standing::Ok, Standing::Ok);
    assert_eq!(open_then(&night(&bench)), all);
    github.fine(&closed_since(BEFORE, None), &page("issues", &[], None));
    let late = bench.gathered(Kind::Daily, DATE, month);
    assert_eq!((issues(&late).0, open_then(&late)), (Standing::Ok, all));
}
