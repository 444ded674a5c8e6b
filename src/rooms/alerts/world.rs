//! A small world for tests: two nodes, one channel, and somebody who tells the
//! time.

use chrono::NaiveTime;

use super::decide::{Situation, decide};
use super::routes::Route;
use crate::config::ChannelKind;
use crate::model::alert::{Alert, Severity};
use crate::model::desk::Desk;
use crate::model::message::{Delivery, Message};
use crate::model::node::Node;
use crate::model::state::State;
use crate::model::time::Timestamp;

/// An hour, in seconds.
pub(super) const HOUR: i64 = 3_600;

/// All of it.
pub(super) struct World {
    pub(super) state: State,
    pub(super) desk: Desk,
    pub(super) routes: Vec<Route>,
    pub(super) needs: Vec<(String, String)>,
    pub(super) now: i64,
    pub(super) next: Option<Timestamp>,
    /// What every delivery ends with.
    pub(super) ends: Delivery,
}

impl World {
    pub(super) fn new() -> Self {
        let route = Route {
            name: "desktop".to_owned(),
            kind: ChannelKind::Desktop,
            min_severity: Severity::Info,
            quiet: None,
        };
        let nodes = ["a", "b"]
            .map(|name| Node::unseen(name, "", Timestamp(0)))
            .to_vec();
        let state = State {
            nodes,
            ..State::default()
        };
        Self {
            state,
            desk: Desk::default(),
            routes: vec![route],
            needs: Vec::new(),
            now: 10 * HOUR,
            next: None,
            ends: Delivery::Sent,
        }
    }

    pub(super) fn raise(&mut self, id: &str, severity: Severity) {
        self.clear(id);
        let number = self.state.next_alert;
        self.state.next_alert += 1;
        self.state.alerts.push(Alert {
            id: id.to_owned(),
            number,
            severity,
            since: Timestamp(self.now),
            text: id.replace('/', " "),
            acked: false,
            snoozed_until: None,
        });
    }

    pub(super) fn clear(&mut self, id: &str) {
        self.state.alerts.retain(|alert| alert.id != id);
    }

    pub(super) fn decide(&mut self, under_way: &[u64]) {
        let seconds = u32::try_from(self.now.rem_euclid(86_400)).unwrap();
        let situation = Situation {
            routes: &self.routes,
            local: "here",
            needs: &self.needs,
            now: Timestamp(self.now),
            time: NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap(),
            under_way,
        };
        let decision = decide(&self.desk, &self.state, situation);
        self.desk = decision.desk;
        self.state.alerts = decision.alerts;
        self.state.next_alert = decision.next_alert;
        self.next = decision.next;
    }

    /// Decides and delivers until nothing is left to do now.
    pub(super) fn settle(&mut self) -> Vec<Message> {
        let mut sent = Vec::new();
        loop {
            self.decide(&[]);
            let ready = self.desk.ready(Timestamp(self.now));
            let Some((name, message)) = ready.first().map(|(n, m)| ((*n).to_owned(), (*m).clone()))
            else {
                return sent;
            };
            let now = Timestamp(self.now);
            self.desk.delivered(&name, &message, &self.ends, 0, now);
            if self.ends == Delivery::Sent {
                sent.push(message);
            }
        }
    }

    /// What is said now, by kind.
    pub(super) fn said(&mut self) -> Vec<&'static str> {
        self.settle()
            .iter()
            .map(|message| message.kind.word())
            .collect()
    }

    /// What is said in the next seconds, waking only when the last decision
    /// wanted it.
    pub(super) fn within(&mut self, seconds: i64) -> Vec<&'static str> {
        let end = self.now + seconds;
        let mut said = Vec::new();
        while let Some(next) = self.next.filter(|next| next.0 <= end) {
            assert!(next.0 > self.now, "it would never rest");
            self.now = next.0;
            said.extend(self.said());
        }
        self.now = end;
        said
    }
}
