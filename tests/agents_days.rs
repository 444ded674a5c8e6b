//! Days begin where the reader lives; clocks go wrong.

use chrono::NaiveDate;
use chrono_tz::Tz;
use mamori::model::report::agents::Agent;
use mamori::model::report::agents::figures::All;
use mamori::model::report::agents::price::Prices;
use mamori::sys::clock;
use serde_json::json;

use crate::harness::agents::{Logs, answer, append, brief, prompt, text, write};

fn day(logs: &Logs, date: (i32, u32, u32), zone: Tz) -> All {
    let date = NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap();
    let (since, until) = (
        clock::beginning(date, Some(zone)),
        clock::beginning(date.succ_opt().unwrap(), Some(zone)),
    );
    logs.ledger()
        .figures(since, until, &Prices::list())
        .unwrap()
}

fn work(all: &All) -> (u64, i64) {
    all.agents
        .first()
        .map_or((0, 0), |one| (one.used.requests, one.work))
}

#[test]
fn a_day_in_tokyo_begins_nine_hours_before_utcs() {
    let logs = Logs::new();
    // From 14:55 to 15:05 UTC: five minutes on each side of Tokyo's midnight.
    let begin = 14 * 3_600 + 55 * 60;
    let minutes = (1..=10).map(|minute| answer(begin + minute * 60, "s", &minute.to_string(), 1));
    let lines: Vec<_> = [prompt(begin, "s")].into_iter().chain(minutes).collect();
    write(&logs.claude("s"), &lines);
    logs.collected();
    let tokyo = Tz::Asia__Tokyo;
    assert_eq!(work(&day(&logs, (2026, 11, 20), tokyo)), (4, 300));
    assert_eq!(work(&day(&logs, (2026, 11, 21), tokyo)), (6, 300));
    assert_eq!(work(&day(&logs, (2026, 11, 20), Tz::UTC)), (10, 600));
    assert_eq!(work(&day(&logs, (2026, 11, 21), Tz::UTC)), (0, 0));
}

#[test]
fn the_days_on_which_clocks_change_hold_all_there_is() {
    let logs = Logs::new();
    let zone = Tz::America__New_York;
    // An answer every ten minutes from the last of October to the 3rd of
    // November 2026, and around the 8th of March: 25 and 23 hours.
    for (name, from) in [("autumn", -20 * 86_400_i64), ("spring", -258 * 86_400)] {
        let mut lines = vec![prompt(from, name)];
        for step in 1..(4 * 144) {
            let id = format!("{name}-{step}");
            lines.push(answer(from + step * 600, name, &id, 1));
        }
        write(&logs.claude(name), &lines);
    }
    logs.collected();
    assert_eq!(work(&day(&logs, (2026, 11, 1), zone)), (150, 25 * 3_600));
    assert_eq!(work(&day(&logs, (2026, 3, 8), zone)), (138, 23 * 3_600));
    assert_eq!(work(&day(&logs, (2026, 11, 2), zone)), (144, 24 * 3_600));
}

#[test]
fn a_clock_that_was_set_back_makes_no_work_and_loses_none() {
    let logs = Logs::new();
    let file = logs.claude("s");
    write(
        &file,
        &[
            prompt(10_000, "s"),
            answer(10_060, "s", "1", 1),
            // An hour back, within the turn.
            answer(6_500, "s", "2", 1),
            answer(6_560, "s", "3", 1),
        ],
    );
    logs.collected();
    append(
        &file,
        &text(&[prompt(6_600, "s"), answer(6_630, "s", "4", 1)]),
    );
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!((brief(&claude.used), claude.work), ((4, 4), 60 + 60 + 30));
}

#[test]
fn times_that_cannot_be_are_no_times() {
    let logs = Logs::new();
    let mut far = answer(0, "s", "1", 1);
    far["timestamp"] = json!("9999-12-31T23:59:59Z");
    let mut early = answer(0, "s", "2", 1);
    early["timestamp"] = json!("1970-01-01T00:00:00Z");
    let mut leap = answer(0, "s", "3", 1);
    leap["timestamp"] = json!("2026-11-20T09:00:60+09:00");
    let tool = json!({"type": "assistant", "sessionId": "s", "timestamp": "2026-11-20T00:10:00Z",
        "message": {"content": [{"type": "tool_use", "id": "t"}]}});
    let month = prompt(30 * 86_400, "s");
    write(
        &logs.claude("s"),
        &[
            prompt(0, "s"),
            far,
            early,
            leap,
            tool,
            month,
            answer(30 * 86_400 + 5, "s", "4", 1),
        ],
    );
    logs.collected();
    let claude = logs.of(Agent::ClaudeCode).unwrap();
    assert_eq!(claude.used.requests, 2);
    assert_eq!(claude.work, 600 + 5);
    assert_eq!(logs.ledger().kept().unwrap()[&Agent::ClaudeCode].unread, 2);
}
