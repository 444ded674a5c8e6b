//! What a node's readings and reports say of a target there. Pure.

use std::time::Duration;

use super::advice::SSHD_BY_ROOT;
use super::plan::{Action, Plan, Step, Verdict, command_line};
use super::run::{Condition, Told};
use super::target::of_deed;
use super::work::{Done, Taken};
use crate::config::{Check, Service};
use crate::model::reading::Readings;
use crate::model::text::cut;
use crate::remote::deed::{self, Deed, End};

/// What a node's readings say of a deed's target: `None`, that it is ready or
/// cannot be told; else what is the matter.
#[must_use]
pub fn broken(deed: &Deed, readings: &Readings) -> Option<String> {
    match deed {
        Deed::Service(_, service) => {
            let ready = readings.services.value()?.get(&service.name)?;
            (!ready).then(|| unready(service))
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

/// That a service there is not ready, by its check: the node only says no.
#[must_use]
pub fn unready(service: &Service) -> String {
    let why = match &service.check {
        Check::Tcp(place) => format!("{place} takes no connection there"),
        Check::SshBanner(place) => format!("no ssh server greets at {place} there"),
        Check::Process(name) => format!("no process `{name}` there"),
        Check::Command(argv) => {
            format!(
                "`{}` does not succeed there",
                cut(&command_line(argv), 60, "…")
            )
        }
    };
    format!("{} is not ready: {why}", service.name)
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
                note: report.note.clone(),
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
