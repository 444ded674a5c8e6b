//! Claude Code's transcripts, as such files are formed; every line is made up.

use serde_json::{Value, json};

use super::claude::Claude;
use super::{Found, Tokens};

pub(super) fn at(minute: i64) -> String {
    let time = chrono::DateTime::from_timestamp(1_795_000_000 + minute * 60, 0).unwrap();
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn answer(minute: i64, id: &str, output: u64, content: &Value) -> Value {
    json!({
        "type": "assistant", "sessionId": "s1", "cwd": "/w", "timestamp": at(minute),
        "uuid": format!("{id}-{minute}-{output}"), "requestId": format!("r-{id}"),
        "message": {
            "id": id, "model": "claude-sonnet-4-5-20250929", "content": content,
            "usage": {
                "input_tokens": 3, "output_tokens": output, "cache_read_input_tokens": 1_000,
                "cache_creation_input_tokens": 200,
                "cache_creation": {"ephemeral_5m_input_tokens": 150, "ephemeral_1h_input_tokens": 50},
                "service_tier": "standard", "server_tool_use": {"web_search_requests": 0},
            },
        },
    })
}

fn prompt(minute: i64) -> Value {
    json!({"type": "user", "sessionId": "s1", "cwd": "/w", "timestamp": at(minute),
        "message": {"role": "user", "content": "please"}})
}

fn read(lines: &[Value]) -> Found {
    let (mut claude, mut found) = (Claude::new("file"), Found::default());
    for line in lines {
        claude.line(line.to_string().as_bytes(), &mut found);
    }
    claude.settle(&mut found);
    found
}

fn minutes(found: &Found) -> Vec<(i64, i64)> {
    let minute = |at: i64| (at / 1_000 - 1_795_000_000) / 60;
    found
        .work
        .iter()
        .map(|work| (minute(work.from), minute(work.to)))
        .collect()
}

#[test]
fn every_block_of_a_request_has_the_same_key() {
    let text = json!([{"type": "text", "text": "x"}]);
    let found = read(&[
        prompt(0),
        answer(1, "m1", 2, &json!([{"type": "thinking", "thinking": "…"}])),
        answer(1, "m1", 90, &text),
        answer(2, "m2", 7, &text),
    ]);
    let keys: Vec<_> = found.requests.iter().map(|request| request.key).collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
    assert_eq!(
        found.requests[1].tokens,
        Tokens {
            input: Some(3),
            cache_write: Some(200),
            cache_write_hour: 50,
            cache_read: Some(1_000),
            output: Some(90),
        }
    );
    assert_eq!(found.requests[0].rate, None);
    assert_eq!(found.requests[0].session, "s1");
    assert_eq!(found.requests[0].dir.as_deref(), Some("/w"));
    assert_eq!(found.unread, 0);
}

#[test]
fn what_is_not_billed_is_no_request() {
    let mut synthetic = answer(1, "m1", 0, &json!("x"));
    synthetic["message"]["model"] = json!("<synthetic>");
    let mut failed = answer(2, "m2", 0, &json!("x"));
    failed["isApiErrorMessage"] = json!(true);
    let mut silent = answer(3, "m3", 0, &json!("x"));
    silent["message"]["usage"] = json!(null);
    let other = json!({"type": "summary", "summary": "x", "leafUuid": "y"});
    let found = read(&[
        synthetic,
        failed,
        silent,
        other,
        json!({"type": 7}),
        json!({}),
    ]);
    assert_eq!((found.requests.len(), found.unread), (0, 0));
}

#[test]
fn what_cannot_be_read_is_counted_and_costs_no_other_line() {
    let (mut claude, mut found) = (Claude::new("file"), Found::default());
    let mut timeless = answer(1, "m1", 5, &json!("x"));
    timeless["timestamp"] = json!("yesterday");
    let mut empty = answer(1, "m2", 5, &json!("x"));
    empty["message"]["usage"] = json!({"input_tokens": "many", "output_tokens": -3});
    let mut odd = answer(2, "m3", 5, &json!(17));
    odd["message"]["usage"]["future"] = json!({"deep": [1, {"x": null}]});
    odd["cwd"] = json!(["/w"]);
    odd["isSidechain"] = json!("no");
    for line in [
        "{\"type\":\"assistant\",".to_owned(),
        "\u{feff}nonsense".to_owned(),
        "[]".to_owned(),
        timeless.to_string(),
        empty.to_string(),
        odd.to_string(),
    ] {
        claude.line(line.as_bytes(), &mut found);
    }
    claude.line(b"{\"type\":\"user\",\"message\":\"\xff\xfe\"}", &mut found);
    assert_eq!(found.requests.len(), 1);
    assert_eq!(found.requests[0].tokens.output, Some(5));
    // Where it was before.
    assert_eq!(found.requests[0].dir.as_deref(), Some("/w"));
    assert_eq!(found.unread, 5);
}

#[test]
fn a_part_that_is_not_told_is_unknown_and_not_zero() {
    let mut half = answer(1, "m1", 5, &json!("x"));
    half["message"]["usage"] = json!({"output_tokens": 5});
    let mut old = answer(2, "m2", 6, &json!("x"));
    old["message"]["usage"] = json!({"input_tokens": 4, "output_tokens": 6});
    old["costUSD"] = json!(0.012_3);
    let found = read(&[half, old]);
    let tokens = found.requests[0].tokens;
    assert_eq!((tokens.input, tokens.cache_read), (None, None));
    // Older ones leave the cache out where there was none.
    assert_eq!(found.requests[1].tokens.cache_write, Some(0));
    assert_eq!(found.requests[1].told, Some(12_300));
}

#[test]
fn fast_answers_and_other_tiers_are_told_apart() {
    let mut fast = answer(1, "m1", 5, &json!("x"));
    fast["message"]["usage"]["speed"] = json!("fast");
    fast["message"]["usage"]["service_tier"] = json!("priority");
    assert_eq!(
        read(&[fast]).requests[0].rate.as_deref(),
        Some("fast priority")
    );
}

#[test]
fn work_lasts_from_a_prompt_to_the_last_record_of_its_turn() {
    let call = json!([{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"x": 1}}]);
    let result = json!({"type": "user", "sessionId": "s1", "cwd": "/w", "timestamp": at(60),
        "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "long"}]}});
    let mut done = answer(62, "m2", 5, &json!([{"type": "text", "text": "x"}]));
    done["message"]["stop_reason"] = json!("end_turn");
    let meta = json!({"type": "user", "isMeta": true, "sessionId": "s1", "timestamp": at(70),
        "message": {"content": "caveat"}});
    let found = read(&[
        prompt(0),
        answer(1, "m1", 5, &call),
        result,
        done,
        meta,
        prompt(80),
        answer(83, "m3", 5, &json!("x")),
        answer(95, "m4", 5, &json!("x")),
    ]);
    assert_eq!(minutes(&found), [(0, 62), (80, 83)]);
}

#[test]
fn a_subagent_works_for_its_session_beside_it() {
    let side = |minute: i64, id: &str| {
        let mut line = answer(minute, id, 5, &json!("x"));
        line["isSidechain"] = json!(true);
        line
    };
    let mut task = prompt(2);
    task["isSidechain"] = json!(true);
    let found = read(&[
        prompt(0),
        answer(1, "m1", 5, &json!([{"type": "tool_use", "id": "t1"}])),
        task,
        side(3, "a1"),
        side(9, "a2"),
    ]);
    assert_eq!(minutes(&found), [(0, 1), (2, 9)]);
    assert!(found.requests[1].sidechain && !found.requests[0].sidechain);
    assert!(found.work.iter().all(|work| work.session == "s1"));
}

#[test]
fn a_folder_that_changes_splits_the_work_and_hostile_ones_are_kept_as_they_are() {
    let mut moved = answer(3, "m2", 5, &json!("x"));
    moved["cwd"] = json!("/w/\u{1b}[31m#(date)\u{202e}");
    let mut relative = answer(5, "m3", 5, &json!("x"));
    relative["cwd"] = json!("../../etc");
    relative["sessionId"] = json!("s\u{1b}]0;x\u{7}1\nline");
    let found = read(&[prompt(0), answer(1, "m1", 5, &json!("x")), moved, relative]);
    let dirs: Vec<_> = found
        .requests
        .iter()
        .map(|request| request.dir.as_deref())
        .collect();
    assert_eq!(dirs[0], Some("/w"));
    // It is compared with folders' names, and made safe where it is shown.
    assert_eq!(dirs[1], Some("/w/\u{1b}[31m#(date)\u{202e}"));
    assert_eq!(dirs[2], dirs[1]);
    assert_eq!(found.requests[2].session, "s]0;x1 line");
    assert_eq!(found.work[0].dir.as_deref(), Some("/w"));
}
