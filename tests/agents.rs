//! What agents wrote is counted once, whatever becomes of their files.

use std::fs;

use mamori::model::report::agents::Agent;
use mamori::sys::agents::Ledger;
use serde_json::json;

use crate::harness::Bench;
use crate::harness::agents::{
    Logs, answer, append, brief, count, event, meta, prompt, text, write,
};

#[test]
fn one_request_in_many_lines_is_one() {
    let logs = Logs::new();
    let mut lines = vec![prompt(0, "s")];
    for number in 0..100 {
        // 1.85 lines a request, as it was measured elsewhere.
        let copies = if number % 20 < 17 { 2 } else { 1 };
        for copy in 1..=copies {
            lines.push(answer(number, "s", &number.to_string(), 30 * copy));
        }
    }
    write(&logs.claude("s"), &lines);
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!(brief(&claude.used), (100, 85 * 60 + 15 * 30));
    assert_eq!((claude.sessions, claude.work, claude.wall), (1, 99, 99));
    assert_eq!(
        (claude.used.unpriced, claude.used.cache_read.sum),
        (0, 50_000)
    );
    // (10 * 3 + 20 * 3.75 + 500 * 0.3 + output * 15) / 1e6 dollars each
    let dollars = claude.used.priced().unwrap().dollars();
    assert!(
        (dollars - (100.0 * 255.0 + 5_550.0 * 15.0) / 1e6).abs() < 1e-9,
        "{dollars}"
    );
    // Once more is not twice as much, and reads nothing.
    assert_eq!(logs.collected().files, 0);
    assert_eq!(logs.of(Agent::ClaudeCode).unwrap(), claude);
}

#[test]
fn a_file_that_grows_is_read_on_and_half_a_line_waits() {
    let logs = Logs::new();
    let file = logs.claude("s");
    write(&file, &[prompt(0, "s"), answer(10, "s", "1", 5)]);
    let line = format!("{}\n", answer(20, "s", "2", 7));
    for at in [0, 1, 40, line.len() - 2, line.len() - 1] {
        let whole = text(&[prompt(0, "s"), answer(10, "s", "1", 5)]);
        append(&file, &line[..at]);
        let done = logs.collected();
        assert!(done.files <= 1);
        let seen = if at + 1 == line.len() {
            (2, 12)
        } else {
            (1, 5)
        };
        assert_eq!(brief(&logs.used(Agent::ClaudeCode)), seen, "{at}");
        if seen.0 == 1 {
            fs::write(&file, &whole).unwrap();
        }
    }
    append(&file, &format!("\n{}\n", answer(30, "s", "3", 1)));
    let done = logs.collected();
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (3, 13));
    assert!(done.bytes < line.len() as u64 + 5, "{done:?}");
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!(
        (
            claude.work,
            logs.ledger().kept().unwrap()[&Agent::ClaudeCode].unread
        ),
        (30, 0)
    );
}

#[test]
fn an_answer_that_is_still_written_grows_and_what_is_settled_does_not() {
    let logs = Logs::new();
    let file = logs.claude("s");
    write(&file, &[prompt(0, "s"), answer(10, "s", "1", 5)]);
    logs.collected();
    append(&file, &text(&[answer(11, "s", "1", 50)]));
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (1, 50));
    // Written anew with other figures, as nothing in it tells why.
    write(
        &file,
        &[answer(10, "s", "1", 5_000), answer(20, "s", "2", 1)],
    );
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (2, 51));
}

#[test]
fn what_transcripts_lose_stays_counted() {
    let logs = Logs::new();
    let (kept, gone) = (logs.claude("kept"), logs.claude("gone"));
    write(
        &kept,
        &[
            prompt(0, "a"),
            answer(60, "a", "1", 5),
            answer(90, "a", "2", 5),
        ],
    );
    write(&gone, &[prompt(0, "b"), answer(30, "b", "3", 5)]);
    logs.collected();
    let before = logs.all();
    fs::remove_file(&gone).unwrap();
    // A resumed session is written anew, its beginning cut off.
    write(
        &kept,
        &[
            answer(90, "a", "2", 5),
            prompt(1_000, "a"),
            answer(1_010, "a", "4", 5),
        ],
    );
    logs.collected();
    assert_eq!(logs.span(0, 1_000), before);
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (4, 20));
    assert_eq!(logs.of(Agent::ClaudeCode).unwrap().work, 90 + 30 + 10);
    // Nor is anything doubled when it comes back under another name.
    fs::rename(&kept, logs.claude("moved")).unwrap();
    write(&gone, &[prompt(0, "b"), answer(30, "b", "3", 5)]);
    let all = logs.all();
    logs.collected();
    assert_eq!(logs.all(), all);
    fs::remove_dir_all(logs.home().join(".claude")).unwrap();
    logs.collected();
    assert_eq!(logs.all(), all);
}

#[test]
fn lines_of_megabytes_and_unknown_kinds_cost_nothing_else() {
    let logs = Logs::new();
    let mut large = answer(20, "s", "2", 7);
    let words = "läng\\er \u{1f600}\n".repeat(200_000);
    large["message"]["content"] = json!([{"type": "text", "text": words}]);
    assert!(large.to_string().len() > 2 << 20);
    let mut result = prompt(15, "s");
    result["toolUseResult"] = json!({"stdout": "x".repeat(3 << 20), "future": [[{}]]});
    let unknown = json!({"type": "from-the-future", "usage": {"input_tokens": 9}});
    let mut newer = answer(30, "s", "3", 1);
    newer["message"]["model"] = json!("claude-next-9");
    newer["message"]["usage"]["quantum_tokens"] = json!(1e300);
    write(
        &logs.claude("s"),
        &[prompt(0, "s"), result, large, unknown, newer],
    );
    append(&logs.claude("s"), "no json at all\n\u{0}\n");
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!(brief(&claude.used), (2, 8));
    assert_eq!(claude.used.unpriced, 1);
    assert_eq!(
        claude.models[&Some("claude-next-9".to_owned())].priced(),
        None
    );
    assert_eq!(logs.ledger().kept().unwrap()[&Agent::ClaudeCode].unread, 2);
}

#[test]
fn a_subagents_file_counts_for_its_session() {
    let logs = Logs::new();
    write(
        &logs.claude("s"),
        &[prompt(0, "s"), answer(10, "s", "1", 5)],
    );
    let own = logs.made(".claude/projects/-w/s/subagents/agent-1.jsonl");
    let mut side = answer(40, "s", "2", 7);
    side["isSidechain"] = json!(true);
    // A copy of it under the main one's request.
    let mut copy = side.clone();
    copy["requestId"] = json!("req-other");
    let nameless = json!({"type": "assistant", "timestamp": side["timestamp"], "uuid": "u",
        "message": {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}});
    write(&own, &[side, copy, nameless]);
    fs::write(own.with_extension("meta.json"), "{}").unwrap();
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!(brief(&claude.used), (3, 13));
    assert_eq!(claude.sessions, 1);
}

#[test]
fn every_agent_has_its_figures_and_the_commands_tell_them() {
    let bench = Bench::quiet();
    let make = |path: &str, text: &str| {
        let path = bench.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    make(
        ".config/claude/projects/-w/s.jsonl",
        &text(&[prompt(0, "s"), answer(60, "s", "1", 5)]),
    );
    make(
        ".codex/archived_sessions/rollout-x.jsonl",
        &text(&[
            meta(0, "x", &json!({})),
            event(1, "task_started"),
            count(30, 4, 4),
            event(31, "task_complete"),
        ]),
    );
    let told = json!({"input": 5, "output": 6, "cached": 0, "thoughts": 0, "tool": 0, "total": 11});
    let message = json!({"id": "g", "type": "gemini", "timestamp": crate::harness::agents::at(9),
        "model": "gemini-2.5-pro", "tokens": told});
    make(
        ".gemini/tmp/hash/chats/session-1.json",
        &json!({"sessionId": "g", "messages": [message]}).to_string(),
    );
    let sent = json!({"event": "message_send", "time": crate::harness::agents::DAY, "properties":
        {"main_model": "gpt-5", "prompt_tokens": 3, "completion_tokens": 2, "cost": 0.5}});
    make(".aider/analytics.jsonl", &format!("{sent}\n"));
    let done = bench.mamori(&["agents", "collect"]).json();
    assert_eq!(
        (
            done["files"].as_u64(),
            done["refused"].as_array().unwrap().len()
        ),
        (Some(4), 0)
    );
    make(
        ".config/mamori/prices.json",
        r#"{"prices": [{"models": ["gpt-5"], "from": "2026-01-01",
        "source": "ours", "input": 1, "output": 1, "cache_read": 1}]}"#,
    );
    let span = [
        "agents",
        "figures",
        "--since",
        "2026-11-20T00:00:00Z",
        "--until",
        "2026-11-20T00:01:00Z",
    ];
    let figures = bench.mamori(&span).json();
    let names: Vec<_> = figures["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["agent"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["aider", "claude-code", "codex", "gemini"]);
    let (aider, claude, codex) = (
        &figures["agents"][0],
        &figures["agents"][1],
        &figures["agents"][2],
    );
    assert_eq!(
        (aider["cache_read"].is_null(), aider["told_usd"].as_f64()),
        (true, Some(0.5))
    );
    assert!(aider["api_equivalent_usd"].is_null());
    // The answer at the end of that minute is the next one's.
    assert_eq!(
        (claude["requests"].as_u64(), claude["work_s"].as_i64()),
        (Some(0), Some(60))
    );
    // No line names its model.
    assert!(codex["api_equivalent_usd"].is_null());
    assert_eq!(
        (codex["unpriced"].as_u64(), codex["output"].as_u64()),
        (Some(1), Some(4))
    );
    assert!(codex["models"][0]["model"].is_null());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(bench.own("agents.db")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let bad = bench.mamori(&["agents", "figures", "--since", "now", "--until", "then"]);
    assert_eq!(bad.code, Some(2));
}

#[test]
fn nothing_was_ever_kept() {
    let logs = Logs::new();
    assert!(Ledger::open(&logs.own()).unwrap().is_none());
    let done = logs.collected();
    assert_eq!((done.files, done.refused.len()), (0, 0));
    assert!(logs.all().agents.is_empty());
}
