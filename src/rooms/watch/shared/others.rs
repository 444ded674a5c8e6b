//! What is heard of other nodes through the hub.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::{News, Order, Shared};
use crate::config::Config;
use crate::model::hub::snapshot::Snapshot;
use crate::model::moment::Moment;
use crate::model::node::{Node, NodeState};
use crate::model::state::State;
use crate::rooms::health::heard::{Heard, Word};
use crate::rooms::health::published::Missing;
use crate::sys::clock;

/// Silence is noted anew so often until it is decided about.
const AGAIN: Duration = Duration::from_secs(5);
/// What only the hub knew is forgotten after so long.
const FORGOTTEN: Duration = Duration::from_secs(7 * 86_400);
/// The same of what said that it ends.
const ENDED_FORGOTTEN: Duration = Duration::from_secs(86_400);

/// When what is not heard of was last noted, by node.
#[derive(Debug, Default)]
pub(super) struct Others {
    noted: BTreeMap<String, Duration>,
}

impl Shared {
    /// Takes what the hub said, and what it did not say.
    pub fn listen(&mut self, moment: &Moment, state: &State, config: &Config) -> Vec<Heard> {
        let Some(hub) = &self.hub else {
            return Vec::new();
        };
        let mut heard = Vec::new();
        for news in hub.news() {
            match news {
                News::Nodes(snapshots) => {
                    let said = |snapshot| self.said_by(snapshot, moment, config);
                    let words: Vec<Heard> = snapshots.into_iter().flat_map(said).collect();
                    heard.extend(words);
                }
                other => self.take(other),
            }
        }
        heard.extend(self.missed(moment, state, config));
        heard
    }

    fn said_by(&mut self, snapshot: Snapshot, moment: &Moment, config: &Config) -> Vec<Heard> {
        let name = snapshot.node.name.clone();
        let word = |word| Heard {
            node: name.clone(),
            moment: moment.clone(),
            word,
        };
        self.others.noted.remove(&name);
        // Two machines of one name: the hub lets one of them speak at a time.
        let ended = snapshot.ended.then_some(snapshot.written_ms);
        let before = match ended {
            Some(written) => self.ended.insert(name.clone(), written),
            None => {
                self.ended.remove(&name);
                None
            }
        };
        if ended.is_some() && before == ended {
            // Read once more: nothing new.
            return Vec::new();
        }
        let mut words = vec![word(Word::Published(Box::new(snapshot), self.ahead.0))];
        if ended.is_some() && config.node(&name).is_none() {
            words.push(word(Word::Missing(Missing::Ended)));
        }
        words
    }

    fn take(&mut self, news: News) {
        match news {
            News::There(ahead) => {
                self.ahead = ahead;
                self.news |= self.there != Some(Ok(()));
                self.there = Some(Ok(()));
                // It may have forgotten what was said.
                self.pushed.clear();
                if let Some(hub) = &self.hub {
                    hub.order(Order::Changed {
                        names: Vec::new(),
                        people: true,
                        all: false,
                    });
                }
            }
            News::Gone(why) => {
                self.news |= !matches!(self.there, Some(Err(_)));
                self.complaints
                    .push(format!("the hub does not answer: {why}"));
                (self.there, self.remote) = (Some(Err(why)), None);
            }
            News::Refused(node, why) => {
                self.complaints
                    .push(format!("what `{node}` says on the hub {why}"));
            }
            News::Happened(node, place, events) => self.happened.push((node, place, events)),
            News::People(said) => {
                self.news |= self.remote.as_ref() != Some(&said);
                self.remote = Some(said);
                self.pushed.clear();
            }
            News::Published(event) => self.published = Some(event),
            News::Claimed(token, claim) => {
                self.asked.remove(&token);
                self.claims.insert(token, (claim, clock::elapsed()));
            }
            News::NameTaken(_) if self.taken.is_some() => {}
            News::NameTaken(holder) => {
                self.complaints.push(
                    "another machine speaks on the hub under this name: set `[local] name`"
                        .to_owned(),
                );
                (self.taken, self.news) = (Some(holder), true);
            }
            News::NameOurs => self.news |= self.taken.take().is_some(),
            News::Denied(what) => {
                self.complaints
                    .push(format!("the hub does not let us in {what}"));
            }
            News::Nodes(_) => {}
        }
    }

    /// What is to be said of nodes that only the hub knows, and that it says
    /// nothing of any more.
    fn missed(&mut self, moment: &Moment, state: &State, config: &Config) -> Vec<Heard> {
        let now = Duration::from_millis(moment.elapsed_ms);
        let gone = matches!(self.there, Some(Err(_)));
        let mut heard = Vec::new();
        for node in only_there(state, config) {
            let Some(why) = silent(node, moment, gone, self.ended.contains_key(&node.name)) else {
                continue;
            };
            let noted = self.others.noted.get(&node.name);
            if noted.is_some_and(|at| now.saturating_sub(*at) < AGAIN) {
                continue;
            }
            self.others.noted.insert(node.name.clone(), now);
            heard.push(Heard {
                node: node.name.clone(),
                moment: moment.clone(),
                word: Word::Missing(why),
            });
        }
        heard
    }

    /// How long to wait at most before it is looked who fell silent.
    #[must_use]
    pub fn wait(&self, moment: &Moment, state: &State, config: &Config) -> Duration {
        if self.hub.is_none() {
            return Duration::MAX;
        }
        let gone = matches!(self.there, Some(Err(_)));
        let waits = only_there(state, config).filter_map(|node| {
            let published = node.published.as_ref()?;
            if published.stands(moment) {
                let left = published
                    .reach()
                    .saturating_sub(moment.since(&published.at));
                return Some(left + Duration::from_millis(100));
            }
            let ended = self.ended.contains_key(&node.name);
            let undecided = silent(node, moment, gone, ended).is_some();
            undecided.then_some(AGAIN)
        });
        waits.min().unwrap_or(Duration::MAX)
    }
}

/// The nodes that are known from the hub alone.
fn only_there<'s>(state: &'s State, config: &'s Config) -> impl Iterator<Item = &'s Node> {
    let configured = config.nodes.iter().map(|node| node.name.as_str());
    let configured: HashSet<&str> = configured.collect();
    let only =
        move |node: &&Node| node.published.is_some() && !configured.contains(node.name.as_str());
    state.nodes.iter().skip(1).filter(only)
}

/// What is to be said of a node whose word does not stand any more, unless it
/// is said already.
fn silent(node: &Node, moment: &Moment, gone: bool, ended: bool) -> Option<Missing> {
    let published = node.published.as_ref().filter(|one| !one.stands(moment))?;
    let quiet = moment.since(&published.at);
    let forgotten = if ended { ENDED_FORGOTTEN } else { FORGOTTEN };
    if quiet >= forgotten {
        return Some(Missing::Forgotten);
    }
    if ended {
        return node.hidden.is_none().then_some(Missing::Ended);
    }
    if gone {
        // What was known to be down before is so still.
        let known = node.hidden.is_some() || node.judged() == NodeState::Down;
        return (!known).then_some(Missing::HubGone);
    }
    (node.judged() != NodeState::Down).then_some(Missing::Silent)
}
