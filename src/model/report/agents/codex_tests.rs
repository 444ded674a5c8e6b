//! Codex's rollouts, as such files are formed; every line is made up.

use serde_json::{Value, json};

use super::Found;
use super::codex::Codex;

const T0: i64 = 1_795_000_000_000;

fn at(ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(T0 + ms).unwrap();
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn meta(ms: i64, more: &Value) -> Value {
    let mut payload =
        json!({"id": "thread", "cwd": "/w", "originator": "codex_cli", "source": "cli"});
    for (key, value) in more.as_object().unwrap() {
        payload[key] = value.clone();
    }
    json!({"timestamp": at(ms), "type": "session_meta", "payload": payload})
}

fn event(ms: i64, kind: &str) -> Value {
    json!({"timestamp": at(ms), "type": "event_msg", "payload": {"type": kind}})
}

fn usage(input: u64, cached: u64, output: u64) -> Value {
    json!({"input_tokens": input, "cached_input_tokens": cached, "output_tokens": output,
        "reasoning_output_tokens": output / 2, "total_tokens": input + output})
}

fn count(ms: i64, total: &Value, last: &Value) -> Value {
    json!({"timestamp": at(ms), "type": "event_msg", "payload": {"type": "token_count",
        "info": {"total_token_usage": total, "last_token_usage": last, "model_context_window": 1},
        "rate_limits": {"primary": null}}})
}

fn context(ms: i64, model: &str) -> Value {
    json!({"timestamp": at(ms), "type": "turn_context", "payload": {"model": model, "cwd": "/w"}})
}

fn read(lines: &[Value]) -> Found {
    let (mut codex, mut found) = (Codex::new("file"), Found::default());
    for line in lines {
        codex.line(line.to_string().as_bytes(), &mut found);
    }
    codex.settle(&mut found);
    found
}

fn outputs(found: &Found) -> Vec<u64> {
    let of = |request: &super::Request| request.tokens.output.unwrap();
    found.requests.iter().map(of).collect()
}

#[test]
fn differences_of_the_sum_count_and_repetitions_do_not() {
    let limits = json!({"timestamp": at(9), "type": "event_msg",
        "payload": {"type": "token_count", "info": null, "rate_limits": {}}});
    let found = read(&[
        meta(0, &json!({})),
        context(1, "gpt-5-codex"),
        limits,
        count(1_000, &usage(100, 40, 10), &usage(100, 40, 10)),
        // The same once more, as on each news of limits.
        count(2_000, &usage(100, 40, 10), &usage(100, 40, 10)),
        // The last one is repeated while the sum goes on.
        count(3_000, &usage(300, 140, 25), &usage(100, 40, 10)),
        // The sum began anew.
        count(4_000, &usage(50, 0, 5), &usage(50, 0, 5)),
        count(5_000, &usage(80, 10, 9), &usage(30, 10, 4)),
    ]);
    assert_eq!(outputs(&found), [10, 15, 5, 4]);
    let second = found.requests[1].tokens;
    assert_eq!((second.input, second.cache_read), (Some(100), Some(100)));
    assert_eq!(found.requests[0].model.as_deref(), Some("gpt-5-codex"));
}

#[test]
fn what_was_written_into_a_cache_is_input_or_beside_it_as_the_sum_says() {
    let within = json!({"input_tokens": 100, "cached_input_tokens": 40,
        "cache_write_input_tokens": 20, "output_tokens": 5, "total_tokens": 105});
    let mut beside = within.clone();
    beside["total_tokens"] = json!(125);
    let of = |told: &Value| read(&[meta(0, &json!({})), count(900, told, told)]).requests[0].tokens;
    assert_eq!(of(&within).input, Some(40));
    assert_eq!(of(&beside).input, Some(60));
    assert_eq!(of(&within).total(), 105);
    assert_eq!(of(&beside).total(), 125);
}

#[test]
fn a_subagents_replay_of_its_parent_is_nobodys_work() {
    let replay = |more: &Value, own: i64| {
        read(&[
            meta(0, more),
            meta(1, &json!({"id": "parent"})),
            event(2, "task_started"),
            count(3, &usage(9_000, 0, 900), &usage(9_000, 0, 900)),
            count(250, &usage(18_000, 0, 1_800), &usage(9_000, 0, 900)),
            event(260, "task_complete"),
            event(own, "task_started"),
            count(own + 9_000, &usage(18_100, 0, 1_810), &usage(100, 0, 10)),
            event(own + 9_500, "task_complete"),
        ])
    };
    let spawned = json!({"id": "child", "source": {"subagent": {"thread_spawn": {"parent_thread_id": "parent", "depth": 1}}}});
    for found in [
        replay(&spawned, 2_000),
        replay(&json!({"parent_thread_id": "parent"}), 2_000),
        replay(&json!({"forked_from_id": "parent"}), 2_000),
    ] {
        assert_eq!(outputs(&found), [10]);
        let work = &found.work[0];
        assert_eq!(
            (found.work.len(), work.from - T0, work.to - T0),
            (1, 2_000, 11_500)
        );
    }
    assert_eq!(replay(&spawned, 2_000).requests[0].session, "parent");
    let forked = json!({"forked_from_id": "parent"});
    assert_eq!(replay(&forked, 2_000).requests[0].session, "thread");
}

#[test]
fn a_copy_with_the_old_times_or_with_numbers_is_known_for_one() {
    let old = read(&[
        meta(0, &json!({"forked_from_id": "parent"})),
        event(-900_000, "task_started"),
        count(-800_000, &usage(9_000, 0, 900), &usage(9_000, 0, 900)),
        event(60_000, "task_started"),
        count(70_000, &usage(9_100, 0, 910), &usage(100, 0, 10)),
    ]);
    assert_eq!(outputs(&old), [10]);
    let numbered = |line: Value, ordinal: u64| {
        let mut line = line;
        line["ordinal"] = json!(ordinal);
        line
    };
    let more = json!({"parent_thread_id": "p", "subagent_history_start_ordinal": 5});
    let numbers = read(&[
        numbered(meta(0, &more), 0),
        numbered(
            count(5_000, &usage(9_000, 0, 900), &usage(9_000, 0, 900)),
            4,
        ),
        numbered(count(5_001, &usage(9_100, 0, 910), &usage(100, 0, 10)), 5),
    ]);
    assert_eq!(outputs(&numbers), [10]);
}

#[test]
fn a_copy_has_the_key_of_what_it_copies() {
    let line = count(1_000, &usage(100, 40, 10), &usage(100, 40, 10));
    let one = read(&[meta(0, &json!({})), line.clone()]);
    let other = read(&[meta(0, &json!({"id": "other"})), line]);
    assert_eq!(one.requests[0].key, other.requests[0].key);
}

#[test]
fn work_is_a_turn_with_its_tools_and_ends_with_an_interruption() {
    let item = |ms: i64, kind: &str| json!({"timestamp": at(ms), "type": "response_item", "payload": {"type": kind, "call_id": "c"}});
    let minute = 60_000;
    let found = read(&[
        meta(0, &json!({})),
        event(minute, "task_started"),
        event(minute, "user_message"),
        item(2 * minute, "function_call"),
        item(40 * minute, "function_call_output"),
        event(41 * minute, "turn_aborted"),
        // Limits are told while nothing is done.
        count(50 * minute, &usage(1, 0, 1), &usage(1, 0, 1)),
        event(60 * minute, "task_started"),
        event(61 * minute, "agent_message"),
        event(90 * minute, "agent_message"),
        event(91 * minute, "task_complete"),
    ]);
    let spans: Vec<_> = found
        .work
        .iter()
        .map(|work| ((work.from - T0) / minute, (work.to - T0) / minute))
        .collect();
    assert_eq!(spans, [(1, 41), (60, 61), (90, 91)]);
}

#[test]
fn what_is_known_can_be_kept_and_read_on_from() {
    let lines = [
        meta(0, &json!({})),
        context(1, "gpt-5"),
        event(2, "task_started"),
        count(3_000, &usage(100, 40, 10), &usage(100, 40, 10)),
        count(4_000, &usage(300, 40, 30), &usage(200, 0, 20)),
        event(5_000, "task_complete"),
    ];
    let whole = read(&lines);
    let (mut codex, mut found) = (Codex::new("file"), Found::default());
    for line in &lines {
        let state = serde_json::to_string(&codex).unwrap();
        codex = serde_json::from_str(&state).unwrap();
        codex.line(line.to_string().as_bytes(), &mut found);
    }
    codex.settle(&mut found);
    assert_eq!(found, whole);
    assert_eq!(outputs(&found), [10, 20]);
}

#[test]
fn unknown_forms_are_told() {
    let empty = json!({"total_tokens": 7});
    let mut timeless = count(1, &usage(1, 0, 1), &usage(1, 0, 1));
    timeless["timestamp"] = json!(null);
    let found = read(&[
        meta(0, &json!({})),
        count(1_000, &empty, &empty),
        timeless,
        json!({"type": "future", "payload": 3}),
        json!({"type": "event_msg", "payload": []}),
    ]);
    assert_eq!((found.requests.len(), found.unread), (0, 2));
}
