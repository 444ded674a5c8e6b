//! Every rule on both sides of its threshold.

use super::*;
use crate::model::report::facts::{Facts, GivenUp};
use crate::model::report::forge::{Actor, Review};
use crate::model::report::machines::By;
use crate::model::report::period::Kind;
use crate::model::state::{Gap, GapCause};
use crate::rooms::report::sample::{self, outage, pull};

const DAY: i64 = 86_400;
/// No rule holds.
const NONE: [u8; 0] = [];

/// The numbers of the rules that hold of a sample that was changed.
fn rules(kind: Kind, change: impl FnOnce(&mut Facts)) -> Vec<u8> {
    let advice = advice(kind, change);
    let mut rules: Vec<u8> = advice.iter().map(Advice::rule).collect();
    rules.dedup();
    rules
}

fn advice(kind: Kind, change: impl FnOnce(&mut Facts)) -> Vec<Advice> {
    let mut facts = quiet(kind);
    change(&mut facts);
    let now = facts.span.end;
    Report::of(&facts, now).advice
}

/// The sample with nothing in it that any rule speaks of.
fn quiet(kind: Kind) -> Facts {
    let mut facts = sample::facts(kind);
    let machines = facts.machines.as_mut().unwrap();
    machines.outages.clear();
    for node in &mut machines.nodes {
        node.disks.clear();
        node.known.shares.unknown_ms = 0;
    }
    facts.forge.as_mut().unwrap().repositories[0]
        .milestones
        .items
        .clear();
    facts
}

fn disk(facts: &mut Facts, probability: f64, days: i64) {
    let sample = sample::facts(facts.period.kind).machines.unwrap();
    let mut disk = sample.nodes[1].disks[0].clone();
    disk.outlook_month.probability = Some(probability);
    let end = facts.span.end;
    disk.outlook_month.crossing =
        Some([1, days, days + 1].map(|days| Timestamp(end.0 + days * DAY)));
    facts.machines.as_mut().unwrap().nodes[1].disks = vec![disk];
}

#[test]
fn a_sample_with_nothing_in_it_has_no_advice() {
    for kind in [Kind::Daily, Kind::Weekly, Kind::Monthly] {
        assert_eq!(rules(kind, |_| {}), Vec::<u8>::new());
    }
}

#[test]
fn a_disk_is_told_that_fills_surely_and_within_thirty_days() {
    assert_eq!(rules(Kind::Weekly, |facts| disk(facts, 0.8, 30)), [1]);
    assert_eq!(rules(Kind::Weekly, |facts| disk(facts, 0.79, 30)), NONE);
    assert_eq!(rules(Kind::Weekly, |facts| disk(facts, 0.8, 31)), NONE);
    let told = advice(Kind::Weekly, |facts| disk(facts, 0.9, 4));
    let Advice::Free { bytes, grew, .. } = &told[0] else {
        panic!("{told:?}");
    };
    // 83 % + 30 days of a point less 85 % of 100 GB.
    assert!((bytes - 28e9).abs() < 1.0, "{bytes}");
    assert_eq!(grew.as_ref().unwrap().0, "~/.cache");
}

#[test]
fn memory_is_told_that_was_scarce_in_more_than_a_twentieth() {
    let memory = |scarce| {
        rules(Kind::Weekly, |facts| {
            facts.machines.as_mut().unwrap().nodes[0].memory = (1_000, scarce);
        })
    };
    assert_eq!(memory(50), NONE);
    assert_eq!(memory(51), [2]);
}

#[test]
fn a_target_is_told_that_was_brought_back_five_times() {
    let restarted = |times: i64| {
        rules(Kind::Weekly, |facts| {
            let start = facts.span.start.0 * 1_000;
            let one = |number: i64| {
                let began = start + number * 3_600_000;
                outage("pixel", "sshd", began, Some(began + 400_000))
            };
            facts.machines.as_mut().unwrap().outages = (0..times).map(one).collect();
        })
    };
    assert_eq!(restarted(4), NONE);
    assert_eq!(restarted(5), [3]);
}

#[test]
fn what_could_not_be_brought_back_is_told() {
    let told = rules(Kind::Weekly, |facts| {
        let from = facts.span.start;
        facts.machines.as_mut().unwrap().given_up = vec![GivenUp {
            node: "pixel".into(),
            check: "service:web".into(),
            tries: 5,
            from,
            until: None,
            needed: "exit 1".into(),
        }];
    });
    assert_eq!(told, [4]);
}

#[test]
fn a_node_is_told_that_was_unseen_for_more_than_a_twentieth() {
    let unseen = |thousandths: i64| {
        advice(Kind::Weekly, |facts| {
            let (start, end) = (facts.span.start, facts.span.end);
            let machines = facts.machines.as_mut().unwrap();
            let shares = &mut machines.nodes[0].known.shares;
            let all = shares.up_ms;
            shares.unknown_ms = all * thousandths / 1_000;
            shares.up_ms = all - shares.unknown_ms;
            machines.gaps = vec![Gap {
                from: start,
                to: Timestamp(end.0 - 1),
                why: GapCause::Slept,
            }];
        })
    };
    assert_eq!(unseen(50).len(), 0);
    let told = unseen(51);
    assert!(
        matches!(
            told[..],
            [Advice::Unseen {
                slept: Some(true),
                ..
            }]
        ),
        "{told:?}"
    );
}

#[test]
fn a_check_is_told_that_alarmed_often_and_briefly() {
    let noisy = |times: i64, life_ms: i64| {
        rules(Kind::Weekly, |facts| {
            let start = facts.span.start.0 * 1_000;
            let one = |number: i64| {
                let began = start + number * 3_600_000;
                let mut one = outage("pixel", "memory", began, Some(began + life_ms));
                one.by = Some(By::Itself);
                one
            };
            facts.machines.as_mut().unwrap().outages = (0..times).map(one).collect();
        })
    };
    assert_eq!(noisy(20, 60_000), NONE);
    assert_eq!(noisy(21, 60_000), [6]);
    assert_eq!(noisy(21, 300_000), NONE);
}

#[test]
fn a_check_is_told_that_was_seen_later_than_twice_its_interval() {
    let late = |times: i64, after_ms: i64| {
        rules(Kind::Weekly, |facts| {
            let start = facts.span.start.0 * 1_000;
            let one = |number: i64| {
                let began = start + number * 3_600_000;
                let mut one = outage("pixel", "unreachable", began, Some(began + 400_000));
                one.by = Some(By::Itself);
                one.seen_ms = Some(began + after_ms);
                one
            };
            facts.machines.as_mut().unwrap().outages = (0..times).map(one).collect();
        })
    };
    // The sample looks every 15 s.
    assert_eq!(late(5, 30_000), NONE);
    assert_eq!(late(5, 30_001), [7]);
    assert_eq!(late(4, 30_001), NONE);
}

/// Merged pull requests, of which so many were answered after so many seconds.
fn merged(facts: &mut Facts, all: u64, answered: u64, after: i64) {
    let start = facts.span.start.0;
    let one = |number: u64| {
        let mut pull = pull(number, start, Some(start + 4 * DAY));
        if number <= answered {
            pull.reviews = vec![Review {
                at: Timestamp(start + after),
                author: Some(Actor {
                    login: "ken".into(),
                    bot: false,
                }),
            }];
        }
        pull
    };
    facts.forge.as_mut().unwrap().repositories[0].merged.items = (1..=all).map(one).collect();
}

#[test]
fn merges_without_a_review_are_told_of_twenty_and_beyond_a_quarter() {
    let unreviewed =
        |all, answered| rules(Kind::Weekly, |facts| merged(facts, all, answered, 3_600));
    assert_eq!(unreviewed(20, 15), NONE);
    assert_eq!(unreviewed(20, 14), [8]);
    assert_eq!(unreviewed(19, 0), NONE);
}

#[test]
fn slow_answers_are_told_of_ten_and_beyond_a_day() {
    let slow = |answered, after| {
        rules(Kind::Weekly, |facts| {
            merged(facts, answered, answered, after);
        })
    };
    assert_eq!(slow(10, DAY), NONE);
    assert_eq!(slow(10, DAY + 1), [9]);
    assert_eq!(slow(9, DAY + 1), NONE);
}

#[test]
fn reverts_are_told_from_three_and_a_tenth_on() {
    use crate::model::report::code::Revert;
    let reverted = |all: u64, reverted: u64| {
        rules(Kind::Weekly, |facts| {
            merged(facts, all, all, 3_600);
            let at = Timestamp(facts.span.start.0 + 5 * DAY);
            let commit = |number: u64| format!("{number:040x}");
            let pulls = &mut facts.forge.as_mut().unwrap().repositories[0].merged.items;
            for pull in pulls {
                pull.commit = Some(commit(pull.number));
            }
            let reverts = (1..=reverted).map(|number| Revert {
                of: commit(number),
                at,
            });
            facts.code.as_mut().unwrap().now.reverts = reverts.collect();
        })
    };
    assert_eq!(reverted(30, 3), [10]);
    assert_eq!(reverted(31, 3), NONE);
    assert_eq!(reverted(10, 2), NONE);
}

#[test]
fn a_budget_is_told_from_the_eighth_day_on() {
    let budget = |monthly, days: i64| {
        rules(Kind::Monthly, |facts| {
            facts.money.budget.as_mut().unwrap().monthly_usd = Some(monthly);
            facts.complete = false;
            facts.span.end = Timestamp(facts.span.start.0 + days * DAY);
        })
    };
    // $20.34 in ten days head for $61.02.
    assert_eq!(budget(60.0, 10), [11]);
    assert_eq!(budget(62.0, 10), NONE);
    assert_eq!(budget(60.0, 6), NONE);
}

#[test]
fn a_milestone_is_told_that_ends_more_than_a_week_late() {
    let behind = |open_issues, left_days: i64| {
        rules(Kind::Monthly, |facts| {
            let end = facts.span.end;
            let sample = sample::facts(Kind::Monthly).forge.unwrap();
            let mut milestone = sample.repositories[0].milestones.items[0].clone();
            milestone.open_issues = open_issues;
            milestone.due = Some(Timestamp(end.0 + left_days * DAY));
            let repository = &mut facts.forge.as_mut().unwrap().repositories[0];
            repository.milestones.items = vec![milestone];
            // Fourteen in 28 days: half a one a day.
            repository.closed.items = (0..14)
                .map(|number| {
                    let mut issue = sample::issue(number, 0, Some(end.0 - 5 * DAY));
                    issue.milestone = Some("v0.3 report".into());
                    issue
                })
                .collect();
        })
    };
    assert_eq!(behind(10, 13), NONE);
    assert_eq!(behind(10, 12), [12]);
    assert_eq!(behind(10, 25), NONE);
}
