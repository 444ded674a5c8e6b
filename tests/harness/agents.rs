//! Logs of coding agents, made up line by line, and what is kept of them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mamori::model::home::Home;
use mamori::model::report::agents::figures::{All, Figures};
use mamori::model::report::agents::price::Prices;
use mamori::model::report::agents::{Agent, figures::Used};
use mamori::model::time::Timestamp;
use mamori::sys::agents::{Collected, Ledger, Places, collect};
use mamori::sys::flock::Wait;
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-11-20T00:00:00Z.
pub const DAY: i64 = 1_795_132_800;

/// A home with agents' logs in it.
pub struct Logs {
    folder: TempDir,
}

impl Logs {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn own(&self) -> Home {
        Home::of(&self.home().join(".miyabi"))
    }

    pub fn places(&self) -> Places {
        Places::under(self.home(), rustix::process::geteuid().as_raw())
    }

    pub fn claude(&self, name: &str) -> PathBuf {
        self.made(&format!(".claude/projects/-w/{name}.jsonl"))
    }

    pub fn codex(&self, name: &str) -> PathBuf {
        self.made(&format!(".codex/sessions/2026/11/20/rollout-{name}.jsonl"))
    }

    pub fn made(&self, path: &str) -> PathBuf {
        let path = self.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    pub fn collected(&self) -> Collected {
        collect(
            &self.own(),
            &self.places(),
            Wait::AtMost(Duration::from_secs(60)),
        )
        .unwrap()
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.own()).unwrap().unwrap()
    }

    /// What a span of seconds from [`DAY`] on comes to.
    pub fn span(&self, since: i64, until: i64) -> All {
        let (since, until) = (Timestamp(DAY + since), Timestamp(DAY + until));
        self.ledger()
            .figures(since, until, &Prices::list())
            .unwrap()
    }

    /// Whatever was ever counted.
    pub fn all(&self) -> All {
        self.span(-DAY, DAY)
    }

    pub fn of(&self, agent: Agent) -> Option<Figures> {
        self.all()
            .agents
            .into_iter()
            .find(|figures| figures.agent == agent)
    }

    pub fn used(&self, agent: Agent) -> Used {
        self.of(agent)
            .map(|figures| figures.used)
            .unwrap_or_default()
    }
}

/// Requests and what they wrote.
pub fn brief(used: &Used) -> (u64, u64) {
    (used.requests, used.output.sum)
}

pub fn at(second: i64) -> String {
    chrono::DateTime::from_timestamp(DAY + second, 0)
        .unwrap()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// An answer of Claude Code's.
pub fn answer(second: i64, session: &str, id: &str, output: u64) -> Value {
    json!({
        "type": "assistant", "sessionId": session, "cwd": "/w", "timestamp": at(second),
        "uuid": format!("{session}-{id}-{second}-{output}"), "requestId": format!("req-{id}"),
        "version": "2.1.0", "gitBranch": "main", "userType": "external", "entrypoint": "cli",
        "message": {"id": format!("msg-{id}"), "model": "claude-sonnet-4-5-20250929",
            "role": "assistant", "content": [{"type": "text", "text": "so it is"}],
            "usage": {"input_tokens": 10, "output_tokens": output,
                "cache_read_input_tokens": 500, "cache_creation_input_tokens": 20}},
    })
}

/// What somebody asks of it.
pub fn prompt(second: i64, session: &str) -> Value {
    json!({"type": "user", "sessionId": session, "cwd": "/w", "timestamp": at(second),
        "uuid": format!("{session}-{second}"), "message": {"role": "user", "content": "please"}})
}

/// The first line of a rollout of Codex's.
pub fn meta(second: i64, id: &str, more: &Value) -> Value {
    let mut payload = json!({"id": id, "cwd": "/w", "originator": "codex_cli_rs", "source": "cli"});
    for (key, value) in more.as_object().unwrap() {
        payload[key] = value.clone();
    }
    json!({"timestamp": at(second), "type": "session_meta", "payload": payload})
}

pub fn event(second: i64, kind: &str) -> Value {
    json!({"timestamp": at(second), "type": "event_msg", "payload": {"type": kind}})
}

/// A count of Codex's: the sum of what was written, and the last of it.
pub fn count(second: i64, total: u64, last: u64) -> Value {
    let usage = |output: u64| {
        json!({"input_tokens": 10 * output, "cached_input_tokens": 0, "output_tokens": output,
            "total_tokens": 11 * output})
    };
    json!({"timestamp": at(second), "type": "event_msg", "payload": {"type": "token_count",
        "info": {"total_token_usage": usage(total), "last_token_usage": usage(last)}}})
}

pub fn text(lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

pub fn write(path: &Path, lines: &[Value]) {
    fs::write(path, text(lines)).unwrap();
}

pub fn append(path: &Path, text: &str) {
    let mut file = fs::File::options()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
