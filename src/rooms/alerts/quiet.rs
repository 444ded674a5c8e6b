//! What people say to an alert, whoever asks them: the command line or the
//! dashboard.

use crate::failure::Failure;
use crate::model::alert::Alert;
use crate::model::home::Home;
use crate::model::text::clean;
use crate::model::time::Timestamp;
use crate::state::store::{PATIENCE, Store};
use crate::sys::status_bar;
use crate::sys::surroundings::Surroundings;

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
    let store = Store::new(Home::of(&around.mamori_home), "mamori ack");
    let updated = store.update(PATIENCE, now, |state| {
        let mut state = state.clone();
        let number = wanted.parse::<u64>().ok();
        let named = |alert: &&mut Alert| Some(alert.number) == number || alert.id == wanted;
        let Some(alert) = state.alerts.iter_mut().find(named) else {
            return (Err(no_alert(wanted, &state.alerts)), None);
        };
        let before = alert.clone();
        match word {
            Word::Acknowledged => alert.acked = true,
            Word::Snoozed(until) => alert.snoozed_until = Some(until),
            Word::Again {
                acked,
                snoozed_until,
            } => {
                alert.acked = acked;
                alert.snoozed_until = snoozed_until;
            }
        }
        let alert = alert.clone();
        state.settle(now);
        (Ok((before, alert)), Some(state))
    })?;
    let (before, alert) = updated.outcome?;
    status_bar::show_everywhere(around, store.home(), None, &updated.state);
    Ok(Said {
        before,
        alert,
        notices: updated.notices,
    })
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
