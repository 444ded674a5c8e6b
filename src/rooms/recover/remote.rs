//! Recovers what runs on other nodes, over their channels.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rustix::event::PollFd;

use super::advice::help;
use super::cli::spent;
use super::elsewhere::{broken, plan, told, unready};
use super::facts::Crew;
use super::lease::{self, Asks};
use super::plan::{Plan, Verdict, ticked};
use super::run::{self, Condition, Told};
use super::service::after;
use super::target::{Target, What, of_deed};
use crate::model::reading::Readings;
use crate::model::state::State;
use crate::remote::cause::Trouble;
use crate::remote::deed::{self, Deed, End};
use crate::remote::fleet::{Fleet, Outcome, Question};
use crate::remote::targets::{manners, targets};
use crate::sys::flock::{Lock, Wait};
use crate::sys::hub::lease::Lease;
use crate::sys::{clock, poll, programs};

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
    /// Held until the answer, so that nobody else acts: on this machine, and
    /// on any other.
    _lock: Option<Lock>,
    lease: Option<Lease>,
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
    /// The services that are ready, or will be when what was planned before
    /// is done, by node.
    ready: BTreeMap<String, BTreeSet<String>>,
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
                lease: None,
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
            ready: BTreeMap::new(),
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
        let services = readings.services.value().into_iter().flatten();
        let ready = services.filter(|(_, ready)| **ready);
        let ready: BTreeSet<String> = ready.map(|(name, _)| name.clone()).collect();
        self.ready.insert(node.to_owned(), ready.clone());
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
                    let lacks = self.lacks(&target);
                    if !lacks.is_empty() {
                        self.waits(target, &found, lacks);
                        continue;
                    }
                    let needs = target.needs().iter();
                    let first: Vec<String> = needs
                        .filter(|name| !ready.contains(*name))
                        .cloned()
                        .collect();
                    self.stands(&target);
                    let plan = plan(deed, Some(after(found, &first)));
                    self.tell(target, plan, Condition::Planned);
                }
                (Some(_), Some(found)) => left.push(Waits {
                    target,
                    found: Some(found),
                    asked: false,
                    _lock: None,
                    lease: None,
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
                unready(service),
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
                note: String::new(),
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
            let lacks = self.lacks(&waits.target);
            if !lacks.is_empty() {
                self.waits(waits.target, &found, lacks);
                continue;
            }
            let spent = spent(&waits.target, self.state);
            // Other nodes wait meanwhile: it is a person's one command.
            let wait = if spent.is_some() {
                Wait::Never
            } else {
                Wait::AtMost(within)
            };
            let locked = run::lock(&waits.target, self.crew, wait);
            let ours = locked.and_then(|lock| {
                let lease = lease::turn(&waits.target, self.crew, Asks::Person)?;
                Ok((lock, lease))
            });
            let condition = match (spent, ours) {
                (Some(why), _) => Condition::NotNow(format!("{why}: {found}")),
                (None, Err(holder)) => Condition::Busy(holder),
                (None, Ok((lock, lease))) => {
                    let asked = Waits {
                        asked: true,
                        _lock: lock,
                        lease,
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
        if let (Some(deed), Some(mut waits)) = (deed, waits) {
            waits.lease.take().into_iter().for_each(Lease::give_back);
            let took = clock::elapsed().saturating_sub(asked);
            let found = waits.found.unwrap_or_default();
            let told = told(node, &deed, found, report, asked, took);
            if told.condition == Condition::Recovered {
                self.stands(&waits.target);
            }
            self.told.push(told);
        }
        self.next(node);
    }

    /// The services that a target needs and that are not ready.
    fn lacks(&self, target: &Target) -> Vec<String> {
        let ready = self.ready.get(&target.node);
        let there = |name: &String| ready.is_some_and(|ready| ready.contains(name));
        let needs = target.needs().iter();
        needs.filter(|name| !there(name)).cloned().collect()
    }

    /// Notes that a target is ready, for those that need it.
    fn stands(&mut self, target: &Target) {
        if let What::Service(service) = &target.what {
            let ready = self.ready.entry(target.node.clone()).or_default();
            ready.insert(service.name.clone());
        }
    }

    fn waits(&mut self, target: Target, found: &str, lacks: Vec<String>) {
        let plan = Plan {
            found: format!("{found}; it needs {}", ticked(&lacks)),
            verdict: Verdict::Waits(lacks.clone()),
        };
        self.tell(target, plan, Condition::Waits(lacks));
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
