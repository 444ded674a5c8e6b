//! The watcher's part in telling people: what the room `alerts` decided goes
//! out, and what came of it is noted. Effects.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use rustix::event::PollFd;

use super::shared::{Leave, Shared};
use crate::config::{Config, Host, Service};
use crate::model::desk::Desk;
use crate::model::message::Delivery;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::rooms::alerts::alertmanager::{self, Memory};
use crate::rooms::alerts::decide::{Situation, decide};
use crate::rooms::alerts::routes::Route;
use crate::rooms::alerts::send::{routes_of, way};
use crate::sys::courier::Courier;
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output};

/// Everything between a decision and people.
pub struct Telling {
    /// `None` only where no more file descriptors were to be had.
    courier: Option<Courier>,
    routes: Vec<Route>,
    /// When to decide again, if nothing else happens.
    next: Cell<Option<Timestamp>>,
    /// What each Alertmanager took, by its channel's name.
    taken: BTreeMap<String, Memory>,
    /// When one is told again what stands.
    again: Option<Timestamp>,
}

/// Which alerts a service that another one needs explains.
fn needs(config: &Config, local: &str) -> Vec<(String, String)> {
    let pairs = |service: &Service| {
        let node = match &service.host {
            Host::Local => local,
            Host::Node(node) => node,
        };
        let id = |name: &str| format!("{node}/service:{name}");
        let needs = service.needs.iter();
        needs
            .map(|name| (id(&service.name), id(name)))
            .collect::<Vec<_>>()
    };
    config.services.iter().flat_map(pairs).collect()
}

impl Telling {
    /// Ready to tell over the channels of `config`.
    #[must_use]
    pub fn new(config: &Config, around: &Surroundings) -> Self {
        let courier = Courier::new();
        if let Err(error) = &courier {
            output::complain(&format!("warning: no alert can be sent: {error}\n"));
        }
        Self {
            courier: courier.ok(),
            routes: routes_of(config, around),
            next: Cell::new(None),
            taken: BTreeMap::new(),
            again: None,
        }
    }

    /// Takes over the channels as they are now.
    pub fn follow(&mut self, config: &Config, around: &Surroundings) {
        self.routes = routes_of(config, around);
        // What another address took is not what this one knows.
        self.taken.clear();
    }

    /// Decides about `new`, given what stood on the `desk`.
    pub fn decide(&self, new: &mut State, desk: &Desk, local: &str, config: &Config) {
        let now = clock::now();
        let under_way = self.courier.as_ref().map(Courier::under_way);
        let situation = Situation {
            routes: &self.routes,
            local,
            needs: &needs(config, local),
            now,
            time: clock::time_of_day(now, config.timezone),
            under_way: &under_way.unwrap_or_default(),
        };
        let decision = decide(desk, new, situation);
        self.next.set(decision.next);
        new.desk = decision.desk;
        new.alerts = decision.alerts;
        new.next_alert = decision.next_alert;
    }

    /// Notes how deliveries ended; whether that is worth a decision.
    pub fn collect(&mut self, state: &mut State, shared: &mut Shared) -> bool {
        let Some(courier) = &mut self.courier else {
            return false;
        };
        let mut news = false;
        for report in &courier.reports() {
            let route = self.routes.iter().find(|route| route.name == report.name);
            let rest = route.map_or(0, Route::rest);
            if let Some(route) = route {
                shared.delivered(&report.message, &route.kind, &report.how);
            }
            let (name, message) = (&report.name, &report.message);
            if route.is_some_and(Route::is_alertmanager) {
                let now = clock::now();
                news |= state.desk.took(name, message, &report.how, now);
                if report.how == Delivery::Sent {
                    let memory = self.taken.entry(name.clone()).or_default();
                    memory.took(message, now);
                }
                continue;
            }
            news = true;
            state
                .desk
                .delivered(name, message, &report.how, rest, clock::now());
        }
        news
    }

    /// Sends what is ready on its way, if it is ours to say; what another
    /// coordinator has told is noted as told. Whether any was.
    pub fn send(&mut self, state: &mut State, shared: &mut Shared, around: &Surroundings) -> bool {
        let Some(courier) = &mut self.courier else {
            return false;
        };
        let mut elsewhere = Vec::new();
        for (name, message) in state.desk.ready(clock::now()) {
            let Some(route) = self.routes.iter().find(|route| route.name == name) else {
                continue;
            };
            if courier.busy(name) {
                continue;
            }
            match shared.leave(message, &route.kind) {
                Leave::Ours => courier.send(name, way(route, &state.tmux_servers), message, around),
                Leave::Wait => {}
                Leave::Told => elsewhere.push((name.to_owned(), message.clone())),
            }
        }
        for (name, message) in &elsewhere {
            state.desk.told_elsewhere(name, message, clock::now());
        }
        let now = clock::now();
        self.again = None;
        for route in self.routes.iter().filter(|route| route.is_alertmanager()) {
            // What is on its way tells us when it has arrived.
            if courier.busy(&route.name) {
                continue;
            }
            let memory = self.taken.entry(route.name.clone()).or_default();
            if let Some(message) = alertmanager::due(route, state, memory, now) {
                courier.send(
                    &route.name,
                    way(route, &state.tmux_servers),
                    &message,
                    around,
                );
            } else {
                let next = alertmanager::next(route, state, memory, now);
                self.again = self.again.into_iter().chain(next).min();
            }
        }
        !elsewhere.is_empty()
    }

    /// Whether it is time to decide again.
    #[must_use]
    pub fn due(&self) -> bool {
        self.next.get().is_some_and(|next| next <= clock::now())
    }

    /// How long until then.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let next = self.next.get().into_iter().chain(self.again).min();
        next.map_or(Duration::MAX, |next| {
            Duration::from_secs(next.since(clock::now()).max(0).unsigned_abs())
        })
    }

    /// Whether something is being delivered.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.courier
            .as_ref()
            .is_some_and(|courier| !courier.under_way().is_empty())
    }

    /// What ends the wait early.
    #[must_use]
    pub fn interest(&self) -> Option<PollFd<'_>> {
        self.courier.as_ref().map(Courier::interest)
    }
}
