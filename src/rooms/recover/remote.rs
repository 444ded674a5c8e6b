//! Recovers what runs on other nodes, over their channels.

use std::collections::BTreeMap;
use std::time::Duration;

use rustix::event::PollFd;

use super::facts::Crew;
use super::plan::{Action, Plan, Step, Verdict};
use super::run::{Condition, Told};
use super::target::{Target, What, of_deed};
use super::work::{Done, Taken};
use crate::model::node::Platform;
use crate::model::reading::Readings;
use crate::model::state::State;
use crate::model::text::quoted;
use crate::remote::cause::{Cause, Trouble};
use crate::remote::deed::{self, Deed, End};
use crate::remote::fleet::{Fleet, Outcome, Question};
use crate::remote::targets::{manners, targets};
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
    let plan = plan(deed, Some(found));
    let condition = match (&report.end, report.why()) {
        (End::Ready, _) | (_, None) => Condition::Recovered,
        (End::Left(_), _) => Condition::Left,
        (End::NeedsRoot(command), _) => Condition::NeedsRoot(command.clone()),
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

/// What is still to be done where.
struct Errands<'a> {
    state: &'a State,
    dry_run: bool,
    fleet: Fleet,
    /// The deeds of each node, by number.
    deeds: BTreeMap<String, Vec<Deed>>,
    /// The targets that wait, by node.
    waiting: BTreeMap<String, Vec<(Target, Option<String>)>>,
    told: Vec<Told>,
    began: Duration,
}

impl<'a> Errands<'a> {
    fn new(wanted: &[Target], crew: &Crew, state: &'a State, dry_run: bool) -> Self {
        let mut waiting: BTreeMap<String, Vec<(Target, Option<String>)>> = BTreeMap::new();
        for target in wanted {
            waiting
                .entry(target.node.clone())
                .or_default()
                .push((target.clone(), None));
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
        for (target, _) in targets {
            let deed = deeds.iter().find(|deed| of_deed(node, deed) == target);
            let found = deed.and_then(|deed| broken(deed, readings));
            match (deed, found) {
                (Some(deed), Some(found)) if self.dry_run => {
                    self.tell(target, plan(deed, Some(found)), Condition::Planned);
                }
                (Some(_), Some(found)) => left.push((target, Some(found))),
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

    /// Asks for the next deed on a node.
    fn next(&mut self, node: &str) {
        let first = self.waiting.get(node).and_then(|left| left.first());
        let Some((target, _)) = first else {
            self.waiting.remove(node);
            return;
        };
        let deeds = self.deeds.get(node).map(Vec::as_slice).unwrap_or_default();
        let number = deeds.iter().position(|deed| of_deed(node, deed) == *target);
        if let Some(number) = number.and_then(|number| u16::try_from(number).ok()) {
            // A person who asks means it: what hangs is ended first.
            self.fleet.ask(
                node,
                Question::Deed {
                    number,
                    insist: true,
                },
            );
        }
    }

    fn came(&mut self, node: &str, number: u16, report: &deed::Report, asked: Duration) {
        let deed = self
            .deeds
            .get(node)
            .and_then(|deeds| deeds.get(usize::from(number)))
            .cloned();
        let found = self.waiting.get_mut(node).and_then(|left| {
            let first = !left.is_empty();
            first.then(|| left.remove(0)).and_then(|(_, found)| found)
        });
        if let Some(deed) = deed {
            let took = clock::elapsed().saturating_sub(asked);
            self.told.push(told(
                node,
                &deed,
                found.unwrap_or_default(),
                report,
                asked,
                took,
            ));
        }
        self.next(node);
    }

    /// Nobody lets us in: what can be done there, by whoever stands before it.
    fn unreachable(&mut self, node: &str, trouble: &Trouble) {
        let platform = self.state.node(node).and_then(|node| node.platform);
        for (target, _) in self.waiting.remove(node).unwrap_or_default() {
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

/// What a person can do when ssh itself is the victim.
#[must_use]
pub fn help(node: &str, platform: Option<Platform>, cause: Cause) -> Option<String> {
    let start = match platform {
        Some(Platform::Termux) => "open Termux there and run: sv up sshd || sshd",
        Some(Platform::Macos) => "there: sudo launchctl kickstart -k system/com.openssh.sshd",
        Some(Platform::Linux) | None => {
            "at its console: sudo systemctl start ssh || sudo service ssh start"
        }
    };
    match cause {
        Cause::Refused => Some(format!("it is there, its ssh server is not; {start}")),
        Cause::Auth | Cause::HostKeyChanged | Cause::HostKeyUnknown => {
            Some(format!("mamori doctor; ssh {} true", quoted(node)))
        }
        _ if cause.may_be_ours() => Some(format!("mamori recover network; then {start}")),
        _ => Some(start.to_owned()),
    }
}
