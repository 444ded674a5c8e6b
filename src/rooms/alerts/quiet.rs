//! What people say to an alert, whoever asks them: the command line or the
//! dashboard.

use crate::failure::Failure;
use crate::model::alert::Alert;
use crate::model::home::Home;
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::state::store::{PATIENCE, Store};
use crate::sys::surroundings::Surroundings;
use crate::sys::{poke, status_bar};

/// What is to be so of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Somebody knows: quiet until it clears.
    Acknowledged,
    /// Quiet until then.
    Snoozed(Timestamp),
    /// As it was before somebody said something.
    Again {
        /// Whether it was acknowledged.
        acked: bool,
        /// Until when it was quiet.
        snoozed_until: Option<Timestamp>,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The alert as it was.
    pub before: Alert,
    /// The alert as it is now.
    pub alert: Alert,
    /// What to tell the person besides.
    pub notices: Vec<String>,
}

/// What stands for every open alert: no id is without a `/`.
const ALL: &str = "all";

/// Says it of the open alert with that number or id, and shows it everywhere.
///
/// # Errors
/// Exit 2 for an unknown alert, 3 when the state file cannot be written.
pub fn say(
    word: Word,
    wanted: &str,
    around: &Surroundings,
    now: Timestamp,
) -> Result<Said, Failure> {
    let (changed, notices) = change(word, wanted, around, now)?;
    let (before, alert) = changed
        .into_iter()
        .next()
        .ok_or_else(|| no_alert(wanted, &[]))?;
    Ok(Said {
        before,
        alert,
        notices,
    })
}

/// The same of every open alert where `wanted` is `all`, which may be none.
/// What they are now, and what to tell the person besides.
///
/// # Errors
/// As [`say`].
pub fn say_each(
    word: Word,
    wanted: &str,
    around: &Surroundings,
    now: Timestamp,
) -> Result<(Vec<Alert>, Vec<String>), Failure> {
    let (changed, notices) = change(word, wanted, around, now)?;
    Ok((
        changed.into_iter().map(|(_, alert)| alert).collect(),
        notices,
    ))
}

/// Alerts before and after, and notices.
type Changed = (Vec<(Alert, Alert)>, Vec<String>);

fn change(
    word: Word,
    wanted: &str,
    around: &Surroundings,
    now: Timestamp,
) -> Result<Changed, Failure> {
    let store = Store::new(Home::of(&around.mamori_home), "mamori ack");
    let updated = store.update(PATIENCE, now, |state| {
        let mut state = state.clone();
        let number = wanted.parse::<u64>().ok();
        let named = |alert: &&mut Alert| {
            wanted == ALL || Some(alert.number) == number || alert.id == wanted
        };
        let mut changed = Vec::new();
        for alert in state.alerts.iter_mut().filter(named) {
            let before = alert.clone();
            word.becomes(alert);
            changed.push((before, alert.clone()));
        }
        match changed.is_empty() {
            true if wanted != ALL => (Err(no_alert(wanted, &state.alerts)), None),
            true => (Ok(changed), None),
            false => {
                state.settle(now);
                (Ok(changed), Some(state))
            }
        }
    })?;
    let changed = updated.outcome?;
    status_bar::show_everywhere(around, store.home(), None, &updated.state);
    // Other coordinators hear of it by the watcher; without one nothing is lost.
    let _ = poke::touch(store.home());
    Ok((changed, updated.notices))
}

impl Word {
    fn becomes(self, alert: &mut Alert) {
        match self {
            Self::Acknowledged => alert.acked = true,
            Self::Snoozed(until) => alert.snoozed_until = Some(until),
            Self::Again {
                acked,
                snoozed_until,
            } => {
                alert.acked = acked;
                alert.snoozed_until = snoozed_until;
            }
        }
    }
}

fn no_alert(wanted: &str, alerts: &[Alert]) -> Failure {
    let wanted = clean(wanted);
    let failure = Failure::usage(format!("there is no open alert `{wanted}`"));
    let near = alerts
        .iter()
        .map(|alert| (strsim::jaro(&wanted, &alert.id), alert));
    let nearest = near.max_by(|(one, _), (other, _)| one.total_cmp(other));
    match nearest {
        Some((likeness, alert)) if likeness > 0.7 => {
            let id = clean(&alert.id);
            failure.hint(format!("did you mean `{id}`, number {}?", alert.number))
        }
        _ => failure.hint("mamori alerts"),
    }
}
