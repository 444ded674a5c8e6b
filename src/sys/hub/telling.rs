//! What is to be said to the hub, kept until it was taken.

use std::collections::VecDeque;

use super::link::{Link, Trouble};
use super::scripts;
use super::{About, Claim, News, Order, Voice};
use crate::model::hub::Ahead;
use crate::model::hub::people::Register;
use crate::model::hub::token::Token;
use crate::model::state::Event;
use crate::model::time::Timestamp;
use crate::sys::clock;

/// What waits, at most; beyond, the oldest goes.
const WAITING: usize = 1_000;
/// Events of a node in its stream, at most.
const STREAM: usize = 1_000;

/// All that waits.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    events: VecDeque<Event>,
    people: Vec<(String, Register)>,
    claims: VecDeque<Token>,
    told: VecDeque<(Token, bool)>,
}

impl Outbox {
    pub(super) fn take(&mut self, order: Order) {
        match order {
            Order::Happened(events) => self.events.extend(events),
            Order::People(said) => self.people = said,
            Order::Claim(token) => self.claims.push_back(token),
            Order::Told(token) => self.told.push_back((token, true)),
            Order::Untold(token) => self.told.push_back((token, false)),
            Order::Publish(_) | Order::Read(_) | Order::Changed { .. } | Order::Stop => {}
        }
        let beyond = self.events.len().saturating_sub(WAITING);
        self.events.drain(..beyond);
        let beyond = self.told.len().saturating_sub(WAITING);
        self.told.drain(..beyond);
    }

    /// Whether anything waits that a coordinator says.
    pub(super) fn due(&self) -> bool {
        !(self.people.is_empty() && self.claims.is_empty() && self.told.is_empty())
    }

    /// Whether anything of ours happened that was not said.
    pub(super) fn happened(&self) -> bool {
        !self.events.is_empty()
    }

    /// The hub is gone: whose it is to speak nobody can say, so each speaks for
    /// itself.
    pub(super) fn gone(&mut self, voice: &Voice) {
        for token in self.claims.drain(..) {
            voice.say(News::Claimed(token, Claim::Ours, clock::elapsed()));
        }
    }

    /// Says what happened to us; the place of the last event, if there was one.
    pub(super) fn events(
        &mut self,
        link: &mut Link,
        about: &About,
        ahead: Ahead,
        voice: &Voice,
    ) -> Result<Option<String>, Trouble> {
        let key = about.key(&format!("events:{}", about.name));
        let mut place = None;
        while let Some(event) = self.events.front() {
            let text = serde_json::to_string(event).unwrap_or_default();
            let mut command = redis::cmd("XADD");
            command
                .arg(&key)
                .arg("MAXLEN")
                .arg("~")
                .arg(STREAM)
                .arg("*");
            command.arg("e").arg(text).arg("a").arg(ahead.0);
            place = Some(link.ask::<String>(&command)?);
            // Only now: what was not taken is said again.
            if let Some(event) = self.events.pop_front() {
                voice.say(News::Published(event));
            }
        }
        Ok(place)
    }

    /// Says what people and alerts need.
    pub(super) fn turn(
        &mut self,
        link: &mut Link,
        about: &About,
        ahead: Ahead,
        voice: &Voice,
    ) -> Result<(), Trouble> {
        // What is denied is dropped: it would be denied again.
        let mut denied = None;
        let mut said = |link: &mut Link, command: &redis::Cmd| match link.ask::<i64>(command) {
            Err(Trouble::Denied(why)) => {
                denied = Some(Trouble::Denied(why));
                Ok(())
            }
            done => done.map(drop),
        };
        // What was told goes before what is asked.
        while let Some((token, told)) = self.told.front() {
            let command = if *told {
                scripts::told(about, token)
            } else {
                scripts::untold(about, token)
            };
            said(link, &command)?;
            self.told.pop_front();
        }
        if !self.people.is_empty() {
            let texts: Vec<(String, String)> = self
                .people
                .iter()
                .filter_map(|(key, one)| Some((key.clone(), serde_json::to_string(one).ok()?)))
                .collect();
            said(link, &scripts::people(about, &texts))?;
            self.people.clear();
        }
        while let Some(token) = self.claims.front() {
            let ms = |at: Timestamp| at.0.saturating_mul(1_000).saturating_add(ahead.0);
            let (since, lately) = (ms(token.since), ms(token.lately));
            let command = scripts::claim(about, token, since, lately);
            let asked = clock::elapsed();
            let answer = link.ask::<(String, String)>(&command);
            let claim = match answer {
                Ok((word, who)) => match word.as_str() {
                    "told" => Claim::Told(who),
                    "theirs" => Claim::Theirs(who),
                    _ => Claim::Ours,
                },
                // Who may not ask speaks for itself.
                Err(Trouble::Denied(_)) => Claim::Ours,
                Err(gone) => return Err(gone),
            };
            if let Some(token) = self.claims.pop_front() {
                voice.say(News::Claimed(token, claim, asked));
            }
        }
        denied.map_or(Ok(()), Err)
    }
}
