//! What is heard of other nodes through the hub.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::{Claim, News, Order, Shared};
use crate::config::Config;
use crate::model::hub::snapshot::Snapshot;
use crate::model::moment::Moment;
use crate::model::node::{Node, NodeState};
use crate::model::state::State;
use crate::rooms::health::heard::{Heard, Word};
use crate::rooms::health::published::Missing;
use crate::sys::clock;

/// What happened to others waits for the disk, so many times at most.
const HAPPENED: usize = 2_000;
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
        let news = hub.news();
        if !news.is_empty() {
            self.heard_at = clock::elapsed();
        }
        for news in news {
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
        let ahead = self.ahead.unwrap_or_default();
        let mut words = vec![word(Word::Published(Box::new(snapshot), ahead.0))];
        if ended.is_some() && config.node(&name).is_none() {
            words.push(word(Word::Missing(Missing::Ended)));
        }
        words
    }

    fn take(&mut self, news: News) {
        match news {
            News::There(ahead) => {
                self.ahead = Some(ahead);
                if self.there != Some(Ok(())) {
                    (self.there, self.since) = (Some(Ok(())), clock::elapsed());
                    self.news = true;
                }
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
            News::Happened(node, place, events) => {
                self.happened.push((node, place, events));
                let beyond = self.happened.len().saturating_sub(HAPPENED);
                self.happened.drain(..beyond);
            }
            News::People(said) => {
                self.spoken |= self.remote.as_ref() != Some(&said);
                self.remote = Some(said);
                self.pushed.clear();
            }
            News::Published(event) => self.published = Some(event),
            News::Claimed(token, claim, asked) => {
                self.asked.remove(&token);
                if !matches!(claim, Claim::Theirs(_)) {
                    self.theirs.remove(&token);
                }
                self.claims.insert(token, (claim, asked));
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
        let mut heard = Vec::new();
        for node in only_there(state, config) {
            let Some(why) = self.silent(node, moment) else {
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
        let waits = only_there(state, config).filter_map(|node| {
            let published = node.published.as_ref()?;
            if published.stands(moment) {
                let left = published
                    .reach()
                    .saturating_sub(moment.since(&published.at));
                return Some(left + Duration::from_millis(100));
            }
            let undecided = node.judged() != NodeState::Down && node.hidden.is_none();
            undecided.then_some(AGAIN)
        });
        waits.min().unwrap_or(Duration::MAX)
    }

    /// What is to be said of a node whose word does not stand any more, unless
    /// it is said already.
    fn silent(&self, node: &Node, moment: &Moment) -> Option<Missing> {
        let published = node.published.as_ref().filter(|one| !one.stands(moment))?;
        let quiet = moment.since(&published.at);
        let ended = published.every_s == 0 || self.ended.contains_key(&node.name);
        let forgotten = if ended { ENDED_FORGOTTEN } else { FORGOTTEN };
        if quiet >= forgotten {
            return Some(Missing::Forgotten);
        }
        if ended {
            return node.hidden.is_none().then_some(Missing::Ended);
        }
        // What was known to be down is so still.
        let down = node.judged() == NodeState::Down;
        match &self.there {
            Some(Err(_)) => (node.hidden.is_none() && !down).then_some(Missing::HubGone),
            // The hub was gone, or we were: the node may speak yet.
            Some(Ok(())) => {
                let listening = Duration::from_millis(moment.elapsed_ms).saturating_sub(self.since);
                (listening > published.reach() && !down).then_some(Missing::Silent)
            }
            None => None,
        }
    }

    /// Nobody listened for a while: who is silent may have spoken.
    pub fn slept(&mut self) {
        self.since = clock::elapsed();
        // What was ours then may be told by now.
        self.claims.clear();
        self.asked.clear();
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
