//! Reads how others are, what happened to them, and what people said.

use std::collections::{BTreeMap, BTreeSet};

use super::link::{Link, Trouble};
use super::{About, News, Voice};
use crate::model::hub::people::{self, Register};
use crate::model::hub::snapshot::{LARGEST, Snapshot, read};
use crate::model::hub::{Ahead, is_node_name};
use crate::model::state::Event;
use crate::model::text::{clean, cut};
use crate::model::time::Timestamp;
use crate::sys::clock;
use crate::sys::rotation::journal::crc;

/// Nodes of a hub, at most.
const NODES: isize = 20_000;
/// Nodes that are asked for at once.
const AT_ONCE: usize = 256;
/// Events of one node that are taken at once.
const EVENTS: usize = 200;
/// Bytes of an event, at most.
const EVENT: usize = 4_096;
/// Columns of an event's words.
const LONG: usize = 300;
/// A name that was not spoken under for so long is forgotten, in seconds.
const FORGOTTEN: i64 = 7 * 86_400;

/// A stream's entries: their ids, and their fields with their values.
type Entries = Vec<(String, Vec<(String, Vec<u8>)>)>;

/// What is known of what was read.
#[derive(Debug)]
pub(super) struct Reader {
    about: About,
    /// Which changed since they were read.
    names: BTreeSet<String>,
    people: bool,
    /// The last event of each node that was read.
    places: BTreeMap<String, String>,
    /// What was refused last, so that it is said once.
    refused: BTreeMap<String, String>,
    /// What each last said, as a sum of its bytes: the same tells nothing.
    said: BTreeMap<String, u32>,
}

impl Reader {
    pub(super) fn new(about: About) -> Self {
        Self {
            about,
            names: BTreeSet::new(),
            people: false,
            places: BTreeMap::new(),
            refused: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    /// Notes what changed.
    pub(super) fn changed(&mut self, names: Vec<String>, people: bool) {
        self.names
            .extend(names.into_iter().filter(|name| is_node_name(name)));
        self.people |= people;
    }

    /// From where on to read events.
    pub(super) fn from(&mut self, places: BTreeMap<String, String>) {
        self.places = places;
    }

    /// Reads everything.
    pub(super) fn all(
        &mut self,
        link: &mut Link,
        ahead: Ahead,
        voice: &Voice,
    ) -> Result<(), Trouble> {
        let key = self.about.key("nodes");
        let mut command = redis::cmd("ZRANGE");
        command.arg(&key).arg(0).arg(NODES - 1).arg("WITHSCORES");
        let spoke: Vec<(String, f64)> = link.ask(&command)?;
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
        let oldest = (clock::now_ms().saturating_add(ahead.0) / 1_000 - FORGOTTEN) as f64;
        if spoke.iter().any(|(_, at)| *at < oldest) {
            let mut forget = redis::cmd("ZREMRANGEBYSCORE");
            forget.arg(&key).arg("-inf").arg(oldest);
            // Who may not leaves it to those who may.
            let _ = link.ask::<i64>(&forget);
        }
        let names = spoke.into_iter().filter(|(_, at)| *at >= oldest);
        self.names.extend(
            names
                .map(|(name, _)| name)
                .filter(|name| is_node_name(name)),
        );
        self.people = true;
        self.some(link, ahead, voice)
    }

    /// Reads what changed.
    pub(super) fn some(
        &mut self,
        link: &mut Link,
        ahead: Ahead,
        voice: &Voice,
    ) -> Result<(), Trouble> {
        let names: Vec<String> = std::mem::take(&mut self.names).into_iter().collect();
        for names in names.chunks(AT_ONCE) {
            self.nodes(names, link, ahead, voice)?;
        }
        if std::mem::take(&mut self.people) {
            let said: BTreeMap<String, Vec<u8>> =
                link.ask(redis::cmd("HGETALL").arg(self.about.key("people")))?;
            let said = said
                .into_iter()
                .take(people::MANY)
                .filter(|(_, one)| one.len() <= EVENT);
            let said = said.filter_map(|(key, one)| {
                let register: Register = serde_json::from_slice(&one).ok()?;
                Some((key, register))
            });
            voice.say(News::People(said.collect()));
        }
        Ok(())
    }

    fn nodes(
        &mut self,
        names: &[String],
        link: &mut Link,
        ahead: Ahead,
        voice: &Voice,
    ) -> Result<(), Trouble> {
        let mut commands = redis::pipe();
        for name in names {
            let key = self.about.key(&format!("node:{name}"));
            // Never more of it than may be.
            commands.cmd("GETRANGE").arg(key).arg(0).arg(LARGEST);
        }
        let texts: Vec<Vec<u8>> = link.ask_all(&commands)?;
        let now = clock::now();
        let mut snapshots: Vec<Snapshot> = Vec::new();
        for (name, text) in names.iter().zip(texts) {
            if text.is_empty() || *name == self.about.name {
                continue;
            }
            let sum = crc(&text);
            if self.said.insert(name.clone(), sum) == Some(sum) {
                continue;
            }
            match read(&text, name, ahead, now) {
                Ok(snapshot) => {
                    self.refused.remove(name);
                    snapshots.push(snapshot);
                }
                Err(refused) => {
                    let said = refused.to_string();
                    if self.refused.insert(name.clone(), said.clone()) != Some(said) {
                        voice.say(News::Refused(name.clone(), refused));
                    }
                }
            }
        }
        let last = |one: &Snapshot| one.last_event.clone().unwrap_or_else(|| "0-0".to_owned());
        let happened: Vec<(String, String)> = snapshots
            .iter()
            .map(|one| (one.node.name.clone(), last(one)))
            .filter(|(name, last)| self.places.get(name) != Some(last))
            .collect();
        if snapshots.is_empty() {
            return Ok(());
        }
        // First how they are: what happened to them may name one for the first time.
        voice.say(News::Nodes(snapshots));
        for (name, last) in happened {
            self.events(&name, last, link, ahead, voice)?;
        }
        Ok(())
    }

    /// Reads what happened to a node since the last time. Of one that is new
    /// to us the past is left alone.
    fn events(
        &mut self,
        name: &str,
        last: String,
        link: &mut Link,
        ahead: Ahead,
        voice: &Voice,
    ) -> Result<(), Trouble> {
        let Some(place) = self.places.get(name).cloned() else {
            self.places.insert(name.to_owned(), last.clone());
            voice.say(News::Happened(name.to_owned(), last, Vec::new()));
            return Ok(());
        };
        // A hub that began anew counts from somewhere else.
        let from = if follows(&last, &place) {
            format!("({place}")
        } else {
            "-".to_owned()
        };
        let key = self.about.key(&format!("events:{name}"));
        let mut command = redis::cmd("XRANGE");
        command.arg(key).arg(from).arg("+").arg("COUNT").arg(EVENTS);
        // Only what was answered is behind us: what was not is asked for again.
        let entries: Entries = link.ask(&command)?;
        let now = clock::now();
        let place = entries.last().map_or(last, |(id, _)| id.clone());
        let events = entries
            .iter()
            .filter_map(|(_, fields)| event(fields, name, ahead, now));
        let events = events.collect();
        self.places.insert(name.to_owned(), place.clone());
        voice.say(News::Happened(name.to_owned(), place, events));
        Ok(())
    }
}

/// Whether a place in a stream comes after another.
fn follows(one: &str, other: &str) -> bool {
    let place = |text: &str| -> Option<(u64, u64)> {
        let (ms, number) = text.split_once('-')?;
        Some((ms.parse().ok()?, number.parse().ok()?))
    };
    place(one) > place(other)
}

/// An event as its node wrote it down: whatever name stands in it, it is about
/// that node.
fn event(fields: &[(String, Vec<u8>)], name: &str, own: Ahead, now: Timestamp) -> Option<Event> {
    let field = |wanted: &str| {
        fields
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
    };
    let text = field("e").filter(|text| text.len() <= EVENT)?;
    let event: Event = serde_json::from_slice(text).ok()?;
    let theirs = std::str::from_utf8(field("a")?).ok()?.parse().ok()?;
    let shift = own.shift_from(Ahead(theirs));
    let short = |text: &str| cut(&clean(text), LONG, "…");
    Some(Event {
        at: Timestamp(event.at.0.saturating_add(shift).clamp(0, now.0)),
        node: name.to_owned(),
        what: short(&event.what),
        check: event.check.as_deref().map(short),
        text: short(&event.text),
    })
}
