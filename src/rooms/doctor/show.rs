//! The checks for people and for programs. Pure.

use serde_json::{Value, json};

use super::decide::{Check, Status};
use crate::model::text::{clean, count};
use crate::ui::style::{Role, painted};

/// Columns of the word and of the id.
const WORD: usize = 7;
const ID: usize = 16;

fn word(status: Status) -> (&'static str, Role) {
    match status {
        Status::Ok => ("ok", Role::Ok),
        Status::Note => ("note", Role::Stale),
        Status::Warn => ("warn", Role::Warning),
        Status::Fault => ("fault", Role::Critical),
    }
}

fn number(checks: &[Check], status: Status) -> usize {
    checks.iter().filter(|check| check.status == status).count()
}

/// What is not fine, or with `all` everything, and one line of verdict.
#[must_use]
pub fn text(checks: &[Check], all: bool) -> String {
    let shown = checks
        .iter()
        .filter(|check| all || check.status > Status::Note);
    shown.map(entry).collect::<String>() + &verdict(checks, all)
}

fn entry(check: &Check) -> String {
    let (word, role) = word(check.status);
    let indent = " ".repeat(WORD + ID);
    let space = " ".repeat(WORD.saturating_sub(word.len()));
    let head = format!(
        "{}{space}{:ID$}{}\n",
        painted(role, word),
        check.id,
        clean(&check.what)
    );
    let why = (check.status != Status::Ok).then(|| format!("{indent}{}\n", check.why));
    let mend = check
        .mend
        .as_ref()
        .map(|mend| format!("{indent}mend: {}\n", clean(&mend.text)));
    [Some(head), why, mend].into_iter().flatten().collect()
}

fn verdict(checks: &[Check], all: bool) -> String {
    let [ok, notes, warnings, faults] = [Status::Ok, Status::Note, Status::Warn, Status::Fault]
        .map(|status| number(checks, status));
    let fine = format!("{} fine, {}", count(ok, "check"), count(notes, "note"));
    let more = if all {
        ""
    } else {
        "; `mamori doctor -v` shows all"
    };
    if warnings + faults == 0 {
        format!("no problem, {fine}{more}\n")
    } else {
        let problems = count(warnings + faults, "problem");
        let (faults, warnings) = (count(faults, "fault"), count(warnings, "warning"));
        format!("{problems} ({faults}, {warnings}), {fine}{more}\n")
    }
}

/// The one JSON value.
#[must_use]
pub fn json(checks: &[Check], platform: &str) -> Value {
    json!({
        "schema": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "platform": platform,
        "checks": checks,
        "summary": {
            "ok": number(checks, Status::Ok),
            "note": number(checks, Status::Note),
            "warn": number(checks, Status::Warn),
            "fault": number(checks, Status::Fault),
        },
    })
}
