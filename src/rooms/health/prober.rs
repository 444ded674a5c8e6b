//! Looks at all nodes, judges and records, as often as wanted.

use super::expected::Expected;
use super::facts;
use super::heard::{Heard, Word};
use super::record::{Rules, record};
use super::sweep::Sweep;
use crate::config::Config;
use crate::failure::Failure;
use crate::model::history::{Batch, Sample, lines};
use crate::model::home::Home;
use crate::model::reading::Reading;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::remote::fleet::Fleet;
use crate::remote::targets::{manners, targets};
use crate::roster::roster;
use crate::state::store::Store;
use crate::sys::beside::beside;
use crate::sys::flock::{self, Wait};
use crate::sys::host::{Ask, Look};
use crate::sys::signals::{Signals, Stop};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, history, metrics, output, programs, status_bar};

/// Looks, judges and records.
pub(super) struct Prober<'a> {
    around: &'a Surroundings,
    config: &'a Config,
    expected: Expected,
    name: String,
    only: Option<&'a str>,
    pub(super) store: Store,
    wait: Wait,
    fleet: Fleet,
    has_ssh: bool,
    /// What was the matter with the history last time.
    complaint: Option<String>,
}

impl<'a> Prober<'a> {
    /// `only`: the one node to look at. Who does not wait for the lock will
    /// look again, and keeps the shells open.
    pub(super) fn new(
        around: &'a Surroundings,
        config: &'a Config,
        name: String,
        only: Option<&'a str>,
        wait: Wait,
    ) -> Self {
        let ssh = programs::find("ssh", around);
        let manners = manners(config, around.termux(), wait == Wait::Never);
        Self {
            around,
            config,
            expected: facts::expected(around, config),
            name,
            only,
            store: Store::new(Home::of(&around.mamori_home), "mamori health"),
            wait,
            has_ssh: ssh.is_some(),
            complaint: None,
            fleet: Fleet::new(ssh, around, manners),
        }
    }

    /// What kept us from our own work.
    pub(super) fn unable(&self) -> Option<Failure> {
        let remote = |name: &str| name != self.name;
        let wanted = match self.only {
            Some(only) => remote(only),
            None => self.config.nodes.iter().any(|node| remote(&node.name)),
        };
        (wanted && !self.has_ssh).then(|| {
            let install = if self.around.termux() {
                "pkg install openssh"
            } else {
                "apt install openssh-client"
            };
            Failure::unable("`ssh` is not on the PATH, so no remote node could be looked at")
                .hint(install)
        })
    }

    /// One look at all, recorded; when it cannot be recorded, that is said and
    /// the result stands all the same.
    ///
    /// # Errors
    /// Who asked us to stop.
    pub(super) fn probe(&mut self, signals: &Signals) -> Result<State, Stop> {
        let known = self
            .store
            .read()
            .ok()
            .flatten()
            .map(|look| look.state)
            .unwrap_or_default();
        let heard = self.hear(&known, signals)?;
        let now = heard
            .last()
            .map_or_else(clock::now, |heard| heard.moment.at);
        let rules = Rules {
            name: &self.name,
            expected: &self.expected,
            judge: &self.config.judge,
            config: self.config,
        };
        let updated = self.store.update(self.wait, now, |state| {
            let new = record(state.clone(), &heard, rules);
            let begun = lines::begun(state, &new);
            ((state.summary.level(), begun), Some(new))
        });
        let recorded = updated.is_ok();
        let state = match updated {
            Ok(updated) => {
                let (level, begun) = updated.outcome;
                // What cannot be written there cannot be written here: said once.
                let _ = metrics::errors(&self.around.mamori_home, &begun);
                for notice in &updated.notices {
                    output::complain(&format!("warning: {notice}\n"));
                }
                let before = (self.wait == Wait::Never).then_some(level);
                status_bar::show_everywhere(self.around, self.store.home(), before, &updated.state);
                updated.state
            }
            Err(error) => {
                output::complain(&format!("warning: not recorded: {error}\n"));
                record(known, &heard, rules)
            }
        };
        self.remember(&state, &heard, now, recorded);
        Ok(state)
    }

    /// Keeps what was seen. The result stands, whatever comes of that.
    fn remember(&mut self, state: &State, heard: &[Heard], now: Timestamp, recorded: bool) {
        let home = &self.around.mamori_home;
        let mut responses = String::new();
        // What the state file does not hold is told by who writes it there.
        let mut batch = if recorded {
            Batch::of(state, now)
        } else {
            Batch {
                now,
                ..Batch::default()
            }
        };
        for one in heard {
            let Some(node) = state.node(&one.node) else {
                continue;
            };
            let at = one.moment.at;
            if let Word::Answered(_, latency_ms) = &one.word {
                responses.push_str(&lines::response(*latency_ms, at, &node.name));
            }
            let sample = Sample::of(node, at);
            let percent = node.readings.disk_used_percent.value();
            if let Some(percent) = percent.filter(|_| !sample.disks.is_empty()) {
                let other = (node.name != self.name).then_some(node.name.as_str());
                let _ = metrics::disk_usage(home, other, at, *percent);
            }
            batch.samples.push(sample);
        }
        let _ = metrics::response_times(home, &responses);
        let said = history::note(self.store.home(), &batch);
        // One cause is said once, also to who looks again and again.
        if let Some(said) = said.as_ref().filter(|_| recorded)
            && self.complaint.as_ref() != Some(said)
        {
            output::complain(&format!("warning: {said}\n"));
        }
        self.complaint = said;
    }

    /// Looks at this machine while the others are asked.
    fn hear(&mut self, known: &State, signals: &Signals) -> Result<Vec<Heard>, Stop> {
        let mut targets = targets(self.config, known, &self.name);
        // A paused node is left alone, unless somebody asks for it by name.
        let now = clock::now();
        let paused = |name: &str| known.pauses.get(name).is_some_and(|pause| pause.holds(now));
        // Nobody listens there any more: only the watcher's old connection
        // still reaches it, and that is what the state file says.
        let watched = flock::held(&self.store.home().watch_lock()).is_some();
        let held = |name: &str| {
            let node = known.node(name);
            watched
                && node.is_some_and(|node| {
                    node.silence.is_none() && node.readings.sshd == Reading::Value(false)
                })
        };
        targets.retain(|target| match self.only {
            Some(only) => only == target.name,
            None => !paused(&target.name) && !held(&target.name),
        });
        let manners = manners(self.config, self.around.termux(), self.wait == Wait::Never);
        let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
        self.fleet.follow(manners, targets);
        let nodes = roster(known, self.config, &self.name, clock::now())
            .into_iter()
            .filter(|node| names.contains(&node.name))
            .collect();
        let sweep = Sweep {
            config: self.config,
            nodes,
            patient: self.wait != Wait::Never,
        };
        let (around, config, fleet) = (self.around, self.config, &mut self.fleet);
        let (look, swept) = beside(
            || facts::look(around, config, known, Ask::ALL),
            |look| sweep.run(fleet, signals, || look.peek(lost_network)),
        );
        let swept = swept?;
        // The local look is missing only where there are no threads left.
        let mut look = look.unwrap_or_else(|| facts::look(around, config, known, Ask::ALL));
        if swept.iter().any(answered) {
            look.readings.network = Reading::Value(true);
        }
        let local = Heard {
            node: self.name.clone(),
            moment: look.moment.clone(),
            word: Word::Looked(Box::new(look), Ask::ALL),
        };
        Ok(std::iter::once(local).chain(swept).collect())
    }
}

fn lost_network(look: &Look) -> bool {
    look.readings.network == Reading::Value(false)
}

/// A configured node's answer proves the network.
fn answered(heard: &Heard) -> bool {
    matches!(heard.word, Word::Answered(..))
}
