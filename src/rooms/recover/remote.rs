//! Recovers what runs on other nodes, over their channels.

use std::collections::BTreeMap;
use std::time::Duration;

use rustix::event::PollFd;

use super::advice::{SSHD_BY_ROOT, help};
use super::cli::spent;
use super::facts::Crew;
use super::plan::{Action, Plan, Step, Verdict};
use super::run::{self, Condition, Told};
use super::target::{Target, What, of_deed};
use super::work::{Done, Taken};
use crate::model::reading::Readings;
use crate::model::state::State;
use crate::remote::cause::Trouble;
use crate::remote::deed::{self, Deed, End};
use crate::remote::fleet::{Fleet, Outcome, Question};
use crate::remote::targets::{manners, targets};
use crate::sys::flock::{Lock, Wait};
use crate::sys::{clock, poll, programs};

/// What a node's readings say of a deed's target: `None`, that it is ready or
/// cannot be told; else what is the matter.
#[must_use]
pub fn broken(deed: &Deed, readings: &Readings) -> Option<String> {
    match deed {
        Deed::Service(_, service) => {
            let ready = readings.services.value()?.get(&service.name)?;
            (!ready).then(|| format!("{} is not ready", service.name))
        }
        Deed::Session(session) => {
            let there = readings.tmux_sessions.value()?.contains(&session.name);
            (!there).then(|| format!("no session `{}`", session.name))
        }
        Deed::Sshd => {
            let there = readings.sshd.value()?;
            (!there).then(|| "its ssh server is gone; an old connection is left".to_owned())
        }
    }
}

/// The plan for a target on another node, of which `found` is the matter.
#[must_use]
pub fn plan(deed: &Deed, found: Option<String>) -> Plan {
    match found {
        None => Plan {
            found: "ready".into(),
            verdict: Verdict::Fine,
        },
        Some(found) => {
            let step = Step::new(Action::There(deed.shown()), found.clone());
            Plan {
                found,
                verdict: Verdict::Mend(vec![step]),
            }
        }
    }
}

/// What a report of a deed that was begun at `began`, in the machine's own
/// time, and lasted `took` says of its target.
#[must_use]
pub fn told(
    node: &str,
    deed: &Deed,
    found: String,
    report: &deed::Report,
    began: Duration,
    took: Duration,
) -> Told {
    let mut plan = plan(deed, Some(found));
    let condition = match (&report.end, report.why()) {
        (End::Ready, _) | (_, None) => Condition::Recovered,
        (End::Left(_), _) => Condition::Left,
        (End::NeedsRoot, _) => Condition::NeedsRoot(SSHD_BY_ROOT.to_owned()),
        (End::Foreign, Some(why)) => {
            plan = Plan {
                found: why,
                verdict: Verdict::Hopeless(None),
            };
            Condition::Hopeless
        }
        (_, Some(why)) => Condition::Failed(why),
    };
    let ready = report.why().map_or(Ok(()), Err);
    let taken = match &plan.verdict {
        Verdict::Mend(steps) => steps
            .iter()
            .map(|step| Taken {
                step: step.clone(),
                result: ready.clone(),
                note: String::new(),
            })
            .collect(),
        _ => Vec::new(),
    };
    Told {
        target: of_deed(node, deed),
        plan,
        done: Some(Done {
            ready,
            taken,
            acted_after: report.acted.then_some(Duration::ZERO),
            took,
            started: None,
        }),
        condition,
        alive: Vec::new(),
        began,
    }
}

/// Sees to targets on other nodes, all nodes at once.
#[must_use]
pub fn see_to(wanted: &[Target], crew: &Crew, state: &State, dry_run: bool) -> Vec<Told> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut errands = Errands::new(wanted, crew, state, dry_run);
    while errands.turn() {
        let limit = errands.wait();
        poll::wait(errands.interests(), limit);
    }
    // In the order in which they were asked for.
    let mut told = errands.told;
    told.sort_by_key(|told| wanted.iter().position(|target| *target == told.target));
    told
}

/// A target that waits for its turn.
struct Waits {
    target: Target,
    /// What is the matter with it, once its node was looked at.
    found: Option<String>,
    /// Whether it was asked for.
    asked: bool,
    /// Held until the answer, so that nobody else acts.
    _lock: Option<Lock>,
}

/// What is still to be done where.
struct Errands<'a> {
    state: &'a State,
    dry_run: bool,
    fleet: Fleet,
    /// The deeds of each node, by number.
    deeds: BTreeMap<String, Vec<Deed>>,
    /// The targets that wait, by node.
    waiting: BTreeMap<String, Vec<Waits>>,
    crew: &'a Crew,
    told: Vec<Told>,
    began: Duration,
}

impl<'a> Errands<'a> {
    fn new(wanted: &[Target], crew: &'a Crew, state: &'a State, dry_run: bool) -> Self {
        let mut waiting: BTreeMap<String, Vec<Waits>> = BTreeMap::new();
        for target in wanted {
            let waits = Waits {
                target: target.clone(),
                found: None,
                asked: false,
                _lock: None,
            };
            waiting.entry(target.node.clone()).or_default().push(waits);
        }
        let manners = manners(&crew.config, crew.around.termux(), true);
        let mut fleet = Fleet::new(programs::find("ssh", &crew.around), &crew.around, manners);
        let mut nodes = targets(&crew.config, state, &crew.local);
        nodes.retain(|node| waiting.contains_key(&node.name));
        let deeds = nodes
            .iter()
            .map(|node| (node.name.clone(), node.deeds.clone()))
            .collect();
        fleet.follow(manners, nodes);
        for node in waiting.keys() {
            fleet.ask(node, Question::Full);
        }
        Self {
            state,
            dry_run,
            fleet,
            deeds,
            waiting,
            crew,
            told: Vec::new(),
            began: clock::elapsed(),
        }
    }

    fn interests(&self) -> Vec<PollFd<'_>> {
        self.fleet.interests()
    }

    fn wait(&self) -> Duration {
        let now = clock::elapsed();
        let until = self
            .fleet
            .deadline(now)
            .unwrap_or(now + Duration::from_secs(1));
        until.saturating_sub(now)
    }

    /// Takes what was said; whether somebody is still waited for.
    fn turn(&mut self) -> bool {
        let now = clock::elapsed();
        for report in self.fleet.turn(now) {
            match report.outcome {
                Outcome::Answered { answer, .. } => self.looked(&report.node, &answer.readings),
                Outcome::Deed {
                    number,
                    report: came,
                } => {
                    self.came(&report.node, number, &came, report.asked);
                }
                Outcome::Alive { .. } => {}
                Outcome::Failed(trouble) => self.unreachable(&report.node, &trouble),
            }
        }
        !self.waiting.is_empty()
    }

    /// A node answered: what is ready is told, what is not is mended, one after
    /// the other.
    fn looked(&mut self, node: &str, readings: &Readings) {
        let deeds = self.deeds.get(node).cloned().unwrap_or_default();
        let Some(targets) = self.waiting.remove(node) else {
            return;
        };
        let mut left = Vec::new();
        for waits in targets {
            if waits.asked {
                self.broke(waits, &deeds);
                continue;
            }
            let target = waits.target;
            let deed = deeds.iter().find(|deed| of_deed(node, deed) == target);
            let found = deed.and_then(|deed| broken(deed, readings));
            match (deed, found) {
                (Some(deed), Some(found)) if self.dry_run => {
                    self.tell(target, plan(deed, Some(found)), Condition::Planned);
                }
                (Some(_), Some(found)) => left.push(Waits {
                    target,
                    found: Some(found),
                    asked: false,
                    _lock: None,
                }),
                (Some(deed), None) => self.tell(target, plan(deed, None), Condition::Ready),
                (None, _) => self.observed(target, readings),
            }
        }
        if !left.is_empty() {
            self.waiting.insert(node.to_owned(), left);
            self.next(node);
        }
    }

    /// A service of which nobody said how it is started.
    fn observed(&mut self, target: Target, readings: &Readings) {
        let What::Service(service) = &target.what else {
            return;
        };
        let ready = readings
            .services
            .value()
            .and_then(|all| all.get(&service.name));
        let (found, verdict, condition) = if ready == Some(&false) {
            let help = "its `[[service]]` has no `start`: nobody said how".to_owned();
            (
                format!("{} is not ready", service.name),
                Verdict::Hopeless(Some(help)),
                Condition::Hopeless,
            )
        } else {
            ("ready".to_owned(), Verdict::Fine, Condition::Ready)
        };
        self.tell(target, Plan { found, verdict }, condition);
    }

    /// The connection broke while a deed was done: what came of it nobody knows,
    /// and it is not done twice.
    fn broke(&mut self, waits: Waits, deeds: &[Deed]) {
        let node = waits.target.node.clone();
        let deed = deeds
            .iter()
            .find(|deed| of_deed(&node, deed) == waits.target);
        if let Some(deed) = deed {
            let report = deed::Report {
                end: End::Silent,
                acted: true,
                said: None,
            };
            let took = clock::elapsed().saturating_sub(self.began);
            let found = waits.found.unwrap_or_default();
            self.told
                .push(told(&node, deed, found, &report, self.began, took));
        }
    }

    /// Asks for the next deed on a node that may be done.
    fn next(&mut self, node: &str) {
        loop {
            let Some(left) = self.waiting.get_mut(node).filter(|left| !left.is_empty()) else {
                self.waiting.remove(node);
                return;
            };
            let waits = left.remove(0);
            let deeds = self.deeds.get(node).map(Vec::as_slice).unwrap_or_default();
            let number = deeds
                .iter()
                .position(|deed| of_deed(node, deed) == waits.target);
            let (Some(number), Some(found)) = (number, waits.found.clone()) else {
                continue;
            };
            let within = deeds.get(number).map_or(Duration::ZERO, Deed::limit);
            let spent = spent(&waits.target, self.state);
            // Other nodes wait meanwhile: it is a person's one command.
            let wait = if spent.is_some() {
                Wait::Never
            } else {
                Wait::AtMost(within)
            };
            let condition = match (spent, run::lock(&waits.target, self.crew, wait)) {
                (Some(why), _) => Condition::NotNow(format!("{why}: {found}")),
                (None, Err(holder)) => Condition::Busy(holder),
                (None, Ok(lock)) => {
                    let asked = Waits {
                        asked: true,
                        _lock: lock,
                        ..waits
                    };
                    if let Some(left) = self.waiting.get_mut(node) {
                        left.insert(0, asked);
                    }
                    let number = u16::try_from(number).unwrap_or(u16::MAX);
                    // A person who asks means it: what hangs is ended first.
                    let insist = true;
                    self.fleet.ask(node, Question::Deed { number, insist });
                    return;
                }
            };
            let plan = Plan {
                found,
                verdict: Verdict::Leave,
            };
            self.tell(waits.target, plan, condition);
        }
    }

    fn came(&mut self, node: &str, number: u16, report: &deed::Report, asked: Duration) {
        let deed = self
            .deeds
            .get(node)
            .and_then(|deeds| deeds.get(usize::from(number)))
            .cloned();
        let first = self.waiting.get_mut(node).filter(|left| !left.is_empty());
        let waits = first.map(|left| left.remove(0));
        if let (Some(deed), Some(waits)) = (deed, waits) {
            let took = clock::elapsed().saturating_sub(asked);
            let found = waits.found.unwrap_or_default();
            self.told
                .push(told(node, &deed, found, report, asked, took));
        }
        self.next(node);
    }

    /// Nobody lets us in: what can be done there, by whoever stands before it.
    fn unreachable(&mut self, node: &str, trouble: &Trouble) {
        let platform = self.state.node(node).and_then(|node| node.platform);
        for Waits { target, .. } in self.waiting.remove(node).unwrap_or_default() {
            let plan = Plan {
                found: format!("{node} does not let us in: {}", trouble.text),
                verdict: Verdict::Hopeless(help(node, platform, trouble.cause)),
            };
            self.tell(target, plan, Condition::Hopeless);
        }
    }

    fn tell(&mut self, target: Target, plan: Plan, condition: Condition) {
        self.told.push(Told {
            target,
            plan,
            done: None,
            condition,
            alive: Vec::new(),
            began: self.began,
        });
    }
}
