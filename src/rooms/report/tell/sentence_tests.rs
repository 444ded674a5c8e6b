//! The sentence by each of its rules, and what a report says where sources are
//! missing.

use crate::config::Language;
use crate::model::report::facts::Facts;
use crate::model::report::period::Kind;
use crate::model::report::source::{Source, Standing};
use crate::model::text::width;
use crate::model::time::Timestamp;
use crate::model::uptime::Class;
use crate::rooms::report::sample::{self, outage};

fn sentence(kind: Kind, language: Language, change: impl FnOnce(&mut Facts)) -> String {
    let mut facts = sample::facts(kind);
    change(&mut facts);
    let sentence = sample::view(&facts, language).sentence;
    assert!(width(&sentence) <= 120, "{sentence}");
    sentence.replace(['\u{a0}', '\u{202f}'], " ")
}

fn daily(change: impl FnOnce(&mut Facts)) -> String {
    sentence(Kind::Daily, Language::En, change)
}

/// Nothing broke and nothing fills.
fn calm(facts: &mut Facts) {
    let machines = facts.machines.as_mut().unwrap();
    machines.outages.clear();
    machines.nodes[1].disks.clear();
}

fn last(facts: &mut Facts, node: usize, class: Class) {
    let end = facts.span.end.0 * 1_000;
    let known = &mut facts.machines.as_mut().unwrap().nodes[node].known;
    let stretches = &mut known.stretches;
    stretches.last_mut().unwrap().to = end - 3_600_000;
    stretches.push(crate::model::history::Span {
        from: end - 3_600_000,
        to: end,
        class,
    });
}

#[test]
fn what_is_down_at_the_end_comes_first() {
    assert_eq!(
        daily(|facts| last(facts, 1, Class::Down)),
        "mugen has been down since 23:00; mugen's disk reaches 90 % around Wed 25 Nov."
    );
    assert_eq!(
        daily(|facts| {
            calm(facts);
            last(facts, 0, Class::Down);
            last(facts, 1, Class::Down);
        }),
        "mugen and one more node are down; 12 issues closed, 8 PRs merged."
    );
    assert_eq!(
        daily(|facts| {
            calm(facts);
            last(facts, 2, Class::Unknown);
        }),
        "pixel has not been seen since 23:00; 12 issues closed, 8 PRs merged."
    );
}

#[test]
fn what_goes_on_is_told_of_a_node_that_is_up() {
    assert_eq!(
        daily(|facts| {
            calm(facts);
            let start = facts.span.start.0 * 1_000;
            let open = outage("mugen", "service:web", start + 7_200_000, None);
            facts.machines.as_mut().unwrap().outages = vec![open];
        }),
        "web on mugen has not been up since 02:00; 12 issues closed, 8 PRs merged."
    );
}

#[test]
fn then_a_disk_then_what_broke_then_what_is_missing() {
    assert_eq!(
        daily(|_| {}),
        "mugen's disk reaches 90 % around Wed 25 Nov; 2 incidents on 2 nodes, all resolved, \
         the longest after 9 min."
    );
    assert_eq!(
        daily(|facts| {
            calm(facts);
            let start = facts.span.start.0 * 1_000;
            let once = outage("pixel", "sshd", start + 7_200_000, Some(start + 7_200_110));
            facts.machines.as_mut().unwrap().outages = vec![once];
        }),
        "sshd on pixel failed once, back after 0.11 s; 12 issues closed, 8 PRs merged; \
         3 machines up 99.37 % or better."
    );
    assert_eq!(
        daily(|facts| {
            calm(facts);
            let gh = Source::ok("gh", None).but(Standing::Missing, "gh is not logged in");
            facts.sources = vec![gh];
        }),
        "Incomplete report: nothing from gh; 12 issues closed, 8 PRs merged; \
         3 machines up 99.37 % or better."
    );
}

#[test]
fn a_calm_day_says_what_was_done() {
    assert_eq!(
        daily(calm),
        "12 issues closed, 8 PRs merged; 3 machines up 99.37 % or better."
    );
    assert_eq!(
        daily(|facts| {
            calm(facts);
            facts.forge = None;
            facts.machines = None;
        }),
        "31 commits."
    );
    assert_eq!(
        daily(|facts| {
            facts.forge = None;
            facts.machines = None;
            facts.code = None;
        }),
        "Nothing is known of this time yet."
    );
    assert_eq!(
        sentence(Kind::Monthly, Language::En, calm),
        "$20.34 API-equivalent of a $500.00 budget (4.1 %); 12 issues closed, 8 PRs merged; \
         3 machines up 99.97 % or better."
    );
    assert_eq!(
        sentence(Kind::Daily, Language::Ja, calm),
        "Issue 12件完了、PR 8件マージ、3台の稼働率99.37%以上。"
    );
}

#[test]
fn hostile_names_make_the_sentence_no_longer_and_no_other() {
    let told = daily(|facts| {
        calm(facts);
        last(facts, 1, Class::Down);
        let known = &mut facts.machines.as_mut().unwrap().nodes[1].known;
        known.node = format!("a\u{202e}\n{}", "x".repeat(300));
    });
    assert!(told.starts_with("a xxxx") && told.contains('…'), "{told}");
}

#[test]
fn what_is_not_known_is_said_and_is_no_zero() {
    let mut facts = sample::facts(Kind::Daily);
    facts.machines = None;
    facts.code = None;
    facts.forge = None;
    facts.agents = None;
    let why = "gh is not logged in (run: gh auth login)";
    facts.sources = vec![Source::ok("gh", None).but(Standing::Missing, why)];
    let told = super::tests::lines(&sample::view(&facts, Language::En));
    for line in [
        "- Issues Closed: Not known: gh is not logged in (run: gh auth login) ()",
        "- Commits: Not known: no repositories are configured (report.repositories) ()",
        "- Worst uptime: Not known: no history yet (start: mamori watch) ()",
        "- Avg Response Time: Not known: no history yet (start: mamori watch)",
        "  * gh, missing: gh is not logged in (run: gh auth login)",
    ] {
        assert!(told.lines().any(|one| one == line), "{line}\n{told}");
    }
    let zeros = told.lines().filter(|line| line.contains(": 0 "));
    assert_eq!(zeros.count(), 0, "{told}");
}

#[test]
fn a_running_day_says_until_when() {
    let mut facts = sample::facts(Kind::Daily);
    facts.complete = false;
    facts.newest = Some(Timestamp(facts.span.start.0 + 50_700));
    let view = sample::view(&facts, Language::En);
    assert_eq!(
        view.period,
        "Fri 20 Nov 2026 so far, until 14:05, Asia/Tokyo"
    );
    let told = super::tests::lines(&view);
    assert!(
        told.contains("Issues Closed: 12 (yesterday by this time 9: about the same)"),
        "{told}"
    );
}
