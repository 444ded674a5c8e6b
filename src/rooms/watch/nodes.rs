//! The remote nodes as the watcher keeps them: asked at their pace, heard as
//! they answer. Effects in, plain data out.

use std::collections::HashSet;
use std::time::Duration;

use super::pace::{Often, Pace};
use crate::config::Config;
use crate::model::moment::Moment;
use crate::model::node::{Node, NodeState};
use crate::model::reading::Reading;
use crate::model::state::State;
use crate::remote::deed::{self, Deed};
use crate::remote::fleet::{Fleet, Outcome, Question, Report};
use crate::remote::targets::{manners, targets};
use crate::rooms::health::facts;
use crate::rooms::health::heard::{Heard, Word};
use crate::sys::host::{self, Ask};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, programs};

/// How long an answer about our own network stands.
const NETWORK_STANDS: Duration = Duration::from_secs(10);
/// Nobody sees a difference in when a shell's light answer is taken; waiting
/// for a few at once saves waking up for each.
const GATHERING: Duration = Duration::from_millis(40);

/// The remote nodes.
pub struct Nodes<'a> {
    around: &'a Surroundings,
    fleet: Fleet,
    pace: Pace,
    names: Vec<String>,
    /// When our own network was last known to be there or not.
    network: Option<(Duration, bool)>,
    /// When light questions were last asked.
    asked_at: Option<Duration>,
    /// What came of deeds: the node, its number, and when it was asked.
    done: Vec<DeedDone>,
}

/// What came of a deed on a node.
#[derive(Debug)]
pub struct DeedDone {
    /// The node.
    pub node: String,
    /// Which of its deeds.
    pub number: u16,
    /// When it was asked for, in the machine's own time.
    pub asked: Duration,
    /// What came of it.
    pub report: deed::Report,
}

impl<'a> Nodes<'a> {
    /// Those of `config`, as far as `state` knows them.
    #[must_use]
    pub fn new(around: &'a Surroundings, config: &Config, state: &State, local: &str) -> Self {
        let manners = manners(config, around.termux(), true);
        let mut nodes = Self {
            around,
            fleet: Fleet::new(programs::find("ssh", around), around, manners),
            pace: Pace::default(),
            names: Vec::new(),
            network: None,
            asked_at: None,
            done: Vec::new(),
        };
        nodes.follow(config, state, local);
        nodes
    }

    /// Keeps to another configuration. A paused node is left alone.
    pub fn follow(&mut self, config: &Config, state: &State, local: &str) {
        let manners = manners(config, self.around.termux(), true);
        let now = clock::now();
        let mut targets = targets(config, state, local);
        targets.retain(|target| {
            let pause = state.pauses.get(&target.name);
            pause.is_none_or(|pause| !pause.holds(now))
        });
        self.names = targets.iter().map(|target| target.name.clone()).collect();
        let names = &self.names;
        self.pace
            .retain(|name| names.iter().any(|known| known == name));
        self.fleet.follow(manners, targets);
    }

    /// Asks whom it is time to ask, and takes what they said.
    pub fn turn(&mut self, state: &State, config: &Config) -> Vec<Heard> {
        let elapsed = clock::elapsed();
        let often = often(config);
        for (index, name) in self.names.iter().enumerate() {
            let Some(node) = state.node(name) else {
                continue;
            };
            if let Some(question) = self
                .pace
                .due(node, index < self.fleet.keeps(), often, elapsed)
            {
                self.fleet.ask(name, question);
                self.asked_at = Some(elapsed);
            }
        }
        let reports = self.fleet.turn(elapsed);
        if reports.is_empty() {
            return Vec::new();
        }
        for report in &reports {
            if let Outcome::Deed {
                number,
                report: came,
            } = &report.outcome
            {
                self.done.push(DeedDone {
                    node: report.node.clone(),
                    number: *number,
                    asked: report.asked,
                    report: came.clone(),
                });
                // How things stand now.
                self.fleet.ask(&report.node, Question::Full);
            }
        }
        let offline = self.offline(&reports, state, config);
        let moment = host::moment();
        let heard = |report| Heard::from(report, &moment, offline);
        reports.into_iter().map(heard).collect()
    }

    /// Has a deed done, when the node is not busy with another question.
    pub fn ask(&mut self, node: &str, question: Question) -> bool {
        let free = !self.fleet.waits_for(node);
        if free {
            self.fleet.ask(node, question);
        }
        free
    }

    /// What may be done on a node.
    #[must_use]
    pub fn deeds(&self, node: &str) -> &[Deed] {
        self.fleet.deeds(node)
    }

    /// What came of deeds since this was last asked.
    pub fn done(&mut self) -> Vec<DeedDone> {
        std::mem::take(&mut self.done)
    }

    /// Whether `node` was asked something and has not answered.
    #[must_use]
    pub fn waits_for(&self, node: &str) -> bool {
        self.fleet.waits_for(node)
    }

    /// Whether our own network is lost, where these reports raise the question.
    fn offline(&mut self, reports: &[Report], state: &State, config: &Config) -> bool {
        let now = clock::elapsed();
        let beyond = |report: &&Report| !report.loopback;
        let came = |report: &Report| !matches!(report.outcome, Outcome::Failed(_));
        if reports.iter().filter(beyond).any(came) {
            self.network = Some((now, true));
        }
        if !reports.iter().any(Report::may_be_ours) {
            return false;
        }
        if let Some((at, there)) = self.network
            && now.saturating_sub(at) < NETWORK_STANDS
        {
            return !there;
        }
        let ask = Ask {
            network: true,
            ..Ask::default()
        };
        let look = facts::look(self.around, config, state, ask);
        let lost = look.readings.network == Reading::Value(false);
        self.network = Some((now, !lost));
        lost
    }

    /// What to wait for; nothing while answers gather.
    #[must_use]
    pub fn interests(&self) -> Vec<rustix::event::PollFd<'_>> {
        if self.gathering(clock::elapsed()).is_some() {
            return Vec::new();
        }
        self.fleet.interests()
    }

    fn gathering(&self, now: Duration) -> Option<Duration> {
        let until = self.asked_at? + GATHERING;
        (now < until && self.fleet.asks_lightly()).then_some(until)
    }

    /// How long to wait at most before the next turn.
    #[must_use]
    pub fn wait(&self, state: &State, config: &Config) -> Duration {
        let now = clock::elapsed();
        let often = often(config);
        let due = self
            .names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| Some((index, state.node(name)?)))
            .filter(|(_, node)| !self.fleet.waits_for(&node.name))
            .map(|(index, node)| self.pace.next(node, index < self.fleet.keeps(), often).0);
        let soonest = due
            .chain(self.fleet.deadline(now))
            .chain(self.gathering(now));
        let soonest = soonest.min().unwrap_or(Duration::MAX);
        soonest.saturating_sub(now)
    }

    /// Nothing that was asked before counts: all are asked anew.
    pub fn begin_anew(&mut self) {
        self.fleet.forget_questions();
        self.pace.begin_anew();
        self.network = None;
    }

    /// We slept: what became of the connections nobody knows.
    pub fn slept(&mut self, from: &Moment, moment: &Moment) -> Vec<Heard> {
        self.begin_anew();
        self.fleet.hang_up();
        self.names
            .iter()
            .map(|name| Heard {
                node: name.clone(),
                moment: moment.clone(),
                word: Word::Slept { from: from.clone() },
            })
            .collect()
    }

    /// What there is to be said of nodes that nobody asks: they are paused.
    /// Of those that only the hub knows their own word or its absence tells.
    #[must_use]
    pub fn left(&self, state: &State, config: &Config, local: &str, moment: &Moment) -> Vec<Heard> {
        let names: HashSet<&str> = self.names.iter().map(String::as_str).collect();
        let asked = |node: &Node| node.name == local || names.contains(node.name.as_str());
        let only_there = |node: &Node| {
            let speaks = node.published.is_some() && node.state != NodeState::Paused;
            speaks && config.node(&node.name).is_none()
        };
        let left = state.nodes.iter();
        let left = left.filter(|node| !asked(node) && !only_there(node));
        left.map(|node| Heard {
            node: node.name.clone(),
            moment: moment.clone(),
            word: Word::Left,
        })
        .collect()
    }

    /// Whether an answer is waited for.
    #[must_use]
    pub fn waiting(&self) -> bool {
        self.names.iter().any(|name| self.fleet.waits_for(name))
    }

    /// Whether any is asked.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.names.is_empty()
    }
}

fn often(config: &Config) -> Often {
    Often {
        full: config.watch.health_every,
        alive: config.watch.liveness_every,
    }
}
