//! Issues and pull requests, as a report counts them.

use super::Counted;
use crate::model::report::facts::Facts;
use crate::model::report::forge::figures::{Failures, Issues, Merged, Step, Waiting};
use crate::model::report::forge::reviews::Reviews;
use crate::model::report::forge::{Figure, Forge};
use crate::model::report::source::Standing;
use crate::model::time::Timestamp;

/// The least urgent priority that is a next step: P2.
const LEAST: u8 = 2;

/// What GitHub says of the period.
#[derive(Debug, Clone, PartialEq)]
pub struct Forged {
    /// Issues closed.
    pub closed: Counted,
    /// Of these not planned, and duplicates.
    pub reasons: Issues,
    /// Issues opened.
    pub opened: Counted,
    /// Pull requests merged.
    pub merged: Counted,
    /// Of these into the default branch, by bots, by agents' bots.
    pub merges: Merged,
    /// Pull requests opened.
    pub pulls_opened: Counted,
    /// Review times; `None`: not known.
    pub reviews: Option<Reviews>,
    /// Merges that were taken back; `None`: not known.
    pub failures: Option<Failures>,
    /// Whether `steps` are all there are.
    pub steps_whole: bool,
    /// Open issues with a priority, the most urgent first; `None`: not known.
    pub steps: Option<Vec<Step>>,
    /// Open pull requests that nobody answered; `None`: not known.
    pub waiting: Option<Vec<Waiting>>,
}

impl Forged {
    /// Of this answer; what is open, as it was `at`.
    #[must_use]
    pub fn of(forge: &Forge, facts: &Facts, at: Timestamp) -> Self {
        let (span, compared) = (facts.span, facts.compared);
        let closed = forge.issues_closed(span);
        let merged = forge.pulls_merged(span);
        let reviews = whole(forge.reviews(span));
        let reverts = facts.code.as_ref().map(|code| &code.now.reverts[..]);
        let failures = reverts.map(|reverts| forge.failures(span, reverts, at));
        Self {
            closed: both(&closed, &forge.issues_closed(compared), |one| one.closed),
            reasons: closed.value,
            opened: both(
                &forge.issues_opened(span),
                &forge.issues_opened(compared),
                |count| *count,
            ),
            merged: both(&merged, &forge.pulls_merged(compared), |one| one.all),
            merges: merged.value,
            pulls_opened: both(
                &forge.pulls_opened(span),
                &forge.pulls_opened(compared),
                |count| *count,
            ),
            reviews,
            failures: failures.and_then(whole),
            steps_whole: forge.next_steps(LEAST).state == Standing::Ok,
            // What was opened later was nothing to do then.
            steps: known(forge.next_steps(LEAST)).map(|mut all| {
                all.retain(|step| step.issue.created < at);
                all
            }),
            waiting: known(forge.waiting()).map(|mut all| {
                all.retain(|one| one.pull.created < at && one.since < at);
                all
            }),
        }
    }
}

fn both<T>(now: &Figure<T>, before: &Figure<T>, count: impl Fn(&T) -> u64) -> Counted {
    let value = |figure: &Figure<T>| {
        let known = figure.state != Standing::Missing;
        known.then(|| count(&figure.value))
    };
    // What is known in part only is nothing to compare with.
    let before = Some(before).filter(|one| one.state == Standing::Ok);
    let partial = now.state == Standing::Partial;
    Counted::of(value(now), before.and_then(value), partial)
}

fn known<T>(figure: Figure<T>) -> Option<T> {
    (figure.state != Standing::Missing).then_some(figure.value)
}

/// Of all repositories, or not at all.
fn whole<T>(figure: Figure<T>) -> Option<T> {
    (figure.state == Standing::Ok).then_some(figure.value)
}
