//! The watcher's part in what coordinators share: what the hub says is heard
//! as anything else is, and what we are and do is said to it. Effects in,
//! plain data out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rustix::event::PollFd;

use crate::config::{self, Config};
use crate::model::hub::people::{self, Register, Terms};
use crate::model::hub::token::Token;
use crate::model::hub::{Ahead, snapshot::Published};
use crate::model::node::Platform;
use crate::model::reading::Reading;
use crate::model::state::{Event, State};
use crate::sys::clock;
use crate::sys::hub::{About, Claim, Hub, News, Order};

/// They say at least once a minute that the hub is there.
const MUTE: Duration = Duration::from_secs(150);

mod claims;
mod others;

pub use claims::Leave;

/// What is known of the hub.
#[derive(Debug, Default)]
pub struct Shared {
    /// Whether this watcher stays: who looks once shares nothing.
    stays: bool,
    hub: Option<Hub>,
    /// By what it was begun.
    begun: Option<(config::Hub, About)>,
    /// How far its clock is ahead; `None` before the first comparison.
    ahead: Option<Ahead>,
    /// Whether it answers; `None`: not known yet.
    there: Option<Result<(), String>>,
    /// Since when it answers, or we listen.
    since: Duration,
    /// The name that another machine has taken.
    taken: Option<String>,
    /// What people said, as the hub has it.
    remote: Option<BTreeMap<String, Register>>,
    /// What was said of that, so that nothing is said twice in a row.
    pushed: Vec<(String, Register)>,
    /// What happened to others and does not stand in the state file yet.
    happened: Vec<(String, String, Vec<Event>)>,
    /// The last event of ours that the hub has, and that it was told of.
    published: Option<Event>,
    ordered: Option<Event>,
    said: Option<Published>,
    /// What was asked: whose it is to say something.
    claims: BTreeMap<Token, (Claim, Duration)>,
    asked: BTreeMap<Token, Duration>,
    /// Since when it is another one's turn.
    theirs: BTreeMap<Token, Duration>,
    /// When anything was last heard of the hub.
    heard_at: Duration,
    /// What is to be told to who looks after us.
    complaints: Vec<String>,
    /// Whether a look should see something else than before.
    news: bool,
    /// Whether people said something elsewhere that does not stand here yet.
    spoken: bool,
    /// Nodes whose watcher said that it ends, by when that was written.
    ended: BTreeMap<String, i64>,
    others: others::Others,
}

impl Shared {
    /// Nothing shared yet; `stays`: whether the watcher does.
    #[must_use]
    pub fn new(stays: bool) -> Self {
        Self {
            stays,
            ..Self::default()
        }
    }

    /// Speaks to the hub of `config`, if there is one.
    pub fn follow(&mut self, config: &Config, local: &str, state: &State) {
        let Some(wanted) = config.hub.as_ref().filter(|_| self.stays) else {
            if self.begun.take().is_some() {
                *self = Self::new(self.stays);
            }
            return;
        };
        let instance = match self.begun.as_ref() {
            Some((_, about)) => about.instance.clone(),
            None if state.hub.instance.is_empty() => format!("{:016x}", fastrand::u64(..)),
            None => state.hub.instance.clone(),
        };
        let about = About {
            name: local.to_owned(),
            instance,
            prefix: wanted.prefix.clone(),
            every: wanted.every,
            coordinate: wanted.coordinate,
        };
        if self.begun.as_ref() == Some(&(wanted.clone(), about.clone())) {
            return;
        }
        *self = Self::new(self.stays);
        let ours = |event: &&Event| event.node == local;
        let last = state.events.iter().rfind(ours).cloned();
        self.published.clone_from(&state.hub.published);
        // What happened before there was a hub is nobody's news.
        self.ordered = state.hub.published.clone().or(last);
        match Hub::start(wanted.address(), about.clone()) {
            Ok(hub) => {
                hub.order(Order::Read(state.hub.read.clone()));
                self.hub = Some(hub);
            }
            Err(error) => self.there = Some(Err(error.to_string())),
        }
        self.begun = Some((wanted.clone(), about));
    }

    /// Whether there is a hub, and it answers.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.hub.is_some() && matches!(self.there, Some(Ok(()))) && !self.mute()
    }

    /// Whether the threads that speak to it say nothing any more: a hub that
    /// drips holds them up for ever.
    fn mute(&self) -> bool {
        clock::elapsed().saturating_sub(self.heard_at) > MUTE
    }

    /// Whether this machine looks after others there.
    fn coordinates(&self) -> bool {
        self.begun
            .as_ref()
            .is_some_and(|(_, about)| about.coordinate)
    }

    /// Whether a hub is configured.
    #[must_use]
    pub fn configured(&self) -> bool {
        self.begun.is_some()
    }

    /// Whether it answers, as the local node's reading.
    #[must_use]
    pub fn reading(&self) -> Reading<bool> {
        match (&self.there, &self.taken) {
            (Some(Err(_)), _) => Reading::Value(false),
            (Some(Ok(())), _) if self.mute() => Reading::Value(false),
            (Some(Ok(())), Some(_)) => Reading::failed("another machine has this name there"),
            (Some(Ok(())), None) => Reading::Value(true),
            (None, _) => Reading::default(),
        }
    }

    /// What wakes the watcher.
    #[must_use]
    pub fn interest(&self) -> Option<PollFd<'_>> {
        self.hub.as_ref().map(Hub::interest)
    }

    /// Whether a look should see something new.
    pub fn is_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// What went wrong since this was last asked.
    pub fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// `state` with what was heard of the hub that does not stand in it yet.
    pub fn enter(&self, state: &mut State, local: &str, config: &Config) {
        let Some((_, about)) = &self.begun else {
            return;
        };
        state.hub.instance.clone_from(&about.instance);
        if self.published.is_some() {
            state.hub.published.clone_from(&self.published);
        }
        for (node, place, events) in &self.happened {
            state.hub.read.insert(node.clone(), place.clone());
            for event in events {
                // Said twice when the hub did not say that it had heard.
                if !state.events.iter().any(|known| same(known, event)) {
                    state.events.push(event.clone());
                }
            }
        }
        let beyond = state.events.len().saturating_sub(state.events_kept());
        state.events.drain(..beyond);
        // Before the clocks were compared nobody can say who spoke last.
        if self.ahead.is_some() && config.hub.as_ref().is_some_and(|hub| hub.coordinate) {
            let before = state.pauses.clone();
            let terms = self.terms(local);
            people::exchange(state, self.remote.as_ref(), terms);
            if before != state.pauses {
                state.settle(terms.now);
            }
        }
        let known: BTreeSet<&str> = state.nodes.iter().map(|node| node.name.as_str()).collect();
        let mut read = std::mem::take(&mut state.hub.read);
        read.retain(|name, _| known.contains(name.as_str()));
        state.hub.read = read;
    }

    fn terms<'n>(&self, local: &'n str) -> Terms<'n> {
        Terms {
            me: local,
            ahead: self.ahead.unwrap_or_default(),
            now: clock::now(),
        }
    }

    /// It stands in the state file now.
    pub fn recorded(&mut self) {
        self.happened.clear();
        self.spoken = false;
    }

    /// Whether something waits to be written.
    #[must_use]
    pub fn waiting(&self) -> bool {
        self.spoken || !self.happened.is_empty()
    }

    /// Says to the hub how this machine is, what happened to it, and what
    /// people said.
    pub fn share(&mut self, state: &State, local: &str, platform: Option<Platform>) {
        self.tidy_claims();
        let Some(hub) = &self.hub else {
            return;
        };
        let published = state
            .node(local)
            .and_then(|node| Published::of(node, platform));
        if let Some(published) = published.filter(|now| self.said.as_ref() != Some(now)) {
            hub.order(Order::Publish(Box::new(published.clone())));
            self.said = Some(published);
        }
        let ours: Vec<&Event> = state
            .events
            .iter()
            .filter(|event| event.node == local)
            .collect();
        let from = ours
            .iter()
            .rposition(|event| Some(*event) == self.ordered.as_ref());
        let new: Vec<Event> = ours
            .iter()
            .skip(from.map_or(0, |at| at + 1))
            .map(|event| (*event).clone())
            .collect();
        if let Some(last) = new.last() {
            self.ordered = Some(last.clone());
            hub.order(Order::Happened(new));
        }
        if let Some(remote) = &self.remote {
            let lacking = people::lacking(&state.hub.people, remote);
            if !lacking.is_empty() && lacking != self.pushed {
                hub.order(Order::People(lacking.clone()));
                self.pushed = lacking;
            }
        }
    }

    /// Says that this watcher ends.
    pub fn farewell(&mut self) {
        if let Some(hub) = self.hub.take() {
            hub.farewell();
        }
    }
}

/// Whether two events are one: a machine's clock is compared anew now and then.
fn same(one: &Event, other: &Event) -> bool {
    let words = |event: &Event| (event.node.clone(), event.what.clone(), event.check.clone());
    one.at.since(other.at).abs() <= 2 && one.text == other.text && words(one) == words(other)
}
