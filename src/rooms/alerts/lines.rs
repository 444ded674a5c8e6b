//! One channel's messages: what goes out as it is, what waits for a digest,
//! and how many there may be. Pure.

use chrono::{NaiveTime, Timelike as _};

use super::agenda::Agenda;
use super::routes::Route;
use super::words;
use crate::model::alert::Severity;
use crate::model::desk::Line;
use crate::model::message::{Kind, Message};
use crate::model::time::Timestamp;

/// Messages in [`HOUR`] and channel.
const BUDGET: usize = 10;
const HOUR: i64 = 3_600;
/// Messages that wait one by one; further ones come as a digest.
const SINGLES: usize = 3;
/// Statements that wait for a digest; of further ones the number is kept.
const HELD: usize = 50;

/// Takes what is known of a channel out of `lines`.
pub(super) fn line_of(lines: &mut Vec<Line>, route: &Route) -> Line {
    let at = lines.iter().position(|line| line.name == route.name);
    at.map_or_else(
        || Line {
            name: route.name.clone(),
            ..Line::default()
        },
        |at| lines.swap_remove(at),
    )
}

/// One channel while it is decided about.
pub(super) struct Sheet<'a> {
    pub(super) route: &'a Route,
    pub(super) line: &'a mut Line,
    /// The messages that are being delivered.
    pub(super) under_way: &'a [u64],
    pub(super) next_message: &'a mut u64,
    /// The time of day where the person lives.
    pub(super) time: NaiveTime,
}

impl Sheet<'_> {
    fn quiet(&self, severity: Severity) -> bool {
        severity < Severity::Critical && self.route.quiet.is_some_and(|q| q.holds(self.time))
    }

    /// Whether the hour's budget has room for one more.
    fn room(&mut self, agenda: &mut Agenda) -> bool {
        self.line.spent.retain(|at| agenda.now.since(*at) < HOUR);
        if self.line.spent.len() + self.line.outbox.len() < BUDGET {
            return true;
        }
        if let Some(first) = self.line.spent.iter().min() {
            agenda.passed(*first, HOUR);
        }
        false
    }

    /// Puts a message where it goes out, now or later.
    pub(super) fn push(&mut self, mut message: Message, agenda: &mut Agenda) {
        message.number = *self.next_message;
        *self.next_message = self.next_message.saturating_add(1);
        let critical = message.severity == Severity::Critical;
        let alone = critical || self.line.held.is_empty();
        let few = self.line.outbox.len() < SINGLES;
        if few && alone && !self.quiet(message.severity) && self.room(agenda) {
            self.line.outbox.push(message);
        } else {
            self.hold(message);
        }
    }

    /// Keeps a message for the next digest.
    pub(super) fn hold(&mut self, message: Message) {
        self.line.held.push(message);
        if self.line.held.len() > HELD {
            // The least that can be missed goes first.
            let least = self.line.held.iter().map(|one| one.severity).min();
            let at = self
                .line
                .held
                .iter()
                .position(|one| Some(one.severity) == least);
            self.line.held.remove(at.unwrap_or(0));
            self.line.dropped = self.line.dropped.saturating_add(1);
        }
    }

    /// Lets what waited go out as one message, when it may.
    pub(super) fn release(&mut self, agenda: &mut Agenda) {
        let waits = self.line.held.iter().any(|one| self.quiet(one.severity));
        if let Some(quiet) = self.route.quiet.filter(|_| waits) {
            let seconds = |time: NaiveTime| i64::from(time.num_seconds_from_midnight());
            let left = (seconds(quiet.until) - seconds(self.time)).rem_euclid(86_400);
            agenda.due(Timestamp(agenda.now.0.saturating_add(left.max(1))));
        }
        if self.line.held.is_empty() || !self.line.outbox.is_empty() {
            return;
        }
        if self.line.rest_until.is_some_and(|until| !agenda.due(until)) || !self.room(agenda) {
            return;
        }
        let held = std::mem::take(&mut self.line.held);
        let (later, now): (Vec<Message>, Vec<Message>) =
            held.into_iter().partition(|one| self.quiet(one.severity));
        self.line.held = later;
        let mut message = match <[Message; 1]>::try_from(now) {
            Ok([only]) if self.line.dropped == 0 => only,
            Ok(only) => words::bundle(&only, std::mem::take(&mut self.line.dropped), agenda.now),
            Err(now) if now.is_empty() => return,
            Err(now) => words::bundle(&now, std::mem::take(&mut self.line.dropped), agenda.now),
        };
        message.number = *self.next_message;
        *self.next_message = self.next_message.saturating_add(1);
        self.line.outbox.push(message);
    }

    /// The hourly word about all that comes and goes.
    pub(super) fn mention(&mut self, hourly: &[(Severity, String)], agenda: &mut Agenda) {
        let Some(severity) = hourly.iter().map(|(severity, _)| *severity).max() else {
            return;
        };
        let lines: Vec<String> = hourly.iter().map(|(_, line)| line.clone()).collect();
        let title = match lines.as_slice() {
            [only] => only.clone(),
            lines => format!("{} alerts come and go", lines.len()),
        };
        let message = words::digest(&title, severity, &lines, 0, Vec::new(), agenda.now);
        self.push(message, agenda);
    }

    /// Takes back what waits to say that `id` is open.
    pub(super) fn take_back(&mut self, id: &str) -> bool {
        let asks = |kind| matches!(kind, Kind::Raise | Kind::Remind | Kind::Flapping);
        self.remove(|one| asks(one.kind) && one.about == id)
    }

    /// Takes back what waits to say that `id` is over.
    pub(super) fn take_back_end(&mut self, id: &str) -> bool {
        self.remove(|one| one.kind == Kind::Resolve && one.about == id)
    }

    fn remove(&mut self, what: impl Fn(&Message) -> bool) -> bool {
        let before = self.line.waiting();
        let under_way = self.under_way;
        self.line
            .outbox
            .retain(|one| under_way.contains(&one.number) || !what(one));
        self.line.held.retain(|one| !what(one));
        self.line.waiting() < before
    }

    /// Whether something still says, or is about to say, that `id` is open.
    pub(super) fn speaks_of(&self, id: &str) -> bool {
        let mut waiting = self.line.outbox.iter().chain(&self.line.held);
        waiting.any(|one| one.opens(id))
    }
}
