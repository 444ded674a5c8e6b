//! What an Alertmanager is sent, and when: all that stands, again every minute,
//! each time for the next few. One that was started anew knows all of it a
//! minute later; what we can tell no more ends by itself. Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::routes::Route;
use super::words;
use crate::model::alert::Alert;
use crate::model::message::{Kind, Message, Standing};
use crate::model::state::State;
use crate::model::text::clean;
use crate::model::time::Timestamp;

/// What stands is told again after so long, in seconds.
const AGAIN: i64 = 60;
/// For so long it stands without being told again, in seconds: four tries.
const STANDS: i64 = 240;
/// A test stands for so long, in seconds.
const TEST: i64 = 60;
/// Alerts that are told at once; the next ones go with the next request.
const AT_ONCE: usize = 64;
/// Bytes that are told at once: an environment variable takes twice as many.
const BYTES: usize = 48 << 10;
/// Characters of a text.
const TEXT: usize = 500;
/// Characters of a label's value.
const LABEL: usize = 200;

/// What an Alertmanager took, while the watcher runs.
#[derive(Debug, Default)]
pub struct Memory {
    /// By id: when, and as what.
    taken: BTreeMap<String, (Timestamp, Alert)>,
}

impl Memory {
    /// It took `told` at `now`.
    pub fn took(&mut self, told: &Message, now: Timestamp) {
        for Standing { alert, over } in &told.standing {
            if *over {
                self.taken.remove(&alert.id);
            } else {
                self.taken.insert(alert.id.clone(), (now, alert.clone()));
            }
        }
    }

    /// When `alert` has to be told again; at once when it reads otherwise by
    /// now, or was never told.
    fn again(&self, alert: &Alert, now: Timestamp) -> Timestamp {
        match self.taken.get(&alert.id) {
            Some((at, same)) if same == alert => Timestamp(at.min(&now).0.saturating_add(AGAIN)),
            _ => now,
        }
    }
}

/// What is told over `route` at `now`; `None` when nothing is due.
#[must_use]
pub fn due(route: &Route, state: &State, memory: &Memory, now: Timestamp) -> Option<Message> {
    let line = state.desk.line(&route.name)?;
    if line.rest_until.is_some_and(|until| now < until) {
        return None;
    }
    let mut standing = ended(route, state);
    let open = open(route, state).filter(|alert| memory.again(alert, now) <= now);
    standing.extend(open.map(|alert| Standing { alert, over: false }));
    let mut bytes = 0;
    standing.truncate(AT_ONCE);
    let fits = |one: &Standing| {
        bytes += serde_json::to_string(one).map_or(0, |text| text.len());
        bytes <= BYTES
    };
    // One alone is always told: its texts are cut where they are written.
    let count = standing.iter().map(fits).take_while(|fits| *fits).count();
    standing.truncate(count.max(1));
    (!standing.is_empty()).then(|| message(standing, now))
}

/// When something will be due; `None` while nothing stands.
#[must_use]
pub fn next(route: &Route, state: &State, memory: &Memory, now: Timestamp) -> Option<Timestamp> {
    let line = state.desk.line(&route.name)?;
    let open = open(route, state)
        .map(|alert| memory.again(&alert, now))
        .min();
    let ended = (!ended(route, state).is_empty()).then_some(now);
    let next = open.into_iter().chain(ended).min()?;
    Some(line.rest_until.map_or(next, |until| next.max(until)))
}

/// The open alerts that it is told.
fn open<'a>(route: &'a Route, state: &'a State) -> impl Iterator<Item = Alert> + 'a {
    let told = state.alerts.iter().filter(|alert| {
        let matter = state.desk.matter(&alert.id);
        matter.is_some_and(|matter| matter.told.iter().any(|told| told.name == route.name))
    });
    told.map(|alert| Alert {
        text: short(&alert.text),
        ..alert.clone()
    })
}

fn short(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

/// What it believes to stand and does not, or not so bad as it does now.
fn ended(route: &Route, state: &State) -> Vec<Standing> {
    let ended = state.desk.matters.iter().filter_map(|matter| {
        let alert = state.alerts.iter().find(|alert| alert.id == matter.id);
        let told = matter.told.iter().find(|told| told.name == route.name);
        let severity = match (told, alert) {
            (Some(told), None) if told.sent => told.severity,
            (Some(told), Some(alert)) if told.sent && told.severity != alert.severity => {
                told.severity
            }
            (None, _) if matter.owed.contains(&route.name) => matter.severity,
            _ => return None,
        };
        let alert = Alert {
            id: matter.id.clone(),
            number: matter.number,
            severity,
            since: matter.since,
            text: short(&matter.text),
            acked: false,
            snoozed_until: None,
        };
        Some(Standing { alert, over: true })
    });
    ended.collect()
}

fn message(standing: Vec<Standing>, now: Timestamp) -> Message {
    let severity = standing.iter().map(|one| one.alert.severity).max();
    Message {
        standing,
        ..words::digest(
            "alerts",
            severity.unwrap_or(crate::model::alert::Severity::Info),
            &[],
            0,
            Vec::new(),
            now,
        )
    }
}

/// The address and the JSON of what its API v2 takes.
pub(super) fn post(url: &str, message: &Message) -> (String, Value) {
    let alerts: Vec<Value> = if message.kind == Kind::Test {
        let alert = Alert {
            id: message.about.clone(),
            number: 0,
            severity: message.severity,
            since: message.since,
            text: message.text.clone(),
            acked: false,
            snoozed_until: None,
        };
        vec![written(&alert, message.at.0.saturating_add(TEST))]
    } else {
        let standing = message.standing.iter();
        let until = |over: bool| if over { 0 } else { STANDS };
        standing
            .map(|one| written(&one.alert, message.at.0.saturating_add(until(one.over))))
            .collect()
    };
    (address(url), Value::Array(alerts))
}

/// Its own address may have a path, as behind a proxy.
fn address(url: &str) -> String {
    let (path, query) = match url.find(['?', '#']) {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/api/v2/alerts").unwrap_or(path);
    format!("{path}/api/v2/alerts{query}")
}

fn written(alert: &Alert, until: i64) -> Value {
    let (node, check) = alert.id.split_once('/').unwrap_or(("", &alert.id));
    let summary = words::headline(node, &alert.text);
    let labels = [
        ("alertname", name(check)),
        ("node", node.to_owned()),
        ("check", check.to_owned()),
        ("severity", words::word(alert.severity).to_owned()),
    ];
    // A label without a value is none, and refused by some versions.
    let labels: Map<String, Value> = labels
        .into_iter()
        .map(|(key, value)| (key.to_owned(), clean(&value)))
        .map(|(key, value)| (key, value.chars().take(LABEL).collect::<String>()))
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key, value.into()))
        .collect();
    let mut annotations = json!({ "summary": summary });
    if let Some(more) = annotations.as_object_mut() {
        if alert.number > 0 {
            more.insert("number".into(), alert.number.to_string().into());
            let command = format!("mamori ack {}", alert.number);
            more.insert("acknowledge".into(), command.into());
        }
        if alert.acked {
            more.insert("acknowledged".into(), "true".into());
        }
        if let Some(until) = alert.snoozed_until {
            more.insert("snoozed_until".into(), until.rfc3339().into());
        }
    }
    let since = alert.since.0.min(until);
    json!({
        "labels": labels,
        "annotations": annotations,
        "startsAt": Timestamp(since),
        "endsAt": Timestamp(until),
    })
}

/// `MamoriDisk` of `disk:/home`, `MamoriHostKey` of `host-key`: what kind of
/// alert it is, whatever it is about.
fn name(check: &str) -> String {
    let kind = check.split(':').next().unwrap_or_default();
    let words = kind.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    format!("Mamori{}", words.collect::<String>())
}

#[cfg(test)]
#[path = "alertmanager_tests.rs"]
mod tests;
