//! Resumes, forks and replays copy history into new files; nothing of that is
//! new work.

use std::fs;
use std::time::{Duration, SystemTime};

use mamori::model::report::agents::Agent;
use mamori::model::report::agents::observed::at_work;
use mamori::model::time::Timestamp;
use serde_json::{Value, json};

use crate::harness::agents::{
    DAY, Logs, answer, append, at, brief, count, event, meta, prompt, text, write,
};

fn session(lines: &[Value], name: &str) -> Vec<Value> {
    let mut lines = lines.to_vec();
    for line in &mut lines {
        line["sessionId"] = json!(name);
    }
    lines
}

fn aged(path: &std::path::Path, seconds: u64) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds))
        .unwrap();
}

#[test]
fn forks_of_a_session_own_only_what_is_new_in_them() {
    let logs = Logs::new();
    let mut history = vec![prompt(0, "a")];
    for number in 1..=50 {
        history.push(answer(number * 60, "a", &number.to_string(), 10));
    }
    let original = logs.claude("z-original");
    write(&original, &history);
    aged(&original, 1_000);
    // 16 files with all of it, as was seen elsewhere.
    for fork in 0..16 {
        let name = format!("fork-{fork}");
        let mut lines = session(&history, &name);
        lines.push(prompt(10_000 + fork * 100, &name));
        lines.push(answer(
            10_010 + fork * 100,
            &name,
            &format!("new-{fork}"),
            1,
        ));
        write(&logs.claude(&name), &lines);
    }
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!(brief(&claude.used), (66, 516));
    assert_eq!(claude.work, 3_000 + 16 * 10);
    assert_eq!(claude.sessions, 17);
    let first = logs.span(0, 5_000);
    assert_eq!((first.agents[0].sessions, first.agents[0].work), (1, 3_000));
}

#[test]
fn a_copy_that_comes_before_what_it_copies_counts_once_too() {
    let logs = Logs::new();
    let history = [
        prompt(0, "a"),
        answer(60, "a", "1", 10),
        answer(120, "a", "2", 10),
    ];
    write(&logs.claude("fork"), &session(&history, "fork"));
    logs.collected();
    let mut more = history.to_vec();
    more.push(answer(180, "a", "3", 10));
    write(&logs.claude("a"), &more);
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!((brief(&claude.used), claude.work), ((3, 30), 180));
}

#[test]
fn subagents_of_codex_do_not_bring_their_parents_history_along() {
    let logs = Logs::new();
    let mut history = vec![event(1, "task_started")];
    for number in 1..=40_u32 {
        let (second, sum) = (i64::from(number) * 10, u64::from(number) * 5);
        history.push(count(second, sum, 5));
        // Half of all lines are exact copies.
        history.push(count(second, sum, 5));
    }
    history.push(event(401, "task_complete"));
    let mut parent = vec![meta(0, "parent", &json!({}))];
    parent.extend(history.clone());
    write(&logs.codex("parent"), &parent);
    for child in 0..30_i64 {
        let second = 500 + child * 100;
        let more =
            json!({"source": {"subagent": {"thread_spawn": {"parent_thread_id": "parent"}}}});
        let mut lines = vec![meta(second, &format!("child-{child}"), &more)];
        for line in &history {
            let mut line = line.clone();
            line["timestamp"] = json!(at(second));
            lines.push(line);
        }
        lines.push(event(second + 5, "task_started"));
        lines.push(count(second + 15, 203, 3));
        lines.push(event(second + 16, "task_complete"));
        write(&logs.codex(&format!("child-{child}")), &lines);
    }
    logs.collected();
    let codex = logs.of(Agent::Codex).unwrap();
    assert_eq!(brief(&codex.used), (70, 200 + 90));
    assert_eq!((codex.sessions, codex.work), (1, 400 + 30 * 11));
}

#[test]
fn a_fork_of_codex_that_keeps_the_old_times_is_known_by_them() {
    let logs = Logs::new();
    let history = [
        event(1, "task_started"),
        count(50, 5, 5),
        count(90, 9, 4),
        event(91, "task_complete"),
    ];
    for (name, begin, more) in [
        ("a", 0, json!({})),
        ("b", 1_000, json!({"forked_from_id": "a"})),
    ] {
        let mut lines = vec![meta(begin, name, &more)];
        lines.extend(history.clone());
        lines.extend([
            event(2_000 + begin, "task_started"),
            count(2_010 + begin, 11, 2),
        ]);
        write(&logs.codex(name), &lines);
    }
    logs.collected();
    let codex = logs.of(Agent::Codex).unwrap();
    assert_eq!((brief(&codex.used), codex.work), ((4, 13), 90 + 10 + 10));
}

#[test]
fn a_sum_that_begins_anew_is_read_over_several_visits() {
    let logs = Logs::new();
    let file = logs.codex("a");
    write(
        &file,
        &[
            meta(0, "a", &json!({})),
            event(1, "task_started"),
            count(10, 100, 100),
        ],
    );
    logs.collected();
    append(&file, &text(&[count(20, 130, 30), count(21, 130, 30)]));
    logs.collected();
    append(
        &file,
        &text(&[count(30, 7, 7), count(40, 9, 2), event(41, "turn_aborted")]),
    );
    logs.collected();
    let codex = logs.of(Agent::Codex).unwrap();
    assert_eq!((brief(&codex.used), codex.work), ((4, 139), 40));
    // An archive is the same file elsewhere.
    let archived = logs.made(".codex/archived_sessions/rollout-a.jsonl");
    fs::rename(&file, archived).unwrap();
    let before = logs.all();
    logs.collected();
    assert_eq!(logs.all(), before);
}

#[test]
fn who_was_at_work_in_a_folder_is_observed() {
    let logs = Logs::new();
    let mut lines = vec![
        prompt(0, "s"),
        answer(60, "s", "1", 1),
        answer(120, "s", "2", 1),
    ];
    let mut elsewhere = answer(180, "s", "3", 1);
    elsewhere["cwd"] = json!("/w/trees/b\u{1b}[2J/../x");
    lines.push(elsewhere);
    write(&logs.claude("s"), &lines);
    write(
        &logs.codex("c"),
        &[
            meta(0, "c", &json!({})),
            event(100, "task_started"),
            event(130, "task_complete"),
        ],
    );
    logs.collected();
    let span = (Timestamp(DAY), Timestamp(DAY + 1_000));
    let all = logs.ledger().observed(span.0, span.1).unwrap();
    let seen = |second: i64| -> Vec<Agent> {
        at_work(&all, "/w".as_ref(), &[], Timestamp(DAY + second))
            .into_iter()
            .collect()
    };
    assert_eq!(seen(30), [Agent::ClaudeCode]);
    assert_eq!(seen(110), [Agent::ClaudeCode, Agent::Codex]);
    assert_eq!(seen(125), [Agent::Codex]);
    assert_eq!(seen(500), []);
    let later = logs
        .ledger()
        .observed(Timestamp(DAY + 125), span.1)
        .unwrap();
    // Claude Code in the folder it went on to, and Codex.
    assert_eq!(later.len(), 2);
}
