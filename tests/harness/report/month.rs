//! October 2026 of three machines, a repository, a forge and two agents, as
//! fixed as can be: what reports are made from in tests and pictures.

use std::fs;

use mamori::model::history::{Forecast, Outcome};
use mamori::model::home::Home;
use mamori::sys::history::History;
use serde_json::{Value, json};

use super::super::Bench;
use super::super::github::{
    GitHub, closed_since, issue, merged, milestones, open, opened_in, page, pull, review, waiting,
};
use super::super::history::{now, rfc3339};
use super::super::repository::{Make, NOON, Repo};

/// The first instant of 2026-10-01 in Tokyo.
pub const FIRST: i64 = 1_790_780_400;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The first instant after the month.
pub const END: i64 = FIRST + 31 * DAY;
/// The first instant of the 23rd, a Friday.
pub const FRIDAY: i64 = FIRST + 22 * DAY;

/// When mugen was not reachable, for nine minutes.
const DOWN: i64 = FRIDAY + 9 * HOUR + 3_480;

const CONFIG: &str = r#"
timezone = "Asia/Tokyo"
[local]
name = "laptop"
[[node]]
name = "mugen"
ssh = "mugen"
[[node]]
name = "pixel"
ssh = "pixel"
[report]
repositories = ["~/code/app", "~/code/docs"]
github = ["o/app"]
"#;

/// A home in which the month was.
pub fn month(more: &str) -> Bench {
    let bench = Bench::with(format!("{CONFIG}{more}"));
    history(&bench);
    forecasts(&bench);
    logs(&bench);
    repositories(&bench);
    forge(&bench);
    agents(&bench);
    // Later nobody knows what stood open.
    bench.answered_when_over("2026-10-23");
    bench
}

fn history(bench: &Bench) {
    let mut looks = vec![];
    for node in ["laptop", "mugen", "pixel"] {
        let mut at = FIRST - 10 * DAY;
        while at < END {
            looks.push((at, looked(node, at)));
            at += HOUR / 2;
        }
    }
    looks.extend([DOWN + 10, DOWN + 540].map(|at| (at, looked("mugen", at))));
    looks.sort_by_key(|(at, _)| *at);
    let mut all = vec![now(END + 600)];
    all.extend(looks.into_iter().map(|(_, look)| look));
    all.extend(uptimes());
    all.extend(incidents());
    all.push(json!({"gap": {"from": rfc3339(FRIDAY + 13 * HOUR),
        "to": rfc3339(FRIDAY + 16 * HOUR), "why": "slept"}}));
    all.push(
        json!({"event": {"at": rfc3339(FRIDAY + 4 * HOUR), "node": "laptop",
        "what": "healed", "check": "logs:/var/log/app.log",
        "text": "rotated /var/log/app.log: 120 MB, 7 kept"}}),
    );
    let ran = bench.keep(&all);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

/// A look at a node: of the remote ones with its round trip.
fn looked(node: &str, at: i64) -> Value {
    let number = (at - FIRST).div_euclid(HOUR / 2);
    let wave = f64::from(i32::try_from(number.rem_euclid(12)).unwrap());
    let days = f64::from(i32::try_from((at - FIRST).div_euclid(HOUR)).unwrap()) / 24.0;
    let used = match node {
        // Freed on the 26th.
        "mugen" if days < 25.0 => 50.0 + 1.5 * days,
        "mugen" => 60.0 + 1.2 * (days - 25.0),
        "laptop" => 61.0,
        _ => 40.0 + 0.1 * days,
    };
    let mut sample = json!({
        "node": node, "at": at, "state": "ok", "load": 0.4 + wave / 20.0, "home": "/",
        "memory_percent": if node == "pixel" && wave < 1.0 { 9.0 } else { 35.0 + wave },
        "memory_bytes": 400_000_000, "memory_total": 1_000_000_000,
        "disks": [{"mount": "/", "used_bytes": 1, "total_bytes": 100_000_000_000_u64,
                   "used_percent": used, "inodes_used_percent": null}],
    });
    if node != "laptop" {
        sample["latency_ms"] = json!(36.0 + wave + if node == "pixel" { 20.0 } else { 0.0 });
    }
    // What was down did not answer.
    if node == "mugen" && (DOWN..DOWN + 540).contains(&at) {
        sample = json!({"node": node, "at": at, "state": "down", "problems": [
            {"check": "unreachable", "since": DOWN, "text": "no answer within 10 s"}]});
    }
    json!({"sample": sample})
}

/// The books of each node at each of its edges.
fn uptimes() -> Vec<Value> {
    let since = FIRST - 10 * DAY;
    let mut all = Vec::new();
    let mut node = |name: &str, edges: &[(i64, &str)]| {
        let (mut at, mut class) = (since, "up");
        let mut held = std::collections::BTreeMap::from([("up", 0), ("down", 0), ("unknown", 0)]);
        for (edge, next) in edges.iter().chain([&(END, "up")]) {
            // Books are written every day at least.
            while at < *edge {
                let to = (at + DAY).min(*edge);
                *held.get_mut(class).unwrap() += (to - at) * 1_000;
                at = to;
                let is = if at == *edge { next } else { class };
                all.push(json!({"uptime": {"node": name, "uptime": {
                    "since": rfc3339(since), "up_ms": held["up"], "down_ms": held["down"],
                    "unknown_ms": held["unknown"], "paused_ms": 0, "class": is,
                    "last": {"at": rfc3339(at), "elapsed_ms": (at - since) * 1_000,
                             "boot": "b"}}}}));
            }
            class = next;
        }
    };
    node("laptop", &[]);
    node("mugen", &[(DOWN, "down"), (DOWN + 540, "up")]);
    let asleep = FRIDAY + 13 * HOUR;
    node("pixel", &[(asleep, "unknown"), (asleep + 10_920, "up")]);
    all
}

/// sshd of the phone died six times in the week, and was brought back.
fn incidents() -> Vec<Value> {
    let each = (0..6).map(|number| {
        let at = FRIDAY + 3 * HOUR + 720 - number * DAY;
        json!({"incident": {"node": "pixel", "check": "sshd", "cause": "killed by signal 9",
            "detected": rfc3339(at), "detected_ms": at * 1_000, "to_detect_ms": 20,
            "to_act_ms": 2, "recovered": rfc3339(at), "to_recover_ms": 90, "tries": 1,
            "by": "watch"}})
    });
    each.collect()
}

fn forecasts(bench: &Bench) {
    let home = Home::of(&bench.surroundings().mamori_home);
    let history = History::writable(&home).unwrap();
    let made = |at: i64, crossed: Option<bool>| Forecast {
        made: at,
        node: "mugen".into(),
        kind: "disk".into(),
        subject: "/".into(),
        horizon_s: 7 * DAY,
        threshold: Some(90.0),
        probability: Some(if crossed == Some(false) { 0.05 } else { 0.93 }),
        will_cross: Some(crossed != Some(false)),
        eta_s: [Some(2 * DAY), Some(3 * DAY), Some(5 * DAY)],
        method: "test".into(),
        basis: "720 samples".into(),
        outcome: crossed.map(|crossed| Outcome {
            scored: at + 7 * DAY,
            crossed,
            crossed_at: None,
        }),
        ..Forecast::default()
    };
    let old = (0..12).map(|number| made(FIRST - 9 * DAY + number * HOUR, Some(false)));
    let ends = [FRIDAY + DAY, FIRST + 25 * DAY].map(|end| made(end - HOUR, None));
    let all: Vec<Forecast> = old.chain(ends).collect();
    history.add_forecasts(&all).unwrap();
    let outcome = |at: i64| Outcome {
        scored: at + 7 * DAY,
        crossed: false,
        crossed_at: None,
    };
    for one in history.due_forecasts(FIRST).unwrap() {
        history.score(one.id, outcome(one.made)).unwrap();
    }
}

fn logs(bench: &Bench) {
    let folder = bench.home().join(".miyabi/logs");
    fs::create_dir_all(&folder).unwrap();
    let line = |at: i64, text: &str| format!("{} {text}\n", rfc3339(at));
    let mut text = String::new();
    for day in 0..30 {
        for number in 0..day % 4 {
            let at = FIRST + day * DAY + number * HOUR;
            text += &line(at, "pixel sshd not running");
        }
    }
    fs::write(folder.join("errors.log"), text).unwrap();
}

fn repositories(bench: &Bench) {
    let app = Repo::new(bench, "code/app");
    let docs = Repo::new(bench, "code/docs");
    let claude = ("Hana", "hana@example.org");
    let mut number = 0;
    let mut day = FIRST - 3 * DAY;
    while day < END {
        // Weekdays are busier.
        let steps = if (day - FIRST).div_euclid(DAY).rem_euclid(7) < 5 {
            4
        } else {
            1
        };
        for step in 0..steps {
            number += 1;
            let at = day + (9 + step) * HOUR;
            let signed = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>";
            let subject = format!("Step {number} of the month");
            let (repo, author, message) = match number % 5 {
                0 => (&docs, ("Ken", "ken@example.org"), subject),
                1 => (&app, ("Codex", "noreply@openai.com"), subject),
                _ => (&app, claude, subject + signed),
            };
            let name = if number % 5 == 0 {
                "guide.md"
            } else {
                "src/lib.rs"
            };
            repo.add(
                name,
                format!("{number}\n").repeat(usize::try_from(number).unwrap()),
            );
            repo.commit(&Make {
                author,
                at,
                placed: at,
                message: &message,
            });
        }
        day += DAY;
    }
    app.step(
        FRIDAY + 20 * HOUR,
        "Escape <script>alert(1)</script> and ](javascript:alert(1)) | in titles",
    );
}

/// Answers for the day, the week and the month; each asks since its own
/// beginning.
fn forge(bench: &Bench) {
    let github = GitHub::new(bench);
    let ago = |at: i64| rfc3339(at);
    let closed = |number: u64, at: i64| {
        let reason = if number.is_multiple_of(9) {
            "NOT_PLANNED"
        } else {
            "COMPLETED"
        };
        issue(
            number,
            &json!({"createdAt": ago(at - 2 * DAY), "closedAt": ago(at), "updatedAt": ago(at),
                    "stateReason": reason, "milestone": {"title": "v0.2 tmux"}}),
        )
    };
    let mut issues: Vec<Value> = (0..70)
        .map(|number| {
            closed(
                number,
                FIRST - 5 * DAY + i64::try_from(number).unwrap() * 11 * HOUR,
            )
        })
        .collect();
    issues.extend((0..10).map(|number| closed(400 + number, FRIDAY + 11 * HOUR)));
    // The newest change first, as GitHub sorts them.
    issues.sort_by_key(|issue| std::cmp::Reverse(issue["updatedAt"].to_string()));
    let since = [
        FRIDAY - DAY,
        // Monday of the week before.
        FRIDAY - 11 * DAY,
        FIRST - 30 * DAY,
    ];
    for since in since {
        let page = page("issues", &issues, None);
        github.fine(&closed_since(&rfc3339(since), None), &page);
    }
    let label = |name: &str| json!({"labels": {"nodes": [{"name": name}]}});
    let mut urgent = issue(511, &label("🔥 priority:P1-High"));
    urgent["title"] = json!("Login fails after <script>alert(1)</script> key rotation");
    let mut later = issue(498, &label("priority:P2-Medium"));
    later["title"] = json!("Report shows 0 | without gh\u{202e}");
    for open in [&mut urgent, &mut later] {
        open["createdAt"] = json!(ago(FRIDAY - 3 * DAY));
        open["updatedAt"] = json!(ago(FRIDAY));
        open["closedAt"] = Value::Null;
        open["stateReason"] = Value::Null;
    }
    github.fine(&open(None), &page("issues", &[urgent, later], None));
    let pulls: Vec<Value> = (0..40).rev().map(merged_pull).collect();
    github.fine(&merged(None), &page("pullRequests", &pulls, None));
    let mut waits = pull(482, &json!({"mergedAt": null, "mergeCommit": null}));
    waits["createdAt"] = json!(ago(FRIDAY - 2 * HOUR));
    github.fine(&waiting(None), &page("pullRequests", &[waits], None));
    let spans = [
        (FRIDAY, FRIDAY + DAY),
        (FRIDAY - DAY, FRIDAY),
        (FRIDAY - 4 * DAY, FRIDAY + 3 * DAY),
        (FRIDAY - 11 * DAY, FRIDAY - 4 * DAY),
        (FIRST, END),
        (FIRST - 30 * DAY, FIRST),
    ];
    for (start, end) in spans {
        let count = json!({"total_count": (end - start) / DAY, "incomplete_results": false});
        github.fine(&opened_in(&rfc3339(start), &rfc3339(end - 1)), &count);
    }
    let milestone = |title: &str, number: u64, due: i64, open: u64, closed: u64| {
        json!({"title": title, "html_url": format!("https://github.com/o/app/milestone/{number}"),
               "due_on": rfc3339(due), "state": "open", "open_issues": open,
               "closed_issues": closed, "closed_at": null})
    };
    let all = json!([
        milestone("v0.2 tmux", 2, END + 15 * DAY, 6, 18),
        milestone("v0.3 report", 3, END + 20 * DAY, 90, 4),
    ]);
    github.prints(&milestones(), &all.to_string());
}

/// A pull request a day, and eight on the Friday.
fn merged_pull(number: u64) -> Value {
    let days = i64::try_from(number).unwrap();
    let at = if number < 31 {
        FIRST + days * DAY + 12 * HOUR
    } else {
        FRIDAY + 13 * HOUR + (days - 31) * 60
    };
    let after = |seconds: i64| seconds + at - NOON;
    let reviews = if number.is_multiple_of(3) {
        json!({"nodes": []})
    } else {
        json!({"nodes": [review("ken", "User", after(-4 * HOUR))]})
    };
    pull(
        300 + number,
        &json!({"createdAt": rfc3339(at - 7 * HOUR), "mergedAt": rfc3339(at),
                "updatedAt": rfc3339(END - days), "reviews": reviews}),
    )
}

/// Claude Code worked every day, at the same hours.
fn agents(bench: &Bench) {
    let folder = bench.home().join(".claude/projects/-code-app");
    fs::create_dir_all(&folder).unwrap();
    let stamp = |at: i64| rfc3339(at).replace('Z', ".000Z");
    for day in -3..31 {
        let session = format!("0000-{day}");
        let mut lines = Vec::new();
        for step in 0..24 {
            let at = FIRST + day * DAY + 9 * HOUR + step * 600;
            lines.push(
                json!({"type": "user", "sessionId": session, "cwd": "/code/app",
                "timestamp": stamp(at), "uuid": format!("u{day}-{step}"),
                "message": {"role": "user", "content": "go on"}}),
            );
            let model = if step == 23 {
                "x-preview"
            } else {
                "claude-sonnet-4-5-20250929"
            };
            lines.push(
                json!({"type": "assistant", "sessionId": session, "cwd": "/code/app",
                "timestamp": stamp(at + 400), "uuid": format!("a{day}-{step}"),
                "requestId": format!("req-{day}-{step}"), "version": "2.1.0",
                "message": {"id": format!("msg-{day}-{step}"), "model": model,
                    "role": "assistant", "stop_reason": "end_turn",
                    "content": [{"type": "text", "text": "done"}],
                    "usage": {"input_tokens": 1200, "output_tokens": 4000,
                        "cache_read_input_tokens": 900_000,
                        "cache_creation_input_tokens": 12_000}}}),
            );
        }
        let text: Vec<String> = lines.iter().map(Value::to_string).collect();
        fs::write(
            folder.join(format!("{session}.jsonl")),
            text.join("\n") + "\n",
        )
        .unwrap();
    }
    fs::write(
        bench.home().join(".miyabi/BUDGET.yml"),
        "monthly_budget_usd: 500\nwarning: 0.8\n",
    )
    .unwrap();
}
