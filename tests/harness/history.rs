//! The history as tests make and read it.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::{Bench, MAMORI, Ran};

/// A sane time: 2026-11-22T06:00:00Z.
pub const NOW: i64 = 1_795_327_200;

impl Bench {
    /// Hands records over as the watcher does.
    pub fn keep(&self, records: &[Value]) -> Ran {
        let mut command = self.command(MAMORI);
        command.args(["history", "record"]);
        self.fed(command, &lines(records))
    }

    /// Runs a program with this on its stdin.
    pub fn fed(&self, mut command: Command, input: &str) -> Ran {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that ends early reads no more.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let home = self.home().to_str().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(home, "HOME");
        Ran {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The rows of a table, as they are exported.
    pub fn kept(&self, table: &str) -> Vec<Value> {
        let ran = self.mamori(&["history", "export", "--format", "jsonl", "--table", table]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{table}");
        let rows = ran.stdout.lines().map(serde_json::from_str);
        rows.map(Result::unwrap).collect()
    }

    /// The file itself.
    pub fn database(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        Connection::open_with_flags(self.own("history.db"), flags).unwrap()
    }

    /// Whether SQLite finds nothing wrong with it.
    pub fn sound(&self) -> bool {
        let found = self
            .database()
            .query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        found.is_ok_and(|found| found == "ok")
    }

    /// What was moved aside.
    pub fn set_aside(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.own(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("history.db.corrupt-") && name.ends_with('Z'))
            .collect();
        names.sort();
        names
    }
}

/// Records as lines.
pub fn lines(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

pub fn now(at: i64) -> Value {
    json!({"now": rfc3339(at)})
}

/// A sample of a node that is well, with one disk.
pub fn sample(node: &str, at: i64, used: u64) -> Value {
    json!({"sample": {
        "node": node, "at": at, "state": "ok", "load": 0.5, "home": "/",
        "memory_percent": 40.0, "memory_bytes": 400_000_000, "memory_total": 1_000_000_000,
        "disks": [{"mount": "/", "used_bytes": used, "total_bytes": 1000, "used_percent": 50.0,
                   "inodes_used_percent": null}],
    }})
}

pub fn event(node: &str, at: i64, text: &str) -> Value {
    json!({"event": {"at": rfc3339(at), "node": node, "what": "degraded", "text": text}})
}

pub fn rfc3339(at: i64) -> String {
    mamori::model::time::Timestamp(at).rfc3339()
}
