//! What recover found, did and verified, as lines and as JSON. Pure.

use std::time::Duration;

use serde_json::{Value, json};

use super::plan::{Step, Verdict, ticked};
use super::run::{Condition, Told};
use super::work::{Done, Taken};
use crate::model::healing::TO_DO;
use crate::model::incident::Means;
use crate::model::text::{clean, width};
use crate::model::time::Timestamp;
use crate::ui::style::{Role, painted};

/// `80ms`, `0.3s`, `12s`.
#[must_use]
pub fn took(span: Duration) -> String {
    match span.as_millis() {
        milliseconds @ 0..100 => format!("{milliseconds}ms"),
        milliseconds @ 100..10_000 => {
            let tenths = (milliseconds + 50) / 100;
            format!("{}.{}s", tenths / 10, tenths % 10)
        }
        milliseconds => format!("{}s", milliseconds / 1000),
    }
}

/// The lines for people.
#[must_use]
pub fn text(all: &[Told], local: &str) -> String {
    if all.is_empty() {
        return "nothing is expected on this machine, so there is nothing to recover\n\
            hint: name it in `[local] expect` and `sessions`, or as a `[[service]]`\n"
            .to_owned();
    }
    let names: Vec<String> = all.iter().map(|told| told.target.name(local)).collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (told, name) in all.iter().zip(&names) {
        let (role, said) = headline(told);
        let space = " ".repeat(widest.saturating_sub(width(name)));
        let symbol = painted(role, &role.symbol().to_string());
        lines.push(format!("{symbol} {}{space}  {}", clean(name), clean(&said)));
        let indent = " ".repeat(widest + 4);
        lines.extend(
            details(told)
                .iter()
                .map(|line| format!("{indent}{}", clean(line))),
        );
    }
    lines.join("\n") + "\n"
}

fn headline(told: &Told) -> (Role, String) {
    let found = &told.plan.found;
    let span = told
        .done
        .as_ref()
        .map(|done| took(done.took))
        .unwrap_or_default();
    match &told.condition {
        Condition::Ready => (Role::Ok, found.clone()),
        Condition::Recovered => {
            let lacks = told.done.as_ref().map(Done::lacks).unwrap_or_default();
            let (role, part) = if lacks.is_empty() {
                (Role::Ok, "")
            } else {
                (Role::Warning, " in part")
            };
            (role, format!("back{part} in {span}; it was: {found}"))
        }
        Condition::Failed(why) => (Role::Critical, format!("not mended: {why}")),
        Condition::Left => (Role::Stale, format!("left alone: {found}")),
        Condition::Hopeless => (
            Role::Critical,
            format!("nothing that helps can be done here: {found}"),
        ),
        Condition::NeedsRoot(_) => (Role::Critical, format!("needs root: {found}")),
        Condition::Waits(others) => (
            Role::Warning,
            format!("waits for {}: {found}", ticked(others)),
        ),
        Condition::Busy(_) => (Role::Stale, found.clone()),
        Condition::Planned => (Role::Warning, format!("{found}{TO_DO}")),
        Condition::NotNow(why) => (Role::Warning, format!("not now: {why}")),
    }
}

fn details(told: &Told) -> Vec<String> {
    let mut lines = Vec::new();
    match (&told.condition, &told.plan.verdict) {
        (Condition::Planned, Verdict::Mend(steps)) => {
            lines.extend(
                steps.iter().enumerate().map(|(at, step)| {
                    format!("{}. {}  ({})", at + 1, step.action.shown(), step.why)
                }),
            );
        }
        (Condition::Failed(_), _) => {
            let taken = told.done.iter().flat_map(|done| &done.taken);
            lines.extend(taken.map(|taken| match &taken.result {
                Ok(()) => format!("done: {}", taken.step.action.shown()),
                Err(why) => format!("failed: {}: {why}", taken.step.action.shown()),
            }));
        }
        (Condition::Recovered, _) => {
            let taken = told.done.iter().flat_map(|done| &done.taken);
            let notes = taken.filter(|taken| !taken.note.is_empty());
            lines.extend(notes.map(|taken| format!("in part: {}", taken.note)));
        }
        (Condition::NeedsRoot(command), _) => lines.push(format!("run: {command}")),
        (_, Verdict::Hopeless(Some(help))) => lines.push(format!("hint: {help}")),
        _ => {}
    }
    lines
}

/// The one JSON value.
#[must_use]
pub fn json(all: &[Told], local: &str, now: Timestamp, dry: bool, means: Means) -> Value {
    let targets: Vec<Value> = all.iter().map(|told| target(told, local)).collect();
    json!({
        "schema": 1,
        "at": now,
        "dry_run": dry,
        "targets": targets,
        "incidents": means,
    })
}

fn target(told: &Told, local: &str) -> Value {
    let steps: Vec<Value> = match (&told.done, &told.plan.verdict) {
        (Some(done), _) => done.taken.iter().map(taken).collect(),
        (None, Verdict::Mend(steps)) => steps.iter().map(|one| step(one, None)).collect(),
        _ => Vec::new(),
    };
    let milliseconds = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let done = told.done.as_ref().filter(|done| done.acted());
    let why = match &told.condition {
        Condition::Failed(why) | Condition::NotNow(why) => why,
        _ => &told.plan.found,
    };
    json!({
        "target": told.target.name(local),
        "node": told.target.node,
        "check": told.target.check(),
        "expected": told.target.expected,
        "state": told.condition.word(),
        "found": clean(&told.plan.found),
        "why": clean(why),
        "needs_root": matches!(told.condition, Condition::NeedsRoot(_)),
        "command": match &told.condition {
            Condition::NeedsRoot(command) => Some(command),
            _ => None,
        },
        "needs": told.target.needs(),
        "waits_for": match &told.condition {
            Condition::Waits(others) => others.as_slice(),
            _ => &[],
        },
        "hint": match &told.plan.verdict {
            Verdict::Hopeless(help) => help.clone(),
            _ => None,
        },
        "steps": steps,
        "acted_ms": done.and_then(|done| done.acted_after).map(milliseconds),
        "took_ms": done.map(|done| milliseconds(done.took)),
    })
}

fn taken(taken: &Taken) -> Value {
    let result = match &taken.result {
        Ok(()) => "done".to_owned(),
        Err(why) => clean(why),
    };
    let mut value = step(&taken.step, Some(&result));
    if let (Some(fields), false) = (value.as_object_mut(), taken.note.is_empty()) {
        fields.insert("in_part".to_owned(), clean(&taken.note).into());
    }
    value
}

fn step(step: &Step, result: Option<&str>) -> Value {
    json!({
        "do": step.action.verb(),
        "command": step.action.shown(),
        "argv": step.action.argv(),
        "why": clean(&step.why),
        "result": result,
    })
}
