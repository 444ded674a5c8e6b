//! Facts that tests are made from: three machines, an agent or two, a forge.

mod machines;

use chrono_tz::Tz;

pub(super) use machines::outage;

use super::figures::Report;
use super::tell::Telling;
use super::words::Words;
use crate::config::Language;
use crate::model::report::agent::{Agent, Identity};
use crate::model::report::agents::Tokens;
use crate::model::report::agents::budget::Budget;
use crate::model::report::agents::figures::{All, Counted, Counter};
use crate::model::report::agents::price::Prices;
use crate::model::report::code::{Code, Tally};
use crate::model::report::facts::{Both, DayCost, Every, Facts, Money};
use crate::model::report::forge::{Actor, Forge, Issue, Milestone, Part, Pull, Repository};
use crate::model::report::log::{Commit, Lines};
use crate::model::report::period::{Kind, Span};
use crate::model::report::source::Source;
use crate::model::report::view::View;
use crate::model::time::Timestamp;
use crate::sys::clock;

/// The zone of the tests.
pub(super) const ZONE: Tz = chrono_tz::Asia::Tokyo;
const DAY: i64 = 86_400;

/// Facts of the period with 2026-11-20 in it.
pub(super) fn facts(kind: Kind) -> Facts {
    let day = "2026-11-20".parse().unwrap();
    let period = clock::period(kind, day, Some(ZONE));
    let span = period.span;
    let compared = clock::previous(&period, Some(ZONE)).span;
    Facts {
        period,
        span,
        complete: true,
        compared,
        newest: Some(Timestamp(span.end.0 - 12)),
        sources: vec![
            Source::ok("history", Some(span.end)),
            Source::ok("gh", Some(span.end)),
            Source::ok("git app", Some(span.end)),
        ],
        code: Some(Both {
            now: code(span, 31),
            before: code(compared, 22),
        }),
        forge: Some(forge(span, compared)),
        agents: Some(Both {
            now: agents(span, 40),
            before: agents(compared, 30),
        }),
        agents_since: Some(Timestamp(0)),
        cost: costs(span),
        prices_checked: "2026-11-01".parse().unwrap(),
        money: Money {
            budget: Some(Budget {
                monthly_usd: Some(500.0),
                ..Budget::default()
            }),
            logged: None,
        },
        machines: Some(machines::machines(kind, span)),
        every: Every {
            local: "laptop".into(),
            health_s: 300,
            liveness_s: 15,
        },
    }
}

/// What is shown of facts.
pub(super) fn view(facts: &Facts, language: Language) -> View {
    let local = |at: Timestamp| at.utc().with_timezone(&ZONE).naive_local();
    let words = Words::new(language, &local);
    let now = facts.span.end;
    let report = Report::of(facts, now);
    let telling = Telling {
        report: &report,
        words: &words,
        title: "Miyabi",
        zone: "Asia/Tokyo",
        now,
    };
    telling.view()
}

fn commit(number: u64, at: i64) -> Commit {
    let (name, email) = if number.is_multiple_of(4) {
        ("hana", "hana@example.org")
    } else {
        ("Claude", "noreply@anthropic.com")
    };
    let mut commit = Commit {
        id: format!("{number:040x}"),
        parents: 1,
        author: Identity {
            name: name.into(),
            email: email.into(),
        },
        authored: Timestamp(at),
        subject: format!("Change {number}"),
        ..Commit::default()
    };
    if !number.is_multiple_of(4) {
        commit.signed = vec![Agent::ClaudeCode];
    }
    let lines = Lines {
        added: 10 * number,
        deleted: number,
    };
    commit.changed.languages.insert("Rust", lines);
    commit
}

fn code(span: Span, commits: u64) -> Code {
    let mut tally = Tally::new(span, &["app".into(), "docs".into()]);
    let step = span.seconds() / i64::try_from(commits + 1).unwrap();
    for number in 1..=commits {
        let at = span.start.0 + step * i64::try_from(number).unwrap();
        tally.add(0, &commit(number, at), &[]);
    }
    tally.finish()
}

/// An issue of that number, closed then.
pub(super) fn issue(number: u64, created: i64, closed: Option<i64>) -> Issue {
    Issue {
        number,
        title: format!("Issue {number}"),
        url: format!("https://github.com/o/app/issues/{number}"),
        created: Timestamp(created),
        closed: closed.map(Timestamp),
        updated: Timestamp(closed.unwrap_or(created)),
        reason: closed.map(|_| "COMPLETED".into()),
        author: None,
        labels: Vec::new(),
        milestone: None,
    }
}

/// A pull request of that number, merged then.
pub(super) fn pull(number: u64, created: i64, merged: Option<i64>) -> Pull {
    Pull {
        number,
        title: format!("Pull {number}"),
        url: format!("https://github.com/o/app/pull/{number}"),
        created: Timestamp(created),
        merged: merged.map(Timestamp),
        updated: Timestamp(merged.unwrap_or(created)),
        draft: false,
        base: "main".into(),
        commit: None,
        author: Some(Actor {
            login: "hana".into(),
            bot: false,
        }),
        reviews: Vec::new(),
        more_reviews: false,
        ready: Vec::new(),
        additions: 1,
        deletions: 1,
    }
}

fn forge(span: Span, compared: Span) -> Forge {
    let mut closed = Vec::new();
    for number in 0..12 {
        let at = span.start.0 + 600;
        closed.push(issue(100 + number, at - DAY, Some(at)));
    }
    for number in 0..9 {
        let at = compared.start.0 + 600;
        closed.push(issue(200 + number, at - DAY, Some(at)));
    }
    let merged = (0..8).map(|number| pull(300 + number, span.start.0, Some(span.start.0 + 9_000)));
    let mut open = issue(511, span.end.0 - 3 * DAY, None);
    open.title = "Login fails after <script>alert(1)</script> | rotation".into();
    open.labels = vec!["🔥 priority:P1-High".into()];
    let milestone = Milestone {
        title: "v0.3 report".into(),
        url: "https://github.com/o/app/milestone/3".into(),
        due: Some(Timestamp(span.end.0 + 20 * DAY)),
        open: true,
        open_issues: 15,
        closed_issues: 4,
        closed: None,
    };
    let whole = |items| Part { items, whole: true };
    Forge {
        asked: span.end,
        since: compared.start,
        repositories: vec![Repository {
            name: "o/app".into(),
            default_branch: Some("main".into()),
            closed: whole(closed),
            open: whole(vec![open]),
            merged: Part {
                items: merged.collect(),
                whole: true,
            },
            waiting: Part {
                items: vec![pull(482, span.end.0 - 26 * 3_600, None)],
                whole: true,
            },
            milestones: Part {
                items: vec![milestone],
                whole: true,
            },
            opened: Vec::new(),
        }],
        sources: Vec::new(),
    }
}

fn agents(span: Span, requests: i64) -> All {
    let prices = Prices::list();
    let mut counter = Counter::new(span.start, span.end, &prices);
    for number in 0..requests {
        counter.request(&Counted {
            agent: Agent::ClaudeCode,
            session: if number % 2 == 0 { "a" } else { "b" },
            at: (span.start.0 + 60 * number) * 1_000,
            model: Some("claude-sonnet-4-5"),
            tokens: Tokens {
                input: Some(1_000),
                cache_write: Some(2_000),
                cache_write_hour: 0,
                cache_read: Some(700_000),
                output: Some(3_000),
            },
            rate: None,
            told: None,
        });
    }
    let at = span.start.0 * 1_000;
    counter.work(Agent::ClaudeCode, "a", at, at + 18_720_000);
    counter.done()
}

fn costs(span: Span) -> Vec<DayCost> {
    let days = span.seconds() / DAY;
    let day = |number: i64| DayCost {
        day: Timestamp(span.start.0 + number * DAY),
        by_agent: vec![("Claude Code".into(), 4.5), ("Codex".into(), 1.5)],
    };
    (0..days).map(day).collect()
}
