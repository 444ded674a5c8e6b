//! A `gh` that is missing, logged out, limited, cut short, wrong or silent:
//! said each time, and never taken for zero.

use mamori::model::report::forge::Forge;
use mamori::model::report::source::Standing;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::github::*;

/// What is said of `gh` and of each repository.
fn told(forge: &Forge) -> Vec<(&str, Standing, &str)> {
    let sources = forge.sources.iter();
    sources
        .map(|source| {
            let why = source.why.as_deref().unwrap_or_default();
            (source.name.as_str(), source.state, why)
        })
        .collect()
}

/// Nothing of it is known.
fn nothing(forge: &Forge) {
    assert_eq!(forge.issues_closed(DAY).state, Standing::Missing);
    assert_eq!(forge.issues_opened(DAY).state, Standing::Missing);
    assert_eq!(forge.pulls_merged(DAY).state, Standing::Missing);
    assert_eq!(forge.pulls_opened(DAY).state, Standing::Missing);
    assert_eq!(forge.next_steps(3).state, Standing::Missing);
}

/// What is said where already the first call fails so.
fn at_once(stdout: &str, stderr: &str, code: i32) -> String {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    github.fails(&words(&["api", "-i", "rate_limit"]), stdout, stderr, code);
    let forge = github.ask(&["o/app"]);
    nothing(&forge);
    let told = told(&forge);
    assert_eq!(told.len(), 2);
    assert_eq!((told[0].0, told[1].0), ("gh", "o/app"));
    assert_eq!(
        (told[0].1, told[1].1),
        (Standing::Missing, Standing::Missing)
    );
    assert_eq!(told[0].2, told[1].2);
    told[0].2.to_owned()
}

#[test]
fn report_says_that_gh_is_missing() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    std::fs::remove_file(bench.home().join("stand-ins/gh")).unwrap();
    let mut around = bench.surroundings();
    around.path = bench.home().join("stand-ins").into();
    let repositories = ["o/app".to_owned()];
    let question = mamori::sys::gh::Question {
        repositories: &repositories,
        since: DAY.start,
        opened: &[],
        milestones: false,
        zone: None,
        environment: &[],
    };
    let forge = mamori::sys::gh::ask(&question, DAY.end, &around);
    nothing(&forge);
    assert_eq!(
        told(&forge)[0],
        ("gh", Standing::Missing, "gh is not installed")
    );
    assert_eq!(github.calls(), 0);
}

#[test]
fn report_says_how_to_log_in() {
    let hint = "gh is not logged in (run: gh auth login)";
    let stderr = "To get started with GitHub CLI, please run:  gh auth login\n";
    assert_eq!(at_once("", stderr, 4), hint);
    let body = r#"{"message":"Bad credentials"}"#;
    let head = "HTTP/2.0 401 Unauthorized\r\n\r\n";
    let stderr = "gh: Bad credentials (HTTP 401)\n";
    assert_eq!(at_once(&format!("{head}{body}"), stderr, 1), hint);
}

#[test]
fn report_says_that_it_is_offline_or_when_the_limit_ends() {
    let stderr = "error connecting to api.github.com\ncheck your internet connection or \
        https://githubstatus.com\n";
    let offline = "offline: error connecting to api.github.com";
    assert_eq!(at_once("", stderr, 1), offline);
    let limited = "HTTP/2.0 403 Forbidden\nX-RateLimit-Reset: 1795181400\n\n\
        {\"message\":\"API rate limit exceeded for user ID 1.\"}";
    let free = "GitHub's limit, free again at 22:30";
    assert_eq!(
        at_once(limited, "gh: API rate limit exceeded (HTTP 403)", 1),
        free
    );
    assert_eq!(at_once("", "odd\u{1b}[31m\n", 1), "odd[31m");
    assert_eq!(at_once("", "", 2), "gh ended with 2");
}

#[test]
fn report_goes_on_where_there_are_no_limits() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let limits = words(&["api", "-i", "rate_limit"]);
    github.fails(
        &limits,
        "HTTP/1.1 404 Not Found\r\n\r\n{}",
        "gh: x (HTTP 404)",
        1,
    );
    let forge = github.ask(&["o/app"]);
    assert_eq!(forge.issues_closed(DAY).state, Standing::Ok);
}

#[test]
fn report_stops_before_the_limit_is_used_up_and_names_who_is_missing() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let mut answer = page("issues", &[issue(1, &json!({}))], None);
    answer["data"]["rateLimit"]["remaining"] = json!(49);
    github.fine(&closed(None), &answer);
    let forge = github.ask(&["o/app", "o/other"]);
    let why = "GitHub's limit, free again at 22:00";
    assert_eq!(
        told(&forge),
        [
            ("gh", Standing::Partial, why),
            ("o/app", Standing::Partial, why),
            ("o/other", Standing::Missing, why),
        ]
    );
    let closed = forge.issues_closed(DAY);
    assert_eq!((closed.state, closed.value.closed), (Standing::Partial, 1));
    assert_eq!(forge.pulls_merged(DAY).state, Standing::Missing);
}

#[test]
fn report_is_limited_in_the_middle_by_graphqls_own_words() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let body = json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]});
    github.fails(
        &merged(None),
        &body.to_string(),
        "gh: API rate limit exceeded",
        1,
    );
    let forge = github.ask(&["o/app"]);
    let why = "GitHub's limit, free again at 22:00";
    assert_eq!(told(&forge)[1], ("o/app", Standing::Partial, why));
    assert_eq!(forge.issues_closed(DAY).state, Standing::Ok);
    assert_eq!(forge.pulls_merged(DAY).state, Standing::Missing);
    // The limits, one page of issues, and nothing after that.
    assert_eq!(github.calls(), 3);
}

#[test]
fn report_keeps_searches_within_a_limit_of_their_own() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    github.limits(5_000, 0);
    let forge = github.ask(&["o/app"]);
    let why = "GitHub's limit, free again at 22:00";
    assert_eq!(told(&forge)[1], ("o/app", Standing::Partial, why));
    assert_eq!(forge.pulls_opened(DAY).state, Standing::Missing);
    assert_eq!(forge.next_steps(3).state, Standing::Ok);
    github.limits(5_000, 30);
    let cut = json!({"total_count": 7, "incomplete_results": true});
    github.fine(&opened(), &cut);
    let forge = github.ask(&["o/app"]);
    assert_eq!(forge.pulls_opened(DAY).state, Standing::Missing);
}

#[test]
fn report_says_what_is_no_repository_and_reads_the_others() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let body = json!({
        "data": {"repository": null},
        "errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}],
    });
    let lost: Vec<String> = closed(None)
        .into_iter()
        .map(|word| {
            if word == "name=app" {
                "name=lost".into()
            } else {
                word
            }
        })
        .collect();
    github.fails(&lost, &body.to_string(), "gh: Could not resolve", 1);
    let forge = github.ask(&["o/lost", "@file/x", "o/app"]);
    assert_eq!(
        told(&forge),
        [
            ("gh", Standing::Ok, ""),
            ("o/lost", Standing::Missing, "not found or not allowed"),
            ("@file/x", Standing::Missing, "not of the form owner/name"),
            ("o/app", Standing::Ok, ""),
        ]
    );
    assert_eq!(forge.issues_closed(DAY).state, Standing::Partial);
}

#[test]
fn report_asks_again_once_after_githubs_own_trouble() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let trouble = Said {
        stdout: "{}",
        stderr: "gh: HTTP 502 (HTTP 502)",
        code: 1,
    };
    let text = page("issues", &[issue(1, &json!({}))], None).to_string();
    let fine = Said {
        stdout: &text,
        stderr: "",
        code: 0,
    };
    github.first(&closed(None), &trouble, &fine);
    let forge = github.ask(&["o/app"]);
    assert_eq!(told(&forge)[1], ("o/app", Standing::Ok, ""));
    github.says(&closed(None), &trouble);
    let forge = github.ask(&["o/app"]);
    let why = "GitHub answered with an error (HTTP 502)";
    assert_eq!(told(&forge)[1], ("o/app", Standing::Partial, why));
    assert_eq!(forge.issues_closed(DAY).state, Standing::Missing);
}

#[test]
fn report_keeps_what_came_before_an_answer_broke_off() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let nodes: Vec<_> = (1..=3).map(|number| issue(number, &json!({}))).collect();
    github.fine(&closed(None), &page("issues", &nodes, Some("two")));
    let second = page("issues", &nodes, None).to_string();
    github.prints(&closed(Some("two")), &second[..second.len() / 2]);
    let forge = github.ask(&["o/app"]);
    let why = "a part is missing: the answer broke off";
    assert_eq!(told(&forge)[1], ("o/app", Standing::Partial, why));
    let closed = forge.issues_closed(DAY);
    assert_eq!((closed.state, closed.value.closed), (Standing::Partial, 3));
}

#[test]
fn report_keeps_what_it_can_read_of_an_answer_and_names_the_rest() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let odd = json!({"number": "seven"});
    let nodes = [issue(1, &json!({})), odd, json!(null)];
    github.fine(&closed(None), &page("issues", &nodes, None));
    let mut part = page("pullRequests", &[pull(1, &json!({}))], None);
    part["errors"] = json!([{"message": "Something went wrong\u{1b}[31m"}]);
    github.fails(
        &merged(None),
        &part.to_string(),
        "gh: Something went wrong",
        1,
    );
    github.prints(&open(None), "[]");
    let forge = github.ask(&["o/app"]);
    let (_, state, why) = told(&forge)[1];
    assert_eq!(state, Standing::Partial);
    for part in [
        "2 could not be read",
        "Something went wrong[31m",
        "cannot be read",
    ] {
        assert!(why.contains(part), "{why}");
    }
    let closed = forge.issues_closed(DAY);
    assert_eq!((closed.state, closed.value.closed), (Standing::Partial, 1));
    assert_eq!(forge.pulls_merged(DAY).state, Standing::Partial);
    assert_eq!(forge.next_steps(3).state, Standing::Missing);
}

#[test]
fn report_ends_a_gh_that_hangs() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    github.hangs(&open(None));
    let forge = github.ask(&["o/app"]);
    let why = "gh did not answer within 15 s";
    assert_eq!(told(&forge)[1], ("o/app", Standing::Partial, why));
    assert_eq!(forge.issues_closed(DAY).state, Standing::Ok);
    assert_eq!(forge.next_steps(3).state, Standing::Missing);
    assert_eq!(forge.pulls_opened(DAY).state, Standing::Ok);
}
