//! Keeps what is foreseen: in the history until its time has come, and in the
//! state file for who is to be told. Effects.

use super::decide::{self, DAY, Foreseen};
use super::facts::{self, Seen};
use super::standing;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure};
use crate::model::foretold::Foretold;
use crate::model::history::Forecast;
use crate::model::home::Home;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::state::store::{PATIENCE, Store};
use crate::sys::history::{History, HistoryError};
use crate::sys::surroundings::Surroundings;
use crate::sys::{clock, output, poke};

/// Forecasts that were made earlier than so long ago are not judged any more.
const JUDGED: i64 = 30 * DAY;

/// What is foreseen now; kept, and what was foreseen before is judged. `None`
/// without a history.
///
/// # Errors
/// When the history cannot be read.
pub(super) fn foreseen(
    home: &Home,
    config: &Config,
    now: Timestamp,
) -> Result<Option<Vec<Foreseen>>, Failure> {
    let Some(history) = History::open(home)? else {
        return Ok(None);
    };
    let foreseen = decide::foresee(&facts::known(&history, config, now)?, now);
    let kept = keep(home, &history, &foreseen, now);
    aloud(kept.and_then(|()| judge(home, &history, now)));
    Ok(Some(foreseen))
}

/// One run of the watcher's: people are told of what two runs agree on.
///
/// # Errors
/// Exit 2 for a bad configuration, 3 when the history cannot be read or the
/// state file not written.
pub(super) fn by_watcher(around: &Surroundings) -> Result<Exit, Failure> {
    let config = config::load(around)?;
    let home = Home::of(&around.mamori_home);
    let now = clock::now();
    // What was told stands while nobody can know better.
    let Some(foreseen) = foreseen(&home, &config, now)? else {
        return Ok(Exit::Fine);
    };
    let every_s = i64::try_from(config.watch.predict_every.as_secs()).unwrap_or(DAY);
    let store = Store::new(home.clone(), "mamori predict");
    let updated = store.update(PATIENCE, now, |state| {
        let forecasts = standing::stand(state, &foreseen, every_s, now);
        let news = warnings(&forecasts) != warnings(&state.forecasts);
        let changed = forecasts != state.forecasts;
        let state = changed.then(|| State {
            forecasts,
            ..state.clone()
        });
        (news, state)
    })?;
    for notice in &updated.notices {
        output::complain(&format!("warning: {notice}\n"));
    }
    if updated.outcome {
        // The watcher tells of it at once; without one nothing is lost.
        let _ = poke::touch(&home);
    }
    Ok(if foreseen.iter().any(|one| one.will_cross) {
        Exit::Found
    } else {
        Exit::Fine
    })
}

/// Of what people are told.
fn warnings(forecasts: &[Foretold]) -> Vec<&str> {
    let warned = forecasts.iter().filter(|one| one.warning.is_some());
    warned.map(|one| one.id.as_str()).collect()
}

/// What could not be kept changes nothing of what is said.
pub(super) fn aloud(outcome: Result<(), HistoryError>) {
    if let Err(error) = outcome {
        output::complain(&format!("warning: not recorded in the history: {error}\n"));
    }
}

/// Keeps forecasts until their time has come.
fn keep(
    home: &Home,
    history: &History,
    foreseen: &[Foreseen],
    now: Timestamp,
) -> Result<(), HistoryError> {
    let lately = history.forecasts(now.0.saturating_sub(DAY), now.0.saturating_add(1))?;
    let kept = decide::to_keep(foreseen, &lately, now);
    if kept.is_empty() {
        return Ok(());
    }
    History::writable(home)?.add_forecasts(&kept)
}

/// Judges the forecasts whose time has come by what was seen since.
pub(super) fn judge(home: &Home, history: &History, now: Timestamp) -> Result<(), HistoryError> {
    let due: Vec<Forecast> = history
        .due_forecasts(now.0)?
        .into_iter()
        .filter(|one| one.made >= now.0.saturating_sub(JUDGED))
        .collect();
    let mut seen = Seen::of(history, &due);
    let mut outcomes = Vec::new();
    for one in &due {
        let outcome = decide::outcome(one, seen.series(one)?, now);
        outcomes.extend(outcome.map(|outcome| (one.id, outcome)));
    }
    if outcomes.is_empty() {
        return Ok(());
    }
    let writable = History::writable(home)?;
    for (id, outcome) in outcomes {
        writable.score(id, outcome)?;
    }
    Ok(())
}
