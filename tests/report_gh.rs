//! Figures of GitHub's answers, from a `gh` that answers only what it is to be
//! asked.

use mamori::model::report::agent::Agent;
use mamori::model::report::code::Revert;
use mamori::model::report::forge::Forge;
use mamori::model::report::forge::milestones::Pace;
use mamori::model::report::period::Span;
use mamori::model::report::source::Standing;
use mamori::model::time::Timestamp;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::github::*;
use crate::harness::repository::NOON;

/// Asks for `o/app`, of which everything is to be known.
fn whole(github: &GitHub<'_>) -> Forge {
    let forge = github.ask(&["o/app"]);
    for source in &forge.sources {
        assert_eq!(
            (source.state, &source.why),
            (Standing::Ok, &None),
            "{source:?}"
        );
    }
    forge
}

#[test]
fn report_counts_issues_over_all_pages_and_each_once() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let all: Vec<_> = (1..=150)
        .map(|number| {
            let reason = match number {
                1..=10 => json!("NOT_PLANNED"),
                11 => json!("DUPLICATE"),
                12 => json!(null),
                _ => json!("COMPLETED"),
            };
            issue(number, &json!({"stateReason": reason, "author": null}))
        })
        .collect();
    github.fine(&closed(None), &page("issues", &all[50..], Some("@two")));
    // A page that is shorter than asked, and one that has met another.
    let third = page("issues", &all[..21], None);
    github.fine(
        &closed(Some("@two")),
        &page("issues", &all[20..60], Some("three")),
    );
    github.fine(&closed(Some("three")), &third);
    let figure = whole(&github).issues_closed(DAY);
    assert_eq!(figure.state, Standing::Ok);
    let issues = figure.value;
    assert_eq!(
        (issues.closed, issues.not_planned, issues.duplicate),
        (150, 10, 1)
    );
}

#[test]
fn report_counts_what_was_closed_in_the_span_and_no_longer_what_was_opened_again() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let edges = [
        issue(1, &json!({"closedAt": START})),
        issue(2, &json!({"closedAt": LAST})),
        issue(3, &json!({"closedAt": "2026-11-20T15:00:00Z"})),
        issue(4, &json!({"closedAt": "2026-11-19T14:59:59Z"})),
        issue(5, &json!({"createdAt": at(-60)})),
    ];
    github.fine(&closed(None), &page("issues", &edges, None));
    let again = json!({"createdAt": at(-90), "closedAt": null, "stateReason": "REOPENED"});
    let open_ones = [issue(6, &again), issue(7, &json!({"closedAt": null}))];
    github.fine(&open(None), &page("issues", &open_ones, None));
    let forge = whole(&github);
    assert_eq!(forge.issues_closed(DAY).value.closed, 3);
    assert_eq!(forge.issues_opened(DAY).value, 2);
    // What was asked for begins with the day.
    let before = Span {
        start: Timestamp(DAY.start.0 - 86_400),
        end: DAY.start,
    };
    assert_eq!(forge.issues_closed(before).state, Standing::Partial);
}

#[test]
fn report_stops_paging_where_everything_is_older() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let old = json!({"mergedAt": at(-200_000), "updatedAt": at(-200_000)});
    let first: Vec<_> = (1..=50).map(|number| pull(number, &json!({}))).collect();
    github.fine(&merged(None), &page("pullRequests", &first, Some("two")));
    let second = [pull(50, &json!({"updatedAt": at(9)})), pull(51, &old)];
    // The third page is not in the table.
    github.fine(
        &merged(Some("two")),
        &page("pullRequests", &second, Some("three")),
    );
    let count = json!({"total_count": 52, "incomplete_results": false});
    github.fine(&opened(), &count);
    let forge = whole(&github);
    assert_eq!(forge.pulls_merged(DAY).value.all, 50);
    assert_eq!(forge.pulls_opened(DAY).value, 52);
}

#[test]
fn report_tells_branches_bots_and_agents_of_merges_apart() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let bot = |login| json!({"author": {"login": login, "__typename": "Bot"}});
    let nodes = [
        pull(1, &json!({})),
        pull(2, &json!({"baseRefName": "--next"})),
        pull(3, &bot("dependabot")),
        pull(4, &bot("copilot-swe-agent")),
        pull(
            5,
            &json!({"author": {"login": "claude", "__typename": "User"}}),
        ),
        pull(6, &json!({"author": null, "mergeCommit": null})),
    ];
    github.fine(&merged(None), &page("pullRequests", &nodes, None));
    let merged = whole(&github).pulls_merged(DAY).value;
    assert_eq!((merged.all, merged.to_default, merged.by_bots), (6, 5, 2));
    assert_eq!(merged.by_agents, [(Agent::Copilot, 1)].into());
}

#[test]
fn report_takes_review_times_from_ready_to_the_first_answer_of_another_person() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let reviews = |nodes: &[serde_json::Value]| json!({"reviews": {"nodes": nodes}});
    let ready = json!({
        "reviews": {"nodes": [review("ken", "User", -600)]},
        "timelineItems": {"nodes": [
            {"createdAt": at(-3_000)}, {"createdAt": at(-1_200)}, {"createdAt": at(-300)}, {}, null,
        ]},
    });
    let gone = json!({"submittedAt": at(-10), "state": "APPROVED", "author": null});
    let pending = json!({"submittedAt": null, "state": "PENDING", "author": null});
    let many: Vec<_> = (0..20).map(|_| review("hana", "User", -50)).collect();
    let nodes = [
        // By itself, by a bot, then by ken an hour after it was opened.
        pull(
            1,
            &reviews(&[
                review("Hana", "User", -7_000),
                review("copilot", "Bot", -6_000),
                review("ken", "User", -3_600),
                review("aki", "User", -100),
            ]),
        ),
        pull(2, &ready),
        pull(3, &json!({})),
        pull(4, &reviews(&[gone, pending, review("ken", "User", 60)])),
        pull(5, &reviews(&many)),
    ];
    github.fine(&merged(None), &page("pullRequests", &nodes, None));
    let reviews = whole(&github).reviews(DAY).value;
    let answers = reviews.first_answer;
    assert_eq!(
        (answers.n, answers.median, answers.longest),
        (2, Some(600), Some(3_600))
    );
    assert_eq!((reviews.without, reviews.unknown), (2, 1));
    let merges = reviews.to_merge;
    assert_eq!(
        (merges.n, merges.median, merges.p90),
        (5, Some(7_200), None)
    );
}

#[test]
fn report_names_merges_that_were_taken_back_within_a_week() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let nodes: Vec<_> = (1..=3).map(|number| pull(number, &json!({}))).collect();
    github.fine(&merged(None), &page("pullRequests", &nodes, None));
    let forge = whole(&github);
    let revert = |of: String, days: i64| Revert {
        of,
        at: Timestamp(NOON + days * 86_400),
    };
    let reverts = [
        revert(format!("{:040x}", 1), 6),
        revert(format!("{:040x}", 2), 7),
        revert("000".into(), 1),
        revert(format!("{:040x}", 3), -1),
    ];
    let failures = forge.failures(DAY, &reverts, DAY.end).value;
    assert_eq!(failures.of, 3);
    assert_eq!(failures.reverted, [("o/app".to_owned(), 1)]);
    assert_eq!(failures.provisional_until, Some(Timestamp(NOON + 604_800)));
    let later = forge
        .failures(DAY, &reverts, Timestamp(NOON + 604_800))
        .value;
    assert_eq!(later.provisional_until, None);
}

#[test]
fn report_orders_next_steps_by_their_labels_and_age() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let labelled = |number, label: &str, age: i64| {
        let labels = json!({"nodes": [{"name": "bug"}, {"name": label}]});
        let other = json!({"closedAt": null, "createdAt": at(-age), "labels": labels});
        issue(number, &other)
    };
    let nodes = [
        labelled(1, "📝 priority:P3-Low", 9),
        labelled(2, "P1", 5),
        labelled(3, "⚠️ priority:P1-High", 50),
        labelled(4, "🔥 priority:P0-Critical", 1),
        labelled(5, "python", 99),
    ];
    github.fine(&open(None), &page("issues", &nodes[..2], Some("two")));
    github.fine(&open(Some("two")), &page("issues", &nodes[2..], None));
    let steps = whole(&github).next_steps(1).value;
    let numbers: Vec<_> = steps
        .iter()
        .map(|step| (step.priority, step.issue.number))
        .collect();
    assert_eq!(numbers, [(0, 4), (1, 3), (1, 2)]);
}

#[test]
fn report_lists_pull_requests_that_wait_for_an_answer() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let waits = |number, other: serde_json::Value| {
        let mut node = pull(number, &json!({"mergedAt": null, "mergeCommit": null}));
        for (name, value) in other.as_object().unwrap() {
            node[name] = value.clone();
        }
        node
    };
    let nodes = [
        waits(1, json!({})),
        waits(2, json!({"isDraft": true})),
        waits(
            3,
            json!({"reviews": {"nodes": [review("ken", "User", -60)]}}),
        ),
        waits(4, json!({"createdAt": at(-90_000)})),
    ];
    github.fine(&waiting(None), &page("pullRequests", &nodes, None));
    let waiting = whole(&github).waiting().value;
    let told: Vec<_> = waiting
        .iter()
        .map(|each| (each.pull.number, each.since.0 - NOON))
        .collect();
    assert_eq!(told, [(4, -90_000), (1, -7_200)]);
}

#[test]
fn report_says_whether_milestones_keep_their_pace() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let milestone = |title: &str, state: &str, open: u64, closed: u64, due: Option<i64>| {
        let gone = (state == "closed").then(|| at(0));
        json!({
            "title": title, "html_url": "https://github.com/o/app/milestone/1",
            "due_on": due.map(|days| at(days * 86_400)), "state": state,
            "open_issues": open, "closed_issues": closed, "closed_at": gone,
        })
    };
    // Two pages, one after the other.
    let first = json!([
        milestone("late", "open", 2, 2, Some(-1)),
        milestone("paced", "open", 2, 6, Some(20)),
        milestone("behind", "open", 50, 3, Some(20)),
    ]);
    let second = json!([
        milestone("young", "open", 5, 0, Some(20)),
        milestone("some day", "open", 0, 0, None),
        milestone("done", "closed", 0, 4, Some(5)),
    ]);
    github.prints(&milestones(), &format!("{first}{second}"));
    let mut nodes = Vec::new();
    for (number, title) in ["paced", "behind", "late"]
        .iter()
        .cycle()
        .take(12)
        .enumerate()
    {
        let other = json!({"milestone": {"title": title}});
        nodes.push(issue(number as u64, &other));
    }
    github.fine(&closed(None), &page("issues", &nodes, None));
    let objectives = whole(&github).objectives(DAY, DAY.end).value;
    let told: Vec<_> = objectives
        .iter()
        .map(|each| (each.milestone.title.as_str(), each.pace))
        .collect();
    assert_eq!(
        told,
        [
            ("late", Pace::Late),
            ("done", Pace::Done),
            ("behind", Pace::Behind),
            ("paced", Pace::OnPace),
            ("young", Pace::NoPaceYet),
            ("some day", Pace::NoDueDate),
        ]
    );
    assert_eq!(objectives[3].progress, Some(0.75));
    assert_eq!(objectives[5].progress, None);
}

#[test]
fn report_cleans_what_github_says_and_keeps_it_through_a_file() {
    let bench = Bench::new();
    let github = GitHub::new(&bench);
    let hostile = json!({
        "title": "<script>alert(1)</script> ](javascript:x) | a\nb \u{202e}c\u{1b}[31m",
        "url": "javascript:alert(1)",
        "labels": {"nodes": [{"name": "\u{1b}P0"}, null]},
        "author": {"login": "x\u{1b}[2J", "__typename": "User"},
        "closedAt": null,
    });
    github.fine(&open(None), &page("issues", &[issue(1, &hostile)], None));
    let forge = whole(&github);
    let issue = &forge.repositories[0].open.items[0];
    let title = "<script>alert(1)</script> ](javascript:x) | a b c[31m";
    assert_eq!((issue.title.as_str(), issue.url.as_str()), (title, ""));
    assert_eq!(issue.author.as_ref().unwrap().login, "x[2J");
    let text = serde_json::to_string(&forge).unwrap();
    assert_eq!(serde_json::from_str::<Forge>(&text).unwrap(), forge);
    let names = "GH_NO_UPDATE_NOTIFIER\nGH_PAGER\nGH_PROMPT_DISABLED\nGH_TOKEN\n";
    assert_eq!(github.names(), names);
}
