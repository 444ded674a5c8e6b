//! Who is told what, and when: given what is open, what everybody was told
//! and what time it is. Pure.

mod alertmanager;

use chrono::NaiveTime;

use super::agenda::Agenda;
use super::causes::{Around, Standing, explained, has_come};
use super::flapping::{akin, beneath, flap, lasts, speaks_for};
use super::lines::{Sheet, line_of};
use super::matters;
use super::reminders::Schedule;
use super::routes::Route;
use super::words;
use crate::model::alert::{Alert, Severity};
use crate::model::desk::{Desk, Matter, Told};
use crate::model::message::Kind;
use crate::model::state::{Event, State};
use crate::model::time::Timestamp;

/// What a decision rests on besides the state.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The channels there are.
    pub routes: &'a [Route],
    /// The local node's name.
    pub local: &'a str,
    /// What needs what: ids of alerts, each beside one without which it cannot be well.
    pub needs: &'a [(String, String)],
    /// The wall clock.
    pub now: Timestamp,
    /// The time of day where the person lives.
    pub time: NaiveTime,
    /// The messages that are being delivered.
    pub under_way: &'a [u64],
}

/// What was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The desk as it is now: what is ready to go out stands in its outboxes.
    pub desk: Desk,
    /// The open alerts, with those about what comes and goes.
    pub alerts: Vec<Alert>,
    /// The next free serial number.
    pub next_alert: u64,
    /// When to decide again, if nothing else happens.
    pub next: Option<Timestamp>,
}

/// Decides.
#[must_use]
pub fn decide(desk: &Desk, state: &State, situation: Situation<'_>) -> Decision {
    let Situation { routes, now, .. } = situation;
    let mut desk = desk.clone();
    let went_back = desk.at.map_or(0, |at| now.since(at).min(0));
    desk.shift(went_back);
    desk.at = Some(now);
    let mut agenda = Agenda::new(now);
    let mut alerts = state.alerts.clone();
    let news = matters::news(&mut desk, &state.events, now);
    matters::follow(&mut desk, &mut alerts, false, now);
    let next_alert = flap(&mut desk, &mut alerts, state, &mut agenda);
    matters::follow(&mut desk, &mut alerts, true, now);

    let mut matters = std::mem::take(&mut desk.matters);
    // What comes and goes speaks for what is beneath it.
    matters.sort_by_key(|matter| beneath(&matter.id).is_none());
    let mut lines = std::mem::take(&mut desk.lines);
    desk.lines = routes
        .iter()
        .map(|route| line_of(&mut lines, route))
        .collect();
    for matter in &mut matters {
        matter
            .told
            .retain(|told| routes.iter().any(|route| route.name == told.name));
        matter
            .owed
            .retain(|name| routes.iter().any(|route| route.name == *name));
    }
    for (route, line) in routes.iter().zip(&mut desk.lines) {
        let sheet = Sheet {
            route,
            line,
            under_way: situation.under_way,
            next_message: &mut desk.next_message,
            time: situation.time,
        };
        let mut telling = Telling {
            sheet,
            state,
            alerts: &alerts,
            local: situation.local,
            needs: situation.needs,
            agenda: &mut agenda,
            hourly: Vec::new(),
            calmed: Vec::new(),
            standing: Vec::new(),
        };
        telling.tell(&mut matters, &news);
    }
    desk.matters = matters;
    matters::tidy(&mut desk, now);
    for line in &desk.lines {
        if let (Some(until), false) = (line.rest_until, line.outbox.is_empty()) {
            agenda.due(until);
        }
    }
    Decision {
        desk,
        alerts,
        next_alert,
        next: agenda.next(),
    }
}

/// One channel's part of a decision.
struct Telling<'a> {
    sheet: Sheet<'a>,
    state: &'a State,
    alerts: &'a [Alert],
    local: &'a str,
    needs: &'a [(String, String)],
    agenda: &'a mut Agenda,
    /// What comes and goes and is to be mentioned again, with how bad it is.
    hourly: Vec<(Severity, String)>,
    /// What was said to have calmed down: that also speaks for the ones beneath.
    calmed: Vec<String>,
    /// How the alerts stand with this channel.
    standing: Vec<Standing>,
}

impl Telling<'_> {
    fn tell(&mut self, matters: &mut [Matter], news: &[Event]) {
        if self.sheet.route.is_alertmanager() {
            return self.keep_standing(matters);
        }
        for event in news {
            self.inform(event);
        }
        self.standing = matters.iter().filter_map(|one| self.stands(one)).collect();
        for at in 0..matters.len() {
            let (before, rest) = matters.split_at_mut(at);
            let Some((matter, after)) = rest.split_first_mut() else {
                continue;
            };
            let others = || before.iter().chain(after.iter());
            let alert = self.alerts.iter().find(|alert| alert.id == matter.id);
            match alert {
                Some(alert) => {
                    let beneath = |other: &&Matter| speaks_for(alert, &other.id);
                    let below = others()
                        .filter(beneath)
                        .rfind(|other| other.flapping.is_some());
                    self.tell_open(matter, alert, below);
                }
                None if self.flaps(&matter.id, matter.severity) && !self.lasted(matter) => {
                    self.pass_over(matter);
                }
                None if self.spoken_for(&matter.id) || has_come(&matter.id, self.alerts) => {
                    let name = &self.sheet.route.name;
                    matter.told.retain(|told| told.name != *name);
                    matter.owed.retain(|owed| owed != name);
                }
                None => {
                    if self.tell_closed(matter) {
                        self.calmed.extend(beneath(&matter.id));
                    }
                }
            }
        }
        self.sheet.mention(&self.hourly, self.agenda);
        self.sheet.release(self.agenda);
    }

    fn paused(&mut self, node: &str) -> bool {
        let pause = self.state.pauses.get(node);
        pause.is_some_and(|pause| match pause.until {
            None => true,
            Some(until) => !self.agenda.due(until),
        })
    }

    fn inform(&mut self, event: &Event) {
        let minor = self.sheet.route.min_severity > matters::weight(event);
        if minor || !matters::for_people(event) || self.paused(&event.node) {
            return;
        }
        let id = event
            .check
            .as_ref()
            .map(|check| format!("{}/{check}", event.node));
        if id.is_some_and(|id| self.flaps(&id, Severity::Info)) {
            return;
        }
        let message = words::event(event, self.agenda.now);
        self.sheet.push(message, self.agenda);
    }

    /// Whether an alert says that `id` comes and goes, and that it is at least
    /// so bad.
    fn flaps(&self, id: &str, severity: Severity) -> bool {
        let mut alerts = self.alerts.iter();
        alerts.any(|alert| alert.severity >= severity && speaks_for(alert, id))
    }

    /// Whether a message that something has calmed down spoke for `id`.
    fn spoken_for(&self, id: &str) -> bool {
        self.calmed.iter().any(|calm| akin(calm, id))
    }

    /// Whether what comes and goes stayed for so long that it was told of.
    fn lasted(&self, matter: &Matter) -> bool {
        let name = &self.sheet.route.name;
        let mut told = matter.told.iter();
        told.any(|told| told.name == *name && told.lasting)
    }

    fn stands(&mut self, matter: &Matter) -> Option<Standing> {
        let alert = self.alerts.iter().find(|alert| alert.id == matter.id)?;
        let (now, name) = (self.agenda.now, &self.sheet.route.name);
        let snoozed = alert.snoozed_until.is_some_and(|until| now < until);
        let heard = matter.told.iter().any(|t| t.name == *name && t.sent);
        let flaps =
            self.flaps(&alert.id, alert.severity) && !lasts(matter, alert.severity, self.agenda);
        Some(Standing {
            number: alert.number,
            heard,
            mute: flaps || (snoozed && !heard),
        })
    }

    fn around(&self) -> Around<'_> {
        Around {
            state: self.state,
            alerts: self.alerts,
            local: self.local,
            needs: self.needs,
            standing: &self.standing,
        }
    }

    /// What comes and goes went: the alert about that tells it.
    fn pass_over(&mut self, matter: &mut Matter) {
        self.sheet.take_back(&matter.id);
        // What is on its way may still arrive.
        if !self.sheet.speaks_of(&matter.id) {
            let name = &self.sheet.route.name;
            matter.pass_over(|channel| channel == name);
        }
    }

    fn tell_open(&mut self, matter: &mut Matter, alert: &Alert, below: Option<&Matter>) {
        let now = self.agenda.now;
        let node = alert.id.split_once('/').map_or("", |(node, _)| node);
        let snoozed = alert
            .snoozed_until
            .is_some_and(|until| !self.agenda.due(until));
        let flaps =
            self.flaps(&alert.id, alert.severity) && !lasts(matter, alert.severity, self.agenda);
        let quiet = alert.acked
            || snoozed
            || self.paused(node)
            || flaps
            || explained(alert, &self.around());
        let name = self.sheet.route.name.clone();
        let schedule = Schedule::of(alert);
        let at = matter.told.iter().position(|told| told.name == name);
        if quiet {
            self.sheet.take_back(&alert.id);
            let still = self.sheet.speaks_of(&alert.id);
            matter
                .told
                .retain(|told| told.name != name || told.sent || still);
            if let Some(told) = matter.told.iter_mut().find(|told| told.name == name) {
                told.quiet = true;
                told.again |= snoozed && told.sent;
            }
            return;
        }
        if alert.severity < self.sheet.route.min_severity {
            return;
        }
        let lasting = self.flaps(&alert.id, Severity::Info);
        let told = at.and_then(|at| matter.told.get_mut(at));
        let kind = if beneath(&alert.id).is_some() {
            Kind::Flapping
        } else {
            Kind::Raise
        };
        let Some(told) = told else {
            self.sheet.take_back(&alert.id);
            // Whose end was not told yet is still believed to be open.
            let sent = self.sheet.take_back_end(&alert.id);
            matter.told.push(Told {
                name,
                severity: alert.severity,
                at: now,
                reminded: 0,
                sent,
                quiet: false,
                again: false,
                lasting,
            });
            // That it has calmed down and stays so says it already.
            if !self.sheet.speaks_of(&alert.id) {
                self.sheet.push(words::open(kind, alert, now), self.agenda);
            }
            self.agenda.passed(now, schedule.at(0));
            return;
        };
        told.at = told.at.min(now);
        told.lasting |= lasting;
        let worse = told.severity < alert.severity;
        if worse || told.again {
            self.sheet.take_back(&alert.id);
            let kind = if worse { kind } else { Kind::Remind };
            (told.severity, told.at, told.reminded, told.again) = (alert.severity, now, 0, false);
            self.sheet.push(words::open(kind, alert, now), self.agenda);
        }
        let passed = schedule.passed(now.since(told.at));
        if std::mem::take(&mut told.quiet) {
            told.reminded = told.reminded.max(passed);
        } else if passed > told.reminded {
            told.reminded = passed;
            if let Some(flapping) = below.and_then(|below| below.flapping.map(|f| (f, &below.id))) {
                let (flapping, id) = flapping;
                self.hourly
                    .push((alert.severity, words::turns(id, flapping, now)));
            } else if !self.sheet.speaks_of(&alert.id) {
                self.sheet
                    .push(words::open(Kind::Remind, alert, now), self.agenda);
            }
        }
        self.agenda.passed(told.at, schedule.at(told.reminded));
    }

    /// Tells the end of what was told, and nothing of what was not. Whether it
    /// was told.
    fn tell_closed(&mut self, matter: &mut Matter) -> bool {
        let name = &self.sheet.route.name;
        let at = matter.told.iter().position(|told| told.name == *name);
        let owed = matter.owed.iter().position(|owed| owed == name);
        if at.is_none() && owed.is_none() {
            return false;
        }
        let now = self.agenda.now;
        let waited = self.sheet.take_back(&matter.id);
        let sent = at
            .and_then(|at| matter.told.get(at))
            .is_some_and(|told| told.sent);
        if sent || owed.is_some() {
            let watched = self
                .state
                .node(matter.id.split('/').next().unwrap_or_default());
            let message = match beneath(&matter.id) {
                None => words::closed(matter, watched.is_some(), !sent, now),
                Some(id) => {
                    let below = self.alerts.iter().find(|alert| akin(&alert.id, &id));
                    words::calm(matter, below, now)
                }
            };
            self.sheet.push(message, self.agenda);
        } else if self.sheet.speaks_of(&matter.id) {
            // On its way: if it arrives, its end is told.
            return false;
        } else if waited && beneath(&matter.id).is_none() {
            self.sheet.hold(words::came_and_went(matter, now));
        }
        at.map(|at| matter.told.remove(at));
        owed.map(|owed| matter.owed.remove(owed));
        sent || owed.is_some()
    }
}

#[cfg(test)]
#[path = "day_tests.rs"]
mod day_tests;
#[cfg(test)]
#[path = "flapping_tests.rs"]
mod flapping_tests;
#[cfg(test)]
#[path = "server_tests.rs"]
mod server_tests;
#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
