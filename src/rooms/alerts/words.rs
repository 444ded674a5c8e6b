//! What messages say: short, where and what first, value before limit. Pure.

use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Flapping, Line, Matter};
use crate::model::foretold::FORECAST;
use crate::model::message::{Kind, Message};
use crate::model::state::Event;
use crate::model::text::{clean, count, cut};
use crate::model::time::{Timestamp, age};

/// Columns of a title: what a phone shows of it on one line.
const TITLE: usize = 38;
/// Characters of one statement.
const LONGEST: usize = 400;
/// Statements that a digest holds; more are counted.
const DIGEST_LINES: usize = 20;

/// The symbol of a severity.
pub(super) fn symbol(severity: Severity) -> char {
    match severity {
        Severity::Critical => '✖',
        Severity::Warning => '▲',
        Severity::Info => '●',
    }
}

/// The word of a severity.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// `mugen: disk 93% (limit 90%)` from `mugen disk 93% (limit 90%)`; sentences
/// (`mugen is down: …`) stay.
pub(super) fn headline(node: &str, text: &str) -> String {
    let text = clean(text);
    let said = match text.strip_prefix(node).and_then(|t| t.strip_prefix(' ')) {
        Some(rest)
            if !["is ", "has ", "keeps "]
                .iter()
                .any(|verb| rest.starts_with(verb)) =>
        {
            format!("{node}: {rest}")
        }
        _ => text,
    };
    said.chars().take(LONGEST).collect()
}

fn titled(symbol: char, headline: &str) -> String {
    cut(&format!("{symbol} {headline}"), TITLE, "…")
}

/// A message about an open alert.
pub(super) fn open(kind: Kind, alert: &Alert, now: Timestamp) -> Message {
    let node = alert.id.split_once('/').map_or("", |(node, _)| node);
    let headline = headline(node, &alert.text);
    let mut lines = vec![headline.clone()];
    let span = now.since(alert.since);
    if span >= 60 {
        let still = if kind == Kind::Remind {
            "still so, "
        } else {
            ""
        };
        lines.push(format!("{still}for {}", age(span)));
    }
    lines.push(format!(
        "mamori ack {0} · mamori snooze {0} 1h",
        alert.number
    ));
    Message {
        number: 0,
        kind,
        about: alert.id.clone(),
        alert: Some(alert.number),
        severity: alert.severity,
        title: titled(symbol(alert.severity), &headline),
        text: lines.join("\n"),
        since: alert.since,
        at: now,
        tells: Vec::new(),
        ends: Vec::new(),
        standing: Vec::new(),
    }
}

/// A message about an alert that is gone. `watched`: its node still is; `late`:
/// it went some time ago, and for how long it was open is not known any more.
pub(super) fn closed(matter: &Matter, watched: bool, late: bool, now: Timestamp) -> Message {
    let (node, check) = matter.id.split_once('/').unwrap_or((&matter.id, ""));
    let span = if late {
        String::new()
    } else {
        format!(" after {}", age(now.since(matter.since)))
    };
    let said = match check {
        _ if !watched => format!("{node} is not watched any more"),
        "unreachable" => format!("{node} is back{span}"),
        _ => match check.strip_prefix(FORECAST) {
            Some(check) => format!("{node}: {} no longer foretold{span}", spoken(check)),
            None => format!("{node}: {} fine again{span}", spoken(check)),
        },
    };
    resolve(matter, said, now)
}

/// A message about something that has stopped coming and going; `still` is
/// its alert, when it is open, of which it tells, too.
pub(super) fn calm(matter: &Matter, still: Option<&Alert>, now: Timestamp) -> Message {
    let (node, check) = matter.id.split_once('/').unwrap_or((&matter.id, ""));
    let check = spoken(check.trim_start_matches("flapping:"));
    let said = match still {
        None => format!("{node}: {check} has been calm for 30m"),
        Some(alert) => format!(
            "{} and stays so, no more back and forth",
            headline(node, &alert.text)
        ),
    };
    Message {
        tells: still.into_iter().map(|alert| alert.id.clone()).collect(),
        ..resolve(matter, said, now)
    }
}

fn resolve(matter: &Matter, said: String, now: Timestamp) -> Message {
    Message {
        number: 0,
        kind: Kind::Resolve,
        about: matter.id.clone(),
        alert: Some(matter.number),
        severity: matter.severity,
        title: titled('✓', &said),
        text: said,
        since: matter.since,
        at: now,
        tells: Vec::new(),
        ends: Vec::new(),
        standing: Vec::new(),
    }
}

/// What a digest says of something that was over before anybody heard of it.
pub(super) fn came_and_went(matter: &Matter, now: Timestamp) -> Message {
    let (node, _) = matter.id.split_once('/').unwrap_or((&matter.id, ""));
    let span = age(now.since(matter.since));
    let said = format!(
        "{}, came and went within {span}",
        headline(node, &matter.text)
    );
    // For programs it is no end: they never heard of its beginning.
    Message {
        kind: Kind::Info,
        title: titled(symbol(matter.severity), &said),
        ..resolve(matter, said, now)
    }
}

/// The words for a check: `service:web` is the service web.
fn spoken(check: &str) -> String {
    clean(check).replace(':', " ")
}

/// What the alert about something that comes and goes says.
pub(super) fn flapping(id: &str, repaired: bool) -> String {
    let (node, check) = id.split_once('/').unwrap_or((id, ""));
    let check = spoken(check);
    if repaired {
        format!("{node} {check} keeps dying: repaired 4 times within 30m")
    } else {
        format!("{node} {check} comes and goes: 4 changes within 30m")
    }
}

/// The hourly word about what comes and goes.
pub(super) fn turns(id: &str, flapping: Flapping, now: Timestamp) -> String {
    let (node, check) = id.split_once('/').unwrap_or((id, ""));
    let turns = usize::try_from(flapping.turns).unwrap_or(usize::MAX);
    let span = age(now.since(flapping.since));
    format!(
        "{node}: {} still comes and goes, {} in {span}",
        spoken(check),
        count(turns, "change")
    )
}

/// One message that says all of `lines`.
pub(super) fn digest(
    title: &str,
    severity: Severity,
    lines: &[String],
    more: u64,
    tells: Vec<String>,
    now: Timestamp,
) -> Message {
    let beyond = u64::try_from(lines.len().saturating_sub(DIGEST_LINES)).unwrap_or(0) + more;
    let mut all: Vec<String> = lines.iter().take(DIGEST_LINES).cloned().collect();
    if beyond > 0 {
        all.push(format!("and {beyond} more; mamori alerts"));
    }
    Message {
        number: 0,
        kind: Kind::Digest,
        about: String::new(),
        alert: None,
        severity,
        title: titled(symbol(severity), title),
        text: all.join("\n"),
        since: now,
        at: now,
        tells,
        ends: Vec::new(),
        standing: Vec::new(),
    }
}

/// Several messages in one.
pub(super) fn bundle(held: &[Message], dropped: u64, now: Timestamp) -> Message {
    let lines: Vec<String> = held.iter().map(Message::line).collect();
    let severity = held.iter().map(|one| one.severity).max();
    let mut tells: Vec<String> = held.iter().flat_map(Message::opened).collect();
    tells.dedup();
    let number = held.len() + usize::try_from(dropped).unwrap_or(0);
    let title = format!("mamori: {}", count(number, "message"));
    let severity = severity.unwrap_or(Severity::Info);
    let ends = held.iter().filter(|one| one.kind == Kind::Resolve);
    Message {
        ends: ends.map(|one| one.about.clone()).collect(),
        ..digest(&title, severity, &lines, dropped, tells, now)
    }
}

/// What happened and needs nobody.
pub(super) fn event(event: &Event, now: Timestamp) -> Message {
    let node = &event.node;
    let said = match event.what.as_str() {
        "rebooted" => format!("{node} has booted anew"),
        // What a report says of many nodes is said of none.
        "report" => event.text.clone(),
        "dozing" if event.text.is_empty() => format!("{node} is dozing"),
        "dozing" => format!("{node} is dozing: {}", event.text),
        _ => format!("{node}: {}", event.text),
    };
    let headline = headline("", &said);
    let check = event.check.as_deref().unwrap_or(&event.what);
    Message {
        number: 0,
        kind: Kind::Info,
        about: format!("{node}/{check}"),
        alert: None,
        severity: Severity::Info,
        title: titled(symbol(Severity::Info), &headline),
        text: headline,
        since: event.at,
        at: now,
        tells: Vec::new(),
        ends: Vec::new(),
        standing: Vec::new(),
    }
}

/// A harmless message that somebody asked for.
pub(super) fn test(channel: &str, local: &str, now: Timestamp) -> Message {
    Message {
        number: 0,
        kind: Kind::Test,
        about: format!("{local}/test"),
        alert: None,
        severity: Severity::Info,
        title: titled(
            symbol(Severity::Info),
            &format!("{local}: a test of {channel}"),
        ),
        text: format!("{local}: a test of the channel {channel}; nothing is wrong"),
        since: now,
        at: now,
        tells: Vec::new(),
        ends: Vec::new(),
        standing: Vec::new(),
    }
}

/// What is wrong with a channel, if anything.
pub(super) fn trouble(line: &Line, now: Timestamp) -> Option<String> {
    let error = clean(line.error.as_deref()?);
    let next = line
        .rest_until
        .map(|until| until.since(now))
        .filter(|left| *left > 0);
    let next = next.map_or_else(String::new, |left| format!("; next try in {}", age(left)));
    Some(if line.breaker_open() {
        format!("left alone after too many failures: {error}{next}")
    } else {
        format!("{error}{next}")
    })
}
