//! Who was told what about the alerts, and what still waits to be told.
//!
//! Plain data that survives restarts; what is decided with it stands in
//! `rooms/alerts`.

use serde::{Deserialize, Serialize};

use super::alert::Severity;
use super::message::{Delivery, Message};
use super::state::Event;
use super::time::Timestamp;

/// Everything the telling of alerts remembers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// When it was last decided about; a clock that went back shows by it.
    pub at: Option<Timestamp>,
    /// What is or was lately alerted about.
    pub matters: Vec<Matter>,
    /// The channels, by name.
    pub lines: Vec<Line>,
    /// The next message's number.
    pub next_message: u64,
    /// The last event that was read.
    pub last_event: Option<Event>,
}

/// One thing alerts are about, from its first alert until all is told and calm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// The alert's id.
    pub id: String,
    /// The serial number of its last alert.
    pub number: u64,
    /// That one's severity.
    pub severity: Severity,
    /// Since when its problem stood.
    pub since: Timestamp,
    /// What it last said.
    pub text: String,
    /// Whether its alert is open.
    pub open: bool,
    /// When it was raised or cleared, within the time that counts.
    #[serde(default)]
    pub changes: Vec<Timestamp>,
    /// When it was raised or cleared as critical, or became so, within that time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<Timestamp>,
    /// When it was repaired without a word, within the time that counts.
    #[serde(default)]
    pub repairs: Vec<Timestamp>,
    /// While it comes and goes too often.
    #[serde(default)]
    pub flapping: Option<Flapping>,
    /// A snooze outlives the alert it was said to, and moves with the clock.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
    /// Until when it was, as the person said it.
    #[serde(default)]
    pub snooze_said: Option<Timestamp>,
    /// What each channel was told.
    #[serde(default)]
    pub told: Vec<Told>,
    /// Channels that were told of an earlier time and not of its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<String>,
}

/// Something that comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// Since when.
    pub since: Timestamp,
    /// How often it changed since then.
    pub turns: u64,
}

/// What one channel was told of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four things that are so or not, whatever the others are"
)]
pub struct Told {
    /// The channel.
    pub name: String,
    /// How bad it was said to be.
    pub severity: Severity,
    /// When; reminders count from here.
    pub at: Timestamp,
    /// Reminders that are due no more.
    pub reminded: u32,
    /// Whether it reached people: only then is its end told.
    pub sent: bool,
    /// Whether it is quiet: what comes due meanwhile is not made up for.
    #[serde(default)]
    pub quiet: bool,
    /// Whether it is told again once it is not quiet any more.
    #[serde(default)]
    pub again: bool,
    /// Whether it was told although it comes and goes, because it lasts: its
    /// end is told, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lasting: bool,
}

/// One channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// What goes out as it is, in this order. A message leaves it when it was sent.
    pub outbox: Vec<Message>,
    /// What waits and goes out in one digest.
    pub held: Vec<Message>,
    /// What waited for so long that only its number is left.
    pub dropped: u64,
    /// When messages were sent, within the last hour.
    pub spent: Vec<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// What the last failure was.
    pub error: Option<String>,
    /// Until when nothing is tried.
    pub rest_until: Option<Timestamp>,
    /// When it last worked.
    pub sent_at: Option<Timestamp>,
}

/// Failures in a row after which a channel is left alone for a while.
pub const BREAKER: u32 = 5;
/// How long it is left alone then, in seconds; after that one message is tried.
const BREAKER_SECONDS: i64 = 900;
/// The first wait after a failure, in seconds; it doubles.
const BACK_OFF_SECONDS: i64 = 10;
/// When it is looked again whether somebody is there, in seconds.
const NOBODY_SECONDS: i64 = 60;

impl Line {
    /// Whether so much failed that it is left alone.
    #[must_use]
    pub fn breaker_open(&self) -> bool {
        self.failures >= BREAKER
    }

    /// How many messages wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.outbox.len() + self.held.len()
    }
}

impl Desk {
    /// The channel of that name.
    #[must_use]
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// The matter of that id.
    #[must_use]
    pub fn matter(&self, id: &str) -> Option<&Matter> {
        self.matters.iter().find(|matter| matter.id == id)
    }

    /// Whether it says anything that `other` does not.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let said = |desk: &Self| {
            let Self {
                at: _,
                matters,
                mut lines,
                next_message,
                last_event,
            } = desk.clone();
            // When the next try is, is nobody's news.
            for line in &mut lines {
                line.rest_until = None;
            }
            (matters, lines, next_message, last_event)
        };
        said(self) != said(other)
    }

    /// Notes how the delivery of `message` over the channel `name` ended.
    /// `rest`: how long the next message waits after one that was sent.
    pub fn delivered(
        &mut self,
        name: &str,
        message: &Message,
        how: &Delivery,
        rest: i64,
        now: Timestamp,
    ) {
        let Some(line) = self.lines.iter_mut().find(|line| line.name == name) else {
            return;
        };
        let in_seconds = |seconds: i64| Some(Timestamp(now.0.saturating_add(seconds)));
        match how {
            Delivery::Sent => {
                line.outbox.retain(|other| other.number != message.number);
                line.spent.push(now);
                (line.failures, line.error, line.sent_at) = (0, None, Some(now));
                line.rest_until = in_seconds(rest).filter(|_| rest > 0);
                self.reached(name, message, now);
            }
            Delivery::Nobody(why) => {
                line.error = Some(why.clone());
                line.rest_until = in_seconds(NOBODY_SECONDS);
            }
            Delivery::Failed(why) | Delivery::TimedOut(why) => {
                // What hangs takes everything else with it: two of those are enough.
                let weight = if matches!(how, Delivery::TimedOut(_)) {
                    BREAKER.div_ceil(2)
                } else {
                    1
                };
                line.failures = line.failures.saturating_add(weight);
                line.error = Some(why.clone());
                line.rest_until = in_seconds(if line.breaker_open() {
                    BREAKER_SECONDS
                } else {
                    BACK_OFF_SECONDS << (line.failures - 1)
                });
            }
        }
    }

    /// Notes that another coordinator told this: it is not told once more.
    pub fn told_elsewhere(&mut self, name: &str, message: &Message, now: Timestamp) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.name == name) {
            line.outbox.retain(|other| other.number != message.number);
            self.reached(name, message, now);
        }
    }

    /// Notes what an Alertmanager, the channel `name`, said to what it was told
    /// stands. Whether anything is news: that it is told the same again is none.
    pub fn took(&mut self, name: &str, told: &Message, how: &Delivery, now: Timestamp) -> bool {
        let Some(line) = self.lines.iter_mut().find(|line| line.name == name) else {
            return false;
        };
        if let Delivery::Nobody(why) | Delivery::Failed(why) | Delivery::TimedOut(why) = how {
            let news = line.failures == 0 || line.error.as_ref() != Some(why);
            // Short of the breaker: it is told all as soon as it is back.
            line.failures = (line.failures + 1).min(BREAKER - 1);
            line.error = Some(why.clone());
            let wait = (BACK_OFF_SECONDS << (line.failures - 1)).min(NOBODY_SECONDS);
            line.rest_until = Some(Timestamp(now.0.saturating_add(wait)));
            return news;
        }
        let mut news = line.failures > 0;
        (line.failures, line.error, line.rest_until) = (0, None, None);
        for standing in &told.standing {
            let alert = &standing.alert;
            let Some(matter) = self.matters.iter_mut().find(|one| one.id == alert.id) else {
                continue;
            };
            let at = matter.told.iter().position(|told| told.name == name);
            if standing.over {
                let owed = matter.owed.iter().position(|owed| owed == name);
                owed.map(|owed| matter.owed.remove(owed));
                // What stands again by now, or worse than before, is told next.
                let gone = at.filter(|_| !matter.open);
                gone.map(|at| matter.told.remove(at));
                news |= owed.is_some() || gone.is_some();
            } else if let Some(told) = at.and_then(|at| matter.told.get_mut(at)) {
                news |= !told.sent || told.severity != alert.severity;
                (told.sent, told.severity) = (true, alert.severity);
            }
        }
        if news && let Some(line) = self.lines.iter_mut().find(|line| line.name == name) {
            line.sent_at = Some(now);
        }
        news
    }

    fn reached(&mut self, name: &str, message: &Message, now: Timestamp) {
        for matter in &mut self.matters {
            if message.opens(&matter.id) {
                let told = matter.told.iter_mut().find(|told| told.name == name);
                if let Some(told) = told.filter(|told| !told.sent) {
                    // Reminders count from when people read it.
                    (told.sent, told.at, told.reminded) = (true, now, 0);
                }
            }
        }
    }

    /// What may go out at `now`: the first message of each channel that does
    /// not rest.
    #[must_use]
    pub fn ready(&self, now: Timestamp) -> Vec<(&str, &Message)> {
        let rests = |line: &Line| line.rest_until.is_some_and(|until| now < until);
        let lines = self.lines.iter().filter(|line| !rests(line));
        lines
            .filter_map(|line| Some((line.name.as_str(), line.outbox.first()?)))
            .collect()
    }

    /// Everything moved by `seconds`, as the clock was, so that one that was
    /// set back silences nothing for years.
    pub fn shift(&mut self, seconds: i64) {
        let moved = |at: &mut Timestamp| at.0 = at.0.saturating_add(seconds);
        for matter in &mut self.matters {
            let times = [&mut matter.since].into_iter().chain(&mut matter.changes);
            let times = times.chain(&mut matter.critical).chain(&mut matter.repairs);
            let times = times.chain(matter.told.iter_mut().map(|told| &mut told.at));
            let times = times.chain(matter.flapping.as_mut().map(|flapping| &mut flapping.since));
            times.chain(&mut matter.snoozed_until).for_each(moved);
        }
        for line in &mut self.lines {
            let times = line.spent.iter_mut().chain(&mut line.rest_until);
            times.chain(&mut line.sent_at).for_each(moved);
        }
    }
}
