//! Kills, two at once, files of others, a ledger of a newer build.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use mamori::model::report::agents::Agent;
use mamori::sys::agents::{AgentsError, Ledger, SCHEMA, collect, mend};
use mamori::sys::flock::{self, Wait};
use rusqlite::Connection;
use serde_json::json;

use crate::harness::agents::{
    Logs, answer, append, brief, count, event, meta, prompt, text, write,
};
use crate::harness::{Bench, MAMORI};

/// Sessions with enough in them to be killed on the way.
fn many(logs: &Logs, sessions: i64, requests: i64) {
    for session in 0..sessions {
        let name = format!("s{session}");
        let mut lines = vec![prompt(session * 10_000, &name)];
        let mut rollout = vec![meta(0, &name, &json!({})), event(1, "task_started")];
        for number in 1..=requests {
            let id = format!("{session}-{number}");
            let second = session * 10_000 + number;
            lines.push(answer(second, &name, &id, 1));
            lines.push(answer(second, &name, &id, 3));
            rollout.push(count(second, number.unsigned_abs() * 2, 2));
        }
        write(&logs.claude(&name), &lines);
        write(&logs.codex(&name), &rollout);
    }
}

#[test]
fn a_kill_at_any_instant_loses_and_doubles_nothing() {
    let logs = Logs::new();
    many(&logs, 8, 900);
    let whole = Logs::new();
    many(&whole, 8, 900);
    whole.collected();
    let mut ended = 0;
    for wait in (0..40).map(|round| 2 + round * 7) {
        let mut child = std::process::Command::new(MAMORI)
            .args(["agents", "collect"])
            .env_clear()
            .env("HOME", logs.home())
            .env("PATH", "/usr/bin:/bin")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(wait));
        let _ = child.kill();
        if child.wait().unwrap().success() {
            ended += 1;
        }
        if ended > 2 {
            break;
        }
    }
    logs.collected();
    assert_eq!(logs.all(), whole.all());
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (7_200, 21_600));
    assert_eq!(brief(&logs.used(Agent::Codex)), (7_200, 14_400));
}

#[test]
fn two_at_once_count_once_with_and_without_a_lock() {
    let logs = Logs::new();
    many(&logs, 6, 800);
    // A folder in the lock's place: no lock can be had, and both work on.
    fs::create_dir_all(logs.own().agents_lock()).unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| collect(&logs.own(), &logs.places(), Wait::Never).unwrap());
        }
    });
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (4_800, 14_400));
    assert_eq!(brief(&logs.used(Agent::Codex)), (4_800, 9_600));
    fs::remove_dir(logs.own().agents_lock()).unwrap();
    let lock = flock::lock(&logs.own().agents_lock(), "a test", Wait::Never).unwrap();
    let second = collect(&logs.own(), &logs.places(), Wait::Never);
    assert!(matches!(second, Err(AgentsError::Busy(_))), "{second:?}");
    drop(lock);
    assert_eq!(logs.collected().files, 0);
}

#[test]
fn links_lead_nowhere_and_other_files_stay_closed() {
    let logs = Logs::new();
    let secret = logs.made("elsewhere/secret.jsonl");
    write(&secret, &[answer(1, "x", "1", 1)]);
    symlink(&secret, logs.claude("link")).unwrap();
    symlink(
        logs.home().join("elsewhere"),
        logs.home().join(".claude/projects/linked"),
    )
    .unwrap();
    symlink(
        logs.home().join(".claude"),
        logs.home().join(".claude/projects/round"),
    )
    .unwrap();
    for closed in [
        ".claude/.credentials.json",
        ".claude/history.jsonl",
        ".codex/auth.json",
        ".codex/history.jsonl",
    ] {
        let file = logs.made(closed);
        write(&file, &[answer(2, "x", "2", 1)]);
        // Nobody's to open: whoever tries is told, and we would say so.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    }
    rustix::fs::mknodat(
        rustix::fs::CWD,
        logs.claude("fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    fs::create_dir_all(logs.claude("folder")).unwrap();
    let done = logs.collected();
    assert_eq!((done.files, done.refused.len()), (0, 0), "{done:?}");
    assert!(logs.all().agents.is_empty());
    // The agent's own folder may be a link of its user's.
    fs::rename(logs.home().join(".claude"), logs.home().join("dotfiles")).unwrap();
    symlink("dotfiles", logs.home().join(".claude")).unwrap();
    write(&logs.claude("real"), &[answer(3, "x", "3", 1)]);
    assert_eq!(logs.collected().files, 1);
}

#[test]
fn files_of_others_are_not_read() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let logs = Logs::new();
    let theirs = logs.claude("theirs");
    write(&theirs, &[answer(1, "x", "1", 1)]);
    write(&logs.claude("ours"), &[answer(2, "x", "2", 2)]);
    std::os::unix::fs::chown(&theirs, Some(12_345), None).unwrap();
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (1, 2));
}

#[test]
fn nothing_of_theirs_is_written() {
    let logs = Logs::new();
    many(&logs, 1, 5);
    let folder = logs.made(".local/share/opencode/opencode.db");
    let database = Connection::open(&folder).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER,
                time_updated INTEGER, data TEXT);",
        )
        .unwrap();
    let say = |database: &Connection, id: &str, output: u64| {
        let data = json!({"role": "assistant", "modelID": "gpt-5", "path": {"cwd": "/w"},
            "time": {"created": 1_795_132_800_000_i64, "completed": 1_795_132_830_000_i64},
            "tokens": {"input": 1, "output": output, "reasoning": 0, "cache": {"read": 0, "write": 0}}});
        database
            .execute(
                "INSERT INTO message VALUES (?1, 'ses', 1, 1795132830000, ?2)",
                [id, &data.to_string()],
            )
            .unwrap();
    };
    say(&database, "a", 7);
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::Opencode)), (1, 7));
    say(&database, "b", 5);
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::Opencode)), (2, 12));
    assert_eq!(logs.of(Agent::Opencode).unwrap().work, 30);
    drop(database);
    // Its write-ahead log is gone now; nothing may be made in its place.
    let state = || -> Vec<(std::path::PathBuf, std::time::SystemTime, u64)> {
        let mut all = Vec::new();
        let mut folders = vec![
            logs.home().join(".claude"),
            logs.home().join(".codex"),
            logs.home().join(".local"),
        ];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let found = entry.metadata().unwrap();
                if found.is_dir() {
                    folders.push(entry.path());
                }
                all.push((entry.path(), found.modified().unwrap(), found.len()));
            }
        }
        all.sort();
        all
    };
    let before = state();
    logs.collected();
    logs.collected();
    assert_eq!(state(), before);
    assert_eq!(brief(&logs.used(Agent::Opencode)), (2, 12));
}

#[test]
fn a_ledger_of_a_newer_build_stays_as_it_is() {
    let logs = Logs::new();
    many(&logs, 1, 5);
    logs.collected();
    let file = logs.own().agents();
    let ledger = Connection::open(&file).unwrap();
    ledger
        .pragma_update(None, "user_version", SCHEMA + 1)
        .unwrap();
    drop(ledger);
    let before = fs::read(&file).unwrap();
    append(&logs.claude("s0"), &text(&[answer(9_000, "s0", "new", 1)]));
    let refused = collect(&logs.own(), &logs.places(), Wait::Never);
    assert!(
        matches!(refused, Err(AgentsError::Newer { .. })),
        "{refused:?}"
    );
    assert!(matches!(
        Ledger::open(&logs.own()),
        Err(AgentsError::Newer { .. })
    ));
    assert_eq!(fs::read(&file).unwrap(), before);
    // What is no database at all is kept aside.
    fs::write(
        &file,
        "something else entirely, long enough to be looked at",
    )
    .unwrap();
    assert!(
        mend(&logs.own(), Wait::Never)
            .unwrap()
            .is_some_and(|aside| aside.exists())
    );
    assert_eq!(mend(&logs.own(), Wait::Never).unwrap(), None);
    logs.collected();
    assert_eq!(brief(&logs.used(Agent::ClaudeCode)), (6, 16));
}

#[test]
fn a_damaged_ledger_is_set_aside_and_keeps_what_can_be_read() {
    let logs = Logs::new();
    many(&logs, 4, 500);
    logs.collected();
    let before = logs.all();
    fs::remove_file(logs.claude("s0")).unwrap();
    let file = logs.own().agents();
    let mut bytes = fs::read(&file).unwrap();
    // A page of an index, a page of the rest.
    let pages = bytes.len() / 4_096;
    for page in [pages / 2, pages - 2] {
        bytes[page * 4_096..(page + 1) * 4_096].fill(0xa5);
    }
    fs::write(&file, &bytes).unwrap();
    let damaged = Connection::open(&file).unwrap();
    let check: String = damaged
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .unwrap_or_default();
    assert_ne!(check, "ok");
    drop(damaged);
    for name in ["s1", "s2", "s3"] {
        append(&logs.claude(name), &text(&[prompt(9_999, name)]));
    }
    let done = collect(&logs.own(), &logs.places(), Wait::Never);
    let rescued = done.ok().and_then(|done| done.rescued);
    // Where nobody came by the damage, looking for it finds it.
    let rescued = rescued.or_else(|| mend(&logs.own(), Wait::Never).unwrap());
    assert!(rescued.is_some_and(|aside| aside.exists()));
    logs.collected();
    let after = logs.all();
    let (codex, was) = (&after.agents[1], &before.agents[1]);
    assert_eq!((codex.used, codex.work), (was.used, was.work));
    assert!(
        after.agents[0].used.requests >= 1_500,
        "{:?}",
        after.agents[0].used
    );
    assert_eq!(logs.collected().rescued, None);
}

#[test]
fn what_cannot_be_opened_is_told() {
    let bench = Bench::quiet();
    let home = bench.home();
    fs::create_dir_all(home.join(".gemini/tmp/x/chats")).unwrap();
    let large = fs::File::create(home.join(".gemini/tmp/x/chats/session-1.json")).unwrap();
    large.set_len(65 << 20).unwrap();
    let done = bench.mamori(&["agents", "collect"]).json();
    assert_eq!(
        done["refused"],
        json!(["~/.gemini/tmp/x/chats/session-1.json"])
    );
}
