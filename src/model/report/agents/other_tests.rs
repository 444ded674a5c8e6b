//! Gemini, aider and opencode, as their files are formed; all of it is made up.

use serde_json::{Value, json};

use super::aider::Aider;
use super::claude_tests::at;
use super::gemini::Gemini;
use super::opencode::{self, Message};
use super::{Found, Tokens};

fn said(minute: i64, id: &str, tokens: &Value) -> Value {
    json!({"id": id, "type": "gemini", "timestamp": at(minute), "content": "x",
        "model": "gemini-2.5-pro", "tokens": tokens})
}

fn asked(minute: i64) -> Value {
    json!({"id": format!("u{minute}"), "type": "user", "timestamp": at(minute), "content": "x"})
}

const TOLD: &str = r#"{"input":1000,"output":50,"cached":400,"thoughts":25,"tool":0,"total":1075}"#;

#[test]
fn a_gemini_session_says_the_same_as_one_object_and_in_lines() {
    let told: Value = serde_json::from_str(TOLD).unwrap();
    let messages = json!([
        asked(0),
        said(2, "g1", &told),
        asked(30),
        said(31, "g2", &told)
    ]);
    let whole = json!({"sessionId": "s", "projectHash": "p", "startTime": at(0),
        "lastUpdated": at(31), "messages": messages, "kind": "main"});
    let mut object = Found::default();
    Gemini::new("file").whole(whole.to_string().as_bytes(), &mut object);
    let (mut gemini, mut lines) = (Gemini::new("file"), Found::default());
    let head = json!({"sessionId": "s", "projectHash": "p", "startTime": at(0), "kind": "main"});
    let taken_back = json!({"$rewindTo": "g1"});
    let set = json!({"$set": {"lastUpdated": at(31), "summary": "x"}});
    let rest = messages.as_array().unwrap().iter().cloned();
    for line in [head].into_iter().chain(rest).chain([taken_back, set]) {
        gemini.line(line.to_string().as_bytes(), &mut lines);
    }
    gemini.settle(&mut lines);
    assert_eq!(object, lines);
    assert_eq!(object.requests.len(), 2);
    assert_eq!(
        object.requests[0].tokens,
        Tokens {
            input: Some(600),
            cache_write: Some(0),
            cache_write_hour: 0,
            cache_read: Some(400),
            output: Some(75),
        }
    );
    let minutes = |found: &Found| -> Vec<i64> {
        found
            .work
            .iter()
            .map(|work| (work.to - work.from) / 60_000)
            .collect()
    };
    assert_eq!(minutes(&object), [2, 1]);
}

#[test]
fn what_came_from_geminis_cache_is_input_or_beside_it_as_the_sum_says() {
    let mut told: Value = serde_json::from_str(TOLD).unwrap();
    told["total"] = json!(1_475);
    let mut found = Found::default();
    Gemini::new("s").line(said(1, "g", &told).to_string().as_bytes(), &mut found);
    assert_eq!(found.requests[0].tokens.input, Some(1_000));
    assert_eq!(found.requests[0].tokens.total(), 1_475);
}

#[test]
fn a_broken_gemini_file_is_told() {
    let mut found = Found::default();
    Gemini::new("s").whole(b"{\"sessionId\":\"s\",\"messages\":[{", &mut found);
    Gemini::new("s").whole(
        b"{\"messages\":[3,null,{\"type\":\"gemini\",\"tokens\":{}}]}",
        &mut found,
    );
    assert_eq!((found.requests.len(), found.unread), (0, 2));
}

#[test]
fn aider_tells_no_caches_and_its_own_price() {
    let line = |event: &str, time: i64, properties: Value| json!({"event": event, "time": 1_795_000_000 + time, "user_id": "u", "properties": properties});
    let sent = json!({"main_model": "openai/gpt-5", "prompt_tokens": 900, "completion_tokens": 30,
        "cost": 0.0125, "total_cost": 0.0125, "edit_format": "diff"});
    let (mut aider, mut found) = (Aider::new(), Found::default());
    for line in [
        line("launched", 0, json!({})),
        line("message_send_starting", 10, json!({})),
        line("message_send", 40, sent),
        line("message_send", 45, json!({"prompt_tokens": 3})),
        line("exit", 50, json!({"reason": "done"})),
        json!({"event": "message_send", "properties": {}}),
    ] {
        aider.line(line.to_string().as_bytes(), &mut found);
    }
    aider.settle(&mut found);
    let request = &found.requests[0];
    assert_eq!((found.requests.len(), found.unread), (1, 2));
    assert_eq!(
        (request.tokens.input, request.tokens.cache_read),
        (Some(900), None)
    );
    assert_eq!(request.told, Some(12_500));
    assert_eq!(found.work.len(), 1);
    assert_eq!(found.work[0].to - found.work[0].from, 30_000);
}

#[test]
fn opencodes_messages_count_when_they_are_complete() {
    let data = json!({"role": "assistant", "modelID": "claude-sonnet-4-5", "providerID": "anthropic",
        "cost": 0, "path": {"cwd": "/w", "root": "/w"},
        "time": {"created": 1_795_000_000_000_i64, "completed": 1_795_000_060_000_i64},
        "tokens": {"input": 10, "output": 20, "reasoning": 5, "cache": {"read": 100, "write": 7}}});
    let mut open = data.clone();
    open["time"] = json!({"created": 1_795_000_000_000_i64});
    open["tokens"] =
        json!({"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}});
    let user = json!({"role": "user", "time": {"created": 1_795_000_000_000_i64}});
    let mut found = Found::default();
    for (id, data) in [("a", &data), ("b", &open), ("c", &user), ("d", &json!("x"))] {
        let data = data.to_string();
        let session = "ses";
        opencode::message(
            Message {
                id,
                session,
                data: data.as_bytes(),
            },
            &mut found,
        );
    }
    assert_eq!((found.requests.len(), found.unread), (1, 1));
    let request = &found.requests[0];
    assert_eq!(request.tokens.output, Some(25));
    assert_eq!(request.tokens.cache_write, Some(7));
    assert_eq!((request.dir.as_deref(), request.told), (Some("/w"), None));
    assert_eq!(found.work[0].to - found.work[0].from, 60_000);
}
